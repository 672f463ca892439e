# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody can buy more of a merchant's goods than it has, whichever way they were made."""
        for vals in vals_list:
            if vals.get('merchant_id'):
                vals.setdefault('allow_out_of_stock_order', False)
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _sells_without_stock(self):
        """The shop's own option “Sell when Out-of-Stock” holds at the confirmation as well."""
        return self.allow_out_of_stock_order
