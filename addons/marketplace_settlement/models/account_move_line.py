# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        help="For whom this was sold, or whose statement this belongs to.",
    )
    is_total_included = fields.Boolean(
        string="Price Contains the Taxes",
        readonly=True,
        copy=False,
        help="The unit price is what is charged with all taxes, whatever the taxes themselves say.",
    )

    # === BUSINESS METHODS === #

    def reconcile(self):
        """Match open items within a merchant, never one merchant's with another's.

        What is sold and credited is matched with the statements that clear it, not with each other
        by Odoo: a difference between the rates of both days would be booked twice.
        """
        if 'move_reverse_cancel' in self.env.context:
            self -= self._marketplace_booked()
        merchants = self.grouped('merchant_id')
        if len(merchants) < 2:
            return super().reconcile()
        result = None
        for lines in merchants.values():
            if len(lines) > 1:
                result = super(AccountMoveLine, lines).reconcile()
        return result

    def _prepare_exchange_difference_move_vals(
        self, amounts_list, company=None, exchange_date=None, **kwargs
    ):
        """Give the item that closes a difference the merchant of the item that it closes.

        Without one it could not be matched with it, and the merchant's ledger had a gap.
        """
        difference = super()._prepare_exchange_difference_move_vals(
            amounts_list, company, exchange_date, **kwargs
        )
        for line, position in difference['to_reconcile'] if difference else ():
            values = difference['move_values']['line_ids'][position][2]
            values['merchant_id'] = line.merchant_id.id
        return difference

    def _marketplace_booked(self):
        """Return the lines that balance entries explain: sold for a merchant, on an invoice."""
        return self.filtered(
            lambda line: line.merchant_id
            and line.sale_line_ids
            and line.display_type == 'product'
            and line.move_id.move_type in ('out_invoice', 'out_refund')
        )

    def _has_entries(self):
        return bool(self and self.env['marketplace.balance.entry'].sudo().search_count(
            [('move_line_id', 'in', self.ids)], limit=1
        ))  # fmt: skip
