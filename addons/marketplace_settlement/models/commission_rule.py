# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.marketplace_merchant.models.state_mixin import Move

MANAGER = 'marketplace_settlement.group_finance_manager'


class MarketplaceCommissionRule(models.Model):
    """How much of a sale the marketplace keeps.

    The most specific rule wins: merchant and product, merchant and category, merchant, tier and
    category, group of tiers and category, category, tier, group of tiers, everything; of two
    categories the nearer one; of two equal rules the newer one. A rule in use is never edited: a
    new one replaces it, so that every sold line can name the rule it was charged by.
    """

    _name = 'marketplace.commission.rule'
    _description = "Commission Rule"
    _inherit = ['mail.thread', 'marketplace.state.mixin']
    _order = 'state, merchant_id, tier_id, categ_id, id desc'

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'active', by=(MANAGER,)),
        Move('active', 'retired', by=(MANAGER, 'system')),
    )

    name = fields.Char(compute='_compute_name', store=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "In Use"), ('retired', "Retired")],
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
        help="Of the fixed part, the minimum and the maximum.",
    )
    percent = fields.Float(
        digits=(16, 4),
        help="Of the goods with tax, less the discounts that the merchant pays for.",
    )
    fixed = fields.Monetary(string="Fixed Part", help="Added once per order line.")
    minimum = fields.Monetary(help="The least that an order line is charged; 0 for none.")
    maximum = fields.Monetary(help="The most that an order line is charged; 0 for none.")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    replaces_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', readonly=True, copy=False, ondelete='restrict'
    )

    _percent_range = models.Constraint(
        'CHECK (percent >= 0 AND percent <= 100)', "The percent lies between 0 and 100."
    )
    _amounts_positive = models.Constraint(
        'CHECK (fixed >= 0 AND minimum >= 0 AND maximum >= 0)', "The amounts cannot be negative."
    )
    _minimum_below_maximum = models.Constraint(
        'CHECK (COALESCE(maximum, 0) = 0 OR COALESCE(minimum, 0) <= maximum)',
        "The minimum cannot be above the maximum.",
    )
    _dates_ordered = models.Constraint(
        'CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)',
        "A rule cannot end before it begins.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        'merchant_id', 'product_tmpl_id', 'categ_id', 'tier_id', 'commission_group', 'percent',
        'fixed',
    )  # fmt: skip
    def _compute_name(self):
        for rule in self:
            scope = [
                record.display_name
                for record in (
                    rule.merchant_id, rule.product_tmpl_id, rule.tier_id, rule.categ_id,
                )
                if record
            ]  # fmt: skip
            if rule.commission_group:
                scope.append(rule.commission_group)
            price = f"{rule.percent:g} %"
            if rule.fixed:
                price += f" + {rule.currency_id.format(rule.fixed)}"
            subject = ' · '.join(scope) or self.env._("Everything")
            rule.name = f'{subject}: {price}'

    # === CONSTRAINT METHODS === #

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
                    "A commission rule that was in use cannot be changed, because sold lines refer"
                    " to it. Use “Replace” to make a new version."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(rule.state != 'draft' for rule in self):
            raise UserError(self.env._("A rule that was in use cannot be deleted: retire it."))

    @api.model
    def _fixed_fields(self):
        """Return the fields that say what is charged, and to whom."""
        return {
            'merchant_id', 'product_tmpl_id', 'categ_id', 'tier_id', 'commission_group',
            'company_id', 'currency_id', 'percent', 'fixed', 'minimum', 'maximum', 'date_from',
            'date_to', 'replaces_id',
        }  # fmt: skip

    # === ACTION METHODS === #

    def action_activate(self):
        """Put the rules to use; a rule that a new version replaces retires."""
        self._move_to('active')
        replaced = self.replaces_id.filtered(lambda rule: rule.state == 'active')
        if replaced:
            replaced._move_to('retired')

    def action_retire(self):
        self._move_to('retired')

    def action_replace(self):
        """Open a draft of the next version of this rule."""
        self.ensure_one()
        draft = self.copy({'replaces_id': self.id})
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': draft.id,
            'view_mode': 'form',
        }

    # === BUSINESS METHODS === #

    @api.model
    def _find_for_lines(self, lines):
        """Return the rule of each order line.

        :param lines: `sale.order.line` of one company with a merchant
        :return: rule by line id; an empty rule where none applies
        :rtype: dict[int, marketplace.commission.rule]
        """
        by_scope = {}
        # The newest first: `setdefault` keeps it.
        for rule in self.sudo().search(self._in_use_domain(lines), order='id desc'):
            by_scope.setdefault(rule._scope(), rule)
        return {line.id: self._find_for_line(line, by_scope) for line in lines}

    @api.model
    def _in_use_domain(self, lines):
        today = fields.Date.context_today(self)
        return (
            Domain('state', '=', 'active')
            & Domain('company_id', 'in', [False, *lines.company_id.ids])
            & Domain('merchant_id', 'in', [False, *lines.merchant_id.ids])
            & (Domain('date_from', '=', False) | Domain('date_from', '<=', today))
            & (Domain('date_to', '=', False) | Domain('date_to', '>=', today))
        )

    @api.model
    def _find_for_line(self, line, by_scope):
        for scope in self._scopes(line):
            for company in (line.company_id.id, False):
                if rule := by_scope.get((company, *scope)):
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
        """Return the scopes that cover a line, the most specific first.

        A scope is (merchant, product, tier, category), of ids or ``False``; in the place of the
        tier there may be the name of a group of tiers.
        """
        merchant, tier = line.merchant_id.id, line.merchant_id.tier_id
        tiers = [tier.id, tier.commission_group] if tier.commission_group else [tier.id]
        template = line.product_id.product_tmpl_id
        path = template.categ_id.parent_path or ''
        categories = [int(part) for part in reversed(path.split('/')[:-1])]
        return [
            (merchant, template.id, False, False),
            *((merchant, False, False, category) for category in categories),
            (merchant, False, False, False),
            *((False, False, level, category) for level in tiers for category in categories),
            *((False, False, False, category) for category in categories),
            *((False, False, level, False) for level in tiers),
            (False, False, False, False),
        ]

    def _commission(self, base, currency, date):
        """Return the commission on ``base``, rounded; never more than the base itself.

        :param float base: goods with tax less discounts funded by the merchant, in ``currency``
        :param currency: the currency of the order
        :param date: the date of the exchange rate for the rule's own amounts
        """
        if not self or base <= 0:
            return 0.0
        fixed, minimum, maximum = (
            self.currency_id._convert(amount, currency, self.company_id or self.env.company, date)
            for amount in (self.fixed, self.minimum, self.maximum)
        )
        commission = max(base * self.percent / 100 + fixed, minimum)
        if maximum:
            commission = min(commission, maximum)
        return min(currency.round(commission), base)
