# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import ConcurrencyError


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    order_ids = fields.One2many(
        comodel_name='marketplace.order', inverse_name='merchant_id', string="Orders"
    )
    freight_template_ids = fields.One2many(
        comodel_name='marketplace.freight.template', inverse_name='merchant_id', string="Freight"
    )
    stock_location_ids = fields.One2many(
        comodel_name='stock.location', inverse_name='merchant_id', string="Stock Locations"
    )

    # === STOCK === #

    def _get_stock_location(self, warehouse):
        """Return where this merchant's goods lie in ``warehouse``, made on first use."""
        self.ensure_one()
        return self._get_stock_locations(warehouse)[self]

    def _get_stock_locations(self, warehouse):
        """Return the location of each merchant in ``warehouse``; missing ones are made.

        :rtype: dict[marketplace.merchant, stock.location]
        """
        parent = warehouse.sudo().lot_stock_id
        locations = self.sudo().stock_location_ids.filtered(lambda loc: loc.location_id == parent)
        missing = self.sudo() - locations.merchant_id
        if missing:
            locations |= missing._create_stock_locations(parent)
        return {location.merchant_id: location for location in locations}

    def _create_stock_locations(self, parent):
        vals_list = [merchant._prepare_stock_location_values(parent) for merchant in self]
        try:
            with self.env.cr.savepoint():
                return self.env['stock.location'].sudo().create(vals_list)
        except UniqueViolation as error:
            # Another transaction just made it, invisible in our snapshot: start over to see it.
            raise ConcurrencyError("The merchant's stock location was made meanwhile") from error

    def _prepare_stock_location_values(self, parent):
        return {
            'name': f"{self.code} {self.name}",
            'usage': 'internal',
            'location_id': parent.id,
            'company_id': parent.company_id.id,
            'merchant_id': self.id,
        }
