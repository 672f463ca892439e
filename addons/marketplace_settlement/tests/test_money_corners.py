# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyCorners(MoneyCommon):
    """What happens rarely, and costs money when it is wrong."""

    def _goods(self, part):
        return part.line_ids.filtered(lambda line: line._marketplace_kind() == 'sale')

    def _sent_for_free(self, quantities):
        """Return a paid order whose freight a promotion pays for."""
        program = self.env['loyalty.program'].create({
            'name': "Free shipping",
            'program_type': 'promotion',
            'trigger': 'auto',
            'applies_on': 'current',
            'rule_ids': [Command.create({})],
            'reward_ids': [Command.create({'reward_type': 'shipping'})],
        })
        order = self._cart_with_freight(quantities)
        order._update_programs_and_rewards()
        for coupon, rewards in order._get_claimable_rewards().items():
            if coupon.program_id == program:
                order._apply_program_reward(rewards, coupon)
        self._pay(order)
        return order

    def _modified(self, order):
        """Let the accountant reverse the order's invoice and post the new one."""
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=order.invoice_ids.ids
        ).create({'reason': "Wrong address", 'journal_id': order.invoice_ids.journal_id.id})
        wizard.modify_moves()
        order.invoice_ids.filtered(lambda move: move.state == 'draft').action_post()

    # === REFUNDS === #

    def test_free_shipping_is_not_taken_back_with_the_goods(self):
        order = self._sent_for_free({self.bowl: 2})
        part = self._part(order)
        self.assertEqual(order.amount_total, 226.0)
        self.assertEqual(part._goods_discount(), 0.0)
        for _step in range(2):
            credit_note = part._refund({self._goods(part): 0.5}, "One back", part)
            self.assertEqual(credit_note.amount_total, 113.0)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()

    def test_the_tax_in_many_refunds_is_the_tax_that_was_invoiced(self):
        """Each third has 33.34 without tax, or 33.33: all of them have 100.00."""
        self.merchant_a.vat_liability = 'platform'
        for amounts in ((37.67, 37.67), (0.04, 0.04, 0.04), (112.99,)):
            order = self._cart({self.bowl: 1})
            self._pay(order)
            part = self._part(order)
            for amount in amounts:
                part._refund_amount(amount, "Part", part)
            part._refund_amount(part._refundable_amount(), "The rest", part)
            self.assertEqual(self._entries(order)['sale_refund'], -100.0)
            self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
            self.assertEqual(self._balances(order.invoice_ids), {})
            self.assertBooksAgree()

    def test_two_taxes_in_many_refunds_add_up_as_well(self):
        self.merchant_a.vat_liability = 'platform'
        self.company.tax_calculation_rounding_method = 'round_globally'
        self.bowl.taxes_id = self.vat | self._tax(7.0)
        order = self._cart({self.bowl: 1, self.cup: 1})
        self._pay(order)
        part = self._part(order)
        for amount in (33.33, 0.01, 45.67):
            part._refund_amount(amount, "Part", part)
        part._refund_amount(part._refundable_amount(), "The rest", part)
        self.assertEqual(self._balances(order.invoice_ids), {})
        self.assertBooksAgree()

    # === INVOICES === #

    def test_what_is_invoiced_once_more_is_charged_once_more(self):
        order = self._paid()
        self._modified(order)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 113.96)
        self.assertBooksAgree()
        part = self._part(order)
        part._refund_amount(61.5, "Half", part)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 56.98)
        part._refund_amount(part._refundable_amount(), "The rest", part)
        self.assertEqual(self.currency.round(sum(self._entries(order).values())), 0.0)
        self.assertBooksAgree()

    def test_what_is_invoiced_later_waits_for_its_own_payment(self):
        order = self._cart({self.bowl: 2})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 1
        invoice.action_post()
        self._register_payment(invoice)
        self._complete(order)
        self.assertEqual(self._wallet().available, 103.96)
        later = order._create_invoices()
        later.action_post()
        self._mature()
        self.assertEqual(self._wallet().available, 103.96)
        self._register_payment(later)
        self._mature()
        self.assertEqual(self._wallet().available, 207.92)
        self.assertBooksAgree()

    def _invoiced_apart(self, order, first):
        """Invoice some lines of a confirmed order, and the others later; return the invoices."""
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_line_ids = [
            Command.delete(line.id) for line in invoice.invoice_line_ids
            if line.product_id not in first
        ]
        invoice.action_post()
        later = order._create_invoices()
        later.action_post()
        return invoice | later

    def test_each_invoice_is_credited_with_its_own_goods(self):
        """The last invoice alone would be credited with more than it charged."""
        order = self._cart({self.bowl: 3})
        order.action_confirm()
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 2
        first.action_post()
        self._register_payment(first)
        later = order._create_invoices()
        later.action_post()
        part = self._part(order)
        part._refund_amount(150.0, "Damaged", part)
        credited = {note.reversed_entry_id: note.amount_total for note in first.reversal_move_ids
                    | later.reversal_move_ids}  # fmt: skip
        self.assertEqual(credited, {later: 113.0, first: 37.0})
        self.assertEqual(later.payment_state, 'reversed')
        self.assertBooksAgree()
        part._refund({part._goods_lines(): 1.0}, "The rest", part)
        self.assertEqual(sum(first.reversal_move_ids.mapped('amount_total')), 226.0)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()

    def test_a_discount_goes_back_with_goods_of_another_invoice(self):
        self.env['loyalty.program'].create({
            'name': "Half price",
            'program_type': 'promotion',
            'trigger': 'auto',
            'applies_on': 'current',
            'rule_ids': [Command.create({})],
            'reward_ids': [Command.create({'discount': 50.0, 'discount_mode': 'percent'})],
        })
        order = self._cart({self.bowl: 1, self.cup: 1})
        order._update_programs_and_rewards()
        for coupon, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards, coupon)
        later = self._invoiced_apart(order, self.bowl | order.order_line.reward_id.mapped(
            'discount_line_product_id'
        ))[1]  # fmt: skip
        self.assertEqual(later.amount_total, 40.0)
        part = self._part(order)
        cup, bowl = self._goods(part).sorted('marketplace_amount')
        self.assertEqual(part._refund({cup: 1.0}, "Broken", part).amount_total, 20.0)
        self.assertEqual(later.reversal_move_ids.amount_total, 20.0)
        self.assertEqual(part._refund({bowl: 1.0}, "Broken", part).amount_total, 56.5)
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()

    def test_no_more_is_invoiced_than_was_sold(self):
        order = self._cart({self.bowl: 2})
        order.action_confirm()
        invoice = order._create_invoices()
        for values in ({'price_unit': 150.0}, {'quantity': 3.0}):
            line = invoice.invoice_line_ids
            before = {name: line[name] for name in values}
            line.write(values)
            with (
                self.assertRaisesRegex(UserError, "More would be invoiced for “Bowl”"),
                self.env.cr.savepoint(),
            ):
                invoice.action_post()
            line.write(before)
        invoice.invoice_line_ids.price_unit = 100.0
        invoice.action_post()
        self.assertEqual(self._entries(order), {'sale': 200.0, 'commission': -16.0})
        self.assertBooksAgree()

    def test_what_was_sold_is_invoiced_in_its_currency(self):
        order = self._cart({self.bowl: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.currency_id = self._currency('ZWX', 2.0)
        with self.assertRaisesRegex(UserError, f"was sold in {self.currency.name}"):
            invoice.action_post()

    def test_what_was_earned_waits_while_a_payment_is_undone(self):
        order = self._cart({self.bowl: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self._register_payment(invoice)
        self._complete(order)
        self.assertEqual(self._wallet().available, 103.96)
        invoice.line_ids.remove_move_reconcile()
        hold = self._part(order).hold_ids
        self.assertEqual((hold.kind, hold.state), ('unpaid', 'active'))
        self.assertEqual((self._wallet().available, self._wallet().held), (0.0, 103.96))
        self.assertFalse(self.env['marketplace.statement']._generate(
            fields.Date.context_today(self.merchant_a), self.merchant_a
        ))
        self.assertBooksAgree()
        self._register_payment(invoice)
        self.assertEqual(hold.state, 'released')
        self.assertEqual((self._wallet().available, self._wallet().held), (103.96, 0.0))
        self.assertBooksAgree()

    def test_a_cancelled_part_leaves_the_draft_invoice(self):
        order = self._cart_with_freight({self.bowl: 1, self.vase: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        self._part(order).with_user(self.clerk_a).portal_refuse("Out of stock")
        invoice.action_post()
        self.assertEqual(invoice.invoice_line_ids.merchant_id, self.merchant_b)
        self.assertEqual(invoice.amount_total, self._part(order, self.merchant_b).amount_total)
        self.assertBooksAgree()

    def test_a_cancelled_part_is_not_invoiced_by_hand(self):
        order = self._cart_with_freight({self.bowl: 1, self.vase: 1})
        order.action_confirm()
        self._part(order).with_user(self.clerk_a).portal_refuse("Out of stock")
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.merchant_id, self.merchant_b)

    def test_who_has_not_paid_gets_nothing_back(self):
        order = self._cart_with_freight({self.bowl: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self._part(order).with_user(self.clerk_a).portal_refuse("Out of stock")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertFalse(invoice.reversal_move_ids.activity_ids)

    # === BALANCES === #

    def test_a_penalty_does_not_make_sales_available_early(self):
        order = self._cart_with_freight({self.bowl: 1})
        order.action_confirm()
        part = self._part(order)
        self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'penalty', -5.0, "Late", part, part
        )
        order._create_invoices().action_post()
        self.assertEqual(self._entries(order, 'available'), {'penalty': -5.0})
        part._refund_amount(23.0, "Scratch", part)
        self.assertEqual(self._entries(order, 'available'), {'penalty': -5.0})
        self.assertBooksAgree()

    def test_who_is_no_longer_due_gets_no_statement(self):
        Statement = self.env['marketplace.statement']
        today = fields.Date.context_today(Statement)
        order = self._paid()
        self._complete(order)
        part = self._part(order)
        hold = part._hold("Complaint", part)
        self.assertFalse(Statement._generate(today, self.merchant_a))
        hold._release()
        self._statement()
        part._refund_amount(50.0, "Scratch", part)
        self.assertFalse(Statement._generate(today, self.merchant_a))
        self.assertBooksAgree()

    def test_one_failing_statement_keeps_nobody_waiting(self):
        Statement = self.env.registry['marketplace.statement']
        self._complete(self._paid({self.bowl: 1, self.vase: 1}))
        claim = Statement._claim
        today = fields.Date.context_today(self.company)
        by_hand = self.env['marketplace.statement']._any_period(today)
        run = self.env['marketplace.statement.run']._start(today, by_hand)
        cron = self.env.ref('marketplace_settlement.ir_cron_generate_statements')

        def fail_for_a(statements):
            if self.merchant_a in statements.merchant_id:
                raise ValueError("Broken")
            claim(statements)

        with (
            patch.object(Statement, '_claim', fail_for_a),
            self.enter_registry_test_mode(),
            mute_logger('odoo.addons.marketplace_settlement.models.batch_mixin'),
        ):
            cron.method_direct_trigger()
        self.assertFalse(self.merchant_a.statement_ids)
        self.assertEqual(self.merchant_b.statement_ids.state, 'draft')
        self.assertFalse(run.is_done)

    # === ACCOUNTS AND COMPANIES === #

    def test_a_replaced_payable_account_leaves_old_statements_in_order(self):
        statement = self._settle(self._paid())
        account = self.company.marketplace_payable_account_id
        self.env.flush_all()
        # The database of the test may hold other merchants' money on the account.
        self.env.cr.execute(
            "UPDATE res_company SET marketplace_payable_account_id = %s WHERE id = %s",
            [account.copy({'name': "New"}).id, self.company.id],
        )
        query = self.env['marketplace.checker']._query_statement_moves()
        self.assertNotIn(statement.id, [row[0] for row in self.env.execute_query(query)])

    def test_another_companys_officer_changes_nothing(self):
        company = self.env['res.company'].create({'name': "Another"})
        stranger = new_test_user(
            self.env, 'money_stranger', groups='marketplace_settlement.group_finance_manager',
            company_id=company.id, company_ids=[Command.set(company.ids)],
        )  # fmt: skip
        order = self._paid()
        self._complete(order)
        today = fields.Date.context_today(order)
        draft = self.env['marketplace.statement']._generate(today, self.merchant_a)
        hold = self._part(self._paid())._hold("Complaint", order)
        for method in (draft.with_user(stranger).action_send,
                       hold.with_user(stranger).action_release):
            with self.assertRaises(AccessError):
                method()
        draft.with_user(self.officer).action_send()
        draft.with_user(self.finance_a).portal_confirm()
        draft.with_user(self.officer).action_post()
        batch = self._batch()
        with self.assertRaises(AccessError):
            batch.with_user(stranger).action_cancel()
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        payout = batch.payout_ids[:1].with_user(stranger)
        for method in (payout.action_mark_failed, payout.action_mark_unknown):
            with self.assertRaises(AccessError):
                method("No reason")
