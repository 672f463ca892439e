# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceReverificationLine(models.Model):
    _inherit = 'marketplace.reverification.line'

    # === BUSINESS METHODS === #

    def _get_portal_path(self):
        self.ensure_one()
        return f'/my/merchant/reverification/{self.id}'
