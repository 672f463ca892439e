# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import clean_context, groupby


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

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        self._marketplace_assign_pickings()
        return super()._action_confirm(merge, merge_into, create_proc)

    def _marketplace_assign_pickings(self):
        """Make the transfers of several merchants at once; Odoo makes one after the other.

        Where a merchant's part has transfers already, it is left to Odoo to find the one to use.
        """
        moves = self.with_context(clean_context(self.env.context)).filtered(
            lambda move: move.state == 'draft' and move.sale_line_id.marketplace_order_id
            and move._should_be_assigned() and move.product_uom_qty >= 0
        )  # fmt: skip
        groups = groupby(moves, key=lambda move: move._key_assign_picking())
        groups = [self.browse().concat(*group) for _key, group in groups]
        if len(groups) > 1 and not moves.sale_line_id.marketplace_order_id.picking_ids:
            pickings = self.env['stock.picking'].create(
                [group._get_new_picking_values() for group in groups]
            )
            for group, picking in zip(groups, pickings, strict=True):
                group.picking_id = picking
                group._assign_picking_post_process(new=True)

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
