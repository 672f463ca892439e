# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.tools.i18n import format_list


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _get_merchant_shop(self):
        """Return the shop that sells this line's goods, sudoed; empty for the platform's own."""
        return self.sudo().merchant_id.shop_id

    def _get_product_list(self):
        """Return the names of the goods of these lines in one phrase."""
        return format_list(self.env, self.mapped('name_short'))

    def _is_sellable(self):
        return super()._is_sellable() and self.product_id.is_sellable
