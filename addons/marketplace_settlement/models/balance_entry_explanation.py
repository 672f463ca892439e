# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceBalanceEntry(models.Model):
    """What each line is for, in words that its merchant understands."""

    _inherit = 'marketplace.balance.entry'

    product_name = fields.Char(
        string="Product", compute='_compute_explanation', compute_sudo=True
    )
    explanation = fields.Char(
        string="Why", compute='_compute_explanation', compute_sudo=True,
        help="The rule, the percent or the reason behind the amount.",
    )  # fmt: skip

    waits_for = fields.Char(
        compute='_compute_waits_for', compute_sudo=True,
        help="What has to happen before the amount is paid out.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('kind', 'reason', 'sale_line_id', 'order_id')
    @api.depends_context('lang')
    def _compute_explanation(self):
        for entry in self:
            line = entry.sale_line_id
            is_fee = line and entry.kind in ('commission', 'commission_refund')
            texts = [entry.reason, is_fee and line._marketplace_fee_explanation()]
            entry.product_name = line.product_id.display_name or False
            entry.explanation = " · ".join(filter(None, texts)) or False

    def _compute_waits_for(self):
        """One query for the forecast rows of all of them: those say what each waits for."""
        rows = self.env['marketplace.cash.forecast'].search([
            ('merchant_id', 'in', self.merchant_id.ids),
            '|', '|', '|', ('order_id', 'in', self.order_id.ids),
            ('hold_id', 'in', self.hold_id.ids), ('statement_id', 'in', self.statement_id.ids),
            ('stage', '=', 'available'),
        ])  # fmt: skip
        texts = {row._waiting_key(): row.condition for row in rows}
        for entry in self:
            entry.waits_for = entry.state != 'paid' and texts.get(entry._waiting_key())

    def _waiting_key(self):
        """Return what the entry waits with: its statement, order or hold, or the wallet."""
        self.ensure_one()
        waits_by_order = self.state == 'pending' or (self.state == 'held' and not self.hold_id)
        document = self.statement_id or self.hold_id or (waits_by_order and self.order_id)
        return document or (self.merchant_id, self.currency_id)
