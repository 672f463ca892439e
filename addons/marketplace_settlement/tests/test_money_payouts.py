# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import CheckViolation, RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyPayouts(MoneyCommon):

    def _posted(self, quantities=None):
        order = self._paid(quantities)
        self._complete(order)
        return self._statement()

    # === STATEMENTS === #

    def test_nothing_goes_into_two_statements(self):
        self._complete(self._paid())
        Statement = self.env['marketplace.statement']
        today = fields.Date.context_today(Statement)
        first = Statement._generate(today)
        self.assertIn(self.merchant_a, first.merchant_id)
        self.assertFalse(Statement._generate(today))
        self.assertEqual(set(first.entry_ids.mapped('state')), {'in_statement'})

    def test_silence_confirms(self):
        self._complete(self._paid())
        today = fields.Date.context_today(self.company)
        statement = self.env['marketplace.statement']._generate(today, self.merchant_a)
        statement.with_user(self.officer).action_send()
        self.assertAlmostEqual(
            (statement.deadline - fields.Datetime.now()).total_seconds(), 3 * 86400, delta=60
        )
        self._pass_deadline(statement)
        self.assertEqual(statement.state, 'confirmed')

    def test_only_the_merchants_finance_confirms(self):
        self._complete(self._paid())
        today = fields.Date.context_today(self.company)
        statement = self.env['marketplace.statement']._generate(today, self.merchant_a)
        with self.assertRaises(UserError):
            statement.with_user(self.finance_a).portal_confirm()
        statement.with_user(self.officer).action_send()
        for user in (self.finance_b, self.clerk_a, self.shopper, self.officer):
            with self.assertRaises(AccessError):
                statement.with_user(user).portal_confirm()
        with self.assertRaises(UserError):
            statement.with_user(self.officer).action_post()
        statement.with_user(self.finance_a).portal_confirm()
        self.assertEqual(statement.state, 'confirmed')

    def test_a_posted_statement_never_changes(self):
        statement = self._posted()
        with self.assertRaises(UserError):
            statement.amount_net = 1.0
        with self.assertRaises(UserError):
            statement.unlink()
        for move in statement.move_id | statement.fee_move_id | statement.netting_move_id:
            with self.assertRaises(UserError):
                move.button_draft()

    def test_officers_type_no_figures(self):
        self._complete(self._paid())
        today = fields.Date.context_today(self.company)
        statement = self.env['marketplace.statement']._generate(today, self.merchant_a)
        with self.assertRaises(UserError):
            statement.with_user(self.officer).write({'amount_net': 1.0})

    # === ENTRIES AND WALLETS === #

    @mute_logger('odoo.sql_db')
    def test_the_database_keeps_entries_as_they_are(self):
        entry = self.env['marketplace.balance.entry'].search(
            [('order_id', '=', self._part(self._paid()).id)], limit=1
        )
        self.env.flush_all()
        for query in (
            "UPDATE marketplace_balance_entry SET amount = 1 WHERE id = %s",
            "UPDATE marketplace_balance_entry SET merchant_id = (SELECT MAX(id) FROM"
            " marketplace_merchant) WHERE id = %s",
            "DELETE FROM marketplace_balance_entry WHERE id = %s",
        ):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, [entry.id])
        for call in (lambda: entry.write({'amount': 1.0}), entry.unlink):
            with self.assertRaises(UserError):
                call()

    @mute_logger('odoo.sql_db')
    def test_more_than_is_available_cannot_be_spent(self):
        self._complete(self._paid())
        wallet = self._wallet()
        key = (wallet.merchant_id.id, wallet.company_id.id, wallet.currency_id.id)
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            wallet._spend([(*key, 113.97)], 'in_transit')
        with self.assertRaises(UserError):
            wallet.available = 1000.0

    def test_a_held_order_waits_and_goes_on(self):
        order = self._paid()
        part = self._part(order)
        hold = part._hold("Complaint", part)
        self.assertEqual(part._hold("Complaint", part), hold)
        self._complete(order)
        self.assertFalse(self._entries(order, 'available'))
        hold._release()
        self._mature()
        self.assertEqual(self._wallet().available, 113.96)
        second = part._hold("Another complaint", order)
        third = part._hold("A check", self.company)
        self.assertRecordValues(self._wallet(), [{'available': 0.0, 'held': 113.96}])
        self.assertBooksAgree()
        part._refund_amount(23.0, "Decided", part)
        self.assertEqual(self._wallet().available, 0.0)
        self.assertBooksAgree()
        second._release()
        self.assertGreater(self._wallet().held, 0.0)
        third.with_user(self.approver).action_release()
        self.assertEqual(self._wallet().held, 0.0)
        self.assertGreater(self._wallet().available, 90.0)
        self.assertBooksAgree()

    def test_what_is_booked_by_hand_is_on_the_statement(self):
        order = self._paid()
        self._complete(order)
        Entry = self.env['marketplace.balance.entry']
        part = self._part(order)
        Entry._book(self.merchant_a, 'penalty', -20.0, "Fake tracking number", part, part)
        Entry._book(self.merchant_a, 'penalty', -20.0, "Fake tracking number", part, part)
        Entry._book(self.merchant_a, 'compensation', -5.0, "Paid to the shopper", part, part)
        Entry._book(self.merchant_a, 'service_fee', -1.06, "Pictures", part, part)
        statement = self._statement()
        self.assertEqual(statement.amount_net, 87.9)
        self.assertEqual(statement.fee_move_id.amount_total, 10.1)
        company = self.company
        self.assertEqual(self._balances(statement.move_id), {
            company.marketplace_clearing_account_id: 123.0,
            company.marketplace_penalty_account_id: -20.0,
            company.marketplace_advance_account_id: -5.0,
            company.marketplace_payable_account_id: -98.0,
        })
        self._pay_out()
        self.assertBooksAgree()

    # === PAYOUTS === #

    def test_money_leaves_by_two_people(self):
        self._posted()
        batch = self._batch()
        with self.assertRaises(AccessError):
            batch.with_user(self.maker).action_approve()
        with self.assertRaises(AccessError):
            batch.with_user(self.officer).action_approve()
        with self.assertRaises(UserError):
            batch.with_user(self.officer).action_send()
        batch.with_user(self.approver).action_approve()
        self.assertEqual(batch.approved_by_id, self.approver)
        self.assertEqual(batch.payout_ids.state, 'approved')

    def test_an_administrator_does_not_do_it_alone_either(self):
        self._posted()
        admin = self._staff('money_admin', 'group_finance_manager')
        admin.group_ids = [(4, self.env.ref('marketplace_merchant.group_administrator').id)]
        batch = self.env['marketplace.payout.batch'].with_user(admin).create({
            'journal_id': self.bank_journal.id, 'approved_by_id': self.approver.id,
            'state': 'draft',
        })  # fmt: skip
        self.assertFalse(batch.approved_by_id)
        with self.assertRaises(AccessError):
            batch.action_approve()

    def test_a_failed_payout_makes_room_for_a_new_one(self):
        statement = self._posted()
        batch = self._batch()
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        failed = batch.payout_ids
        failed.with_user(self.officer).action_mark_failed(reason="Account closed")
        self.assertFalse(statement.payout_id)
        self.assertEqual(self._wallet().in_transit, 113.96)
        self.assertBooksAgree()
        self._pay_out()
        self.assertNotEqual(statement.payout_id, failed)
        self.assertNotEqual(statement.payout_id.key, failed.key)
        self.assertEqual(statement.state, 'paid')
        self.assertBooksAgree()

    def test_an_unknown_outcome_freezes_the_next_payout(self):
        self._posted()
        batch = self._batch()
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        payout = batch.payout_ids
        payout.with_user(self.officer).action_mark_unknown(reason="No answer of the bank")
        self._posted()
        with self.assertRaises(UserError):
            self._batch()
        with self.assertRaises(AccessError):
            payout.with_user(self.officer).action_mark_paid("FOUND")
        payout.with_user(self.approver).action_mark_paid("FOUND")
        self.assertEqual(len(self._batch().payout_ids), 1)
        self.assertBooksAgree()

    def test_a_payout_is_marked_once_and_with_its_reference(self):
        statement = self._posted()
        batch = self._batch()
        payout = batch.payout_ids
        with self.assertRaises(UserError):
            payout.with_user(self.officer).action_mark_paid("EARLY")
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        with self.assertRaises(UserError):
            payout.with_user(self.officer).action_mark_paid()
        payout.with_user(self.officer).action_mark_paid("REF")
        with self.assertRaises(UserError):
            payout.with_user(self.officer).action_mark_paid("REF")
        with self.assertRaises(UserError):
            payout.with_user(self.officer).write({'amount': 1.0})
        self.assertEqual(statement.payout_id.payment_id.amount, 113.96)

    def test_no_payout_to_an_account_that_cools_off(self):
        self._posted()
        batch = self._batch()
        account = batch.payout_ids.bank_account_id
        account.sudo().usable_from = fields.Datetime.add(fields.Datetime.now(), hours=2)
        with self.assertRaisesRegex(UserError, "payouts to .* start on"):
            batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_cancel()
        with self.assertRaisesRegex(UserError, "payouts to .* start on"):
            self._batch()
        with freeze_time(fields.Datetime.add(account.usable_from, minutes=1)):
            account.invalidate_recordset()
            self.assertEqual(self._batch().payout_ids.bank_account_id, account)

    def test_no_payout_without_a_verified_account(self):
        self._posted()
        account = self.merchant_a.bank_account_ids
        batch = self._batch()
        account._move_to('replaced', system=True)
        with self.assertRaises(UserError):
            batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_cancel()
        with self.assertRaises(UserError):
            self._batch()
