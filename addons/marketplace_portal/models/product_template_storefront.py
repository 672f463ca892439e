# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # Not stored: a tier moves thousands of merchants at once, and the shop joins two small tables.
    search_weight = fields.Integer(related='merchant_id.tier_id.search_weight', related_sudo=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody can buy more of a merchant's goods than it has."""
        for vals in vals_list:
            if vals.get('merchant_id'):
                vals.setdefault('allow_out_of_stock_order', False)
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        """Publish a listing with its approval, and take it off the website in any other state."""
        super()._state_entered(target, reason)
        # Whoever may approve a listing may publish it, without being an editor of the website.
        self.with_user(SUPERUSER_ID).is_published = target == 'live'

    def _get_merchant_shop(self):
        """Return the shop that sells these goods, sudoed; empty for the platform's own."""
        return self.sudo().merchant_id.shop_id

    @api.model
    def _search_get_detail(self, website, order, options):
        detail = super()._search_get_detail(website, order, options)
        if merchant_id := options.get('merchant_id'):
            detail['base_domain'].append([('merchant_id', '=', merchant_id)])
        return detail
