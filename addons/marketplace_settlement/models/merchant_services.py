# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _service_fees(self):
        """Return the services that the merchant is charged for now, or will be."""
        self.ensure_one()
        return self.env['marketplace.service.fee'].sudo().search([
            ('state', '=', 'active'), ('company_id', '=', self.company_id.id),
            '|', ('merchant_ids', 'in', self.ids), ('tier_ids', 'in', self.tier_id.ids),
        ])  # fmt: skip
