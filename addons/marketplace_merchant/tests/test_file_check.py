# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io
import time
import zlib
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.marketplace_merchant.models import ir_attachment

from .listing_common import make_picture

PDF = b'%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF'


def make_pdf(catalog):
    return PDF.replace(b'/Type /Catalog', catalog)


@tagged('post_install', '-at_install')
class TestFileCheck(TransactionCase):

    def _check(self, filename, content):
        return self.env['ir.attachment']._marketplace_check_file(filename, content)

    def test_a_picture_is_drawn_anew(self):
        for file_format, extension in (('PNG', '.png'), ('JPEG', '.jpg')):
            content = make_picture(file_format=file_format) + b'<script>alert(1)</script>'
            name, clean, mimetype = self._check("photo.html", content)
            self.assertEqual(name, "photo" + extension)
            self.assertEqual(mimetype, f'image/{file_format.lower()}')
            self.assertNotIn(b'script', clean)
            self.assertEqual(Image.open(io.BytesIO(clean)).size, (8, 8))

    def test_where_a_photo_was_taken_is_removed(self):
        output = io.BytesIO()
        image = Image.new('RGB', (8, 8))
        exif = image.getexif()
        exif[0x010E] = "taken at home"
        image.save(output, format='JPEG', exif=exif, comment=b'secret place')
        _name, clean, _mimetype = self._check("photo.jpg", output.getvalue())
        self.assertNotIn(b'home', clean)
        self.assertNotIn(b'secret', clean)

    def test_transparency_stays(self):
        output = io.BytesIO()
        Image.new('RGBA', (8, 8), (255, 0, 0, 0)).save(output, format='PNG')
        _name, clean, _mimetype = self._check("logo.png", output.getvalue())
        self.assertEqual(Image.open(io.BytesIO(clean)).getpixel((0, 0))[3], 0)

    def test_the_content_counts_and_not_the_name(self):
        for content in (
            b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            b'GIF89a' + b'\0' * 20,
            b'MZ' + b'\0' * 20,
            b'RIFF\0\0\0\0WEBPVP8 ',
        ):
            with self.assertRaisesRegex(UserError, "neither a picture"):
                self._check("innocent.png", content)

    def test_an_empty_or_damaged_file_is_refused(self):
        with self.assertRaisesRegex(UserError, "empty"):
            self._check("a.png", b'')
        with self.assertRaisesRegex(UserError, "damaged"):
            self._check("a.png", make_picture()[:40])

    def test_a_big_file_is_refused(self):
        with self.assertRaisesRegex(UserError, "larger than 5 MB"):
            self._check("a.pdf", PDF + b' ' * ir_attachment.FILE_MAX_BYTES)

    def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(self):
        with (
            patch.object(ir_attachment, 'IMAGE_MAX_PIXELS', 63),
            patch.object(ir_attachment, '_redraw', side_effect=AssertionError("decoded")),
            self.assertRaisesRegex(UserError, "megapixels"),
        ):
            self._check("a.png", make_picture())

    def test_a_plain_pdf_passes_unchanged(self):
        self.assertEqual(self._check("licence", PDF), ("licence.pdf", PDF, 'application/pdf'))

    def test_a_pdf_that_runs_something_is_refused(self):
        for action in (
            b'/OpenAction << /S /JavaScript /JS (app.alert(1)) >>',
            b'/OpenAction << /S /J#61vaScript /J#53 (x) >>',
            b'/AA << /O << /S /Launch /F (cmd.exe) >> >>',
            b'/A << /JS 5 0 R >>',
        ):
            with self.assertRaisesRegex(UserError, "scripts or programs"):
                self._check("a.pdf", make_pdf(action))

    def test_a_script_in_a_compressed_stream_of_a_pdf_is_refused(self):
        for body in (
            zlib.compress(b'<< /S /JavaScript /JS (x) >>'),
            zlib.compress(b' ' * (ir_attachment.PDF_MAX_INFLATED_BYTES + 1)),
            b'not compressed at all',
        ):
            content = make_pdf(b'/Type /ObjStm >>\nstream\n' + body + b'\nendstream')
            with self.assertRaisesRegex(UserError, "scripts or programs"):
                self._check("a.pdf", content)

    def test_all_compressed_streams_together_have_a_limit(self):
        half = zlib.compress(b' ' * (ir_attachment.PDF_MAX_INFLATED_BYTES // 2))
        stream = b'/Type /ObjStm >>\nstream\n' + half + b'\nendstream\n'
        content = make_pdf(stream)
        self.assertEqual(self._check("a.pdf", content)[1], content)
        with self.assertRaisesRegex(UserError, "scripts or programs"):
            self._check("a.pdf", make_pdf(stream * 3))

    def test_beginnings_of_streams_without_an_end_cost_no_time(self):
        content = PDF + b'stream\n' * 20_000
        start = time.process_time()
        self.assertEqual(self._check("a.pdf", content)[1], content)
        self.assertLess(time.process_time() - start, 2)
        with self.assertRaisesRegex(UserError, "scripts or programs"):
            self._check("a.pdf", content + b'/JS (x)')
        with self.assertRaisesRegex(UserError, "another kind"):
            self._check("a.pdf", content + b'<html>')

    def test_letters_in_compressed_data_are_no_script(self):
        content = make_pdf(b'/Length 9 >>\nstream\nab/JS (#4\nendstream')
        self.assertEqual(self._check("a.pdf", content)[1], content)
        content = make_pdf(
            b'/Type /ObjStm >>\nstream\n' + zlib.compress(b'<< /Type /Page >>') + b'\nendstream'
        )
        self.assertEqual(self._check("a.pdf", content)[1], content)

    def test_a_protected_pdf_is_refused(self):
        with self.assertRaisesRegex(UserError, "password"):
            self._check("a.pdf", make_pdf(b'/Encrypt 3 0 R'))

    def test_names_become_safe(self):
        for given, safe in (
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\scans\\营业执照.PDF", "营业执照.pdf"),
            ("a\u202efdp.exe", "afdp.pdf"),
            ('x<y>:"z.pdf', "x_y_z.pdf"),
            ("...", "file.pdf"),
            (None, "file.pdf"),
            ("n" * 300 + ".pdf", "n" * 100 + ".pdf"),
        ):
            self.assertEqual(self._check(given, PDF)[0], safe)

    def test_an_upload_comes_in_base64(self):
        upload = self.env['ir.attachment']._marketplace_check_upload
        self.assertEqual(upload("a.pdf", base64.b64encode(PDF).decode())[1], PDF)
        for damaged in ("%%%", "abc", 12):
            with self.assertRaises(UserError):
                upload("a.pdf", damaged)
        with self.assertRaisesRegex(UserError, "larger"):
            upload("a.pdf", "A" * 9_000_000)
