# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _get_merchant_shop(self):
        """Return the shop that sells this variant; see `product.template`."""
        return self.product_tmpl_id._get_merchant_shop()
