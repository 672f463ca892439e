# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon


@tagged('post_install', '-at_install')
class TestMoneyCasesRefunds(MoneyCasesCommon):
    """Refunds and debts of docs/accounting.md."""

    def test_case_21_all_refunded_before_the_statement(self):
        order = self._paid()
        part = self._part(order)
        credit_note = part._refund(dict.fromkeys(part.line_ids, 1.0), "Cancelled", part)
        self.assertItems(credit_note, receivable=-123.00, clearing=123.00)
        self.assertEntries(
            order, sale=113.00, shipping=10.00, commission=-9.04,
            sale_refund=-113.00, shipping_refund=-10.00, commission_refund=9.04,
        )  # fmt: skip
        self._complete(order)
        self.assertWallet()
        self.assertFalse(
            self.env['marketplace.statement']._generate(
                fields.Date.context_today(part), self.merchant_a
            )
        )
        self.assertBooksAgree()

    def test_case_22_partial_refunds_in_three_steps(self):
        """8.00 × 33.33 / 100 = 2.6664, × 66.66 / 100 = 5.3328: the last takes what is left."""
        order = self._buy({self._goods_for(100.0): 1})
        part = self._part(order)
        for amount, returned in ((33.33, 2.67), (33.33, 5.33), (33.34, 8.00)):
            credit_note = part._refund_amount(amount, "Scratch", part)
            self.assertItems(credit_note, receivable=-amount, clearing=amount)
            self.assertEqual(self._entries(order)['commission_refund'], returned)
        self.assertEntries(
            order, sale=100.00, commission=-8.00, sale_refund=-100.00, commission_refund=8.00
        )
        self.assertBooksAgree()

    def test_case_23_a_commission_of_ten_cents_in_thirds(self):
        """0.10 × 0.42 / 1.25 = 0.0336, × 0.84 / 1.25 = 0.0672."""
        order = self._buy({self._goods_for(1.25): 1})
        self.assertEntries(order, sale=1.25, commission=-0.10)
        part = self._part(order)
        for amount, returned in ((0.42, 0.03), (0.42, 0.07), (0.41, 0.10)):
            part._refund_amount(amount, "Scratch", part)
            self.assertEqual(self._entries(order)['commission_refund'], returned)
        self.assertBooksAgree()

    def test_case_24_one_of_two_with_a_coupon_of_the_platform(self):
        order = self._buy_with_coupon({self.bowl: 2}, 100.0)
        self.assertItems(order.invoice_ids, receivable=213.40, clearing=-213.40)
        credit_note = self._refund_goods(order, 0.5)
        self.assertItems(credit_note, receivable=-101.70, clearing=101.70)
        self.assertEntries(
            order, sale=226.00, discount=-22.60, subsidy=22.60, shipping=10.00, commission=-18.08,
            sale_refund=-113.00, discount_refund=11.30, subsidy_refund=-11.30,
            commission_refund=9.04,
        )  # fmt: skip
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 111.70, 'subsidy': 11.30, 'payable': -123.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=113.96,
        )

    def test_case_25_half_refunded_by_the_deemed_supplier(self):
        self.merchant_a.vat_liability = 'platform'
        order = self._paid()
        credit_note = self._refund_goods(order, 0.5)
        self.assertItems(credit_note, receivable=-56.50, clearing=50.00, tax=6.50)
        self.assertEntries(
            order, sale=100.00, shipping=10.00, commission=-9.04,
            sale_refund=-50.00, commission_refund=4.52,
        )  # fmt: skip
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 60.00, 'payable': -60.00},
            fees={'receivable': 4.52, 'commission': -4.26, 'tax': -0.26},
            netting={'payable': 4.52, 'receivable': -4.52},
            net=55.48,
        )

    def test_case_26_goods_back_freight_and_free_shipping_stay(self):
        order = self._buy_with_coupon({self.bowl: 1}, 100.0, reward_type='shipping')
        credit_note = self._refund_goods(order, 1.0)
        self.assertItems(credit_note, receivable=-113.00, clearing=113.00)
        self.assertEntries(
            order, sale=113.00, shipping=10.00, discount=-10.00, subsidy=10.00, commission=-9.04,
            sale_refund=-113.00, commission_refund=9.04,
        )  # fmt: skip
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'subsidy': 10.00, 'payable': -10.00}, fees={}, netting={}, net=10.00,
        )  # fmt: skip

    def test_case_27_one_merchants_refund_leaves_the_other_alone(self):
        order = self._paid({self.bowl: 1, self.vase: 1})
        part = self._part(order)
        credit_note = part._refund(dict.fromkeys(part.line_ids, 1.0), "Broken", part)
        self.assertEqual(credit_note.line_ids.merchant_id, self.merchant_a)
        self._complete(order)
        self.assertWallet(self.merchant_b, available=63.20)
        self.assertWallet(available=0.0)
        self.assertBooksAgree()

    def test_case_28_refund_between_statement_and_payout(self):
        """23.00 of 123.00: goods 21.13, freight 1.87; commission 9.04 × 21.13 / 113 = 1.69."""
        order = self._paid()
        self._complete(order)
        self._statement()
        part = self._part(order)
        credit_note = part._refund_amount(23.00, "Scratch", part)
        self.assertItems(credit_note, receivable=-23.00, clearing=23.00)
        self.assertWallet(in_transit=113.96, debt=-21.31)
        self.assertBooksAgree()

    def test_case_29_refund_after_the_payout(self):
        order = self._paid()
        self._settle(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
        self.assertWallet(paid=113.96, debt=-113.96)
        self._complete(self._buy({self.bowl: 2}))
        self.assertWallet(paid=113.96, available=93.96)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 103.00, 'payable': -103.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=93.96,
        )
        self.assertPaidOut(payable=93.96, bank=-93.96)
        self.assertWallet(paid=207.92)

    def test_case_30_a_debt_that_the_next_sale_does_not_cover(self):
        order = self._paid()
        self._settle(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
        self._complete(self._buy({self.cup: 1}))
        self.assertWallet(paid=113.96, debt=-77.16)
        self.assertFalse(
            self.env['marketplace.statement']._generate(
                fields.Date.context_today(part), self.merchant_a
            )
        )
        self.assertBooksAgree()

    def test_case_31_more_fees_returned_than_charged(self):
        order = self._buy({self.bowl: 1})
        self._settle(order)
        self._refund_goods(order, 1.0)
        self.assertWallet(paid=103.96, debt=-103.96)
        self._rule(percent=0.0, merchant_id=self.merchant_a.id)
        self._complete(self._buy({self._goods_for(200.0): 1}))
        statement = self._statement()
        self.assertEqual(statement.fee_move_id.move_type, 'out_refund')
        self.assertStatement(
            statement,
            settlement={'clearing': 87.00, 'payable': -87.00},
            fees={'receivable': -9.04, 'commission': 8.53, 'tax': 0.51},
            netting={'payable': -9.04, 'receivable': 9.04},
            net=96.04,
        )
        self.assertPaidOut(payable=96.04, bank=-96.04)
