# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceListingBlock(models.Model):
    """One reason why one listing is off sale although it is approved.

    The reason has a source, such as a document that expired. When the source is settled, exactly
    the listings that it took off sale come back, unless something else keeps them away. Both ways
    take a constant number of statements, however many listings there are.
    """

    _name = 'marketplace.listing.block'
    _description = "Block of a Listing"
    _order = 'id desc'
    _rec_name = 'reason'
    _log_access = False  # thousands are written at once, and the audit log tells who did it

    product_tmpl_id = fields.Many2one(
        comodel_name='product.template', string="Goods", required=True, readonly=True,
        ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    res_model = fields.Char(string="Source Type", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field='res_model', required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True, help="Merchants read it.")

    # Goods are found by it as well: an index of their own would only slow the writing down.
    _source_uniq = models.Constraint(
        'UNIQUE (product_tmpl_id, res_model, res_id)', "These goods are blocked for this reason."
    )
    _source_idx = models.Index('(res_model, res_id)')

    # === BUSINESS METHODS === #

    @api.model
    def _block(self, listings, source, reason):
        """Take goods of merchants off sale because of ``source``; repetitions change nothing.

        :param listings: the goods
        :param source: the record that is the cause
        :param str reason: why, for the merchant and the audit log
        """
        return self._block_set(source._name, SQL(
            "SELECT id, %s, %s FROM product_template WHERE id = ANY(%s)",
            source.id, reason, listings.ids,
        ))  # fmt: skip

    @api.model
    def _block_set(self, res_model, query):
        """Take many goods off sale, for many sources of one model.

        :param str res_model: the model of the sources
        :param SQL query: selects the goods, the source and the reason, as (id, id, text)
        :return: the goods that had not been blocked for that source
        """
        self._flush_selling()
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_listing_block
                (product_tmpl_id, merchant_id, res_model, res_id, reason)
            SELECT cause.template_id, template.merchant_id, %s, cause.source_id, cause.reason
              FROM (%s) AS cause(template_id, source_id, reason)
              JOIN product_template AS template ON template.id = cause.template_id
             WHERE template.merchant_id IS NOT NULL
                ON CONFLICT (product_tmpl_id, res_model, res_id) DO NOTHING
         RETURNING product_tmpl_id, reason
            """,
            res_model, query,
        ))  # fmt: skip
        return self._apply(rows, 'off_sale')

    @api.model
    def _release(self, sources):
        """Take back the blocks that these records caused.

        :return: the goods that were blocked because of them
        """
        return self._release_where(
            SQL("res_model = %s AND res_id = ANY(%s)", sources._name, sources.ids)
        )

    @api.model
    def _release_where(self, condition):
        """Take back the blocks that meet an SQL condition.

        :return: the goods that were blocked by them
        """
        self._flush_selling()
        rows = self.env.execute_query(SQL(
            "DELETE FROM marketplace_listing_block WHERE %s RETURNING product_tmpl_id, reason",
            condition,
        ))  # fmt: skip
        return self._apply(rows, 'back_on_sale')

    @api.model
    def _flush_selling(self):
        self.flush_model()
        self.env['product.template'].flush_model(['merchant_id', 'listing_state', 'is_sellable'])
        self.env['marketplace.merchant'].flush_model(['is_selling'])

    @api.model
    def _apply(self, rows, change):
        """Bring the goods of ``rows`` (id, reason) in line with their blocks, and log it."""
        reasons = dict(rows)
        listings = self.env['product.template'].sudo().browse(reasons)
        # What `_compute_is_sellable` says of goods of merchants, for all of them at once.
        names = dict(self.env.execute_query(SQL(
            """
            UPDATE product_template AS template
               SET is_blocked = now.blocked, is_sellable = now.sellable, sale_ok = now.sellable
              FROM (
                    SELECT goods.id, block.blocked,
                           goods.listing_state = 'live' AND merchant.is_selling
                           AND NOT block.blocked AS sellable
                      FROM product_template AS goods
                      JOIN marketplace_merchant AS merchant ON merchant.id = goods.merchant_id
                CROSS JOIN LATERAL (
                            SELECT EXISTS (
                                SELECT FROM marketplace_listing_block
                                 WHERE product_tmpl_id = goods.id
                            ) AS blocked
                           ) AS block
                     WHERE goods.id = ANY(%s)
                   ) AS now
             WHERE template.id = now.id
         RETURNING template.id, template.name->>'en_US'
            """,
            listings.ids,
        )))  # fmt: skip
        self.invalidate_model()
        listings.invalidate_recordset(['is_blocked', 'is_sellable', 'sale_ok', 'block_ids'])
        self.env['marketplace.audit.log']._log(
            listings, 'change', reason=list(reasons.values()), after={'listing': change},
            system=True, names=[names[listing_id] for listing_id in listings.ids],
        )  # fmt: skip
        return listings
