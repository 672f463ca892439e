# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json

from lxml import etree

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.sheet import CSV, write_sheet

DOCUMENTS_MAX = 20_000
PARTIES = ('seller', 'buyer')


class MarketplaceInvoiceExport(models.TransientModel):
    """Take the invoices of a time along, with all that an e-invoice needs."""

    _name = 'marketplace.invoice.export'
    _description = "Export for E-Invoicing"
    _inherit = ['marketplace.download.mixin']

    _guard_editable = ('company_id', 'date_from', 'date_to', 'kind', 'file_format')

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="First Day", required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )  # fmt: skip
    date_to = fields.Date(
        string="Last Day", required=True, default=fields.Date.context_today
    )
    kind = fields.Selection(
        selection=[
            ('both', "All invoices"),
            ('shopper', "Invoices to shoppers"),
            ('fee', "Fee invoices to merchants"),
        ],
        string="Invoices",
        required=True,
        default='both',
    )
    file_format = fields.Selection(
        selection=[('json', "JSON"), ('xml', "XML"), ('csv', "CSV")],
        string="Format",
        required=True,
        default='json',
    )

    # === ACTION METHODS === #

    def action_export(self):
        """Make the file and let the browser fetch it; the audit log keeps who did."""
        self.ensure_one()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The first day is after the last one."))
        moves = self.env['account.move'].search(self._domain(), order='date, name, id')
        if not moves:
            raise UserError(self.env._("There are no such invoices in this time."))
        if len(moves) > DOCUMENTS_MAX:
            raise UserError(self.env._(
                "These are %(count)s documents; a file holds at most %(limit)s. Please choose a"
                " shorter time.", count=len(moves), limit=DOCUMENTS_MAX,
            ))  # fmt: skip
        documents = [move._marketplace_invoice_data() for move in moves]
        action = self._download(
            f"invoices-{self.date_from}-{self.date_to}.{self.file_format}",
            getattr(self, f'_write_{self.file_format}')(documents),
        )
        self.env['marketplace.audit.log']._log_event(
            'account.move', self.filename, 'export', after={'count': len(moves)}
        )
        return action

    # === BUSINESS METHODS === #

    def _domain(self):
        kinds = {
            'fee': [('marketplace_statement_id', '!=', False)],
            'shopper': [
                ('marketplace_statement_id', '=', False), ('line_ids.merchant_id', '!=', False),
            ],
            'both': [
                '|', ('marketplace_statement_id', '!=', False),
                ('line_ids.merchant_id', '!=', False),
            ],
        }  # fmt: skip
        return [
            ('company_id', '=', self.company_id.id),
            ('state', '=', 'posted'),
            ('move_type', 'in', ('out_invoice', 'out_refund')),
            ('invoice_date', '>=', self.date_from),
            ('invoice_date', '<=', self.date_to),
            *kinds[self.kind],
        ]

    def _write_json(self, documents):
        return json.dumps({'documents': documents}, ensure_ascii=False, indent=1).encode()

    def _write_xml(self, documents):
        root = etree.Element('documents')
        for document in documents:
            self._add_xml(root, 'document', document)
        return etree.tostring(root, xml_declaration=True, encoding='UTF-8', pretty_print=True)

    def _add_xml(self, parent, name, value):
        """Add a value as an element: dictionaries as elements, lists as items of one name."""
        element = etree.SubElement(parent, name)
        if isinstance(value, dict):
            for key, item in value.items():
                self._add_xml(element, key, item)
        elif isinstance(value, list):
            for item in value:
                # lines of line, taxes of tax
                self._add_xml(element, 'tax' if name == 'taxes' else name.removesuffix('s'), item)
        else:
            # What no XML can hold is left out: it was never meant to be printed.
            element.text = ''.join(
                char for char in str(value) if char in '\t\n\r' or ord(char) >= ord(' ')
            )

    def _write_csv(self, documents):
        """Write one row per line, with what the document says on each."""
        header, rows = [], []
        for document in documents:
            common = {
                key: value for key, value in document.items()
                if key not in (*PARTIES, 'lines', 'taxes')
            }  # fmt: skip
            for party in PARTIES:
                common |= {f'{party}_{key}': value for key, value in document[party].items()}
            for line in document['lines']:
                row = common | {f'line_{key}': value for key, value in line.items()}
                header = header or list(row)
                rows.append([str(value) for value in row.values()])
        return write_sheet(CSV, "Invoices", header, rows)
