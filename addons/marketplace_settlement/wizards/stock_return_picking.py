# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = 'stock.return.picking'

    def _prepare_picking_default_values_based_on(self, picking):
        """Bring a merchant's goods back to where that merchant's goods lie."""
        values = super()._prepare_picking_default_values_based_on(picking)
        order = picking.marketplace_order_id
        if order and picking.picking_type_code == 'outgoing':
            location = order.merchant_id._get_stock_location(picking.picking_type_id.warehouse_id)
            values['location_dest_id'] = location.id
        return values
