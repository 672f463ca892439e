# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

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
