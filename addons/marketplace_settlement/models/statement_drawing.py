# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.json import json_default

from odoo.addons.marketplace_merchant.models.merchant_exit import LEAVING_STATES

from ..tools import crash
from .balance_entry import FEE_KINDS, in_statements
from .statement_terms import PERIODS

OPEN_STATES = ('draft', 'sent', 'confirmed')
# What the entries of a statement come to.
TOTALS = SQL(
    "COALESCE(SUM(entry.amount), 0) AS net,"
    " COALESCE(-SUM(entry.amount) FILTER (WHERE entry.kind IN %s), 0) AS fee,"
    " MIN(entry.date) AS first_date",
    FEE_KINDS,
)


class MarketplaceStatement(models.Model):
    """How statements are drawn up: for a batch of merchants in a handful of SQL statements.

    A batch asks the database what is due, so it can be repeated: what has been drawn up is not due
    any more. Two transactions that draw up the same collide on the rows of the entries, and the
    loser starts again.
    """

    _inherit = 'marketplace.statement'

    # === BUSINESS METHODS === #

    @api.model
    def _generate(self, date_to, merchants=None):
        """Draw up statements of what is available until a day, whatever their period.

        :param date date_to: the last day of the statements
        :param merchants: only these merchants
        :return: the draft statements
        """
        merchant_ids = self._merchants_to_settle() if merchants is None else merchants.ids
        return self._generate_batch(merchant_ids, self._any_period(date_to)).with_env(self.env)

    @api.model
    def _any_period(self, date_to):
        """Return the ends of the periods for statements that are drawn up by hand."""
        return dict.fromkeys((period for period, _label in PERIODS), date_to)

    @api.model
    def _generate_batch(self, merchant_ids, ends, run=None):
        """Draw up the statements of some merchants, as one step that can be repeated.

        :param list merchant_ids: whose
        :param dict ends: {period: last day}; who gets statements by another period has to wait
        :param run: the `marketplace.statement.run` to note on them
        :return: the draft statements
        """
        due = self._due(merchant_ids, ends, run)
        statements = self._insert(due, run)
        statements._claim()
        statements._add_reserves()
        self.env['marketplace.audit.log']._log(statements, 'create', system=True)
        return statements

    @api.model
    def _merchants_to_settle(self):
        """Return the ids of the merchants that have something available, the first first."""
        self.env.flush_all()
        return [row[0] for row in self.env.execute_query(SQL(
            "SELECT DISTINCT merchant_id FROM marketplace_balance_entry"
            " WHERE state = 'available' AND is_open ORDER BY merchant_id"
        ))]

    # === WHO IS DUE === #

    @api.model
    def _due(self, merchant_ids, ends, run=None):
        """Return whose entries come to a payable sum, at least the smallest one they agreed to.

        Who leaves gets a statement of any sum, even of a debt that is just made good: nothing else
        will come. Who already has a draft waits until that one is sent, and nobody gets the
        statement of a period twice.

        :return: rows of merchant, company and currency id, period, last day, net, fee and
            first day
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            WITH terms AS NOT MATERIALIZED (%(terms)s), due AS (
                SELECT entry.merchant_id, entry.company_id, entry.currency_id, %(totals)s
                  FROM marketplace_balance_entry entry
                  JOIN terms USING (merchant_id, company_id)
                 WHERE entry.merchant_id = ANY(%(ids)s) AND entry.state = 'available'
                   AND entry.is_open AND %(claimable)s
                 GROUP BY entry.merchant_id, entry.company_id, entry.currency_id
            )
            SELECT due.merchant_id, due.company_id, due.currency_id, terms.period, terms.date_to,
                   due.net, due.fee, due.first_date,
                   terms.minimum, terms.minimum_currency_id, terms.leaves
              FROM due
              JOIN terms USING (merchant_id, company_id)
             WHERE (due.net > 0 OR due.net = 0 AND terms.leaves)
               AND (due.merchant_id, due.company_id, due.currency_id) NOT IN (
                    SELECT merchant_id, company_id, currency_id FROM marketplace_statement
                     WHERE merchant_id = ANY(%(ids)s) AND state = 'draft')
               AND (NOT %(periodic)s
                    OR (due.merchant_id, due.company_id, due.currency_id, terms.period,
                        terms.date_to) NOT IN (
                        SELECT merchant_id, company_id, currency_id, period, date_to
                          FROM marketplace_statement
                         WHERE merchant_id = ANY(%(ids)s) AND period IS NOT NULL))
             ORDER BY due.merchant_id, due.company_id, due.currency_id
            """,
            terms=self._terms(merchant_ids, ends), ids=list(merchant_ids), totals=TOTALS,
            claimable=self._claimable(SQL("terms.date_to")), periodic=bool(run and run.is_periodic),
        ))  # fmt: skip
        return [
            row for *row, minimum, unit, leaves in rows
            if leaves or row[5] >= self._minimum(minimum, unit, currency=row[2], company=row[1])
        ]

    @api.model
    def _why_nothing_due(self):
        """Return, as the help of an empty list, why a person who asked got no statement.

        :rtype: Markup
        """
        drafts = {draft._owner() for draft in self.search([('state', '=', 'draft')])}
        available = self.env['marketplace.wallet'].search([('available', '>', 0)])
        waiting = available.filtered(
            lambda wallet: (wallet.merchant_id, wallet.company_id, wallet.currency_id) in drafts
        )
        _ = self.env._
        holds = self.env['marketplace.hold'].search_count([('state', '=', 'active')])
        reasons = [
            (not available, _(
                "No merchant has anything available. A sale becomes available when its goods can"
                " no longer be returned and the days of the merchant's tier have passed: see Cash"
                " Forecast."
            )),
            (waiting, _(
                "Merchants whose last statement is still a draft: %s. Send it first.", len(waiting)
            )),
            (available - waiting, _(
                "Merchants with less available than the smallest amount of a statement, or with"
                " all of it on hold: %s. See Wallets.", len(available - waiting),
            )),
            (holds, _("Active holds, which keep what they concern out of statements: %s.", holds)),
        ]  # fmt: skip
        return Markup(
            '<p class="o_view_nocontent_smiling_face">%s</p>%s'
        ) % (
            _("There is nothing to draw up"),
            Markup().join(Markup("<p>%s</p>") % text for applies, text in reasons if applies),
        )

    @api.model
    def _terms(self, merchant_ids, ends):
        """Return by merchant and company when the period ends and which sum is too small.

        The merchant's own terms come first, then those of its tier, then the company's.
        """
        return SQL(
            """
            SELECT merchant.id AS merchant_id, company.id AS company_id, chosen.period,
                   (%(ends)s::jsonb ->> chosen.period)::date AS date_to,
                   CASE WHEN merchant.statement_period IS NOT NULL THEN merchant.statement_minimum
                        WHEN tier.statement_period IS NOT NULL THEN tier.statement_minimum
                        ELSE company.marketplace_statement_minimum END AS minimum,
                   CASE WHEN merchant.statement_period IS NULL AND tier.statement_period IS NOT NULL
                        THEN tier.currency_id ELSE company.currency_id END AS minimum_currency_id,
                   merchant.state IN %(leaving)s AS leaves
              FROM marketplace_merchant merchant
              LEFT JOIN marketplace_tier tier ON tier.id = merchant.tier_id
             CROSS JOIN res_company company
             CROSS JOIN LATERAL COALESCE(
                   merchant.statement_period, tier.statement_period,
                   company.marketplace_statement_period) AS chosen(period)
             WHERE merchant.id = ANY(%(ids)s) AND %(ends)s::jsonb ->> chosen.period IS NOT NULL
            """,
            leaving=LEAVING_STATES, ids=list(merchant_ids),
            ends=json.dumps(ends, default=json_default),
        )  # fmt: skip

    @api.model
    def _minimum(self, amount, unit, currency, company):
        """Return the smallest sum of a statement in its currency."""
        if not amount or unit == currency:
            return amount or 0
        Currency, Company = self.env['res.currency'], self.env['res.company']
        return Currency.browse(unit)._convert(
            float(amount), Currency.browse(currency), Company.browse(company),
            fields.Date.context_today(self),
        )  # fmt: skip

    @api.model
    def _claimable(self, date_to):
        """Return the condition on ``entry``: until the day, but all that the merchant owes.

        A hold is asked for once more: one that was set while entries matured did not see them.
        """
        return SQL(
            "(entry.amount < 0 OR (entry.date <= %s AND %s))",
            date_to,
            self.env['marketplace.hold']._entry_is_free(),
        )

    # === DRAWING UP === #

    @api.model
    def _insert(self, due, run):
        """Insert one draft per row of ``due``; another transaction may have been faster."""
        if not due:
            return self.sudo().browse()
        names = self._next_names(len(due))
        crash.point('statement_numbered')
        merchants, companies, currencies, periods, last, net, fee, first = (
            list(column) for column in zip(*due, strict=True)
        )
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_statement (
                   name, merchant_id, company_id, currency_id, period, date_from, date_to,
                   amount_gross, amount_fee, amount_net, run_id, state,
                   create_uid, write_uid, create_date, write_date)
            SELECT name, merchant_id, company_id, currency_id, period, first, last,
                   net + fee, fee, net, %(run)s, 'draft', %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM unnest(%(names)s::text[], %(merchants)s::int[], %(companies)s::int[],
                          %(currencies)s::int[], %(periods)s::text[], %(first)s::date[],
                          %(last)s::date[], %(fee)s::numeric[], %(net)s::numeric[])
                   AS due(name, merchant_id, company_id, currency_id, period, first, last, fee, net)
                ON CONFLICT DO NOTHING
            RETURNING id
            """,
            run=run.id if run else None, uid=self.env.uid, now=fields.Datetime.now(), names=names,
            merchants=merchants, companies=companies, currencies=currencies, first=first, last=last,
            periods=periods if run and run.is_periodic else [None] * len(due), fee=fee, net=net,
        ))  # fmt: skip
        crash.point('statement_inserted')
        statements = self.sudo().browse(row[0] for row in rows)
        statements.invalidate_recordset()
        return statements

    @api.model
    def _next_names(self, count):
        """Return so many next names of the sequence; by one query if PostgreSQL counts them."""
        sequence = self.env['ir.sequence'].sudo().search(
            [('code', '=', self._name), ('company_id', 'in', (self.env.company.id, False))],
            order='company_id', limit=1,
        )  # fmt: skip
        if sequence.implementation != 'standard' or sequence.use_date_range:
            return [sequence.next_by_id() for _number in range(count)]
        numbers = self.env.execute_query(SQL(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            f'ir_sequence_{sequence.id:03d}', count,
        ))
        return [sequence.get_next_char(number) for (number,) in numbers]

    def _claim(self):
        """Take the merchants' available entries into their drafts, each into one only.

        They are those that the drafts were added up from: a transaction sees the same from its
        beginning to its end. The wallet is the second lock: what it does not have available can't
        be claimed. The drafts are handed in, so that the plan of the query does not hang on what
        PostgreSQL believes of a table that is just being filled.
        """
        if not self:
            return
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_balance_entry entry
               SET state = 'in_statement', statement_id = draft.id
              FROM unnest(%(ids)s, %(merchants)s, %(companies)s, %(currencies)s, %(dates)s::date[])
                   AS draft(id, merchant_id, company_id, currency_id, date_to)
             WHERE entry.merchant_id = ANY(%(merchants)s) AND entry.state = 'available'
               AND entry.is_open AND entry.merchant_id = draft.merchant_id
               AND entry.company_id = draft.company_id
               AND entry.currency_id = draft.currency_id AND %(claimable)s
            """,
            ids=self.ids,
            merchants=[statement.merchant_id.id for statement in self],
            companies=[statement.company_id.id for statement in self],
            currencies=[statement.currency_id.id for statement in self],
            dates=[statement.date_to for statement in self],
            claimable=self._claimable(SQL("draft.date_to")),
        ))  # fmt: skip
        self.env['marketplace.balance.entry'].invalidate_model(['state', 'statement_id'])
        crash.point('statement_claimed')
        self.env['marketplace.wallet']._spend(
            [
                (statement.merchant_id.id, statement.company_id.id, statement.currency_id.id,
                 statement.amount_net)
                for statement in self
            ],
            'in_transit',
        )  # fmt: skip
        crash.point('statement_spent')

    def _add_up(self):
        """Write the totals of the statements anew, as their entries say."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_statement statement
               SET amount_net = total.net, amount_fee = total.fee,
                   amount_gross = total.net + total.fee, date_from = total.first_date
              FROM (
                SELECT claimed.id, %(totals)s
                  FROM marketplace_statement claimed
                  LEFT JOIN marketplace_balance_entry entry ON entry.statement_id = claimed.id
                   AND entry.is_open AND entry.merchant_id = claimed.merchant_id
                 WHERE claimed.id = ANY(%(ids)s)
                 GROUP BY claimed.id
              ) AS total
             WHERE statement.id = total.id
            """,
            totals=TOTALS, ids=self.ids,
        ))  # fmt: skip
        self.invalidate_recordset()

    # === TAKING OUT === #

    @api.model
    def _take_out(self, where, target, columns=None):
        """Take entries out of statements that are not posted, for those to go on without them.

        What is left of a statement may be a debt: then all of it goes back to the wallet, where
        the next sales make it good.

        :param SQL where: condition on the table, known as ``entry``
        :param str target: the state that the entries enter: held or available
        :param dict columns: further columns to set
        :return: the statements that the entries were in
        """
        rows = self._detach(where, target, columns)
        statements = self.sudo().browse(row[-1] for row in rows)
        statements._add_up()
        Wallet = self.env['marketplace.wallet']
        changes = Wallet._changes(rows, 'in_statement', target)
        if owing := statements.filtered(lambda statement: statement.amount_net < 0):
            rows = self._detach(in_statements('entry', owing.ids), 'available')
            owing._add_up()
            changes += Wallet._changes(rows, 'in_statement', 'available')
        Wallet._add(changes)
        return statements

    @api.model
    def _detach(self, where, target, columns=None):
        """Return rows of merchant, company and currency id, amount and statement id."""
        self.env.flush_all()
        sets = SQL(', ').join(
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in {'state': target, 'statement_id': None, **(columns or {})}.items()
        )
        rows = self.env.execute_query(SQL(
            """
            WITH detached AS (
                SELECT entry.id, entry.statement_id, entry.amount
                  FROM marketplace_balance_entry entry
                  JOIN marketplace_statement statement ON statement.id = entry.statement_id
                 WHERE statement.state IN %(states)s AND entry.is_open AND %(where)s
            ), changed AS (
                UPDATE marketplace_balance_entry entry SET %(sets)s
                  FROM detached WHERE entry.id = detached.id
            )
            SELECT statement.merchant_id, statement.company_id, statement.currency_id,
                   SUM(detached.amount), statement.id
              FROM detached
              JOIN marketplace_statement statement ON statement.id = detached.statement_id
             GROUP BY statement.id
             ORDER BY 1, 2, 3
            """,
            states=OPEN_STATES, where=where, sets=sets,
        ))  # fmt: skip
        self.env['marketplace.balance.entry'].invalidate_model(['state', 'statement_id', 'hold_id'])
        return rows

    # === DEBTS === #

    @api.model
    def _offset_debts(self, company):
        """Let what merchants owe since their posted statements reduce what those pay.

        A debt is drawn up and posted at once where posted statements that wait for a payout cover
        it; the payout then pays the difference. What they do not cover stays a debt.

        :return: the posted statements of debts
        """
        self.env.flush_all()
        today = fields.Date.context_today(self)
        due = self.env.execute_query(SQL(
            """
            WITH owed AS (
                SELECT merchant_id, company_id, currency_id, SUM(amount_net) AS amount
                  FROM marketplace_statement
                 WHERE state = 'posted' AND payout_id IS NULL AND company_id = %(company)s
                 GROUP BY merchant_id, company_id, currency_id
            )
            SELECT entry.merchant_id, entry.company_id, entry.currency_id, NULL, %(today)s,
                   %(totals)s
              FROM marketplace_balance_entry entry
              JOIN owed USING (merchant_id, company_id, currency_id)
             WHERE entry.state = 'available' AND entry.is_open AND %(claimable)s AND NOT EXISTS (
                    SELECT 1 FROM marketplace_statement draft
                     WHERE draft.merchant_id = entry.merchant_id
                       AND draft.company_id = entry.company_id
                       AND draft.currency_id = entry.currency_id AND draft.state = 'draft')
             GROUP BY entry.merchant_id, entry.company_id, entry.currency_id, owed.amount
            HAVING SUM(entry.amount) < 0 AND owed.amount + SUM(entry.amount) >= 0
            """,
            company=company.id, today=today, totals=TOTALS, claimable=self._claimable(today),
        ))  # fmt: skip
        debts = self._insert(due, None)
        debts._stay_covered()
        debts._claim()
        self.env['marketplace.audit.log']._log(debts, 'create', system=True)
        for state in ('sent', 'confirmed'):
            debts._move_to(state, system=True)
        debts._post_many()
        return debts

    def _stay_covered(self):
        """Collide with whoever puts the statements that cover these debts into a payout."""
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_statement statement SET write_date = statement.write_date
              FROM marketplace_statement debt
             WHERE debt.id = ANY(%s) AND statement.merchant_id = debt.merchant_id
               AND statement.company_id = debt.company_id
               AND statement.currency_id = debt.currency_id
               AND statement.state = 'posted' AND statement.payout_id IS NULL
            """,
            self.ids,
        ))

    # === CRON === #

    @api.model
    def _cron_generate(self):
        """Draw up the statements whose period has ended; see `marketplace.statement.run`."""
        self.env['marketplace.statement.run']._run_due()
