# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestComplaint(ComplaintCommon):
    """A complaint from the shopper's first word to the end."""

    # === THE WAY OF A COMPLAINT === #

    def test_the_shopper_complains_and_the_merchant_is_asked(self):
        complaint = self._complain(files=[self._photo()])
        self.assertRecordValues(complaint, [{
            'state': 'merchant_response',
            'merchant_id': self.merchant_a.id,
            'partner_id': self.shopper.partner_id.id,
        }])  # fmt: skip
        self.assertRegex(complaint.name, r'^C\d{5}')
        message = complaint.message_line_ids
        self.assertEqual((message.party, message.author_id), ('shopper', self.shopper.partner_id))
        self.assertEqual(message.attachment_ids.mimetype, 'image/jpeg')

    def test_each_one_reads_in_the_own_language_why_money_is_held(self):
        self.env['res.lang']._activate_lang('zh_CN')
        complaint = self._complain()
        hold = complaint.sudo().hold_id
        self.assertEqual(hold.display_name, f"Complaint {complaint.name}")
        self.assertEqual(hold.with_context(lang='zh_CN').display_name, f"投诉 {complaint.name}")

    def test_the_merchants_answer_opens_the_negotiation(self):
        complaint = self._complain()
        complaint.with_user(self.service_a).portal_reply("Show us.", [self._photo('packed.jpg')])
        self.assertEqual(complaint.state, 'negotiation')
        self.assertEqual(complaint.message_line_ids.mapped('party'), ['shopper', 'merchant'])

    def test_further_messages_keep_the_state(self):
        complaint = self._in_arbitration()
        complaint.with_user(self.shopper).portal_reply("One more thing.")
        complaint.with_user(self.owner_a).portal_reply("We disagree.")
        self.assertEqual(complaint.state, 'arbitration')
        self.assertEqual(len(complaint.message_line_ids), 4)

    def test_the_shopper_withdraws(self):
        complaint = self._complain()
        complaint.with_user(self.shopper).portal_withdraw()
        self.assertEqual(complaint.state, 'withdrawn')
        self.assertFalse(complaint.deadline)

    def test_the_whole_way(self):
        complaint = self._decided()
        self.assertEqual(complaint.state, 'decided')
        complaint.action_execute()
        self.assertEqual(complaint.state, 'executed')
        complaint.with_user(self.shopper).portal_close()
        self.assertEqual(complaint.state, 'closed')

    def test_both_sides_read_the_decision_in_the_thread(self):
        complaint = self._decided()
        message = complaint.message_line_ids[-1].with_user(self.shopper)
        self.assertEqual(message.party, 'platform')
        self.assertIn("The photo shows the crack", message.body)
        self.assertIn("30", message.body)

    def test_the_arbitrator_asks_both_sides(self):
        complaint = self._plan(self._in_arbitration())
        wizard = self.env['marketplace.reason.wizard'].with_user(self.arbitrator).with_context(
            active_model=complaint._name,
            active_ids=complaint.ids,
            marketplace_action='action_ask',
        ).create({'reason': "Was it insured?"})
        wizard.action_confirm()
        self.assertRecordValues(
            complaint.message_line_ids[-1],
            [{'party': 'platform', 'body': "Was it insured?",
              'author_id': self.arbitrator.partner_id.id}],
        )  # fmt: skip

    def test_a_decision_is_reconsidered_before_it_is_carried_out(self):
        complaint = self._decided()
        complaint.action_reconsider("The merchant sent a new photo.")
        self.assertEqual(complaint.state, 'arbitration')
        complaint.remedy_ids.amount = 10.0
        complaint.action_decide()
        complaint.action_execute()
        self.assertEqual(complaint.refund_amount, 10.0)

    def test_an_unfounded_complaint_ends_without_money(self):
        complaint = self._decided(amount=0.0)
        complaint.action_execute()
        self.assertFalse(complaint.refund_amount)
        self.assertFalse(self.order.amount_refunded)

    # === WHAT IS NOT POSSIBLE === #

    def test_no_complaint_before_the_parcel_is_on_its_way(self):
        order = self._part(self._order())
        with self.assertRaisesRegex(UserError, "on its way"):
            self._complain(order)
        order.with_user(self.clerk_a).portal_accept()
        with self.assertRaisesRegex(UserError, "on its way"):
            self._complain(order)
        order.with_user(self.clerk_a).portal_refuse("Sold out")
        with self.assertRaisesRegex(UserError, "on its way"):
            self._complain(order)

    def test_no_second_open_complaint_about_a_parcel(self):
        complaint = self._complain()
        with self.assertRaisesRegex(UserError, "open complaint"):
            self._complain()
        complaint.with_user(self.shopper).portal_withdraw()
        self.assertTrue(self._complain())

    def test_values_from_outside_are_checked(self):
        for values in (
            {'kind': 'fraud'},
            {'kind': ['quality']},
            {'subject': "  "},
            {'subject': "x" * 101},
            {'description': False},
            {'description': {'a': 1}},
            {'files': "a file"},
            {'files': ["a file"]},
            {'files': [self._photo()] * 6},
        ):
            with self.subTest(values=str(values)[:60]), self.assertRaises(UserError):
                self._complain(**values)
        self.assertFalse(self.order.complaint_ids)

    def test_the_talk_ends_with_the_decision(self):
        complaint = self._decided()
        for user in (self.shopper, self.owner_a):
            with self.assertRaisesRegex(UserError, "no messages can be added"):
                complaint.with_user(user).portal_reply("But…")

    def test_steps_in_the_wrong_state_are_refused(self):
        complaint = self._complain()
        for action in ('portal_escalate', 'portal_close'):
            with self.subTest(action), self.assertRaises(UserError):
                getattr(complaint.with_user(self.shopper), action)()
        for action in ('action_take', 'action_decide', 'action_execute'):
            with self.subTest(action), self.assertRaises(UserError):
                getattr(complaint.with_user(self.arbitrator), action)()
        decided = self._decided_again(complaint)
        with self.assertRaises(UserError):
            decided.with_user(self.shopper).portal_withdraw()
        with self.assertRaises(UserError):
            decided.action_take()

    def _decided_again(self, complaint):
        complaint.with_user(self.service_a).portal_reply("No.")
        complaint.with_user(self.shopper).portal_escalate()
        complaint = self._plan(complaint)
        complaint.action_decide()
        return complaint

    def test_a_decision_needs_reasons_and_fitting_remedies(self):
        complaint = self._in_arbitration().with_user(self.arbitrator)
        complaint.action_take()
        with self.assertRaisesRegex(UserError, "(?s)reasons.*Add a remedy"):
            complaint.action_decide()
        self._plan(complaint)
        complaint.remedy_ids = [Command.create({'kind': 'nothing'})]
        with self.assertRaisesRegex(UserError, "beside another"):
            complaint.action_decide()

    def test_no_more_than_was_paid_can_be_decided(self):
        complaint = self._plan(self._in_arbitration(), amount=self.order.amount_total + 0.01)
        with self.assertRaisesRegex(UserError, "At most"):
            complaint.action_decide()

    def test_only_the_arbitrator_who_took_it_decides(self):
        complaint = self._plan(self._in_arbitration())
        colleague = complaint.with_user(self.colleague)
        for action in (
            colleague.action_decide,
            lambda: colleague.write({'decision': "Mine"}),
            lambda: colleague.remedy_ids.write({'amount': 1.0}),
            lambda: colleague.action_ask("?"),
        ):
            with self.assertRaisesRegex(UserError, "Take the complaint first"):
                action()
        colleague.action_take()
        colleague.action_decide()
        self.assertEqual(complaint.state, 'decided')

    def test_a_party_does_not_decide_its_own_complaint(self):
        complaint = self._in_arbitration()
        self.arbitrator.partner_id.parent_id = self.shopper.partner_id
        with self.assertRaisesRegex(UserError, "party"):
            complaint.with_user(self.arbitrator).action_take()

    def test_the_decision_is_fixed_once_published(self):
        complaint = self._decided()
        for action in (
            lambda: complaint.write({'decision': "Other"}),
            lambda: complaint.remedy_ids.write({'amount': 90.0}),
            complaint.remedy_ids.unlink,
            lambda: complaint.write({'remedy_ids': [Command.create({'kind': 'nothing'})]}),
        ):
            with self.assertRaisesRegex(UserError, "only while"):
                action()

    def test_an_arbitrator_edits_nothing_but_the_decision(self):
        complaint = self._plan(self._in_arbitration())
        for values in (
            {'subject': "Nicer"},
            {'order_id': self._parcel().id},
            {'deadline': '2040-01-01'},
            {'arbitrator_id': self.colleague.id},
            {'hold_id': False},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                complaint.write(values)

    def test_a_complaint_is_never_deleted(self):
        with self.assertRaises(UserError):
            self._complain().unlink()

    # === MAILS === #

    def test_both_sides_are_told_of_each_step(self):
        complaint = self._complain()
        steps = [
            lambda: complaint.with_user(self.service_a).portal_reply("No."),
            lambda: complaint.with_user(self.shopper).portal_escalate(),
            lambda: self._plan(complaint).action_decide(),
            lambda: complaint.with_user(self.arbitrator).action_execute(),
            lambda: complaint.with_user(self.shopper).portal_close(),
        ]
        told = len(self._mails(complaint))
        self.assertEqual(told, 2)
        for step in steps:
            step()
            mails = self._mails(complaint)[told:]
            self.assertEqual(
                set(mails.recipient_ids), set((self.shopper + self.members).partner_id)
            )
            told += len(mails)
        self.assertEqual(told, 12)

    def test_a_message_is_told_to_the_other_side_only(self):
        complaint = self._in_arbitration()
        told = len(self._mails(complaint))
        complaint.with_user(self.shopper).portal_reply("Well, <b>look</b>.")
        mail = self._mails(complaint)[told:]
        self.assertEqual(set(mail.recipient_ids), set(self.members.partner_id))
        self.assertIn("&lt;b&gt;look", mail.body_html)
