# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .payout_common import PayoutCommon


@tagged('post_install', '-at_install')
class TestPayoutBatch(PayoutCommon):
    """What was approved is what goes out, and no more than what is owed (I27, I32)."""

    def setUp(self):
        super().setUp()
        self.channel = self._channel('file_csv')

    def _two(self):
        """Return a batch of two merchants' payouts."""
        order = self._paid({self.bowl: 1, self.vase: 1})
        self._complete(order)
        self._statement(self.merchant_a)
        self._statement(self.merchant_b)
        batch = self._batch_by(self.channel)
        self.assertEqual(len(batch.payout_ids), 2)
        return batch

    def test_a_list_that_changed_after_it_was_seen_is_not_approved(self):
        batch = self._two()
        seen = batch.list_hash
        batch.payout_ids[0].with_user(self.officer).action_leave_out(reason="Asked us to wait")
        self.assertNotEqual(batch.list_hash, seen)
        approver = batch.with_user(self.approver).with_context(marketplace_seen_hash=seen)
        with self.assertRaisesRegex(UserError, "not the one"):
            approver.action_approve()
        batch.with_user(self.approver).with_context(
            marketplace_seen_hash=batch.list_hash
        ).action_approve()
        self.assertEqual(batch.approved_hash, batch.list_hash)

    def test_a_list_that_changed_after_the_approval_is_not_sent(self):
        batch = self._two()
        batch.with_user(self.approver).action_approve()
        payout = batch.payout_ids[0]
        account = payout.bank_account_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_bank_account SET number_hash = 'another' WHERE id = %s",
            [account.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "not the one"):
            batch.with_user(self.officer).action_send()
        self.assertEqual(set(batch.payout_ids.mapped('state')), {'approved'})

    def test_an_account_that_is_replaced_after_the_approval_gets_nothing(self):
        """Neither the one before, nor the new one while it cools off."""
        self._posted()
        batch = self._approved(self.channel)
        before = batch.payout_ids.bank_account_id
        account = self.env['marketplace.bank.account'].create(
            self.merchant_a._prepare_bank_account_values(
                self.merchant_a.name, "Other Bank", '6217000000009999'
            )
        )
        account.with_user(self.manager).action_verify()
        self.assertEqual(before.state, 'replaced')
        self.assertTrue(account.is_cooling)
        with self.assertRaisesRegex(UserError, "was replaced"):
            batch.with_user(self.officer).action_send()
        self.assertFalse(batch.file_name)
        batch.with_user(self.approver).action_cancel()
        with self.assertRaisesRegex(UserError, "payouts to .* start on"):
            self._batch_by(self.channel)

    def test_nothing_is_taken_off_an_approved_batch(self):
        batch = self._two()
        batch.with_user(self.approver).action_approve()
        with self.assertRaises(UserError):
            batch.payout_ids[0].with_user(self.officer).action_leave_out(reason="Late thought")
        with self.assertRaises(UserError):
            batch.with_user(self.officer).write({'channel_id': False})

    def test_who_is_left_out_waits_for_the_next_batch(self):
        batch = self._two()
        left = batch.payout_ids[0]
        with self.assertRaises(UserError):
            left.with_user(self.officer).action_leave_out(reason=" ")
        with self.assertRaises(AccessError):
            left.with_user(self.finance_a).action_leave_out(reason="Mine")
        left.with_user(self.officer).action_leave_out(reason="Asked us to wait")
        self.assertFalse(left.statement_ids)
        self.assertEqual(self._batch_by(self.channel).payout_ids.merchant_id, left.merchant_id)
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        content = batch.with_user(self.officer)._read_file()[2].decode()
        self.assertNotIn(left.name, content)
        self.assertEqual(left.state, 'cancelled')
        self.assertBooksAgree()

    def test_an_emptied_batch_is_cancelled_not_sent(self):
        batch = self._two()
        total = batch.amount_total
        first, second = batch.payout_ids
        first.with_user(self.officer).action_leave_out(reason="Asked us to wait")
        self.assertRecordValues(
            batch, [{'payout_count': 1, 'amount_total': self.currency.round(total - first.amount)}]
        )
        second.with_user(self.officer).action_leave_out(reason="Asked us to wait too")
        with self.assertRaisesRegex(UserError, "cancel the batch"):
            batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_cancel()
        self.assertEqual(batch.amount_total, total)

    def test_who_may_not_is_told_nothing_else(self):
        """Access comes first: who may not act does not read why it would not work either."""
        batch = self._two()
        auditor = self._staff('batch_auditor', 'group_finance_officer')
        auditor.group_ids = self.env.ref('marketplace_merchant.group_auditor')
        self.company.marketplace_payout_block = "Clearing (M1: 1 ≠ 2)"
        for user in (auditor, self.officer):
            with self.assertRaises(AccessError):
                batch.with_user(user).action_approve()
        self.company.marketplace_payout_block = False
        batch.with_user(self.approver).action_approve()
        self.channel._stop("The bank knows more.")
        payout = batch.payout_ids[0]
        for call in (
            batch.with_user(auditor).action_send, batch.with_user(auditor).action_cancel,
            payout.with_user(auditor).action_mark_paid, payout.with_user(auditor).action_withdraw,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_no_more_is_paid_than_is_owed_when_it_is_sent(self):
        order = self._paid()
        self._complete(order)
        self._statement()
        batch = self._approved(self.channel)
        part = self._part(order)
        part._refund_amount(23.0, "Scratch", part)
        self.assertLess(self._wallet().debt, 0.0)
        with self.assertRaisesRegex(UserError, "is not owed"):
            batch.with_user(self.officer).action_send()
        self.assertEqual(batch.state, 'approved')
        batch.with_user(self.approver).action_cancel()
        debt = self._wallet().debt
        again = self._approved(self.channel)
        again.with_user(self.officer).action_send()
        self.assertEqual(again.payout_ids.amount, self.currency.round(113.96 + debt))
        self.assertEqual(len(again.payout_ids.statement_ids), 2)
        again.payout_ids.with_user(self.officer).action_mark_paid("CMB-1")
        self.assertBooksAgree()

    def test_what_the_deposit_lacks_is_kept_back(self):
        self._posted()
        self._posted({self.bowl: 2})
        statements = self.merchant_a.statement_ids.filtered(lambda s: s.state == 'posted')
        small, big = statements.sorted('amount_net')

        def lacking(amount):
            Merchant = self.env.registry['marketplace.merchant']
            return patch.object(Merchant, '_deposit_shortfall', lambda *args: amount)

        with lacking(50.0):
            batch = self._batch_by(self.channel)
            self.assertEqual(len(batch.payout_ids.statement_ids), 1)
            paid = batch.payout_ids.amount
            self.assertLessEqual(paid, small.amount_net + big.amount_net - 50.0)
            batch.with_user(self.approver).action_approve()
        with lacking(big.amount_net + 10.0), self.assertRaisesRegex(UserError, "is not owed"):
            batch.with_user(self.officer).action_send()
        batch.with_user(self.approver).action_cancel()
        with lacking(1000.0), self.assertRaises(UserError):
            self._batch_by(self.channel)

    def test_the_batch_says_who_is_not_in_it(self):
        order = self._paid({self.bowl: 1, self.vase: 1})
        self._complete(order)
        self._statement(self.merchant_a)
        self._statement(self.merchant_b)
        self.merchant_b.bank_account_ids._move_to('replaced', system=True)
        batch = self._batch_by(self.channel)
        notes = " ".join(batch.message_ids.mapped('body'))
        self.assertIn(self.merchant_b.name, notes)
        self.assertIn("no verified bank account", notes)
        self.assertEqual(batch.payout_ids.merchant_id, self.merchant_a)

    def test_nothing_leaves_while_the_books_disagree(self):
        self._posted()
        batch = self._batch_by(self.channel)
        self.company.marketplace_payout_block = "Clearing (M1: 1 ≠ 2)"
        with self.assertRaisesRegex(UserError, "books don't agree"):
            batch.with_user(self.approver).action_approve()
        self.company.marketplace_payout_block = False
        batch.with_user(self.approver).action_approve()
        self.company.marketplace_payout_block = "Clearing (M1: 1 ≠ 2)"
        with self.assertRaisesRegex(UserError, "books don't agree"):
            batch.with_user(self.officer).action_send()
        self.company.marketplace_payout_block = False

    def test_a_channel_pays_from_its_own_journal(self):
        Channel = self.env['marketplace.payout.channel'].with_user(self.maker)
        proposed = Channel.with_company(self.company).default_get(['journal_id'])['journal_id']
        journal = self.bank_journal.browse(proposed)
        self.assertEqual((journal.type, journal.company_id), ('bank', self.company))
        self._posted()
        other = self.bank_journal.copy({'name': "Other bank", 'code': 'OTHBK'})
        with self.assertRaisesRegex(ValidationError, "pays from"):
            self.env['marketplace.payout.batch'].with_user(self.maker).create({
                'channel_id': self.channel.id, 'journal_id': other.id,
            })  # fmt: skip

    def test_a_stopped_channel_sends_nothing(self):
        self._posted()
        batch = self._approved(self.channel)
        self.channel._stop("The bank knows more.")
        with self.assertRaisesRegex(UserError, "The bank knows more"):
            batch.with_user(self.officer).action_send()
        with self.assertRaises(AccessError):
            self.channel.with_user(self.officer).action_lift_block("Entered it")
        with self.assertRaises(UserError):
            self.channel.with_user(self.maker).action_lift_block(" ")
        self.assertTrue(self.channel.activity_ids)
        self.channel.with_user(self.maker).action_lift_block("Entered by hand")
        self.assertFalse(self.channel.activity_ids, "The task is done")
        batch.with_user(self.officer).action_send()

    def test_money_that_came_back_is_paid_once_more_by_another_payout(self):
        statement = self._posted()
        first = self._pay_out().payout_ids
        account = self.merchant_a.bank_account_ids
        self.assertEqual(self._wallet().paid, 113.96)
        with self.assertRaises(UserError):
            first.with_user(self.officer).action_mark_returned(reason=" ")
        first.with_user(self.officer).action_mark_returned(reason="Account closed")
        self.assertRecordValues(first, [{'state': 'returned', 'failure_reason': "Account closed"}])
        self.assertRecordValues(statement, [{'state': 'posted', 'payout_id': False}])
        self.assertRecordValues(self._wallet(), [{'paid': 0.0, 'in_transit': 113.96}])
        payable = self.company.marketplace_payable_account_id
        self.assertEqual(self._ledger(payable, self.merchant_a), -113.96)
        self.assertBooksAgree()
        with self.assertRaises(UserError):
            first.with_user(self.officer).action_mark_returned(reason="Again")
        second = self._pay_out().payout_ids
        self.assertEqual(second.replaces_id, first)
        self.assertEqual(first.replaced_by_id, second)
        self.assertNotEqual(second.key, first.key)
        self.assertEqual(statement.state, 'paid')
        self.assertEqual(self._ledger(payable, self.merchant_a), 0.0)
        self.assertTrue(all(statement._payable_items().mapped('reconciled')))
        self.assertEqual(first.claimed_statement_ids, statement)
        self.assertEqual(account.merchant_id, self.merchant_a)
        self.assertBooksAgree()

    def test_what_was_booked_for_a_payout_stays(self):
        self._posted()
        payout = self._pay_out().payout_ids
        payout.with_user(self.officer).action_mark_returned(reason="Account closed")
        for payment in payout.payment_id | payout.return_payment_id:
            with self.assertRaises(UserError):
                payment.move_id.button_draft()
