# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from urllib.parse import urlencode

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.models.merchant_exit import LEAVING_STATES
from odoo.addons.payment import utils as payment_utils


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    wallet_ids = fields.One2many(
        comodel_name='marketplace.wallet', inverse_name='merchant_id', readonly=True
    )
    statement_ids = fields.One2many(
        comodel_name='marketplace.statement', inverse_name='merchant_id', readonly=True
    )
    deposit_movement_ids = fields.One2many(
        comodel_name='marketplace.deposit.movement', inverse_name='merchant_id', readonly=True
    )
    deposit_required = fields.Monetary(
        compute='_compute_deposit', compute_sudo=True,
        help="What the merchant's tier asks for, or more if its open orders and disputes do; of a"
        " merchant that leaves, what covers its debt.",
    )  # fmt: skip
    deposit_balance = fields.Monetary(
        compute='_compute_deposit', compute_sudo=True, help="What has been paid in and not used."
    )
    deposit_missing = fields.Monetary(compute='_compute_deposit', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends(
        'deposit_movement_ids.amount', 'tier_id.deposit_amount', 'tier_id.deposit_cap', 'state',
        'category_ids.marketplace_deposit_minimum',
    )
    def _compute_deposit(self):
        accounts = self.env['marketplace.deposit.account'].sudo().search(
            [('merchant_id', 'in', self.ids)]
        )
        balances = {
            account.merchant_id: account.balance
            for account in accounts if account.company_id == account.merchant_id.company_id
        }
        leaving = self.filtered(lambda merchant: merchant.state in LEAVING_STATES)
        debts = leaving._exit_debts()
        exposures = (self - leaving)._deposit_exposures()
        for merchant in self:
            balance = balances.get(merchant, 0.0)
            if merchant in leaving:
                required = debts.get(merchant, 0.0)
            else:
                required = merchant._deposit_required(exposures.get(merchant, 0.0))
            merchant.deposit_required = required
            merchant.deposit_balance = balance
            merchant.deposit_missing = max(required - balance, 0.0)

    # === ACTION METHODS === #

    def action_view_balance_entries(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_balance_entry_action',
            [('merchant_id', '=', self.id)],
        )

    def action_view_deposit(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_deposit_movement_action',
            [('merchant_id', '=', self.id)],
        )

    # === BUSINESS METHODS === #

    def _deposit_missing(self):
        self.ensure_one()
        return self.deposit_missing

    def _portal_deposit_payment_link(self):
        """Return the address of Odoo's payment page for the deposit that is missing.

        For a member with the finance role, who pays for the merchant; empty if nothing is missing.
        The access token covers payer, amount and currency, and what is paid in the end is what
        is missing then: nobody can pay another amount.
        """
        self.ensure_one()
        self._check_member('finance')
        merchant_sudo = self.sudo()
        amount, currency = merchant_sudo.deposit_missing, merchant_sudo.currency_id
        if currency.is_zero(amount):
            return False
        payer = self.env.user.partner_id
        return '/payment/pay?' + urlencode({
            'reference': merchant_sudo._deposit_reference(),
            'amount': amount,
            'currency_id': currency.id,
            'partner_id': payer.id,
            'company_id': merchant_sudo.company_id.id,
            'access_token': payment_utils.generate_access_token(
                payer.id, amount, currency.id, env=self.env
            ),
            'deposit_merchant_id': self.id,
        })

    def _deposit_reference(self):
        self.ensure_one()
        return f"DEPOSIT-{self.code}"
