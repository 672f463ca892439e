# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError

from odoo.addons.marketplace_merchant.models.merchant_application import OPEN_STATES
from odoo.addons.marketplace_merchant.tools.elevate import elevate


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
