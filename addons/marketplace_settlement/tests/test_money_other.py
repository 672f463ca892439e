# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import date

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .test_money_deposit_rules import DepositCommon


@tagged('post_install', '-at_install')
class TestMoneyAdjustments(DepositCommon):

    def _propose(self, user=None, **values):
        return self.env['marketplace.adjustment'].with_user(user or self.officer).create({
            'merchant_id': self.merchant_a.id, 'amount': 25.0, 'reason_code': 'goodwill',
            'reason': "The parcel was late through our fault", **values,
        })  # fmt: skip

    def test_two_people_adjust_a_balance(self):
        adjustment = self._propose()
        self.assertFalse(adjustment.sudo().entry_id)
        adjustment.with_user(self.approver).action_approve()
        self.assertRecordValues(adjustment.sudo().entry_id, [{
            'kind': 'adjustment', 'amount': 25.0, 'state': 'available',
            'reason': "The parcel was late through our fault",
        }])  # fmt: skip
        statement = self._statement()
        self.assertEqual(self._balances(statement.move_id), {
            self.company.marketplace_subsidy_account_id: 25.0,
            self.company.marketplace_payable_account_id: -25.0,
        })
        self.assertBooksAgree()

    def test_approving_twice_books_once(self):
        adjustment = self._propose()
        adjustment.with_user(self.approver).action_approve()
        with self.assertRaises(UserError):
            adjustment.with_user(self.approver).action_approve()
        self.assertEqual(self._wallet().available, 25.0)

    def test_officers_have_a_limit(self):
        with self.assertRaisesRegex(UserError, "at most"):
            self._propose(amount=10000.01)
        with self.assertRaisesRegex(UserError, "at most"):
            self._propose(amount=-10000.01)
        adjustment = self._propose(self.maker, amount=10000.01)
        with self.assertRaises(AccessError):
            adjustment.action_approve()
        adjustment.with_user(self.approver).action_approve()
        self.assertEqual(adjustment.state, 'booked')

    def test_a_reason_an_amount_and_the_merchant_s_order_are_needed(self):
        other = self._paid({self.vase: 1}).marketplace_order_ids
        for values in ({'reason': "  "}, {'order_id': other.id},
                       {'case_ref': f'marketplace.order,{other.id}'}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._propose(**values)

    def test_what_an_order_gains_waits_with_it(self):
        part = self._paid().marketplace_order_ids
        adjustment = self._propose(order_id=part.id)
        adjustment.with_user(self.approver).action_approve()
        self.assertRecordValues(adjustment.sudo().entry_id, [
            {'order_id': part.id, 'state': 'pending'},
        ])  # fmt: skip

    def test_a_booked_adjustment_is_reversed_once_by_a_new_one(self):
        adjustment = self._propose()
        with self.assertRaises(UserError):
            adjustment.action_reverse(reason="Wrong merchant")
        adjustment.with_user(self.approver).action_approve()
        action = adjustment.action_reverse(reason="Wrong merchant")
        reversal = adjustment.browse(action['res_id'])
        self.assertRecordValues(reversal, [
            {'amount': -25.0, 'reversed_id': adjustment.id, 'state': 'proposed'},
        ])  # fmt: skip
        reversal.with_user(self.approver).action_approve()
        self.assertEqual(self._wallet().available, 0.0)
        self.assertBooksAgree()

    def test_members_cannot_adjust_their_balance(self):
        with self.assertRaises(AccessError):
            self._propose(self.finance_a)


@tagged('post_install', '-at_install')
class TestServiceFees(DepositCommon):

    def _fee(self, **values):
        fee = self.env['marketplace.service.fee'].with_user(self.maker).create({
            'name': "Shop window", 'kind': 'subscription', 'interval': 'month', 'amount': 53.0,
            'date_start': date(2030, 1, 31), 'merchant_ids': self.merchant_a.ids, **values,
        })  # fmt: skip
        fee.action_activate()
        return fee.sudo()

    def _charges(self, fee, day):
        with freeze_time(day):
            fee._charge_and_book(fields.Date.context_today(fee))
        return fee.charge_ids.sorted('date')

    def test_each_period_is_charged_once(self):
        fee = self._fee()
        self.assertFalse(self._charges(fee, '2030-01-30'))
        for _run in range(3):
            charges = self._charges(fee, '2030-03-31')
        self.assertEqual(charges.mapped('date'), [
            date(2030, 1, 31), date(2030, 2, 28), date(2030, 3, 31),
        ])
        self.assertEqual(charges.entry_id.mapped('amount'), [-53.0] * 3)
        self.assertIn("Shop window", charges[0].entry_id.reason)
        self.assertEqual(self._wallet().debt, -159.0)
        self.assertBooksAgree()

    def test_the_statement_bills_it_with_its_tax(self):
        self._complete(self._paid())
        fee = self._fee(interval='once', date_start=fields.Date.context_today(self.company))
        fee._charge_and_book(fields.Date.context_today(fee))
        self.assertEqual(fee.state, 'ended')
        statement = self._statement()
        self.assertEqual(statement.amount_fee, 9.04 + 53.0)
        balances = self._balances(statement.fee_move_id)
        self.assertEqual(balances[self.company.marketplace_service_account_id], -50.0)
        self.assertBooksAgree()

    def test_a_tier_pays_as_long_as_a_merchant_is_in_it(self):
        fee = self._fee(merchant_ids=[], tier_ids=self.merchant_a.tier_id.ids)
        merchants = self._charges(fee, '2030-01-31').merchant_id
        self.assertIn(self.merchant_a, merchants)
        self.assertTrue(all(
            merchant.tier_id == fee.tier_ids and merchant.state in ('active', 'suspended')
            for merchant in merchants
        ))
        self.merchant_a.tier_id = self.env['marketplace.tier'].search(
            [('id', '!=', self.merchant_a.tier_id.id)], limit=1
        )
        later = self._charges(fee, '2030-02-28').filtered(
            lambda charge: charge.date == date(2030, 2, 28)
        )
        self.assertNotIn(self.merchant_a, later.merchant_id)

    def test_it_ends_on_its_day_and_by_hand(self):
        fee = self._fee(date_end=date(2030, 2, 28))
        self.assertEqual(len(self._charges(fee, '2030-05-01')), 2)
        self.assertEqual(fee.state, 'ended')
        other = self._fee()
        other.with_user(self.approver).action_end()
        with freeze_time('2030-05-01'), self.enter_registry_test_mode():
            self.env.ref('marketplace_settlement.ir_cron_service_fees').method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(other.charge_ids)

    def test_the_terms_stay_once_it_is_active(self):
        fee = self._fee().with_user(self.maker)
        for values in ({'amount': 1.0}, {'interval': 'year'}, {'date_start': date(2029, 1, 1)}):
            with self.assertRaises(UserError):
                fee.write(values)
        with self.assertRaises(UserError):
            fee.unlink()
        with self.assertRaises(AccessError):
            fee.with_user(self.officer).write({'date_end': date(2030, 12, 31)})
        with self.assertRaises(UserError):
            self._fee(merchant_ids=[])

    def test_a_charge_is_given_back_once(self):
        charge = self._charges(self._fee(), '2030-01-31')
        with self.assertRaises(AccessError):
            charge.with_user(self.officer).action_credit(reason="Not delivered")
        with self.assertRaises(UserError):
            charge.with_user(self.maker).action_credit(reason=" ")
        charge.with_user(self.maker).action_credit(reason="Not delivered")
        self.assertRecordValues(charge.credit_entry_id, [
            {'kind': 'service_fee_refund', 'amount': 53.0, 'reason': "Not delivered"},
        ])  # fmt: skip
        with self.assertRaises(UserError):
            charge.with_user(self.maker).action_credit(reason="Again")
        self.assertEqual(self._wallet().debt, 0.0)
        self.assertBooksAgree()

    def test_merchants_see_their_own_charges(self):
        self._charges(self._fee(), '2030-01-31')
        Charge = self.env['marketplace.service.charge']
        self.assertTrue(Charge.with_user(self.finance_a).search([]))
        self.assertFalse(Charge.with_user(self.finance_b).search([]))
        with self.assertRaises(AccessError):
            self.env['marketplace.service.fee'].with_user(self.finance_a).search([])


@tagged('post_install', '-at_install')
class TestMoneyAdvances(DepositCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_a.tier_id.deposit_amount = 0.0
        cls.part = cls._paid().marketplace_order_ids

    def _advance(self, amount=200.0, approve=True, **values):
        advance = self.env['marketplace.advance'].with_user(self.officer).create({
            'order_id': self.part.id, 'amount': amount, 'reason': "The lamp burnt the table",
            **values,
        })  # fmt: skip
        if approve:
            advance.with_user(self.approver).action_approve()
        return advance.sudo()

    def _steps(self, advance):
        advance.invalidate_recordset()
        self.env['marketplace.debt'].invalidate_model()
        steps = (
            advance.recovered_balance, advance.recovered_deposit, advance.recovered_invoice,
            advance.written_off, advance.outstanding,
        )
        self.assertEqual(self.currency.round(sum(steps)), advance.amount)
        return steps

    def test_the_shopper_is_paid_first_and_the_merchant_charged(self):
        with self._provider_refunds():
            advance = self._advance(100.0)
        receivable = advance.move_id.line_ids.filtered(
            lambda line: line.display_type == 'payment_term'
        )
        self.assertEqual(self._balances(advance.move_id), {
            self.company.marketplace_advance_account_id: 100.0, receivable.account_id: -100.0,
        })
        self.assertEqual(advance.move_id.partner_id, self.part.sale_order_id.partner_invoice_id)
        self.assertRecordValues(advance.entry_id, [
            {'kind': 'compensation', 'amount': -100.0, 'state': 'available'},
        ])  # fmt: skip
        self.assertEqual(advance.case_ref, self.part)
        self.assertBooksAgree()

    def test_what_no_provider_can_refund_is_a_task(self):
        advance = self._advance(100.0)
        self.assertTrue(advance.move_id.activity_ids)

    def test_the_waterfall_is_visible_step_by_step(self):
        self._receive(60.0, "BANK 1")
        advance = self._advance(200.0)
        entry = advance.entry_id
        self.assertEqual(self._steps(advance), (0.0, 0.0, 0.0, 0.0, 200.0))
        self._complete(self.part.sale_order_id)
        self.assertEqual(self._steps(advance), (113.96, 0.0, 0.0, 0.0, 86.04))
        self._recover(entry, 'deposit')
        self.assertEqual(self._steps(advance), (113.96, 60.0, 0.0, 0.0, 26.04))
        self._recover(entry, 'invoice', 20.0)
        self.assertEqual(self._steps(advance), (113.96, 60.0, 20.0, 0.0, 6.04))
        self.assertEqual(advance.invoice_unpaid, 20.0)
        self._recover(entry, 'write_off')
        self.assertEqual(self._steps(advance), (113.96, 60.0, 20.0, 6.04, 0.0))
        self.assertEqual(len(advance.recovery_ids.filtered(lambda row: row.state == 'booked')), 3)
        self.assertBooksAgree()

    def test_other_debts_do_not_disturb_the_waterfall_of_a_case(self):
        self._receive(100.0, "BANK 2")
        older = self._owe(50.0, days=20)
        advance = self._advance(80.0)
        self._recover(advance.entry_id, 'deposit', 70.0)
        self.assertEqual(self._steps(advance), (0.0, 70.0, 0.0, 0.0, 10.0))
        self.assertEqual(self._debt(older).outstanding, 50.0)
        self.assertBooksAgree()

    def test_what_the_marketplace_bears_costs_the_merchant_nothing(self):
        advance = self._advance(100.0, liability='platform')
        wallet = self._wallet()
        self._complete(self.part.sale_order_id)
        self.assertEqual(wallet.available + wallet.debt, 113.96)
        statement = self._statement()
        self.assertEqual(statement.amount_net, 113.96)
        balances = self._balances(statement.move_id)
        self.assertEqual(balances[self.company.marketplace_subsidy_account_id], 100.0)
        self.assertEqual(balances[self.company.marketplace_advance_account_id], -100.0)
        self.assertEqual(self._ledger(self.company.marketplace_advance_account_id), 0.0)
        self.assertEqual(self._steps(advance)[0], 100.0)
        self.assertBooksAgree()

    def test_the_statement_takes_the_advance_back(self):
        advance = self._advance(100.0)
        self._complete(self.part.sale_order_id)
        statement = self._statement()
        self.assertEqual(statement.amount_net, 13.96)
        self.assertEqual(
            self._ledger(self.company.marketplace_advance_account_id, self.merchant_a), 0.0
        )
        self.assertEqual(self._steps(advance)[4], 0.0)
        self.assertBooksAgree()

    def test_caps_per_case_and_per_merchant_and_day(self):
        self.company.write({
            'marketplace_advance_case_cap': 150.0, 'marketplace_advance_day_cap': 220.0,
        })
        self._advance(100.0)
        with self.assertRaisesRegex(UserError, "one case"):
            self._advance(50.01)
        self._advance(50.0)
        self.part = self._paid().marketplace_order_ids
        with self.assertRaisesRegex(UserError, "on one day"):
            self._advance(70.01)
        self._advance(70.0)

    def test_a_decided_case_is_paid_at_once_up_to_the_limit(self):
        self.company.marketplace_advance_direct = 50.0
        Advance = self.env['marketplace.advance'].with_user(self.officer)
        paid = Advance._pay_decided(self.part, self.part, 50.0, "Decided").sudo()
        self.assertEqual(paid.state, 'booked')
        waiting = Advance._pay_decided(self.part, self.part, 50.01, "Decided").sudo()
        self.assertEqual(waiting.state, 'proposed')
        self.assertFalse(waiting.move_id)

    def test_the_credit_note_stays_as_it_is(self):
        advance = self._advance(100.0)
        with self.assertRaises(UserError):
            advance.move_id.button_draft()

    def test_the_merchant_reads_in_a_mail_what_was_booked(self):
        self._receive(700.0, "BANK 9")
        advance = self._advance(100.0)
        adjustment = self.env['marketplace.adjustment'].with_user(self.officer).create({
            'merchant_id': self.merchant_a.id, 'amount': 25.0, 'reason_code': 'goodwill',
            'reason': "Our mistake",
        })  # fmt: skip
        adjustment.with_user(self.approver).action_approve()
        refund = self.env['marketplace.deposit.refund'].with_user(self.officer).create({
            'merchant_id': self.merchant_a.id, 'amount': 10.0, 'reason': "Too much",
            'way': 'bank', 'journal_id': self.bank_journal.id,
        })  # fmt: skip
        refund.with_user(self.approver).action_approve()
        for record, amount in ((advance, "100.00"), (adjustment, "25.00"), (refund, "10.00")):
            record = record.sudo()
            template = self.env.ref(record.notice)
            body = template._render_field('body_html', record.ids)[record.id]
            self.assertIn(amount, body)
            self.assertIn(record.reason, body)
            self.assertIn(
                str(self.finance_a.partner_id.id),
                template._render_field('partner_to', record.ids)[record.id],
            )

    def test_the_auditor_reads_everything_and_changes_nothing(self):
        auditor = self.env['res.users'].create({
            'name': "Auditor", 'login': 'money_auditor',
            'company_id': self.company.id, 'company_ids': [Command.set(self.company.ids)],
            'group_ids': [Command.link(self.env.ref('marketplace_merchant.group_auditor').id)],
        })
        advance = self._advance(100.0, approve=False)
        self._receive(10.0, "BANK 10")
        entry = self._owe(20.0)
        for model in (
            'marketplace.advance', 'marketplace.deposit.account', 'marketplace.debt',
        ):  # fmt: skip
            records = self.env[model].with_user(auditor).search([])
            self.assertTrue(records.read())
        for call in (
            advance.with_user(auditor).action_approve, advance.with_user(auditor).action_withdraw,
            self._debt(entry).with_user(auditor).action_write_off,
            lambda: advance.with_user(auditor).write({'insurance_note': "x"}),
        ):
            with self.assertRaises(AccessError):
                call()
