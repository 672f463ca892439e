# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

from odoo.addons.marketplace_merchant.models.listing_import_sheet import Column


class MarketplaceListingImport(models.Model):
    """The stock of goods as a column of the sheet."""

    _inherit = 'marketplace.listing.import'

    # === BUSINESS METHODS === #

    @api.model
    def _columns(self):
        columns = list(super()._columns().items())
        position = [name for name, _column in columns].index('list_price') + 1
        columns.insert(position, ('stock', Column(self.env._("Stock"), 10, self.env._(
            "What you have on hand, including what is sold but not shipped yet. It changes at"
            " once; leave the cell empty to leave it as it is.",
        ))))
        return dict(columns)

    def _scope(self, rows):
        scope = super()._scope(rows)
        products = self.env['product.template'].union(*scope['catalogue'].values())
        scope['stocks'] = products.product_variant_ids._get_merchant_stocks()
        return scope

    def _read_extras(self, row, cells, listing, scope):
        extras = super()._read_extras(row, cells, listing, scope)
        if 'stock' not in cells:
            return extras
        product = listing._get_stock_product() if listing else listing.product_variant_ids
        check = product._check_stock_quantity if product else product._read_stock_quantity
        before, quantity = scope['stocks'].get(product, 0.0), check(cells['stock'])
        if not product or product.uom_id.compare(quantity, before):
            extras['stock'] = (before, quantity)
        return extras

    def _apply_extras(self, plans):
        super()._apply_extras(plans)
        quantities = {
            plan.listing._get_stock_product(): plan.extras['stock'][1]
            for plan in plans if 'stock' in plan.extras
        }
        if quantities:
            self.env['product.product']._set_merchant_stocks(quantities)
