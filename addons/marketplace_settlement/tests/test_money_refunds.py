# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyRefunds(MoneyCommon):

    def _goods(self, part):
        return part.line_ids.filtered(lambda line: line._marketplace_kind() == 'sale')

    def test_a_refund_before_the_statement_leaves_nothing(self):
        order = self._paid()
        part = self._part(order)
        credit_note = part._refund(dict.fromkeys(part.line_ids, 1.0), "Broken", part)
        self.assertEqual(credit_note.state, 'posted')
        self.assertEqual(credit_note.amount_total, 123.0)
        self.assertEqual(self._entries(order, 'pending'), {
            'sale': 113.0, 'shipping': 10.0, 'commission': -9.04,
            'sale_refund': -113.0, 'shipping_refund': -10.0, 'commission_refund': 9.04,
        })  # fmt: skip
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertEqual(part.amount_refunded, 123.0)
        self.assertBooksAgree()

    def test_a_cancelled_order_is_refunded_and_never_held_up(self):
        order = self._paid()
        part = self._part(order)
        part.with_user(self.clerk_a).portal_refuse("Out of stock")
        self.assertEqual(part._refundable_amount(), 0.0)
        self._mature()
        self.assertEqual(self._entries(order), self._entries(order, 'available'))
        self.assertEqual(self._wallet().available, 0.0)
        self.assertNotEqual(order.invoice_status, 'to invoice')
        self.assertBooksAgree()

    def test_three_refunds_by_quantity_give_back_every_cent(self):
        self.bowl.list_price = 33.35
        order = self._paid({self.bowl: 3})
        part = self._part(order)
        line = self._goods(part)
        sold = self._entries(order)
        for _step in range(3):
            part._refund({line: 1 / 3}, "One broken", part)
        entries = self._entries(order)
        self.assertEqual(entries['sale_refund'], -sold['sale'])
        self.assertEqual(entries['commission_refund'], -sold['commission'])
        self.assertEqual(part._refundable_amount(), 10.0)
        self.assertBooksAgree()

    def test_partial_refunds_by_amount_give_back_every_cent(self):
        order = self._paid({self.bowl: 1, self.cup: 1})
        part = self._part(order)
        for amount in (0.01, 33.33, 54.32):
            part._refund_amount(amount, "Goodwill", part)
        part._refund_amount(part._refundable_amount(), "The rest", part)
        entries = self._entries(order)
        self.assertEqual(
            self.currency.round(entries['sale'] + entries['sale_refund']), 0.0
        )
        self.assertEqual(
            self.currency.round(entries['commission'] + entries['commission_refund']), 0.0
        )
        self.assertBooksAgree()

    def test_nobody_gets_back_more_than_was_paid(self):
        part = self._part(self._paid())
        for amount in (-1.0, 0.0, 123.01, 1e9):
            with self.assertRaises(UserError):
                part._refund_amount(amount, "Too much", part)
        part._refund_amount(100.0, "Part", part)
        with self.assertRaises(UserError):
            part._refund_amount(23.01, "Too much", part)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "The rest", part)
        self.assertFalse(part._refund(dict.fromkeys(part.line_ids, 1.0), "Again", part))
        self.assertBooksAgree()

    def test_the_accountants_credit_note_makes_the_same_entries(self):
        order = self._paid()
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=order.invoice_ids.ids
        ).create({'reason': "Mistake", 'journal_id': order.invoice_ids.journal_id.id})
        wizard.refund_moves()
        credit_note = order.invoice_ids.reversal_move_ids
        credit_note.action_post()
        entries = self._entries(order)
        self.assertEqual(entries['sale_refund'], -113.0)
        self.assertEqual(entries['commission_refund'], 9.04)
        self.assertBooksAgree()

    def test_the_accountant_cannot_credit_more_than_was_invoiced(self):
        order = self._paid()
        invoice = order.invoice_ids
        first, second = invoice._reverse_moves(), invoice._reverse_moves()
        first.action_post()
        with self.assertRaisesRegex(UserError, "than was invoiced"), self.env.cr.savepoint():
            second.action_post()
        second.unlink()
        self.assertBooksAgree()

    def test_the_deemed_suppliers_tax_comes_back_too(self):
        self.merchant_a.vat_liability = 'platform'
        order = self._paid()
        part = self._part(order)
        credit_note = part._refund({self._goods(part): 0.5}, "Half", part)
        self.assertEqual(credit_note.amount_total, 56.5)
        self.assertEqual(credit_note.amount_tax, 6.5)
        self.assertEqual(self._entries(order)['sale_refund'], -50.0)
        self.assertEqual(self._entries(order)['commission_refund'], 4.52)
        self.assertBooksAgree()

    def test_a_refund_after_the_statement_reduces_its_payout(self):
        order = self._paid()
        self._complete(order)
        statement = self._statement()
        part = self._part(order)
        part._refund_amount(23.0, "Scratch", part)
        self.assertEqual(statement.amount_net, 113.96)
        self.assertEqual(self._wallet().available, 0.0)
        self.assertLess(self._wallet().debt, 0.0)
        self.assertBooksAgree()
        payout = self._pay_out().payout_ids
        self.assertEqual(payout.amount, self.currency.round(113.96 - 23.0 + 1.69))
        self.assertBooksAgree()

    def test_a_refund_after_the_payout_is_a_debt_that_the_next_sales_make_good(self):
        order = self._paid()
        self._settle(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
        self.assertRecordValues(self._wallet(), [
            {'available': 0.0, 'debt': -113.96, 'paid': 113.96},
        ])  # fmt: skip
        self.assertFalse(self.env['marketplace.statement']._generate(self._today()))
        self.assertBooksAgree()
        self._complete(self._paid({self.bowl: 2}))
        self.assertEqual(self._wallet().debt, 0.0)
        statement = self._statement()
        self.assertEqual(statement.amount_net, self.currency.round(217.92 - 113.96))
        self._pay_out()
        clearing = self.company.marketplace_clearing_account_id
        self.assertEqual(self._ledger(clearing, self.merchant_a), 0.0)
        self.assertBooksAgree()

    def _today(self):
        return self.env['marketplace.statement']._fields['date_to'].context_today(self.merchant_a)

    def test_a_refund_makes_nothing_due_for_another_invoice(self):
        order = self._paid()
        part = self._part(order)
        part._refund({self._goods(part): 1.0}, "Broken", part)
        self.assertEqual(sum(order.order_line.mapped('qty_to_invoice')), 0.0)
        self.assertFalse(order._marketplace_to_invoice())

    def test_the_provider_pays_back_and_the_payment_is_matched(self):
        order = self._paid()
        part = self._part(order)
        with self._provider_refunds():
            credit_note = part._refund_amount(50.0, "Late", part)
        refund = order.transaction_ids.child_transaction_ids
        self.assertRecordValues(refund, [{'amount': -50.0, 'state': 'done'}])
        self.assertFalse(credit_note.activity_ids)
        refund._post_process()
        self.assertEqual(credit_note.payment_state, 'paid')
        self.assertBooksAgree()

    def test_what_the_provider_cannot_pay_back_is_a_task_of_the_finance_officers(self):
        part = self._part(self._paid())
        credit_note = part._refund_amount(50.0, "Late", part)
        self.assertTrue(credit_note.activity_ids)
        self.assertTrue(credit_note.activity_ids.user_id.has_group(
            'marketplace_settlement.group_finance_officer'
        ))
        self.assertEqual(credit_note.amount_residual, 50.0)

    def test_a_settled_invoice_stays_as_it_is(self):
        order = self._paid()
        for action in ('button_draft', 'button_cancel'):
            with self.assertRaises(UserError):
                getattr(order.invoice_ids, action)()

    def test_a_line_sold_for_a_merchant_keeps_its_price(self):
        order = self._paid()
        line = self._goods(self._part(order))
        for values in ({'price_unit': 1.0}, {'product_uom_qty': 5}, {'discount': 50.0}):
            with self.assertRaises(UserError):
                line.write(values)
        line.write({'price_unit': line.price_unit})

    @settings(
        max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(st.lists(st.integers(1, 6000), min_size=1, max_size=4))
    def test_any_refunds_keep_the_books_in_order(self, amounts):
        self.bowl.list_price = 99.99
        if not self.rule.merchant_id:  # Examples share one transaction.
            self.rule = self._rule(
                merchant_id=self.merchant_a.id, percent=7.3,
                amount_ids=[self._amounts(minimum=0.5)],
            )  # fmt: skip
        order = self._paid({self.bowl: 1, self.cup: 1})
        part = self._part(order)
        for cents in amounts:
            left = part._refundable_amount()
            if left:
                part._refund_amount(min(cents / 100, left), "Part", part)
        if left := part._refundable_amount():
            part._refund_amount(left, "Rest", part)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertBooksAgree()


@tagged('post_install', '-at_install')
class TestMoneyDiscounts(MoneyCommon):

    def _discounted(self, platform_share, quantities=None):
        """Return a paid order with a coupon of 10 %, funded as given."""
        order = self._discounted_cart(platform_share, quantities)
        self._pay(order)
        return order

    def _discounted_cart(self, platform_share, quantities=None):
        program = self.env['loyalty.program'].create({
            'name': "Coupon",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': platform_share,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': f'C{platform_share:g}'})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'percent', 'discount': 10,
            })],
        })  # fmt: skip
        order = self._cart(quantities or {self.bowl: 1})
        for coupon, rewards in order._try_apply_code(f'C{platform_share:g}').items():
            order._apply_program_reward(rewards, coupon)
        order._update_programs_and_rewards()
        self.assertEqual(program.platform_share, platform_share)
        return order

    def test_the_platform_pays_for_its_coupon(self):
        order = self._discounted(100.0)
        self.assertEqual(order.invoice_ids.amount_total, 101.7)
        self.assertEqual(self._entries(order), {
            'sale': 113.0, 'discount': -11.3, 'subsidy': 11.3, 'commission': -9.04,
        })  # fmt: skip
        self._complete(order)
        statement = self._statement()
        company = self.company
        self.assertEqual(self._balances(statement.move_id), {
            company.marketplace_clearing_account_id: 101.7,
            company.marketplace_subsidy_account_id: 11.3,
            company.marketplace_payable_account_id: -113.0,
        })
        self.assertEqual(statement.amount_net, 103.96)
        self._pay_out()
        self.assertBooksAgree()

    def test_the_merchant_pays_for_its_coupon_and_no_commission_on_it(self):
        order = self._discounted(0.0)
        self.assertEqual(
            self._entries(order), {'sale': 113.0, 'discount': -11.3, 'commission': -8.14}
        )
        self.assertEqual(self._settle(order).amount_net, 93.56)
        self.assertBooksAgree()

    def test_both_pay_for_a_shared_coupon(self):
        order = self._discounted(40.0)
        self.assertEqual(self._entries(order), {
            'sale': 113.0, 'discount': -11.3, 'subsidy': 4.52, 'commission': -8.5,
        })  # fmt: skip
        self.assertBooksAgree()

    def test_the_discount_goes_back_evenly_with_one_article_after_the_other(self):
        plate = self._product("Plate", 100.0, self.merchant_a, stock=10)
        order = self._discounted(100.0, {self.bowl: 1, self.cup: 1, plate: 1})
        part = self._part(order)
        for product, refunded in ((self.bowl, 101.7), (self.cup, 36.0), (plate, 90.0)):
            goods = part.line_ids.filtered(lambda line, p=product: line.product_id == p)
            credit_note = part._refund({goods: 1.0}, "One back", part)
            self.assertEqual(credit_note.amount_total, refunded, product.name)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertBooksAgree()

    def test_the_discount_that_is_left_goes_back_with_what_is_left(self):
        """After half of all was refunded, half of each article is left, and of its discount."""
        order = self._discounted(40.0, {self.bowl: 1, self.cup: 1})
        part = self._part(order)
        part._refund_amount(68.85, "Half", part)
        for product, refunded in ((self.bowl, 50.85), (self.cup, 18.0)):
            goods = part.line_ids.filtered(lambda line, p=product: line.product_id == p)
            credit_note = part._refund({goods: 1.0}, "One back", part)
            self.assertEqual(credit_note.amount_total, refunded, product.name)
        self.assertBooksAgree()

    def _cancel_rest(self, order, quantity=1):
        """Send so many of the goods of an order, and cancel the rest."""
        part = self._part(order)
        clerk = part.with_user(self.clerk_a)
        clerk.portal_accept()
        clerk.portal_ship("SF Express", "SF1", {part._goods_lines()[:1].id: quantity})
        clerk.portal_cancel_rest("Broken")

    def test_what_is_cancelled_before_an_invoice_takes_its_discount_along(self):
        order = self._discounted_cart(40.0, {self.bowl: 3})
        order.action_confirm()
        self._cancel_rest(order)
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_ids.amount_total, 101.7)
        self.assertEqual(self._entries(order), {
            'sale': 113.0, 'discount': -11.3, 'subsidy': 4.52, 'commission': -8.5,
        })  # fmt: skip
        part = self._part(order)
        part._refund({part._goods_lines(): 1 / 3}, "Back", part)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()

    def test_an_order_with_a_coupon_is_cancelled_as_a_whole(self):
        order = self._discounted(40.0)
        order.action_cancel()
        part = self._part(order)
        self.assertEqual((order.state, part.state), ('cancel', 'cancelled'))
        self.assertEqual(part.amount_refunded, 101.7)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertEqual(part.amount_total, order.amount_total)
        self.assertBooksAgree()

    def test_merchants_are_paid_for_what_a_coupon_makes_free(self):
        order = self._free(60.0)
        self.assertEqual(order.invoice_ids.payment_state, 'paid')
        self.assertEqual(self._entries(order), {
            'sale': 113.0, 'discount': -113.0, 'subsidy': 67.8, 'commission': -5.42,
        })  # fmt: skip
        self.assertEqual(self._settle(order).amount_net, 62.38)
        self.assertBooksAgree()
        order = self._free(60.0)
        self._part(order).with_user(self.clerk_a).portal_refuse("Broken")
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertBooksAgree()

    def test_a_cent_more_of_discount_than_of_goods_stops_no_refund(self):
        pea, grain = (
            self._product(name, 0.01, self.merchant_a, stock=10) for name in ("Pea", "Grain")
        )
        order = self._free(100.0, {self.bowl: 1, pea: 5, grain: 3})
        part = self._part(order)
        line = {line.product_id: line for line in part._goods_lines()}
        for ratios in ({line[self.bowl]: 1.0}, {line[pea]: 1.0, line[grain]: 2 / 3},
                       {line[grain]: 1.0}):
            self.assertEqual(part._refund(ratios, "Back", part).amount_total, 0.0)
        self.assertEqual(part._refundable_by_line(), {})
        self.assertBooksAgree()

    def _free(self, platform_share, quantities=None):
        """Return an order of which a coupon pays all, funded as given; nobody pays for it."""
        program = self.env['loyalty.program'].create({
            'name': "Free", 'program_type': 'promo_code', 'trigger': 'with_code',
            'applies_on': 'current', 'platform_share': platform_share,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'FREE'})],
            'reward_ids': [Command.create({'discount_mode': 'percent', 'discount': 100})],
        })  # fmt: skip
        order = self._cart(quantities or {self.bowl: 1})
        for coupon, rewards in order._try_apply_code('FREE').items():
            order._apply_program_reward(rewards, coupon)
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        program.active = False
        return order

    def test_a_gift_card_gets_back_what_it_paid(self):
        card = self._gift_card(50.0)
        order = self._cart({self.bowl: 1, self.cup: 1, self.vase: 1})
        for coupon, rewards in order._try_apply_code(card.code).items():
            order._apply_program_reward(rewards, coupon)
        self._pay(order)
        self.assertEqual((order.amount_total, card.points), (163.0, 0.0))
        part, other = self._part(order), self._part(order, self.merchant_b)
        share = -part.amount_discount
        goods = part.line_ids.filtered(lambda line: line.product_id == self.bowl)
        part._refund({goods: 1.0}, "Broken", part)
        self.assertEqual(card.points, self.currency.round(share * 113 / 153))
        part._refund_amount(part._refundable_amount(), "The rest", part)
        self.assertEqual(card.points, share)
        other.with_user(self.clerk_b).portal_refuse("Broken")
        self.assertEqual(card.points, 50.0)
        self.assertEqual(sum(card.history_ids.mapped('issued')), 50.0)
        self.assertBooksAgree()

    def test_a_gift_card_gets_it_back_once_when_all_is_cancelled(self):
        card = self._gift_card(50.0)
        order = self._cart({self.bowl: 1, self.vase: 1})
        for coupon, rewards in order._try_apply_code(card.code).items():
            order._apply_program_reward(rewards, coupon)
        self._pay(order)
        order.action_cancel()
        self.assertEqual(card.points, 50.0)
        self.assertBooksAgree()

    def test_what_was_invoiced_and_sent_stays_when_the_rest_is_cancelled(self):
        order = self._cart({self.bowl: 2})
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        invoice = order._create_invoices()
        invoice.invoice_line_ids.filtered('product_id').quantity = 1.0
        invoice.action_post()
        self._cancel_rest(order)
        self.assertEqual(order.invoice_ids, invoice)
        self.assertEqual(self._part(order)._refundable_amount(), 113.0)
        self.assertBooksAgree()

    def test_what_is_cancelled_is_on_no_draft_invoice(self):
        order = self._cart({self.bowl: 2})
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        order._create_invoices()
        self._cancel_rest(order)
        order._force_lines_to_invoice_policy_order()
        order._create_invoices()
        order.invoice_ids.filtered('invoice_line_ids').action_post()
        self.assertEqual(sum(order.invoice_ids.mapped('amount_total')), 113.0)
        self.assertEqual(self._entries(order)['sale'], 113.0)
        self.assertBooksAgree()

    def test_a_gift_card_gets_back_what_is_cancelled_before_an_invoice(self):
        card = self._gift_card(50.0)
        order = self._cart({self.bowl: 2})
        for coupon, rewards in order._try_apply_code(card.code).items():
            order._apply_program_reward(rewards, coupon)
        order.action_confirm()
        self._cancel_rest(order)
        self.assertEqual(card.points, 25.0)
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_ids.amount_total, 88.0)
        self.assertBooksAgree()

    def _gift_card(self, amount):
        program = self.env['loyalty.program'].create({
            'name': "Gift Card", 'program_type': 'gift_card', 'applies_on': 'future',
            'trigger': 'auto',
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'per_point', 'discount': 1,
                'discount_applicability': 'order', 'required_points': 1,
            })],
        })  # fmt: skip
        return self.env['loyalty.card'].create({'program_id': program.id, 'points': amount})

    def test_the_discount_goes_back_with_the_goods(self):
        order = self._discounted(40.0, {self.bowl: 3})
        part = self._part(order)
        goods = part.line_ids.filtered(lambda line: line._marketplace_kind() == 'sale')
        for step in range(3):
            credit_note = part._refund({goods: 1 / 3}, "One back", part)
            self.assertEqual(credit_note.amount_total, 101.7, step)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()
