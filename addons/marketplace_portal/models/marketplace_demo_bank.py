# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

# Not the merchant's own name: whoever verifies it has to ask first.
OTHER_ACCOUNT = ('周大雨', 'Postal Savings Bank of China 中国邮政储蓄银行', '6217993000012345678')


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: WHERE THE MONEY GOES === #

    @api.model
    def _tell_bank_change(self):
        """A merchant wants its payouts on another account, which waits to be verified."""
        owner = self._user('panda')
        merchant = self._merchant('panda').with_user(owner).sudo(False)
        merchant.portal_set_bank_account(*OTHER_ACCOUNT, owner.login)
