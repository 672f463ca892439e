# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import IDENTITY, LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

STEP_OF = {'shop_name': 'shop', 'category_ids': 'shop', 'contact_name': 'contact',
           'phone': 'contact', 'email': 'contact'}  # fmt: skip


@tagged('post_install', '-at_install')
class TestApplicationForm(PeopleCommon):
    """What people and programs type into the form, and what is said about it."""

    def setUp(self):
        super().setUp()
        self.application = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()

    def _errors(self, field, value):
        step = STEP_OF.get(field, 'company')
        values = dict(self._steps()[step], **{field: value})
        try:
            self.application.portal_save(step, values)
        except FieldErrors as error:
            return error.field_errors
        return {}

    def test_wrong_values_are_refused_at_their_field(self):
        for field, value in (
            ('company_name', ""),
            ('company_name', "   "),
            ('company_name', "x" * 129),
            ('company_name', "Lotus\x00"),
            ('company_name', ["Lotus"]),
            ('company_name', None),
            ('entity_type', "charity"),
            ('licence_number', "911😀"),
            ('licence_number', "91; DROP"),
            ('licence_number', "９１１１０"),
            ('legal_representative', ""),
            ('country_id', "0"),
            ('country_id', "CN"),
            ('country_id', "²"),
            ('zip', "1" * 25),
            ('phone', "call me"),
            ('phone', "12"),
            ('email', "wang.fang"),
            ('email', "a@b.test, c@d.test"),
            ('shop_name', ""),
            ('category_ids', []),
            ('category_ids', ["999999"]),
            ('category_ids', [str(self.env.ref('product.product_category_expenses').id)]),
        ):
            with self.subTest(field=field, value=value):
                self.assertEqual(list(self._errors(field, value)), [field])

    def test_usual_values_of_all_scripts_are_accepted(self):
        for field, value in (
            ('company_name', "莲花纺织有限公司"),
            ('company_name', "Ångström & Söhne 🪷"),
            ('licence_number', "HRB 12345/B"),
            ('zip', ""),
            ('phone', "0571 8888-8888"),
            ('email', "wang@例子.test"),
            ('country_id', self.china.id),
        ):
            with self.subTest(field=field, value=value):
                self.assertEqual(self._errors(field, value), {})

    def test_nothing_is_saved_when_one_value_is_wrong(self):
        with self.assertRaises(FieldErrors) as error:
            self.application.portal_save('contact', {
                'contact_name': "Somebody Else", 'phone': "?", 'email': "?",
            })  # fmt: skip
        self.assertEqual(set(error.exception.field_errors), {'phone', 'email'})
        self.assertNotEqual(self.application.contact_name, "Somebody Else")

    def test_values_that_the_form_does_not_have_are_ignored(self):
        self.application.portal_save('contact', dict(
            self._steps()['contact'], state='approved', merchant_id=1, applicant_id=1, tier_id=4,
        ))  # fmt: skip
        self.assertRecordValues(self.application.sudo(), [{
            'state': 'draft', 'merchant_id': False, 'applicant_id': self.applicant.id,
        }])  # fmt: skip

    def test_an_unknown_step_and_an_empty_form(self):
        with self.assertRaises(UserError):
            self.application.portal_save('bank', {})
        for values in (None, [], "text"):
            with self.assertRaises(FieldErrors):
                self.application.portal_save('company', values)

    def test_steps_without_fields_say_what_is_missing(self):
        with self.assertRaises(FieldErrors) as error:
            self.application.portal_save('agreement', {})
        self.assertEqual(list(error.exception.field_errors), [f'agreement_{self.agreement.id}'])

    # === DOCUMENTS === #

    def test_bad_documents_are_refused_at_their_field(self):
        for content, number, day in (
            ("", "1", "2099-12-31"),
            ("no base64!", "1", "2099-12-31"),
            ("PHNjcmlwdD4=", "1", "2099-12-31"),
            (self.scan, "", "2099-12-31"),
            (self.scan, "1" * 65, "2099-12-31"),
            (self.scan, "1", ""),
            (self.scan, "1", "31.12.2099"),
            (self.scan, "1", "2020-01-01"),
        ):
            with self.subTest(number=number, day=day), self.assertRaises(FieldErrors) as error:
                self.application.portal_upload(
                    self.food_type.id, "permit.png", content, number, day
                )
            self.assertEqual(list(error.exception.field_errors), [f'document_{self.food_type.id}'])
        self.assertFalse(self.application.sudo().qualification_ids)

    def test_an_unknown_kind_of_document_is_refused(self):
        for type_id in (0, "x", None, 999999):
            with self.assertRaises(UserError):
                self.application.portal_upload(type_id, "a.png", self.scan, "1")

    def test_a_document_can_be_taken_back_but_not_that_of_others(self):
        other = self._fill(self.stranger).sudo().qualification_ids
        self.application.portal_upload(self.licence_type.id, "a.png", self.scan, "1")
        mine = self.application.sudo().qualification_ids
        self.application.portal_remove_document(other.id)
        self.assertTrue(other.exists())
        self.application.portal_remove_document(mine.id)
        self.assertFalse(mine.exists())

    # === AGREEMENT === #

    def test_an_acceptance_says_who_accepted_which_text(self):
        self.application.portal_accept_agreement(self.agreement.id)
        self.application.portal_accept_agreement(self.agreement.id)
        acceptance = self.application.sudo().agreement_acceptance_ids
        self.assertRecordValues(acceptance, [{
            'user_id': self.applicant.id,
            'text_hash': self.agreement._text_hash(),
            'agreement_id': self.agreement.id,
        }])
        with self.assertRaises(UserError):
            acceptance.write({'text_hash': "other"})
        with self.assertRaises(UserError):
            acceptance.unlink()

    def test_a_retired_version_cannot_be_accepted(self):
        newer = self.agreement.copy({'body': "<p>New</p>"})
        self.assertEqual(newer.version, 2)
        newer.with_user(self.manager).action_put_in_force()
        self.assertEqual(self.agreement.state, 'retired')
        with self.assertRaisesRegex(UserError, "not in force"):
            self.application.portal_accept_agreement(self.agreement.id)
        self.application.portal_accept_agreement(str(newer.id))

    def test_an_agreement_in_force_cannot_be_edited(self):
        with self.assertRaises(UserError):
            self.agreement.with_user(self.manager).body = "<p>Other</p>"

    # === IDENTITY NUMBERS === #

    def test_an_identity_number_is_stored_encrypted_and_shown_masked(self):
        self._errors('entity_type', 'individual')
        self.application.portal_save('company', dict(
            self._steps()['company'], entity_type='individual', licence_number=IDENTITY,
        ))  # fmt: skip
        self.assertEqual(self.application.licence_number, '110***********002X')
        self.application.flush_recordset()
        self.env.cr.execute(
            "SELECT a::text FROM marketplace_merchant_application a WHERE id = %s",
            [self.application.id],
        )
        self.assertNotIn(IDENTITY, self.env.cr.fetchone()[0])
        self.assertEqual(self.application._licence_plain(), IDENTITY)

    def test_a_masked_number_that_comes_back_stays_as_it_was(self):
        values = dict(
            self._steps()['company'], entity_type='individual', licence_number=IDENTITY
        )
        self.application.portal_save('company', values)
        masked = self.application.licence_number
        self.application.portal_save('company', dict(values, licence_number=masked))
        self.assertEqual(self.application._licence_plain(), IDENTITY)
        with self.assertRaises(FieldErrors):
            self.application.portal_save(
                'company', dict(values, entity_type='company', licence_number=masked)
            )

    def test_revealing_an_identity_number_is_logged(self):
        self.application.portal_save('company', dict(
            self._steps()['company'], entity_type='individual', licence_number=IDENTITY,
        ))  # fmt: skip
        with self.assertRaisesRegex(UserError, "reason"):
            self.application.with_user(self.officer).action_reveal_licence(" ")
        shown = self.application.with_user(self.officer).action_reveal_licence("Compare")
        self.assertEqual(shown['params']['message'], IDENTITY)
        row = self.env['marketplace.audit.log'].search([('action', '=', 'reveal')], limit=1)
        self.assertRecordValues(row, [{'user_id': self.officer.id, 'reason': "Compare"}])
        self.assertNotIn(IDENTITY, str(row.after))
        for user in (self.auditor, self.applicant):
            with self.assertRaises(UserError):
                self.application.with_user(user).action_reveal_licence("Curious")

    def test_the_licence_of_a_business_is_plain(self):
        self.application.portal_save('company', self._steps()['company'])
        self.assertEqual(self.application.licence_number, LICENCES[0])
        self.assertFalse(self.application.sudo().licence_secret)
