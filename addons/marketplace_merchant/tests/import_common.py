# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io
import zipfile

from odoo.addons.marketplace_merchant.tools.sheet import CSV, XLSX, read_sheet, write_sheet

from .listing_common import ListingCommon, make_picture


def make_file(content, filename="goods.csv"):
    """A file as the portal sends it."""
    if isinstance(content, str):
        content = content.encode()
    return {'filename': filename, 'content': base64.b64encode(content).decode()}


def make_sheet(rows, file_format=CSV):
    """A sheet as a merchant fills it in; the first row has the names of the columns."""
    header, *rows = rows
    return make_file(write_sheet(file_format, "Goods", header, rows), f"goods.{file_format}")


def make_archive(files, **changes):
    """A ZIP file with these contents by path."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return make_file(output.getvalue(), "pictures.zip")


class ImportCommon(ListingCommon):
    """A merchant who sends sheets."""

    HEADER = ("SKU", "Name", "Category", "Price")

    @classmethod
    def _sheet(cls, *rows, header=None, file_format=CSV):
        return make_sheet([header or cls.HEADER, *rows], file_format)

    @classmethod
    def _import(cls, *rows, user=None, archive=None, **kwargs):
        """Return the previewed import of a sheet."""
        user = user or cls.clerk
        merchant = cls.rival if user == cls.rival_owner else cls.merchant
        return merchant.with_user(user).portal_import_listings(
            cls._sheet(*rows, **kwargs), archive
        )

    @classmethod
    def _started(cls, *rows, submit=False, **kwargs):
        listing_import = cls._import(*rows, **kwargs)
        listing_import.portal_start(submit=submit)
        return listing_import

    @classmethod
    def _run(cls, listing_import):
        """Do what the cron does, until nothing is left."""
        import_sudo = listing_import.with_user(cls.env.user).sudo()
        while import_sudo._run_batch():
            pass
        return listing_import

    @classmethod
    def _done(cls, *rows, **kwargs):
        return cls._run(cls._started(*rows, **kwargs))

    @classmethod
    def _knife(cls, number=1, **changes):
        """Return the row of a good knife."""
        values = {
            'sku': f"K-{number}", 'name': f"Knife {number}", 'category': "Kitchen / Knives",
            'price': "49.90", **changes,
        }
        return tuple(values.values())

    def _goods(self, *skus, merchant=None):
        return self.env['product.template'].search([
            ('merchant_id', '=', (merchant or self.merchant).id), ('default_code', 'in', skus),
        ], order='default_code')

    def _outcomes(self, listing_import):
        return listing_import.sudo().row_ids.sorted('number').mapped('outcome')

    def _message(self, listing_import, number=2):
        """Return what is said about a row; row 1 is the header."""
        rows = listing_import.sudo().row_ids
        return rows.filtered(lambda row: row.number == number).message or ""

    def _cells(self, file):
        """Return the rows of a file that we made."""
        content = base64.b64decode(file['content'])
        return [cells for _number, cells in read_sheet(self.env, file['filename'], content)]


__all__ = ['CSV', 'XLSX', 'ImportCommon', 'make_archive', 'make_file', 'make_picture', 'make_sheet']
