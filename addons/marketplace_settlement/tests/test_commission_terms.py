# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestCommissionTerms(MoneyCommon):
    """What a line is charged, and why."""

    def _fee(self, order, product=None):
        """Return base, percent, brackets and commission of a product's line."""
        line = self._line(order, product)
        return (
            line.marketplace_base, line.marketplace_percent, line.marketplace_brackets or '',
            line.marketplace_commission,
        )  # fmt: skip

    def _line(self, order, product=None):
        return order.order_line.filtered(lambda line: line.product_id == (product or self.bowl))

    def _own_rule(self, *brackets, **values):
        return self._rule(
            merchant_id=self.merchant_a.id,
            bracket_ids=[
                Command.create({'amount_from': amount, 'percent': percent})
                for amount, percent in brackets
            ],
            **values,
        )

    # === BASE === #

    def test_a_rule_may_charge_the_price_without_tax(self):
        self._own_rule(percent=8.0, base='without_tax')
        self.assertEqual(self._fee(self._order()), (100.0, 8.0, '', 8.0))

    def test_freight_is_charged_only_where_the_rule_says_so(self):
        order = self._paid()
        freight = order.order_line.filtered('is_delivery')
        self.assertEqual((freight.marketplace_base, freight.marketplace_commission), (10.0, 0.0))
        self._own_rule(
            percent=8.0, include_freight=True, amount_ids=[self._amounts(minimum=3.0, fixed=1.0)]
        )
        order = self._paid()
        freight = order.order_line.filtered('is_delivery')
        self.assertEqual((freight.marketplace_base, freight.marketplace_commission), (10.0, 0.8))
        self.assertEqual(self._fee(order)[3], 10.04)
        self.assertEqual(self._entries(order)['commission'], -10.84)
        part = self._part(order)
        part._refund_amount(part._refundable_amount(), "Back", part)
        self.assertEqual(self._entries(order)['commission_refund'], 10.84)
        self.assertBooksAgree()

    def test_freight_is_no_matter_of_products_and_categories(self):
        with self.assertRaises(ValidationError):
            self._rule(percent=1.0, categ_id=self.category.id, include_freight=True)

    # === BRACKETS === #

    def test_brackets_part_the_month(self):
        """Sold before: 113. Limit 150. Of the next 113, 37 lie below and 76 above."""
        self._own_rule((150.0, 5.0), percent=10.0)
        self.assertEqual(self._fee(self._order()), (113.0, 10.0, '113.00 × 10 %', 11.3))
        fee = self._fee(self._order())
        self.assertEqual(fee, (113.0, 6.6372, '37.00 × 10 % + 76.00 × 5 %', 7.5))
        self.assertEqual(self._fee(self._order())[2], '113.00 × 5 %')

    def test_each_line_of_an_order_moves_the_month_on(self):
        self._own_rule((113.0, 5.0), percent=10.0)
        order = self._order({self.bowl: 1, self.cup: 1})
        self.assertEqual(self._fee(order)[3], 11.3)
        self.assertEqual(self._fee(order, self.cup), (40.0, 5.0, '40.00 × 5 %', 2.0))

    def test_cancelled_orders_and_other_months_do_not_count(self):
        self._own_rule((100.0, 5.0), percent=10.0)
        cancelled, earlier = self._part(self._order()), self._part(self._order())
        cancelled.with_user(self.clerk_a).portal_refuse("Broken")
        self.env.flush_all()
        month = fields.Date.start_of(self.company._marketplace_today(), 'month')
        self.env.cr.execute(
            "UPDATE marketplace_order SET create_date = %s WHERE id = %s",
            [fields.Datetime.subtract(self.company._marketplace_utc(month), seconds=1), earlier.id],
        )
        self.assertEqual(self._fee(self._order())[2], '100.00 × 10 % + 13.00 × 5 %')

    def test_the_month_begins_where_the_company_is(self):
        self.company.partner_id.tz = 'Asia/Shanghai'
        start = self.company._marketplace_utc(fields.Date.to_date('2026-11-01'))
        self.assertEqual(fields.Datetime.to_string(start), '2026-10-31 16:00:00')

    def test_other_merchants_sales_do_not_count(self):
        self.rule._move_to('retired')
        self._rule(
            percent=10.0, bracket_ids=[Command.create({'amount_from': 50.0, 'percent': 5.0})]
        )
        self._order({self.vase: 1})
        self.assertEqual(self._fee(self._order())[2], '50.00 × 10 % + 63.00 × 5 %')

    def test_the_month_is_asked_for_only_where_brackets_count(self):
        Rule = self.env.registry['marketplace.commission.rule']
        asking = patch.object(Rule, '_month_sales', side_effect=Rule._month_sales, autospec=True)
        with asking as ask:
            self._order()
            self.assertEqual(ask.call_count, 0)
            self._own_rule((150.0, 5.0), percent=10.0)
            self._order({self.bowl: 1, self.cup: 1, self.vase: 1})
            self.assertEqual(ask.call_count, 1)

    def test_published_brackets_and_amounts_stay(self):
        rule = self._own_rule(
            (150.0, 5.0), percent=10.0, amount_ids=[self._amounts(minimum=1.0)]
        )
        draft = self.env['marketplace.commission.rule'].create({
            'amount_ids': [self._amounts(minimum=1.0)],
            'bracket_ids': [Command.create({'amount_from': 9.0, 'percent': 1.0})],
        })  # fmt: skip
        abroad = self._currency('XTA', 2.0)
        for change in (
            lambda: rule.bracket_ids.write({'percent': 1.0}),
            lambda: rule.amount_ids.write({'minimum': 2.0}),
            lambda: rule.bracket_ids.unlink(),
            lambda: rule.amount_ids.unlink(),
            lambda: draft.bracket_ids.write({'rule_id': rule.id}),
            lambda: draft.amount_ids.write({'rule_id': rule.id, 'currency_id': abroad.id}),
            lambda: rule.write({'amount_ids': [Command.clear()]}),
            lambda: rule.bracket_ids.create({
                'rule_id': rule.id, 'amount_from': 900.0, 'percent': 1.0,
            }),
            lambda: rule.amount_ids.create({'rule_id': rule.id, 'currency_id': abroad.id}),
        ):
            with self.assertRaises(UserError):
                change()

    def test_nobody_types_the_terms_that_sales_are_rated_by(self):
        draft = self.env['marketplace.commission.rule'].with_user(self.maker).create({})
        with self.assertRaises(AccessError):
            draft.write({'terms': {'brackets': [], 'amounts': {}}})
        with self.assertRaises(AccessError):
            draft.create({'terms': {'brackets': [], 'amounts': {}}})

    # === REFUNDS === #

    def test_a_rule_may_keep_a_part_of_the_fee_of_what_is_refunded(self):
        """Who keeps the fee on refund is a choice (dokan #2267): 25 % of 9.04 are 2.26."""
        self._own_rule(percent=8.0, refund_percent=25.0)
        order = self._paid()
        part = self._part(order)
        for _turn in range(3):
            part._refund_amount(41.0, "Part", part)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertEqual(self._entries(order)['commission_refund'], 2.26)
        self.assertBooksAgree()

    def test_an_order_that_is_cancelled_costs_no_fee(self):
        self._own_rule(percent=8.0, refund_percent=0.0)
        order = self._paid()
        self._part(order).with_user(self.clerk_a).portal_refuse("Broken")
        self.assertEqual(self._entries(order)['commission_refund'], 9.04)
        self.assertBooksAgree()

    def test_the_part_that_goes_back_is_frozen(self):
        order = self._paid()
        self._own_rule(percent=8.0, refund_percent=0.0)
        part = self._part(order)
        part._refund_amount(123.0, "Back", part)
        self.assertEqual(self._entries(order)['commission_refund'], 9.04)

    # === CURRENCIES === #

    def test_limits_are_converted_by_the_orders_company(self):
        """A minimum of 2 in a currency worth 5 is 10 in the currency of the order."""
        foreign = self._currency('XTA', 0.2)
        self._own_rule(
            percent=1.0, currency_id=foreign.id, amount_ids=[self._amounts(foreign, minimum=2.0)]
        )
        other = self.env['res.company'].create({'name': "Elsewhere"})
        order = self._cart({self.bowl: 1})
        order.with_context(allowed_company_ids=[other.id, self.company.id]).action_confirm()
        self.assertEqual(self._fee(order)[3], 10.0)

    def _sold_in(self, currency):
        """Return the line of a bowl that was sold in a currency."""
        order = self._cart_in(currency, {self.bowl: 1})
        order.action_confirm()
        return self._line(order)

    def test_each_currency_has_its_own_amounts(self):
        """1 %: of 113 at home at least 3; of 226 abroad plus 0.5, at most 2.5, not 6."""
        abroad, other = self._currency('XTA', 2.0), self._currency('XTB', 4.0)
        self._own_rule(percent=1.0, amount_ids=[
            self._amounts(minimum=3.0), self._amounts(abroad, fixed=0.5, maximum=2.5),
        ])  # fmt: skip
        sold = self._line(self._order()), self._sold_in(abroad), self._sold_in(other)
        self.assertEqual(
            [(line.marketplace_fixed_fee, line.marketplace_commission) for line in sold],
            [(0.0, 3.0), (0.5, 2.5), (0.0, 12.0)],
        )
        home, own, converted = [line._marketplace_fee_explanation() for line in sold]
        self.assertIn(f"those for sales in {self.currency.name}.", home)
        self.assertIn("226.00 × 1 % + 0.50 = ", own)
        self.assertIn("2.50", own)
        self.assertIn("those for sales in XTA.", own)
        self.assertIn(f"those in {self.currency.name}, by the exchange rate of the day", converted)

    def test_a_currency_without_amounts_is_charged_the_percentage_alone(self):
        abroad = self._currency('XTA', 2.0)
        self._own_rule(percent=1.0, amount_ids=[self._amounts(abroad, minimum=30.0)])
        self.assertEqual(self._fee(self._order())[3], 1.13)
        self.assertEqual(self._sold_in(abroad).marketplace_commission, 30.0)

    def test_amounts_of_zero_stand_for_none(self):
        abroad = self._currency('XTA', 2.0)
        self._own_rule(percent=1.0, amount_ids=[
            self._amounts(minimum=3.0), self._amounts(abroad),
        ])  # fmt: skip
        self.assertEqual(self._sold_in(abroad).marketplace_commission, 2.26)

    def test_what_was_converted_at_confirmation_stays(self):
        abroad = self._currency('XTA', 2.0)
        self._own_rule(percent=1.0, amount_ids=[self._amounts(fixed=0.5)])
        line = self._sold_in(abroad)
        abroad.rate_ids.rate = 8.0
        self.assertEqual((line.marketplace_fixed_fee, line.marketplace_commission), (1.0, 3.26))
        self.assertIn("226.00 × 1 % + 1.00 = ", line._marketplace_fee_explanation())

    def test_amounts_that_mean_nothing_are_refused(self):
        for amounts in (
            [self._amounts(minimum=3.0, maximum=2.0)], [self._amounts(fixed=-1.0)],
            [self._amounts(minimum=1.0), self._amounts(minimum=2.0)],
        ):
            with (
                self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self.env['marketplace.commission.rule'].create({'amount_ids': amounts})

    # === WHY === #

    def test_the_fee_is_explained(self):
        why = self._line(self._order())._marketplace_fee_explanation()
        self.assertIn("113.00 × 8 % = ", why)
        self.assertIn(self.currency.format(9.04), why)
        self.assertIn("“Everything: 8 %”, version 1", why)

    def test_limits_and_fixed_parts_are_explained(self):
        self._own_rule(percent=1.0, amount_ids=[self._amounts(fixed=0.5, minimum=2.0)])
        why = self._line(self._order())._marketplace_fee_explanation()
        self.assertIn("113.00 × 1 % + 0.50 = ", why)
        self.assertIn(f"Charged: {self.currency.format(2.0)}, the least per order line.", why)

    def test_brackets_are_explained(self):
        self._own_rule((100.0, 5.0), percent=10.0)
        why = self._line(self._order())._marketplace_fee_explanation()
        self.assertIn("100.00 × 10 % + 13.00 × 5 % = ", why)
        self.assertIn(self.currency.format(10.65), why)

    def test_what_is_not_charged_is_explained_too(self):
        order = self._paid()
        freight = order.order_line.filtered('is_delivery')
        self.assertEqual(
            freight._marketplace_fee_explanation(), "No commission is charged on this freight."
        )
        self.assertEqual(self._line(self._cart({self.bowl: 1}))._marketplace_fee_explanation(), '')

    def test_the_merchant_reads_why_without_rights_on_the_rule(self):
        order = self._paid()
        entry = self.env['marketplace.balance.entry'].search(
            [('order_id', '=', self._part(order).id), ('kind', '=', 'commission')]
        )
        self.assertIn("113.00 × 8 %", entry.with_user(self.finance_a).explanation)
