# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = 'account.move'

    marketplace_statement_id = fields.Many2one(
        comodel_name='marketplace.statement',
        string="Merchant Statement",
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.get('state') in ('draft', 'cancel'):
            self._check_marketplace_fixed()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_marketplace(self):
        self._check_marketplace_fixed()

    def _check_marketplace_fixed(self):
        """Refuse to undo what merchants are settled by; a correction is a document of its own."""
        posted = self.sudo().filtered(lambda move: move.state == 'posted')
        if posted.line_ids._marketplace_booked()._has_entries():
            raise UserError(
                self.env._(
                    "Merchants are settled by this document, so it stays as it is. Use a credit"
                    " note to correct it."
                )
            )
        if posted.marketplace_statement_id or posted._marketplace_payments():
            raise UserError(
                self.env._(
                    "This entry belongs to a merchant's statement, payout or deposit, so it stays"
                    " as it is. Correct the merchant's balance by an adjustment in the next"
                    " statement."
                )
            )

    def _marketplace_payments(self):
        """Return whether a payout or a deposit was booked by these entries."""
        payouts = self.env['marketplace.payout'].search_count(
            ['|', ('payment_id.move_id', 'in', self.ids),
             ('return_payment_id.move_id', 'in', self.ids)], limit=1
        )  # fmt: skip
        return payouts or self.env['marketplace.deposit.movement'].search_count(
            [('move_id', 'in', self.ids)], limit=1
        )

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        lines = posted.sudo().line_ids._marketplace_booked()
        if lines:
            self.env['marketplace.balance.entry'].sudo()._book_invoice_lines(lines)
        return posted

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        base_line = super()._prepare_product_base_line_for_taxes_computation(product_line)
        if product_line.is_total_included:
            base_line['special_mode'] = 'total_included'
        return base_line
