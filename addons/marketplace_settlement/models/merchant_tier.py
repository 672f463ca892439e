# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

MONTHS = 12


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _tier_metric_queries(self):
        trade = SQL(
            "SELECT merchant_id, sold - refunded AS sales_12m,"
            " 100 * refunded / NULLIF(sold, 0) AS refund_rate FROM (%s) AS trade",
            self._tier_trade_query(),
        )
        return [
            *super()._tier_metric_queries(),
            (('sales_12m', 'refund_rate'), trade),
            (('late_rate',), self._late_rate_query()),
        ]

    def _late_rate_query(self):
        """Return which part of the orders due to be sent in the last months was late."""
        now = fields.Datetime.now()
        return SQL(
            """
            SELECT merchant_id, 100.0 * count(*) FILTER (WHERE is_late) / count(*) AS late_rate
              FROM marketplace_order
             WHERE ship_deadline BETWEEN %s AND %s AND (state != 'cancelled' OR is_late) AND %s
          GROUP BY merchant_id
            """,
            fields.Datetime.subtract(now, months=MONTHS), now,
            SQL("merchant_id = ANY(%s)", self.ids) if self else SQL("TRUE"),
        )  # fmt: skip

    def _tier_trade_query(self):
        """Return what these merchants, or all, sold in the last months, and what was refunded.

        Of completed orders, freight and discounts included, in the currency of the company at the
        rate of the order. A merchant without orders has sold nothing, so it has a row as well.
        """
        since = fields.Date.subtract(fields.Date.context_today(self), months=MONTHS)
        completed = SQL(
            """
            marketplace_order part
              JOIN sale_order sale ON sale.id = part.sale_order_id
                   AND part.state = 'completed' AND part.date_completed >= %s AND %s
            """,
            since, SQL("part.merchant_id = ANY(%s)", self.ids) if self else SQL("TRUE"),
        )  # fmt: skip
        return SQL(
            """
            SELECT merchant.id AS merchant_id, COALESCE(sale.amount, 0) AS sold,
                   COALESCE(credit.amount, 0) AS refunded
              FROM marketplace_merchant merchant
         LEFT JOIN (
                SELECT part.merchant_id, SUM(part.amount_total / %(rate)s) AS amount
                  FROM %(completed)s
              GROUP BY part.merchant_id
              ) AS sale ON sale.merchant_id = merchant.id
         LEFT JOIN (
                SELECT part.merchant_id, SUM(item.price_total / %(rate)s) AS amount
                  FROM %(completed)s
                  JOIN sale_order_line line ON line.marketplace_order_id = part.id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                  JOIN account_move_line item ON item.id = link.invoice_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE move.state = 'posted' AND move.move_type = 'out_refund'
              GROUP BY part.merchant_id
              ) AS credit ON credit.merchant_id = merchant.id
             WHERE %(concerned)s
            """,
            completed=completed, rate=SQL("COALESCE(NULLIF(sale.currency_rate, 0), 1)"),
            concerned=SQL("merchant.id = ANY(%s)", self.ids) if self else SQL("TRUE"),
        )  # fmt: skip
