# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

PARTY_PATHS = {'shopper': '/my/returns', 'merchant': '/my/merchant/returns'}


class MarketplaceReturn(models.Model):
    _inherit = 'marketplace.return'

    # === BUSINESS METHODS === #

    def _party_url(self, party):
        self.ensure_one()
        return f'{self.get_base_url()}{PARTY_PATHS[party]}/{self.id}'
