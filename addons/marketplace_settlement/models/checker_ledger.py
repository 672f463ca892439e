# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .balance_entry import DIGEST
from .heartbeat import MISSED_INTERVALS

# Entries that a posted invoice or credit note makes, and what follows them.
INVOICE_KINDS = (
    'sale', 'shipping', 'discount', 'sale_refund', 'shipping_refund', 'discount_refund',
)  # fmt: skip
COMMISSION_KINDS = ('commission', 'commission_refund')
SUBSIDY_KINDS = (
    'subsidy', 'subsidy_refund', 'logistics_subsidy', 'logistics_subsidy_refund',
)  # fmt: skip
RESERVE_KINDS = ('reserve', 'reserve_release')
# The triggers by which the database itself keeps its tables from being changed or emptied.
GUARDS = {
    'marketplace_balance_entry': (
        'guard', 'guard_leave', 'guard_insert_statement', 'guard_update_statement', 'guard_delete',
        'guard_truncate',
    ),
    'marketplace_statement': ('guard',),
    'marketplace_audit_log': ('guard', 'guard_truncate'),
}  # fmt: skip
# An order that is paid has its entries within minutes; after an hour somebody has to look.
ENTRIES_LATE = timedelta(hours=1)
# What a bank or a provider was to be told and has not answered by then.
OUTBOX_LATE = timedelta(hours=1)
TRANSIT_DAYS = 30
SEAL_LATE = timedelta(days=1)


