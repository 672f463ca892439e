# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.tools import SQL

UNDER_WAY = ['to_accept', 'to_ship', 'shipped']


class ProductTemplate(models.Model):
    """What was sold of goods, and what is still under way."""

    _inherit = 'product.template'

    # === BUSINESS METHODS === #

    def _marketplace_sales_since(self, day):
        sales = super()._marketplace_sales_since(day)
        if not self:
            return sales
        self._flush_sales()
        rows = self.env.execute_query(SQL(
            """
            SELECT product.product_tmpl_id,
                   SUM(line.marketplace_amount / COALESCE(NULLIF(sale.currency_rate, 0), 1))
              FROM product_product AS product
              JOIN sale_order_line AS line ON line.product_id = product.id
              JOIN marketplace_order AS part ON part.id = line.marketplace_order_id
              JOIN sale_order AS sale ON sale.id = line.order_id
             WHERE product.product_tmpl_id = ANY(%s) AND sale.date_order >= %s
               AND part.state != 'cancelled'
          GROUP BY product.product_tmpl_id
            """,
            self.ids, day,
        ))  # fmt: skip
        return {**sales, **{template_id: float(amount or 0) for template_id, amount in rows}}

    def _marketplace_open_orders(self):
        orders = super()._marketplace_open_orders()
        if not self:
            return orders
        self._flush_sales()
        rows = self.env.execute_query(SQL(
            """
            SELECT product.product_tmpl_id, array_agg(DISTINCT part.id)
              FROM product_product AS product
              JOIN sale_order_line AS line ON line.product_id = product.id
              JOIN marketplace_order AS part ON part.id = line.marketplace_order_id
             WHERE product.product_tmpl_id = ANY(%s) AND part.state = ANY(%s)
          GROUP BY product.product_tmpl_id
            """,
            self.ids, UNDER_WAY,
        ))  # fmt: skip
        return {**orders, **dict(rows)}

    def _flush_sales(self):
        self.env['sale.order.line'].flush_model(
            ['product_id', 'order_id', 'marketplace_order_id', 'marketplace_amount']
        )
        self.env['marketplace.order'].flush_model(['state'])
        self.env['sale.order'].flush_model(['date_order', 'currency_rate'])
