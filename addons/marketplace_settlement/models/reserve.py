# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .balance_entry import in_statements

MANAGER = 'marketplace_settlement.group_finance_manager'
# What the reserve is a part of: the sales of a statement, less what went back of them.
BASE_KINDS = (
    'sale', 'shipping', 'discount', 'subsidy', 'sale_refund', 'shipping_refund', 'discount_refund',
    'subsidy_refund',
)  # fmt: skip


class MarketplaceReserveRule(models.Model):
    """Which part of the sales in a statement is kept back, and for how long.

    A rolling reserve covers what shoppers may still claim. The most specific rule counts: that of
    the merchant, of its tier, of everybody; of two equal ones the newer. A rule in use is never
    edited: a new version replaces it, and each reserve goes on naming the one it was kept by.
    """

    _name = 'marketplace.reserve.rule'
    _description = "Reserve Rule"
    _inherit = ['mail.thread', 'marketplace.state.mixin']
    _order = 'state, merchant_id, tier_id, id desc'

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'active', by=(MANAGER,)),
        Move('active', 'retired', by=(MANAGER,)),
    )

    name = fields.Char(compute='_compute_name')
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
    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', index='btree_not_null', ondelete='restrict'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', help="Empty: all companies."
    )
    percent = fields.Float(
        digits=(16, 2), required=True, help="Of the sales in a statement, less their refunds."
    )
    days = fields.Integer(
        required=True, default=30, help="How long it is kept after the statement's last day."
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    replaces_id = fields.Many2one(
        comodel_name='marketplace.reserve.rule', readonly=True, copy=False, ondelete='restrict'
    )
    hold_ids = fields.One2many(
        comodel_name='marketplace.hold', inverse_name='reserve_rule_id', readonly=True
    )

    _percent_range = models.Constraint(
        'CHECK (percent > 0 AND percent <= 100)',
        "The percent is more than 0 and at most 100.",
    )
    _days_range = models.Constraint(
        'CHECK (days > 0 AND days <= 730)', "A reserve is kept between one day and two years."
    )
    _dates_ordered = models.Constraint(
        'CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)',
        "A rule cannot end before it begins.",
    )

    # === COMPUTE METHODS === #

    @api.depends('merchant_id', 'tier_id', 'percent', 'days')
    @api.depends_context('lang')
    def _compute_name(self):
        for rule in self:
            scope = rule.merchant_id or rule.tier_id
            rule.name = self.env._(
                "%(scope)s: %(percent)s %% for %(days)s days",
                scope=scope.display_name if scope else self.env._("Everybody"),
                percent=f"{rule.percent:g}",
                days=rule.days,
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('merchant_id', 'tier_id')
    def _check_scope(self):
        if any(rule.merchant_id and rule.tier_id for rule in self):
            raise ValidationError(
                self.env._("A rule is for one merchant or for a tier, not for both.")
            )

    # === CRUD METHODS === #

    def write(self, vals):
        fixed = {
            'merchant_id', 'tier_id', 'company_id', 'percent', 'days', 'date_from', 'date_to',
            'replaces_id',
        }  # fmt: skip
        if fixed.intersection(vals) and any(rule.state != 'draft' for rule in self):
            raise UserError(
                self.env._(
                    "A reserve rule that was in use cannot be changed, because reserves refer to"
                    " it. Use “Replace” to make a new version."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(rule.state != 'draft' for rule in self):
            raise UserError(self.env._("A rule that was in use cannot be deleted: retire it."))

    # === ACTION METHODS === #

    def action_activate(self):
        """Put the rules to use; the version before counts until the new one begins."""
        self._move_to('active')
        for rule in self:
            rule.replaces_id._make_way(rule.date_from)

    def action_retire(self):
        self._move_to('retired')

    def action_replace(self):
        """Open a draft of the next version of this rule."""
        self.ensure_one()
        return self.copy({'replaces_id': self.id})._get_records_action()

    # === BUSINESS METHODS === #

    def _make_way(self, day):
        """End the version before the one that counts from ``day``, or from now on."""
        for rule in self.filtered(lambda rule: rule.state == 'active'):
            last_day = day and day - timedelta(days=1)
            if not day or day <= fields.Date.context_today(self) or (
                rule.date_from and rule.date_from > last_day
            ):
                rule._move_to('retired')
            elif not rule.date_to or rule.date_to > last_day:
                rule._set_end(last_day)

    def _set_end(self, day):
        """Write the one thing that changes on a rule in use: when it ends."""
        self.ensure_one()
        before = fields.Date.to_string(self.date_to)
        self.check_access('write')
        # Past the guard of `write`: what the rule says stays as it was.
        super().write({'date_to': day})  # pylint: disable=super-method-mismatch
        self.env['marketplace.audit.log']._log(
            self, 'change', before={'date_to': before},
            after={'date_to': fields.Date.to_string(day)},
        )  # fmt: skip

    @api.model
    def _for_statements(self, statements):
        """Return the rule of each statement, as of the statement's last day.

        :return: {statement: rule}, an empty rule where none applies
        :rtype: dict
        """
        by_scope = {}
        in_use = Domain('state', '=', 'active') & Domain(
            'company_id', 'in', [False, *statements.company_id.ids]
        )
        # The newest first: `setdefault` keeps it.
        for rule in self.sudo().search(in_use, order='id desc'):
            key = (rule.company_id.id, rule.merchant_id.id, rule.tier_id.id)
            by_scope.setdefault(key, []).append(rule)
        return {statement: self._find(statement, by_scope) for statement in statements}

    @api.model
    def _find(self, statement, by_scope):
        merchant = statement.merchant_id
        scopes = ((merchant.id, False), (False, merchant.tier_id.id), (False, False))
        for scope in scopes:
            for company in (statement.company_id.id, False):
                for rule in by_scope.get((company, *scope), ()):
                    if rule._covers(statement.date_to):
                        return rule
        return self.browse()

    def _covers(self, day):
        self.ensure_one()
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or day <= self.date_to
        )


class MarketplaceHold(models.Model):
    _inherit = 'marketplace.hold'

    reserve_rule_id = fields.Many2one(
        comodel_name='marketplace.reserve.rule', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    # === BUSINESS METHODS === #

    def _add_reserves(self):
        """Keep the reserve of these drafts: less is paid now, and the same amount later.

        Each reserve is a hold with two entries: what the statement pays less, and the same amount,
        held until the reserve's time is over. What is in a draft of a reserve already, because
        its statement was reversed, counts. A reserve never takes more than the statement pays.
        """
        super()._add_reserves()
        rules = self.env['marketplace.reserve.rule']._for_statements(self)
        amounts = self._reserve_amounts(rules)
        if not amounts:
            return
        holds = self.env['marketplace.hold'].sudo().create([
            statement._prepare_reserve_hold(rules[statement]) for statement in amounts
        ])
        self.env['marketplace.balance.entry'].sudo().create([
            vals
            for (statement, amount), hold in zip(amounts.items(), holds, strict=True)
            for vals in statement._prepare_reserve_entries(hold, amount)
        ])
        self.browse(statement.id for statement in amounts)._add_up()

    def _reserve_amounts(self, rules):
        """Return what is to be kept of each statement with a rule: {statement: amount}."""
        covered = self.filtered(lambda statement: rules[statement])
        self.env.flush_all()
        rows = covered and self.env.execute_query(SQL(
            """
            SELECT statement_id, COALESCE(SUM(amount) FILTER (WHERE kind IN %s), 0),
                   COALESCE(SUM(amount) FILTER (WHERE kind = 'reserve'), 0), SUM(amount)
              FROM marketplace_balance_entry
             WHERE %s
             GROUP BY statement_id
            """,
            BASE_KINDS, in_statements('marketplace_balance_entry', covered.ids),
        ))  # fmt: skip
        sums = {row[0]: map(float, row[1:]) for row in rows}
        amounts = {}
        for statement in covered.filtered(lambda statement: statement.id in sums):
            base, kept, net = sums[statement.id]
            wanted = statement.currency_id.round(base * rules[statement].percent / 100) + kept
            amount = statement.currency_id.round(min(wanted, net))
            if amount > 0:
                amounts[statement] = amount
        return amounts

    def _prepare_reserve_hold(self, rule):
        until = datetime.combine(self.date_to + timedelta(days=rule.days), time.min)
        return {
            'kind': 'reserve',
            'merchant_id': self.merchant_id.id,
            'company_id': self.company_id.id,
            # The merchant reads it, for as long as the reserve is kept.
            'reason': rule.with_context(lang=self.merchant_id.partner_id.lang).name,
            'reserve_rule_id': rule.id,
            'source_model': self._name,
            'source_id': self.id,
            'deadline': until,
        }

    def _prepare_reserve_entries(self, hold, amount):
        common = {
            'merchant_id': self.merchant_id.id,
            'company_id': self.company_id.id,
            'currency_id': self.currency_id.id,
            'source_model': hold._name,
            'source_id': hold.id,
            'reason': self.env._("%(statement)s, %(rule)s", statement=self.name, rule=hold.reason),
        }
        return [
            dict(common, kind='reserve', amount=-amount, state='in_statement',
                 statement_id=self.id),
            dict(common, kind='reserve_release', amount=amount, state='held', hold_id=hold.id),
        ]  # fmt: skip
