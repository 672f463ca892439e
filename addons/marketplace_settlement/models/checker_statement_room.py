# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import SQL

RESERVE_KINDS = ('reserve', 'reserve_release')


class MarketplaceChecker(models.AbstractModel):
    """What must hold of holds, reserves, contests and reversals."""

    _inherit = 'marketplace.checker'

    # === BUSINESS METHODS === #

    @api.model
    def _invariants(self):
        _ = self.env._
        return {
            **super()._invariants(),
            'reserve': (
                _("Reserves account = reserves of posted statements"),
                'marketplace.merchant',
                self._query_reserve(),
            ),
            'reserve_returns': (
                _("Every reserve that is kept is released once"),
                'marketplace.hold',
                self._query_reserve_returns(),
            ),
            'held': (
                _("An entry is held by an active hold"),
                'marketplace.balance.entry',
                self._query_held(),
            ),
            'reversed': (
                _("A reversed statement has no entries, and its journal entries cancel out"),
                'marketplace.statement',
                self._query_reversed(),
            ),
            'contest': (
                _("A contest is granted by one correction of its amount"),
                'marketplace.statement.contest',
                self._query_contest(),
            ),
        }

    # === QUERIES === #

    def _query_reserve(self):
        return SQL(
            """
            WITH ledger AS (
                SELECT line.merchant_id, line.company_id, line.currency_id,
                       SUM(line.amount_currency) AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_reserve_account_id = line.account_id
                 WHERE line.parent_state = 'posted'
                 GROUP BY line.merchant_id, line.company_id, line.currency_id
            ), entries AS (
                SELECT entry.merchant_id, entry.company_id, entry.currency_id,
                       SUM(entry.amount) AS amount
                  FROM marketplace_balance_entry entry
                  JOIN marketplace_statement statement ON statement.id = entry.statement_id
                 WHERE entry.kind IN %s AND statement.state IN ('posted', 'paid')
                 GROUP BY entry.merchant_id, entry.company_id, entry.currency_id
            )
            SELECT COALESCE(merchant_id, 0), CONCAT(merchant.code, ': ',
                       -COALESCE(ledger.amount, 0), ' ≠ ', -COALESCE(entries.amount, 0))
              FROM ledger
              FULL JOIN entries USING (merchant_id, company_id, currency_id)
              LEFT JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(ledger.amount, 0) <> COALESCE(entries.amount, 0)
             ORDER BY merchant_id
            """,
            RESERVE_KINDS,
        )

    def _query_reserve_returns(self):
        return SQL(
            """
            SELECT hold.id, CONCAT(hold.reason, ': ', SUM(entry.amount))
              FROM marketplace_hold hold
              LEFT JOIN marketplace_balance_entry entry
                ON entry.source_model = 'marketplace.hold' AND entry.source_id = hold.id
               AND entry.kind IN %s
             WHERE hold.kind = 'reserve'
             GROUP BY hold.id
            HAVING COUNT(entry.id) <> 2 OR SUM(entry.amount) <> 0
             ORDER BY hold.id
            """,
            RESERVE_KINDS,
        )

    def _query_held(self):
        """What comes to a held order later names no hold: the order's own one keeps it."""
        return SQL(
            """
            SELECT entry.id, CONCAT(entry.kind, ' ', entry.amount)
              FROM marketplace_balance_entry entry
              LEFT JOIN marketplace_hold hold ON hold.id = entry.hold_id
             WHERE (entry.state = 'held' AND hold.state <> 'active')
                OR (entry.state <> 'held' AND entry.hold_id IS NOT NULL)
                OR (entry.state = 'held' AND entry.hold_id IS NULL AND NOT EXISTS (
                    SELECT 1 FROM marketplace_balance_entry sibling
                     WHERE sibling.order_id = entry.order_id AND sibling.hold_id IS NOT NULL))
             ORDER BY entry.id
            """
        )

    def _query_reversed(self):
        return SQL(
            """
            SELECT statement.id, statement.name
              FROM marketplace_statement statement
             WHERE statement.state = 'reversed'
               AND (EXISTS (SELECT 1 FROM marketplace_balance_entry entry
                             WHERE entry.statement_id = statement.id)
                    OR EXISTS (SELECT 1 FROM account_move_line line
                                 JOIN account_move move ON move.id = line.move_id
                                WHERE move.marketplace_statement_id = statement.id
                                  AND move.state = 'posted'
                                GROUP BY line.account_id
                               HAVING SUM(line.balance) <> 0))
             ORDER BY statement.id
            """
        )

    def _query_contest(self):
        return SQL(
            """
            SELECT contest.id, CONCAT(contest.amount_granted, ' ≠ ', entry.amount)
              FROM marketplace_statement_contest contest
              LEFT JOIN marketplace_balance_entry entry ON entry.id = contest.correction_id
             WHERE (contest.state = 'upheld') <> (entry.id IS NOT NULL)
                OR (contest.state = 'upheld' AND (entry.amount <> contest.amount_granted
                    OR entry.merchant_id <> contest.merchant_id
                    OR entry.currency_id <> contest.currency_id))
             ORDER BY contest.id
            """
        )
