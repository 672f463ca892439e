# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_money_deposit_rules import DepositCommon


@tagged('post_install', '-at_install')
class TestMoneyDebts(DepositCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_a.tier_id.deposit_amount = 0.0

    def _earn(self, amount):
        source = self.env['res.partner'].create({'name': "Case"})
        self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'adjustment', amount, "Goodwill", source
        )
        self.env['marketplace.debt'].invalidate_model()

    # === AGEING === #

    def test_debts_are_aged_and_the_oldest_is_made_good_first(self):
        old, middle, new = self._owe(100.0, days=100), self._owe(60.0, days=45), self._owe(40.0)
        debts = self.env['marketplace.debt'].search([('merchant_id', '=', self.merchant_a.id)])
        self.assertRecordValues(debts, [
            {'entry_id': old.id, 'bucket': '91', 'outstanding': 100.0, 'provision': 100.0},
            {'entry_id': middle.id, 'bucket': '31', 'outstanding': 60.0, 'provision': 6.0},
            {'entry_id': new.id, 'bucket': '0', 'outstanding': 40.0, 'provision': 0.0},
        ])
        self._earn(130.0)
        self.assertFalse(self._debt(old))
        self.assertRecordValues(self._debt(middle), [
            {'original': 60.0, 'recovered': 30.0, 'outstanding': 30.0},
        ])  # fmt: skip
        self.assertEqual(self._wallet().debt, -70.0)
        self._earn(70.0)
        self.assertFalse(self._debt(middle) | self._debt(new))
        self.assertEqual(self._wallet().debt, 0.0)

    def test_recovered_and_outstanding_are_the_original_whatever_happens(self):
        """Property: the debts add up to the wallet's after any order of sales and recoveries."""
        seed = random.randrange(10**6)
        dice = random.Random(seed)
        self._receive(400.0, f"SEED {seed}")
        self.merchant_a.company_id.marketplace_debt_deposit = 'proposal'
        entries = []
        for _step in range(25):
            deed = dice.choice(['owe', 'owe', 'earn', 'deposit', 'invoice', 'write_off'])
            amount = dice.randrange(1, 12000) / 100
            open_debts = [entry for entry in entries if self._debt(entry)]
            if deed == 'owe':
                entries.append(self._owe(amount, days=dice.randrange(0, 120)))
            elif deed == 'earn':
                self._earn(amount)
            elif open_debts:
                entry = dice.choice(open_debts)
                most = self._debt(entry).outstanding
                if deed == 'deposit':
                    most = min(most, self._debt(entry)._deposit_left())
                if most > 0:
                    self._recover(entry, deed, min(amount, most))
            debts = self.env['marketplace.debt']._current(
                [('merchant_id', '=', self.merchant_a.id)]
            )
            for debt in debts:
                self.assertEqual(
                    self.currency.compare_amounts(debt.recovered + debt.outstanding, debt.original),
                    0, f"seed {seed}",
                )
                self.assertGreaterEqual(debt.recovered, 0.0, f"seed {seed}")
            self.assertEqual(
                self.currency.round(sum(debts.mapped('outstanding'))), -self._wallet().debt,
                f"seed {seed}",
            )
        self.assertBooksAgree()

    # === THE STEPS === #

    def test_a_debt_is_taken_from_the_deposit_by_two_people(self):
        self._receive(500.0, "BANK 1")
        entry = self._owe(80.0)
        recovery = self._recover(entry, 'deposit')
        self.assertRecordValues(recovery, [{
            'state': 'booked', 'kind': 'deposit', 'amount': 80.0,
            'approved_by_id': self.approver.id,
            'notice': 'marketplace_settlement.mail_template_debt_recovery',
        }])  # fmt: skip
        self.assertEqual(self._balances(recovery.move_id), {
            self.company.marketplace_deposit_account_id: 80.0,
            self.company.marketplace_clearing_account_id: -80.0,
        })
        self.assertRecordValues(recovery.movement_id, [{'kind': 'deduction', 'amount': -80.0}])
        self.assertRecordValues(recovery.credit_entry_id, [
            {'kind': 'deposit_deduction', 'amount': 80.0, 'state': 'available'},
        ])  # fmt: skip
        self.assertEqual(self._wallet().debt, 0.0)
        self.assertEqual(self.merchant_a.deposit_balance, 420.0)
        self.assertBooksAgree()

    def test_a_deduction_asks_the_merchant_to_top_up(self):
        self.merchant_a.tier_id.deposit_amount = 500.0
        self._receive(500.0, "BANK 2")
        self._recover(self._owe(80.0), 'deposit')
        demand = self.merchant_a.deposit_demand_ids
        self.assertRecordValues(demand, [{'state': 'open', 'amount': 80.0}])

    def test_a_debt_is_invoiced(self):
        entry = self._owe(80.0)
        recovery = self._recover(entry, 'invoice')
        invoice = recovery.move_id
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        self.assertEqual(invoice.move_type, 'out_invoice')
        self.assertEqual(invoice.partner_id, self.merchant_a.partner_id)
        self.assertEqual(self._balances(invoice), {
            receivable.account_id: 80.0, self.company.marketplace_clearing_account_id: -80.0,
        })
        self.assertEqual(self._wallet().debt, 0.0)
        with self.assertRaises(UserError):
            invoice.button_draft()
        self._register_payment(invoice)
        self.assertIn(invoice.payment_state, ('paid', 'in_payment'))
        self.assertBooksAgree()

    def test_a_debt_is_written_off(self):
        entry = self._owe(80.0)
        recovery = self._recover(entry, 'write_off', 30.0)
        self.assertEqual(self._balances(recovery.move_id), {
            self.company.marketplace_writeoff_account_id: 30.0,
            self.company.marketplace_clearing_account_id: -30.0,
        })
        self.assertEqual(self._debt(entry).outstanding, 50.0)
        self.assertFalse(recovery.notice, "the merchant is not told that it need not pay")
        self.assertBooksAgree()

    def test_an_invoice_that_nobody_pays_is_written_off(self):
        invoice = self._recover(self._owe(80.0), 'invoice').move_id
        recovery = self.env['marketplace.debt.recovery'].with_user(self.officer).create({
            'kind': 'write_off', 'invoice_id': invoice.id, 'amount': 80.0, 'reason': "Bankrupt",
        })  # fmt: skip
        self.assertEqual(recovery.merchant_id, self.merchant_a)
        recovery.with_user(self.approver).action_approve()
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        self.assertTrue(receivable.reconciled)
        self.assertEqual(self._balances(recovery.sudo().move_id), {
            self.company.marketplace_writeoff_account_id: 80.0, receivable.account_id: -80.0,
        })
        self.assertBooksAgree()

    def test_the_debt_of_a_merchant_that_leaves_is_no_obstacle_once_written_off(self):
        entry = self._owe(80.0)
        self.env.cr.execute(
            "UPDATE marketplace_merchant SET state = 'expelled' WHERE id = %s",
            [self.merchant_a.id],
        )
        self.merchant_a.invalidate_recordset()
        self.assertIn('debt', [item['key'] for item in self.merchant_a._exit_obstacles()])
        self._recover(entry, 'write_off')
        self.assertNotIn('debt', [item['key'] for item in self.merchant_a._exit_obstacles()])
        self.assertBooksAgree()

    # === GUARDS === #

    def test_no_more_than_what_is_outstanding_is_recovered(self):
        self._receive(50.0, "BANK 3")
        entry = self._owe(80.0)
        Recovery = self.env['marketplace.debt.recovery'].with_user(self.officer)
        values = {'kind': 'write_off', 'entry_id': entry.id, 'reason': "Why"}
        with self.assertRaisesRegex(UserError, "outstanding"), self.env.cr.savepoint():
            Recovery.create({**values, 'amount': 80.01})
        with self.assertRaisesRegex(UserError, "is only"), self.env.cr.savepoint():
            Recovery.create({**values, 'kind': 'deposit', 'amount': 50.01})
        proposal = Recovery.create({**values, 'amount': 80.0})
        self._earn(10.0)
        with self.assertRaisesRegex(UserError, "outstanding"):
            proposal.with_user(self.approver).action_approve()
        self.assertEqual(self._wallet().debt, -70.0)

    def test_a_deposit_is_shared_out_over_the_debts_that_are_chosen(self):
        self._receive(70.0, "BANK 6")
        first, second, third = self._owe(50.0, days=3), self._owe(50.0, days=2), self._owe(50.0)
        debts = self._debt(first) | self._debt(second) | self._debt(third)
        action = debts.with_user(self.officer).action_take_from_deposit()
        recoveries = self.env['marketplace.debt.recovery'].search(action['domain'], order='id')
        self.assertEqual(recoveries.mapped('amount'), [50.0, 20.0])
        recoveries.with_user(self.approver).action_approve()
        self.assertEqual(self.merchant_a.deposit_balance, 0.0)
        with self.assertRaisesRegex(UserError, "empty"):
            self._debt(third).with_user(self.officer).action_take_from_deposit()
        self.assertBooksAgree()

    def test_the_agreement_may_keep_the_deposit_out_of_it(self):
        self._receive(50.0, "BANK 4")
        self.company.marketplace_debt_deposit = 'never'
        with self.assertRaises(UserError):
            self._recover(self._owe(10.0), 'deposit')

    def test_nobody_approves_what_the_same_person_proposed(self):
        entry = self._owe(80.0)
        debt = self._debt(entry)
        action = debt.with_user(self.approver).action_write_off()
        recovery = self.env['marketplace.debt.recovery'].search(action['domain'])
        with self.assertRaises(AccessError):
            recovery.with_user(self.approver).action_approve()
        with self.assertRaises(AccessError):
            recovery.with_user(self.officer).action_approve()
        with self.assertRaises(UserError):
            recovery.with_user(self.officer).write({'amount': 1.0})
        with self.assertRaises(UserError):
            recovery.with_user(self.maker).action_reject(reason="")
        recovery.with_user(self.maker).action_reject(reason="It pays next week")
        self.assertEqual(recovery.state, 'rejected')
        with self.assertRaises(UserError):
            recovery.with_user(self.maker).action_approve()
        self.assertEqual(self._wallet().debt, -80.0)

    def test_values_that_nobody_offers_are_left_out(self):
        entry = self._owe(80.0)
        recovery = self.env['marketplace.debt.recovery'].with_user(self.officer).with_context(
            default_approved_by_id=self.officer.id, default_state='booked',
        ).create({
            'kind': 'write_off', 'entry_id': entry.id, 'amount': 5.0, 'reason': "Why",
            'merchant_id': self.merchant_b.id, 'approved_by_id': self.officer.id,
        })  # fmt: skip
        self.assertRecordValues(recovery, [{
            'merchant_id': self.merchant_a.id, 'approved_by_id': False, 'state': 'proposed',
        }])  # fmt: skip

    def test_old_debts_are_taken_from_the_deposit_by_the_company_s_rule(self):
        self._receive(100.0, "BANK 5")
        old, new = self._owe(60.0, days=31), self._owe(30.0, days=29)
        cron = self.env.ref('marketplace_settlement.ir_cron_recover_debts')
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            self.assertTrue(self._debt(old), "two people decide unless the rule says otherwise")
            self.company.marketplace_debt_deposit = 'automatic'
            for _run in range(2):
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self._debt(old))
        self.assertEqual(self._debt(new).outstanding, 30.0)
        self.assertEqual(self.merchant_a.deposit_balance, 40.0)
        self.assertBooksAgree()

    def test_merchants_see_nothing_of_how_debts_are_recovered(self):
        entry = self._owe(80.0)
        for model in ('marketplace.debt', 'marketplace.debt.recovery', 'marketplace.adjustment'):
            for user in (self.finance_a, self.shopper):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        with self.assertRaises(AccessError):
            self._debt(entry).with_user(self.finance_a).action_write_off()

    def test_a_settled_debt_keeps_its_place_in_the_books(self):
        """A sale of 113.96 net makes a debt of 80 good: the statement pays the difference."""
        entry = self._owe(80.0, days=5)
        self._complete(self._paid())
        statement = self._statement()
        self.assertEqual(statement.amount_net, self.currency.round(113.96 - 80.0))
        self.assertFalse(self._debt(entry))
        self.assertLess(
            entry.date, fields.Date.context_today(entry) - timedelta(days=1)
        )
        self.assertBooksAgree()
