# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

# What is in each bucket: the entries whose sum it shows.
BUCKET_DOMAINS = {
    'pending': [('state', '=', 'pending')],
    'available': [('state', '=', 'available')],
    'held': [('state', '=', 'held'), ('kind', '!=', 'reserve_release')],
    'reserve': [('state', '=', 'held'), ('kind', '=', 'reserve_release')],
    'in_transit': [('state', '=', 'in_statement')],
    'paid': [('state', '=', 'paid')],
}


class MarketplaceWallet(models.Model):
    _inherit = 'marketplace.wallet'

    reserve = fields.Monetary(
        compute='_compute_reserve', help="Kept of earlier statements; released on its day."
    )
    held_for_cases = fields.Monetary(
        string="Held for Cases", compute='_compute_reserve',
        help="Waits for the end of a complaint, a check or a contested line.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('held')
    def _compute_reserve(self):
        # Entries can't be read by everyone who may see the sum.
        groups = self.env['marketplace.balance.entry'].sudo()._read_group(
            [('merchant_id', 'in', self.merchant_id.ids), *BUCKET_DOMAINS['reserve']],
            ['merchant_id', 'company_id', 'currency_id'],
            ['amount:sum'],
        )
        sums = {tuple(record.id for record in key): amount for *key, amount in groups}
        for wallet in self:
            key = (wallet.merchant_id.id, wallet.company_id.id, wallet.currency_id.id)
            wallet.reserve = sums.get(key, 0.0)
            wallet.held_for_cases = wallet.currency_id.round(wallet.held - wallet.reserve)

    # === ACTION METHODS === #

    def action_view_bucket(self):
        """Show the entries of the bucket that the button is about."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_balance_entry_bucket_action'
        )
        bucket = BUCKET_DOMAINS.get(self.env.context.get('marketplace_bucket'), [])
        owner = [
            (name, '=', self[name].id) for name in ('merchant_id', 'company_id', 'currency_id')
        ]
        return dict(action, domain=owner + bucket, context={})

    def action_view_forecast(self):
        """Show what is expected to be paid out, and when."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_cash_forecast_action',
            [('merchant_id', '=', self.merchant_id.id)],
        )
