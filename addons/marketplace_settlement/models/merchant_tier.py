# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

MONTHS = 12


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _tier_metric_query(self, metric):
        if metric == 'sales_12m':
            return SQL(
                "SELECT merchant_id, sold - refunded AS value FROM (%s) AS trade",
                self._tier_trade_query(),
            )
        if metric == 'refund_rate':
            return SQL(
                "SELECT merchant_id, 100 * refunded / NULLIF(sold, 0) AS value FROM (%s) AS trade",
                self._tier_trade_query(),
            )
        return super()._tier_metric_query(metric)

    def _tier_trade_query(self):
        """Return what these merchants, or all, sold in the last months, and what was refunded.

        Of completed orders, freight and discounts included, in the currency of the company at the
        rate of the order. A merchant without orders has sold nothing, so it has a row as well.
        """
        concerned = SQL("part.merchant_id = ANY(%s)", self.ids) if self else SQL("TRUE")
        since = fields.Date.subtract(fields.Date.context_today(self), months=MONTHS)
        return SQL(
            """
            WITH part AS (
                SELECT part.id, part.merchant_id, part.amount_total,
                       COALESCE(NULLIF(sale.currency_rate, 0), 1) AS rate
                  FROM marketplace_order part
                  JOIN sale_order sale ON sale.id = part.sale_order_id
                 WHERE part.state = 'completed' AND part.date_completed >= %(since)s
                   AND %(concerned)s
            ), credit AS (
                SELECT line.marketplace_order_id AS part_id, SUM(item.price_total) AS amount
                  FROM part
                  JOIN sale_order_line line ON line.marketplace_order_id = part.id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                  JOIN account_move_line item ON item.id = link.invoice_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE move.state = 'posted' AND move.move_type = 'out_refund'
              GROUP BY line.marketplace_order_id
            )
            SELECT merchant.id AS merchant_id,
                   COALESCE(SUM(part.amount_total / part.rate), 0) AS sold,
                   COALESCE(SUM(credit.amount / part.rate), 0) AS refunded
              FROM marketplace_merchant merchant
         LEFT JOIN part ON part.merchant_id = merchant.id
         LEFT JOIN credit ON credit.part_id = part.id
          GROUP BY merchant.id
            """,
            since=since, concerned=concerned,
        )  # fmt: skip
