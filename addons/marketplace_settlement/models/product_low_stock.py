# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.tools.form_reader import FormReader

from .product_product import STOCK_MAXIMUM


class ProductTemplate(models.Model):
    """Goods of which too little is left, as their merchant sees it."""

    _inherit = 'product.template'

    low_stock_threshold = fields.Float(
        string="Warn Below", digits='Product Unit', copy=False,
        help="The merchant is told when what can still be sold falls to this. 0: never.",
    )  # fmt: skip
    is_low_stock = fields.Boolean(
        string="Low Stock", compute='_compute_is_low_stock', search='_search_is_low_stock',
        compute_sudo=True, help="What can still be sold has fallen to the threshold.",
    )  # fmt: skip
    is_low_stock_told = fields.Boolean(readonly=True, copy=False)

    _low_stock_idx = models.Index("(merchant_id) WHERE low_stock_threshold > 0")

    # === COMPUTE METHODS === #

    def _compute_is_low_stock(self):
        low = set(self.filtered('low_stock_threshold')._low_stock_ids())
        for product in self:
            product.is_low_stock = product.id in low

    def _search_is_low_stock(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return [('id', 'in' if True in value else 'not in', self._low_stock_query())]

    @api.model
    def _low_stock_query(self, concerned=None):
        """Return the query of the goods that fell to their threshold, reservations left aside."""
        self.env['stock.quant'].flush_model(['quantity', 'reserved_quantity'])
        self.flush_model(['low_stock_threshold', 'merchant_id', 'active'])
        return SQL(
            """
            SELECT template.id
              FROM product_template template
              JOIN product_product product ON product.product_tmpl_id = template.id
                   AND product.active
         LEFT JOIN stock_location place ON place.merchant_id = template.merchant_id
         LEFT JOIN stock_quant quant ON quant.product_id = product.id
                   AND quant.location_id = place.id
             WHERE template.low_stock_threshold > 0 AND template.merchant_id IS NOT NULL
                   AND template.active AND %s
          GROUP BY template.id
            HAVING COALESCE(SUM(quant.quantity - quant.reserved_quantity), 0)
                   <= template.low_stock_threshold
            """,
            concerned or SQL("TRUE"),
        )

    def _low_stock_ids(self):
        if not self:
            return []
        query = self._low_stock_query(SQL("template.id = ANY(%s)", self.ids))
        return [row[0] for row in self.env.execute_query(query)]

    # === PORTAL METHODS === #

    def portal_set_low_stock(self, threshold):
        """Choose as the merchant from which stock on to be warned; 0 or nothing: never.

        :param threshold: pieces in the product's unit, a number or the text that was typed
        :raise FieldErrors: when it makes no sense
        """
        product_sudo = self._portal_listing()
        reader = FormReader(self.env, {'low_stock_threshold': threshold})
        reader.number(
            'low_stock_threshold', self.env._("Warn below"), maximum=STOCK_MAXIMUM, required=False
        )
        threshold = reader.check()['low_stock_threshold'] or 0.0
        if threshold != product_sudo.low_stock_threshold:
            product_sudo.write({'low_stock_threshold': threshold, 'is_low_stock_told': False})

    # === CRON === #

    @api.model
    def _cron_low_stock(self):
        """Tell merchants once which goods run out; what was filled up may run out again."""
        products = self.sudo()
        products.search([
            ('is_low_stock_told', '=', True), ('is_low_stock', '=', False),
        ]).is_low_stock_told = False
        low = products.search([('is_low_stock', '=', True), ('is_low_stock_told', '=', False)])
        by_merchant = low.grouped('merchant_id')
        for merchant in self.env['ir.cron']._marketplace_each(low.merchant_id):
            goods = by_merchant[merchant]
            self.env['mail.template']._marketplace_send(
                'marketplace_settlement.mail_template_low_stock', merchant, products=goods
            )
            goods.is_low_stock_told = True
