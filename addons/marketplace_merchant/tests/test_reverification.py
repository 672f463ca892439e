# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.documents_common import DocumentsCommon
from odoo.addons.marketplace_merchant.tests.people_common import LICENCES
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


@tagged('post_install', '-at_install')
class TestReverification(DocumentsCommon):
    """A campaign from its start to the decision, and what happens to who does not answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.permit = cls._accepted(cls.food_type)
        cls._go_live(cls.tea, cls.scarf)
        cls.rival = cls._merchant("Rival Ltd", LICENCES[2], cls.stranger)
        # A place without other merchants.
        cls.place = cls.env.ref('base.aq')
        (cls.merchant + cls.rival).partner_id.country_id = cls.place
        cls.campaign = cls._campaign()

    @classmethod
    def _campaign(cls, **values):
        return cls.env['marketplace.reverification'].with_user(cls.manager).create({
            'name': "Check 2030", 'due_date': cls._day(30),
            'country_ids': [Command.set(cls.place.ids)],
            'type_ids': [Command.set(cls.food_type.ids)],
            **values,
        })  # fmt: skip

    def _line(self, campaign=None, merchant=None):
        return (campaign or self.campaign).sudo().line_ids.filtered(
            lambda line: line.merchant_id == (merchant or self.merchant)
        ).with_user(self.env.user)

    def _started(self, **values):
        campaign = self._campaign(**values)
        campaign.action_start()
        return self._line(campaign)

    def _answered(self, **values):
        line = self._started(**values)
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        return line

    def _pass_due_date(self, line, days=1):
        with freeze_time(line.due_date + timedelta(days=days)):
            self.env['marketplace.reverification.line']._process_deadlines()

    # === THE CAMPAIGN === #

    def test_it_reaches_whom_the_filter_names(self):
        oolong = self.env['product.category'].create({'name': "O", 'parent_id': self.food.id})
        core = self.env.ref('marketplace_merchant.tier_core')
        self.rival.tier_id = core
        for values, expected in (
            ({}, self.merchant + self.rival),
            ({'tier_ids': [Command.set(core.ids)]}, self.rival),
            ({'category_ids': [Command.set(self.food.ids)]}, self.merchant),
            ({'category_ids': [Command.set(oolong.ids)]}, self.merchant),
            ({'country_ids': [Command.set(self.env.ref('base.bv').ids)]}, self.rival.browse()),
        ):
            with self.subTest(values=values):
                campaign = self._campaign(**values)
                self.assertEqual(campaign.audience_count, len(expected))
                if expected:
                    campaign.action_start()
                    self.assertEqual(campaign.sudo().line_ids.merchant_id, expected)
                else:
                    with self.assertRaises(UserError):
                        campaign.action_start()

    def test_suspended_merchants_are_asked_if_the_campaign_says_so(self):
        self.rival.with_user(self.manager).action_suspend("Looks odd")
        self.assertEqual(self.campaign.audience_count, 2)
        self.campaign.includes_suspended = False
        self.assertEqual(self.campaign.audience_count, 1)

    def test_only_managers_make_and_start_campaigns(self):
        with self.assertRaises(AccessError):
            self.campaign.with_user(self.officer).action_start()
        with self.assertRaises(AccessError):
            self.campaign.with_user(self.officer).name = "Mine"
        with self.assertRaises(AccessError):
            self.campaign.with_user(self.owner).read(['name'])

    def test_its_terms_are_frozen_once_merchants_know_them(self):
        self.campaign.action_start()
        self.campaign.name = "Another name"
        for values in ({'due_date': self._day(60)}, {'consequence': 'goods'}):
            with self.assertRaises(UserError):
                self.campaign.write(values)
        with self.assertRaises(UserError):
            self.campaign.unlink()
        with self.assertRaises(UserError):
            self.campaign.action_start()
        self.assertEqual(len(self.campaign.sudo().line_ids), 2)

    def test_terms_that_make_no_sense_are_refused(self):
        for values in ({'reminder_days': "soon"}, {'confirms_data': False, 'type_ids': False}):
            with self.assertRaises(ValidationError):
                self._campaign(**values)
        with self.assertRaises(UserError):
            self._campaign(due_date=Date.today()).action_start()

    def test_a_yearly_campaign_starts_again(self):
        line = self._answered(is_yearly=True)
        campaign = line.reverification_id
        with freeze_time(Date.today() + timedelta(days=366)):
            campaign.sudo()._process_deadline()
        following = self.env['marketplace.reverification'].search([], order='id desc', limit=1)
        self.assertEqual((following.state, following.is_yearly), ('running', True))
        self.assertEqual(following.due_date.year, campaign.due_date.year + 1)
        self.assertEqual(following.line_ids.merchant_id, self.merchant + self.rival)
        self.assertEqual(line.state, 'closed')

    # === THE MERCHANT === #

    def test_the_owner_confirms_and_the_officer_accepts(self):
        line = self._started()
        self._write_mails()
        self.assertEqual(len(self._mails(line)), 1)
        line.with_user(self.owner).portal_answer({'confirmed': '1', 'note': "New phone"})
        self.assertEqual((line.state, line.answered_by_id), ('answered', self.owner))
        self.assertIn("Documents Ltd", line.confirmed_data)
        self.assertEqual(line.document_ids, self.permit)
        line.with_user(self.officer).action_accept()
        self.assertEqual((line.state, line.decided_by_id), ('accepted', self.officer))
        self._write_mails()
        self.assertEqual(len(self._mails(line)), 2)
        self.assertEqual(line.reverification_id.done_count, 1)

    def test_nothing_is_saved_of_an_incomplete_answer(self):
        self._expire(self.permit)
        line = self._started()
        with self.assertRaises(FieldErrors) as caught:
            line.with_user(self.owner).portal_answer({'note': "x" * 5000})
        self.assertEqual(
            set(caught.exception.field_errors),
            {'confirmed', 'note', f'document_{self.food_type.id}'},
        )
        self.assertEqual(line.state, 'open')
        self._upload(self.food_type, number="N-2")
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self.assertEqual(line.state, 'answered')

    def test_a_document_handed_in_before_does_not_count_where_a_new_one_is_asked(self):
        self.env.cr.execute(
            "UPDATE marketplace_qualification SET create_date = now() - interval '9 days'"
            " WHERE id = %s", [self.permit.id],
        )  # fmt: skip
        self.permit.invalidate_recordset()
        line = self._started(needs_new_files=True)
        with self.assertRaises(FieldErrors):
            line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self._upload(self.food_type, number="N-2")
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self.assertEqual(line.state, 'answered')

    def test_merchants_show_only_documents_that_concern_them(self):
        self.campaign.action_start()
        self.assertFalse(self._line(merchant=self.rival)._kinds())
        self._line(merchant=self.rival).with_user(self.stranger).portal_answer({'confirmed': '1'})

    def test_nobody_answers_for_others_or_twice(self):
        line = self._started()
        for user in (self.stranger, self.officer):
            with self.assertRaises(AccessError):
                line.with_user(user).portal_answer({'confirmed': '1'})
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        with self.assertRaises(UserError):
            line.with_user(self.owner).portal_answer({'confirmed': '1'})
        lines = self.env['marketplace.reverification.line']
        self.assertEqual(lines.with_user(self.owner).search([]), line)

    def test_a_suspended_merchant_answers_and_uploads(self):
        line = self._started()
        self.merchant.with_user(self.manager).action_suspend("Looks odd")
        self._upload(self.food_type, number="N-2")
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self.assertEqual(line.state, 'answered')

    # === THE OFFICER === #

    def test_what_is_sent_back_is_asked_again_with_time_and_a_reason(self):
        line = self._answered()
        with freeze_time(line.due_date + timedelta(days=5)):
            with self.assertRaises(UserError):
                line.with_user(self.officer).action_send_back(" ")
            line.with_user(self.officer).action_send_back("The address is another one")
            self.assertEqual(line.state, 'open')
            self.assertGreater(line.due_date, Date.today() + timedelta(days=6))
            self._write_mails()
        self.assertIn("The address", self._mails(line)[-1].body_html)

    def test_merchants_don_t_decide_and_only_managers_waive(self):
        line = self._answered()
        with self.assertRaises(AccessError):
            line.with_user(self.owner).action_accept()
        with self.assertRaises(AccessError):
            line.with_user(self.officer).action_waive("A friend")
        line.with_user(self.manager).action_waive("Visited last week")
        self.assertEqual((line.state, line.remark), ('waived', "Visited last week"))

    # === THE CLOCK === #

    def test_reminders_come_once_and_stop_with_the_answer(self):
        line = self._started(reminder_days="7, 1")
        counts = []
        for days in (-8, -7, -7, -2, -1, 0):
            self._pass_due_date(line, days)
            self._write_mails()
            counts.append(len(self._mails(line)))
        self.assertEqual(counts, [1, 2, 2, 2, 3, 3])
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self._pass_due_date(line, 3)
        self.assertEqual(line.state, 'answered')

    def test_overdue_without_consequence_is_only_shown(self):
        line = self._started()
        self._pass_due_date(line)
        self.assertEqual(line.state, 'overdue')
        self.assertEqual(line.reverification_id.overdue_count, 2)
        self.assertTrue(self.tea.is_sellable)

    def test_goods_leave_when_it_is_overdue_and_return_with_the_answer(self):
        line = self._started(consequence='goods')
        self._pass_due_date(line)
        self.assertFalse(self.tea.is_sellable or self.scarf.is_sellable)
        self.assertIn("Check 2030", self.tea.block_ids.reason)
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self.assertTrue(self.tea.is_sellable and self.scarf.is_sellable)

    def test_goods_that_come_later_wait_for_the_answer_as_well(self):
        line = self._started(consequence='goods')
        self._go_live(self.honey)
        self._pass_due_date(line)
        self.honey.with_user(self.owner).portal_pause()
        late = self._listing("Late tea", self.food)
        self._go_live(late)
        self.honey.with_user(self.owner).portal_resume()
        self.assertEqual(late.listing_state, 'live')
        self.assertFalse(late.is_sellable or self.honey.is_sellable)
        self.assertEqual((len(late.block_ids), len(self.honey.block_ids)), (1, 1))
        line.with_user(self.owner).portal_answer({'confirmed': '1'})
        self.assertTrue(late.is_sellable and self.honey.is_sellable)

    def test_goods_return_when_the_campaign_is_closed(self):
        line = self._started(consequence='goods')
        self._pass_due_date(line)
        line.reverification_id.action_close()
        self.assertEqual(line.state, 'closed')
        self.assertTrue(self.tea.is_sellable)
        with self.assertRaises(UserError):
            line.with_user(self.owner).portal_answer({'confirmed': '1'})

    # === LATER === #

    def test_what_was_confirmed_is_forgotten_with_the_merchant(self):
        line = self._answered()
        self.assertTrue(line.confirmed_data)
        self._expel(self.merchant)
        self.merchant._erase_personal_data()
        self.assertFalse(line.confirmed_data)
        self.assertEqual(line.state, 'answered')
