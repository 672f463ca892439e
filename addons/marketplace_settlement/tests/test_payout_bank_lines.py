# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .payout_common import PayoutCommon


@tagged('post_install', '-at_install')
class TestPayoutBankLines(PayoutCommon):
    """The bank's statement says what was paid, and what came back."""

    def setUp(self):
        super().setUp()
        self.channel = self._channel('file_csv')
        self.statement = self._posted()
        batch = self._approved(self.channel)
        batch.with_user(self.officer).action_send()
        self.payout = batch.payout_ids.sudo()

    def _line(self, text, amount, **values):
        return self.env['account.bank.statement.line'].create({
            'journal_id': self.bank_journal.id, 'payment_ref': text, 'amount': amount,
            'date': fields.Date.context_today(self.bank_journal), **values,
        })  # fmt: skip

    def _match(self):
        self.env['marketplace.payout'].with_user(self.officer).action_match_bank_lines()
        self.env.invalidate_all()

    def test_a_line_with_the_key_pays(self):
        line = self._line(f"TRF {self.payout.key} thank you", -113.96, ref="CMB-77")
        self._match()
        self.assertRecordValues(self.payout, [{'state': 'paid', 'bank_reference': 'CMB-77'}])
        self.assertEqual(line.marketplace_payout_id, self.payout)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.payout.payment_id.state, 'paid')
        self.assertEqual(self.statement.state, 'paid')
        self.assertBooksAgree()

    def test_a_line_with_the_name_settles_what_was_marked_before(self):
        self.payout.with_user(self.officer).action_mark_paid("BY-HAND")
        line = self._line(f"Payout {self.payout.name}.", -113.96)
        self._match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.payout.bank_reference, 'BY-HAND')
        self._match()
        self.assertEqual(self.payout.payment_id.amount, 113.96)
        self.assertBooksAgree()

    def test_a_line_of_what_came_back_returns(self):
        paid = self._line(self.payout.key, -113.96)
        back = self._line(f"RETURN {self.payout.key} AC04 closed account", 113.96)
        self._match()
        self.assertEqual(self.payout.state, 'returned')
        self.assertIn("AC04", self.payout.failure_reason)
        self.assertTrue(all((paid | back).mapped('is_reconciled')))
        self.assertRecordValues(self.statement, [{'state': 'posted', 'payout_id': False}])
        self.assertBooksAgree()

    def test_an_unknown_one_is_resolved_by_the_bank(self):
        self.payout.with_user(self.officer).action_mark_unknown(reason="The upload broke off")
        self._line(self.payout.key, -113.96)
        self._match()
        self.assertEqual(self.payout.state, 'paid')
        self.assertFalse(self.payout.failure_reason)

    def test_what_counted_as_failed_and_was_paid_is_not_paid_again(self):
        self.payout.with_user(self.officer).action_mark_failed(reason="Nothing on the page yet")
        again = self._batch_by(self.channel)
        line = self._line(f"TRF {self.payout.key}", -113.96, ref="CMB-78")
        self._match()
        self.assertEqual(self.payout.state, 'failed')
        self.assertTrue(self.payout.contradiction)
        manager, officer = (self.payout.with_user(user) for user in (self.approver, self.officer))
        with self.assertRaises(AccessError):
            officer.action_correct_paid(reason="It is on the bank's statement")
        for reason in (" ", "On the bank's statement"):  # there is no reference yet
            with self.assertRaises(UserError):
                manager.action_correct_paid(reason=reason)
        manager.bank_reference = "CMB-78"
        with self.assertRaisesRegex(UserError, again.payout_ids.name):
            manager.action_correct_paid(reason="On the bank's statement")
        again.with_user(self.officer).action_cancel()
        manager.action_correct_paid(reason="On the bank's statement")
        self.assertRecordValues(self.payout, [{
            'state': 'paid', 'contradiction': False, 'failure_reason': False,
        }])  # fmt: skip
        self.assertFalse(self.payout.activity_ids)
        self.assertEqual(self.statement.state, 'paid')
        with self.assertRaises(UserError):
            self._batch_by(self.channel)
        with self.assertRaises(UserError):
            manager.action_correct_paid(reason="Once more")
        self._match()
        self.assertTrue(line.is_reconciled)
        self.assertBooksAgree()

    def test_another_amount_or_another_text_is_left_to_a_person(self):
        lines = self._line(self.payout.key, -113.95) | self._line("Rent", -113.96)
        payouts = self.env['marketplace.payout'].with_user(self.officer)
        said = payouts.action_match_bank_lines()['params']
        self.assertIn(self.payout.name, said['message'])
        self.assertEqual((said['type'], said['sticky']), ('warning', True))
        self.env.invalidate_all()
        self.assertEqual(self.payout.state, 'sent')
        self.assertIn("113.95", self.payout.problem)
        self.assertFalse(any(lines.mapped('is_reconciled')))
        self.assertFalse(self.channel.block_reason)
        self._line(self.payout.key, -113.96)
        said = payouts.action_match_bank_lines()['params']
        self.env.invalidate_all()
        self.assertEqual(self.payout.state, 'paid')
        self.assertIn("1 lines", said['message'])

    def test_a_part_that_came_back_is_left_to_a_person(self):
        self._line(self.payout.key, -113.96)
        self._match()
        back = self._line(f"RETURN {self.payout.key}", 13.96)
        self._match()
        self.assertEqual(self.payout.state, 'paid')
        self.assertIn("13.96", self.payout.problem)
        self.assertFalse(back.is_reconciled)
        self.assertBooksAgree()

    def test_a_key_that_is_not_in_the_books_stops_the_channel(self):
        """I36: the bank's statement knows of a payout that a restored backup has lost."""
        self._line(f"TRF {'f' * 32}", -5.0)
        self._match()
        self.assertIn('f' * 32, self.channel.block_reason)

    def test_who_may_match(self):
        for user in (self.finance_a, self.shopper):
            with self.assertRaises(AccessError):
                self.env['marketplace.payout'].with_user(user).action_match_bank_lines()

    def test_the_cron_matches_too(self):
        self._line(self.payout.key, -113.96)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                'marketplace_settlement.ir_cron_payout_bank_lines'
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.payout.state, 'paid')
