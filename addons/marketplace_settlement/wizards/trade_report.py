# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What is sold in a time, and why it is more or less than what was invoiced in it.
TRADED = ('sold', 'waiting', 'cancelled', 'again', 'sold_before')


class MarketplaceTradeReport(models.TransientModel):
    """What was sold against what was invoiced against what is booked as tax, for a time.

    sold − waiting − cancelled + invoiced again + sold before = invoiced, per tax and currency; and
    the tax on invoices, credit notes and fee invoices = the tax in the journals. What is left over
    is a difference, and has a line of its own.
    """

    _name = 'marketplace.trade.report'
    _description = "Trades Against Invoices and Tax"
    _inherit = ['marketplace.report.mixin']

    _guard_editable = ('company_id', 'date_from', 'date_to')
    _lines_action = 'marketplace_settlement.marketplace_trade_report_line_action'

    date_from = fields.Date(
        string="First Day", required=True,
        default=lambda self: self._default_month_end().replace(day=1),
    )  # fmt: skip
    date_to = fields.Date(
        string="Last Day", required=True,
        default=lambda self: self._default_month_end(),
    )  # fmt: skip
    line_ids = fields.One2many(
        comodel_name='marketplace.trade.report.line', inverse_name='report_id', readonly=True
    )

    # === BUSINESS METHODS === #

    def _title(self):
        return self.env._("Trades %(start)s to %(end)s", start=self.date_from, end=self.date_to)

    def _fill(self):
        if self.date_from > self.date_to:
            raise UserError(self.env._("The first day is after the last one."))
        rows = self.env.execute_query(SQL(
            "%s UNION ALL %s UNION ALL %s UNION ALL %s",
            self._query_sold(), self._query_invoiced(), self._query_fees(), self._query_booked(),
        ))  # fmt: skip
        rows += self._differences(rows)
        columns = ('section', 'tax_key', 'currency_id', 'count', 'untaxed', 'tax', 'total')
        labels = self._tax_labels({row[1] for row in rows})
        sections = [key for key, _label in self.line_ids._fields['section'].selection]
        rows.sort(key=lambda row: (sections.index(row[0]), labels[row[1]], row[2]))
        self.env['marketplace.trade.report.line'].create([
            dict(zip(columns, row, strict=True), report_id=self.id, tax_label=labels[row[1]])
            for row in rows
        ])

    def _differences(self, rows):
        """Return the rows of what is left over when everything is compared."""
        sums = {}
        for section, key, currency, _count, _untaxed, tax, total in rows:
            trade = sums.setdefault(('difference', key, currency), [0, 0])
            books = sums.setdefault(('tax_difference', '', currency), [0, 0])
            if section in (*TRADED, 'invoiced'):
                # What waits and what was cancelled is negative already.
                trade[1] += -total if section == 'invoiced' else total
            if section in ('invoiced', 'credited', 'fee'):
                books[0] += tax
            elif section == 'booked':
                books[0] -= tax
        return [
            (section, key, currency, 0, 0, tax, total)
            for (section, key, currency), (tax, total) in sums.items()
            if round(tax, 6) or round(total, 6)
        ]

    def _tax_labels(self, keys):
        """Return the names of the taxes of each key, which holds their ids."""
        labels = {}
        for key in keys:
            taxes = self.env['account.tax'].browse(int(tax) for tax in key.split(',') if tax)
            labels[key] = ", ".join(taxes.mapped('name')) or self.env._("No tax")
        return labels

    # === QUERIES: (section, taxes, currency, count, untaxed, tax, total) === #

    def _taxes_of(self, relation, column, line):
        """Return the ids of the taxes of a line as a text."""
        return SQL(
            "COALESCE((SELECT STRING_AGG(rel.account_tax_id::text, ',' ORDER BY rel.account_tax_id)"
            " FROM %s rel WHERE rel.%s = %s), '')",
            SQL.identifier(relation), SQL.identifier(column), line,
        )  # fmt: skip

    def _query_sold(self):
        """Sold in the time, or before it and invoiced in it; what was not invoiced is negative."""
        return SQL(
            """
            SELECT section, taxes, currency_id, COUNT(*), SUM(total - tax), SUM(tax), SUM(total)
              FROM (
                    SELECT line.*, kind.section,
                           CASE kind.section
                                WHEN 'sold' THEN line.amount
                                WHEN 'sold_before' THEN line.invoiced
                                ELSE line.invoiced_by_end - line.amount END AS total,
                           CASE kind.section
                                WHEN 'sold' THEN line.price_tax
                                WHEN 'sold_before' THEN line.price_tax * line.invoiced / line.amount
                                ELSE line.price_tax * (line.invoiced_by_end - line.amount)
                                     / line.amount END AS tax
                      FROM (
                            SELECT line.id, line.currency_id, %(taxes)s AS taxes,
                                   line.marketplace_amount AS amount, line.price_tax,
                                   o.date_order::date < %(start)s AS before,
                                   part.state = 'cancelled' AS cancelled,
                                   COALESCE(SUM(item.price_total) FILTER (
                                        WHERE move.date >= %(start)s), 0) AS invoiced,
                                   COALESCE(SUM(item.price_total), 0) AS invoiced_by_end,
                                   COALESCE(SUM(item.quantity), 0) AS quantity,
                                   line.product_uom_qty AS ordered,
                                   (SELECT COALESCE(SUM(note.price_total), 0)
                                      FROM sale_order_line_invoice_rel rel
                                      JOIN account_move_line note
                                        ON note.id = rel.invoice_line_id
                                       AND note.parent_state = 'posted' AND note.date <= %(end)s
                                      JOIN account_move credit ON credit.id = note.move_id
                                       AND credit.move_type = 'out_refund'
                                     WHERE rel.order_line_id = line.id) AS credited
                              FROM sale_order_line line
                              JOIN sale_order o ON o.id = line.order_id AND o.state = 'sale'
                              LEFT JOIN marketplace_order part
                                ON part.id = line.marketplace_order_id
                              LEFT JOIN (sale_order_line_invoice_rel rel
                                         JOIN account_move_line item
                                           ON item.id = rel.invoice_line_id
                                          AND item.parent_state = 'posted'
                                         JOIN account_move move
                                           ON move.id = item.move_id
                                          AND move.move_type = 'out_invoice'
                                          AND move.date <= %(end)s)
                                ON rel.order_line_id = line.id
                             WHERE line.marketplace_frozen AND line.company_id = %(company)s
                               AND o.date_order::date <= %(end)s AND line.marketplace_amount <> 0
                             GROUP BY line.id, o.id, part.id
                           ) AS line
                      JOIN (VALUES ('sold'), ('sold_before'), ('waiting'), ('cancelled'),
                                   ('again')) AS kind(section)
                        ON CASE kind.section
                                WHEN 'sold' THEN NOT line.before
                                WHEN 'sold_before' THEN line.before AND line.invoiced <> 0
                                WHEN 'again' THEN NOT line.before
                                     AND ABS(line.invoiced_by_end) > ABS(line.amount)
                                     AND ABS(line.credited)
                                         >= ABS(line.invoiced_by_end - line.amount)
                                WHEN 'waiting' THEN NOT line.before
                                     AND line.cancelled IS NOT TRUE
                                     AND line.quantity < line.ordered
                                ELSE NOT line.before AND line.cancelled
                                     AND line.quantity < line.ordered END
                   ) AS row
             GROUP BY section, taxes, currency_id
            """,
            taxes=self._taxes_of(
                'account_tax_sale_order_line_rel', 'sale_order_line_id', SQL("line.id")
            ),
            start=self.date_from, end=self.date_to, company=self.company_id.id,
        )  # fmt: skip

    def _query_invoiced(self):
        """The taxes are those of the order line: those of a merchant are not on the invoice."""
        return SQL(
            """
            SELECT CASE move.move_type WHEN 'out_invoice' THEN 'invoiced' ELSE 'credited' END,
                   %(taxes)s AS taxes, item.currency_id, COUNT(*),
                   SUM(sign.sign * item.price_subtotal),
                   SUM(sign.sign * (item.price_total - item.price_subtotal)),
                   SUM(sign.sign * item.price_total)
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
               AND move.move_type IN ('out_invoice', 'out_refund')
              JOIN LATERAL (SELECT CASE move.move_type WHEN 'out_invoice' THEN 1 ELSE -1 END)
                AS sign(sign) ON TRUE
              JOIN sale_order_line_invoice_rel line ON line.invoice_line_id = item.id
             WHERE item.merchant_id IS NOT NULL AND item.parent_state = 'posted'
               AND item.display_type = 'product' AND item.company_id = %(company)s
               AND item.price_total <> 0 AND move.date BETWEEN %(start)s AND %(end)s
             GROUP BY move.move_type, taxes, item.currency_id
            """,
            taxes=self._taxes_of(
                'account_tax_sale_order_line_rel', 'sale_order_line_id',
                SQL("line.order_line_id"),
            ),
            start=self.date_from, end=self.date_to, company=self.company_id.id,
        )  # fmt: skip

    def _query_fees(self):
        return SQL(
            """
            SELECT 'fee', %(taxes)s AS taxes, item.currency_id, COUNT(*),
                   SUM(-item.amount_currency),
                   SUM(SIGN(-item.amount_currency) * ABS(item.price_total - item.price_subtotal)),
                   SUM(SIGN(-item.amount_currency) * ABS(item.price_total))
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
               AND move.move_type IN ('out_invoice', 'out_refund')
             WHERE move.marketplace_statement_id IS NOT NULL AND item.parent_state = 'posted'
               AND item.display_type = 'product' AND item.company_id = %(company)s
               AND move.date BETWEEN %(start)s AND %(end)s
             GROUP BY taxes, item.currency_id
            """,
            taxes=self._taxes_of(
                'account_move_line_account_tax_rel', 'account_move_line_id', SQL("item.id")
            ),
            start=self.date_from, end=self.date_to, company=self.company_id.id,
        )  # fmt: skip

    def _query_booked(self):
        """The tax items of the same documents; those of the platform's own goods are left out."""
        return SQL(
            """
            SELECT 'booked', item.tax_line_id::text, item.currency_id, COUNT(*), 0::numeric,
                   SUM(-item.amount_currency), SUM(-item.amount_currency)
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
               AND move.move_type IN ('out_invoice', 'out_refund')
             WHERE item.tax_line_id IS NOT NULL AND item.parent_state = 'posted'
               AND item.company_id = %(company)s AND move.date BETWEEN %(start)s AND %(end)s
               AND (move.marketplace_statement_id IS NOT NULL OR EXISTS (
                    SELECT 1 FROM account_move_line sold
                     WHERE sold.move_id = move.id AND sold.merchant_id IS NOT NULL))
               AND NOT EXISTS (
                    SELECT 1 FROM account_move_line own
                      JOIN account_move_line_account_tax_rel rel
                        ON rel.account_move_line_id = own.id
                       AND rel.account_tax_id = item.tax_line_id
                     WHERE own.move_id = move.id AND own.merchant_id IS NULL
                       AND move.marketplace_statement_id IS NULL
                       AND own.display_type = 'product')
             GROUP BY item.tax_line_id, item.currency_id
            """,
            start=self.date_from, end=self.date_to, company=self.company_id.id,
        )  # fmt: skip


