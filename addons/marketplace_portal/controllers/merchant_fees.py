# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request, route

from .merchant_portal import MerchantPortal

FEES_PATH = '/my/merchant/fees'


class MerchantFees(MerchantPortal):
    """The fee schedule: what a merchant is charged now, what comes, and what it was."""

    @route(FEES_PATH, type='http', auth='user', website=True, sitemap=False)
    def merchant_fees(self, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        values = self._merchant_values(
            merchant_sudo,
            'fees',
            [(request.env._("Fees"), FEES_PATH)],
            **merchant_sudo._fee_schedule(),
        )
        return request.render('marketplace_portal.merchant_fees', values)
