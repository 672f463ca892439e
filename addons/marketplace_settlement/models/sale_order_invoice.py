# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _action_confirm(self):
        result = super()._action_confirm()
        self._marketplace_invoice_free()
        return result

    def _marketplace_invoice_free(self):
        """Invoice orders that vouchers pay in full: no payment comes that would do it.

        Their merchants are owed what the marketplace pays of the vouchers.
        """
        for order in self.sudo():
            if (
                order.currency_id.is_zero(order.amount_total)
                and any(order._marketplace_lines().mapped('marketplace_amount'))
                and order._marketplace_to_invoice()
            ):
                order = order.with_company(order.company_id)
                order._force_lines_to_invoice_policy_order()
                order._create_invoices(final=True)._post(soft=False)

    def _marketplace_to_invoice(self):
        """Return whether the order has merchants' goods, is paid in full and not invoiced yet."""
        self.ensure_one()
        return (
            self.state == 'sale'
            and bool(self._marketplace_lines())
            and self._is_paid()
            and not self.invoice_ids.filtered(lambda move: move.state != 'cancel')
        )

    def _force_lines_to_invoice_policy_order(self):
        super()._force_lines_to_invoice_policy_order()
        for line in self._marketplace_lines():
            line.qty_to_invoice = line._marketplace_qty_to_invoice()
