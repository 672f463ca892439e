# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import math

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.elevate import elevate_member

STOCK_MAXIMUM = 10_000_000


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === PORTAL METHODS === #

    def portal_set_stock(self, quantity):
        """Set what the merchant has on hand, including what is sold but not shipped yet.

        :param float quantity: pieces in the product's unit of measure
        :raise AccessError: when the user doesn't keep this merchant's catalogue
        :raise UserError: when the quantity makes no sense
        """
        product_sudo = elevate_member(self, 'catalogue')
        quantity = product_sudo._check_stock_quantity(quantity)
        product_sudo._set_merchant_stocks({product_sudo: quantity})

    # === BUSINESS METHODS === #

    @api.model
    def _read_stock_quantity(self, quantity):
        """Return ``quantity`` as a number of pieces that one can have on a shelf.

        :param quantity: a number, or the text that a person typed
        :raise UserError: if it makes no sense
        """
        try:
            quantity = float(quantity)
        except (TypeError, ValueError):
            quantity = math.nan
        if not 0 <= quantity <= STOCK_MAXIMUM:
            raise UserError(self.env._(
                "Please enter the stock as a number between 0 and %s.", STOCK_MAXIMUM
            ))
        return quantity

    def _check_stock_quantity(self, quantity):
        """Return ``quantity`` as a number of pieces of this product."""
        quantity = self._read_stock_quantity(quantity)
        if self.tracking != 'none' or not self.is_storable:
            raise UserError(self.env._(
                "The stock of %s is not counted by number. Please ask the marketplace to set it.",
                self.display_name,
            ))
        return self.uom_id.round(quantity)

    def _get_merchant_warehouse(self):
        company = self.merchant_id.company_id or self.env.company
        return self.env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)

    def _set_merchant_stock(self, quantity):
        """Set the stock of one product; see :meth:`_set_merchant_stocks`."""
        self._set_merchant_stocks({self: quantity})

    @api.model
    def _set_merchant_stocks(self, quantities):
        """Adjust the inventory of a merchant's own location, as a count would, and log it.

        Counting is a right of the warehouse: the merchant has it here, for its own goods only.

        :param dict quantities: the new quantity of each product; all of one merchant
        """
        products = self.browse(product.id for product in quantities)
        merchant = products.merchant_id.ensure_one()
        location = merchant._get_stock_location(products[:1]._get_merchant_warehouse())
        before = products._get_merchant_stocks()
        quants = self.env['stock.quant'].with_user(SUPERUSER_ID).with_context(
            inventory_mode=True, inventory_name=self.env._("Stock entered by the merchant")
        ).create([
            {
                'product_id': product.id,
                'location_id': location.id,
                'owner_id': merchant.partner_id.id,
                'inventory_quantity': quantity,
            }
            for product, quantity in quantities.items()
        ])
        quants._apply_inventory()
        self.env['marketplace.audit.log']._log(
            products,
            'change',
            before=[{'stock': before.get(product, 0.0)} for product in products],
            after=[{'stock': quantities[product]} for product in products],
        )

    def _get_merchant_stocks(self):
        """Return what the merchant has on hand of these products, those without stock left out.

        :rtype: dict
        """
        warehouse = self[:1]._get_merchant_warehouse()
        locations = self.merchant_id.stock_location_ids.filtered(
            lambda location: location.warehouse_id == warehouse
        )
        return dict(self.env['stock.quant']._read_group(
            [
                ('product_id', 'in', self.ids),
                ('location_id', 'in', locations.ids),
                ('owner_id', 'in', self.merchant_id.partner_id.ids),
            ],
            ['product_id'], ['quantity:sum'],
        ))
