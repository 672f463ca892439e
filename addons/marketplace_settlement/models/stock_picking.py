# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    marketplace_order_id = fields.Many2one(
        comodel_name='marketplace.order',
        string="Merchant Order",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
    )

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Keep merchant orders and returns in step, whoever validates the transfer."""
        merchant_pickings = self.filtered('marketplace_order_id')
        merchant_pickings._marketplace_before_done()
        result = super()._action_done()
        merchant_pickings._marketplace_after_done()
        return result

    def _marketplace_before_done(self):
        outgoing = self.filtered(lambda picking: not picking.return_id)
        waiting = outgoing.sudo().marketplace_order_id.filtered(lambda o: o.state == 'to_accept')
        if waiting:
            raise UserError(self.env._(
                "%(orders)s must be accepted by the merchant before the goods can leave.",
                orders=", ".join(waiting.mapped('name')),
            ))
        # What was not reserved has no owner yet: it leaves, or comes back to, the merchant's stock.
        for move in self.move_ids.filtered('merchant_id'):
            owner = move.restrict_partner_id
            move.move_line_ids.filtered(lambda line, o=owner: line.owner_id != o).owner_id = owner

    def _marketplace_after_done(self):
        self._marketplace_make_parcels()
        orders = self.sudo().marketplace_order_id
        orders._ship_if_all_left()
        orders.return_ids._follow_pickings()

    def _marketplace_validate(self):
        """Validate in full: what the merchant sent has left, whatever the stock figures say."""
        for move in self.move_ids.filtered(lambda m: m.state not in ('done', 'cancel')):
            move.quantity = move.product_uom_qty
            move.picked = True
        self.with_context(skip_backorder=True, skip_sms=True).button_validate()
