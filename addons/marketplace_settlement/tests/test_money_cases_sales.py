# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon


@tagged('post_install', '-at_install')
class TestMoneyCasesSales(MoneyCasesCommon):
    """Sales of docs/accounting.md, from the shopper's invoice to the payout."""

    def test_case_01_tax_inside_the_price(self):
        order = self._paid()
        self.assertItems(order.invoice_ids, receivable=123.00, clearing=-123.00)
        self.assertEntries(order, sale=113.00, shipping=10.00, commission=-9.04)
        self._complete(order)
        self.assertWallet(available=113.96)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 123.00, 'payable': -123.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=113.96,
        )
        self.assertWallet(in_transit=113.96)
        self.assertPaidOut(payable=113.96, bank=-113.96)
        self.assertWallet(paid=113.96)

    def test_case_02_tax_on_top_of_the_price(self):
        on_top = self._tax(13.0, included=False)
        order = self._buy({self._goods_for(100.0, taxes=on_top): 1})
        self.assertEqual(order.amount_total, 113.00)
        self.assertItems(order.invoice_ids, receivable=113.00, clearing=-113.00)
        self.assertEntries(order, sale=113.00, commission=-9.04)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 113.00, 'payable': -113.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=103.96,
        )

    def test_case_03_goods_without_tax_and_a_fee_without_tax(self):
        self.company.marketplace_fee_tax_id = False
        order = self._buy({self._goods_for(50.0): 1})
        self.assertEntries(order, sale=50.00, commission=-4.00)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 50.00, 'payable': -50.00},
            fees={'receivable': 4.00, 'commission': -4.00},
            netting={'payable': 4.00, 'receivable': -4.00},
            net=46.00,
        )

    def test_case_04_deemed_supplier(self):
        self.merchant_a.vat_liability = 'platform'
        order = self._paid()
        self.assertItems(order.invoice_ids, receivable=123.00, clearing=-110.00, tax=-13.00)
        self.assertEntries(order, sale=100.00, shipping=10.00, commission=-9.04)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 110.00, 'payable': -110.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=100.96,
        )
        self.assertPaidOut(payable=100.96, bank=-100.96)

    def test_case_05_coupon_funded_by_the_platform(self):
        order = self._buy_with_coupon({self.bowl: 1}, 100.0)
        self.assertItems(order.invoice_ids, receivable=111.70, clearing=-111.70)
        self.assertEntries(
            order, sale=113.00, discount=-11.30, subsidy=11.30, shipping=10.00, commission=-9.04
        )
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 111.70, 'subsidy': 11.30, 'payable': -123.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=113.96,
        )

    def test_case_06_coupon_funded_by_the_merchant(self):
        order = self._buy_with_coupon({self.bowl: 1}, 0.0)
        self.assertItems(order.invoice_ids, receivable=111.70, clearing=-111.70)
        self.assertEntries(order, sale=113.00, discount=-11.30, shipping=10.00, commission=-8.14)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 111.70, 'payable': -111.70},
            fees={'receivable': 8.14, 'commission': -7.68, 'tax': -0.46},
            netting={'payable': 8.14, 'receivable': -8.14},
            net=103.56,
        )

    def test_case_07_coupon_shared_by_both(self):
        order = self._buy_with_coupon({self.bowl: 1}, 40.0)
        self.assertEntries(
            order, sale=113.00, discount=-11.30, subsidy=4.52, shipping=10.00, commission=-8.50
        )
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 111.70, 'subsidy': 4.52, 'payable': -116.22},
            fees={'receivable': 8.50, 'commission': -8.02, 'tax': -0.48},
            netting={'payable': 8.50, 'receivable': -8.50},
            net=107.72,
        )

    def test_case_08_free_shipping_paid_by_the_platform(self):
        order = self._buy_with_coupon({self.bowl: 1}, 100.0, reward_type='shipping')
        self.assertItems(order.invoice_ids, receivable=113.00, clearing=-113.00)
        self.assertEntries(
            order, sale=113.00, shipping=10.00, discount=-10.00, subsidy=10.00, commission=-9.04
        )
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 113.00, 'subsidy': 10.00, 'payable': -123.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=113.96,
        )

    def test_case_09_two_merchants_and_the_platform_in_one_order(self):
        order = self._paid({self.bowl: 1, self.vase: 1, self.lamp: 1})
        self.assertEqual(order.amount_total, 221.00)
        by_merchant = order.invoice_ids.line_ids.grouped('merchant_id')
        self.assertEqual(sum(by_merchant[self.merchant_a].mapped('balance')), -123.00)
        self.assertEqual(sum(by_merchant[self.merchant_b].mapped('balance')), -68.00)
        self.assertEntries(order, sale=173.00, shipping=18.00, commission=-13.84)
        self._complete(order)
        statement_a, statement_b = self._statement(), self._statement(self.merchant_b)
        self.assertRecordValues(statement_a | statement_b, [
            {'amount_gross': 123.00, 'amount_fee': 9.04, 'amount_net': 113.96},
            {'amount_gross': 68.00, 'amount_fee': 4.80, 'amount_net': 63.20},
        ])  # fmt: skip
        self.assertItems(
            statement_b.fee_move_id, receivable=4.80, commission=-4.53, tax=-0.27
        )
        self.assertPaidOut(self.merchant_b, payable=63.20, bank=-63.20)

    def test_case_10_quantity_and_a_discount_in_the_line(self):
        order = self._cart({self.bowl: 3})
        order.order_line.discount = 15.0
        self._pay(order)
        self.assertEqual(order.amount_total, 288.15)
        self.assertEntries(order, sale=288.15, commission=-23.05)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 288.15, 'payable': -288.15},
            fees={'receivable': 23.05, 'commission': -21.75, 'tax': -1.30},
            netting={'payable': 23.05, 'receivable': -23.05},
            net=265.10,
        )

    # === ROUNDING === #

    def test_case_11_three_lines_of_0_83_at_0_6_percent(self):
        """0.83 × 0.6 % = 0.00498: nothing on each line, so nothing on the statement."""
        self._rule(percent=0.6, merchant_id=self.merchant_a.id)
        order = self._buy({self._goods_for(0.83): 1, self._goods_for(0.83): 1,
                           self._goods_for(0.83): 1})  # fmt: skip
        self.assertEntries(order, sale=2.49)
        self._complete(order)
        self.assertStatement(
            self._statement(), settlement={'clearing': 2.49, 'payable': -2.49}, fees={},
            netting={}, net=2.49,
        )  # fmt: skip

    def test_case_12_one_line_of_three_at_0_83(self):
        """2.49 × 0.6 % = 0.01494: one cent, because it is one line."""
        self._rule(percent=0.6, merchant_id=self.merchant_a.id)
        order = self._buy({self._goods_for(0.83): 3})
        self.assertEntries(order, sale=2.49, commission=-0.01)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 2.49, 'payable': -2.49},
            fees={'receivable': 0.01, 'commission': -0.01},
            netting={'payable': 0.01, 'receivable': -0.01},
            net=2.48,
        )

    def test_case_13_half_a_cent(self):
        """6.45 × 10 % = 0.645: the half cent is the platform's, the rest is the merchant's."""
        self._rule(percent=10.0, merchant_id=self.merchant_a.id)
        order = self._buy({self._goods_for(6.45): 1})
        self.assertEntries(order, sale=6.45, commission=-0.65)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 6.45, 'payable': -6.45},
            fees={'receivable': 0.65, 'commission': -0.61, 'tax': -0.04},
            netting={'payable': 0.65, 'receivable': -0.65},
            net=5.80,
        )

    def test_case_14_a_fixed_coupon_over_three_owners(self):
        """1.00 over 113, 60 and 25 is 0.5707, 0.3030 and 0.1263: the last has most left over."""
        order = self._buy_with_coupon(
            {self.bowl: 1, self.vase: 1, self.lamp: 1}, 0.0, freight=False,
            discount_mode='per_order', discount=1.0,
        )  # fmt: skip
        self.assertEqual(order.amount_total, 197.00)
        self.assertEqual(
            {line.merchant_id.code: line.price_total for line in order.order_line
             if line.is_reward_line},
            {'ORDA': -0.57, 'ORDB': -0.30, False: -0.13},
        )  # fmt: skip
        # (113 − 0.57) × 8 % = 8.9944; (60 − 0.30) × 8 % = 4.776
        self.assertEntries(order, sale=173.00, discount=-0.87, commission=-13.77)
        self._complete(order)
        self.assertEqual(self._statement().amount_net, 103.44)
        self.assertEqual(self._statement(self.merchant_b).amount_net, 54.92)
        self.assertBooksAgree()

    def test_case_15_freight_shared_by_a_capped_promotion(self):
        """10.00 over freights of 10, 8 and 5: 4.3478, 3.4783 and 2.1739; B and A get the cents."""
        order = self._buy_with_coupon(
            {self.bowl: 1, self.vase: 1, self.lamp: 1}, 100.0, reward_type='shipping',
            discount_max_amount=10.0,
        )  # fmt: skip
        self.assertEqual(
            {line.merchant_id.code: line.price_total for line in order.order_line
             if line.is_reward_line},
            {'ORDA': -4.35, 'ORDB': -3.48, False: -2.17},
        )  # fmt: skip
        self.assertEqual(order.amount_total, 211.00)
        self.assertEntries(
            order, sale=173.00, shipping=18.00, discount=-7.83, subsidy=7.83, commission=-13.84
        )
        self.assertBooksAgree()

    def test_case_16_taxes_rounded_over_the_whole_order(self):
        """5 × 0.99 + 13 % = 5.5935, 3.33 + 13 % = 3.7629: 9.36 together, not 5.59 + 3.76."""
        self.company.tax_calculation_rounding_method = 'round_globally'
        on_top = self._tax(13.0, included=False)
        order = self._buy({self._goods_for(0.99, taxes=on_top): 5,
                           self._goods_for(3.33, self.merchant_b, on_top): 1})  # fmt: skip
        self.assertEqual(order.amount_total, 9.36)
        sold = {line.merchant_id: line.marketplace_amount for line in order.order_line}
        self.assertEqual(sold, {self.merchant_a: 5.60, self.merchant_b: 3.76})
        # 5.60 × 8 % = 0.448, 3.76 × 8 % = 0.3008
        self.assertEntries(order, sale=9.36, commission=-0.75)
        self.assertBooksAgree()

    # === RULES === #

    def test_case_17_fixed_part_minimum_and_maximum(self):
        self._rule(percent=8.0, merchant_id=self.merchant_a.id, amount_ids=[
            self._amounts(fixed=1.0, minimum=2.0, maximum=12.0),
        ])  # fmt: skip
        # 5 × 8 % + 1 = 1.40 → 2.00; 40 × 8 % + 1 = 4.20; 200 × 8 % + 1 = 17.00 → 12.00
        order = self._buy({self._goods_for(5.0): 1, self._goods_for(40.0): 1,
                           self._goods_for(200.0): 1})  # fmt: skip
        self.assertEqual(
            order.order_line.mapped('marketplace_commission'), [2.00, 4.20, 12.00]
        )
        self.assertEntries(order, sale=245.00, commission=-18.20)
        self.assertBooksAgree()

    # === OTHER MOVEMENTS === #

    def test_case_18_penalty_and_compensation(self):
        order = self._paid()
        self._complete(order)
        Entry = self.env['marketplace.balance.entry']
        Entry._book(self.merchant_a, 'penalty', -20.0, "Late", self.merchant_a)
        Entry._book(self.merchant_a, 'adjustment', 5.0, "Goodwill", self.merchant_a)
        self.assertWallet(available=98.96)
        self.assertStatement(
            self._statement(),
            settlement={
                'clearing': 123.00, 'penalty': -20.00, 'subsidy': 5.00, 'payable': -108.00,
            },
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=98.96,
        )  # fmt: skip
        self.assertPaidOut(payable=98.96, bank=-98.96)
