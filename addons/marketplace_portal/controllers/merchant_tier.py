# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MerchantPortal, portal_route

TIER_PATH = '/my/merchant/tier'


class MerchantTier(MerchantPortal):
    """Where the merchant stands, and what takes it further."""

    @portal_route(TIER_PATH)
    def merchant_tier(self, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        values = self._merchant_values(
            merchant_sudo,
            'tier',
            [(request.env._("Tier"), TIER_PATH)],
            tier=merchant_sudo.tier_id,
            outlook=merchant_sudo._tier_outlook(),
            changes=merchant_sudo.tier_change_ids,
        )
        return request.render('marketplace_portal.merchant_tier', values)
