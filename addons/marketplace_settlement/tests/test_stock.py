# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestStock(OrdersCommon):

    def test_a_merchant_sets_its_own_stock(self):
        self.bowl.with_user(self.catalogue_a).portal_set_stock(7)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 7)
        self.bowl.product_tmpl_id.with_user(self.catalogue_a).portal_set_stock("3")
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 3)
        self.assertEqual(self.bowl.with_context(warehouse_id=self.warehouse.id).free_qty, 3)

    def test_nobody_else_sets_it(self):
        for user in (self.clerk_a, self.clerk_b, self.shopper):
            with self.assertRaises(AccessError):
                self.bowl.with_user(user).portal_set_stock(99)
        with self.assertRaises(AccessError):
            self.lamp.with_user(self.catalogue_a).portal_set_stock(99)

    def test_a_stock_must_be_a_sensible_number(self):
        for quantity in (-1, 'many', None, float('nan'), float('inf'), 1e12):
            with self.assertRaises(UserError):
                self.bowl.with_user(self.catalogue_a).portal_set_stock(quantity)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)

    def test_the_goods_of_merchants_are_no_asset_of_the_company(self):
        self.bowl.standard_price = 50
        self.lamp.standard_price = 10
        self.assertEqual(self.bowl.total_value, 0)
        self.assertEqual(self.lamp.total_value, 100)
        self._shipped()
        self.assertEqual(self.bowl.total_value, 0)

    def test_sold_goods_are_not_free_any_more(self):
        self._order({self.bowl: 4})
        self.bowl.invalidate_recordset()
        self.assertEqual(self.bowl.with_context(warehouse_id=self.warehouse.id).free_qty, 6)

    def test_how_long_the_stock_lasts(self):
        listing, unsold = self.bowl.product_tmpl_id, self.cup.product_tmpl_id
        self._shipped({self.bowl: 2})
        self._order({self.bowl: 3})
        (listing | unsold).invalidate_recordset()
        self.assertRecordValues(listing | unsold | self.lamp.product_tmpl_id, [
            {'merchant_stock': stock, 'merchant_stock_free': free, 'merchant_stock_sent': sent,
             'merchant_stock_days': days}
            for stock, free, sent, days in ((8, 5, 2, 75), (10, 10, 0, 0), (0, 0, 0, 0))
        ])  # fmt: skip
        self.env['stock.move.line'].search([('product_id', '=', self.bowl.id)]).date = (
            fields.Datetime.subtract(fields.Datetime.now(), days=31)
        )
        listing.invalidate_recordset()
        self.assertEqual(listing.merchant_stock_sent, 0)
        self.assertEqual(listing.with_user(self.manager).merchant_stock, 8)
        for user in (self.clerk_b, self.catalogue_a, self.shopper):
            with self.assertRaises(AccessError):
                listing.with_user(user).read(['merchant_stock_sent'])

    def test_a_merchant_sends_only_what_is_its_own(self):
        """Goods of the same product that another owns, even nearby, are not reserved."""
        self.bowl._set_merchant_stock(0)
        for location, owner in (
            (self.warehouse.lot_stock_id, self.env['res.partner']),
            (self.merchant_a._get_stock_location(self.warehouse), self.merchant_b.partner_id),
            (self.merchant_a._get_stock_location(self.warehouse), self.env['res.partner']),
        ):
            self.env['stock.quant']._update_available_quantity(
                self.bowl, location, 5, owner_id=owner
            )
        with self.assertRaisesRegex(UserError, "Bowl"):
            self._order({self.bowl: 1})

    def test_what_leaves_unreserved_leaves_the_merchants_stock(self):
        part = self._part(self._order())
        part.picking_ids.do_unreserve()
        self.bowl._set_merchant_stock(0)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), -1)
        self.assertEqual(self.bowl.total_value, 0)

    def test_the_location_is_made_once(self):
        location = self.merchant_a._get_stock_location(self.warehouse)
        self.assertEqual(self.merchant_a._get_stock_location(self.warehouse), location)
        self.assertEqual(location.location_id, self.warehouse.lot_stock_id)
        self.assertEqual(self.merchant_a.stock_location_ids, location)

    def test_a_location_made_meanwhile_starts_the_transaction_over(self):
        self.merchant_a._get_stock_location(self.warehouse)
        with mute_logger('odoo.sql_db'), self.assertRaises(ConcurrencyError):
            self.merchant_a._create_stock_locations(self.warehouse.lot_stock_id)

    def test_selling_the_goods_of_merchants_costs_the_company_nothing(self):
        self.category.property_valuation = 'real_time'
        products = self.bowl | self.lamp
        products.standard_price = 10
        invoice = self.env['account.move'].create({
            'move_type': 'out_invoice',
            'partner_id': self.shopper.partner_id.id,
            'invoice_line_ids': [
                Command.create({
                    'product_id': product.id,
                    'merchant_id': product.merchant_id.id,
                    'price_unit': 20,
                    'tax_ids': [Command.clear()],
                })
                for product in products
            ],
        })
        invoice.action_post()
        cogs = invoice.line_ids.filtered(lambda line: line.display_type == 'cogs')
        self.assertEqual(cogs.product_id, self.lamp)

    def test_new_goods_are_counted_and_invoiced_when_ordered(self):
        template = self.env['product.template'].create({
            'name': "Plate", 'list_price': 5, 'merchant_id': self.merchant_a.id,
            'categ_id': self.category.id,
        })
        self.assertTrue(template.is_storable)
        self.assertEqual(template.invoice_policy, 'order')
