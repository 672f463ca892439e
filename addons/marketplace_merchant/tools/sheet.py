# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Sheets that merchants send and receive: XLSX, and CSV as different computers write it."""

import csv
import io
import re
import unicodedata
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from odoo.exceptions import UserError

from .archive import MEGABYTE, READ_ERRORS, file_type, open_archive

XLSX = 'xlsx'
CSV = 'csv'
MIMETYPES = {
    XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    CSV: 'text/csv; charset=utf-8',
}

FILE_MAX_BYTES = 10 * MEGABYTE
UNPACKED_MAX_BYTES = 80 * MEGABYTE
XLSX_MAX_PARTS = 500
ROWS_MAX = 10_000
# People format more rows than they fill: empty rows don't count, but there is an end to them.
SCANNED_MAX = 200_000
COLUMNS_MAX = 60

DELIMITERS = ',;\t'
UTF16_MARKS = (b'\xff\xfe', b'\xfe\xff')
DECIMAL_COMMA = re.compile(r'-?\d+,\d+')
# A spreadsheet program would take a text that begins like this for a formula, and run it.
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')
TEXT_MARK = "'"
# How a spreadsheet program shows what stands in a cell.
NUMBER_FORMATS = {
    str: '@',
    int: '0',
    bool: '0',
    float: '#,##0.00####',
    date: 'yyyy-mm-dd',
    datetime: 'yyyy-mm-dd hh:mm:ss',
}


# === READING === #

def read_sheet(env, filename, content):
    """Read the first sheet of a file from outside.

    :param str filename: as given by the sender, for the messages; the content decides
    :param bytes content: the file
    :return: the rows that are not empty, as (number in the sheet, list of texts)
    :rtype: list[tuple[int, list[str]]]
    :raise UserError: if it is no sheet, damaged, too big, or has too many rows
    """
    if not content:
        raise UserError(env._("The file “%s” is empty.", filename))
    if len(content) > FILE_MAX_BYTES:
        raise UserError(env._(
            "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
            file=filename, limit=FILE_MAX_BYTES // MEGABYTE,
        ))
    kind = file_type(content)
    if kind not in (None, "ZIP"):
        raise UserError(env._(
            "“%(file)s” is a file of the type %(type)s, whatever its name says. Please save the"
            " sheet as an Excel workbook (XLSX) or as CSV.", file=filename, type=kind,
        ))
    read = _read_xlsx if kind else _read_csv
    rows = []
    for number, cells in enumerate(read(env, filename, content), start=1):
        if any(cells):
            rows.append((number, cells))
        if len(rows) > ROWS_MAX + 1 or number > SCANNED_MAX:
            raise UserError(env._(
                "“%(file)s” has more than %(limit)s rows. Please split it.",
                file=filename, limit=ROWS_MAX,
            ))
    return rows


def _read_xlsx(env, filename, content):
    parts = open_archive(env, filename, content, XLSX_MAX_PARTS, UNPACKED_MAX_BYTES)
    try:
        # Entities can blow up a small file; no program writes them into a sheet.
        for entry in parts.infolist():
            if b'<!DOCTYPE' in parts.open(entry).read(1024):
                raise _not_a_sheet(env, filename)
        sheet = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        ).worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(values_only=True):
            yield [_cell_text(cell) for cell in cells[:COLUMNS_MAX]]
    except (
        *READ_ERRORS, InvalidFileException, ParseError, AttributeError, LookupError, TypeError,
        ValueError,
    ) as error:
        raise _not_a_sheet(env, filename) from error


def _read_csv(env, filename, content):
    text = _decode(env, filename, content)
    header = text.lstrip().partition('\n')[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=''), delimiter=delimiter, strict=True):
            cells = [_plain(cell.strip()) for cell in cells[:COLUMNS_MAX]]
            if delimiter == ';':
                # Where a semicolon parts the cells, a comma parts the decimals.
                cells = [
                    cell.replace(',', '.') if DECIMAL_COMMA.fullmatch(cell) else cell
                    for cell in cells
                ]
            yield cells
    except csv.Error as error:
        raise _not_a_sheet(env, filename) from error


