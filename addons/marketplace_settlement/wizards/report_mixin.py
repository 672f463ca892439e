# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.tools.sheet import XLSX, write_sheet


class MarketplaceReportMixin(models.AbstractModel):
    """A report that the accountant computes for a company and a time, reads, and takes along.

    Its lines stand in a model of their own, with the report in ``report_id``, so that a list of
    thousands of merchants has pages, groups and sums like any other.
    """

    _name = 'marketplace.report.mixin'
    _inherit = ['marketplace.download.mixin']
    _description = "Report for Accountants"

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_end(self, start):
        """Return the last day before a period that begins on ``start``.

        Where nothing was booked before it, return today: the report of a marketplace that is that
        young would be empty.
        """
        booked = self.env['marketplace.balance.entry'].search_count(
            [('company_id', '=', self.env.company.id), ('date', '<', start)], limit=1
        )
        return fields.Date.subtract(start, days=1) if booked else fields.Date.context_today(self)

    @api.model
    def _default_month_end(self):
        return self._default_end(fields.Date.context_today(self).replace(day=1))

    # === ACTION METHODS === #

    def action_show(self):
        """Compute the report and show its lines."""
        self.ensure_one()
        self._recompute()
        action = self.env['ir.actions.act_window']._for_xml_id(self._lines_action)
        return dict(
            action,
            display_name=self._title(),
            domain=[('report_id', '=', self.id)],
        )

    def action_xlsx(self):
        """Compute the report and let the browser fetch it as a sheet."""
        self.ensure_one()
        self._recompute()
        header, rows = self._sheet()
        content = write_sheet(XLSX, self._sheet_title(), header, rows)
        return self._download(f"{self._title()}.xlsx", content)

    # === BUSINESS METHODS === #

    def _recompute(self):
        """Compute the lines anew, with full rights once the user is known to see the company."""
        self.company_id.check_access('read')
        self.env.flush_all()
        report = self.sudo().with_company(self.company_id)
        report.line_ids.unlink()
        report._fill()
        self.invalidate_recordset(['line_ids'])

    def _fill(self):
        """Create the lines."""
        raise NotImplementedError

    def _title(self):
        """Return what the report is about, for people and as the name of the file."""
        raise NotImplementedError

    def _sheet_title(self):
        return self._title()[:31].replace('/', '-')

    def _sheet(self):
        """Return header and rows of the sheet: the columns of the list."""
        lines = self.line_ids
        columns = [lines._fields[name] for name in lines._sheet_columns]
        header = [column.get_description(self.env, ['string'])['string'] for column in columns]
        return header, [[line._cell(column) for column in columns] for line in lines]


class MarketplaceReportLineMixin(models.AbstractModel):
    """A line of a report: read only, and its reader's own."""

    _name = 'marketplace.report.line.mixin'
    _inherit = ['marketplace.guard.mixin']
    _description = "Line of a Report"

    _sheet_columns = ()

    # === BUSINESS METHODS === #

    def _cell(self, column):
        """Return the text or number of a column in the sheet."""
        self.ensure_one()
        value = self[column.name]
        if column.type == 'many2one':
            return value.display_name or ''
        if column.type == 'selection':
            return dict(column._description_selection(self.env)).get(value, '')
        return value if isinstance(value, (int, float)) and value is not False else value or ''
