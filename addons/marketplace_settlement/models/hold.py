# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move


class MarketplaceHold(models.Model):
    """Why what an order earned may not be paid yet, and until when."""

    _name = 'marketplace.hold'
    _description = "Hold on an Order"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin', 'marketplace.deadline.mixin']
    _order = 'id desc'
    _rec_name = 'order_id'
    _allow_sudo_commands = False

    _state_initial = 'active'
    _state_moves = (
        Move(
            'active',
            'released',
            by=('system', 'marketplace_settlement.group_finance_manager'),
        ),
    )

    order_id = fields.Many2one(
        comodel_name='marketplace.order', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(related='order_id.merchant_id', store=True, index=True)
    reason = fields.Char(required=True, readonly=True)
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field='source_model', required=True, readonly=True
    )
    state = fields.Selection(
        selection=[('active', "Active"), ('released', "Released")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    until = fields.Datetime(
        related='deadline', string="Held Until", help="The hold ends by itself then, if it is set."
    )
    entry_ids = fields.One2many(
        comodel_name='marketplace.balance.entry', inverse_name='hold_id', readonly=True
    )

    _source_uniq = models.UniqueIndex("(order_id, source_model, source_id) WHERE state = 'active'")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        for hold in holds:
            hold._take()
        return holds

    # === ACTION METHODS === #

    def action_release(self):
        """End the holds before whoever set them does."""
        self.check_access('read')
        self.sudo()._move_to('released')

    # === BUSINESS METHODS === #

    def _release(self):
        """End the holds; the entries become available unless another hold is on the order."""
        active = self.sudo().filtered(lambda hold: hold.state == 'active')
        if active:
            active._move_to('released', system=True)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'released':
            for order in self.order_id:
                if not order.sudo()._is_held():
                    order.sudo()._release_entries()

    def _take(self):
        """Hold what is available of the order; what it owes is not held, but stays a debt."""
        self.ensure_one()
        Entry = self.env['marketplace.balance.entry'].sudo()
        available = Entry.search([
            ('order_id', '=', self.order_id.id), ('state', '=', 'available'),
        ])  # fmt: skip
        if sum(available.mapped('amount')) > 0:
            Entry._change_state(
                'available', 'held', SQL("entry.order_id = %s", self.order_id.id),
                {'hold_id': self.id},
            )  # fmt: skip

    def _on_deadline(self):
        self._move_to('released', system=True)
