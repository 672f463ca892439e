# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .statement import SILENCE_DAYS
from .statement_terms import MID_MONTH


class MarketplaceCashForecast(models.Model):
    """What is expected to be paid to merchants on which day, and what each amount waits for.

    Computed by the database from what is open: one row per order whose waiting time runs, per
    hold, per statement, and for what goes into the next statement. A day is the earliest one on
    which a payout can include the amount; there is none where nobody can know it yet.
    """

    _name = 'marketplace.cash.forecast'
    _description = "Cash Forecast"
    _auto = False
    _order = 'date, id'
    _rec_name = 'stage'
    _depends = {
        'marketplace.balance.entry': ['amount', 'state', 'hold_id', 'statement_id', 'order_id'],
        'marketplace.hold': ['state', 'kind', 'deadline', 'order_id', 'merchant_id'],
        'marketplace.statement': ['state', 'deadline', 'payout_id'],
        'marketplace.payout': ['state'],
        'marketplace.order': [
            'state', 'deadline', 'date_received', 'available_date', 'settlement_days',
        ],
    }

    merchant_id = fields.Many2one(comodel_name='marketplace.merchant', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    date = fields.Date(
        string="Expected", readonly=True,
        help="The first day on which a payout can include it; empty if that is not known yet.",
    )  # fmt: skip
    amount = fields.Monetary(readonly=True)
    stage = fields.Selection(
        selection=[
            ('order', "Order under way"),
            ('return_window', "Return window"),
            ('waiting', "Waiting time after the order"),
            ('unpaid', "Not paid by the shopper"),
            ('held', "Complaint or check"),
            ('reserve', "Reserve"),
            ('available', "For the next statement"),
            ('draft', "Statement in preparation"),
            ('sent', "Statement to confirm"),
            ('confirmed', "Statement confirmed"),
            ('posted', "Waits for a payout"),
            ('payout', "Payout under way"),
            ('unknown', "Payout being looked up"),
        ],
        string="Where It Is",
        readonly=True,
    )
    until = fields.Date(readonly=True, help="When what it waits for is over.")
    order_id = fields.Many2one(comodel_name='marketplace.order', readonly=True)
    statement_id = fields.Many2one(comodel_name='marketplace.statement', readonly=True)
    payout_id = fields.Many2one(
        comodel_name='marketplace.payout', readonly=True,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    hold_id = fields.Many2one(
        comodel_name='marketplace.hold', readonly=True,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    condition = fields.Char(
        string="Waits For", compute='_compute_condition', compute_sudo=True,
        help="What has to happen before the amount is paid out.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('stage', 'until', 'hold_id')
    @api.depends_context('lang')
    def _compute_condition(self):
        texts = self._condition_texts()
        for row in self:
            if row.hold_id:
                hold = row.hold_id
                row.condition = f"{hold.display_name}. {hold.release_condition or ''}".rstrip()
            else:
                day = row.until and format_date(self.env, row.until)
                with_day, without = texts[row.stage]
                row.condition = with_day % day if day and with_day else without

    @api.model
    def _condition_texts(self):
        """Return what each stage waits for, with the day put in, and without one."""
        _ = self.env._
        return {
            'order': (False, _("Paid out after the shopper has received the order.")),
            'return_window': (
                _("The shopper may return goods until %s."), _("The shopper may return goods."),
            ),
            'waiting': (_("The waiting time of your tier ends on %s."), _("The waiting time.")),
            'unpaid': (False, _("The shopper's payment has not arrived.")),
            'held': (False, _("Held until the case of its order is closed.")),
            'reserve': (False, _("Kept as a reserve.")),
            'available': (False, _("Goes into the next statement.")),
            'draft': (False, _("The statement is being prepared.")),
            'sent': (
                _("The statement waits for its confirmation until %s."),
                _("The statement waits for its confirmation."),
            ),
            'confirmed': (False, _("The statement is confirmed and gets booked.")),
            'posted': (False, _("The statement is in the next payout.")),
            'payout': (False, _("The payout is under way.")),
            'unknown': (
                False, _("The bank has not said whether the payout arrived: we look it up.")
            ),
        }  # fmt: skip

    # === BUSINESS METHODS === #

    def _waiting_key(self):
        """Same as that of the balance entries that are in this row."""
        self.ensure_one()
        document = self.statement_id or self.order_id or self.hold_id
        return document or (self.merchant_id, self.currency_id)

    @property
    def _table_query(self):
        """Each entry is in one row; the smallest id of its entries is the id of a row."""
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT item.id, item.merchant_id, item.company_id, item.currency_id, item.amount,
                   item.order_id, item.statement_id, statement.payout_id,
                   COALESCE(item.hold_id, blocking.id) AS hold_id,
                   due.stage, due.until,
                   CASE WHEN due.free IS NOT NULL
                        THEN GREATEST(due.free, %(today)s::date) END AS date
              FROM (%(items)s) AS item
              JOIN res_company company ON company.id = item.company_id
              JOIN marketplace_merchant merchant ON merchant.id = item.merchant_id
              LEFT JOIN marketplace_tier tier ON tier.id = merchant.tier_id
              LEFT JOIN marketplace_order o ON o.id = item.order_id
              LEFT JOIN marketplace_hold hold ON hold.id = item.hold_id
              LEFT JOIN marketplace_statement statement ON statement.id = item.statement_id
              LEFT JOIN marketplace_payout payout ON payout.id = statement.payout_id
              LEFT JOIN LATERAL (%(blocking)s) AS blocking ON item.state IN ('pending', 'held')
                OR (statement.state = 'posted' AND statement.payout_id IS NULL)
             CROSS JOIN LATERAL (%(due)s) AS due
            """,
            items=self._query_items(),
            blocking=self._query_blocking(),
            due=self._query_due(today),
            today=today,
        )

    def _query_items(self):
        """What is not paid yet, by what it waits with."""
        return SQL(
            """
            SELECT MIN(entry.id) AS id, entry.merchant_id, entry.company_id, entry.currency_id,
                   entry.state, entry.hold_id, entry.statement_id, SUM(entry.amount) AS amount,
                   CASE WHEN entry.state = 'pending' OR entry.state = 'held'
                             AND entry.hold_id IS NULL THEN entry.order_id END AS order_id
              FROM marketplace_balance_entry entry
             WHERE entry.is_open
             GROUP BY entry.merchant_id, entry.company_id, entry.currency_id, entry.state,
                      entry.hold_id, entry.statement_id,
                      CASE WHEN entry.state = 'pending' OR entry.state = 'held'
                                AND entry.hold_id IS NULL THEN entry.order_id END
            HAVING SUM(entry.amount) <> 0
            """
        )

    def _query_blocking(self):
        """The hold of its order, or of all its merchant has, on what names no hold itself."""
        return SQL(
            """
            SELECT other.id, other.deadline
              FROM marketplace_hold other
             WHERE item.hold_id IS NULL AND other.state = 'active'
               AND (other.order_id = item.order_id
                    OR (other.order_id IS NULL AND other.kind IN ('risk', 'manual')
                        AND other.merchant_id = item.merchant_id
                        AND other.company_id = item.company_id))
             ORDER BY other.deadline DESC NULLS FIRST
             LIMIT 1
            """
        )

    def _query_due(self, today):
        """Where the amount is, until when, and the first day on which it can be paid out."""
        ready = self._payable_day(SQL("%s::date", today))
        return SQL(
            """
            SELECT 'reserve' AS stage, hold.deadline::date AS until, %(released)s AS free
             WHERE hold.kind = 'reserve'
            UNION ALL
            SELECT 'held', COALESCE(hold.deadline, blocking.deadline)::date, NULL
             WHERE COALESCE(hold.kind, '') <> 'reserve'
               AND (item.state = 'held' OR blocking.id IS NOT NULL)
            UNION ALL
            SELECT 'available', NULL, %(ready)s WHERE item.state = 'available'
            UNION ALL
            SELECT CASE WHEN payout.state = 'unknown' THEN 'unknown'
                        WHEN statement.payout_id IS NOT NULL THEN 'payout'
                        ELSE statement.state END,
                   CASE WHEN statement.state = 'sent' THEN statement.deadline::date END,
                   CASE WHEN payout.state = 'unknown' THEN NULL
                        WHEN statement.state = 'sent' THEN statement.deadline::date
                        WHEN statement.state = 'draft' THEN %(today)s::date + %(silence)s
                        ELSE %(today)s::date END
             WHERE item.state = 'in_statement' AND blocking.id IS NULL
            UNION ALL
            SELECT * FROM (
                SELECT CASE WHEN o.state = 'completed' AND o.available_date <= %(today)s
                            THEN 'unpaid'
                            WHEN o.state = 'completed' THEN 'waiting'
                            WHEN o.date_received IS NOT NULL THEN 'return_window'
                            ELSE 'order' END,
                       %(end)s,
                       CASE WHEN o.state = 'completed' AND o.available_date <= %(today)s THEN NULL
                            ELSE %(waited)s END
                 WHERE item.state = 'pending' AND blocking.id IS NULL) AS pending
            """,
            released=self._payable_day(SQL("hold.deadline::date")),
            ready=ready,
            today=today,
            silence=SILENCE_DAYS,
            end=SQL(
                "CASE WHEN o.state = 'completed' THEN o.available_date"
                " WHEN o.date_received IS NOT NULL THEN COALESCE(o.deadline, o.date_received"
                " + make_interval(days => o.return_days))::date END"
            ),
            waited=self._payable_day(SQL(
                "CASE WHEN o.state = 'completed' THEN o.available_date"
                " WHEN o.date_received IS NOT NULL THEN COALESCE(o.deadline, o.date_received"
                " + make_interval(days => o.return_days))::date"
                " + COALESCE(o.settlement_days, 0) END"
            )),
        )  # fmt: skip

    def _payable_day(self, day):
        """Return when what becomes available on ``day`` can be paid: its statement is answered.

        The statement is drawn up on the day after the merchant's period has ended.

        :param SQL day: a date, known in the query
        """
        return SQL(
            """
            (CASE COALESCE(merchant.statement_period, tier.statement_period,
                           company.marketplace_statement_period)
             WHEN 'day' THEN %(day)s + 1
             WHEN 'week' THEN %(day)s + 8 - EXTRACT(isodow FROM %(day)s)::int
             WHEN 'half_month' THEN CASE WHEN EXTRACT(day FROM %(day)s) <= %(middle)s
                THEN date_trunc('month', %(day)s)::date + %(middle)s
                ELSE (date_trunc('month', %(day)s) + interval '1 month')::date END
             ELSE (date_trunc('month', %(day)s) + interval '1 month')::date
             END + %(silence)s)
            """,
            day=day, middle=MID_MONTH, silence=SILENCE_DAYS,
        )  # fmt: skip
