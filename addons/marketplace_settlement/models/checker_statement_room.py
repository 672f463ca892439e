# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import SQL

from .checker_ledger import RESERVE_KINDS


class MarketplaceChecker(models.AbstractModel):
    """What must hold of reserves, contests and reversals."""

    _inherit = 'marketplace.checker'

    # === BUSINESS METHODS === #

    @api.model
    def _invariants(self):
        _ = self.env._
        return {
            **super()._invariants(),
            'reserve_returns': (
                _("Every reserve that is kept is released once"),
                'marketplace.hold',
                self._query_reserve_returns(),
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

    def _query_reserve_returns(self):
        return SQL(
            """
            SELECT hold.id, CONCAT(hold.reason, ': ', SUM(entry.amount)), hold.company_id
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

    def _query_reversed(self):
        return SQL(
            """
            SELECT statement.id, statement.name, statement.company_id
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
            SELECT contest.id, CONCAT(contest.amount_granted, ' ≠ ', entry.amount),
                   contest.company_id
              FROM marketplace_statement_contest contest
              LEFT JOIN marketplace_balance_entry entry ON entry.id = contest.correction_id
             WHERE (contest.state = 'upheld') <> (entry.id IS NOT NULL)
                OR (contest.state = 'upheld' AND (entry.amount <> contest.amount_granted
                    OR entry.merchant_id <> contest.merchant_id
                    OR entry.currency_id <> contest.currency_id))
             ORDER BY contest.id
            """
        )
