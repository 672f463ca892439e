# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

MONTHS = 12


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _tier_metric_queries(self):
        return [
            *super()._tier_metric_queries(), (('complaint_rate',), self._complaint_rate_query()),
        ]  # fmt: skip

    def _complaint_rate_query(self):
        """Return which percentage of the orders sent in the last months has a complaint.

        A withdrawn complaint does not count, and an order counts once. A merchant without orders
        has no rate.
        """
        concerned = SQL("part.merchant_id = ANY(%s)", self.ids) if self else SQL("TRUE")
        since = fields.Date.subtract(fields.Date.context_today(self), months=MONTHS)
        return SQL(
            """
            SELECT part.merchant_id,
                   100.0 * count(*) FILTER (WHERE EXISTS (
                       SELECT FROM marketplace_complaint complaint
                        WHERE complaint.order_id = part.id AND complaint.state != 'withdrawn'
                   )) / count(*) AS complaint_rate
              FROM marketplace_order part
             WHERE part.date_shipped >= %s AND %s
          GROUP BY part.merchant_id
            """,
            since, concerned,
        )  # fmt: skip
