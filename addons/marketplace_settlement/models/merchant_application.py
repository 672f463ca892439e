# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceMerchantApplication(models.Model):
    _inherit = 'marketplace.merchant.application'

    # === BUSINESS METHODS === #

    def _keeps_own_contact(self):
        """Who has bought here stays the shopper of those orders, and owes its own invoices."""
        contact = [('partner_id', '=', self.applicant_id.partner_id.id)]
        return (
            super()._keeps_own_contact()
            or bool(self.env['sale.order'].sudo().search_count(contact, limit=1))
            or bool(self.env['account.move.line'].sudo().search_count(contact, limit=1))
        )
