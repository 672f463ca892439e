# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS === #

    def _prepare_marketplace_freeze(self, amount):
        """Freeze what the marketplace adds to the freight, by the merchant's tier."""
        values = super()._prepare_marketplace_freeze(amount)
        if self._marketplace_kind() == 'shipping':
            share = self.merchant_id.tier_id.logistics_subsidy / 100
            values['marketplace_subsidy'] = self.currency_id.round(amount * share)
        return values

    def _get_goods_weight(self):
        """Return the weight in kilograms, as the product's file says."""
        self.ensure_one()
        quantity = self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, round=False
        )
        return quantity * self.product_id.weight
