# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

TRADING_STATES = ('active', 'suspended', 'exiting')


class MarketplaceCommissionRule(models.Model):
    """Publication: from when a version counts, which one it follows, and who is told of it."""

    _inherit = 'marketplace.commission.rule'

    short_notice_reason = fields.Char(
        string="Reason for Short Notice", copy=False,
        help="Why the rule may begin before the days of notice are over, such as the clause of the"
        " agreement that allows it. The merchants read it.",
    )  # fmt: skip
    replaced_until = fields.Date(
        string="Version Before Ended On", readonly=True, copy=False,
        help="When the version before would have ended without this one.",
    )
    is_in_force = fields.Boolean(
        string="In Force", compute='_compute_is_in_force', search='_search_is_in_force'
    )
    version_count = fields.Integer(compute='_compute_version_count')
    notice_count = fields.Integer(compute='_compute_notice_count', compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends('state', 'date_from', 'date_to')
    def _compute_is_in_force(self):
        today = self.env.company._marketplace_today()
        for rule in self:
            rule.is_in_force = (
                rule.state == 'active'
                and (rule.date_from or today) <= today <= (rule.date_to or today)
            )

    @api.model
    def _search_is_in_force(self, operator, value):
        if operator != 'in':
            return NotImplemented
        today = self.env.company._marketplace_today()
        return (
            Domain('state', '=', 'active')
            & (Domain('date_from', '=', False) | Domain('date_from', '<=', today))
            & (Domain('date_to', '=', False) | Domain('date_to', '>=', today))
        )

    @api.depends('root_id')
    def _compute_version_count(self):
        counts = dict(self._read_group(
            [('root_id', 'in', self.root_id.ids)], ['root_id'], ['__count']
        ))  # fmt: skip
        for rule in self:
            rule.version_count = counts.get(rule.root_id, 0)

    def _compute_notice_count(self):
        counts = dict(self.env['marketplace.commission.notice']._read_group(
            [('rule_ids', 'in', self.ids)], ['rule_ids'], ['__count']
        ))  # fmt: skip
        for rule in self:
            rule.notice_count = counts.get(rule, 0)

    # === ACTION METHODS === #

    def action_publish(self):
        """Publish drafts, from their date on, and tell the merchants whom they concern.

        A draft without a date begins as soon as it may. The version that it replaces ends on the
        day before; at once, if the new one begins today.
        """
        for rule in self:
            rule._check_move(rule.state, 'active', None, False)
            rule._set_first_day()
        for rule in self:
            rule.replaces_id._make_way(rule)
        self._move_to('active')
        self.env['marketplace.commission.notice']._tell(self, 'begins')

    def action_retire(self):
        """End rules: at once, or after the days of notice where what comes then is dearer.

        A rule that has not begun yet is called off, and the version before it goes on.
        """
        for rule in self:
            rule._check_move(rule.state, 'retired', None, False)
        today = self.env.company._marketplace_today()
        to_come = self.filtered(lambda rule: rule.date_from and rule.date_from > today)
        later = (self - to_come).filtered(lambda rule: rule._is_end_dearer())
        at_once = self - to_come - later
        later._end_on(self._first_day_of_dearer() - timedelta(days=1))
        at_once._end_on(today)
        (to_come | at_once)._move_to('retired')
        for rule in to_come:
            rule.replaces_id._go_on_after(rule)
        Notice = self.env['marketplace.commission.notice']
        Notice._tell(to_come, 'cancelled')
        Notice._tell(at_once | later, 'ends')

    def action_replace(self):
        """Open a draft of the next version of this rule."""
        self.ensure_one()
        self._check_all_companies()
        return self.copy({'replaces_id': self.id})._get_records_action()

    def action_view_versions(self):
        """Show all versions of this rule, the newest first."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_commission_rule_action_versions'
        )
        return dict(action, domain=[('root_id', '=', self.root_id.id)])

    def action_view_notices(self):
        """Show which merchants were told of this rule."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_commission_notice_action'
        )
        return dict(action, domain=[('rule_ids', 'in', self.ids)])

    # === BUSINESS METHODS: DATES === #

    def _first_day_of_dearer(self):
        company = self.company_id[:1] or self.env.company
        return company._marketplace_today() + timedelta(
            days=company.marketplace_commission_notice_days
        )

    def _set_first_day(self):
        """Set the day from which a draft counts; raise where merchants would be told too late."""
        self.ensure_one()
        today = self.env.company._marketplace_today()
        is_dearer = not self.short_notice_reason and self._is_dearer()
        earliest = self._first_day_of_dearer() if is_dearer else today
        if self.date_from and is_dearer and self.date_from < earliest:
            raise UserError(self.env._(
                "%(rule)s makes sales dearer for %(count)s merchants: they are told %(days)s days"
                " before. It can begin on %(date)s at the earliest. Please change the date, or"
                " say why the agreement allows a shorter notice.",
                rule=self.display_name,
                count=len(self._concerned_merchants()),
                days=(earliest - today).days,
                date=fields.Date.to_string(earliest),
            ))
        self.date_from = max(self.date_from or earliest, earliest)

    def _make_way(self, successor):
        """End the version before the one that follows it."""
        for rule in self.filtered(lambda rule: rule.state == 'active'):
            rule._check_all_companies()
            today = self.env.company._marketplace_today()
            last_day = successor.date_from - timedelta(days=1)
            successor.replaced_until = rule.date_to
            if not rule.date_to or rule.date_to > last_day:
                rule._end_on(last_day)
            if successor.date_from <= today:
                rule._move_to('retired')

    def _go_on_after(self, successor):
        """Take back the end that a successor, which is called off now, had set."""
        for rule in self.filtered(lambda rule: rule.state == 'active'):
            if rule.date_to == successor.date_from - timedelta(days=1):
                rule._set_end(successor.replaced_until)

    def _end_on(self, day):
        """Let published rules end on a day, which is not before they began."""
        for rule in self:
            if not rule.date_to or rule.date_to > day:
                rule._set_end(max(day, rule.date_from or day))

    @api.model
    def _cron_retire_ended(self):
        """Retire the rules whose last day has passed."""
        today = self.env.company._marketplace_today()
        ended = self.search([('state', '=', 'active'), ('date_to', '<', today)])
        ended._move_to('retired', system=True)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        # What makes way does so before what follows: the database looks at each row.
        self.flush_recordset()

    def _check_move(self, source, target, reason, system):
        super()._check_move(source, target, reason, system)
        if not system:
            self._check_all_companies()
        if target == 'active':
            self._check_overlap()

    def _check_all_companies(self):
        """Raise unless the acting user has every company whose merchants the rule may charge."""
        self.ensure_one()
        if self.env.su or self.company_id:
            return
        trading = self.env['marketplace.merchant'].sudo()._read_group(
            [('state', 'in', TRADING_STATES)], [], ['company_id:recordset']
        )
        companies = self.sudo().merchant_id.company_id or trading[0][0]
        if companies - self.env.user.company_ids:
            raise AccessError(self.env._(
                "%s is for all companies, and you do not work for all of them. Please ask somebody"
                " who does, or make a rule for your own company.", self.display_name,
            ))

    def _check_overlap(self):
        """Raise if a rule of the same scope counts at the same time, and does not make way."""
        self.ensure_one()
        domain = Domain('id', 'not in', (self | self.replaces_id).ids)
        domain &= Domain('state', '=', 'active')
        domain &= self._same_scope_domain() & self._meets_domain()
        other = self.sudo().search(domain, limit=1)
        if other:
            raise UserError(self.env._(
                "%(other)s covers the same sales in that time. Open it and use “Replace”, so that"
                " it ends when %(rule)s begins.",
                other=other.display_name, rule=self.display_name,
            ))

    def _same_scope_domain(self):
        self.ensure_one()
        return Domain.AND(
            Domain(name, '=', self[name] if name == 'commission_group' else self[name].id)
            for name in (
                'company_id', 'merchant_id', 'product_tmpl_id', 'tier_id', 'commission_group',
                'categ_id',
            )
        )

    def _meets_domain(self):
        """Return the domain of the rules that count on some day on which this one counts."""
        self.ensure_one()
        domain = Domain.TRUE
        if self.date_to:
            domain &= Domain('date_from', '=', False) | Domain('date_from', '<=', self.date_to)
        if self.date_from:
            domain &= Domain('date_to', '=', False) | Domain('date_to', '>=', self.date_from)
        return domain

    # === BUSINESS METHODS: WHOM IT CONCERNS === #

    def _concerned_merchants(self):
        """Return the trading merchants that may sell something that the rule covers."""
        self.ensure_one()
        domain = Domain('state', 'in', TRADING_STATES)
        if self.company_id:
            domain &= Domain('company_id', 'in', [False, self.company_id.id])
        if self.merchant_id:
            domain &= Domain('id', '=', self.merchant_id.id)
        if self.tier_id:
            domain &= Domain('tier_id', '=', self.tier_id.id)
        if self.commission_group:
            domain &= Domain('tier_id.commission_group', '=', self.commission_group)
        if self.categ_id:
            goods = self.env['product.template'].sudo().with_context(active_test=False)
            sellers = goods._read_group(
                [('merchant_id', '!=', False), ('categ_id', 'child_of', self.categ_id.id)],
                ['merchant_id'],
            )
            domain &= Domain('id', 'in', [merchant.id for (merchant,) in sellers])
        return self.env['marketplace.merchant'].sudo().search(domain)

    def _is_dearer(self):
        """Return whether some merchant may pay more by this rule than by what counts now."""
        self.ensure_one()
        merchants = self._concerned_merchants()
        if not merchants:
            return False
        rivals = self._rules_that_yield(merchants)
        if not rivals:
            return any(percent for _limit, percent in self._limits()) or any(
                row.fixed or row.minimum for row in self.amount_ids
            )
        return any(self._charges_more_than(rival) for rival in rivals)

    def _is_end_dearer(self):
        """Return whether some merchant may pay more when this rule does not count any more."""
        self.ensure_one()
        merchants = self._concerned_merchants()
        return bool(merchants) and any(
            rival._charges_more_than(self) for rival in self._rules_that_yield(merchants) - self
        )

    def _rules_that_yield(self, merchants):
        """Return the rules in force that do not count where this one does.

        Those of the same scope; or else what merchants are charged by where there is none, which
        may be rules of several levels.
        """
        self.ensure_one()
        today = self.env.company._marketplace_today()
        rules = self.sudo().search(
            self._in_force_domain(self.company_id or self.env.companies, merchants, today)
        )
        same = rules.filtered(lambda rule: rule._scope() == self._scope())
        if same - self:
            return same
        return (rules - self).filtered(lambda rule: self._goes_before(rule, merchants))

    def _goes_before(self, other, merchants):
        """Return whether some sale of the merchants is covered by both, and charged by this one."""
        categories = (self.categ_id.parent_path or '', other.categ_id.parent_path or '')
        is_nearer = categories[0].startswith(categories[1])
        if self._rank() == other._rank() and not is_nearer:
            return False
        tiers = merchants.tier_id
        return (
            self._rank() <= other._rank()
            and (is_nearer or categories[1].startswith(categories[0]))
            and (not other.tier_id or other.tier_id in tiers)
            and (not other.commission_group
                 or other.commission_group in tiers.mapped('commission_group'))
            and (not other.product_tmpl_id or other.product_tmpl_id == self.product_tmpl_id)
        )  # fmt: skip

    def _rank(self):
        """Return how specific the rule is: the place of its scope among those of a sale."""
        self.ensure_one()
        if self.merchant_id:
            return 0 if self.product_tmpl_id else 1 if self.categ_id else 2
        if self.tier_id:
            return 3 if self.categ_id else 6
        if self.commission_group:
            return 4 if self.categ_id else 7
        return 5 if self.categ_id else 8

    def _charges_more_than(self, other):
        """Return whether some sale is charged more by this rule than by another."""
        self.ensure_one()
        company = self.company_id or self.env.company
        today = company._marketplace_today()
        limits = self._limits()
        other_limits = other._limits_in(self.currency_id, company, today)
        points = [limit for limit, _percent in (*limits, *other_limits)]
        return (
            any(percent_at(limits, point) > percent_at(other_limits, point) for point in points)
            or any(
                self._amounts_exceed(other, currency, company, today)
                for currency in self.env['res.currency'].search([])
            )
            or (self.base, other.base) == ('with_tax', 'without_tax')
            or (self.include_freight and not other.include_freight)
            or self.refund_percent < other.refund_percent
        )

    def _amounts_exceed(self, other, currency, company, date):
        """Return whether a sale in a currency may be charged more by fixed part or limits."""
        exceeds = currency.compare_amounts
        fixed, minimum, maximum = self._amounts_in(currency, company, date)
        rivals = other._amounts_in(currency, company, date)
        return (
            exceeds(fixed, rivals[0]) > 0
            or exceeds(minimum, rivals[1]) > 0
            or (bool(rivals[2]) and (not maximum or exceeds(maximum, rivals[2]) > 0))
        )

    # === BUSINESS METHODS: SCHEDULE === #

    @api.model
    def _covering_domain(self, merchant):
        """Return the domain of all rules that may charge the goods of a merchant."""
        tier = merchant.tier_id
        allowed = merchant.category_ids
        domain = (
            Domain('merchant_id', 'in', [False, merchant.id])
            & Domain('company_id', 'in', [False, merchant.company_id.id])
            & Domain('tier_id', 'in', [False, tier.id])
            & Domain('commission_group', 'in', [False, tier.commission_group or False])
        )
        if allowed:
            domain &= (
                Domain('categ_id', '=', False)
                | Domain('categ_id', 'child_of', allowed.ids)
                | Domain('categ_id', 'parent_of', allowed.ids)
            )
        return domain

    def _that_count(self):
        """Return the rules, the most specific first, without those that others leave nothing to."""
        rules = self.sorted(lambda rule: (rule._rank(), rule.id))
        for count, rule in enumerate(rules, start=1):
            if not rule.categ_id and not rule.product_tmpl_id:
                return rules[:count]
        return rules


def percent_at(limits, amount):
    """Return the percentage that counts above an amount of monthly sales."""
    return [percent for limit, percent in limits if limit <= amount][-1]
