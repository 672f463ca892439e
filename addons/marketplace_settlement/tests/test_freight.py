# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestFreight(OrdersCommon):

    def _freight(self, order):
        return {
            line.merchant_id: line.price_unit
            for line in order.order_line
            if line.is_delivery
        }

    def _set_freight(self, order):
        rate = self.carrier.rate_shipment(order)
        self.assertTrue(rate['success'])
        order.set_delivery_line(self.carrier, rate['price'])
        return rate['price']

    def test_each_merchant_and_the_platform_charge_their_own(self):
        order = self._cart({self.bowl: 1, self.vase: 1, self.lamp: 1})
        self.assertEqual(self._set_freight(order), 23.0)
        self.assertEqual(self._freight(order), {
            self.merchant_a: 10.0, self.merchant_b: 8.0, self.env['marketplace.merchant']: 5.0,
        })
        order.action_confirm()
        part = self._part(order)
        self.assertEqual((part.amount_freight, part.amount_total), (10.0, 123.0))

    def test_free_from(self):
        order = self._cart({self.bowl: 2, self.vase: 1})
        self.assertEqual(self._set_freight(order), 8.0)
        self.assertEqual(self._freight(order), {self.merchant_a: 0.0, self.merchant_b: 8.0})

    def test_another_price_is_spread_to_the_cent(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        order.set_delivery_line(self.carrier, 10.0)
        self.assertEqual(self._freight(order), {self.merchant_a: 5.56, self.merchant_b: 4.44})
        order.set_delivery_line(self.carrier, 0.0)
        self.assertEqual(self._freight(order), {self.merchant_a: 0.0, self.merchant_b: 0.0})

    def test_a_template_stays_with_its_merchant(self):
        template = self.merchant_a.freight_template_ids
        merchant = self.env['marketplace.merchant']
        with self.assertRaises(UserError):
            template.merchant_id = merchant.search([('id', '!=', self.merchant_a.id)], limit=1)

    def test_a_merchant_without_template_sends_for_free(self):
        self.merchant_b.freight_template_ids.unlink()
        order = self._cart({self.vase: 1})
        self.assertEqual(self._set_freight(order), 0.0)

    def test_merchants_goods_go_by_the_marketplace_method_only(self):
        other = self.env.ref('delivery.free_delivery_carrier')
        for quantities, expected in (({self.bowl: 1, self.lamp: 1}, True), ({self.lamp: 1}, False)):
            order = self._cart(quantities)
            self.assertEqual(self.carrier._is_available_for_order(order), expected)
            self.assertEqual(other._is_available_for_order(order), not expected)

    def test_freight_of_a_confirmed_order_stays(self):
        order = self._cart({self.bowl: 1})
        self._set_freight(order)
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "confirmed"):
            order._remove_delivery_line()
