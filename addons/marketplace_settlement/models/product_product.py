# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import math

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.elevate import elevate

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
        self.ensure_one()
        product_sudo = elevate(self).exists()
        product_sudo.merchant_id._check_member('catalogue')
        quantity = product_sudo._check_stock_quantity(quantity)
        before = product_sudo._get_merchant_stock_quant().quantity
        product_sudo._set_merchant_stock(quantity)
        self.env['marketplace.audit.log']._log(
            product_sudo, 'change', before={'stock': before}, after={'stock': quantity}
        )

    # === BUSINESS METHODS === #

    def _check_stock_quantity(self, quantity):
        """Return ``quantity`` as a number of pieces that one can have on a shelf."""
        try:
            quantity = float(quantity)
        except (TypeError, ValueError):
            quantity = math.nan
        if not 0 <= quantity <= STOCK_MAXIMUM:
            raise UserError(self.env._(
                "Please enter the stock as a number between 0 and %s.", STOCK_MAXIMUM
            ))
        if self.tracking != 'none' or not self.is_storable:
            raise UserError(self.env._(
                "The stock of %s is not counted by number. Please ask the marketplace to set it.",
                self.display_name,
            ))
        return self.uom_id.round(quantity)

    def _get_merchant_warehouse(self):
        company = self.merchant_id.company_id or self.env.company
        return self.env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)

    def _get_merchant_stock_quant(self):
        merchant = self.merchant_id
        return self.env['stock.quant'].search([
            ('product_id', '=', self.id),
            ('location_id', 'in', merchant.stock_location_ids.ids),
            ('location_id.warehouse_id', '=', self._get_merchant_warehouse().id),
            ('owner_id', '=', merchant.partner_id.id),
            ('lot_id', '=', False),
            ('package_id', '=', False),
        ], limit=1)  # fmt: skip

    def _set_merchant_stock(self, quantity):
        """Adjust the inventory of the merchant's own location, as a count would.

        Counting is a right of the warehouse: the merchant has it here, for its own goods only.
        """
        location = self.merchant_id._get_stock_location(self._get_merchant_warehouse())
        quant = self.env['stock.quant'].with_user(SUPERUSER_ID).with_context(
            inventory_mode=True, inventory_name=self.env._("Stock entered by the merchant")
        ).create({
            'product_id': self.id,
            'location_id': location.id,
            'owner_id': self.merchant_id.partner_id.id,
            'inventory_quantity': quantity,
        })
        quant._apply_inventory()