def _decode(env, filename, content):
    encodings = ('utf-16',) if content.startswith(UTF16_MARKS) else ('utf-8-sig', 'gb18030')
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Text has no control characters besides those between cells and lines.
        if not any(unicodedata.category(char) == 'Cc' for char in set(text) - set('\r\n\t')):
            return text
    raise _not_a_sheet(env, filename)


def _cell_text(cell):
    """Return the text that a person sees in the cell, or would have typed."""
    if cell is None:
        return ''
    if isinstance(cell, float):
        return format(cell, '.15g')
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _plain(text):
    """Take away the mark with which we, or a person, kept a text from becoming a formula."""
    return text[1:] if text.startswith(TEXT_MARK) and text[1:].startswith(FORMULA_STARTS) else text


def _not_a_sheet(env, filename):
    return UserError(env._(
        "“%s” can't be read as a sheet. Please save it as an Excel workbook (XLSX) or as CSV in"
        " UTF-8.", filename,
    ))


# === WRITING === #

def write_sheet(file_format, title, header, rows, choices=None, widths=(), total=()):
    """Write a sheet in which no text becomes a formula, and no leading zero is lost.

    :param str file_format: ``xlsx`` or ``csv``
    :param str title: the name of the sheet
    :param list header: the texts of the first row
    :param rows: lists of texts, numbers and dates
    :param dict choices: column → (title of a sheet, what may be chosen); in XLSX only
    :param widths: how wide each column is, in characters; in XLSX only
    :param total: a last row of texts and numbers, in bold; in XLSX only
    :rtype: bytes
    """
    if file_format == CSV:
        return _write_csv(header, rows)
    return _write_xlsx(title, header, rows, choices or {}, widths, total)


def _write_csv(header, rows):
    output = io.StringIO(newline='')
    writer = csv.writer(output)
    writer.writerow(header)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    # Without the mark at the beginning, Excel would not take it for UTF-8.
    return output.getvalue().encode('utf-8-sig')


def _guarded(cell):
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return TEXT_MARK + cell
    return cell


def _write_xlsx(title, header, rows, choices, widths, total):
    output = io.BytesIO()
    workbook = xlsxwriter.Workbook(output, {
        'in_memory': True, 'strings_to_formulas': False, 'strings_to_urls': False,
        'strings_to_numbers': False,
    })
    # The same content makes the same file, whenever it is written.
    workbook.set_properties({'created': datetime(2000, 1, 1)})
    formats = {
        kind: workbook.add_format({'num_format': num_format, 'valign': 'top'})
        for kind, num_format in NUMBER_FORMATS.items()
    }
    text = formats[str]
    bold = workbook.add_format({'bold': True, 'bg_color': '#E7E9ED', 'num_format': '@'})
    sheet = workbook.add_worksheet(title)
    for column in range(len(header)):
        sheet.set_column(column, column, widths[column] if widths else 20, text)
    sheet.write_row(0, 0, header, bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, row in enumerate(rows, start=1):
        _write_cells(sheet, number, row, formats)
    if total:
        sums = {
            kind: workbook.add_format({'num_format': num_format, 'bold': True, 'top': 1})
            for kind, num_format in NUMBER_FORMATS.items()
        }
        _write_cells(sheet, number + 1, total, sums)
    for column, (name, options) in choices.items():
        _add_choices(workbook, sheet, column, name, options)
    workbook.close()
    return output.getvalue()


def _write_cells(sheet, number, row, formats):
    for column, cell in enumerate(row):
        cell_format = formats.get(type(cell), formats[str])
        if isinstance(cell, str):
            sheet.write_string(number, column, cell, cell_format)
        elif isinstance(cell, date):
            sheet.write_datetime(number, column, cell, cell_format)
        else:
            sheet.write_number(number, column, cell, cell_format)


def _add_choices(workbook, sheet, column, name, options):
    """Let people pick a column's cells from a list that stands on a sheet of its own."""
    list_sheet = workbook.add_worksheet(name)
    list_sheet.set_column(0, 0, 50)
    list_sheet.write_column(0, 0, options)
    if options:
        sheet.data_validation(1, column, ROWS_MAX, column, {
            'validate': 'list',
            'source': f"='{list_sheet.get_name()}'!$A$1:$A${len(options)}",
            'error_type': 'warning',
        })
