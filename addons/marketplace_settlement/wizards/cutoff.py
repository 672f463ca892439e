# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

from ..models.balance_entry import FEE_KINDS
from ..models.checker_ledger import INVOICE_KINDS
from ..models.marketplace_return import CLOSED_STATES

# section: account of the company
ACCOUNTS = {
    'clearing': 'marketplace_clearing_account_id',
    'payable': 'marketplace_payable_account_id',
    'deposit': 'marketplace_deposit_account_id',
    'reserve': 'marketplace_reserve_account_id',
}
REFUND_KINDS = tuple(kind for kind in INVOICE_KINDS if kind.endswith('_refund'))
RATE_DAYS = 365


class MarketplaceCutoff(models.TransientModel):
    """What the books need at the end of a month that no document says.

    Everything is computed from rows that carry a date and never change: journal items, their
    matchings, balance entries, dates of orders, the audit log's states of returns. So what is
    printed for a day later on is what would have been printed then.
    """

    _name = 'marketplace.cutoff'
    _description = "Month-End Cut-Off"
    _inherit = ['marketplace.report.mixin']

    _guard_editable = ('company_id', 'date')
    _lines_action = 'marketplace_settlement.marketplace_cutoff_line_action'

    date = fields.Date(
        string="As of", required=True, help="The end of this day.",
        default=lambda self: self._default_month_end(),
    )  # fmt: skip
    line_ids = fields.One2many(
        comodel_name='marketplace.cutoff.line', inverse_name='report_id', readonly=True
    )

    # === BUSINESS METHODS === #

    def _title(self):
        return self.env._("Cut-off %s", self.date)

    def _fill(self):
        columns = (
            'report_id', 'section', 'merchant_id', 'currency_id', 'company_currency_id', 'amount',
            'balance', 'age_30', 'age_60', 'age_90', 'age_more', 'base', 'rate', 'open_returns',
            'count',
        )  # fmt: skip
        self.env.cr.execute(SQL(
            """
            WITH rate(currency_id, rate) AS (VALUES %(rates)s),
            item AS (%(items)s),
            total AS (
                SELECT section, merchant_id, currency_id, SUM(amount) AS amount,
                       SUM(balance) AS balance, COUNT(*) AS count
                  FROM item
                 GROUP BY section, merchant_id, currency_id
                HAVING SUM(amount) <> 0 AND (section <> 'debt' OR SUM(amount) < 0)
            ), newest AS (
                SELECT item.section, item.merchant_id, item.currency_id,
                       %(date)s - item.date AS age, SIGN(total.amount) AS sign,
                       ABS(item.amount) AS amount, ABS(total.amount) AS total,
                       SUM(ABS(item.amount)) OVER (
                            PARTITION BY item.section, item.merchant_id, item.currency_id
                            ORDER BY item.date DESC, item.id DESC) - ABS(item.amount) AS newer
                  FROM item
                  JOIN total USING (section, merchant_id, currency_id)
                 WHERE SIGN(item.amount) = SIGN(total.amount)
            ), aged AS (
                SELECT section, merchant_id, currency_id, age,
                       sign * GREATEST(LEAST(amount, total - newer), 0) AS amount
                  FROM newest
            ), age AS (
                SELECT section, merchant_id, currency_id,
                       COALESCE(SUM(amount) FILTER (WHERE age <= 30), 0) AS age_30,
                       COALESCE(SUM(amount) FILTER (WHERE age BETWEEN 31 AND 60), 0) AS age_60,
                       COALESCE(SUM(amount) FILTER (WHERE age BETWEEN 61 AND 90), 0) AS age_90,
                       COALESCE(SUM(amount) FILTER (WHERE age > 90), 0) AS age_more
                  FROM aged
                 GROUP BY section, merchant_id, currency_id
            )
            INSERT INTO marketplace_cutoff_line (%(columns)s)
            SELECT %(report)s, section, merchant_id, currency_id, %(currency)s, total.amount,
                   total.balance, age_30, age_60, age_90, age_more, NULL::numeric, NULL::numeric,
                   NULL::numeric, total.count
              FROM total
              JOIN age USING (section, merchant_id, currency_id)
             UNION ALL
            SELECT %(report)s, 'refund', refund.merchant_id, refund.currency_id, %(currency)s,
                   refund.amount, refund.amount * rate.rate, refund.amount, 0, 0, 0,
                   refund.base, ROUND(refund.rate, 4), refund.returns, refund.count
              FROM (%(refunds)s) AS refund
              JOIN rate USING (currency_id)
             WHERE refund.amount <> 0
            """,
            rates=self._rates(),
            items=SQL(" UNION ALL ").join([
                self._query_accounts(),
                self._query_entries('fee', SQL("entry.kind IN %s", FEE_KINDS)),
                self._query_entries('debt', SQL("TRUE")),
            ]),
            refunds=self._query_refunds(),
            date=self.date,
            report=self.id,
            currency=self.company_id.currency_id.id,
            columns=SQL(', ').join(map(SQL.identifier, columns)),
        ))  # fmt: skip

    def _rates(self):
        """Return rows of currency and what one of it is worth in the company's at the day."""
        company = self.company_id
        # pylint: disable-next=no-search-all
        currencies = self.env['res.currency'].with_context(active_test=False).search([])
        return SQL(', ').join(
            SQL(
                "(%s, %s::numeric)",
                currency.id,
                currency._get_conversion_rate(
                    currency, company.currency_id, company, self.date
                ),
            )
            for currency in currencies
        )

    def _query_accounts(self):
        """Return the items of the merchant accounts, less what was matched until the day."""
        company = self.company_id
        accounts = SQL(', ').join(
            SQL("(%s, %s)", section, company[name].id)
            for section, name in ACCOUNTS.items()
            if company[name]
        )
        return SQL(
            """
            SELECT account.section, line.merchant_id, line.currency_id, line.date, line.id,
                   -line.amount_currency + COALESCE(matched.amount_currency, 0) AS amount,
                   -line.balance + COALESCE(matched.amount, 0) AS balance
              FROM account_move_line line
              JOIN (VALUES %(accounts)s) AS account(section, id) ON account.id = line.account_id
              LEFT JOIN (
                    SELECT id, SUM(amount_currency) AS amount_currency, SUM(amount) AS amount
                      FROM (
                            SELECT debit_move_id AS id, debit_amount_currency AS amount_currency,
                                   amount
                              FROM account_partial_reconcile WHERE max_date <= %(date)s
                             UNION ALL
                            SELECT credit_move_id, -credit_amount_currency, -amount
                              FROM account_partial_reconcile WHERE max_date <= %(date)s
                           ) AS partial
                     GROUP BY id
                   ) AS matched ON matched.id = line.id
             WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
               AND line.company_id = %(company)s AND line.date <= %(date)s
               AND (line.amount_currency <> COALESCE(matched.amount_currency, 0)
                    OR line.balance <> COALESCE(matched.amount, 0))
            """,
            accounts=accounts, date=self.date, company=company.id,
        )  # fmt: skip

    def _query_entries(self, section, condition):
        """Return the entries of that day that no statement had posted by then.

        What the merchant owes is negative: a fee that is not billed is the platform's, so its
        sign is turned around.
        """
        return SQL(
            """
            SELECT %(section)s, entry.merchant_id, entry.currency_id, entry.date, entry.id,
                   %(sign)s * entry.amount, %(sign)s * entry.amount * rate.rate
              FROM marketplace_balance_entry entry
              JOIN rate ON rate.currency_id = entry.currency_id
              LEFT JOIN marketplace_statement statement ON statement.id = entry.statement_id
              LEFT JOIN account_move move
                ON move.id = COALESCE(statement.move_id, statement.fee_move_id)
             WHERE entry.company_id = %(company)s AND entry.date <= %(date)s AND %(condition)s
               AND (COALESCE(statement.state, 'draft') NOT IN ('posted', 'paid')
                    OR move.date > %(date)s)
            """,
            section=section, condition=condition, date=self.date, company=self.company_id.id,
            sign=-1 if section == 'fee' else 1,
        )  # fmt: skip

    def _query_refunds(self):
        """Return what shoppers can be expected to get back of orders that may still be returned.

        Open returns in full, and of the rest the part that was refunded of the merchant's sales
        in the year before.
        """
        return SQL(
            """
            SELECT merchant_id, currency_id, base, rate, returns, count,
                   ROUND((LEAST(returns, base) + rate * (base - LEAST(returns, base)))
                         / currency.rounding) * currency.rounding AS amount
              FROM (
                    SELECT sold.merchant_id, sold.currency_id, SUM(sold.amount) AS base,
                           COALESCE(MAX(past.rate), 0) AS rate,
                           COALESCE(SUM(returned.amount), 0) AS returns, COUNT(*) AS count
                      FROM (
                            SELECT entry.merchant_id, entry.currency_id, entry.order_id,
                                   SUM(entry.amount) AS amount
                              FROM marketplace_balance_entry entry
                              JOIN marketplace_order o ON o.id = entry.order_id
                             WHERE entry.company_id = %(company)s AND entry.kind IN %(kinds)s
                               AND entry.date <= %(date)s
                               AND (o.date_completed IS NULL OR o.date_completed::date > %(date)s)
                             GROUP BY entry.merchant_id, entry.currency_id, entry.order_id
                            HAVING SUM(entry.amount) > 0
                           ) AS sold
                      LEFT JOIN (
                            SELECT merchant_id, LEAST(
                                    COALESCE(-SUM(amount) FILTER (WHERE kind IN %(refunds)s), 0)
                                    / NULLIF(SUM(amount) FILTER (
                                        WHERE kind NOT IN %(refunds)s), 0), 1) AS rate
                              FROM marketplace_balance_entry
                             WHERE company_id = %(company)s AND kind IN %(kinds)s
                               AND date <= %(date)s AND date > %(since)s
                             GROUP BY merchant_id
                           ) AS past ON past.merchant_id = sold.merchant_id
                      LEFT JOIN (
                            SELECT request.order_id, SUM(request.amount) AS amount
                              FROM marketplace_return request
                              LEFT JOIN LATERAL (
                                    SELECT log.after ->> 'state' AS state
                                      FROM marketplace_audit_log log
                                     WHERE log.model_name = 'marketplace.return'
                                       AND log.res_id = request.id AND log.action = 'state'
                                       AND log.create_date::date <= %(date)s
                                     ORDER BY log.id DESC
                                     LIMIT 1) AS last ON TRUE
                             WHERE request.create_date::date <= %(date)s
                               AND COALESCE(last.state, 'requested') NOT IN %(closed)s
                             GROUP BY request.order_id
                           ) AS returned ON returned.order_id = sold.order_id
                     GROUP BY sold.merchant_id, sold.currency_id
                   ) AS window_
              JOIN res_currency currency ON currency.id = window_.currency_id
            """,
            company=self.company_id.id,
            kinds=INVOICE_KINDS,
            refunds=REFUND_KINDS,
            closed=CLOSED_STATES,
            date=self.date,
            since=fields.Date.subtract(self.date, days=RATE_DAYS),
        )


