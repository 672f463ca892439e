# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestRewards(OrdersCommon):

    def _program(self, **reward):
        return self.env['loyalty.program'].create({
            'name': "Sale",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': 60.0,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'SPLIT'})],
            'reward_ids': [Command.create({'reward_type': 'discount', **reward})],
        })

    def _apply(self, order, program):
        status = order._try_apply_code('SPLIT')
        self.assertNotIn('error', status)
        for coupon, rewards in status.items():
            order._apply_program_reward(rewards, coupon)
        order._update_programs_and_rewards()

    def _shares(self, order):
        return {
            line.merchant_id: line.price_total for line in order.order_line if line.reward_id
        }

    def test_a_percentage_is_shared_by_what_was_bought(self):
        order = self._cart({self.bowl: 1, self.vase: 1, self.lamp: 1})
        self._apply(order, self._program(discount_mode='percent', discount=10))
        self.assertEqual(self._shares(order), {
            self.merchant_a: -11.3, self.merchant_b: -6.0, self.env['marketplace.merchant']: -2.5,
        })
        order.action_confirm()
        part = self._part(order)
        self.assertEqual(part.amount_discount, -11.3)
        self.assertEqual(part.amount_total, 101.7)

    def test_a_fixed_amount_adds_up_to_the_cent(self):
        order = self._cart({self.cup: 1, self.vase: 1, self.lamp: 1})
        self._apply(order, self._program(discount_mode='per_order', discount=10))
        shares = self._shares(order)
        self.assertEqual(shares, {
            self.merchant_a: -3.2, self.merchant_b: -4.8, self.env['marketplace.merchant']: -2.0,
        })
        self.assertAlmostEqual(order.amount_total, 115.0)

    def test_only_those_concerned_bear_a_discount(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        self._apply(order, self._program(
            discount_mode='percent', discount=50, discount_applicability='specific',
            discount_product_ids=[Command.set(self.vase.ids)],
        ))
        self.assertEqual(self._shares(order), {self.merchant_b: -30.0})

    def test_the_cheapest_article_decides(self):
        order = self._cart({self.bowl: 1, self.cup: 1, self.vase: 1})
        self._apply(order, self._program(
            discount_mode='percent', discount=10, discount_applicability='cheapest'
        ))
        self.assertEqual(self._shares(order), {self.merchant_a: -4.0})

    def test_points_are_spent_once(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        self._apply(order, self._program(discount_mode='percent', discount=10, required_points=1))
        self.assertEqual(sum(order.order_line.mapped('points_cost')), 1)

    def test_free_shipping_pays_for_every_parcel(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        order.set_delivery_line(self.carrier, self.carrier.rate_shipment(order)['price'])
        self._apply(order, self._program(reward_type='shipping'))
        self.assertEqual(self._shares(order), {self.merchant_a: -10.0, self.merchant_b: -8.0})
        self.assertEqual(order.amount_total, 173.0)

    def test_a_changed_cart_shares_anew(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        self._apply(order, self._program(discount_mode='percent', discount=10))
        order.order_line.filtered(lambda line: line.product_id == self.vase).unlink()
        order._update_programs_and_rewards()
        self.assertEqual(self._shares(order), {self.merchant_a: -11.3})

    def test_a_free_article_is_sent_and_can_be_returned(self):
        program = self._program(reward_type='discount', discount_mode='percent', discount=10)
        program.platform_share = 0.0
        program.reward_ids = [
            Command.clear(),
            Command.create({'reward_type': 'product', 'reward_product_id': self.cup.id}),
        ]
        order = self._cart({self.bowl: 1})
        self._apply(order, program)
        self.assertEqual(order.amount_total, 113.0)
        order.action_confirm()
        part = self._part(order)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        self.assertEqual(part.state, 'shipped')
        self.assertEqual(part.parcel_ids.line_ids.product_id, self.bowl | self.cup)
        self.assertEqual(len(part._returnable_quantities()), 2)
        self.assertEqual((part.amount_goods, part.amount_total), (113.0, 113.0))

    def test_the_marketplace_funds_no_free_article_of_a_merchant(self):
        program = self._program(discount_mode='percent', discount=10)
        program.platform_share = 0.0
        reward = program.reward_ids
        reward.write({'reward_type': 'product', 'reward_product_id': self.lamp.id})
        program.platform_share = 60.0
        with self.assertRaisesRegex(ValidationError, "Cup"):
            reward.reward_product_id = self.cup
        program.platform_share = 0.0
        reward.reward_product_id = self.cup
        with self.assertRaisesRegex(ValidationError, "Cup"):
            program.platform_share = 60.0

    def test_discounts_per_tax_stay_with_the_goods_of_that_tax(self):
        tax = self.env['account.tax'].create({
            'name': "10 % on lamps", 'amount': 10, 'price_include_override': 'tax_excluded',
        })
        self.vase.taxes_id = tax
        order = self._cart({self.bowl: 1, self.vase: 1})
        self._apply(order, self._program(discount_mode='percent', discount=10))
        self.assertEqual(self._shares(order), {self.merchant_a: -11.3, self.merchant_b: -6.6})

    @settings(max_examples=200, deadline=None)
    @given(
        amount=st.integers(-10**9, 10**9),
        weights=st.lists(st.integers(-100, 10**7), min_size=1, max_size=8),
    )
    def test_shares_always_add_up(self, amount, weights):
        order = self.env['sale.order'].new({'currency_id': self.company.currency_id.id})
        merchants = [self.env['marketplace.merchant'].browse(i + 1) for i in range(len(weights))]
        parts = dict(zip(merchants, weights, strict=True))
        shares = order._spread_over_merchants(amount / 100, parts)
        self.assertEqual(list(shares), merchants)
        self.assertEqual(sum(round(share * 100) for share in shares.values()), amount)
        total = sum(max(weight, 0) for weight in weights)
        for merchant, share in shares.items():
            if total:
                ideal = amount * max(parts[merchant], 0) / total
                self.assertLess(abs(round(share * 100) - ideal), 1.0 + 1e-6)
