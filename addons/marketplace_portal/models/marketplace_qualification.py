# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceQualification(models.Model):
    _inherit = 'marketplace.qualification'

    # === BUSINESS METHODS === #

    def _get_portal_path(self):
        return '/my/merchant/documents/calendar'
