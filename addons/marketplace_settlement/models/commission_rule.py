# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS, Domain

from odoo.addons.marketplace_merchant.models.state_mixin import Move

MANAGER = 'marketplace_settlement.group_finance_manager'


class MarketplaceCommissionRule(models.Model):
    """How much of a sale the marketplace keeps.

    The most specific rule wins: merchant and product, merchant and category, merchant, tier and
    category, group of tiers and category, category, tier, group of tiers, everything; of two
    categories the nearer one. On any day at most one published rule has the same scope. A
    published rule is never edited: a new version replaces it, so that every sold line can name
    the version it was charged by.
    """

    _name = 'marketplace.commission.rule'
    _description = "Commission Rule"
    _inherit = ['mail.thread', 'marketplace.state.mixin']
    _order = 'state, merchant_id, tier_id, categ_id, date_from desc, id desc'

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'active', by=(MANAGER,)),
        Move('active', 'retired', by=(MANAGER, 'system')),
    )

    name = fields.Char(compute='_compute_name', store=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "Published"), ('retired', "Retired")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', index='btree_not_null', ondelete='restrict'
    )
    product_tmpl_id = fields.Many2one(
        comodel_name='product.template',
        string="Product",
        domain="[('merchant_id', '=', merchant_id)]",
        index='btree_not_null',
        ondelete='restrict',
    )
    categ_id = fields.Many2one(
        comodel_name='product.category',
        string="Category",
        index='btree_not_null',
        ondelete='restrict',
        help="The rule also covers the categories below this one.",
    )
    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', index='btree_not_null', ondelete='restrict'
    )
    commission_group = fields.Char(
        string="Group of Tiers", help="Covers all tiers of this commission group."
    )
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', help="Empty: all companies."
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of the brackets, and of the amounts that count for a sale in a currency without a"
        " row of its own: these are converted by the exchange rate of its day.",
    )
    base = fields.Selection(
        selection=[('with_tax', "The price with tax"), ('without_tax', "The price without tax")],
        string="Charged on",
        required=True,
        default='with_tax',
        help="Of the goods, less the discounts that the merchant pays for.",
    )
    include_freight = fields.Boolean(
        string="Freight Too",
        help="The percentage is charged on the freight as well, without the fixed part, the"
        " minimum and the maximum.",
    )
    percent = fields.Float(
        digits=(16, 4),
        help="With brackets: of each month's sales below the first of them.",
    )
    bracket_ids = fields.One2many(
        comodel_name='marketplace.commission.bracket', inverse_name='rule_id', string="Brackets",
        copy=True,
        help="The part of a merchant's sales in a calendar month that lies above an amount is"
        " charged at the percentage of that bracket.",
    )  # fmt: skip
    amount_ids = fields.One2many(
        comodel_name='marketplace.commission.amount', inverse_name='rule_id',
        string="Fixed Part and Limits", copy=True,
    )  # fmt: skip
    # Brackets and amounts in the row of the rule: sales are rated without reading others, and who
    # changes a part of a draft meets who publishes it at the same moment.
    terms = fields.Json(compute='_compute_terms', store=True, groups=NO_ACCESS)
    refund_percent = fields.Float(
        string="Returned with a Refund (%)", digits=(16, 4), default=100.0,
        help="Which part of the commission goes back to the merchant when goods are refunded. All"
        " of it does when an order is cancelled before it is sent.",
    )  # fmt: skip
    date_from = fields.Date(string="Begins On", copy=False)
    date_to = fields.Date(string="Ends On", copy=False)
    replaces_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    root_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', string="First Version",
        compute='_compute_version', store=True, index=True, recursive=True,
    )  # fmt: skip
    version = fields.Integer(compute='_compute_version', store=True, recursive=True)

    _percent_range = models.Constraint(
        'CHECK (percent >= 0 AND percent <= 100)', "The percent lies between 0 and 100."
    )
    _refund_percent_range = models.Constraint(
        'CHECK (refund_percent >= 0 AND refund_percent <= 100)',
        "Between 0 and 100 percent of the commission go back with a refund.",
    )
    _dates_ordered = models.Constraint(
        'CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)',
        "A rule cannot end before it begins.",
    )
    # Ranges stand for the ids: PostgreSQL compares these without an extension.
    _overlap = models.Constraint(
        """EXCLUDE USING gist (
            int8range(COALESCE(company_id, 0), COALESCE(company_id, 0), '[]') WITH =,
            int8range(COALESCE(merchant_id, 0), COALESCE(merchant_id, 0), '[]') WITH =,
            int8range(COALESCE(product_tmpl_id, 0), COALESCE(product_tmpl_id, 0), '[]') WITH =,
            int8range(COALESCE(tier_id, 0), COALESCE(tier_id, 0), '[]') WITH =,
            int8range(hashtext(commission_group), hashtext(commission_group), '[]') WITH =,
            int8range(COALESCE(categ_id, 0), COALESCE(categ_id, 0), '[]') WITH =,
            daterange(date_from, date_to, '[]') WITH &&
        ) WHERE (state = 'active')""",
        "Another published commission rule covers the same sales in that time.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        'merchant_id', 'product_tmpl_id', 'categ_id', 'tier_id', 'commission_group', 'percent',
        'bracket_ids.amount_from', 'bracket_ids.percent', 'amount_ids.currency_id',
        'amount_ids.fixed',
    )  # fmt: skip
    def _compute_name(self):
        for rule in self:
            rule.name = rule._title()

    @api.depends(
        'bracket_ids.amount_from', 'bracket_ids.percent', 'amount_ids.currency_id',
        'amount_ids.fixed', 'amount_ids.minimum', 'amount_ids.maximum',
    )  # fmt: skip
    def _compute_terms(self):
        for rule in self:
            rule.terms = {
                'brackets': [
                    (row.amount_from, row.percent)
                    for row in rule.bracket_ids.sorted('amount_from')
                ],
                'amounts': {
                    row.currency_id.id: (row.fixed, row.minimum, row.maximum)
                    for row in rule.amount_ids
                },
            }

    @api.depends('replaces_id.version', 'replaces_id.root_id')
    def _compute_version(self):
        for rule in self:
            rule.root_id = rule.replaces_id.root_id or rule._origin
            rule.version = rule.replaces_id.version + 1

    # === CONSTRAINT METHODS === #

    @api.constrains('include_freight', 'product_tmpl_id', 'categ_id')
    def _check_include_freight(self):
        if any(rule.include_freight and (rule.product_tmpl_id or rule.categ_id) for rule in self):
            raise ValidationError(self.env._(
                "Freight is paid for a whole parcel: a rule for a product or a category cannot"
                " charge it. Choose a rule for a merchant, a tier or everything."
            ))

    @api.constrains('merchant_id', 'product_tmpl_id', 'categ_id', 'tier_id', 'commission_group')
    def _check_scope(self):
        for rule in self:
            if rule.product_tmpl_id and (rule.categ_id or not rule.merchant_id):
                raise ValidationError(
                    self.env._("A rule for a product names its merchant, and no category.")
                )
            if rule.product_tmpl_id and rule.product_tmpl_id.merchant_id != rule.merchant_id:
                raise ValidationError(self.env._("The product belongs to another merchant."))
            if rule.merchant_id and rule.tier_id:
                raise ValidationError(
                    self.env._("A rule is for one merchant or for a tier, not for both.")
                )
            if rule.commission_group and (rule.merchant_id or rule.tier_id):
                raise ValidationError(self.env._(
                    "A rule for a group of tiers names no merchant and no single tier."
                ))
            if rule.commission_group and not self.env['marketplace.tier'].search_count(
                [('commission_group', '=', rule.commission_group)], limit=1
            ):
                raise ValidationError(self.env._(
                    "No tier has the commission group “%s”.", rule.commission_group
                ))

    # === CRUD METHODS === #

    def write(self, vals):
        if self._fixed_fields().intersection(vals) and any(
            rule.state != 'draft' for rule in self
        ):
            raise UserError(
                self.env._(
                    "A published commission rule cannot be changed, because sold lines refer to"
                    " it. Use “Replace” to make a new version."
                )
            )
        return super().write(vals)

    def _set_end(self, day):
        """Write the one thing that changes on a published rule: when it ends."""
        self.ensure_one()
        before = fields.Date.to_string(self.date_to)
        self.check_access('write')
        # Past the guard of `write`: the rule itself stays as it was published.
        super().write({'date_to': day})  # pylint: disable=super-method-mismatch
        self.flush_recordset()
        self.env['marketplace.audit.log']._log(
            self, 'change', before={'date_to': before},
            after={'date_to': fields.Date.to_string(self.date_to)},
        )  # fmt: skip

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(rule.state != 'draft' for rule in self):
            raise UserError(self.env._("A published rule cannot be deleted: retire it."))

    @api.model
    def _fixed_fields(self):
        """Return the fields that say what is charged, and to whom."""
        return {
            'merchant_id', 'product_tmpl_id', 'categ_id', 'tier_id', 'commission_group',
            'company_id', 'currency_id', 'base', 'include_freight', 'percent', 'bracket_ids',
            'amount_ids', 'refund_percent', 'date_from', 'date_to', 'replaces_id', 'root_id',
            'version', 'name', 'replaced_until',
        }  # fmt: skip

    # === BUSINESS METHODS: LOOKUP === #

    @api.model
    def _find_for_lines(self, lines, company, date):
        """Return the rule of each order line.

        :param lines: `sale.order.line` of one company, of goods or freight of a merchant
        :param date: the day of the sale in the company's time zone
        :return: rule by line; an empty rule where none applies
        :rtype: dict[sale.order.line, marketplace.commission.rule]
        """
        by_scope = {rule._scope(): rule for rule in self.sudo().search(
            self._in_force_domain(company, lines.merchant_id, date)
        )}  # fmt: skip
        return {line: self._find_in(by_scope, company, self._scopes(line)) for line in lines}

    @api.model
    def _in_force_domain(self, companies, merchants, date):
        return (
            Domain('state', '=', 'active')
            & Domain('company_id', 'in', [False, *companies.ids])
            & Domain('merchant_id', 'in', [False, *merchants.ids])
            & (Domain('date_from', '=', False) | Domain('date_from', '<=', date))
            & (Domain('date_to', '=', False) | Domain('date_to', '>=', date))
        )

    @api.model
    def _find_in(self, by_scope, company, scopes):
        """Return the rule of the first scope that has one; a company's own goes first."""
        for scope in scopes:
            for company_id in (company.id, False):
                if rule := by_scope.get((company_id, *scope)):
                    return rule
        return self.browse()

    def _scope(self):
        self.ensure_one()
        return (
            self.company_id.id, self.merchant_id.id, self.product_tmpl_id.id,
            self.tier_id.id or self.commission_group, self.categ_id.id,
        )  # fmt: skip

    @api.model
    def _scopes(self, line):
        """Return the scopes that cover an order line, the most specific first.

        Freight is paid for a whole parcel: no rule for a product or a category covers it.
        """
        template = line.product_id.product_tmpl_id
        goods = not line.is_delivery
        return self._scopes_of(
            line.merchant_id.id, line.merchant_id.tier_id,
            goods and template.id, goods and template.categ_id.parent_path or '',
        )  # fmt: skip

    @api.model
    def _scopes_of(self, merchant_id, tier, template_id, categ_path):
        """Return the scopes that cover a sale, the most specific first.

        A scope is (merchant, product, tier, category), of ids or ``False``; in the place of the
        tier there may be the name of a group of tiers.
        """
        tiers = [tier.id, tier.commission_group] if tier.commission_group else [tier.id]
        categories = [int(part) for part in reversed(categ_path.split('/')[:-1])]
        return [
            (merchant_id, template_id, False, False),
            *((merchant_id, False, False, category) for category in categories),
            (merchant_id, False, False, False),
            *((False, False, level, category) for level in tiers for category in categories),
            *((False, False, False, category) for category in categories),
            *((False, False, level, False) for level in tiers),
            (False, False, False, False),
        ]
