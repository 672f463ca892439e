# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import formatLang

# Whose deposit follows what they sell; before a shop opens its tier alone counts.
SELLING_STATES = ('active', 'suspended')
# Orders that may still come back.
EXPOSED_STATES = ('to_accept', 'to_ship', 'shipped', 'delivered')
TERMS = (
    'tier_id', 'tier_amount', 'category_amount', 'cap', 'open_amount', 'order_count',
    'disputed_count', 'dispute_rate', 'category_factor', 'exposure', 'amount',
)  # fmt: skip


class MarketplaceDepositRequirement(models.Model):
    """How large a merchant's deposit has to be since a day, term by term.

    Required is the exposure, open order value × dispute rate × category factor, at least the
    deposit of the tier and of the categories, and at most the tier's cap. A row is written on the
    days on which a term has changed; the last one counts.
    """

    _name = 'marketplace.deposit.requirement'
    _description = "Required Deposit"
    _inherit = ['marketplace.fixed.mixin']
    _order = 'date desc, id desc'
    _rec_name = 'merchant_id'
    _allow_sudo_commands = False

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='restrict'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(related='company_id.currency_id')
    date = fields.Date(string="In Force since", required=True, readonly=True)
    tier_id = fields.Many2one(comodel_name='marketplace.tier', readonly=True, ondelete='set null')
    tier_amount = fields.Monetary(string="Deposit of the Tier", readonly=True)
    category_amount = fields.Monetary(
        string="Deposit of the Categories", readonly=True,
        help="The highest that one of the merchant's categories asks for.",
    )  # fmt: skip
    cap = fields.Monetary(string="At Most", readonly=True, help="0: no limit.")
    open_amount = fields.Monetary(
        string="Open Orders", readonly=True,
        help="Orders under way, and those that the shopper may still return.",
    )  # fmt: skip
    order_count = fields.Integer(string="Orders Sent", readonly=True)
    disputed_count = fields.Integer(string="Of Them Disputed", readonly=True)
    dispute_rate = fields.Float(string="Dispute Rate (%)", digits=(8, 4), readonly=True)
    category_factor = fields.Float(
        digits=(8, 4), readonly=True, help="Mean of the categories, weighted by the open orders."
    )
    exposure = fields.Monetary(readonly=True, help="Open orders × dispute rate × category factor.")
    amount = fields.Monetary(string="Required Deposit", readonly=True)
    explanation = fields.Html(compute='_compute_explanation', sanitize=False)

    _day_uniq = models.UniqueIndex('(merchant_id, date)', "Each merchant has one row a day.")

    # === COMPUTE METHODS === #

    @api.depends_context('lang')
    def _compute_explanation(self):
        for requirement in self:
            requirement.explanation = self.env['ir.qweb']._render(
                'marketplace_settlement.deposit_explanation', {
                    'terms': requirement._terms(), 'what_if': requirement._what_if(),
                },
            )  # fmt: skip

    # === CRUD METHODS === #

    def _fixed_error(self):
        return UserError(self.env._(
            "What deposits have to come to is computed, not typed in, and kept for the record."
        ))

    # === WORDS === #

    def _terms(self):
        """Return the formula term by term, in words.

        :return: (label, value, note)
        :rtype: list[tuple]
        """
        self.ensure_one()
        company = self.company_id
        few = self.order_count < company.marketplace_deposit_min_orders
        rate_note = self.env._(
            "Fewer than %(minimum)s orders in %(days)s days: the standard rate counts.",
            minimum=company.marketplace_deposit_min_orders, days=company.marketplace_deposit_window,
        ) if few else self.env._(
            "%(disputed)s of %(orders)s orders sent in %(days)s days.",
            disputed=self.disputed_count, orders=self.order_count,
            days=company.marketplace_deposit_window,
        )  # fmt: skip
        terms = [
            (self.env._("Open orders"), self._format(self.open_amount), self.env._(
                "Under way, or the shopper may still return them."
            )),
            (self.env._("× dispute rate"), self._percent(self.dispute_rate), rate_note),
            (self.env._("× category factor"), f"{self.category_factor:.4g}", self.env._(
                "How risky the categories of the open orders are, on average."
            )),
            (self.env._("= exposure"), self._format(self.exposure), ""),
            (self.env._("At least, for the tier"), self._format(self.tier_amount),
             self.tier_id.name or ""),
        ]  # fmt: skip
        if self.category_amount:
            terms.append((
                self.env._("At least, for the categories"), self._format(self.category_amount),
                "",
            ))  # fmt: skip
        if self.cap:
            terms.append((self.env._("At most"), self._format(self.cap), self.tier_id.name))
        terms.append((self.env._("Required deposit"), self._format(self.amount), ""))
        return terms

    def _what_if(self):
        """Return in sentences what other numbers would ask for."""
        self.ensure_one()
        half = self.dispute_rate / 2
        return [
            self.env._(
                "With half the dispute rate, %(rate)s, %(amount)s would be required.",
                rate=self._percent(half), amount=self._format(self._required(rate=half)),
            ),
            self.env._(
                "With twice the dispute rate, %(rate)s, %(amount)s would be required.",
                rate=self._percent(self.dispute_rate * 2),
                amount=self._format(self._required(rate=self.dispute_rate * 2)),
            ),
            self.env._(
                "With twice the open orders, %(open)s, %(amount)s would be required.",
                open=self._format(self.open_amount * 2),
                amount=self._format(self._required(open_amount=self.open_amount * 2)),
            ),
        ]

    def _required(self, rate=None, open_amount=None):
        """Return what other values of the terms would ask for."""
        rate = self.dispute_rate if rate is None else rate
        open_amount = self.open_amount if open_amount is None else open_amount
        exposure = self.currency_id.round(open_amount * rate / 100 * self.category_factor)
        capped = min(exposure, self.cap) if self.cap else exposure
        return max(self.tier_amount, self.category_amount, capped)

    def _format(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _percent(self, rate):
        return self.env._("%s %%", formatLang(self.env, rate, digits=2))

    # === BUSINESS METHODS === #

    @api.model
    def _latest(self, merchants):
        """Return the row of each merchant that counts now."""
        self.flush_model()
        rows = self.env.execute_query(SQL(
            "SELECT DISTINCT ON (merchant_id) id FROM marketplace_deposit_requirement"
            " WHERE merchant_id = ANY(%s) ORDER BY merchant_id, date DESC",
            merchants.ids,
        ))  # fmt: skip
        return self.browse(row[0] for row in rows)

    @api.model
    def _compute_requirements(self, merchants=None):
        """Compute what deposits have to come to today; one SQL statement for all merchants.

        :param merchants: only these
        """
        self.env.flush_all()
        tiers = self._tier_amounts()
        if not tiers:
            return
        minimums = self._category_minimums(merchants)
        columns = SQL(', ').join(SQL.identifier(name) for name in TERMS)
        self.env.cr.execute(SQL(
            """
            WITH %(terms)s
            INSERT INTO marketplace_deposit_requirement
                   (merchant_id, company_id, date, %(columns)s,
                    create_uid, create_date, write_uid, write_date)
            SELECT merchant_id, company_id, %(today)s, %(columns)s,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM terms
             WHERE NOT EXISTS (
                    SELECT FROM latest
                     WHERE latest.merchant_id = terms.merchant_id
                       AND (%(latest)s) IS NOT DISTINCT FROM (%(current)s))
                ON CONFLICT (merchant_id, date) DO UPDATE
               SET %(sets)s, write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
            """,
            terms=self._terms_query(tiers, minimums, merchants), columns=columns,
            today=fields.Date.context_today(self), uid=self.env.uid,
            latest=SQL(', ').join(SQL.identifier('latest', name) for name in TERMS),
            current=SQL(', ').join(SQL.identifier('terms', name) for name in TERMS),
            sets=SQL(', ').join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                for name in TERMS
            ),
        ))  # fmt: skip
        self.invalidate_model()
        self.env['marketplace.merchant'].invalidate_model(['deposit_required', 'deposit_missing'])

    @api.model
    def _tier_amounts(self):
        """Return deposit and cap of each tier in each company's currency, as rows of SQL."""
        today = fields.Date.context_today(self)
        Tier = self.env['marketplace.tier'].sudo().with_context(active_test=False)
        all_tiers = Tier.search([('currency_id', '!=', False)])
        rows = []
        selling = self.env['marketplace.merchant'].sudo()._read_group(
            [('state', 'in', SELLING_STATES)], ['company_id']
        )
        for (company,) in selling:
            for tier in all_tiers:
                amounts = [
                    tier.currency_id._convert(amount, company.currency_id, company, today)
                    for amount in (tier.deposit_amount, tier.deposit_cap)
                ]
                rows.append(SQL(
                    "(%s, %s, %s::numeric, %s::numeric, %s)",
                    company.id, tier.id, *amounts, company.currency_id.decimal_places,
                ))  # fmt: skip
        return SQL(', ').join(rows) if rows else None

    @api.model
    def _category_minimums(self, merchants):
        """Return what categories ask for at least, where one does: {merchant id: amount}."""
        categories = self.env['product.category'].sudo().search(
            [('marketplace_deposit_minimum', '>', 0)]
        )
        domain = [('state', 'in', SELLING_STATES), ('category_ids', 'child_of', categories.ids)]
        if merchants is not None:
            domain.append(('id', 'in', merchants.ids))
        asked = self.env['marketplace.merchant'].sudo().search(domain)
        return {merchant.id: merchant._deposit_category_amount() for merchant in asked}

    @api.model
    def _terms_query(self, tiers, minimums, merchants):
        """Return the tables `terms` and `latest`, of all merchants that sell or of some."""
        chosen = SQL("TRUE") if merchants is None else SQL("merchant.id = ANY(%s)", merchants.ids)
        return SQL(
            """
            tier_amount (company_id, tier_id, amount, cap, decimals) AS (VALUES %(tiers)s),
            minimum AS (
                SELECT * FROM unnest(%(asked)s::int[], %(minimums)s::numeric[])
                           AS minimum (merchant_id, amount)
            ),
            merchant AS (
                SELECT merchant.id, merchant.company_id, merchant.tier_id
                  FROM marketplace_merchant merchant
                 WHERE merchant.state IN %(selling)s AND %(chosen)s
            ), open_part AS (
                SELECT part.id, part.merchant_id,
                       part.amount_total / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS amount
                  FROM marketplace_order part
                  JOIN sale_order sale ON sale.id = part.sale_order_id
                  JOIN merchant ON merchant.id = part.merchant_id
                 WHERE part.state IN %(exposed)s
            ), open_order AS (
                SELECT merchant_id, SUM(amount) AS amount FROM open_part GROUP BY merchant_id
            ), risk AS (
                SELECT category.id, COALESCE((
                        SELECT above.marketplace_deposit_factor FROM product_category above
                         WHERE category.parent_path LIKE above.parent_path || '%%'
                           AND above.marketplace_deposit_factor > 0
                         ORDER BY LENGTH(above.parent_path) DESC LIMIT 1), 1) AS factor
                  FROM product_category category
            ), weighted AS (
                SELECT part.merchant_id,
                       SUM(line.price_total * risk.factor) / SUM(line.price_total) AS factor
                  FROM open_part part
                  JOIN sale_order_line line ON line.marketplace_order_id = part.id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN risk ON risk.id = template.categ_id
                 WHERE line.price_total > 0 AND line.is_delivery IS NOT TRUE
                 GROUP BY part.merchant_id
            ), dispute AS (
                SELECT part.merchant_id, COUNT(*) AS orders,
                       COUNT(*) FILTER (WHERE %(disputed)s) AS disputed
                  FROM marketplace_order part
                  JOIN merchant ON merchant.id = part.merchant_id
                  JOIN res_company company ON company.id = merchant.company_id
                 WHERE part.date_shipped >= %(today)s::date - company.marketplace_deposit_window
                 GROUP BY part.merchant_id
            ), figure AS (
                SELECT merchant.id AS merchant_id, merchant.company_id, merchant.tier_id,
                       COALESCE(tier.amount, 0) AS tier_amount, COALESCE(tier.cap, 0) AS cap,
                       COALESCE(minimum.amount, 0) AS category_amount,
                       ROUND(COALESCE(open_order.amount, 0), tier.decimals) AS open_amount,
                       COALESCE(dispute.orders, 0) AS order_count,
                       COALESCE(dispute.disputed, 0) AS disputed_count,
                       ROUND((CASE WHEN dispute.orders >= company.marketplace_deposit_min_orders
                                   THEN 100.0 * dispute.disputed / dispute.orders
                                   ELSE company.marketplace_deposit_default_rate END)::numeric, 4)
                           AS dispute_rate,
                       ROUND(COALESCE(weighted.factor, 1)::numeric, 4) AS category_factor,
                       tier.decimals
                  FROM merchant
                  JOIN res_company company ON company.id = merchant.company_id
                  JOIN tier_amount tier
                    ON tier.company_id = merchant.company_id AND tier.tier_id = merchant.tier_id
             LEFT JOIN minimum ON minimum.merchant_id = merchant.id
             LEFT JOIN open_order ON open_order.merchant_id = merchant.id
             LEFT JOIN weighted ON weighted.merchant_id = merchant.id
             LEFT JOIN dispute ON dispute.merchant_id = merchant.id
            ), exposed AS (
                SELECT figure.*, ROUND(
                        open_amount * dispute_rate / 100 * category_factor, decimals) AS exposure
                  FROM figure
            ), terms AS (
                SELECT exposed.*, GREATEST(tier_amount, category_amount,
                                           CASE WHEN cap > 0 THEN LEAST(exposure, cap)
                                                ELSE exposure END) AS amount
                  FROM exposed
            ), latest AS (
                SELECT DISTINCT ON (merchant_id) *
                  FROM marketplace_deposit_requirement ORDER BY merchant_id, date DESC
            )
            """,
            tiers=tiers, asked=list(minimums), minimums=list(minimums.values()),
            selling=SELLING_STATES, exposed=EXPOSED_STATES, chosen=chosen,
            disputed=self._is_disputed(), today=fields.Date.context_today(self),
        )  # fmt: skip

    @api.model
    def _is_disputed(self):
        """Return the condition on an order, known as ``part``, that its shopper was let down.

        A return counts that went to the marketplace, unless the merchant was right; the addon
        that hears complaints adds them.
        """
        return SQL(
            "EXISTS (SELECT FROM marketplace_return request WHERE request.order_id = part.id"
            " AND request.date_escalated IS NOT NULL AND request.state <> 'rejected')"
        )

    # === CRON === #

    @api.model
    def _cron_deposits(self):
        """Compute every day what deposits have to come to, and ask for what is missing."""
        self._compute_requirements()
        Demand = self.env['marketplace.deposit.demand'].sudo()
        merchants = self.env['marketplace.merchant'].sudo().search(
            [('state', 'in', SELLING_STATES)]
        )
        merchants |= Demand.search([('state', 'in', ('open', 'overdue'))]).merchant_id
        Demand._follow(merchants, 'required')
        self.env['marketplace.heartbeat']._beat('deposits')
