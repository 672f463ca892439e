# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MerchantPortal, portal_route

FEES_PATH = '/my/merchant/fees'


class MerchantFees(MerchantPortal):
    """The fee schedule: what a merchant is charged now, what comes, and what it was."""

    @portal_route(FEES_PATH)
    def merchant_fees(self, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        values = self._merchant_values(
            merchant_sudo,
            'fees',
            [(request.env._("Fees"), FEES_PATH)],
            **merchant_sudo._fee_schedule(),
        )
        return request.render('marketplace_portal.merchant_fees', values)
