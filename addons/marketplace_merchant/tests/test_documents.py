# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tests.documents_common import DocumentsCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

PDF = b'%PDF-1.4\n%%EOF'


@tagged('post_install', '-at_install')
class TestDocuments(DocumentsCommon):
    """What a kind of document asks for, the versions, and the clock of one document."""

    # === KINDS === #

    def test_the_number_has_the_format_of_its_kind(self):
        for kind, right, wrong in (
            ('pattern', ('JY12345678901234', 'jy00000000000000'), ('JY123', 'JX12345678901234')),
            ('cn_uscc', ('91110105MA01ABCD13',), ('91110105MA01ABCD14', '1')),
            ('cn_ric', ('11010519491231002X',), ('110105194912310021',)),
            ('eu_vat', ('BE0477472701',), ('BE0477472702',)),
        ):
            self.food_type.write({
                'number_kind': kind, 'number_pattern': 'JY##############', 'number_example': False,
            })  # fmt: skip
            for number in right:
                with self.subTest(kind=kind, number=number):
                    self.assertEqual(self._upload(self.food_type, number=number).state, 'pending')
            for number in wrong:
                with self.subTest(kind=kind, number=number), self.assertRaises(FieldErrors) as bad:
                    self._upload(self.food_type, number=number)
                self.assertIn(number, str(bad.exception))

    def test_a_wrong_number_is_told_with_an_example(self):
        self.food_type.write({
            'number_kind': 'pattern', 'number_pattern': 'A-##', 'number_example': 'B-12',
        })  # fmt: skip
        with self.assertRaises(FieldErrors) as caught:
            self._upload(self.food_type, number="12-B")
        self.assertIn("B-12", caught.exception.field_errors[f'document_{self.food_type.id}'])

    def test_the_signs_of_a_pattern_are_no_regular_expression(self):
        self.food_type.write({'number_kind': 'pattern', 'number_pattern': '.*(#)+'})
        self.assertTrue(self.food_type._number_mistake("XX1"))
        self.assertFalse(self.food_type._number_mistake(".7(1)+"))

    def test_a_kind_is_checked_when_it_is_written(self):
        for values in (
            {'reminder_days': "soon"}, {'reminder_days': ""}, {'reminder_days': "30, 9999"},
            {'number_kind': 'pattern', 'number_pattern': False},
            {'number_kind': 'pattern', 'number_pattern': '##', 'number_example': 'AB'},
        ):  # fmt: skip
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.food_type.write(values)

    def test_reminders_are_read_as_people_write_them(self):
        for text in ("60, 30, 7", "7;30;60", "7、30、60", "７，30 60", "30, 60, 7, 7"):
            self.food_type.reminder_days = text
            self.assertEqual(self.food_type._reminders(), [60, 30, 7], text)

    def test_type_size_and_validity_of_the_file_are_those_of_the_kind(self):
        self.food_type.write({'file_kind': 'application/pdf', 'validity_months': 12})
        with self.assertRaises(FieldErrors) as caught:
            self._upload(self.food_type, days=500)
        message = str(caught.exception)
        self.assertIn("PDF only", message)
        self.assertIn("12 months", message)
        self.food_type.write({'file_kind': 'any', 'file_max_size': 1})
        heavy = base64.b64encode(PDF + b'\0' * 1024 * 1024).decode()
        with self.assertRaises(FieldErrors) as caught:
            self.merchant.with_user(self.owner).portal_upload(
                self.food_type.id, "scan.pdf", heavy, "N", str(self._day(20))
            )
        self.assertIn("1 MB", str(caught.exception))
        self.assertFalse(self.merchant.qualification_ids)

    def test_a_document_about_brands_names_them(self):
        with self.assertRaises(FieldErrors):
            self._upload(self.brand_type)
        with self.assertRaises(FieldErrors):
            self._upload(self.brand_type, brands=self.env['marketplace.brand'].browse(999999999))
        document = self._upload(self.brand_type, brands=self.brand)
        self.assertEqual(document.brand_ids, self.brand)

    def test_only_owners_hand_in_and_nobody_types_brands_in(self):
        document = self._upload(self.brand_type, brands=self.brand)
        with self.assertRaises(AccessError):
            self.merchant.with_user(self.stranger).portal_upload(
                self.food_type.id, "scan.png", self.scan, "N", str(self._day(20))
            )
        with self.assertRaises(UserError):
            document.with_user(self.officer).brand_ids = self.other_brand

    # === VERSIONS === #

    def test_a_renewal_is_a_new_version_beside_the_live_one(self):
        first = self._accepted(self.food_type, days=20)
        second = self._upload(self.food_type, number="N-2")
        self.assertEqual((first.version, second.version, second.previous_id), (1, 2, first))
        self.assertEqual((first.state, second.state), ('valid', 'pending'))
        third = self._upload(self.food_type, number="N-3")
        self.assertEqual((second.state, third.version), ('superseded', 2))
        third.with_user(self.officer).action_approve()
        self.assertEqual((first.state, third.state), ('superseded', 'valid'))

    def test_documents_of_different_brands_stand_side_by_side(self):
        tiger = self._accepted(self.brand_type, brands=self.brand)
        lotus = self._accepted(self.brand_type, brands=self.other_brand)
        self.assertEqual((tiger.state, lotus.state), ('valid', 'valid'))
        both = self._accepted(self.brand_type, brands=self.brand + self.other_brand)
        self.assertEqual((tiger + lotus).mapped('state'), ['superseded'] * 2)
        less = self._accepted(self.brand_type, brands=self.brand)
        self.assertEqual((both.state, less.state), ('valid', 'valid'))

    # === CLOCK === #

    def test_a_document_runs_through_its_life_with_a_reminder_on_each_day(self):
        self.food_type.grace_days = 10
        with freeze_time('2030-01-01 09:00:00'):
            document = self._accepted(self.food_type, days=90)  # until 2030-04-01
        story = []
        for day in (
            '2030-01-30', '2030-01-31', '2030-02-01', '2030-03-02', '2030-03-17', '2030-03-25',
            '2030-03-31', '2030-04-01', '2030-04-02', '2030-04-11', '2030-04-12', '2030-04-30',
        ):  # fmt: skip
            with freeze_time(f'{day} 09:00:00'):
                for _twice in range(2):
                    self._run_clock()
                self._write_mails()
            story.append((day[5:], document.state, len(self._mails(document))))
        self.assertEqual(story, [
            ('01-30', 'valid', 0), ('01-31', 'expiring', 1), ('02-01', 'expiring', 1),
            ('03-02', 'expiring', 2), ('03-17', 'expiring', 3), ('03-25', 'expiring', 4),
            ('03-31', 'expiring', 5), ('04-01', 'expiring', 5), ('04-02', 'grace', 6),
            ('04-11', 'grace', 6), ('04-12', 'expired', 7), ('04-30', 'expired', 7),
        ])  # fmt: skip
        self.assertEqual(
            self._audit(document, 'change').mapped('after'),
            [{'days_left': days} for days in (60, 30, 15, 7, 1)],
        )
        self.assertEqual(
            [(row.after['state'], bool(row.reason), row.system)
             for row in self._audit(document)[-3:]],
            [('expiring', True, True), ('grace', True, True), ('expired', True, True)],
        )

    def test_a_clock_that_stood_still_catches_up_with_one_mail(self):
        document = self._accepted(self.food_type, days=90)
        self._expire(document, days=100)
        self._write_mails()
        self.assertEqual(document.state, 'expired')
        self.assertFalse(document.deadline)
        self.assertEqual(len(self._mails(document)), 1)
        self.assertEqual(
            [row.after['state'] for row in self._audit(document)],
            ['pending', 'valid', 'expiring', 'grace', 'expired'],
        )

    def test_other_reminders_move_the_deadlines_of_documents_that_are_there(self):
        document = self._accepted(self.food_type, days=90)
        self.food_type.write({'reminder_days': "20", 'grace_days': 3})
        self.assertEqual(document.deadline.date(), self._day(70))
        self.assertEqual(document.date_off_sale, self._day(94))

    def test_what_was_renewed_meanwhile_is_not_complained_about(self):
        document = self._accepted(self.food_type, days=90)
        self._expire(document, days=5)
        self.assertTrue(document.notice)
        self._accepted(self.food_type)
        self._write_mails()
        self.assertFalse(self._mails(document))

    def test_who_has_handed_in_a_renewal_is_not_reminded(self):
        document = self._accepted(self.food_type, days=50)
        self._upload(self.food_type, number="N-2")
        self._run_clock()
        self._write_mails()
        self.assertEqual(document.state, 'expiring')
        self.assertFalse(self._mails(document))

    def test_merchants_that_are_gone_are_not_reminded(self):
        document = self._accepted(self.food_type, days=50)
        self._expel(self.merchant)
        self._run_clock()
        self.assertEqual((document.state, document.notice), ('expiring', False))

    def test_the_mails_say_by_when_and_what_hangs_on_it(self):
        document = self._accepted(self.food_type, days=50)
        self._go_live(self.tea, self.honey)
        self._run_clock()
        self._write_mails()
        self.assertIn("2 of your products", self._mails(document).body_html)
        self._expire(document)
        self._write_mails()
        last = self._mails(document)[-1].body_html
        self.assertIn("Off sale for want of it", last)
        self.assertIn("Orders already placed stay", last)

    def test_one_broken_document_does_not_stop_the_others(self):
        broken = self._accepted(self.food_type, days=90)
        sound = self._accepted(self.brand_type, days=90, brands=self.brand)
        Documents = self.registry['marketplace.qualification']
        advance = Documents._advance

        def fails(documents):
            if broken in documents:
                raise UserError("Broken")
            return advance(documents)

        self.patch(Documents, '_advance', fails)
        with self.assertLogs('odoo.addons.marketplace_merchant', 'ERROR'):
            self._expire(broken, sound, days=5)
        self.assertEqual((broken.state, sound.state), ('valid', 'grace'))
        self.assertGreater(broken.deadline, self._soon(minutes=30))

    def test_a_rejected_renewal_leaves_the_live_version_and_says_why(self):
        live = self._accepted(self.food_type)
        renewal = self._upload(self.food_type, number="N-2")
        renewal.with_user(self.officer).action_reject("Another company's")
        self.assertEqual((live.state, renewal.state), ('valid', 'rejected'))
        self.assertIn("Another company", self._mails(renewal).body_html)

    # === BRANDS === #

    def test_a_brand_is_there_once_however_it_is_written(self):
        brands = self.env['marketplace.brand'].with_user(self.manager)
        with mute_logger('odoo.sql_db'), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                brands.create({'name': "TIGER TEST"})
        with self.assertRaises(AccessError):
            brands.with_user(self.officer).create({'name': "New"})

    def test_a_requirement_about_brands_is_not_asked_of_the_whole_merchant(self):
        self.brand_rule.brand_ids = [Command.set(self.brand.ids)]
        names = [gap['name'] for gap in self.merchant._missing('list')]
        self.assertEqual(names, ["Food permit"])
