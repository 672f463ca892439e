# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestPriceFunding(MoneyCommon):
    """Who pays for what price rules and coupons take off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pricelist = cls.env['product.pricelist'].create({'name': "Sale"})

    def _price_rule(self, share, **values):
        return self.env['product.pricelist.item'].create({
            'pricelist_id': self.pricelist.id, 'compute_price': 'percentage',
            'percent_price': 10.0, 'platform_share': share, **values,
        })  # fmt: skip

    def _on_sale(self, quantities=None):
        """Return a quotation at the prices of the sale."""
        order = self._cart(quantities or {self.bowl: 1})
        order.pricelist_id = self.pricelist
        order._recompute_prices()
        return order

    def _sold(self, share, **values):
        """Return a paid order of a bowl of 113 at 101.70, funded as given."""
        self._price_rule(share, **values)
        order = self._on_sale()
        self._pay(order)
        return order

    # === PRICE RULES === #

    def test_the_platform_pays_for_its_price_rule(self):
        order = self._sold(100.0)
        self.assertEqual(order.amount_total, 101.7)
        self.assertEqual(
            self._entries(order), {'sale': 101.7, 'subsidy': 11.3, 'commission': -9.04}
        )
        statement = self._settle(order)
        self.assertEqual(statement.amount_net, 103.96)
        self.assertBooksAgree()

    def test_the_merchant_pays_for_its_price_rule(self):
        order = self._sold(0.0)
        self.assertEqual(self._entries(order), {'sale': 101.7, 'commission': -8.14})

    def test_both_pay_for_a_shared_price_rule(self):
        """40 % of 11.30 are 4.52; the commission is 8 % of 106.22."""
        self.assertEqual(
            self._entries(self._sold(40.0)), {'sale': 101.7, 'subsidy': 4.52, 'commission': -8.5}
        )

    def test_a_subsidy_goes_back_with_what_is_refunded(self):
        order = self._sold(100.0)
        part = self._part(order)
        for amount in (33.9, 33.9, 33.9):
            part._refund_amount(amount, "Part", part)
        entries = self._entries(order)
        self.assertEqual(
            (entries['sale_refund'], entries['subsidy_refund'], entries['commission_refund']),
            (-101.7, -11.3, 9.04),
        )
        self.assertBooksAgree()

    def test_fixed_prices_and_formulas_are_funded_as_well(self):
        for values in (
            {'compute_price': 'fixed', 'fixed_price': 101.7},
            {'compute_price': 'formula', 'price_discount': 10.0},
        ):
            rule = self._price_rule(100.0, **values)
            order = self._on_sale()
            order.action_confirm()
            line = order.order_line
            self.assertEqual((line.marketplace_amount, line.marketplace_subsidy), (101.7, 11.3))
            rule.unlink()

    def test_a_price_that_was_typed_is_the_merchants(self):
        self._price_rule(100.0)
        for change in ({'price_unit': 50.0}, {'discount': 60.0}):
            order = self._on_sale()
            order.order_line.write(change)
            order.action_confirm()
            self.assertEqual(order.order_line.marketplace_subsidy, 0.0)

    def test_a_dearer_price_costs_the_platform_nothing(self):
        self._price_rule(100.0, percent_price=-10.0)
        order = self._on_sale()
        order.action_confirm()
        self.assertEqual(order.order_line.marketplace_subsidy, 0.0)

    def test_the_platforms_own_goods_need_no_subsidy(self):
        self._price_rule(100.0)
        order = self._on_sale({self.lamp: 1, self.bowl: 1})
        order.action_confirm()
        subsidies = {line.product_id: line.marketplace_subsidy for line in order.order_line}
        self.assertEqual(subsidies, {self.lamp: 0.0, self.bowl: 11.3})

    def test_a_price_of_zero_is_not_funded(self):
        for values in (
            {'percent_price': 100.0}, {'compute_price': 'fixed', 'fixed_price': 0.0},
        ):
            with (
                self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self._price_rule(50.0, **values)

    def test_funding_does_not_ask_line_by_line(self):
        self._price_rule(100.0)
        goods = [self._product(f"Sold {n}", 10.0, self.merchant_a, stock=9) for n in range(12)]

        def extra(products):
            order = self._on_sale(dict.fromkeys(products, 1))
            amounts = dict.fromkeys(order.order_line, 9.0)
            self.env.flush_all()
            self.env.invalidate_all()
            for line in order.order_line:  # What confirming reads anyway.
                line.merchant_id.name, line.price_unit, line.product_id.list_price  # noqa: B018
            before = self.env.cr.sql_log_count
            order._marketplace_price_subsidies(amounts)
            return self.env.cr.sql_log_count - before

        extra(goods)  # Warm up.
        self.assertLessEqual(extra(goods), extra(goods[:3]))

    # === COUPONS === #

    def _coupon(self, order, code, **reward):
        program = self.env['loyalty.program'].create({
            'name': code,
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': 40.0,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': code})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'per_order', **reward,
            })],
        })  # fmt: skip
        for coupon, rewards in order._try_apply_code(code).items():
            order._apply_program_reward(rewards, coupon)
        return program

    def _discounts(self, order, program):
        return {
            line.merchant_id: self.currency.round(line.price_total)
            for line in order.order_line
            if line.reward_id.program_id == program
        }

    def test_a_fixed_amount_off_some_products_is_borne_by_their_merchants(self):
        order = self._cart({self.bowl: 1, self.cup: 1, self.vase: 1})
        program = self._coupon(
            order, 'TEN', discount=10.0, discount_applicability='specific',
            discount_product_ids=[Command.set((self.cup | self.vase).ids)],
        )
        self.assertEqual(
            self._discounts(order, program), {self.merchant_a: -4.0, self.merchant_b: -6.0}
        )
        order.action_confirm()
        lines = order.order_line.filtered('reward_id')
        self.assertEqual(
            {line.merchant_id: line.marketplace_subsidy for line in lines},
            {self.merchant_a: 1.6, self.merchant_b: 2.4},
        )

    def test_coupons_never_take_more_than_the_products_cost(self):
        """90 off cup and vase leave 4 and 6; 20 more off the vase are 6, not 20."""
        order = self._cart({self.cup: 1, self.vase: 1, self.bowl: 1})
        both = [Command.set((self.cup | self.vase).ids)]
        self._coupon(
            order, 'NINETY', discount=90.0, discount_applicability='specific',
            discount_product_ids=both,
        )
        second = self._coupon(
            order, 'TWENTY', discount=20.0, discount_applicability='specific',
            discount_product_ids=[Command.set(self.vase.ids)],
        )
        self.assertEqual(self._discounts(order, second), {self.merchant_b: -6.0})
        order._update_programs_and_rewards()
        self.assertEqual(self._discounts(order, second), {self.merchant_b: -6.0})
