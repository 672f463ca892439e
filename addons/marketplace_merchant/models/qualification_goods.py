# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .qualification import COUNTING_STATES, LAPSED_STATES

SALES_DAYS = 90
SETTLE_BATCH = 500


class MarketplaceQualification(models.Model):
    """What hangs on a document: the goods that may be sold only while it is valid."""

    _inherit = 'marketplace.qualification'

    currency_id = fields.Many2one(related='merchant_id.currency_id')
    listing_ids = fields.Many2many(
        comodel_name='product.template', string="Goods", compute='_compute_goods',
        help="Goods on sale that need this document, or goods off sale because it lapsed.",
    )  # fmt: skip
    listing_count = fields.Integer(string="Number of Goods", compute='_compute_goods')
    sales_amount = fields.Monetary(
        string="Sales of These Goods", compute='_compute_goods', help="Of the last 90 days."
    )
    sales_share = fields.Float(
        string="Share of Sales", compute='_compute_goods',
        help="Of all that the merchant sold in the last 90 days.",
    )  # fmt: skip
    open_order_count = fields.Integer(
        string="Open Orders", compute='_compute_goods',
        help="Orders for these goods that are under way. They stay, whatever becomes of the"
        " document.",
    )  # fmt: skip
    impact = fields.Char(
        string="What Hangs on It", compute='_compute_impact',
        help="Goods, their part of the sales, and open orders.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('state', 'merchant_id', 'type_id', 'brand_ids')
    def _compute_goods(self):
        goods = self._dependent_listings()
        listings = self.env['product.template'].union(*goods.values())
        merchants_goods = self.env['product.template'].sudo().search(
            [('merchant_id', 'in', listings.sudo().merchant_id.ids)]
        )
        since = fields.Date.context_today(self) - timedelta(days=SALES_DAYS)
        sales = merchants_goods._marketplace_sales_since(since)
        orders = listings._marketplace_open_orders()
        totals = defaultdict(float)
        for listing in merchants_goods:
            totals[listing.merchant_id] += sales.get(listing.id, 0.0)
        for document in self:
            hanging = goods[document]
            total = totals[document.sudo().merchant_id]
            document.listing_ids = hanging
            document.listing_count = len(hanging)
            document.sales_amount = sum(sales.get(listing_id, 0.0) for listing_id in hanging.ids)
            document.sales_share = total and document.sales_amount / total
            document.open_order_count = len(
                set().union(*(orders.get(listing_id, ()) for listing_id in hanging.ids))
            )

    @api.depends('listing_count', 'sales_share', 'open_order_count')
    @api.depends_context('lang')
    def _compute_impact(self):
        for document in self:
            document.impact = bool(document.listing_count) and self.env._(
                "Goods: %(goods)s · share of sales: %(share)s %% · open orders: %(orders)s",
                goods=document.listing_count, share=round(document.sales_share * 100),
                orders=document.open_order_count,
            )

    @api.depends('name', 'merchant_id.name', 'listing_count')
    @api.depends_context('document_calendar', 'lang')
    def _compute_display_name(self):
        """On a calendar of many merchants, say whose document it is and what hangs on it."""
        if not self.env.context.get('document_calendar'):
            return super()._compute_display_name()
        for document in self:
            document.display_name = self.env._(
                "%(goods)s goods · %(merchant)s · %(document)s",
                merchant=document.merchant_id.name, document=document.type_id.name,
                goods=document.listing_count,
            )
        return None

    # === ACTION METHODS === #

    def action_open_listings(self):
        """Show the goods that hang on the document."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.product_template_action_listings',
            [('id', 'in', self.listing_ids.ids)],
            name=self.display_name,
        )

    # === BUSINESS METHODS === #

    def _dependent_listings(self):
        """Return for each document the goods that hang on it.

        For a document that counts: the goods on sale that need it and are covered by no other. For
        one that lapsed: the goods that are off sale because of it.

        :rtype: dict[marketplace.qualification, product.template]
        """
        counting = self.filtered(lambda document: document.state in COUNTING_STATES)
        lapsed = self.filtered(lambda document: document.state in LAPSED_STATES)
        blocks_sudo = self.env['marketplace.listing.block'].sudo().search(
            [('res_model', '=', self._name), ('res_id', 'in', lapsed.ids)]
        )
        listing_ids = defaultdict(list)
        for document_id, listing_id in counting._query_dependent():
            listing_ids[document_id].append(listing_id)
        for block_sudo in blocks_sudo:
            listing_ids[block_sudo.res_id].append(block_sudo.product_tmpl_id.id)
        Listing = self.env['product.template']
        return {document: Listing.browse(listing_ids[document.id]) for document in self}

    def _query_dependent(self):
        self.flush_model(['merchant_id', 'type_id', 'state', 'brand_ids'])
        needs = self.env['product.template']._document_needs(
            SQL("goods.merchant_id = ANY(%s) AND goods.is_sellable", self.merchant_id.ids)
        )
        return self.env.execute_query(SQL(
            """
            SELECT DISTINCT document.id, need.template_id
              FROM (%(needs)s) AS need
              JOIN marketplace_qualification AS document
                ON document.merchant_id = need.merchant_id
               AND document.type_id = need.type_id
               AND document.id = ANY(%(documents)s)
             WHERE %(names_brand)s
               AND NOT EXISTS (
                    SELECT FROM marketplace_qualification AS other
                     WHERE other.id != document.id AND %(other_covers)s
                   )
            """,
            needs=needs,
            documents=self.ids,
            names_brand=self._sql_names_brand('document'),
            other_covers=self._sql_covers('other', COUNTING_STATES),
        ))  # fmt: skip

    def _renewal_sentence(self):
        """Return what the merchant has to do by when, and what happens otherwise."""
        self.ensure_one()
        values = {
            'day': format_date(self.env, self.valid_until),
            'goods': self.listing_count,
            'share': round(self.sales_share * 100),
            'off_day': format_date(self.env, self.date_off_sale),
        }
        if not self.listing_count:
            return self.env._(
                "Renew it by %(day)s. None of your products hangs on it now.", **values
            )
        if not values['share']:
            return self.env._(
                "Renew it by %(day)s, or %(goods)s of your products will leave the shop on"
                " %(off_day)s.",
                **values,
            )
        return self.env._(
            "Renew it by %(day)s, or %(goods)s of your products (%(share)s %% of your sales in the"
            " last 90 days) will leave the shop on %(off_day)s.",
            **values,
        )

    def _get_portal_path(self):
        """Return where the merchant renews the document; the pages are another addon's."""
        return '/my'

    # === GOODS OFF SALE AND BACK === #

    @api.model
    def _settle_goods(self, merchants):
        """Bring the blocks of the merchants' goods in line with their documents.

        Goods that need a document which lapsed, and which no other covers, are off sale. All others
        that were off sale for such a reason are back. The number of statements does not grow with
        that of merchants, documents or goods.
        """
        if not merchants:
            return
        gaps = self._query_gaps(merchants)
        listing_ids = [listing_id for listing_id, _source in gaps]
        source_ids = [source_id for _listing, source_id in gaps]
        reasons = self.browse(set(source_ids))._lapse_reasons()
        Block = self.env['marketplace.listing.block'].sudo()
        Block._block_set(self._name, SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])",
            listing_ids, source_ids, [reasons[source_id] for source_id in source_ids],
        ))  # fmt: skip
        Block._release_where(SQL(
            "res_model = %s AND merchant_id = ANY(%s)"
            " AND (product_tmpl_id, res_id) NOT IN (SELECT * FROM unnest(%s::int[], %s::int[]))",
            self._name, merchants.ids, listing_ids, source_ids,
        ))  # fmt: skip

    def _lapse_reasons(self):
        """Return by id why goods that need the document are off sale, in the merchant's words."""
        return {
            document.id: document._lapse_reason()
            for lang, group in self.grouped(lambda doc: doc.merchant_id.partner_id.lang).items()
            for document in group.with_context(lang=lang)
        }

    def _lapse_reason(self):
        if self.state == 'revoked':
            return self.env._("%s was revoked.", self.name)
        return self.env._(
            "%(document)s was valid until %(day)s and has not been renewed.",
            document=self.name, day=format_date(self.env, self.valid_until),
        )

    @api.model
    def _query_gaps(self, merchants):
        """Return goods and the lapsed document for want of which they may not be sold."""
        Listing = self.env['product.template']
        self.flush_model(['merchant_id', 'type_id', 'state', 'brand_ids'])
        return self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (need.template_id, need.type_id) need.template_id, document.id
              FROM (%(needs)s) AS need
              JOIN marketplace_qualification AS document ON %(covered_it)s
             WHERE NOT EXISTS (
                    SELECT FROM marketplace_qualification AS other WHERE %(covers)s
                   )
          ORDER BY need.template_id, need.type_id, document.id DESC
            """,
            needs=Listing._document_needs(SQL(
                "goods.merchant_id = ANY(%s)"
                " AND goods.listing_state IN ('live', 'paused', 'taken_down')",
                merchants.ids,
            )),
            covered_it=self._sql_covers('document', LAPSED_STATES),
            covers=self._sql_covers('other', COUNTING_STATES),
        ))  # fmt: skip

    @api.model
    def _sql_covers(self, alias, states):
        """Whether the document ``alias``, in one of ``states``, is what a row of needs asks for."""
        return SQL(
            "%(doc)s.merchant_id = need.merchant_id AND %(doc)s.type_id = need.type_id"
            " AND %(doc)s.state = ANY(%(states)s) AND %(names_brand)s",
            doc=SQL.identifier(alias), states=list(states),
            names_brand=self._sql_names_brand(alias),
        )  # fmt: skip

    @api.model
    def _sql_names_brand(self, alias):
        field = self._fields['brand_ids']
        return SQL(
            "(need.brand_id IS NULL OR EXISTS ("
            "SELECT FROM %s AS named WHERE named.%s = %s.id AND named.%s = need.brand_id))",
            SQL.identifier(field.relation), SQL.identifier(field.column1), SQL.identifier(alias),
            SQL.identifier(field.column2),
        )  # fmt: skip

    # === CRON === #

    @api.model
    def _cron_settle_goods(self):
        """Settle once a day what changed elsewhere: tiers, countries, categories, requirements."""
        groups = self.sudo()._read_group(
            [('state', 'in', LAPSED_STATES), ('merchant_id', '!=', False)], ['merchant_id']
        )
        merchants = self.env['marketplace.merchant'].union(*(group[0] for group in groups))
        for batch in self.env['ir.cron']._marketplace_each(merchants, SETTLE_BATCH):
            self.sudo()._settle_goods(batch)
