# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceListingImport(models.Model):
    _inherit = 'marketplace.listing.import'

    def _get_portal_path(self):
        return f'/my/merchant/imports/{self.id}'
