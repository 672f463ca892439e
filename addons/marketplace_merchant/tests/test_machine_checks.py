# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import (
    IDENTITY,
    LICENCES,
    PeopleCommon,
)


@tagged('post_install', '-at_install')
class TestMachineChecks(PeopleCommon):
    """What the machine finds in an application, and what people may do about it."""

    def _result(self, application, code):
        return self._check(application, code).machine_result

    def test_licence_numbers(self):
        germany, america = self.env.ref('base.de'), self.env.ref('base.us')
        application = self._submitted().sudo()
        for country, entity_type, number, result in (
            (self.china, 'company', LICENCES[0], 'passed'),
            (self.china, 'company', LICENCES[0][:-1] + '9', 'failed'),
            (self.china, 'sole_trader', LICENCES[2], 'passed'),
            (self.china, 'company', '110105000001234', 'failed'),
            (self.china, 'individual', IDENTITY, 'passed'),
            (self.china, 'individual', IDENTITY[:-1] + '1', 'failed'),
            (germany, 'company', 'DE136695976', 'passed'),
            (germany, 'company', 'DE136695978', 'failed'),
            (germany, 'individual', '12345678', 'pending'),
            (america, 'company', '12-3456789', 'pending'),
        ):
            with self.subTest(country=country.code, number=number):
                application.write({
                    'country_id': country.id, 'entity_type': entity_type, 'licence_number': number,
                })  # fmt: skip
                finding = application._machine_check_licence()
                self.assertEqual(finding.result, result)
                self.assertTrue(finding.note)

    def test_phone_numbers(self):
        application = self._submitted().sudo()
        for country, number, result in (
            ('base.cn', "+86 138 0013 8000", 'passed'),
            ('base.cn', "138 0013 8000", 'passed'),
            ('base.cn', "1234", 'failed'),
            ('base.de', "+49 30 901820", 'passed'),
            ('base.de', "+999 12345678", 'failed'),
        ):
            with self.subTest(number=number):
                application.write({'country_id': self.env.ref(country).id, 'phone': number})
                self.assertEqual(application._machine_check_phone().result, result)

    def test_mail_addresses(self):
        application = self._submitted().sudo()
        for address, result in (
            ("a@b.test", 'passed'), ("a@localhost", 'failed'), ("a b", 'failed'), (False, 'failed'),
        ):  # fmt: skip
            with self.subTest(address=address):
                application.email = address
                self.assertEqual(application._machine_check_email().result, result)

    def test_what_no_machine_can_tell_stays_pending_with_the_reason(self):
        application = self._submitted()
        check = self._check(application, 'register')
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("No business register is connected", check.machine_note)

    # === KNOWN IDENTITIES === #

    def test_the_licence_of_a_merchant_is_recognised_however_it_is_written(self):
        self._merchant("Lotus", LICENCES[0], self.stranger)
        application = self._submitted(licence_number="91 110105-ma01abcd13")
        check = self._check(application, 'duplicate')
        self.assertEqual(check.machine_result, 'failed')
        self.assertIn("Lotus", check.machine_note)

    def test_two_open_applications_with_one_licence_are_recognised(self):
        self._submitted()
        other = self._submitted(self.stranger, shop_name="Another Shop")
        self.assertEqual(self._result(other, 'duplicate'), 'failed')

    def test_drafts_and_closed_applications_do_not_count(self):
        self._fill()
        first = self._submitted(self.stranger, shop_name="Another Shop")
        self.assertEqual(self._result(first, 'duplicate'), 'passed')
        first.portal_withdraw()
        second = self._submitted()
        self.assertEqual(self._result(second, 'duplicate'), 'passed')

    def test_a_known_identity_cannot_be_waved_through(self):
        self._merchant("Lotus", LICENCES[0], self.stranger)
        application = self._in_review()
        check = self._check(application, 'duplicate').with_user(self.officer)
        with self.assertRaises(UserError):
            check.action_accept()
        with self.assertRaisesRegex(UserError, "cannot be accepted"):
            check.action_accept_anyway("I know them")

    # === BLACKLIST === #

    def test_the_blacklist_is_found_by_fingerprint(self):
        for kind, value in (
            ('licence', LICENCES[0].lower()),
            ('phone', "+86 13800138000"),
            ('email', "WANG.FANG@lotus.test"),
        ):
            with self.subTest(kind=kind):
                entry = self.env['marketplace.blacklist'].with_user(self.manager).create(
                    {'kind': kind, 'value': value, 'reason': "Sold counterfeits"}
                )
                self.assertNotIn(value, str(entry.sudo().read()))
                application = self._submitted()
                self.assertEqual(self._result(application, 'blacklist'), 'failed')
                application.portal_withdraw()
                entry.active = False

    def test_a_banned_phone_is_found_with_and_without_its_country(self):
        self.env['marketplace.blacklist'].with_user(self.manager).create(
            {'kind': 'phone', 'value': "+8613800138000", 'reason': "Sold counterfeits"}
        )
        application = self._submitted(phone="138 0013 8000")
        self.assertEqual(self._result(application, 'blacklist'), 'failed')

    def test_the_name_of_a_banned_person_is_a_hint_only(self):
        self.env['marketplace.blacklist'].with_user(self.manager).create(
            {'kind': 'representative', 'value': "LI  NA", 'reason': "Sold counterfeits"}
        )
        application = self._in_review()
        check = self._check(application, 'blacklist').with_user(self.officer)
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("Sold counterfeits", check.machine_note)
        check.action_accept()

    def test_a_lifted_entry_does_not_bar(self):
        entry = self.env['marketplace.blacklist'].with_user(self.manager).create(
            {'kind': 'licence', 'value': LICENCES[0], 'reason': "Mistaken"}
        )
        application = self._in_review()
        self.assertEqual(self._result(application, 'blacklist'), 'failed')
        entry.active = False
        application.action_run_checks()
        self.assertEqual(self._result(application, 'blacklist'), 'passed')

    # === PERMITS === #

    def _day(self, days):
        return str(Date.add(Date.today(), days=days))

    def test_food_needs_a_permit(self):
        application = self._fill(category_ids=[str(self.food.id)])
        self.assertIn(f'document_{self.food_type.id}', application._step_errors('documents'))
        application.portal_upload(self.food_type.id, "permit.png", self.scan, "F-1", self._day(300))
        application.portal_submit()
        self.assertEqual(self._result(application, 'category'), 'passed')

    def test_a_category_below_food_needs_the_permit_too(self):
        tea = self.env['product.category'].create(
            {'name': "Tea", 'parent_id': self.food.id, 'marketplace_open': True}
        )
        application = self._fill(category_ids=[str(tea.id)])
        self.assertIn(f'document_{self.food_type.id}', application._step_errors('documents'))

    def test_a_requirement_that_comes_later_shows_at_the_next_check(self):
        application = self._in_review()
        self.assertEqual(self._result(application, 'category'), 'passed')
        self.env['marketplace.requirement'].create({
            'name': "Tax", 'kind': 'document', 'capability': 'list',
            'qualification_type_id':
                self.env.ref('marketplace_merchant.qualification_type_tax').id,
            'category_ids': self.fashion.ids,
        })  # fmt: skip
        application.action_run_checks()
        self.assertEqual(self._result(application, 'category'), 'failed')

    def test_a_document_that_expires_during_the_review_is_noticed(self):
        application = self._in_review()
        document = application.sudo().qualification_ids
        self.assertEqual(self._result(application, 'document'), 'pending')
        document.valid_until = Date.subtract(Date.today(), days=1)
        application.action_run_checks()
        self.assertEqual(self._result(application, 'document'), 'failed')

    # === DECISIONS === #

    def test_a_failed_check_is_accepted_only_with_a_reason(self):
        application = self._in_review(licence_number='91110105MA01ABCD14')
        check = self._check(application, 'licence').with_user(self.officer)
        with self.assertRaisesRegex(UserError, "Accept anyway"):
            check.action_accept()
        check.action_accept_anyway("Seen the original")
        self.assertRecordValues(check, [{
            'decision': 'accepted', 'remark': "Seen the original",
            'decided_by_id': self.officer.id,
        }])  # fmt: skip

    def test_only_the_reviewer_decides(self):
        application = self._in_review()
        check = application.check_ids[0]
        with self.assertRaisesRegex(UserError, self.officer.name):
            check.with_user(self.second_officer).action_accept()

    def test_an_unchanged_check_keeps_its_decision(self):
        application = self._in_review()
        application.action_accept_passed()
        before = application.check_ids.ids
        application.action_run_checks()
        self.assertEqual(application.check_ids.ids, before)
