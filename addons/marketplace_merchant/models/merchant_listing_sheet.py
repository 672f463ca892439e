# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import binascii
from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ..tools.archive import MEGABYTE, PictureArchive
from ..tools.elevate import elevate
from ..tools.field_errors import FieldErrors
from ..tools.sheet import CSV, FILE_MAX_BYTES, XLSX
from .ir_attachment import safe_name, shown_name

ARCHIVE_MAX_BYTES = 100 * MEGABYTE
# A merchant has this many imports at most that it neither started nor gave up.
OPEN_IMPORTS_MAX = 10


class MarketplaceMerchant(models.Model):
    """The catalogue of a merchant as a sheet."""

    _inherit = 'marketplace.merchant'

    # === PORTAL METHODS === #

    def portal_import_listings(self, file, archive=None):
        """Read a sheet of goods, and tell what it would change; nothing changes yet.

        :param dict file: ``filename`` and base64 ``content`` of an XLSX or CSV file
        :param dict archive: the same of a ZIP file with pictures
        :return: the import, to be started or cancelled
        :raise FieldErrors: if a file can't be read
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        merchant_sudo._check_member('catalogue')
        merchant_sudo._check_open_imports()
        content = self._read_upload('file', file, FILE_MAX_BYTES)
        pictures = archive and self._read_upload('archive', archive, ARCHIVE_MAX_BYTES)
        file_format = XLSX if content.startswith(b'PK') else CSV
        import_sudo = merchant_sudo.env['marketplace.listing.import'].create({
            'merchant_id': merchant_sudo.id,
            'user_id': self.env.uid,
            'lang': self.env.lang,
            'name': safe_name(file.get('filename'), f'.{file_format}'),
            'file': base64.b64encode(content),
            'file_format': file_format,
            'archive_name': pictures and safe_name(archive.get('filename'), '.zip'),
            'archive': pictures and base64.b64encode(pictures),
        })
        if pictures:
            with _mistakes_at('archive'):
                PictureArchive(self.env, shown_name(archive.get('filename')), pictures)
        with _mistakes_at('file'):
            import_sudo._read_file(shown_name(file.get('filename')), content)
        import_sudo._preview()
        return import_sudo._move_to('previewed').with_env(self.env)

    def portal_listing_template(self, file_format=XLSX):
        """Return an empty sheet for goods, with the merchant's categories to choose from.

        :param str file_format: xlsx or csv
        :return: ``filename``, ``mimetype`` and base64 ``content``
        :rtype: dict
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        merchant_sudo._check_member('catalogue')
        return merchant_sudo._listing_sheet(self.env._("goods-template"), file_format, [])

    def portal_export_listings(self, file_format=XLSX):
        """Return the merchant's goods as a sheet that can be changed and imported.

        :param str file_format: xlsx or csv
        :return: ``filename``, ``mimetype`` and base64 ``content``
        :rtype: dict
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        merchant_sudo._check_member('catalogue')
        listings = merchant_sudo.env['product.template'].search(
            [('merchant_id', '=', merchant_sudo.id)], order='default_code, id'
        )
        self.env['marketplace.audit.log']._log(
            merchant_sudo, 'export', after={'goods': len(listings)}
        )
        return merchant_sudo._listing_sheet(
            self.env._("goods-%s", merchant_sudo.code), file_format, listings._sheet_rows(),
            info=('listing_state',),
        )

    # === BUSINESS METHODS === #

    def _listing_sheet(self, basename, file_format, rows, info=()):
        choices = self._listing_choices()
        return self.env['marketplace.listing.import']._sheet_file(
            basename, file_format, rows, info=info,
            choices={
                'categ_id': (self.env._("Categories"), choices['categ_id'].mapped('display_name')),
                'brand_id': (self.env._("Brands"), choices['brand_id'].mapped('display_name')),
            },
        )

    def _check_open_imports(self):
        open_imports = self.env['marketplace.listing.import'].search_count(
            [('merchant_id', '=', self.id), ('state', 'in', ('previewed', 'failed'))]
        )
        if open_imports >= OPEN_IMPORTS_MAX:
            raise UserError(self.env._(
                "%s imports wait for your decision. Start or cancel some of them first.",
                open_imports,
            ))

    def _read_upload(self, name, file, max_bytes):
        """Return the content of a file from outside.

        :raise FieldErrors: if there is none, or it is too big or damaged
        """
        content = file.get('content') if isinstance(file, dict) else None
        if not content or not isinstance(content, str):
            raise FieldErrors({name: self.env._("Please choose a file.")})
        # Four characters carry three bytes.
        if len(content) * 3 / 4 > max_bytes + MEGABYTE:
            raise FieldErrors({name: self.env._(
                "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
                file=file.get('filename'), limit=max_bytes // MEGABYTE,
            )})
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise FieldErrors({name: self.env._(
                "The file “%s” arrived damaged. Please upload it again.", file.get('filename'),
            )}) from error


@contextmanager
def _mistakes_at(name):
    """Tell what is wrong at the field of the form in which the file was chosen."""
    try:
        yield
    except UserError as error:
        raise FieldErrors({name: str(error)}) from error
