# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.fields import Command, Date
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.models.state_mixin import STATE_KEY

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestDocumentSales(OrdersCommon):
    """What hangs on a document, in money and orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.env['marketplace.qualification.type'].create({'name': "Permit of tableware"})
        cls.env['marketplace.requirement'].create({
            'name': "Permit", 'kind': 'document', 'capability': 'list',
            'qualification_type_id': kind.id, 'category_ids': [Command.set(cls.category.ids)],
        })  # fmt: skip
        cls.plates = cls.env['product.category'].create(
            {'name': "Plates", 'marketplace_open': True}
        )
        cls.merchant_a.category_ids += cls.plates
        cls.plate = cls._product("Plate", 20.0, cls.merchant_a, stock=10)
        cls.plate.categ_id = cls.plates
        cls.permit = cls.env['marketplace.qualification'].create({
            'merchant_id': cls.merchant_a.id, 'type_id': kind.id, 'number': "T-1",
            'valid_until': Date.today() + timedelta(days=20),
        })  # fmt: skip
        cls.permit._move_to('pending', system=True)._move_to('valid', system=True)
        goods = (cls.bowl + cls.cup + cls.plate).product_tmpl_id
        goods.with_context(marketplace_state_key=STATE_KEY).listing_state = 'live'

    def test_sales_share_and_open_orders_of_the_goods_that_hang_on_it(self):
        self._received({self.bowl: 2})
        self._order({self.cup: 1, self.bowl: 1, self.plate: 2})
        self._order({self.plate: 1})
        cancelled = self._part(self._order({self.cup: 5}))
        cancelled.with_user(self.manager).action_cancel("Out of stock")
        old = self._order({self.cup: 3})
        old.date_order -= timedelta(days=100)
        self.permit.invalidate_recordset()
        self.assertEqual(self.permit.listing_ids, (self.bowl + self.cup).product_tmpl_id)
        self.assertEqual(self.permit.sales_amount, 3 * 113 + 40)
        self.assertAlmostEqual(self.permit.sales_share, 379 / (379 + 60))
        # An order of two of the goods is one order.
        self.assertEqual(self.permit.open_order_count, 2)
        self.assertIn("86 %", self.permit.impact)

    def test_orders_already_placed_stay(self):
        part = self._part(self._order({self.bowl: 1}))
        self.permit.valid_until = Date.today() - timedelta(days=60)
        self.permit._reschedule()
        self.permit._process_deadline()
        self.assertEqual(self.permit.state, 'expired')
        self.assertFalse(self.bowl.product_tmpl_id.is_sellable)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF100200")
        self.assertEqual(part.state, 'shipped')

    def test_sales_are_told_in_the_currency_of_the_company(self):
        order = self._order({self.bowl: 1})
        order.currency_rate = 0.5
        sales = self.bowl.product_tmpl_id._marketplace_sales_since(Date.today())
        self.assertEqual(sales, {self.bowl.product_tmpl_id.id: 226})
