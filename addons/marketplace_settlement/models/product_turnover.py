# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

DAYS = 30
# Shoppers and competitors read goods on sale, but not how they sell.
STAFF = 'marketplace_merchant.group_staff'


class ProductTemplate(models.Model):
    """What a merchant has of its goods, and how fast they leave."""

    _inherit = 'product.template'

    merchant_stock = fields.Float(
        string="In Stock", digits='Product Unit', compute='_compute_turnover', compute_sudo=True,
        groups=STAFF, help="On the merchant's shelf, with what is sold and not sent yet.",
    )  # fmt: skip
    merchant_stock_free = fields.Float(
        string="To Sell", digits='Product Unit', compute='_compute_turnover', compute_sudo=True,
        groups=STAFF, help="In stock, without what is reserved for orders.",
    )  # fmt: skip
    merchant_stock_sent = fields.Float(
        string="Sent in 30 Days", digits='Product Unit', compute='_compute_turnover',
        compute_sudo=True, groups=STAFF, help="What left the merchant's shelf for shoppers.",
    )  # fmt: skip
    merchant_stock_days = fields.Integer(
        string="Lasts (days)", compute='_compute_turnover', compute_sudo=True,
        groups=STAFF,
        help="How long what is left to sell lasts if it goes on leaving as in the last 30 days.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    def _compute_turnover(self):
        figures = self._turnover_figures()
        for product in self:
            stock, free, sent = figures.get(product.id, (0.0, 0.0, 0.0))
            product.merchant_stock = stock
            product.merchant_stock_free = free
            product.merchant_stock_sent = sent
            product.merchant_stock_days = max(free, 0.0) * DAYS / sent if sent > 0 else 0

    def _turnover_figures(self):
        """Return what is in stock, what is free, and what was sent: {template id: figures}."""
        if not self.ids:
            return {}
        self.env['stock.quant'].flush_model(['quantity', 'reserved_quantity'])
        self.env['stock.move.line'].flush_model(['state', 'date', 'quantity_product_uom'])
        rows = self.env.execute_query(SQL(
            """
            SELECT template.id, SUM(shelf.stock), SUM(shelf.free), SUM(way.sent)
              FROM product_template template
              JOIN product_product product ON product.product_tmpl_id = template.id
      CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(quant.quantity), 0) AS stock,
                       COALESCE(SUM(quant.quantity - quant.reserved_quantity), 0) AS free
                  FROM stock_location place
                  JOIN stock_quant quant ON quant.location_id = place.id
                       AND quant.product_id = product.id
                 WHERE place.merchant_id = template.merchant_id
              ) AS shelf
      CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(item.quantity_product_uom), 0) AS sent
                  FROM stock_move_line item
                  JOIN stock_move move ON move.id = item.move_id AND move.merchant_id IS NOT NULL
                  JOIN stock_location target ON target.id = item.location_dest_id
                       AND target.usage = 'customer'
                 WHERE item.product_id = product.id AND item.state = 'done' AND item.date >= %s
              ) AS way
             WHERE template.id = ANY(%s) AND template.merchant_id IS NOT NULL
          GROUP BY template.id
            """,
            fields.Datetime.subtract(fields.Datetime.now(), days=DAYS), self.ids,
        ))  # fmt: skip
        return {template_id: tuple(map(float, row)) for template_id, *row in rows}
