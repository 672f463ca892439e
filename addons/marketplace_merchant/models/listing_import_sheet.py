# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import unicodedata
from collections import namedtuple

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.sheet import CSV, MIMETYPES, XLSX, read_sheet, write_sheet

# :param int width: in characters
Column = namedtuple('Column', 'label width help', defaults=('',))


class MarketplaceListingImport(models.Model):
    """The sheet itself: its columns, what is read from it, and the sheet of errors."""

    _inherit = 'marketplace.listing.import'

    # === COLUMNS === #

    @api.model
    def _columns(self):
        """Return the columns that an import reads and an export fills, by name of the value."""
        _ = self.env._
        return {
            'default_code': Column(_("SKU"), 18, _(
                "Required. Your own number for the goods: by it a row finds them again.",
            )),
            'name': Column(_("Name"), 40, _("Required for new goods.")),
            'description_sale': Column(_("Description"), 60),
            'categ_id': Column(_("Category"), 40, _(
                "One of your categories, as the list in the template names it.",
            )),
            'brand_id': Column(_("Brand"), 20, _("One of the brands that we know; may be empty.")),
            'list_price': Column(_("Price"), 12, _(
                "Required for new goods. A number, as in 12.50; it changes at once.",
            )),
            'weight': Column(_("Weight"), 10, _("In kilograms.")),
            'barcode': Column(_("Barcode"), 18),
            'image': Column(_("Picture"), 24, _(
                "The name of a file in the ZIP archive. Without a name, the picture called like"
                " the SKU is taken: TEA-1.jpg.",
            )),
        }

    @api.model
    def _info_columns(self):
        """Return the columns that our own sheets have, and that an import passes over."""
        return {
            'listing_state': Column(self.env._("State"), 14),
            'error': Column(self.env._("Error"), 60),
        }

    @api.model
    def _known_headers(self):
        """Return the column for each header that people may write, in any language we speak."""
        headers = {}
        for lang, _name in self.env['res.lang'].get_installed():
            localised = self.with_context(lang=lang)
            for name, column in (localised._columns() | localised._info_columns()).items():
                headers[_fold(column.label)] = name
                headers[_fold(name)] = name
        return headers

    # === READING === #

    def _read_file(self, filename, content):
        """Make a row of each row of the sheet.

        :param str filename: as the sender knows it, for the messages
        :param bytes content: the file
        :raise UserError: if it is no sheet with goods
        """
        (_number, header), *rows = read_sheet(self.env, filename, content) or [(0, [])]
        columns = self._read_header(header)
        if not rows:
            raise UserError(self.env._("“%s” has no rows with goods.", filename))
        rows = [
            (number, {name: cells[at] for name, at in columns.items() if at < len(cells)})
            for number, cells in rows
        ]
        self.env['marketplace.listing.import.row'].create([
            {
                'import_id': self.id,
                'number': number,
                'cells': cells,
                'sku': _one_line(cells['default_code']),
                'name': _one_line(cells.get('name', '')),
            }
            for number, cells in rows
        ])

    def _read_header(self, header):
        """Return where each column of ours is.

        :raise UserError: if the SKU is missing, or a column is there twice
        """
        known = self._known_headers()
        columns, unknown = {}, []
        for at, text in enumerate(header):
            name = known.get(_fold(text))
            if not name:
                unknown.append(text)
            elif name in columns:
                raise UserError(self.env._(
                    "The sheet has two columns called “%s”. Please keep one.", text,
                ))
            else:
                columns[name] = at
        if 'default_code' not in columns:
            raise UserError(self.env._(
                "The first row should hold the names of the columns, as in our template, and one of"
                " them should be “%s”.", self._columns()['default_code'].label,
            ))
        if any(unknown):
            self.remark = self.env._(
                "Columns that we don't know were left out: %s", ", ".join(filter(None, unknown))
            )
        for name in self._info_columns():
            columns.pop(name, None)
        return columns

    # === WRITING === #

    @api.model
    def _sheet_file(self, basename, file_format, rows, info=(), choices=None):
        """Return a sheet with our columns as a file.

        :param str basename: name of the file without its extension
        :param str file_format: ``xlsx`` or ``csv``
        :param rows: dicts of texts and numbers by column
        :param info: which of the columns for information it has
        :param dict choices: see :func:`write_sheet`, by column
        :return: ``filename``, ``mimetype`` and base64 ``content``
        :rtype: dict
        """
        file_format = CSV if file_format == CSV else XLSX
        offered = self._info_columns()
        columns = self._columns() | {name: offered[name] for name in info}
        names = list(columns)
        content = write_sheet(
            file_format,
            self.env._("Goods"),
            [column.label for column in columns.values()],
            ([row.get(name, '') for name in names] for row in rows),
            choices={names.index(name): choice for name, choice in (choices or {}).items()},
            widths=[column.width for column in columns.values()],
        )
        return {
            'filename': f'{basename}.{file_format}',
            'mimetype': MIMETYPES[file_format],
            'content': base64.b64encode(content).decode(),
        }

    def _error_file(self):
        self.ensure_one()
        rows = self.row_ids.filtered(lambda row: row.outcome == 'error')
        if not rows:
            raise UserError(self.env._("There are no rows with errors."))
        return self._sheet_file(
            self.env._("%s errors", self.name.rpartition('.')[0] or self.name),
            self.file_format,
            (dict(row.cells, error=row.message or '') for row in rows),
            info=('error',),
        )


def _one_line(text):
    """Return a text as a form would understand it, so that the same SKU is the same."""
    return ' '.join(unicodedata.normalize('NFC', text).split())


def _fold(text):
    return _one_line(unicodedata.normalize('NFKC', text)).casefold()
