# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

SHOP_PAGE_PATH = '/shop/by'


class MarketplaceShop(models.Model):
    _inherit = 'marketplace.shop'

    website_url = fields.Char(string="Page", compute='_compute_website_url')

    # === COMPUTE METHODS === #

    @api.depends('slug')
    def _compute_website_url(self):
        for shop in self:
            shop.website_url = shop.slug and f'{SHOP_PAGE_PATH}/{shop.slug}'

    # === ACTION METHODS === #

    def action_open_website_page(self):
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.website_url, 'target': 'new'}

    # === BUSINESS METHODS === #

    @api.model
    def _get_open_shop(self, slug):
        """Return the shop as visitors may see it: sudoed, and empty while it is closed.

        :param str slug: last part of the shop's address, as typed by the visitor
        """
        return self.sudo().search([('slug', '=', slug), ('is_open', '=', True)], limit=1)

    def _get_opening_date(self):
        """Return since when visitors can buy in this shop."""
        self.ensure_one()
        return self.sudo().merchant_id.date_activated or self.create_date.date()

    def _get_closure(self):
        """Return the closure for a while that is under way, sudoed; mostly empty."""
        self.ensure_one()
        merchant_sudo = self.sudo().merchant_id
        return merchant_sudo.is_closed_temporarily and merchant_sudo.closure_id
