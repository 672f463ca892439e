# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import AccessError, ConcurrencyError, UserError

from odoo.addons.marketplace_merchant.models.merchant_application import OPEN_STATES
from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.form_reader import FormReader

# From these states a merchant can ask to leave.
STAYING_STATES = ('onboarding', 'active', 'suspended')


class MarketplaceMerchant(models.Model):
    """What a merchant asks for about itself: its requests are applications, reviewed like them."""

    _inherit = 'marketplace.merchant'

    # === PORTAL METHODS === #

    def portal_start_change(self):
        """Return the merchant's request to change its legal data, a new draft if there is none.

        The data on file stay in force until two people have approved the new ones.
        """
        self.ensure_one()
        self._check_member('owner')
        merchant_sudo = elevate(self)
        request_sudo = merchant_sudo._open_request('change') or (
            merchant_sudo._start_request('change')
        )
        return request_sudo.with_env(self.env)

    def portal_request_leave(self, reason_id, note):
        """Ask to leave the marketplace; for owners, suspended or not.

        :param reason_id: one of the offered reasons, see :meth:`_offered_exit_reasons`
        :param str note: why, in the merchant's words
        :return: the request, handed in
        :raise FieldErrors: everything that is wrong
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        if not merchant_sudo or not merchant_sudo._is_member('owner'):
            raise AccessError(self._no_member_message())
        requests = self.env['marketplace.merchant.application']
        reader = FormReader(self.env, {'exit_reason_id': reason_id, 'note': note})
        requests._read_step_leave(reader)
        clean = reader.check()
        if merchant_sudo.state not in STAYING_STATES:
            raise UserError(self.env._(
                "Your shop is %s already.", merchant_sudo._state_label(merchant_sudo.state).lower()
            ))
        if merchant_sudo._open_request('leave'):
            raise UserError(self.env._(
                "You have asked to leave already. We are reviewing it and will write to you."
            ))
        request_sudo = merchant_sudo._start_request('leave', **clean)
        request_sudo._move_to('submitted')
        return request_sudo.with_env(self.env)

    # === BUSINESS METHODS === #

    def _open_request(self, kind):
        """Return the merchant's request of this kind that is under way, sudoed; may be empty."""
        self.ensure_one()
        return self.env['marketplace.merchant.application'].sudo().search([
            ('merchant_id', '=', self.id), ('kind', '=', kind), ('state', 'in', OPEN_STATES),
        ], limit=1)  # fmt: skip

    def _start_request(self, kind, **values):
        """Create a request of this merchant as a draft.

        :raise ConcurrencyError: when another tab was faster; the call starts again and finds it
        """
        requests = self.env['marketplace.merchant.application']
        values = dict(requests._prepare_request_values(self, kind), **values)
        try:
            with self.env.cr.savepoint():
                request = requests.create(values)
                request.data_on_file = request._legal_data()
        except UniqueViolation as error:
            raise ConcurrencyError("The request is being started in another tab.") from error
        return request
