# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class StockMove(models.Model):
    _inherit = 'stock.move'

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Whose goods move; empty for the company's own.",
    )

    # === PICKINGS === #

    def _key_assign_picking(self):
        return super()._key_assign_picking() + (self.sale_line_id.marketplace_order_id,)

    def _search_picking_for_assignation_domain(self):
        order = self.sale_line_id.marketplace_order_id
        return super()._search_picking_for_assignation_domain() + [
            ('marketplace_order_id', '=', order.id)
        ]

    def _get_new_picking_values(self):
        values = super()._get_new_picking_values()
        if order := self.sale_line_id.marketplace_order_id:
            values['marketplace_order_id'] = order.id
        return values

    # === RESERVATION === #
    # Odoo itself moves owned goods without reserving by owner: a merchant's move takes only what
    # that merchant owns, and what leaves unreserved leaves that merchant's stock.

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        if self.merchant_id:
            owner_id = self.restrict_partner_id
        return super()._update_reserved_quantity_vals(
            need, location_id, lot_id, package_id, owner_id, strict
        )

    def _prepare_move_line_vals(self, quantity=None, reserved_quant=None):
        values = super()._prepare_move_line_vals(quantity, reserved_quant)
        if self.merchant_id and not reserved_quant:
            values['owner_id'] = self.restrict_partner_id.id
        return values
