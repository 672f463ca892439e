# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

import requests

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketplace_settlement.tools import payout_gateway

from .payout_common import GatewayCommon


@tagged('post_install', '-at_install')
class TestPayoutGateway(GatewayCommon):
    """Payouts over real HTTP to a bank that misbehaves; each leaves once (I19, I22, I30, I31)."""

    # === THE WAY OUT === #

    def test_a_payout_waits_goes_out_and_is_paid(self):
        payout = self._queued()
        self.assertEqual(payout.state, 'queued')
        self.assertFalse(self.bank.instructions(), "No call within the transaction that sends it")
        self._exchange()
        self.assertEqual(payout.state, 'sent')
        self.assertEqual(self.bank.instructions(), [payout.key])
        row = self.bank.read_log()[0]
        self.assertEqual((row['amount'], row['currency']), ('113.96', self.currency.name))
        self.assertEqual(row['creditor']['account'], payout.bank_account_id._number())
        headers = self.bank.seen_headers[0]
        self.assertEqual(headers['Idempotency-Key'], payout.key)
        self.assertEqual(headers['Authorization'], 'Bearer token-4711')
        self.bank.set_status(payout.key, 'paid')
        self._exchange()
        self.assertEqual(payout.state, 'sent', "The pause is not over")
        self._later()
        self._exchange()
        self.assertRecordValues(payout, [{'state': 'paid', 'bank_reference': 'BANK-1'}])
        self.assertEqual(len(self.bank.instructions()), 1)
        self.assertBooksAgree()

    def test_the_token_and_the_secret_are_not_shown(self):
        self.assertNotIn('token', self.channel.token)
        self.assertNotIn('secret', self.channel.callback_secret)
        for field in ('token_secret', 'callback_secret_encrypted'):
            with self.assertRaises(AccessError):
                self.channel.with_user(self.maker).read([field])
        with self.assertRaises(ValidationError):
            self.channel.callback_secret = 'short'
        with self.assertRaises(ValidationError):
            self.channel.url = 'http://bank.example.com'

    def test_no_call_while_a_transaction_writes(self):
        self._queued()
        calls, real = [], requests.request

        def watched(method, *args, **kwargs):
            self.env.cr.execute("SELECT pg_current_xact_id_if_assigned()")
            calls.append((method, self.env.cr.sql_log_count))
            return real(method, *args, **kwargs)

        with patch.object(requests, 'request', watched), self.assertCommitsBefore(calls):
            self._exchange()
        self.assertEqual([method for method, _count in calls], ['GET', 'GET', 'POST'])

    def assertCommitsBefore(self, calls):
        """Return a context in which each call must come right after a commit."""
        Cron = self.env.registry['ir.cron']
        real, committed = Cron._commit_progress, []

        def commit(cron, *args, **kwargs):
            result = real(cron, *args, **kwargs)
            committed.append(len(calls))
            return result

        self.addCleanup(lambda: self.assertLessEqual(set(range(len(calls))), set(committed)))
        return patch.object(Cron, '_commit_progress', commit)

    # === NO ANSWER === #

    def test_an_answer_that_got_lost_is_looked_up_and_not_sent_again(self):
        self.bank.behave('drop')
        payout = self._queued()
        self._exchange()
        self.assertEqual(payout.state, 'unknown')
        self.assertIn("connection", payout.failure_reason)
        self._posted({self.bowl: 2})
        with self.assertRaises(UserError):
            self._batch_by(self.channel)
        self._later()
        self._exchange()
        self.assertEqual(payout.state, 'sent')
        self.assertEqual(self.bank.instructions(), [payout.key])

    def test_a_slow_bank_is_looked_up(self):
        self.bank.behave('slow')
        payout = self._queued()
        self._exchange()
        self.assertEqual(payout.state, 'unknown')
        self.assertIn("1 seconds", payout.failure_reason)
        self._later()
        self._exchange()
        self.assertEqual(payout.state, 'sent')
        self.assertEqual(self.bank.instructions(), [payout.key])

    def test_what_the_bank_has_never_seen_is_sent_with_the_same_key(self):
        self.bank.behave('error', times=1)
        payout = self._queued()
        self._exchange()
        self.assertEqual((payout.state, self.bank.instructions()), ('unknown', []))
        self._later()
        self._exchange()
        self.assertEqual((payout.state, self.bank.instructions()), ('sent', [payout.key]))

    def test_a_bank_out_of_reach_gets_growing_pauses(self):
        payout = self._queued()
        self.channel.url = 'http://127.0.0.1:9'
        pauses = []
        for _try in range(3):
            self._later()
            now = fields.Datetime.now()
            self._exchange()
            pauses.append((payout.next_try - now).total_seconds())
        self.assertEqual(payout.state, 'queued', "It was never sent")
        self.assertEqual(pauses, sorted(set(pauses)))
        self.assertIn("reached", payout.problem)
        self.assertEqual(self.bank.instructions(), [])

    def test_nonsense_is_no_answer(self):
        self.bank.behave('nonsense')
        payout = self._queued()
        self._exchange()
        self.assertEqual(payout.state, 'unknown')
        self.bank.behave('ok')
        self._later()
        self._exchange()
        self.assertEqual(payout.state, 'sent')

    def test_another_amount_is_not_believed(self):
        question = {'key': 'k', 'amount': '113.96', 'currency': 'CNY'}
        good = dict(question, status='paid', reference="R")
        self.assertEqual(payout_gateway.read_word(good, question).status, 'paid')
        for wrong in (
            {'amount': '113.97'}, {'currency': 'USD'}, {'key': 'other'}, {'status': 'done'},
            {'amount': None}, {'amount': 'NaN'}, {'status': ['paid']},
        ):  # fmt: skip
            with self.assertRaises(payout_gateway.NoAnswer):
                payout_gateway.read_word(dict(good, **wrong), question)

    # === THE BANK SAYS NO === #

    def test_a_refusal_makes_room_for_a_new_payout(self):
        self.bank.behave('reject')
        payout = self._queued()
        statement = payout.statement_ids
        self._exchange()
        self.assertEqual(payout.state, 'failed')
        self.assertFalse(statement.payout_id)
        self.assertEqual(self._wallet().in_transit, 113.96)
        self.assertBooksAgree()
        self.bank.behave('paid')
        batch = self._approved(self.channel)
        batch.with_user(self.officer).action_send()
        self.assertEqual(batch.payout_ids.replaces_id, payout)
        self._exchange()
        self.assertEqual(statement.state, 'paid')
        self.assertEqual(len(set(self.bank.instructions())), 2)
        self.assertBooksAgree()

    def test_a_bank_that_contradicts_itself_is_left_to_a_manager(self):
        self.bank.behave('reject')
        payout = self._queued()
        self._exchange()
        payout._take_word(payout_gateway.Word('paid', 'B-9'))
        self.assertEqual(payout.state, 'failed')
        self.assertTrue(payout.contradiction)
        self.assertEqual(len(payout.activity_ids), 1)
        with self.assertRaises(UserError):
            self._batch_by(self.channel)
        with self.assertRaises(AccessError):
            payout.with_user(self.officer).action_settle_contradiction("Fine")
        payout.with_user(self.approver).action_settle_contradiction("The bank erred; not paid")
        self.assertTrue(self._batch_by(self.channel).payout_ids)

    def test_officers_do_not_overrule_the_gateway(self):
        payout = self._queued()
        self._exchange()
        with self.assertRaises(AccessError):
            payout.with_user(self.officer).action_mark_failed(reason="Too slow")
        payout.with_user(self.approver).action_mark_failed(reason="The bank says by phone: lost")
        self.assertEqual(payout.state, 'failed')

    # === BEFORE IT GOES OUT === #

    def test_what_forbids_to_pay_is_asked_right_before(self):
        payout = self._queued()
        account = payout.bank_account_id
        account._move_to('replaced', system=True)
        self._exchange()
        self.assertEqual((payout.state, self.bank.instructions()), ('queued', []))
        self.assertTrue(payout.problem)
        with self.assertRaises(AccessError):
            payout.with_user(self.officer).action_withdraw(reason="Account replaced")
        payout.with_user(self.approver).action_withdraw(reason="Account replaced")
        self.assertEqual(payout.state, 'cancelled')
        self.assertFalse(payout.statement_ids)
        self._later()
        self._exchange()
        self.assertFalse(self.bank.instructions())
        self.assertBooksAgree()

    def test_what_the_bank_has_never_seen_can_be_taken_back(self):
        self.bank.behave('error', times=1)
        payout = self._queued()
        self._exchange()
        self.assertEqual(payout.state, 'unknown')
        payout.bank_account_id._move_to('replaced', system=True)
        self._later()
        self._exchange()
        self.assertEqual((payout.state, payout.attempted_on), ('queued', False))
        payout.with_user(self.approver).action_withdraw(reason="Account replaced")
        self.assertFalse(self.bank.instructions())

    def test_what_may_have_reached_the_bank_is_not_taken_back(self):
        self.bank.behave('error')
        payout = self._queued()
        self._exchange()
        with self.assertRaises(UserError):
            payout.with_user(self.approver).action_withdraw(reason="Changed my mind")

    def test_a_block_of_the_books_stops_what_waits(self):
        payout = self._queued()
        self.company.marketplace_payout_block = "Clearing (M1: 1 ≠ 2)"
        self._exchange()
        self.assertEqual((payout.state, self.bank.instructions()), ('queued', []))
        self.company.marketplace_payout_block = False
        self._later()
        self._exchange()
        self.assertEqual(payout.state, 'sent')

    def test_a_restored_backup_pays_nobody_twice(self):
        """I36: the bank knows of a payout that the books have lost."""
        payout = self._queued()
        self.bank.take({'key': 'f' * 32, 'amount': '5.00', 'currency': 'CNY'})
        self._exchange()
        self.assertEqual((payout.state, len(self.bank.instructions())), ('queued', 1))
        self.assertIn('f' * 32, self.channel.block_reason)
        self.assertTrue(self.channel.activity_ids)
        with self.assertRaises(UserError):
            self.channel.with_user(self.maker).action_lift_block("")
        # What the bank has, and the books too, is found by its key before anything is sent.
        self.bank.take(payout._prepare_instruction())
        self._later()
        self._exchange()
        self.assertEqual(payout.state, 'sent')
        self.assertEqual(self.bank.instructions(payout.key), [payout.key])

    def test_staff_asks_the_bank_at_once(self):
        payout = self._queued()
        self._exchange()
        self.bank.set_status(payout.key, 'paid')
        payout.with_user(self.officer).action_ask_bank()
        self._exchange()
        self.assertEqual(payout.state, 'paid')
        with self.assertRaises(UserError):
            payout.with_user(self.officer).action_ask_bank()
        with self.assertRaises(AccessError):
            payout.with_user(self.finance_a).action_ask_bank()
