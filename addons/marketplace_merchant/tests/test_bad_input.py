# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io
import zipfile

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

from odoo.addons.marketplace_merchant.models.ir_attachment import FILE_MAX_BYTES
from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tests.test_file_check import PDF
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

LONG_NAME = "名" * 10_000


@tagged('post_install', '-at_install')
class TestBadInput(PeopleCommon):
    """What can be wrong with an application: a clear answer, nothing lost, nothing twice."""

    def setUp(self):
        super().setUp()
        self.application = self._fill()

    def _refusal(self, step, **values):
        """Return what is said when values of a step are wrong; the saved ones have to stay."""
        application = self.application
        names = list(self._steps()[step])
        before = application.read(names)
        with self.assertRaises(FieldErrors) as error:
            application.portal_save(step, dict(self._steps()[step], **values))
        self.assertEqual(application.read(names), before, "Nothing is lost")
        self.assertEqual(set(error.exception.field_errors), set(values))
        return error.exception.field_errors

    def _upload_refusal(self, content, number="L-2", until=None, filename="licence.pdf"):
        documents = self.application.sudo().qualification_ids
        with self.assertRaises(FieldErrors) as error:
            self.application.portal_upload(
                self.licence_type.id, filename, base64.b64encode(content).decode(), number, until
            )
        self.assertEqual(
            self.application.sudo().qualification_ids, documents, "The document before stays"
        )
        return error.exception.field_errors[f'document_{self.licence_type.id}']

    # === NUMBERS === #

    def test_a_wrong_checksum_is_told_before_handing_in_and_to_the_reviewer(self):
        self.application.portal_save(
            'company', dict(self._steps()['company'], licence_number=LICENCES[0][:-1] + '9')
        )
        notice = self.application._portal_notices()['licence_number']
        self.assertIn("cannot exist", notice)
        self.assertIn("compare it with your licence", notice)
        self.application.portal_submit()
        check = self._check(self.application, 'licence')
        self.assertEqual(check.machine_result, 'failed')
        self.application.with_user(self.officer).action_start_review()
        with self.assertRaises(UserError):
            check.with_user(self.officer).action_accept()

    def test_a_right_number_brings_no_notice(self):
        self.assertEqual(self.application._portal_notices(), {})

    def test_a_phone_of_another_country_is_welcome_with_its_prefix_only(self):
        message = self._refusal('contact', phone="030 901820")['phone']
        self.assertIn("no phone number of China", message)
        self.assertIn("that country's prefix", message)
        self.application.portal_save(
            'contact', dict(self._steps()['contact'], phone="+49 30 901820")
        )
        self.assertIn("Germany", self.application._portal_notices()['phone'])

    def test_a_duplicate_licence_is_told_and_one_of_both_gets_in(self):
        self.application.portal_submit()
        second = self._submitted(self.stranger, shop_name="Second")
        for application, other in ((second, self.application),):
            check = self._check(application, 'duplicate')
            self.assertEqual(check.machine_result, 'failed')
            self.assertIn(other.name, check.machine_note)
        officers = second.with_user(self.officer)
        officers.action_start_review()
        with self.assertRaisesRegex(UserError, "cannot be accepted"):
            self._check(second, 'duplicate').with_user(self.officer).action_accept_anyway("Known")

    # === TEXTS === #

    def test_names_of_ten_thousand_characters_are_refused_with_their_length(self):
        for step, field in (
            ('company', 'company_name'), ('company', 'legal_representative'), ('company', 'street'),
            ('contact', 'contact_name'), ('shop', 'shop_name'), ('shop', 'shop_description'),
        ):  # fmt: skip
            with self.subTest(field=field):
                message = self._refusal(step, **{field: LONG_NAME})[field]
                self.assertIn("10000", message.replace(",", ""))

    def test_emoji_travel_unharmed_from_the_form_to_the_merchant(self):
        name = "莲花 👩‍🌾🪷 & Söhne"
        self.application.portal_save('company', dict(
            self._steps()['company'], company_name=name, legal_representative="李娜 🧵",
        ))  # fmt: skip
        self.application.portal_save('shop', dict(self._steps()['shop'], shop_name="🪷🪷🪷"))
        self.application.portal_submit()
        review = self.application.with_user(self.officer)
        review.action_start_review()
        review.check_ids.action_accept()
        review.action_recommend()
        review.with_user(self.second_officer).action_approve()
        merchant = self.application.sudo().merchant_id
        self.assertEqual(merchant.name, name)
        self.assertEqual(merchant.legal_representative, "李娜 🧵")
        self.assertEqual(merchant.shop_id.name, "🪷🪷🪷")
        self.assertTrue(merchant.shop_id.slug)

    def test_characters_that_databases_choke_on_are_refused(self):
        for value in ("Lotus\x00", "Lotus\x1b[31m"):
            message = self._refusal('company', company_name=value)['company_name']
            self.assertIn("can't be read", message)

    # === FILES === #

    def test_an_expired_document_is_refused_with_its_day(self):
        yesterday = Date.subtract(Date.today(), days=1)
        message = self._upload_refusal(PDF, until=str(yesterday))
        self.assertIn("has expired", message)
        self.assertIn(format_date(self.env, yesterday), message)

    def test_another_type_is_refused_whatever_its_name(self):
        for content in (b'MZ\x90\x00', b'GIF89a' + b'\0' * 20, b'<html>', b'PK\x03\x04'):
            self.assertIn("neither a picture", self._upload_refusal(content))

    def test_a_file_that_is_too_big_is_refused_with_the_limit(self):
        message = self._upload_refusal(PDF + b' ' * FILE_MAX_BYTES)
        self.assertIn("larger than 5 MB", message)

    def test_two_kinds_of_file_in_one_are_refused(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, 'w') as content:
            content.writestr('run.js', "alert(1)")
        for content in (
            PDF + b'\n' + archive.getvalue(),
            PDF.replace(b'endobj', b'endobj\n<HTML><body onload=alert(1)>'),
            PDF + b'\n< script>alert(1)</script>',
        ):
            self.assertIn("another kind of file at once", self._upload_refusal(content))

    def test_metadata_of_a_usual_pdf_are_no_web_page(self):
        pdf = PDF.replace(
            b'endobj',
            b'endobj\n2 0 obj\n<< /Length 30 >>\nstream\n<x:meta><html>a</html>\nendstream\nendobj',
        )
        self.application.portal_upload(
            self.licence_type.id, "scan.pdf", base64.b64encode(pdf).decode(), "L-3"
        )
        self.assertEqual(self.application.sudo().qualification_ids.number, "L-3")

    def test_long_file_names_and_numbers(self):
        self.assertIn(
            "at most 64", self._upload_refusal(PDF, number="9" * 10_000)
        )
        self.application.portal_upload(
            self.licence_type.id, "照" * 10_000 + ".pdf", base64.b64encode(PDF).decode(), "L-4"
        )
        self.assertLess(len(self.application.sudo().qualification_ids.filename), 120)

    # === TWICE === #

    def test_handed_in_twice_it_is_one_application_with_one_mail(self):
        self.application.portal_submit()
        with self.assertRaisesRegex(UserError, "already submitted"):
            self.application.portal_submit()
        self.assertEqual(len(self._mails(self.application)), 1)
        again = self.application.portal_start()
        self.assertEqual(again, self.application)

    def test_the_database_holds_one_open_application_per_person(self):
        with (
            mute_logger('odoo.sql_db'),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env['marketplace.merchant.application'].create(
                {'applicant_id': self.applicant.id}
            )
