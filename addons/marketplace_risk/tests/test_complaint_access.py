# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon

MODELS = ('marketplace.complaint', 'marketplace.complaint.message', 'marketplace.remedy')


@tagged('post_install', '-at_install')
class TestComplaintAccess(ComplaintCommon):
    """Who sees a complaint, and who may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._plan(
            cls._in_arbitration(files=[cls._photo()])
        ).with_user(cls.env.user)
        cls.outsiders = {
            'anonymous': cls.env.ref('base.public_user'),
            'another shopper': cls.stranger,
            'a clerk without the role': cls.catalogue_a,
            'another merchant': cls.owner_b,
        }

    def _records(self, model):
        records = {
            'marketplace.complaint': self.complaint,
            'marketplace.complaint.message': self.complaint.message_line_ids,
            'marketplace.remedy': self.complaint.remedy_ids,
        }[model]
        self.env.invalidate_all()
        return records

    def test_both_sides_read_complaint_and_thread(self):
        for user in (self.shopper, self.owner_a, self.service_a):
            complaint = self.env['marketplace.complaint'].with_user(user).search(
                [('order_id', '=', self.order.id)]
            )
            self.assertEqual(complaint, self.complaint)
            self.assertEqual(complaint.read(['subject'])[0]['subject'], self.complaint.subject)
            self.assertEqual(len(complaint.message_line_ids), 2)
            self.assertTrue(complaint.message_line_ids.sudo().attachment_ids.raw)

    def test_nobody_else_reads_anything(self):
        for name, user in self.outsiders.items():
            for model in MODELS:
                records = self._records(model)
                with self.subTest(name, model=model), self.assertRaises(AccessError):
                    records.with_user(user).read(['display_name'])
            with self.subTest(name, model='file'), self.assertRaises(AccessError):
                self.complaint.message_line_ids.attachment_ids.with_user(user).read(['raw'])

    def test_outsiders_find_the_same_words_for_foreign_and_missing(self):
        Complaint = self.env['marketplace.complaint']
        for name, user in self.outsiders.items():
            words = set()
            for complaint in (self.complaint, Complaint.browse(self.complaint.id + 10**6)):
                for call in self._portal_calls(complaint.with_user(user)):
                    with self.subTest(name), self.assertRaises(AccessError) as refused:
                        call()
                    words.add(str(refused.exception))
            self.assertEqual(len(words), 1)
        self.assertEqual(self.complaint.state, 'arbitration')
        self.assertEqual(len(self.complaint.message_line_ids), 2)

    def _portal_calls(self, complaint):
        return (
            lambda: complaint.portal_reply("Hello"),
            complaint.portal_escalate,
            complaint.portal_withdraw,
            complaint.portal_close,
        )

    def test_the_merchant_does_not_act_for_the_shopper(self):
        complaint = self.complaint.with_user(self.owner_a)
        for name in ('portal_escalate', 'portal_withdraw', 'portal_close'):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(complaint, name)()

    def test_only_the_shopper_of_the_order_complains(self):
        order = self._parcel()
        for user in (*self.outsiders.values(), self.owner_a, self.arbitrator):
            with self.assertRaises(AccessError):
                self._complain(order, user)

    def test_the_plan_of_a_decision_is_not_shown_before_it_is_published(self):
        for user in (self.shopper, self.owner_a):
            complaint = self.complaint.with_user(user)
            self.assertFalse(complaint.remedy_ids)
            self.assertFalse(complaint.refund_amount)
            with self.assertRaises(AccessError):
                complaint.read(['decision'])
            with self.assertRaises(AccessError):
                complaint.search([('decision', 'ilike', 'crack')])
        self.complaint.with_user(self.arbitrator).action_decide()
        for user in (self.shopper, self.owner_a):
            self.assertEqual(self.complaint.with_user(user).remedy_ids.amount, 30.0)

    def test_readers_change_nothing(self):
        readers = (self.shopper, self.owner_a, self.risk_officer, self.auditor)
        for user in readers:
            for model in MODELS:
                records = self._records(model).with_user(user)
                for call in (
                    lambda records=records: records.write({'create_date': '2020-01-01'}),
                    lambda records=records: records.create({}),
                    records.unlink,
                ):
                    with self.subTest(user.login, model=model), self.assertRaises(UserError):
                        call()

    @mute_logger('odoo.addons.base.models.ir_rule')
    def test_readers_of_the_staff_see_everything_and_decide_nothing(self):
        for user in (self.risk_officer, self.auditor):
            complaint = self.complaint.with_user(user)
            self.assertTrue(complaint.decision)
            self.assertTrue(complaint.message_line_ids.attachment_ids.raw)
            for action in (
                complaint.action_take,
                complaint.action_decide,
                complaint.action_execute,
                lambda complaint=complaint: complaint.action_ask("?"),
                lambda complaint=complaint: complaint.action_reconsider("?"),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    action()

    def test_those_who_decide_see_what_was_sold_and_sent(self):
        for user in (self.risk_officer, self.arbitrator, self.auditor):
            self.env.invalidate_all()
            with self.subTest(user.login):
                form = Form(self.complaint.with_user(user))
                self.assertEqual(form.order_id, self.order)
                self.assertEqual(form.order_id.line_ids.product_id, self.bowl)

    def test_the_buttons_are_shown_to_those_who_may_press_them(self):
        fields = ('can_reply', 'can_escalate', 'can_withdraw', 'can_close')
        for user, expected in (
            (self.shopper, (True, False, True, False)),
            (self.service_a, (True, False, False, False)),
            (self.arbitrator, (False, False, False, False)),
        ):
            complaint = self.complaint.with_user(user)
            self.assertEqual(tuple(complaint[field] for field in fields), expected)

    def test_the_home_card_counts_what_waits_for_the_arbitrator(self):
        card = self.env.ref('marketplace_risk.home_card_complaints_to_decide')
        card = card.with_user(self.arbitrator)
        waiting = self.env['marketplace.complaint'].search(card.action_open()['domain'])
        self.assertIn(self.complaint, waiting)
        self.assertEqual(card.count, len(waiting))
