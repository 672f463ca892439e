# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'
OPEN_STATES = ('planned', 'running')


class MarketplaceClosure(models.Model):
    """A merchant closes its shop for a while; it opens again by itself."""

    _name = 'marketplace.closure'
    _inherit = [
        'marketplace.guard.mixin', 'marketplace.state.mixin', 'marketplace.deadline.mixin',
    ]  # fmt: skip
    _description = "Temporary Closure"
    _order = 'date_from desc, id desc'
    _rec_name = 'merchant_id'

    _guard_frozen = ('merchant_id', 'date_from', 'date_to', 'note')
    _state_initial = 'planned'
    _state_moves = (
        Move('planned', 'running', by=('system',)),
        Move('planned', 'cancelled', by=('member_owner', MANAGER, 'system')),
        Move('running', 'ended', by=('member_owner', MANAGER, 'system')),
    )

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    date_from = fields.Date(string="Closed from", required=True, readonly=True)
    date_to = fields.Date(
        string="Closed until", required=True, readonly=True,
        help="The last day; the shop opens the morning after.",
    )  # fmt: skip
    note = fields.Text(
        string="Note to Shoppers", required=True, readonly=True, help="Shown on the shop's page."
    )
    state = fields.Selection(
        selection=[
            ('planned', "Planned"),
            ('running', "Closed Now"),
            ('ended', "Over"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default='planned',
    )

    _open_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state IN ('planned', 'running')",
        "This shop has a closure under way or planned already.",
    )
    _dates = models.Constraint(
        'CHECK (date_from <= date_to)', "A closure ends on or after the day on which it begins."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        closures = super().create(vals_list)
        for closure in closures:
            closure.deadline = closure._morning(closure.date_from)
            if closure.deadline <= fields.Datetime.now():
                closure._on_deadline()
        return closures

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Closures of shops are kept for the record."))

    # === ACTION METHODS === #

    def action_end(self):
        """Open the shop again, or drop the plan to close it; for staff."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Your role does not include this decision."))
        self.sudo()._end()

    # === BUSINESS METHODS === #

    def _end(self):
        for closure in self:
            closure._move_to('ended' if closure.state == 'running' else 'cancelled')

    def _morning(self, day):
        """Return when a day begins where the marketplace is."""
        zone = ZoneInfo(self.company_id.partner_id.tz or 'UTC')
        return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)

    def _on_deadline(self):
        if self.state == 'planned':
            self._move_to('running', system=True)
        elif self.state == 'running':
            self._move_to('ended', system=True)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        # The database allows one open closure: give up the place before another takes it.
        self.flush_recordset(['state'])
        for closure in self:
            closure.deadline = (
                target == 'running' and closure._morning(closure.date_to + timedelta(days=1))
            )
        if target in ('running', 'ended'):
            self.merchant_id.is_closed_temporarily = target == 'running'
            self.env['mail.template']._marketplace_send(
                'marketplace_merchant.mail_template_closure', self
            )
