# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import IDENTITY, LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


class RequestCommon(PeopleCommon):
    """A merchant with its owner, and requests that it makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._portal_user('request_owner')
        cls.merchant = cls._merchant("Lotus Textiles Ltd", LICENCES[0], cls.owner)
        cls.merchant.write({'entity_type': 'company', 'legal_representative': "Li Na"})
        cls.merchant.partner_id.write({
            'street': "1 Silk Road", 'city': "Hangzhou", 'zip': "310000",
            'country_id': cls.china.id,
        })  # fmt: skip

    def _change(self, document=True, **changes):
        """Return the owner's draft to change the merchant's data."""
        change = self.merchant.with_user(self.owner).portal_start_change()
        change.portal_save('company', self._steps(**changes)['company'])
        change.portal_save('note', {'note': "We moved into the new building."})
        if document:
            change.portal_upload(self.licence_type.id, "new.png", self.scan, "L-2")
        return change

    def _sent(self, **changes):
        change = self._change(**changes)
        change.portal_submit()
        return change

    def _decide(self, request, approve=True):
        """Let two officers decide about a request."""
        request = request.with_user(self.officer)
        request.action_start_review()
        if not approve:
            request.action_reject("The stamp is missing")
            return
        request.check_ids.filtered(lambda check: check.decision == 'none').action_accept()
        request.action_recommend()
        request.with_user(self.second_officer).action_approve()


@tagged('post_install', '-at_install')
class TestChangeRequest(RequestCommon):
    """Legal data change only after two people have seen the proof."""

    def test_the_form_starts_with_what_is_on_file(self):
        change = self.merchant.with_user(self.owner).portal_start_change()
        self.assertRecordValues(change.sudo(), [{
            'kind': 'change', 'merchant_id': self.merchant.id, 'applicant_id': self.owner.id,
            'company_name': "Lotus Textiles Ltd", 'licence_number': LICENCES[0],
            'legal_representative': "Li Na", 'city': "Hangzhou",
        }])  # fmt: skip
        self.assertEqual(self.merchant.with_user(self.owner).portal_start_change(), change)

    def test_data_on_file_stay_until_two_people_have_approved(self):
        change = self._sent(company_name="Lotus Silk Ltd", city="Suzhou")
        self.assertEqual(self.merchant.name, "Lotus Textiles Ltd")
        self._decide(change)
        self.assertEqual(change.state, 'approved')
        self.assertEqual(self.merchant.name, "Lotus Silk Ltd")
        self.assertRecordValues(self.merchant.partner_id, [
            {'name': "Lotus Silk Ltd", 'city': "Suzhou", 'company_registry': LICENCES[0]}
        ])  # fmt: skip
        self.assertEqual(self.merchant.state, 'active')
        document = self.merchant.qualification_ids
        self.assertRecordValues(document, [{'state': 'valid', 'number': "L-2"}])
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.merchant'), ('res_id', '=', self.merchant.id),
            ('action', '=', 'change'),
        ], limit=1)  # fmt: skip
        self.assertEqual(row.before, {'company_name': "Lotus Textiles Ltd", 'city': "Hangzhou"})
        self.assertEqual(row.after, {'company_name': "Lotus Silk Ltd", 'city': "Suzhou"})
        self.assertIn(change.name, row.reason)

    def test_the_log_that_nobody_can_erase_names_no_person(self):
        self._decide(self._sent(legal_representative="Wang Xiaoming"))
        self.assertEqual(self.merchant.legal_representative, "Wang Xiaoming")
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.merchant'), ('res_id', '=', self.merchant.id),
            ('action', '=', 'change'),
        ], limit=1)  # fmt: skip
        self.assertEqual(row.before, {'legal_representative': "L****"})
        self.assertEqual(row.after, {'legal_representative': "W************"})

    def test_who_recommends_a_change_cannot_approve_it(self):
        change = self._sent(city="Suzhou").with_user(self.officer)
        change.action_start_review()
        change.check_ids.action_accept()
        change.action_recommend()
        with self.assertRaisesRegex(UserError, "somebody else"):
            change.action_approve()
        self.assertEqual(self.merchant.partner_id.city, "Hangzhou")

    def test_the_reviewer_sees_what_would_change(self):
        change = self._sent(city="Suzhou", licence_number=LICENCES[1])
        text = change.with_user(self.officer).change_text
        self.assertIn("City: Hangzhou → Suzhou", text)
        self.assertIn(f"{LICENCES[0]} → {LICENCES[1]}", text)
        self.assertNotIn("Li Na", text)
        self.assertEqual(
            set(change.sudo().check_ids.mapped('code')),
            {'licence', 'register', 'duplicate', 'related', 'blacklist', 'reputation', 'document'},
        )
        self.assertEqual(self._check(change, 'duplicate').machine_result, 'passed')
        self.assertEqual(self._check(change, 'related').machine_result, 'passed')

    def test_a_change_needs_proof_and_a_difference(self):
        change = self._change(document=False, city="Suzhou")
        with self.assertRaises(FieldErrors) as error:
            change.portal_submit()
        self.assertEqual(list(error.exception.field_errors), ['documents'])
        change.portal_upload(self.licence_type.id, "new.png", self.scan, "L-2")
        change.portal_save('company', self._steps()['company'])
        with self.assertRaises(FieldErrors) as error:
            change.portal_submit()
        self.assertEqual(list(error.exception.field_errors), ['change'])
        change.portal_save('company', self._steps(city="Suzhou")['company'])
        change.portal_submit()

    def test_the_licence_of_another_merchant_is_refused(self):
        self._merchant("Other", LICENCES[1], self.stranger)
        change = self._sent(licence_number=LICENCES[1]).with_user(self.officer)
        change.action_start_review()
        check = self._check(change, 'duplicate').with_user(self.officer)
        self.assertEqual(check.machine_result, 'failed')
        with self.assertRaisesRegex(UserError, "cannot be accepted"):
            check.action_accept_anyway("They merged")

    def test_a_rejected_change_changes_nothing_and_says_why(self):
        change = self._sent(company_name="Lotus Silk Ltd")
        self._decide(change, approve=False)
        self.assertEqual(self.merchant.name, "Lotus Textiles Ltd")
        self.assertFalse(self.merchant.qualification_ids)
        self.assertIn("The stamp is missing", self._mails(change)[-1].body_html)
        self.assertNotEqual(self.merchant.with_user(self.owner).portal_start_change(), change)

    def test_a_question_reaches_the_owner_and_any_owner_answers(self):
        change = self._sent(city="Suzhou").with_user(self.officer)
        change.action_start_review()
        self._check(change, 'document').with_user(self.officer).action_ask("Both pages, please")
        change.action_request_info()
        second = self._portal_user('request_second_owner')
        self.env['marketplace.merchant.member'].create(
            {'merchant_id': self.merchant.id, 'user_id': second.id, 'role_owner': True}
        )
        mine = change.with_user(second)
        remarks = {key: text for step in mine._portal_progress()
                   for key, text in step['remarks'].items()}
        self.assertEqual(remarks, {f'document_{self.licence_type.id}': "Both pages, please"})
        mine.portal_upload(self.licence_type.id, "both.png", self.scan, "L-2")
        mine.portal_submit()
        self.assertEqual(change.state, 'in_review')

    def test_only_owners_ask_and_read(self):
        clerk = self._portal_user('request_clerk')
        member = self.env['marketplace.merchant.member'].create(
            {'merchant_id': self.merchant.id, 'user_id': clerk.id, 'role_catalogue': True}
        )
        change = self._sent(city="Suzhou")
        for user in (clerk, self.stranger):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).portal_start_change()
            with self.assertRaises(AccessError):
                change.with_user(user).read(['company_name'])
            with self.assertRaises(AccessError):
                change.with_user(user).portal_withdraw()
        member.role_owner = True
        self.assertEqual(change.with_user(clerk).city, "Suzhou")
        change.with_user(clerk).portal_withdraw()

    def test_who_is_no_owner_any_more_has_no_say(self):
        change = self._sent(city="Suzhou")
        self.env['marketplace.merchant.member'].create(
            {'merchant_id': self.merchant.id, 'user_id': self.stranger.id, 'role_owner': True}
        )
        self.merchant.member_ids.filtered(lambda m: m.user_id == self.owner).unlink()
        with self.assertRaises(AccessError):
            change.portal_withdraw()
        with self.assertRaises(AccessError):
            change.read(['city'])

    def test_an_identity_number_stays_masked_and_encrypted(self):
        self.merchant.write({'entity_type': 'individual', 'licence_number': IDENTITY})
        change = self._sent(entity_type='individual', city="Suzhou", licence_number=IDENTITY)
        self.assertNotIn(IDENTITY, change.with_user(self.officer).change_text)
        self.env.flush_all()
        self.env.cr.execute(
            'SELECT row::text FROM marketplace_merchant_application row WHERE id = %s', [change.id]
        )
        self.assertNotIn(IDENTITY, self.env.cr.fetchone()[0])
        self._decide(change)
        self.assertEqual(self.merchant._licence_plain(), IDENTITY)
        self.assertEqual(self.merchant.partner_id.city, "Suzhou")

    def test_an_application_to_open_does_not_stand_in_the_way(self):
        self._sent(city="Suzhou")
        application = self.env['marketplace.merchant.application'].with_user(
            self.owner
        ).portal_start()
        self.assertEqual(application.kind, 'open')

    def test_a_new_name_reminds_of_the_bank_account(self):
        self.env['marketplace.bank.account'].create({
            'merchant_id': self.merchant.id, 'holder_name': "Lotus Textiles Ltd",
            'bank_name': "Bank", 'number_encrypted': "x", 'number_hash': "x",
            'number_masked': "*1", 'entered_by_id': self.owner.id,
        }).with_user(self.manager).action_verify()  # fmt: skip
        self.merchant.manager_id = self.officer
        self._decide(self._sent(company_name="Lotus Silk Ltd"))
        self.assertIn("bank account", self.merchant.activity_ids.summary)
        self.assertEqual(self.merchant.activity_ids.user_id, self.officer)


@tagged('post_install', '-at_install')
class TestLeaveRequest(RequestCommon):
    """A merchant asks to leave; two people agree; then it is wound up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env['marketplace.exit.reason'].create({'name': "Retirement of Li Na"})

    def _leave(self, **values):
        values = {'reason_id': str(self.reason.id), 'note': "I am seventy.", **values}
        return self.merchant.with_user(self.owner).portal_request_leave(**values)

    def test_an_approved_request_begins_the_exit(self):
        request = self._leave()
        self.assertEqual(request.state, 'submitted')
        self.assertEqual(self.merchant.state, 'active')
        self._decide(request)
        self.assertEqual(self.merchant.state, 'exiting')
        self.assertRecordValues(self.merchant.exit_id, [{
            'kind': 'voluntary', 'reason_id': self.reason.id, 'note': "I am seventy.",
            'application_id': request.id,
        }])  # fmt: skip

    def test_wrong_values_are_told_at_their_fields(self):
        expelled = self.env.ref('marketplace_merchant.exit_reason_expelled')
        for values, field in (
            ({'reason_id': ''}, 'exit_reason_id'),
            ({'reason_id': str(expelled.id)}, 'exit_reason_id'),
            ({'note': ''}, 'note'),
            ({'note': "x" * 4001}, 'note'),
        ):
            with self.subTest(values=values), self.assertRaises(FieldErrors) as error:
                self._leave(**values)
            self.assertEqual(list(error.exception.field_errors), [field])
        self.assertFalse(self.merchant.application_ids)

    def test_one_request_at_a_time(self):
        self._leave()
        with self.assertRaisesRegex(UserError, "already"):
            self._leave()
        self.assertEqual(len(self.merchant.application_ids), 1)

    def test_a_suspended_merchant_may_leave_but_not_one_that_is_leaving(self):
        self.merchant._move_to('suspended', reason="Late")
        self._decide(self._leave())
        self.assertEqual(self.merchant.state, 'exiting')
        with self.assertRaisesRegex(UserError, "already"):
            self._leave()

    def test_the_reviewer_sees_what_is_still_open(self):
        self.patch(self.registry['marketplace.merchant'], '_exit_obstacles', lambda merchant: [
            merchant._prepare_obstacle('orders', "Open orders", 'res.partner', [1, 2], 0.0, None)
        ])
        check = self._check(self._leave(), 'exit')
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("Open orders: 2", check.machine_note)

    def test_only_owners_ask_to_leave(self):
        for user in (self.stranger, self.officer):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).portal_request_leave(self.reason.id, "Bye")
