# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging

from odoo import api, models
from odoo.tools import SQL

from .balance_entry import CLEARING_KINDS, FEE_KINDS

_logger = logging.getLogger(__name__)


class MarketplaceChecker(models.AbstractModel):
    """Whether the merchants' balances and the books agree.

    Each invariant is one SQL query of its own over the stored amounts, and shares no code with what
    wrote them. It returns the documents that break it as rows of id, detail in words and company;
    no company means that it concerns all of them. No row means that the books agree.
    """

    _name = 'marketplace.checker'
    _description = "Check of the Marketplace's Books"

    # === BUSINESS METHODS === #

    @api.model
    def _check(self):
        """Check all invariants.

        :return: one dict per invariant and company that break it: invariant, name, model,
            company_id (False: all of them), res_ids and detail, the latter in words
        :rtype: list[dict]
        """
        return self._run(self._invariants())

    @api.model
    def _run(self, invariants):
        """Run the queries of some invariants, as of `_invariants`; return what `_check` returns."""
        self.env.flush_all()
        findings = []
        for invariant, (name, model, query) in invariants.items():
            rows = {}
            for res_id, detail, company_id in self.env.execute_query(query):
                rows.setdefault(company_id or False, []).append((res_id, detail))
            findings += [
                {
                    'invariant': invariant,
                    'name': name,
                    'model': model,
                    'company_id': company_id,
                    'res_ids': [res_id for res_id, _detail in found],
                    'detail': "; ".join(detail for _res_id, detail in found[:5]),
                }
                for company_id, found in rows.items()
            ]
        return findings

    @api.model
    def _invariants(self):
        """Return what must hold: {key: (name, model of the documents, query of id and detail)}."""
        _ = self.env._
        return {
            'clearing': (
                _("Clearing account = invoiced, not in a posted statement"),
                'marketplace.merchant',
                self._query_clearing(),
            ),
            'owner': (
                _("Every journal item on a merchant account names its merchant"),
                'account.move.line',
                self._query_owner(),
            ),
            'booked_once': (
                _("Every merchant's invoice line = its balance entries"),
                'account.move.line',
                self._query_booked(),
            ),
            'payable': (
                _("Payable account = posted statements that are not paid"),
                'marketplace.merchant',
                self._query_payable(),
            ),
            'statement': (
                _("Statement = its balance entries"),
                'marketplace.statement',
                self._query_statement(),
            ),
            'statement_moves': (
                _("Statement = its journal entries"),
                'marketplace.statement',
                self._query_statement_moves(),
            ),
            'commission': (
                _("Fees of a posted statement = its fee invoice"),
                'marketplace.statement',
                self._query_fees(),
            ),
            'payout': (
                _("Payout = its statements = its payment"),
                'marketplace.payout',
                self._query_payout(),
            ),
            'paid_once': (
                _("A statement is paid by one payout"),
                'marketplace.statement',
                self._query_paid_once(),
            ),
            'wallet': (
                _("Wallet = balance entries by state"),
                'marketplace.wallet',
                self._query_wallet(),
            ),
            'wallet_missing': (
                _("Every merchant with a balance has a wallet"),
                'marketplace.merchant',
                self._query_wallet_missing(),
            ),
            'entry_state': (
                _("An entry is in a statement if and only if it names one"),
                'marketplace.balance.entry',
                self._query_entry_state(),
            ),
            'refund': (
                _("Refunds of an order ≤ what was invoiced"),
                'marketplace.order',
                self._query_refund(),
            ),
            'refund_captured': (
                _("Refunds of a payment ≤ what was captured"),
                'payment.transaction',
                self._query_captured(),
            ),
            'deposit': (
                _("Deposits = deposits account ≥ 0"),
                'marketplace.merchant',
                self._query_deposit(),
            ),
            'frozen': (
                _("The lines of a confirmed order add up to its total"),
                'sale.order',
                self._query_frozen(),
            ),
        }

    # === QUERIES === #

    def _query_clearing(self):
        """Amounts in the currency of the orders: what is cleared has no exchange difference."""
        return SQL(
            """
            WITH ledger AS (
                SELECT line.merchant_id, line.company_id, line.currency_id,
                       SUM(line.amount_currency) AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_clearing_account_id = line.account_id
                 WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
                 GROUP BY line.merchant_id, line.company_id, line.currency_id
            ), entries AS (
                SELECT entry.merchant_id, entry.company_id, entry.currency_id,
                       SUM(entry.amount) AS amount
                  FROM marketplace_balance_entry entry
                  LEFT JOIN marketplace_statement statement ON statement.id = entry.statement_id
                 WHERE entry.kind IN %s
                   AND COALESCE(statement.state, 'draft') NOT IN ('posted', 'paid')
                 GROUP BY entry.merchant_id, entry.company_id, entry.currency_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', -COALESCE(ledger.amount, 0), ' ≠ ',
                                       COALESCE(entries.amount, 0)),
                   COALESCE(ledger.company_id, entries.company_id)
              FROM ledger
              FULL JOIN entries USING (merchant_id, company_id, currency_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(ledger.amount, 0) + COALESCE(entries.amount, 0) <> 0
             ORDER BY merchant_id
            """,
            CLEARING_KINDS,
        )

    def _query_owner(self):
        return SQL(
            """
            SELECT line.id, CONCAT(line.move_name, ': ', -line.balance), line.company_id
              FROM account_move_line line
              JOIN res_company company ON company.id = line.company_id
               AND line.account_id IN (company.marketplace_clearing_account_id,
                                       company.marketplace_payable_account_id,
                                       company.marketplace_deposit_account_id,
                                       company.marketplace_reserve_account_id)
             WHERE line.parent_state = 'posted' AND line.merchant_id IS NULL
               AND (line.amount_currency <> 0 OR line.balance <> 0)
             ORDER BY line.id
            """
        )

    def _query_booked(self):
        return SQL(
            """
            SELECT line.id, CONCAT(line.move_name, ': ', -line.amount_currency, ' ≠ ',
                                   COALESCE(SUM(entry.amount), 0)), line.company_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN marketplace_balance_entry entry
                ON entry.move_line_id = line.id AND entry.kind IN %s
             WHERE line.merchant_id IS NOT NULL AND line.parent_state = 'posted'
               AND line.display_type = 'product'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND EXISTS (SELECT 1 FROM sale_order_line_invoice_rel rel
                            WHERE rel.invoice_line_id = line.id)
             GROUP BY line.id
            HAVING -line.amount_currency <> COALESCE(SUM(entry.amount), 0)
             ORDER BY line.id
            """,
            CLEARING_KINDS,
        )

    def _query_payable(self):
        return SQL(
            """
            WITH ledger AS (
                SELECT line.merchant_id, line.company_id, line.currency_id,
                       SUM(line.amount_currency) AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_payable_account_id = line.account_id
                 WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
                 GROUP BY line.merchant_id, line.company_id, line.currency_id
            ), statements AS (
                SELECT merchant_id, company_id, currency_id, SUM(amount_net) AS amount
                  FROM marketplace_statement
                 WHERE state = 'posted'
                 GROUP BY merchant_id, company_id, currency_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', -COALESCE(ledger.amount, 0), ' ≠ ',
                                       COALESCE(statements.amount, 0)),
                   COALESCE(ledger.company_id, statements.company_id)
              FROM ledger
              FULL JOIN statements USING (merchant_id, company_id, currency_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(ledger.amount, 0) + COALESCE(statements.amount, 0) <> 0
             ORDER BY merchant_id
            """
        )

    def _query_statement(self):
        return SQL(
            """
            SELECT statement.id, CONCAT(statement.name, ': ', statement.amount_net, ' ≠ ',
                                        COALESCE(SUM(entry.amount), 0)), statement.company_id
              FROM marketplace_statement statement
              LEFT JOIN marketplace_balance_entry entry ON entry.statement_id = statement.id
             WHERE statement.state <> 'reversed'
             GROUP BY statement.id
            HAVING COALESCE(SUM(entry.amount), 0) <> statement.amount_net
                OR COALESCE(-SUM(entry.amount) FILTER (WHERE entry.kind IN %(fees)s), 0)
                   <> statement.amount_fee
                OR statement.amount_gross - statement.amount_fee <> statement.amount_net
                OR BOOL_OR(entry.merchant_id <> statement.merchant_id
                           OR entry.currency_id <> statement.currency_id
                           OR entry.company_id <> statement.company_id)
             ORDER BY statement.id
            """,
            fees=FEE_KINDS,
        )

    def _query_statement_moves(self):
        """An old statement may be on a payable account that another one has replaced since."""
        return SQL(
            """
            SELECT statement.id, CONCAT(statement.name, ': ', statement.amount_net, ' ≠ ',
                                        COALESCE(-SUM(line.amount_currency), 0)),
                   statement.company_id
              FROM marketplace_statement statement
              JOIN res_company company ON company.id = statement.company_id
              LEFT JOIN (account_move_line line
                         JOIN account_account account ON account.id = line.account_id)
                ON line.move_id IN (statement.move_id, statement.netting_move_id)
               AND (line.account_id = company.marketplace_payable_account_id
                    OR (statement.state = 'paid' AND account.account_type = 'liability_payable'))
               AND line.parent_state = 'posted'
             WHERE statement.state IN ('posted', 'paid')
             GROUP BY statement.id
            HAVING COALESCE(-SUM(line.amount_currency), 0) <> statement.amount_net
             ORDER BY statement.id
            """
        )

    def _query_fees(self):
        return SQL(
            """
            SELECT statement.id, CONCAT(statement.name, ': ', statement.amount_fee, ' ≠ ',
                                        COALESCE(move.amount_total, 0)), statement.company_id
              FROM marketplace_statement statement
              LEFT JOIN account_move move
                ON move.id = statement.fee_move_id AND move.state = 'posted'
             WHERE statement.state IN ('posted', 'paid')
               AND statement.amount_fee <> COALESCE(
                    CASE WHEN move.move_type = 'out_refund' THEN -move.amount_total
                         ELSE move.amount_total END, 0)
             ORDER BY statement.id
            """
        )

    def _query_payout(self):
        return SQL(
            """
            SELECT payout.id, CONCAT(payout.name, ': ', payout.amount, ' ≠ ',
                                     COALESCE(SUM(statement.amount_net), 0)), payout.company_id
              FROM marketplace_payout payout
              LEFT JOIN marketplace_statement statement ON statement.payout_id = payout.id
              LEFT JOIN account_payment payment ON payment.id = payout.payment_id
              LEFT JOIN account_payment returned ON returned.id = payout.return_payment_id
             GROUP BY payout.id, payment.id, returned.id
            HAVING CASE WHEN payout.state IN ('failed', 'cancelled', 'returned') THEN 0
                        ELSE payout.amount END <> COALESCE(SUM(statement.amount_net), 0)
                OR (payout.state IN ('paid', 'returned')) <> (payment.id IS NOT NULL)
                OR (payout.state = 'returned') <> (returned.id IS NOT NULL)
                OR payment.amount <> payout.amount
                OR returned.amount <> payout.amount
             ORDER BY payout.id
            """
        )

    def _query_paid_once(self):
        """Of the payouts ever made for a statement, one may be paid or on its way to the bank."""
        return SQL(
            """
            SELECT statement.id, CONCAT(statement.name, ': ', STRING_AGG(payout.name, ', ')),
                   statement.company_id
              FROM marketplace_payout_marketplace_statement_rel claimed
              JOIN marketplace_statement statement
                ON statement.id = claimed.marketplace_statement_id
              JOIN marketplace_payout payout ON payout.id = claimed.marketplace_payout_id
             WHERE payout.state NOT IN ('failed', 'cancelled', 'returned')
             GROUP BY statement.id
            HAVING COUNT(*) > 1
             ORDER BY statement.id
            """
        )

    def _query_wallet(self):
        return SQL(
            """
            SELECT wallet.id, CONCAT(merchant.code, ': ', wallet.available + wallet.debt, ' / ',
                                     wallet.held, ' / ', wallet.in_transit, ' / ', wallet.paid),
                   wallet.company_id
              FROM marketplace_wallet wallet
              JOIN marketplace_merchant merchant ON merchant.id = wallet.merchant_id
              LEFT JOIN marketplace_balance_entry entry
                ON entry.merchant_id = wallet.merchant_id
               AND entry.company_id = wallet.company_id
               AND entry.currency_id = wallet.currency_id
             GROUP BY wallet.id, merchant.id
            HAVING wallet.available + wallet.debt
                   <> COALESCE(SUM(entry.amount) FILTER (WHERE entry.state = 'available'), 0)
                OR (wallet.available <> 0 AND wallet.debt <> 0)
                OR wallet.held
                   <> COALESCE(SUM(entry.amount) FILTER (WHERE entry.state = 'held'), 0)
                OR wallet.in_transit
                   <> COALESCE(SUM(entry.amount) FILTER (WHERE entry.state = 'in_statement'), 0)
                OR wallet.paid
                   <> COALESCE(SUM(entry.amount) FILTER (WHERE entry.state = 'paid'), 0)
             ORDER BY wallet.id
            """
        )

    def _query_wallet_missing(self):
        return SQL(
            """
            SELECT entry.merchant_id, CONCAT(merchant.code, ': ', SUM(entry.amount)),
                   entry.company_id
              FROM marketplace_balance_entry entry
              JOIN marketplace_merchant merchant ON merchant.id = entry.merchant_id
             WHERE entry.state <> 'pending' AND NOT EXISTS (
                    SELECT 1 FROM marketplace_wallet wallet
                     WHERE wallet.merchant_id = entry.merchant_id
                       AND wallet.company_id = entry.company_id
                       AND wallet.currency_id = entry.currency_id)
             GROUP BY entry.merchant_id, entry.company_id, merchant.code
             ORDER BY entry.merchant_id
            """
        )

    def _query_entry_state(self):
        return SQL(
            """
            SELECT entry.id, CONCAT(entry.kind, ' ', entry.amount, ': ', entry.state),
                   entry.company_id
              FROM marketplace_balance_entry entry
              LEFT JOIN marketplace_statement statement ON statement.id = entry.statement_id
             WHERE (entry.state IN ('in_statement', 'paid')) <> (entry.statement_id IS NOT NULL)
                OR (entry.statement_id IS NOT NULL) <> (statement.id IS NOT NULL)
                OR (entry.state = 'paid') <> (COALESCE(statement.state, '') = 'paid')
             ORDER BY entry.id
            """
        )

    def _query_refund(self):
        return SQL(
            """
            SELECT entry.order_id, CONCAT(o.name, ': ', SUM(entry.amount)), o.company_id
              FROM marketplace_balance_entry entry
              JOIN marketplace_order o ON o.id = entry.order_id
             WHERE entry.kind IN %s
             GROUP BY entry.order_id, o.id
            HAVING SUM(entry.amount) < 0
             ORDER BY entry.order_id
            """,
            CLEARING_KINDS,
        )

    def _query_captured(self):
        return SQL(
            """
            SELECT tx.id, CONCAT(tx.reference, ': ', -SUM(refund.amount), ' > ', tx.amount),
                   tx.company_id
              FROM payment_transaction tx
              JOIN payment_transaction refund
                ON refund.source_transaction_id = tx.id AND refund.operation = 'refund'
               AND refund.state NOT IN ('cancel', 'error')
             GROUP BY tx.id
            HAVING -SUM(refund.amount) > tx.amount
             ORDER BY tx.id
            """
        )

    def _query_deposit(self):
        return SQL(
            """
            WITH ledger AS (
                SELECT line.merchant_id, line.company_id, SUM(line.balance) AS amount
                  FROM account_move_line line
                  JOIN res_company company ON company.id = line.company_id
                   AND company.marketplace_deposit_account_id = line.account_id
                 WHERE line.parent_state = 'posted' AND line.merchant_id IS NOT NULL
                 GROUP BY line.merchant_id, line.company_id
            ), movements AS (
                SELECT merchant_id, company_id, SUM(amount) AS amount
                  FROM marketplace_deposit_movement
                 GROUP BY merchant_id, company_id
            )
            SELECT merchant_id, CONCAT(merchant.code, ': ', -COALESCE(ledger.amount, 0), ' ≠ ',
                                       COALESCE(movements.amount, 0)),
                   COALESCE(ledger.company_id, movements.company_id)
              FROM ledger
              FULL JOIN movements USING (merchant_id, company_id)
              JOIN marketplace_merchant merchant ON merchant.id = merchant_id
             WHERE COALESCE(ledger.amount, 0) + COALESCE(movements.amount, 0) <> 0
                OR movements.amount < 0
             ORDER BY merchant_id
            """
        )

    def _query_frozen(self):
        """Orders with merchants' lines only: the others' platform lines follow Odoo's rounding."""
        return SQL(
            """
            SELECT o.id, CONCAT(o.name, ': ', o.amount_total, ' ≠ ', SUM(line.marketplace_amount)),
                   o.company_id
              FROM sale_order o
              JOIN sale_order_line line ON line.order_id = o.id AND line.display_type IS NULL
             WHERE o.state = 'sale'
             GROUP BY o.id
            HAVING BOOL_AND(COALESCE(line.marketplace_frozen, FALSE))
               AND SUM(line.marketplace_amount) <> o.amount_total
             ORDER BY o.id
            """
        )

    # === CRON === #

    @api.model
    def _cron_check(self):
        """Check the books every night; a difference stops payouts until a check finds nothing."""
        self._check_and_block()
        self.env['marketplace.heartbeat']._beat('check')

    @api.model
    def _check_and_block(self):
        """Check, keep the result, and note on each company whether its payouts may go out.

        :return: the `marketplace.reconciliation` with what was found
        """
        findings = self._check()
        companies = self.env['res.company'].sudo().search(
            [('marketplace_clearing_account_id', '!=', False)]
        )
        for company in companies:
            reason = "; ".join(
                f"{item['name']} ({item['detail']})"
                for item in findings
                if item['company_id'] in (False, company.id)
            )
            if reason != (company.marketplace_payout_block or ""):
                company.marketplace_payout_block = reason
            if reason:
                _logger.warning(
                    "The marketplace's books of %s don't agree, its payouts are stopped: %s",
                    company.name, reason,
                )  # fmt: skip
        return self.env['marketplace.reconciliation'].sudo()._keep(
            companies, findings, self._run(self._watched())
        )