class MarketplaceTradeReportLine(models.TransientModel):
    _name = 'marketplace.trade.report.line'
    _description = "Trades Against Invoices and Tax: Line"
    _inherit = ['marketplace.report.line.mixin']
    _order = 'id'
    _rec_name = 'section'

    _sheet_columns = ('section', 'tax_label', 'currency_id', 'count', 'untaxed', 'tax', 'total')

    report_id = fields.Many2one(
        comodel_name='marketplace.trade.report', required=True, readonly=True, ondelete='cascade'
    )
    section = fields.Selection(
        selection=[
            ('sold', "Sold"),
            ('waiting', "… not invoiced by the end"),
            ('cancelled', "… cancelled before the invoice"),
            ('again', "… invoiced once more after a credit note"),
            ('sold_before', "Sold before, invoiced now"),
            ('invoiced', "Invoiced"),
            ('credited', "Credited"),
            ('fee', "Fee invoices"),
            ('booked', "Tax in the journals"),
            ('difference', "Difference: sold and invoiced"),
            ('tax_difference', "Difference: tax of documents and journals"),
        ],
        required=True,
        readonly=True,
    )
    tax_key = fields.Char(readonly=True)
    tax_label = fields.Char(string="Taxes", readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', required=True, readonly=True)
    count = fields.Integer(string="Lines", readonly=True)
    untaxed = fields.Monetary(string="Without Tax", readonly=True)
    tax = fields.Monetary(readonly=True)
    total = fields.Monetary(string="With Tax", readonly=True)

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open the lines that the amount is made of."""
        self.ensure_one()
        model, domain = self._documents()
        return {
            'type': 'ir.actions.act_window',
            'name': dict(self._fields['section']._description_selection(self.env))[self.section],
            'res_model': model,
            'view_mode': 'list',
            'domain': [
                ('company_id', '=', self.report_id.company_id.id),
                ('currency_id', '=', self.currency_id.id),
                *domain,
            ],
        }

    def _documents(self):
        start, end = self.report_id.date_from, self.report_id.date_to
        after = fields.Date.add(end, days=1)
        taxes = [int(tax) for tax in (self.tax_key or '').split(',') if tax]
        tax_domain = [('tax_ids', '=', tax) for tax in taxes] or [('tax_ids', '=', False)]
        posted = [
            ('parent_state', '=', 'posted'), ('date', '>=', start), ('date', '<=', end),
        ]  # fmt: skip
        if self.section in TRADED:
            before = self.section == 'sold_before'
            return 'sale.order.line', [
                ('marketplace_frozen', '=', True), ('state', '=', 'sale'), *tax_domain,
                ('order_id.date_order', '<' if before else '>=', start),
                ('order_id.date_order', '<', after),
                *([('invoice_lines.date', '>=', start)] if before else []),
                *([('marketplace_order_id.state', '=', 'cancelled')]
                  if self.section == 'cancelled' else []),
                *([('invoice_lines', '=', False)] if self.section == 'waiting' else []),
            ]  # fmt: skip
        if self.section in ('invoiced', 'credited', 'difference'):
            kinds = {'invoiced': ['out_invoice'], 'credited': ['out_refund']}.get(
                self.section, ['out_invoice', 'out_refund']
            )
            return 'account.move.line', [
                *posted, ('merchant_id', '!=', False), ('display_type', '=', 'product'),
                ('move_type', 'in', kinds), ('sale_line_ids', 'any', tax_domain),
                ('price_total', '!=', 0.0),
            ]  # fmt: skip
        if self.section == 'fee':
            return 'account.move.line', [
                *posted, ('move_id.marketplace_statement_id', '!=', False),
                ('display_type', '=', 'product'), *tax_domain,
            ]  # fmt: skip
        return 'account.move.line', [*posted, ('tax_line_id', 'in', taxes)] if taxes else [
            *posted, ('tax_line_id', '!=', False),
        ]  # fmt: skip
