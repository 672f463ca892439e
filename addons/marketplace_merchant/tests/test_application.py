# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


@tagged('post_install', '-at_install')
class TestApplication(PeopleCommon):
    """From the first typed field to the merchant, with a real user for each person."""

    # === THE JOURNEY === #

    def test_a_person_has_one_open_application(self):
        Application = self.env['marketplace.merchant.application'].with_user(self.applicant)
        application = Application.portal_start()
        self.assertEqual(Application.portal_start(), application)
        application.portal_withdraw()
        self.assertNotEqual(Application.portal_start(), application)

    def test_what_is_saved_is_there_when_the_applicant_returns(self):
        self._fill()
        application = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()
        self.assertEqual(application.shop_name, "Lotus 👘 Silk")
        self.assertEqual(application.email, "wang.fang@lotus.test")
        states = {step['key']: step['state'] for step in application._portal_progress()}
        self.assertEqual(states, {
            'company': 'done', 'contact': 'done', 'documents': 'done', 'shop': 'done',
            'agreement': 'done', 'review': 'todo',
        })  # fmt: skip

    def test_the_form_offers_what_is_required(self):
        application = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()
        options = application._portal_form_options()
        self.assertIn(self.licence_type, options['document_types'])
        self.assertIn(self.food, options['categories'])
        self.assertEqual(options['agreements'], self.agreement)

    def test_an_approved_application_becomes_a_merchant_with_all_that_belongs_to_it(self):
        merchant = self._approved()
        self.assertRecordValues(merchant, [{
            'name': "Lotus Textiles Ltd",
            'licence_number': LICENCES[0],
            'category_ids': self.fashion.ids,
            'manager_id': self.officer.id,
        }])
        self.assertRegex(merchant.code, r'^M\d{4}')
        self.assertTrue(merchant.partner_id.is_company)
        self.assertEqual(merchant.partner_id.company_registry, LICENCES[0])
        self.assertRecordValues(merchant.shop_id, [{'name': "Lotus 👘 Silk", 'slug': 'lotus-silk'}])
        self.assertRecordValues(
            merchant.member_ids, [{'user_id': self.applicant.id, 'role_owner': True}]
        )
        self.assertEqual(merchant.qualification_ids.state, 'valid')
        self.assertEqual(merchant.agreement_acceptance_ids.agreement_id, self.agreement)
        self.assertFalse(self.applicant.partner_id.is_company)
        self.assertEqual(self.applicant.partner_id.parent_id, merchant.partner_id)

    def test_a_chinese_shop_name_gets_the_code_as_its_address(self):
        merchant = self._approved(shop_name="莲花丝绸")
        self.assertEqual(merchant.shop_id.slug, merchant.code.lower())

    def test_a_merchant_without_anything_missing_is_active_by_itself(self):
        merchant = self._approved()
        self.assertEqual(merchant.state, 'active')
        self.assertTrue(merchant.shop_id.is_open)

    def test_a_merchant_waits_for_its_deposit(self):
        self.patch(
            self.registry['marketplace.merchant'], '_deposit_missing', lambda merchant: 50000.0
        )
        merchant = self._approved()
        self.assertEqual(merchant.state, 'onboarding')
        self.assertEqual([item['name'] for item in merchant._missing('list')], ["Deposit"])
        self.assertEqual(
            merchant._missing('list')[0]['due'], fields.Date.today() + timedelta(days=30)
        )

    # === FOUR EYES === #

    def test_who_recommends_cannot_approve(self):
        application = self._recommended()
        with self.assertRaisesRegex(UserError, "somebody else"):
            application.action_approve()
        self.assertEqual(application.state, 'in_review')

    def test_an_administrator_is_no_exception(self):
        application = self._submitted().with_user(self.administrator)
        application.action_start_review()
        application.check_ids.action_accept()
        application.action_recommend()
        with self.assertRaisesRegex(UserError, "somebody else"):
            application.action_approve()

    def test_nobody_approves_without_a_recommendation(self):
        application = self._in_review()
        with self.assertRaisesRegex(UserError, "recommend"):
            application.with_user(self.second_officer).action_approve()

    def test_taking_over_takes_the_recommendation_back(self):
        application = self._recommended()
        application.with_user(self.manager).action_take_over()
        self.assertFalse(application.recommended_by_id)
        self.assertEqual(application.reviewer_id, self.manager)

    def test_a_manager_assigns_an_application_to_an_officer(self):
        application = self._submitted().with_user(self.manager)
        assign = self.env['marketplace.assign.wizard'].with_user(self.manager).with_context(
            active_model=application._name, active_ids=application.ids
        )
        with self.assertRaisesRegex(UserError, "no onboarding officer"):
            assign.create({'reviewer_id': self.auditor.id}).action_confirm()
        due = application.date_review_due
        assign.create({'reviewer_id': self.officer.id}).action_confirm()
        self.assertRecordValues(application, [{
            'state': 'in_review', 'reviewer_id': self.officer.id, 'date_review_due': due,
        }])
        self.assertEqual(application.activity_ids.user_id, self.officer)
        application.with_user(self.officer).action_accept_passed()
        assign.create({'reviewer_id': self.second_officer.id}).action_confirm()
        self.assertEqual(application.reviewer_id, self.second_officer)
        with self.assertRaises(AccessError):
            application.with_user(self.officer)._assign(self.officer)
        application.action_reject("No")
        with self.assertRaisesRegex(UserError, "not in review"):
            assign.create({'reviewer_id': self.officer.id}).action_confirm()

    def test_columns_of_the_decision_cannot_be_typed_in(self):
        application = self._recommended()
        for values in (
            {'recommended_by_id': False}, {'recommended_by_id': self.second_officer.id},
            {'reviewer_id': self.second_officer.id}, {'licence_number': "X1"},
            {'merchant_id': 1},
        ):  # fmt: skip
            with self.assertRaises(UserError):
                application.with_user(self.administrator).write(values)

    def test_buttons_are_shown_to_those_who_may_press_them(self):
        application = self._in_review()
        application.invalidate_recordset()
        for user, may_review in ((self.officer, True), (self.second_officer, False)):
            self.assertEqual(application.with_user(user).can_review, may_review)
        application = self._recommended(
            self.stranger, shop_name="Other", licence_number=LICENCES[1]
        )
        application.invalidate_recordset()
        for user, may_approve in ((self.officer, False), (self.second_officer, True)):
            self.assertFalse(application.with_user(user).can_review)
            self.assertEqual(application.with_user(user).can_approve, may_approve)

    def test_undecided_checks_stop_the_recommendation(self):
        application = self._in_review()
        application.action_accept_passed()
        with self.assertRaisesRegex(UserError, "not accepted yet"):
            application.action_recommend()

    def test_a_recommended_application_can_be_sent_back(self):
        application = self._recommended()
        application.with_user(self.second_officer).action_send_back("The scan is unreadable")
        self.assertFalse(application.recommended_by_id)
        application.check_ids[0].action_ask("Please scan again")
        application.action_request_info()
        self.assertEqual(application.state, 'info_required')

    def test_what_comes_up_after_the_recommendation_stops_the_approval(self):
        application = self._recommended()
        self.env['marketplace.blacklist'].create(
            {'kind': 'phone', 'value': "+8613800138000", 'reason': "Fraud"}
        )
        with self.assertRaisesRegex(UserError, "Something changed"):
            application.with_user(self.second_officer).action_approve()
        self.assertEqual(application.state, 'in_review')

    # === QUESTIONS AND ANSWERS === #

    def test_a_question_needs_a_remark(self):
        application = self._in_review()
        with self.assertRaisesRegex(UserError, "Ask"):
            application.action_request_info()

    def test_the_applicant_reads_the_remark_at_the_field_and_answers(self):
        application = self._in_review(licence_number='91110105MA01ABCD14')
        self._check(application, 'licence').with_user(self.officer).action_ask("Please check")
        application.action_accept_passed()
        application.action_request_info()
        mine = application.with_user(self.applicant)
        progress = {step['key']: step for step in mine._portal_progress()}
        self.assertEqual(progress['company']['state'], 'attention')
        self.assertEqual(progress['company']['remarks'], {'licence_number': "Please check"})
        mine.portal_save('company', self._steps()['company'])
        mine.portal_submit()
        self.assertEqual(application.state, 'in_review')
        self.assertEqual(application.reviewer_id, self.officer)
        self.assertEqual(self._check(application, 'licence').machine_result, 'passed')
        self.assertEqual(self._check(application, 'licence').decision, 'none')
        self.assertIn("Please check", application.sudo().past_check_ids.mapped('remark'))
        self.assertEqual(self._check(application, 'phone').decision, 'accepted')

    def test_another_document_replaces_the_one_that_was_asked_for(self):
        application = self._in_review()
        old = application.sudo().qualification_ids
        self._check(application, 'document').with_user(self.officer).action_ask("Unreadable")
        application.action_request_info()
        mine = application.with_user(self.applicant)
        progress = {step['key']: step for step in mine._portal_progress()}
        self.assertEqual(
            progress['documents']['remarks'], {f'document_{self.licence_type.id}': "Unreadable"}
        )
        mine.portal_upload(self.licence_type.id, "better.png", self.scan, "L-1")
        mine.portal_submit()
        self.assertEqual(old.state, 'superseded')
        self.assertEqual(application.sudo().qualification_ids.state, 'pending')
        self.assertEqual(self._check(application, 'document').decision, 'none')

    def test_no_answer_withdraws_the_application(self):
        application = self._in_review()
        application.check_ids[0].action_ask("Please explain")
        application.action_request_info()
        days = application.deadline - fields.Datetime.now()
        self.assertAlmostEqual(days / timedelta(days=1), 14, delta=0.1)
        application.sudo()._process_deadline()
        self.assertEqual(application.state, 'withdrawn')
        self.assertIn("withdrawn", self._mails(application)[-1].subject)

    # === THE CLOCK === #

    @freeze_time('2026-11-20 10:00:00')  # a Friday
    def test_a_review_takes_the_working_days_of_the_tier(self):
        self.env['marketplace.tier'].search([], limit=1).review_days = 2
        application = self._submitted()
        self.assertEqual(str(application.date_review_due), '2026-11-24 10:00:00')
        self.assertEqual(application.deadline, application.date_review_due)

    def test_a_late_review_reminds_the_reviewer(self):
        application = self._in_review()
        application.sudo().deadline = fields.Datetime.now()
        application.sudo()._process_deadline()
        self.assertEqual(application.activity_ids.user_id, self.officer)
        self.assertEqual(application.state, 'in_review')

    def test_an_unclaimed_review_reminds_a_manager(self):
        application = self._submitted()
        application.sudo()._process_deadline()
        self.assertTrue(application.sudo().activity_ids.user_id.has_group(
            'marketplace_merchant.group_merchant_manager'
        ))

    # === TWO AT ONCE === #

    def test_the_second_officer_learns_who_was_faster(self):
        application = self._in_review()
        with self.assertRaisesRegex(UserError, self.officer.name):
            application.with_user(self.second_officer).action_start_review()
        with self.assertRaisesRegex(UserError, self.officer.name):
            application.with_user(self.second_officer).action_run_checks()

    def test_the_second_submission_learns_of_the_first(self):
        application = self._submitted()
        with self.assertRaisesRegex(UserError, "already submitted"):
            application.portal_submit()
        self.assertEqual(len(self._mails(application)), 1)

    def test_what_is_submitted_cannot_be_edited(self):
        application = self._submitted()
        with self.assertRaisesRegex(UserError, "cannot be changed now"):
            application.portal_save('contact', self._steps()['contact'])
        with self.assertRaisesRegex(UserError, "cannot be changed now"):
            application.portal_upload(self.licence_type.id, "late.png", self.scan, "L-2")

    # === ACTORS === #

    def test_a_stranger_meets_the_same_answer_for_foreign_and_missing_applications(self):
        application = self._fill()
        foreign = application.with_user(self.stranger)
        missing = foreign.browse(2147483647)
        messages = set()
        for record in (foreign, missing):
            for call in (
                lambda record: record.portal_save('contact', {}),
                lambda record: record.portal_upload(1, "a.png", self.scan),
                lambda record: record.portal_remove_document(1),
                lambda record: record.portal_accept_agreement(self.agreement.id),
                lambda record: record.portal_submit(),
                lambda record: record.portal_withdraw(),
                lambda record: record._portal_progress(),
            ):
                with self.assertRaises(AccessError) as error:
                    call(record)
                messages.add(str(error.exception))
        self.assertEqual(len(messages), 1)

    def test_staff_cannot_apply(self):
        with self.assertRaises(UserError):
            self.env['marketplace.merchant.application'].with_user(self.officer).portal_start()

    def test_an_applicant_cannot_review(self):
        application = self._submitted()
        for action in ('action_start_review', 'action_recommend', 'action_approve'):
            with self.assertRaises(UserError):  # AccessError is one
                getattr(application, action)()
        self.assertEqual(application.state, 'submitted')

    def test_an_applicant_answers_by_handing_in_and_not_as_the_reviewer(self):
        application = self._in_review()
        application.check_ids[0].action_ask("Please explain")
        application.action_request_info()
        with self.assertRaises(AccessError):
            application.with_user(self.applicant).action_start_review()
        self.assertRecordValues(application, [
            {'state': 'info_required', 'reviewer_id': self.officer.id},
        ])  # fmt: skip

    def test_an_auditor_cannot_review(self):
        application = self._submitted().with_user(self.auditor)
        with self.assertRaises(AccessError):
            application.action_start_review()

    def test_context_defaults_of_the_caller_set_nothing(self):
        application = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).with_context(
            default_recommended_by_id=self.officer.id, default_merchant_id=1,
            default_state='approved',
        ).portal_start()  # fmt: skip
        self.assertRecordValues(application.sudo(), [
            {'recommended_by_id': False, 'merchant_id': False, 'state': 'draft'}
        ])  # fmt: skip

    # === END === #

    def test_a_rejected_applicant_reads_the_reason_and_may_apply_again(self):
        application = self._in_review()
        application.action_reject("We do not sell fur")
        self.assertIn("We do not sell fur", self._mails(application)[-1].body_html)
        again = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()
        self.assertNotEqual(again.id, application.id)

    def test_each_step_is_told_by_mail(self):
        application = self._in_review()
        application.check_ids[0].action_ask("Please <b>explain</b>")
        application.action_request_info()
        application.with_user(self.applicant).portal_submit()
        application.check_ids.filtered(lambda check: check.decision == 'none').action_accept()
        application.action_recommend()
        application.with_user(self.second_officer).action_approve()
        mails = self._mails(application)
        self.assertEqual(mails.recipient_ids, self.applicant.partner_id)
        received, asked, approved = mails
        self.assertIn(application.name, received.subject)
        self.assertIn("Please &lt;b&gt;explain&lt;/b&gt;", asked.body_html)
        self.assertIn("Licence number", asked.body_html.replace("Licence Number", "Licence number"))
        self.assertIn("approved", approved.subject)
        merchant = application.sudo().merchant_id
        self.assertIn("is open", self._mails(merchant).subject)

    def test_an_application_with_gaps_names_all_of_them(self):
        application = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()
        with self.assertRaises(FieldErrors) as error:
            application.portal_submit()
        self.assertLessEqual(
            {
                'company_name', 'licence_number', 'street', 'shop_name', 'category_ids',
                f'document_{self.licence_type.id}', f'agreement_{self.agreement.id}',
            },
            error.exception.field_errors.keys(),
        )  # fmt: skip
        self.assertEqual(application.state, 'draft')
