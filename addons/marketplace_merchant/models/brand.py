# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceBrand(models.Model):
    """A brand that goods carry. Some may be sold only with the brand owner's permission."""

    _name = 'marketplace.brand'
    _description = "Brand"
    _order = 'name, id'

    name = fields.Char(required=True, index='trigram')
    active = fields.Boolean(default=True)
    needs_authorisation = fields.Boolean(
        help="Goods of this brand are sold only by merchants with a valid document that names it,"
        " as the requirements say.",
    )
    listing_count = fields.Integer(string="Goods", compute='_compute_listing_count')

    _name_uniq = models.UniqueIndex("(lower(name))", "There is already a brand of this name.")

    # === COMPUTE METHODS === #

    def _compute_listing_count(self):
        counts = dict(self.env['product.template']._read_group(
            [('brand_id', 'in', self.ids), ('merchant_id', '!=', False)],
            ['brand_id'], ['__count'],
        ))
        for brand in self:
            brand.listing_count = counts.get(brand, 0)

    # === ACTION METHODS === #

    def action_open_listings(self):
        """Show the goods that carry the brand."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.product_template_action_listings',
            [('brand_id', '=', self.id), ('merchant_id', '!=', False)],
        )

    # === BUSINESS METHODS === #

    @api.model
    def _offered(self):
        """Return the brands that merchants choose from."""
        return self.sudo().search([('active', '=', True)])
