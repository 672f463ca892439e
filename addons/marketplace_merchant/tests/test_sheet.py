# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import csv
import io
import zipfile
from datetime import date
from unittest.mock import patch

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.marketplace_merchant.tools import sheet as sheet_tools
from odoo.addons.marketplace_merchant.tools.archive import PictureArchive, open_archive
from odoo.addons.marketplace_merchant.tools.sheet import CSV, XLSX, read_sheet, write_sheet

MEGABYTE = 1024 * 1024
PICTURE = b'\x89PNG one'


def make_zip(files, compression=zipfile.ZIP_DEFLATED):
    output = io.BytesIO()
    with zipfile.ZipFile(output, 'w', compression) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return output.getvalue()


@tagged('post_install', '-at_install')
class TestSheet(TransactionCase):

    def _read(self, content, filename="goods.csv"):
        return [cells for _number, cells in read_sheet(self.env, filename, content)]

    # === READING === #

    def test_csv_as_different_computers_write_it(self):
        expected = [["SKU", "名称"], ["A-1", "青花瓷碗"]]
        for encoding in ('utf-8', 'utf-8-sig', 'gbk', 'gb18030', 'utf-16'):
            for delimiter in ",;\t":
                text = f"SKU{delimiter}名称\r\nA-1{delimiter}青花瓷碗\r\n"
                self.assertEqual(self._read(text.encode(encoding)), expected, encoding)

    def test_csv_with_quotes_lines_and_delimiters_inside(self):
        text = 'SKU,Description\n"A,1","Two\nlines, and ""quotes"""\n'
        self.assertEqual(self._read(text.encode())[1], ["A,1", 'Two\nlines, and "quotes"'])

    def test_a_decimal_comma_counts_where_semicolons_part_the_cells(self):
        self.assertEqual(self._read(b"SKU;Price\nA;12,50\n")[1], ["A", "12.50"])
        self.assertEqual(self._read(b'SKU,Price\nA,"12,50"\n')[1], ["A", "12,50"])

    def test_numbers_of_excel_read_as_people_see_them(self):
        workbook = openpyxl.Workbook()
        for row in (["SKU", "Price", "Barcode", "Name"], [123, 0.1 + 0.2, 6901234567892, True]):
            workbook.active.append(row)
        output = io.BytesIO()
        workbook.save(output)
        self.assertEqual(
            self._read(output.getvalue())[1], ["123", "0.3", "6901234567892", "True"]
        )

    def test_empty_rows_are_passed_over_and_numbers_are_those_of_the_sheet(self):
        rows = read_sheet(self.env, "x.csv", b"SKU\n\n,,\nA\n")
        self.assertEqual(rows, [(1, ["SKU"]), (4, ["A"])])

    def test_what_is_no_sheet_is_refused(self):
        picture = b'\x89PNG\r\n\x1a\n\x00\x00'
        entities = make_zip({
            '[Content_Types].xml': '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>',
        })
        for content in (
            b'', picture, b'%PDF-1.4\x00', b'PK\x03\x04 cut off', make_zip({'a.txt': "no sheet"}),
            entities, b'SKU,"never ends\n',
        ):
            with self.assertRaises(UserError, msg=content[:20]):
                self._read(content)

    def test_a_sheet_that_grows_too_big_is_refused(self):
        bomb = make_zip({'xl/worksheets/sheet1.xml': b' ' * (81 * MEGABYTE)})
        self.assertLess(len(bomb), MEGABYTE)
        with self.assertRaisesRegex(UserError, "too much"):
            self._read(bomb)

    def test_too_many_rows_are_refused_before_they_are_read(self):
        with patch.object(sheet_tools, 'ROWS_MAX', 3):
            self.assertEqual(len(self._read(b"SKU\nA\nB\nC\n")), 4)
            with self.assertRaisesRegex(UserError, "more than 3 rows"):
                self._read(b"SKU\nA\nB\nC\nD\n")

    # === WRITING === #

    def test_what_is_written_reads_the_same(self):
        rows = [["007", "=1+1", 12.5], ["@x", "-5 °C, \"cold\"\nnew line", 3], ["'=y", "名", 0.3]]
        for file_format in (CSV, XLSX):
            content = write_sheet(file_format, "Goods", ["SKU", "Name", "Price"], rows)
            expected = [[str(cell) for cell in row] for row in rows]
            if file_format == CSV:
                # Somebody's own mark before a formula can't be told from ours.
                expected[2][0] = "=y"
            self.assertEqual(self._read(content)[1:], expected, file_format)

    def test_no_text_becomes_a_formula(self):
        texts = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
        content = write_sheet(CSV, "Goods", ["Name"], [[text] for text in texts])
        lines = csv.reader(io.StringIO(content.decode('utf-8-sig'), newline=''))
        self.assertEqual([cell for cell, in lines][1:], ["'" + text for text in texts])
        content = write_sheet(XLSX, "Goods", ["Name"], [[text] for text in texts])
        cells = openpyxl.load_workbook(io.BytesIO(content)).active['A'][1:]
        self.assertEqual({cell.data_type for cell in cells}, {'s'})

    def test_amounts_days_and_the_total_look_like_what_they_are(self):
        day = date(2026, 1, 31)
        rows = [["A-1", day, 1234.5]]
        header, total = ["SKU", "Date", "Amount"], ["Total", '', 1234.5]
        content = write_sheet(XLSX, "Goods", header, rows, total=total)
        line, last = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2)
        self.assertEqual(
            [cell.number_format for cell in line], ['@', 'yyyy-mm-dd', '#,##0.00####']
        )
        self.assertEqual(line[1].value.date(), day)
        self.assertEqual((last[0].value, last[2].value), ("Total", 1234.5))
        self.assertTrue(last[2].font.bold)
        # What other programs read has lines only.
        content = write_sheet(CSV, "Goods", header, rows, total=total)
        self.assertEqual(self._read(content)[1:], [["A-1", '2026-01-31', '1234.5']])

    def test_choices_stand_on_a_sheet_of_their_own(self):
        content = write_sheet(
            XLSX, "Goods", ["SKU", "Category"], [], choices={1: ("Categories", ["Tea", "=Pots"])}
        )
        workbook = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual([cell.value for cell in workbook.worksheets[1]['A']], ["Tea", "=Pots"])
        rules = workbook.worksheets[0].data_validations.dataValidation
        self.assertEqual(rules[0].formula1, "'Categories'!$A$1:$A$2")

    # === ARCHIVES === #

    def _pictures(self, files):
        return PictureArchive(self.env, "pictures.zip", make_zip(files))

    def test_pictures_are_found_by_sku_or_by_name_in_any_folder(self):
        pictures = self._pictures({
            'shop/TEA-1.JPG': b'\xff\xd8\xff', 'b.png': PICTURE,
            '__MACOSX/b.png': b'junk', '.DS_Store': b'',
        })
        self.assertEqual(pictures.unpack(pictures.find("TEA-1", None)), b'\xff\xd8\xff')
        self.assertEqual(pictures.unpack(pictures.find("TEA-1", "B.PNG")), PICTURE)
        self.assertIsNone(pictures.find("TEA-2", None))
        with self.assertRaisesRegex(UserError, "no picture “c.png”"):
            pictures.find("TEA-2", "c.png")

    def test_names_in_chinese_as_windows_packs_them(self):
        content = make_zip({'XXXXXX.png': PICTURE}).replace(b'XXXXXX', "茶叶壶".encode('gbk'))
        pictures = PictureArchive(self.env, "pictures.zip", content)
        self.assertEqual(pictures.unpack(pictures.find("茶叶壶", None)), PICTURE)

    def test_a_row_has_one_picture_of_the_right_kind(self):
        pictures = self._pictures({'a/T.png': b'1', 'b/T.jpg': b'2', 'x.exe': b'3'})
        with self.assertRaisesRegex(UserError, "a/T.png, b/T.jpg"):
            pictures.find("T", None)
        with self.assertRaisesRegex(UserError, "“x.exe” in the archive is not a picture"):
            pictures.find("X", "x.exe")
        self.assertFalse(pictures.unused())
        pictures = self._pictures({'T.png': b'%PDF-1.7', 'other.png': PICTURE})
        with self.assertRaisesRegex(UserError, "“T.png” in the archive is not a picture"):
            pictures.unpack(pictures.find("T", None))
        self.assertEqual(pictures.unused(), ["other.png"])

    def test_a_picture_that_grows_too_big_is_refused_whatever_its_header_says(self):
        pictures = self._pictures({'big.png': b'\x00' * (5 * MEGABYTE + 1)})
        with self.assertRaisesRegex(UserError, "larger than 5 MB"):
            pictures.find("big", None)
        entry = pictures.archive.getinfo('big.png')
        entry.file_size = 10
        with self.assertRaises(UserError):
            pictures.unpack(entry)

    def test_archives_that_are_not_harmless_are_refused(self):
        for path in ('../x.png', '/etc/x.png', 'a/../../x.png', '..\\x.png', 'C:\\x.png'):
            with self.assertRaisesRegex(UserError, "leads out", msg=path):
                self._pictures({path: b'1'})
        for content in (b'PK', b'nonsense', make_zip({'x.png': b'1'})[:-30]):
            with self.assertRaisesRegex(UserError, "not a ZIP file"):
                PictureArchive(self.env, "pictures.zip", content)
        with self.assertRaisesRegex(UserError, "too much"):
            open_archive(self.env, "x.zip", make_zip({'a': b'1', 'b': b'1'}), 1, MEGABYTE)
        with self.assertRaisesRegex(UserError, "too much"):
            open_archive(self.env, "x.zip", make_zip({'a': b'0' * MEGABYTE}), 9, MEGABYTE - 1)

    def test_a_protected_archive_is_refused(self):
        content = bytearray(make_zip({'x.png': b'1'}))
        for signature, at in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)):
            content[content.index(signature) + at] |= 1
        with self.assertRaisesRegex(UserError, "password"):
            PictureArchive(self.env, "pictures.zip", bytes(content))

    def test_a_damaged_picture_is_told_by_its_name(self):
        content = make_zip({'x.png': b'0123456789'}, zipfile.ZIP_STORED)
        pictures = PictureArchive(self.env, "p.zip", content.replace(b'0123456789', b'012345678X'))
        with self.assertRaisesRegex(UserError, "“x.png” is damaged"):
            pictures.unpack(pictures.find("x", None))
