# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

PARTY_PATHS = {'shopper': '/my/complaints', 'merchant': '/my/merchant/complaints'}


class MarketplaceComplaint(models.Model):
    _inherit = 'marketplace.complaint'

    # === BUSINESS METHODS === #

    def _party_url(self, party):
        self.ensure_one()
        return f'{self.get_base_url()}{PARTY_PATHS[party]}/{self.id}'
