# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import SQL


class MarketplaceChecker(models.AbstractModel):
    _inherit = 'marketplace.checker'

    # === BUSINESS METHODS === #

    @api.model
    def _invariants(self):
        _ = self.env._
        return {
            **super()._invariants(),
            'deposit_account': (
                _("Deposit account = deposit movements"),
                'marketplace.merchant',
                self._query_deposit_account(),
            ),
            'recovery': (
                _("Recovered debt = its balance entry = its journal entry"),
                'marketplace.debt.recovery',
                self._query_recovery(),
            ),
            'debt': (
                _("Debts = the wallet's debt; recovered + outstanding = original"),
                'marketplace.merchant',
                self._query_debt(),
            ),
            'advance': (
                _("Compensation advances = paid to shoppers, not in a posted statement"),
                'marketplace.merchant',
                self._query_advance(),
            ),
            'service_charge': (
                _("Every service charge = its balance entry"),
                'marketplace.service.charge',
                self._query_service_charge(),
            ),
        }

    # === QUERIES === #

    def _query_deposit_account(self):
        return SQL(
            """
            WITH movements AS (
                SELECT merchant_id, company_id, SUM(amount) AS amount
                  FROM marketplace_deposit_movement
                 GROUP BY merchant_id, company_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', COALESCE(account.balance, 0), ' ≠ ',
                                       COALESCE(movements.amount, 0)),
                   COALESCE(account.company_id, movements.company_id)
              FROM marketplace_deposit_account account
              FULL JOIN movements USING (merchant_id, company_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(account.balance, 0) <> COALESCE(movements.amount, 0)
             ORDER BY merchant_id
            """
        )

    def _query_recovery(self):
        return SQL(
            """
            SELECT recovery.id, CONCAT(recovery.name, ': ', recovery.amount), recovery.company_id
              FROM marketplace_debt_recovery recovery
         LEFT JOIN marketplace_balance_entry entry ON entry.id = recovery.credit_entry_id
         LEFT JOIN account_move move ON move.id = recovery.move_id
             WHERE (recovery.state = 'booked') <> (move.id IS NOT NULL)
                OR move.state <> 'posted'
                OR (recovery.state = 'booked' AND recovery.invoice_id IS NULL
                    AND entry.amount IS DISTINCT FROM recovery.amount)
             ORDER BY recovery.id
            """
        )

    def _query_debt(self):
        debts = self.env['marketplace.debt']._table_query
        return SQL(
            """
            WITH debts AS (
                SELECT merchant_id, company_id, currency_id, SUM(outstanding) AS outstanding,
                       BOOL_AND(recovered + outstanding = original AND recovered >= 0) AS is_whole
                  FROM (%s) AS debt
                 GROUP BY merchant_id, company_id, currency_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', COALESCE(debts.outstanding, 0), ' ≠ ',
                                       -COALESCE(wallet.debt, 0)),
                   COALESCE(wallet.company_id, debts.company_id)
              FROM marketplace_wallet wallet
              FULL JOIN debts USING (merchant_id, company_id, currency_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(debts.outstanding, 0) <> -COALESCE(wallet.debt, 0)
                OR NOT COALESCE(debts.is_whole, TRUE)
             ORDER BY merchant_id
            """,
            debts,
        )

    def _query_advance(self):
        """In the currency of the orders: what was paid, less what statements took back."""
        return SQL(
            """
            WITH ledger AS (
                SELECT line.merchant_id, line.company_id, line.currency_id,
                       SUM(line.amount_currency) AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_advance_account_id = line.account_id
                 WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
                 GROUP BY line.merchant_id, line.company_id, line.currency_id
            ), moved AS (
                SELECT merchant_id, company_id, currency_id, amount
                  FROM marketplace_advance WHERE state = 'booked'
             UNION ALL
                SELECT request.merchant_id, request.company_id, part.currency_id,
                       request.freight_cost
                  FROM marketplace_return request
                  JOIN marketplace_order part ON part.id = request.order_id
                 WHERE request.freight_move_id IS NOT NULL
             UNION ALL
                SELECT entry.merchant_id, entry.company_id, entry.currency_id, entry.amount
                  FROM marketplace_balance_entry entry
                  JOIN marketplace_statement statement ON statement.id = entry.statement_id
                 WHERE entry.kind IN ('compensation', 'return_freight')
                   AND statement.state IN ('posted', 'paid')
            ), owed AS (
                SELECT merchant_id, company_id, currency_id, SUM(amount) AS amount
                  FROM moved GROUP BY merchant_id, company_id, currency_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', COALESCE(ledger.amount, 0), ' ≠ ',
                                       COALESCE(owed.amount, 0)),
                   COALESCE(ledger.company_id, owed.company_id)
              FROM ledger
              FULL JOIN owed USING (merchant_id, company_id, currency_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(ledger.amount, 0) <> COALESCE(owed.amount, 0)
             ORDER BY merchant_id
            """
        )

    def _query_service_charge(self):
        return SQL(
            """
            SELECT charge.id, CONCAT(fee.name ->> 'en_US', ': ', charge.amount), charge.company_id
              FROM marketplace_service_charge charge
              JOIN marketplace_service_fee fee ON fee.id = charge.fee_id
         LEFT JOIN marketplace_balance_entry entry ON entry.id = charge.entry_id
             WHERE entry.amount IS DISTINCT FROM -charge.amount
             ORDER BY charge.id
            """
        )
