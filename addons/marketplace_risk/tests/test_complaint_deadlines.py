# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestComplaintDeadlines(ComplaintCommon):
    """What follows from silence."""

    def _pass(self, complaint, **delta):
        """Let time pass and the clock act."""
        complaint = complaint.sudo()
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            if complaint.deadline <= fields.Datetime.now():
                complaint._process_deadline()

    def assertDueIn(self, complaint, hours):
        due = fields.Datetime.now() + timedelta(hours=hours)
        self.assertAlmostEqual(complaint.deadline, due, delta=timedelta(minutes=5))

    def test_a_silent_merchant_brings_the_complaint_to_arbitration(self):
        complaint = self._complain()
        self.assertDueIn(complaint, 24)
        self._pass(complaint, hours=23)
        self.assertEqual(complaint.state, 'merchant_response')
        self._pass(complaint, hours=25)
        self.assertEqual(complaint.state, 'arbitration')

    def test_a_negotiation_without_result_goes_to_arbitration(self):
        complaint = self._complain()
        complaint.with_user(self.service_a).portal_reply("No.")
        self.assertDueIn(complaint, 24)
        self._pass(complaint, hours=25)
        self.assertEqual(complaint.state, 'arbitration')

    def test_a_late_arbitration_is_reminded_daily(self):
        complaint = self._in_arbitration()
        self.assertDueIn(complaint, 72)
        told = len(self._mails(complaint))
        self._pass(complaint, hours=73)
        mail = self._mails(complaint)[told:]
        self.assertIn(self.arbitrator.partner_id, mail.recipient_ids)
        self.assertIn(self.colleague.partner_id, mail.recipient_ids)
        self.assertDueIn(complaint, 73 + 24)
        self.assertEqual(complaint.state, 'arbitration')

    def test_the_one_who_took_it_is_reminded_alone(self):
        complaint = self._plan(self._in_arbitration())
        complaint.action_decide()
        self.assertDueIn(complaint, 24)
        told = len(self._mails(complaint))
        self._pass(complaint, hours=25)
        mail = self._mails(complaint)[told:]
        self.assertEqual(mail.recipient_ids, self.arbitrator.partner_id)
        self.assertEqual(complaint.state, 'decided')

    def test_what_was_carried_out_closes_after_seven_days(self):
        complaint = self._decided()
        complaint.action_execute()
        self.assertDueIn(complaint, 7 * 24)
        self._pass(complaint, days=6)
        self.assertEqual(complaint.state, 'executed')
        self._pass(complaint, days=8)
        self.assertEqual(complaint.state, 'closed')
        self.assertFalse(complaint.deadline)
