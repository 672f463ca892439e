# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """A merchant's goods are counted in stock, and invoiced when they are paid for."""
        for vals in vals_list:
            if vals.get('merchant_id'):
                vals.setdefault('invoice_policy', 'order')
                if vals.get('type', 'consu') == 'consu':
                    vals.setdefault('is_storable', True)
        return super().create(vals_list)

    # === PORTAL METHODS === #

    def portal_set_stock(self, quantity):
        """Set the stock of a product without variants; see ``product.product``."""
        variant_sudo = self._portal_listing()._get_stock_product()
        return variant_sudo.with_env(self.env).portal_set_stock(quantity)

    # === BUSINESS METHODS === #

    def _get_stock_product(self):
        """Return the one variant of which the stock is counted.

        :raise UserError: if there are several
        """
        if len(self.product_variant_ids) != 1:
            raise UserError(self.env._(
                "This product comes in several variants. Please enter the stock of each of them."
            ))
        return self.product_variant_ids

    def _ship_sentence(self):
        """Return by when the merchant of these goods sends them, as shoppers read it."""
        self.ensure_one()
        return self.env._(
            "Sent within %s hours after the seller has accepted your order.",
            self.sudo().merchant_id._ship_hours(),
        )

    def _freight_sentence(self):
        """Return what sending these goods of a merchant costs, as shoppers read it."""
        self.ensure_one()
        return self.sudo().merchant_id.freight_template_ids._sentence()

    def _sheet_rows(self):
        rows = super()._sheet_rows()
        stocks = self.product_variant_ids._get_merchant_stocks()
        for listing, row in zip(self, rows, strict=True):
            if len(listing.product_variant_ids) == 1:
                row['stock'] = stocks.get(listing.product_variant_ids, 0.0)
        return rows
