# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceTierPin(models.Model):
    """A person's decision that a merchant is in a tier until a day, whatever its figures say."""

    _name = 'marketplace.tier.pin'
    _inherit = [
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Pinned Tier"
    _order = 'state, until, id'
    _rec_name = 'merchant_id'

    _guard_frozen = ('merchant_id', 'tier_id', 'reason', 'until')
    _reason_actions = ('action_end',)
    _state_initial = 'pinned'
    _state_moves = (Move('pinned', 'ended', by=(MANAGER, 'system'), reason=True),)

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id')
    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, ondelete='restrict'
    )
    reason = fields.Text(required=True)
    until = fields.Date(required=True, help="The last day on which reviews leave the merchant be.")
    state = fields.Selection(
        selection=[('pinned', "Pinned"), ('ended', "Ended")],
        required=True,
        readonly=True,
        copy=False,
    )

    _active_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state = 'pinned'", "This merchant is pinned to a tier already."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('until')
    def _check_until(self):
        today = fields.Date.context_today(self)
        if any(pin.until < today for pin in self):
            raise ValidationError(self.env._("A pin cannot end in the past."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        pins = super().create([
            {name: vals.get(name) for name in self._guard_frozen} for vals in vals_list
        ])
        for pin in pins:
            pin._apply()
        return pins

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A pin is kept as history: end it instead."))

    # === ACTION METHODS === #

    def action_end(self, reason):
        """Let reviews move the merchant again."""
        elevate(self)._move_to('ended', reason=reason)

    # === BUSINESS METHODS === #

    def _apply(self):
        """Bring the merchant to the tier and hold it there."""
        self.ensure_one()
        self.merchant_id.check_access('write')
        if self.merchant_id.tier_id != self.tier_id:
            self.env['marketplace.tier.change'].create({
                'merchant_id': self.merchant_id.id,
                'new_tier_id': self.tier_id.id,
                'reason': self.reason,
            })
        pin = elevate(self)
        pin.merchant_id.tier_pin_id = pin
        pin.deadline = datetime.combine(pin.until + timedelta(days=1), time.min)
        self.env['marketplace.audit.log']._log(
            pin.merchant_id,
            'change',
            reason=pin.reason,
            after={'pinned': pin.tier_id.name, 'until': fields.Date.to_string(pin.until)},
        )

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        self.merchant_id.tier_pin_id = False
        self.deadline = False

    def _on_deadline(self):
        self._move_to('ended', reason=self.env._("The pin has run out."), system=True)