class MarketplaceChecker(models.AbstractModel):
    """What must hold beyond the merchants' balances: the ledger, its guards and its owners."""

    _inherit = 'marketplace.checker'

    # === BUSINESS METHODS === #

    @api.model
    def _invariants(self):
        _ = self.env._
        return super()._invariants() | {
            'balanced': (
                _("Every posted journal entry balances"), 'account.move', self._query_balanced()
            ),
            'conservation': (
                _("Sold for merchants = their balances + fees + what else they gained or owed"),
                'res.company',
                self._query_conservation(),
            ),
            'sold_line': (
                _("Sold, refunded and charged of an order line ≤ what was frozen on it"),
                'sale.order.line',
                self._query_sold_line(),
            ),
            'entry_owner': (
                _("An entry, its order and its journal item have one merchant and one company"),
                'marketplace.balance.entry',
                self._query_entry_owner(),
            ),
            'reserve': (
                _("Reserves account = reserves kept in posted statements"),
                'marketplace.merchant',
                self._query_reserve(),
            ),
            'held': (
                _("What is held has an active hold"),
                'marketplace.balance.entry',
                self._query_held(),
            ),
            'closed': (
                _("Nothing is open with a merchant that is closed"),
                'marketplace.merchant',
                self._query_closed(),
            ),
            'guards': (
                _("The database refuses to change balance entries and the audit log"),
                'ir.model',
                self._query_guards(),
            ),
            'audit_chain': (
                _("The audit log has no gap"), 'marketplace.audit.log', self._query_audit_chain()
            ),
            'entry_chain': (
                _("The entries of a posted statement say what they said when it was posted"),
                'marketplace.statement',
                self._query_entry_chain(),
            ),
        }

    @api.model
    def _watched(self):
        """Return what somebody should look at, but stops no payout; shaped like `_invariants`."""
        _ = self.env._
        return {
            'captured': (
                _("A paid order has its balance entries within an hour"),
                'payment.transaction',
                self._query_captured_late(),
            ),
            'transit': (
                _("No payment waits for the bank statement for more than %s days", TRANSIT_DAYS),
                'account.payment',
                self._query_transit(),
            ),
            'payout_outbox': (
                _("It is known within an hour what became of a payout that was sent"),
                'marketplace.payout',
                self._query_payout_outbox(),
            ),
            'refund_outbox': (
                _("It is known within an hour what became of a refund by a provider"),
                'payment.transaction',
                self._query_refund_outbox(),
            ),
            'heartbeat': (
                _("Settlement work was done within two of its intervals"),
                'marketplace.heartbeat',
                self._query_heartbeat(),
            ),
            'audit_seal': (
                _("The audit log is sealed at least once a day"),
                'marketplace.audit.log',
                self._query_audit_seal(),
            ),
        }

    # === QUERIES: LEDGER === #

    def _query_balanced(self):
        return SQL(
            """
            SELECT move.id, CONCAT(move.name, ': ', SUM(line.debit), ' ≠ ', SUM(line.credit)),
                   move.company_id
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
               AND company.marketplace_clearing_account_id IS NOT NULL
              JOIN account_move_line line ON line.move_id = move.id
             WHERE move.state = 'posted'
             GROUP BY move.id
            HAVING SUM(line.debit) <> SUM(line.credit)
             ORDER BY move.id
            """
        )

    def _query_conservation(self):
        """Money only moves: what shoppers were invoiced is with the merchants, or was charged."""
        return SQL(
            """
            WITH parts AS (
                SELECT line.company_id, line.currency_id, -line.amount_currency AS amount
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.merchant_id IS NOT NULL AND line.parent_state = 'posted'
                   AND line.display_type = 'product'
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND EXISTS (SELECT 1 FROM sale_order_line_invoice_rel rel
                                WHERE rel.invoice_line_id = line.id)
                 UNION ALL
                SELECT company_id, currency_id, amount
                  FROM marketplace_balance_entry
                 WHERE kind NOT IN %s
                 UNION ALL
                SELECT company_id, currency_id, -amount
                  FROM marketplace_balance_entry
                 WHERE state = 'pending'
                 UNION ALL
                SELECT company_id, currency_id, -(available + held + in_transit + paid + debt)
                  FROM marketplace_wallet
            )
            SELECT company_id, CONCAT(currency.name, ' ', SUM(amount)), company_id
              FROM parts
              JOIN res_currency currency ON currency.id = parts.currency_id
             GROUP BY company_id, currency.id
            HAVING SUM(amount) <> 0
             ORDER BY company_id
            """,
            INVOICE_KINDS,
        )

    def _query_sold_line(self):
        return SQL(
            """
            SELECT line.id, CONCAT(o.name, ': ', sums.sold, ' / ', sums.commission, ' / ',
                                   sums.subsidy), line.company_id
              FROM (SELECT entry.sale_line_id,
                           COALESCE(SUM(amount) FILTER (WHERE kind IN %s), 0) AS sold,
                           COALESCE(-SUM(amount) FILTER (WHERE kind IN %s), 0) AS commission,
                           COALESCE(SUM(amount) FILTER (WHERE kind IN %s), 0) AS subsidy
                      FROM marketplace_balance_entry entry
                     WHERE entry.sale_line_id IS NOT NULL
                     GROUP BY entry.sale_line_id) AS sums
              JOIN sale_order_line line ON line.id = sums.sale_line_id
              JOIN sale_order o ON o.id = line.order_id
             WHERE sums.sold NOT BETWEEN LEAST(line.marketplace_amount, 0)
                                     AND GREATEST(line.marketplace_amount, 0)
                OR sums.commission NOT BETWEEN 0 AND COALESCE(line.marketplace_commission, 0)
                OR sums.subsidy NOT BETWEEN 0 AND COALESCE(line.marketplace_subsidy, 0)
             ORDER BY line.id
            """,
            INVOICE_KINDS, COMMISSION_KINDS, SUBSIDY_KINDS,
        )  # fmt: skip

    def _query_entry_owner(self):
        return SQL(
            """
            SELECT entry.id, CONCAT(entry.kind, ' ', entry.amount), entry.company_id
              FROM marketplace_balance_entry entry
              LEFT JOIN marketplace_order o ON o.id = entry.order_id
              LEFT JOIN account_move_line line ON line.id = entry.move_line_id
             WHERE o.merchant_id <> entry.merchant_id OR line.merchant_id <> entry.merchant_id
                OR o.company_id <> entry.company_id OR line.company_id <> entry.company_id
                OR line.currency_id <> entry.currency_id
             ORDER BY entry.id
            """
        )

    def _query_reserve(self):
        return SQL(
            """
            WITH parts AS (
                SELECT line.merchant_id, line.company_id, line.currency_id,
                       line.amount_currency AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_reserve_account_id = line.account_id
                 WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
                 UNION ALL
                SELECT entry.merchant_id, entry.company_id, entry.currency_id, -entry.amount
                  FROM marketplace_balance_entry entry
                  JOIN marketplace_statement statement ON statement.id = entry.statement_id
                 WHERE entry.kind IN %s AND statement.state IN ('posted', 'paid')
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', SUM(amount)), parts.company_id
              FROM parts
              JOIN marketplace_merchant merchant ON merchant.id = parts.merchant_id
             GROUP BY merchant_id, merchant.code, parts.company_id, parts.currency_id
            HAVING SUM(amount) <> 0
             ORDER BY merchant_id
            """,
            RESERVE_KINDS,
        )

    # === QUERIES: STATES === #

    def _query_held(self):
        """A hold concerns one order, or the whole of a merchant."""
        return SQL(
            """
            SELECT entry.id, CONCAT(entry.kind, ' ', entry.amount), entry.company_id
              FROM marketplace_balance_entry entry
             WHERE entry.state = 'held' AND NOT EXISTS (
                    SELECT 1 FROM marketplace_hold hold
                     WHERE hold.state = 'active'
                       AND (hold.id = entry.hold_id OR hold.order_id = entry.order_id
                            OR (hold.order_id IS NULL
                                AND hold.merchant_id = entry.merchant_id)))
             ORDER BY entry.id
            """
        )

    def _query_closed(self):
        return SQL(
            """
            WITH parts AS (
                SELECT merchant_id, company_id, amount
                  FROM marketplace_balance_entry
                 WHERE state NOT IN ('in_statement', 'paid')
                 UNION ALL
                SELECT merchant_id, company_id, amount_net
                  FROM marketplace_statement
                 WHERE state NOT IN ('posted', 'paid', 'reversed')
                 UNION ALL
                SELECT merchant_id, company_id, amount
                  FROM marketplace_deposit_movement
                 UNION ALL
                SELECT merchant_id, company_id, NULL
                  FROM marketplace_order
                 WHERE state IN ('to_accept', 'to_ship', 'shipped')
            )
            SELECT merchant.id, CONCAT(merchant.code, ': ', SUM(parts.amount)), parts.company_id
              FROM parts
              JOIN marketplace_merchant merchant ON merchant.id = parts.merchant_id
             WHERE merchant.state = 'closed'
             GROUP BY merchant.id, parts.company_id
            HAVING COALESCE(SUM(parts.amount), 0) <> 0 OR BOOL_OR(parts.amount IS NULL)
             ORDER BY merchant.id
            """
        )

    # === QUERIES: GUARDS === #

    def _query_guards(self):
        tables = [table for table, guards in GUARDS.items() for _guard in guards]
        names = [f'{table}_{guard}' for table, guards in GUARDS.items() for guard in guards]
        return SQL(
            """
            SELECT model.id, guard.name, NULL
              FROM unnest(%s, %s) AS guard(table_name, name)
              JOIN ir_model model ON model.model = REPLACE(guard.table_name, '_', '.')
             WHERE NOT EXISTS (
                   SELECT 1 FROM pg_trigger
                    WHERE tgrelid = to_regclass(guard.table_name) AND tgname = guard.name
                      AND tgenabled IN ('O', 'A'))
            """,
            tables, names,
        )  # fmt: skip

    def _query_audit_chain(self):
        """The hashes themselves are verified by the audit log's own check."""
        return SQL(
            """
            SELECT row.id, CONCAT('#', row.seal_number), NULL
              FROM (SELECT id, seal_number, hash,
                           LAG(seal_number, 1, 0) OVER (ORDER BY seal_number) AS previous
                      FROM marketplace_audit_log
                     WHERE seal_number IS NOT NULL) AS row
             WHERE row.seal_number <> row.previous + 1 OR row.hash IS NULL
             ORDER BY row.id
            """
        )

    def _query_entry_chain(self):
        """What they said is a row of the audit log; that this row is genuine, its hash proves."""
        return SQL(
            """
            SELECT statement.id, statement.name, statement.company_id
              FROM marketplace_statement statement
              JOIN marketplace_audit_log log ON log.model_name = 'marketplace.statement'
               AND log.res_id = statement.id AND log.after ? 'entry_ids'
              LEFT JOIN (
                    SELECT entry.statement_id, %s AS digest
                      FROM marketplace_balance_entry entry
                     WHERE entry.statement_id IS NOT NULL
                     GROUP BY entry.statement_id
                   ) AS found ON found.statement_id = statement.id
             WHERE statement.state IN ('posted', 'paid')
               AND found.digest IS DISTINCT FROM log.after ->> 'entry_ids'
             ORDER BY statement.id
            """,
            DIGEST,
        )

    # === QUERIES: WATCHED === #

    def _query_captured_late(self):
        return SQL(
            """
            SELECT DISTINCT tx.id, CONCAT(o.name, ': ', tx.amount), tx.company_id
              FROM payment_transaction tx
              JOIN sale_order_transaction_rel rel ON rel.transaction_id = tx.id
              JOIN sale_order o ON o.id = rel.sale_order_id AND o.state <> 'cancel'
             WHERE tx.state = 'done' AND tx.operation NOT IN ('refund', 'validation')
               AND tx.last_state_change < %s
               AND tx.amount >= o.amount_total
               AND EXISTS (SELECT 1 FROM sale_order_line line
                            WHERE line.order_id = o.id AND line.merchant_id IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM marketplace_balance_entry entry
                                 JOIN sale_order_line line ON line.id = entry.sale_line_id
                                WHERE line.order_id = o.id)
             ORDER BY tx.id
            """,
            fields.Datetime.now() - ENTRIES_LATE,
        )

    def _query_transit(self):
        """What a provider or the bank has been told and no bank statement has shown yet."""
        return SQL(
            """
            SELECT payment.id, CONCAT(move.name, ': ', payment.amount), move.company_id
              FROM account_payment payment
              JOIN account_move move ON move.id = payment.move_id AND move.state = 'posted'
              JOIN res_company company ON company.id = move.company_id
               AND company.marketplace_clearing_account_id IS NOT NULL
             WHERE NOT payment.is_matched AND move.date < %s
               AND (payment.payment_transaction_id IS NOT NULL OR EXISTS (
                    SELECT 1 FROM marketplace_payout payout WHERE payout.payment_id = payment.id))
             ORDER BY payment.id
            """,
            fields.Date.subtract(fields.Date.context_today(self), days=TRANSIT_DAYS),
        )

    def _query_payout_outbox(self):
        return SQL(
            """
            SELECT id, CONCAT(name, ': ', problem), company_id
              FROM marketplace_payout
             WHERE state IN ('queued', 'unknown') AND queued_on < %s
             ORDER BY id
            """,
            fields.Datetime.now() - OUTBOX_LATE,
        )

    def _query_refund_outbox(self):
        return SQL(
            """
            SELECT id, CONCAT(reference, ': ', marketplace_problem), company_id
              FROM payment_transaction
             WHERE marketplace_refund_state IS NOT NULL AND state = 'draft' AND create_date < %s
             ORDER BY id
            """,
            fields.Datetime.now() - OUTBOX_LATE,
        )

    def _query_heartbeat(self):
        return SQL(
            """
            SELECT beat.id, CONCAT(beat.work, ': ', beat.last_good), NULL
              FROM marketplace_heartbeat beat
              JOIN ir_cron cron ON cron.id = beat.cron_id
             WHERE beat.last_good
                   + (%s * cron.interval_number || ' ' || cron.interval_type)::interval < %s
             ORDER BY beat.id
            """,
            MISSED_INTERVALS, fields.Datetime.now(),
        )  # fmt: skip

    def _query_audit_seal(self):
        return SQL(
            """
            SELECT id, res_name, NULL
              FROM marketplace_audit_log
             WHERE seal_number IS NULL AND create_date < %s
             ORDER BY id
             LIMIT 1
            """,
            fields.Datetime.now() - SEAL_LATE,
        )
