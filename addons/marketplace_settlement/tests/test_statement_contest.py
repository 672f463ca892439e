# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import MoneyCommon

PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF").decode()


@tagged('post_install', '-at_install')
class TestStatementContest(MoneyCommon):
    """The worked example: sale 113.00, freight 10.00, commission −9.04; net 113.96."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._paid()
        cls._complete(cls.order)
        cls.statement = cls.env['marketplace.statement']._generate(
            fields.Date.context_today(cls.merchant_a), cls.merchant_a
        )
        cls.statement.with_user(cls.officer).action_send()

    # === WHAT WAITS, WHAT GOES ON === #

    def test_a_contested_sale_waits_with_its_fee_and_the_rest_is_paid(self):
        contest = self._contest('sale')
        self.assertEqual(contest.amount_aside, 103.96)
        self.assertAmounts(gross=10.0, fee=0.0, net=10.0)
        self.assertEqual(self._wallet().held, 103.96)
        self.assertBooksAgree()
        self._confirm_and_post()
        self._pay_out()
        self.assertEqual(self.statement.state, 'paid')
        self.assertEqual((self._wallet().paid, self._wallet().held), (10.0, 103.96))
        self.assertBooksAgree()

    def test_each_one_reads_in_the_own_language_that_a_line_is_contested(self):
        self.env['res.lang']._activate_lang('zh_CN')
        hold = self._contest('sale').sudo().hold_id.with_context(lang='zh_CN')
        self.assertTrue(hold.display_name.startswith("异议："), hold.display_name)

    def test_a_contested_deduction_stays_deducted(self):
        contest = self._contest('commission', 4.0)
        self.assertFalse(contest.amount_aside)
        self.assertFalse(contest.hold_id)
        self.assertAmounts(gross=123.0, fee=9.04, net=113.96)
        self.assertBooksAgree()

    def test_a_line_that_bears_the_deductions_stays(self):
        """Without the sale the penalty could not be paid: nothing waits, all is paid."""
        self.env['marketplace.balance.entry']._book(
            self.merchant_b, 'penalty', -50.0, "Late", self.merchant_b
        )
        self._complete(self._paid({self.vase: 1}))
        self.statement = self.env['marketplace.statement']._generate(
            fields.Date.context_today(self.merchant_b), self.merchant_b
        )
        self.statement.with_user(self.officer).action_send()
        before = self.statement.amount_net
        contest = self._contest('sale', 1.0, user=self.finance_b)
        self.assertFalse(contest.amount_aside)
        self.assertEqual(self.statement.amount_net, before)
        self.assertBooksAgree()

    # === ANSWERS === #

    def test_two_people_grant_a_correction_that_is_available_at_once(self):
        contest = self._contest('commission', 4.0)
        self._confirm_and_post()
        contest.with_user(self.maker).write({'amount_granted': 3.0, 'answer': "A lower rate."})
        contest.with_user(self.maker).action_propose()
        self.assertEqual(contest.state, 'proposed')
        self.assertFalse(contest.correction_id)
        with self.assertRaises(AccessError):
            contest.with_user(self.maker).action_approve()
        contest.with_user(self.approver).action_approve()
        self.assertEqual(contest.state, 'upheld')
        self.assertRecordValues(contest.correction_id, [{
            'kind': 'commission_refund', 'amount': 3.0, 'state': 'available',
            'order_id': self.order.marketplace_order_ids.id,
        }])
        self.assertEqual(self._wallet().available, 3.0)
        self.assertBooksAgree()
        next_statement = self._statement()
        self.assertEqual(next_statement.fee_move_id.move_type, 'out_refund')
        self.assertEqual(next_statement.amount_net, 3.0)
        self.assertBooksAgree()

    def test_what_was_granted_of_a_fee_is_not_returned_once_more(self):
        """I9: a fee comes back once, by a contest or with the goods."""
        contest = self._contest('commission', 4.0)
        self._confirm_and_post()
        self._uphold(contest)
        part = self.order.marketplace_order_ids
        part._refund_amount(part._refundable_amount(), "Goodwill", part)
        entries = self.env['marketplace.balance.entry'].search([
            ('order_id', '=', part.id), ('kind', 'in', ('commission', 'commission_refund')),
        ])
        self.assertEqual(self.currency.round(sum(entries.mapped('amount'))), 0.0)
        self.assertBooksAgree()

    def test_no_more_is_granted_than_is_left_of_a_fee(self):
        contest = self._contest('commission', 9.04)
        self._confirm_and_post()
        part = self.order.marketplace_order_ids
        part._refund_amount(part._refundable_amount(), "Goodwill", part)
        contest.with_user(self.officer).answer = "Yes"
        with self.assertRaises(UserError):
            contest.with_user(self.officer).action_propose()

    def test_what_waited_goes_into_the_next_statement_after_the_answer(self):
        contest = self._contest('sale', 7.0)
        self._confirm_and_post()
        contest.with_user(self.officer).answer = "The price was agreed."
        contest.with_user(self.officer).action_reject()
        self.assertEqual(contest.state, 'rejected')
        self.assertEqual((self._wallet().held, self._wallet().available), (0.0, 103.96))
        self.assertEqual(self._statement().amount_net, 103.96)
        self.assertBooksAgree()

    def test_an_upheld_sale_brings_the_line_and_the_difference(self):
        contest = self._contest('sale', 7.0)
        self._confirm_and_post()
        self._uphold(contest)
        self.assertEqual(contest.correction_id.kind, 'adjustment')
        self.assertEqual(self._statement().amount_net, 110.96)
        self.assertBooksAgree()

    def test_an_answer_needs_its_words_and_stays(self):
        contest = self._contest('commission', 4.0)
        for call in ('action_propose', 'action_reject'):
            with self.assertRaisesRegex(UserError, "write the answer first"):
                getattr(contest.with_user(self.officer), call)()
        contest.with_user(self.officer).answer = "No."
        contest.with_user(self.officer).action_reject()
        with self.assertRaises(UserError):
            contest.with_user(self.officer).answer = "Yes."

    def test_the_manager_sends_a_proposal_back(self):
        contest = self._contest('commission', 4.0)
        contest.with_user(self.officer).answer = "Yes."
        contest.with_user(self.officer).action_propose()
        with self.assertRaises(AccessError):
            contest.with_user(self.officer).action_approve()
        contest.with_user(self.approver).action_send_back("Which rule?")
        self.assertEqual(contest.state, 'open')
        self.assertFalse(contest.correction_id)

    def test_a_contest_is_overdue_after_the_promised_days(self):
        contest = self._contest('commission', 4.0)
        self._pass_deadline(contest)
        self.assertTrue(contest.is_overdue)
        self.assertEqual(contest.state, 'open')

    # === TAKEN BACK === #

    def test_taken_back_in_time_the_line_returns_to_its_statement(self):
        contest = self._contest('sale', 7.0)
        contest.with_user(self.finance_a).portal_withdraw()
        self.assertEqual(contest.state, 'withdrawn')
        self.assertAmounts(gross=123.0, fee=9.04, net=113.96)
        self.assertBooksAgree()
        self.assertTrue(self._contest('sale', 7.0))

    def test_taken_back_later_it_goes_into_the_next_statement(self):
        contest = self._contest('sale', 7.0)
        self._confirm_and_post()
        contest.with_user(self.finance_a).portal_withdraw()
        self.assertEqual(self._wallet().available, 103.96)
        self.assertBooksAgree()

    # === WHO AND WHEN === #

    def test_only_the_merchant_s_finance_members_contest(self):
        entry = self._line('sale')
        values = {'amount': 1.0, 'reason': "Wrong"}
        for user in (self.clerk_a, self.finance_b, self.shopper, self.officer):
            with self.assertRaises(AccessError):
                self.statement.with_user(user).portal_contest(entry.id, values)
        contest = self._contest('sale')
        for user in (self.clerk_a, self.finance_b, self.shopper):
            with self.assertRaises(AccessError):
                contest.with_user(user).portal_withdraw()
            self.assertFalse(self.env[contest._name].with_user(user).search([]))
        with self.assertRaises(UserError):
            contest.with_user(self.finance_a).write({'state': 'upheld'})

    def test_the_window_is_open_while_the_statement_waits(self):
        self.statement.deadline = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        with self.assertRaisesRegex(UserError, "over"):
            self._contest('sale')
        self.statement.deadline = fields.Datetime.add(fields.Datetime.now(), days=1)
        self.statement.with_user(self.finance_a).portal_confirm()
        with self.assertRaisesRegex(UserError, "over"):
            self._contest('sale')

    def test_a_line_is_contested_once(self):
        self._contest('commission', 4.0)
        with self.assertRaises(UserError) as caught:
            self._contest('commission', 4.0)
        self.assertIn("already", caught.exception.field_errors['entry'])

    def test_a_rejected_line_is_not_contested_again_in_the_next_statement(self):
        contest = self._contest('sale', 7.0)
        contest.with_user(self.officer).answer = "No."
        contest.with_user(self.officer).action_reject()
        self._confirm_and_post()
        self.statement = self.env['marketplace.statement']._generate(
            fields.Date.context_today(self.merchant_a), self.merchant_a
        )
        self.statement.with_user(self.officer).action_send()
        with self.assertRaises(UserError) as caught:
            self._contest('sale', 7.0)
        self.assertIn("already", caught.exception.field_errors['entry'])

    def test_silence_confirms_the_rest(self):
        self._contest('sale')
        self._pass_deadline(self.statement)
        self.assertEqual(self.statement.state, 'confirmed')
        self.assertEqual(self._wallet().held, 103.96)

    def test_bad_values_are_told_at_their_fields_and_change_nothing(self):
        entry = self._line('commission')
        as_member = self.statement.with_user(self.finance_a)
        for values, field in (
            ({'reason': "Wrong"}, 'amount'),
            ({'amount': 0, 'reason': "Wrong"}, 'amount'),
            ({'amount': -1, 'reason': "Wrong"}, 'amount'),
            ({'amount': 'nan', 'reason': "Wrong"}, 'amount'),
            ({'amount': 1e-9, 'reason': "Wrong"}, 'amount'),
            ({'amount': 9.05, 'reason': "Wrong"}, 'amount'),
            ({'amount': 1}, 'reason'),
            ({'amount': 1, 'reason': ["x"]}, 'reason'),
        ):
            with self.assertRaises(UserError) as caught:
                as_member.portal_contest(entry.id, values)
            self.assertIn(field, caught.exception.field_errors, values)
        for values in (None, [], "x"):
            with self.assertRaises(UserError):
                as_member.portal_contest(entry.id, values)
        other = self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'penalty', -5.0, "Late", self.merchant_a
        )
        for entry_id in (other.id, 0, "x", None, 2**40):
            with self.assertRaises(UserError):
                as_member.portal_contest(entry_id, {'amount': 1, 'reason': "Wrong"})
        self.assertFalse(self.statement.contest_ids)

    # === EVIDENCE === #

    def test_evidence_is_checked_and_stays(self):
        values = {'amount': 1.0, 'reason': "Wrong"}
        entry = self._line('commission')
        as_member = self.statement.with_user(self.finance_a)
        for files in (
            [{'filename': "x.exe", 'content': base64.b64encode(b"MZ").decode()}],
            [{'filename': "x.pdf"}], "x", [{'filename': "x.pdf", 'content': PDF}] * 6,
        ):
            with self.assertRaises(UserError) as caught:
                as_member.portal_contest(entry.id, values, files)
            self.assertIn('files', caught.exception.field_errors)
        contest_id = as_member.portal_contest(
            entry.id, values, [{'filename': "proof.pdf", 'content': PDF}]
        )
        file = self.env['marketplace.statement.contest'].browse(contest_id).attachment_ids
        self.assertEqual(file.name, "proof.pdf")
        for call in (
            file.unlink, lambda: file.write({'raw': b"x"}), lambda: file.copy({}),
            lambda: file.create({
                'name': "x", 'res_model': 'marketplace.statement.contest', 'res_id': contest_id,
            }),
        ):
            with self.assertRaisesRegex(UserError, "evidence"):
                call()

    # === HELPERS === #

    def _line(self, kind):
        return self.statement.entry_ids.filtered(lambda entry: entry.kind == kind)

    def _contest(self, kind, amount=1.0, user=None):
        contest_id = self.statement.with_user(user or self.finance_a).portal_contest(
            self._line(kind).id, {'amount': amount, 'reason': "This is wrong."}
        )
        return self.env['marketplace.statement.contest'].browse(contest_id)

    def _uphold(self, contest):
        contest.with_user(self.officer).answer = "You are right."
        contest.with_user(self.officer).action_propose()
        contest.with_user(self.approver).action_approve()

    def _confirm_and_post(self):
        self.statement.with_user(self.finance_a).portal_confirm()
        self.statement.with_user(self.officer).action_post()

    def assertAmounts(self, gross, fee, net):
        self.assertRecordValues(
            self.statement, [{'amount_gross': gross, 'amount_fee': fee, 'amount_net': net}]
        )