class MarketplaceCutoffLine(models.TransientModel):
    _name = 'marketplace.cutoff.line'
    _description = "Month-End Cut-Off Line"
    _inherit = ['marketplace.report.line.mixin']
    _order = 'section, merchant_id, id'
    _rec_name = 'merchant_id'

    _sheet_columns = (
        'section', 'merchant_id', 'currency_id', 'amount', 'balance', 'age_30', 'age_60', 'age_90',
        'age_more', 'base', 'rate', 'open_returns', 'count',
    )  # fmt: skip

    report_id = fields.Many2one(
        comodel_name='marketplace.cutoff', required=True, readonly=True, ondelete='cascade'
    )
    section = fields.Selection(
        selection=[
            ('clearing', "Sold, in no posted statement"),
            ('payable', "Owed by posted statements"),
            ('deposit', "Deposits"),
            ('reserve', "Reserves"),
            ('debt', "Debts of merchants"),
            ('fee', "Fees earned, not billed"),
            ('refund', "Refunds to be expected"),
        ],
        required=True,
        readonly=True,
    )
    merchant_id = fields.Many2one(comodel_name='marketplace.merchant', readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', required=True, readonly=True)
    company_currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True
    )
    amount = fields.Monetary(readonly=True, help="With tax, in the currency of the orders.")
    balance = fields.Monetary(
        string="In Company Currency", currency_field='company_currency_id', readonly=True
    )
    age_30 = fields.Monetary(string="0–30 Days", readonly=True)
    age_60 = fields.Monetary(string="31–60 Days", readonly=True)
    age_90 = fields.Monetary(string="61–90 Days", readonly=True)
    age_more = fields.Monetary(string="Older", readonly=True)
    base = fields.Monetary(
        string="May Still Be Returned", readonly=True, help="Orders with an open return window."
    )
    rate = fields.Float(
        string="Past Refund Rate", digits=(16, 4), readonly=True,
        help="What was refunded of the merchant's sales in the year before.",
    )  # fmt: skip
    open_returns = fields.Monetary(readonly=True)
    count = fields.Integer(string="Items", readonly=True)

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open what the amount is made of."""
        self.ensure_one()
        report = self.report_id
        model, domain = self._documents(report.company_id, report.date)
        return {
            'type': 'ir.actions.act_window',
            'name': self.merchant_id.display_name,
            'res_model': model,
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': [
                ('company_id', '=', report.company_id.id),
                ('merchant_id', '=', self.merchant_id.id),
                ('currency_id', '=', self.currency_id.id),
                *domain,
            ],
        }

    def _documents(self, company, date):
        """Return model and domain of the documents, besides company, merchant and currency."""
        if self.section in ACCOUNTS:
            return 'account.move.line', [
                ('account_id', '=', company.sudo()[ACCOUNTS[self.section]].id),
                ('parent_state', '=', 'posted'), ('date', '<=', date),
            ]  # fmt: skip
        if self.section == 'refund':
            return 'marketplace.order', [
                ('entry_ids', 'any', [('kind', 'in', INVOICE_KINDS), ('date', '<=', date)]),
                '|', ('date_completed', '=', False),
                ('date_completed', '>=', fields.Date.add(date, days=1)),
            ]  # fmt: skip
        kinds = [('kind', 'in', FEE_KINDS)] if self.section == 'fee' else []
        return 'marketplace.balance.entry', [
            *kinds, ('date', '<=', date),
            '|', '|', ('statement_id', '=', False),
            ('statement_id.state', 'not in', ('posted', 'paid')),
            ('statement_id.move_id.date', '>', date),
        ]  # fmt: skip
