# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class StockRule(models.Model):
    _inherit = 'stock.rule'

    def _get_custom_move_fields(self):
        return super()._get_custom_move_fields() + ['merchant_id', 'restrict_partner_id']

    def _get_stock_move_values(
        self, product_id, product_qty, product_uom, location_dest_id, name, origin, company_id,
        values,
    ):  # fmt: skip
        move_values = super()._get_stock_move_values(
            product_id, product_qty, product_uom, location_dest_id, name, origin, company_id,
            values,
        )  # fmt: skip
        location = values.get('merchant_location_id')
        if location and location.location_id == self.location_src_id:
            move_values['location_id'] = location.id
        return move_values
