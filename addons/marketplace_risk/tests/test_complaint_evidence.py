# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from base64 import b64decode

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon

PAGE = b"<html><script>alert(1)</script></html>"


@tagged('post_install', '-at_install')
class TestComplaintEvidence(ComplaintCommon):
    """Files are harmless when they come in, and nobody alters what was shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._complain(files=[cls._photo()])
        cls.message = cls.complaint.message_line_ids
        cls.evidence = cls.message.attachment_ids

    # === FILES FROM OUTSIDE === #

    def test_files_that_are_not_what_they_claim_are_refused(self):
        big = b'\xff\xd8\xff' + b'0' * (5 * 1024 * 1024)
        for file in (
            self._file('photo.jpg', PAGE),
            self._file('photo.jpg', b'\xff\xd8\xff' + PAGE),
            self._file('drawing.svg', b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
            self._file('photo.jpg', b''),
            self._file('photo.jpg', big),
            {'filename': 'photo.jpg', 'content': "not base64!"},
            {'filename': 'photo.jpg', 'content': 5},
            {'filename': 'photo.jpg'},
            {},
        ):
            with self.subTest(str(file)[:60]), self.assertRaises(UserError):
                self.complaint.with_user(self.shopper).portal_reply("Look", [file])
        self.assertEqual(len(self.complaint.message_line_ids), 1)

    def test_what_hides_behind_the_pixels_is_removed(self):
        photo = self._photo('../../evil<x>.php')
        output = self._file(photo['filename'], b64decode(photo['content']) + PAGE)
        self.complaint.with_user(self.shopper).portal_reply("Look", [output])
        evidence = self.complaint.message_line_ids[-1].attachment_ids
        self.assertNotIn(b'script', evidence.raw)
        self.assertEqual(evidence.mimetype, 'image/jpeg')
        self.assertNotIn('/', evidence.name)

    # === IMMUTABILITY === #

    def test_messages_stay_as_they_are(self):
        for message in (self.message, self.message.with_user(self.arbitrator).sudo()):
            with self.assertRaises(UserError):
                message.write({'body': "I am happy"})
            with self.assertRaises(UserError):
                message.unlink()

    def test_files_stay_as_they_are(self):
        raw = self.evidence.raw
        for evidence in (self.evidence, self.evidence.with_user(self.arbitrator).sudo()):
            for values in (
                {'raw': b'other'},
                {'name': "other.jpg"},
                {'res_id': 0},
                {'res_model': 'res.partner', 'res_id': self.shopper.partner_id.id},
                {'public': True},
            ):
                with self.subTest(values), self.assertRaises(UserError):
                    evidence.write(values)
            with self.assertRaises(UserError):
                evidence.unlink()
        self.evidence.invalidate_recordset()
        self.assertEqual(self.evidence.raw, raw)

    def test_users_cannot_touch_the_files_either(self):
        for user in (self.shopper, self.owner_a, self.arbitrator, self.auditor):
            evidence = self.evidence.with_user(user)
            with self.assertRaises(UserError):
                evidence.write({'name': "other.jpg"})
            with self.assertRaises(UserError):
                evidence.unlink()

    def test_no_file_joins_the_evidence_afterwards(self):
        values = {'name': "late.jpg", 'raw': b'x', 'res_model': self.message._name,
                  'res_id': self.message.id}  # fmt: skip
        Attachment = self.env['ir.attachment']
        loose = Attachment.create({'name': "late.jpg", 'raw': b'x'})
        for action in (
            lambda: Attachment.create(values),
            lambda: Attachment.with_context(marketplace_evidence_key=object()).create(values),
            lambda: Attachment.with_context(default_res_model=self.message._name).create(
                {'name': "late.jpg", 'res_id': self.message.id}
            ),
            lambda: loose.write({'res_model': self.message._name, 'res_id': self.message.id}),
            self.evidence.copy,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                action()
        self.assertEqual(self.message.attachment_ids, self.evidence)

    def test_other_files_are_not_concerned(self):
        attachment = self.env['ir.attachment'].create({'name': "note.txt", 'raw': b'x'})
        attachment.write({'name': "other.txt", 'res_model': 'res.partner', 'res_id': 1})
        self.assertTrue(attachment.unlink())
