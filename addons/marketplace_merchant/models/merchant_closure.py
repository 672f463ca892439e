# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.elevate import elevate
from ..tools.form_reader import FormReader
from .closure import OPEN_STATES
from .merchant_exit import LEAVING_STATES

NOTE_MAX_LENGTH = 500
# Longer than this is no pause: shoppers should not find shops that never open.
CLOSURE_MAX_DAYS = 90


class MarketplaceMerchant(models.Model):
    """Closing the shop for a while."""

    _inherit = 'marketplace.merchant'

    closure_ids = fields.One2many(
        comodel_name='marketplace.closure', inverse_name='merchant_id', string="Closures"
    )
    closure_id = fields.Many2one(
        comodel_name='marketplace.closure', string="Temporary Closure",
        compute='_compute_closure_id', help="Under way, or planned.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('closure_ids.state')
    def _compute_closure_id(self):
        for merchant in self:
            merchant.closure_id = merchant.closure_ids.filtered(
                lambda closure: closure.state in OPEN_STATES
            )[:1]

    # === PORTAL METHODS === #

    def portal_close_shop(self, values):
        """Close the shop for a while; for owners. It opens by itself the day after the last one.

        :param dict values: date_from, date_to and note, which shoppers read
        :return: the closure
        :raise FieldErrors: everything that is wrong
        """
        self.ensure_one()
        self._check_member('owner')
        merchant_sudo = elevate(self)
        if merchant_sudo.state != 'active':
            raise UserError(self.env._("Your shop is not open at the moment."))
        if merchant_sudo.closure_id:
            raise UserError(self.env._(
                "A closure of your shop is under way or planned already. End it first."
            ))
        clean = merchant_sudo._read_closure(values)
        closure_sudo = merchant_sudo.closure_ids.create(dict(clean, merchant_id=self.id))
        return closure_sudo.with_env(self.env)

    def portal_reopen_shop(self):
        """Open the shop before the time, or drop the plan to close it; for owners."""
        self.ensure_one()
        self._check_member('owner')
        closure_sudo = elevate(self).closure_id
        if not closure_sudo:
            raise UserError(self.env._("Your shop is not closed. Reload the page to see it."))
        closure_sudo._end()

    # === BUSINESS METHODS === #

    def _read_closure(self, values):
        reader = FormReader(self.env, values)
        reader.day('date_from', self.env._("Closed from"))
        reader.day('date_to', self.env._("Closed until"))
        reader.text('note', self.env._("Note to shoppers"), limit=NOTE_MAX_LENGTH, multiline=True)
        start, end = reader.clean.get('date_from'), reader.clean.get('date_to')
        today = fields.Date.context_today(
            self.with_context(tz=self.company_id.partner_id.tz or 'UTC')
        )
        if start and start < today:
            reader.fail('date_from', self.env._("A closure begins today at the earliest."))
        if start and end and end < start:
            reader.fail('date_to', self.env._("The last day is before the first one."))
        elif start and end and end - start >= timedelta(days=CLOSURE_MAX_DAYS):
            reader.fail('date_to', self.env._(
                "A shop can be closed for at most %s days. Please contact us if you need longer.",
                CLOSURE_MAX_DAYS,
            ))
        return reader.check()

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target in LEAVING_STATES:
            for closure in self.closure_id:
                closure._move_to(
                    'ended' if closure.state == 'running' else 'cancelled', system=True
                )
