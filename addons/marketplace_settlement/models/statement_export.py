# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import AccessError

from odoo.addons.marketplace_merchant.tools.sheet import CSV, MIMETYPES, XLSX, write_sheet

from .ir_attachment_evidence import EVIDENCE_KEY

# From here on nothing of a statement changes, so a file that was made once is the file.
FINAL_STATES = ('posted', 'paid', 'reversed')
WIDTHS = (18, 12, 20, 30, 24, 50, 20, 14, 10)


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    # === ACTION METHODS === #

    def action_open_xlsx(self):
        """Download the statement as an Excel workbook."""
        return self._action_export(XLSX)

    def action_open_csv(self):
        """Download the statement as CSV."""
        return self._action_export(CSV)

    def _action_export(self, file_format):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_url',
            'url': f'/marketplace/statements/{self.id}/{file_format}',
            'target': 'download',
        }

    # === BUSINESS METHODS === #

    def _export(self, file_format):
        """Return the statement as a file, in the merchant's language.

        That of a posted statement is kept: made again later, it is the same to the byte.

        :param str file_format: ``xlsx`` or ``csv``
        :return: name, content and mimetype of the file
        :rtype: tuple[str, bytes, str]
        """
        self.ensure_one()
        if file_format not in MIMETYPES:
            raise AccessError(self.env._("Statements are exported as XLSX or CSV."))
        name = self._kept_name(file_format)
        kept = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('res_field', '=', False),
            ('name', '=', name),
        ], order='id', limit=1)  # fmt: skip
        content = kept.raw or self._write_export(file_format)
        if not kept and self.state in FINAL_STATES:
            kept.with_context(marketplace_evidence_key=EVIDENCE_KEY).create({
                'name': name, 'raw': content, 'mimetype': MIMETYPES[file_format],
                'res_model': self._name, 'res_id': self.id,
            })  # fmt: skip
        return name, content, MIMETYPES[file_format]

    def _kept_name(self, file_format):
        """Return what the file is called that is kept of a posted statement."""
        return f"{self.name.replace('/', '-')}.{file_format}"

    def _write_export(self, file_format):
        statement = self.sudo().with_context(lang=self.merchant_id.partner_id.lang)
        _ = statement.env._
        header = [
            _("Statement"), _("Date"), _("Order"), _("Product"), _("What"), _("Why"),
            _("Document"), _("Amount"), _("Currency"),
        ]  # fmt: skip
        total = [_("To be paid"), *[''] * 6, self.amount_net, self.currency_id.name]
        return write_sheet(
            file_format, _("Statement"), header, statement._statement_rows(), widths=WIDTHS,
            total=total,
        )  # fmt: skip

    def _statement_rows(self):
        """Return one list of texts, dates and numbers per line, in the printed order."""
        entries = self._printed_entries()
        kinds = dict(entries._fields['kind']._description_selection(self.env))
        return [
            [
                self.name, entry.date, entry.order_id.name or '',
                entry.product_name or '', kinds[entry.kind], entry.explanation or '',
                entry.move_line_id.move_name or '', entry.amount, self.currency_id.name,
            ]
            for entry in entries
        ]  # fmt: skip

    def _printed_entries(self):
        """Return the lines of the statement, also of one that was reversed."""
        self.ensure_one()
        return self.entry_ids.sorted('id')

    def _printed_contests(self):
        """Return the contests whose lines are not in this statement, because they wait."""
        self.ensure_one()
        return self.contest_ids.filtered(
            lambda contest: contest.amount_aside and contest.entry_id.statement_id != self
        ).sorted('id')


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    # === BUSINESS METHODS === #

    def _evidence(self):
        """What is kept of a statement is what it says: nobody puts another file in its place."""
        files = self.filtered(lambda file: file.res_model == 'marketplace.statement')
        statements = self.env['marketplace.statement'].browse(files.mapped('res_id'))
        names = {
            (statement.id, statement._kept_name(file_format))
            for statement in statements.exists() for file_format in ('pdf', *MIMETYPES)
        }
        return super()._evidence() | files.filtered(lambda file: (file.res_id, file.name) in names)


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    # === BUSINESS METHODS === #

    def _prepare_pdf_report_attachment_vals_list(self, report, streams):
        """Keep the print of a posted statement, whoever is the first to see it."""
        files = super()._prepare_pdf_report_attachment_vals_list(report, streams)
        if report.model != 'marketplace.statement':
            return files
        self.env['ir.attachment'].sudo().with_context(
            marketplace_evidence_key=EVIDENCE_KEY
        ).create(files)
        return []
