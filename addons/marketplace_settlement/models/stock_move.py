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

    def _assign_picking_post_process(self, new=False):
        # A merchant's transfer names its merchant order: no note has to say where it comes from.
        return super()._assign_picking_post_process(new=new and not self.merchant_id)

    # === RESERVATION === #

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        # Odoo reserves without regard to the owner: a merchant's move takes only its own goods.
        if self.merchant_id:
            owner_id = self.restrict_partner_id
        return super()._update_reserved_quantity_vals(
            need, location_id, lot_id, package_id, owner_id, strict
        )
