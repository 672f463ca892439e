# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.date_utils import start_of

from ..models.balance_entry import FEE_KINDS
from ..models.checker_ledger import INVOICE_KINDS, SUBSIDY_KINDS

EARNED = tuple(kind for kind in (*INVOICE_KINDS, *SUBSIDY_KINDS) if not kind.endswith('_refund'))
RETURNED = tuple(kind for kind in (*INVOICE_KINDS, *SUBSIDY_KINDS) if kind.endswith('_refund'))


class MarketplaceIncomeReport(models.TransientModel):
    """What each merchant earned in a quarter, as platforms report it to the tax authority.

    Provisions on the Reporting of Tax-Related Information by Internet Platform Enterprises (State
    Council Decree 810 of 2025): identity of the operators on the platform and their income, by
    quarter, handed in within the month after it.
    """

    _name = 'marketplace.income.report'
    _description = "Merchants' Income"
    _inherit = ['marketplace.report.mixin']

    _guard_editable = ('company_id', 'year', 'quarter')
    _lines_action = 'marketplace_settlement.marketplace_income_report_line_action'

    year = fields.Integer(required=True, default=lambda self: self._default_quarter()[0])
    quarter = fields.Selection(
        selection=[('1', "Q1"), ('2', "Q2"), ('3', "Q3"), ('4', "Q4")],
        required=True,
        default=lambda self: self._default_quarter()[1],
    )
    line_ids = fields.One2many(
        comodel_name='marketplace.income.report.line', inverse_name='report_id', readonly=True
    )

    _year_range = models.Constraint(
        'CHECK (year BETWEEN 2000 AND 2200)', "Please enter the year with four digits."
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_quarter(self):
        """Return year and number of the quarter before this one; of this one if it is the first."""
        last = self._default_end(start_of(fields.Date.context_today(self), 'quarter'))
        return last.year, str((last.month - 1) // 3 + 1)

    # === ACTION METHODS === #

    def action_xlsx(self):
        """Take the report along, with the merchants' identities; the audit log keeps who did."""
        if not self.env.user.has_group('marketplace_settlement.group_finance_manager'):
            raise AccessError(self.env._(
                "The sheet names identities that the screen masks: finance managers export it."
            ))  # fmt: skip
        action = super().action_xlsx()
        self.env['marketplace.audit.log']._log(
            self.line_ids.merchant_id, 'export', reason=self._title()
        )
        return action

    # === BUSINESS METHODS === #

    def _title(self):
        return self.env._(
            "Income %(year)s Q%(quarter)s", year=self.year, quarter=self.quarter
        )

    def _period(self):
        start = fields.Date.from_string(f"{self.year}-{int(self.quarter) * 3 - 2:02d}-01")
        return start, fields.Date.add(start, months=3)

    def _fill(self):
        start, end = self._period()
        columns = (
            'report_id', 'merchant_id', 'currency_id', 'sales', 'refunds', 'net', 'order_count',
            'commission',
        )  # fmt: skip
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_income_report_line (%(columns)s)
            SELECT %(report)s, merchant_id, currency_id,
                   COALESCE(SUM(amount) FILTER (WHERE kind IN %(earned)s), 0),
                   COALESCE(-SUM(amount) FILTER (WHERE kind IN %(returned)s), 0),
                   COALESCE(SUM(amount) FILTER (WHERE kind NOT IN %(fees)s), 0),
                   COUNT(DISTINCT order_id) FILTER (WHERE kind = 'sale'),
                   COALESCE(-SUM(amount) FILTER (WHERE kind IN %(fees)s), 0)
              FROM marketplace_balance_entry
             WHERE company_id = %(company)s AND date >= %(start)s AND date < %(end)s
               AND kind IN %(kinds)s
             GROUP BY merchant_id, currency_id
            """,
            columns=SQL(', ').join(map(SQL.identifier, columns)),
            report=self.id, earned=EARNED, returned=RETURNED, fees=FEE_KINDS,
            kinds=(*EARNED, *RETURNED, *FEE_KINDS), company=self.company_id.id,
            start=start, end=end,
        ))  # fmt: skip

    def _sheet(self):
        """Return the sheet with the numbers themselves where the screen masks them."""
        header, rows = super()._sheet()
        place = self.line_ids._sheet_columns.index('licence_number')
        for row, line in zip(rows, self.line_ids, strict=True):
            row[place] = line.merchant_id._licence_plain() or ''
        return header, rows


class MarketplaceIncomeReportLine(models.TransientModel):
    _name = 'marketplace.income.report.line'
    _description = "Merchants' Income: Line"
    _inherit = ['marketplace.report.line.mixin']
    _order = 'merchant_id, id'
    _rec_name = 'merchant_id'

    _sheet_columns = (
        'merchant_name', 'merchant_code', 'entity_type', 'licence_number', 'shop_names',
        'currency_id', 'sales', 'refunds', 'net', 'order_count', 'commission',
    )  # fmt: skip

    report_id = fields.Many2one(
        comodel_name='marketplace.income.report', required=True, readonly=True,
        ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True
    )
    merchant_name = fields.Char(related='merchant_id.name', string="Name")
    merchant_code = fields.Char(related='merchant_id.code', string="Merchant Code")
    entity_type = fields.Selection(related='merchant_id.entity_type', string="Kind")
    licence_number = fields.Char(related='merchant_id.licence_number', string="Licence or Identity")
    shop_names = fields.Char(
        string="Names on the Platform", compute='_compute_shop_names', compute_sudo=True
    )
    currency_id = fields.Many2one(comodel_name='res.currency', required=True, readonly=True)
    sales = fields.Monetary(
        readonly=True, help="Goods and freight after discounts, with what the platform added."
    )
    refunds = fields.Monetary(readonly=True)
    net = fields.Monetary(string="Net Income", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    commission = fields.Monetary(
        string="Fees", readonly=True, help="Commissions and service fees with tax, less returns."
    )

    # === COMPUTE METHODS === #

    @api.depends('merchant_id.shop_ids.name')
    def _compute_shop_names(self):
        for line in self:
            line.shop_names = ", ".join(line.merchant_id.shop_ids.mapped('name'))

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open the entries of the quarter."""
        self.ensure_one()
        start, end = self.report_id._period()
        return {
            'type': 'ir.actions.act_window',
            'name': self.merchant_id.display_name,
            'res_model': 'marketplace.balance.entry',
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': [
                ('company_id', '=', self.report_id.company_id.id),
                ('merchant_id', '=', self.merchant_id.id),
                ('currency_id', '=', self.currency_id.id),
                ('date', '>=', start), ('date', '<', end),
                ('kind', 'in', (*EARNED, *RETURNED, *FEE_KINDS)),
            ],
        }  # fmt: skip
