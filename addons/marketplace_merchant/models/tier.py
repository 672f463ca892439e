# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceTier(models.Model):
    """The level of a merchant: what it takes to be there, and what it brings."""

    _name = 'marketplace.tier'
    _description = "Merchant Tier"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        selection=[
            ('basic', "Basic"),
            ('growth', "Growth"),
            ('core', "Core"),
            ('strategic', "Strategic"),
        ],
        required=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True, help="What the tier offers, in the merchants' words.")
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    deposit_amount = fields.Monetary(
        string="Deposit",
        help="What a merchant pays in before its shop opens, and keeps paid in while it sells.",
    )
    settlement_days = fields.Integer(
        string="Settlement After (days)",
        default=7,
        help="N of T+N: an order's money is available this many days after its completion.",
    )
    search_weight = fields.Integer(
        default=0, help="Goods of merchants with a higher weight come first in search results."
    )
    commission_group = fields.Char(
        help="A name that several tiers may share, so that one commission rule covers them."
    )
    logistics_subsidy = fields.Float(
        string="Logistics Subsidy (%)",
        digits=(5, 2),
        help="The part of its freight that the marketplace pays for the merchant.",
    )
    has_account_manager = fields.Boolean(
        string="Own Account Manager", help="The merchant has a person of the marketplace to call."
    )
    analytics_level = fields.Selection(
        selection=[('basic', "Basic"), ('standard', "Standard"), ('full', "Full")],
        string="Analytics",
        required=True,
        default='basic',
        help="How much of its figures the merchant sees.",
    )
    listing_sampling_rate = fields.Integer(
        string="Listings Reviewed (%)",
        default=100,
        groups='marketplace_merchant.group_staff',
        help="Of the listings without a machine's finding, how many a person still looks at.",
    )
    review_priority = fields.Integer(
        default=0, help="Applications and listings with a higher number are reviewed first."
    )
    review_days = fields.Integer(
        string="Reviewed within (days)",
        default=5,
        help="Working days in which an application of the tier is decided.",
    )
    minimum_stay_days = fields.Integer(
        string="Minimum Stay (days)",
        default=90,
        help="A review moves a merchant only after so many days in the tier, up or down.",
    )
    share_cap = fields.Float(
        string="Share at Most (%)",
        digits=(5, 2),
        default=100,
        help="How large a part of the active merchants may rise into the tier, if the settings"
        " limit it. Who no longer reaches a higher tier drops even into a full one.",
    )
    test_ids = fields.One2many(
        comodel_name='marketplace.tier.test', inverse_name='tier_id', string="Tests", copy=True,
        groups='marketplace_merchant.group_staff',
    )
    merchant_share = fields.Float(
        string="Share (%)", compute='_compute_merchant_count', digits=(5, 1),
        help="Of the active merchants.",
    )
    merchant_count = fields.Integer(
        string="Active Merchants", compute='_compute_merchant_count'
    )

    _code_uniq = models.Constraint('UNIQUE (code)', "There is already a tier of this kind.")
    _amounts_positive = models.Constraint(
        'CHECK (deposit_amount >= 0 AND settlement_days >= 0)',
        "The deposit and the days until settlement cannot be negative.",
    )
    _percents_range = models.Constraint(
        'CHECK (logistics_subsidy BETWEEN 0 AND 100 AND listing_sampling_rate BETWEEN 0 AND 100'
        ' AND share_cap BETWEEN 0 AND 100)',
        "Subsidies and shares lie between 0 and 100 %.",
    )
    _minimum_stay_positive = models.Constraint(
        'CHECK (minimum_stay_days >= 0)', "The minimum stay cannot be negative."
    )
    _review_days_positive = models.Constraint(
        'CHECK (review_days > 0)', "A review takes at least one day."
    )

    # === COMPUTE METHODS === #

    def _compute_merchant_count(self):
        counts = dict(self.env['marketplace.merchant']._read_group(
            [('state', '=', 'active')], ['tier_id'], ['__count']
        ))
        total = sum(counts.values())
        for tier in self:
            tier.merchant_count = counts.get(tier, 0)
            tier.merchant_share = 100 * tier.merchant_count / total if total else 0.0

    # === CONSTRAINT METHODS === #

    @api.constrains('active')
    def _check_archived_is_empty(self):
        for tier in self.filtered(lambda tier: not tier.active):
            count = self.env['marketplace.merchant'].sudo().search_count([
                ('tier_id', '=', tier.id), ('state', 'not in', ('closed', 'expelled')),
            ])  # fmt: skip
            if count:
                raise ValidationError(self.env._(
                    "There are merchants in the tier %(tier)s (%(count)s). Move them to other tiers"
                    " first.", tier=tier.name, count=count,
                ))

    @api.constrains('test_ids')
    def _check_staying_is_easier(self):
        """Whoever has just come in would drop out again otherwise."""
        for tier in self:
            entries = {
                (test.metric, test.operator): test
                for test in tier.test_ids if test.purpose == 'entry'
            }
            for stay in tier.test_ids.filtered(lambda test: test.purpose == 'stay'):
                entry = entries.get((stay.metric, stay.operator))
                if entry and not stay._is_easier(entry):
                    raise ValidationError(self.env._(
                        "%(tier)s, %(figure)s: staying in the tier cannot take more than entering"
                        " it.", tier=tier.name, figure=stay._metric_label(stay.metric),
                    ))

    # === ACTION METHODS === #

    def action_view_merchants(self):
        """Open the active merchants of the tier."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.merchant_action',
            [('tier_id', '=', self.id), ('state', '=', 'active')],
            display_name=self.name,
        )

    # === BUSINESS METHODS === #

    @api.model
    def _policy(self, company):
        """Return what decides about the tiers of a company's merchants.

        :return: ``tiers`` from the lowest up, ``tests`` with amounts in the company's currency,
            and whether ``share_cap`` limits the tiers; fit to be stored
        :rtype: dict
        """
        tiers = self.sudo().search([('active', '=', True)])
        return {
            'share_cap': company.marketplace_tier_share_cap,
            'tiers': [
                {name: tier[name] for name in ('id', 'minimum_stay_days', 'share_cap')}
                for tier in tiers
            ],
            'tests': [
                {
                    'tier_id': test.tier_id.id,
                    'purpose': test.purpose,
                    'metric': test.metric,
                    'operator': test.operator,
                    'threshold': tiers._threshold_in(test, company),
                }
                for test in tiers.test_ids
            ],
        }

    @api.model
    def _threshold_in(self, test, company):
        """Return what a test asks for, an amount in the company's currency."""
        if test.metric != 'sales_12m':
            return test.threshold
        today = fields.Date.context_today(self)
        currency = test.tier_id.currency_id
        return currency._convert(test.threshold, company.currency_id, company, today)

    def _benefits(self):
        """Return what the tier brings, as pairs of a label and a value in words.

        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        _ = self.env._
        levels = dict(self._fields['analytics_level']._description_selection(self.env))
        benefits = [
            (_("Days from completion to payment"), str(self.settlement_days)),
            (_("Working days to review an application"), str(self.review_days)),
            (_("Figures about your shop"), levels[self.analytics_level]),
        ]
        if self.search_weight:
            benefits.append((_("Extra points in search results"), str(self.search_weight)))
        if self.logistics_subsidy:
            benefits.append((_("Logistics subsidy"), f"{self.logistics_subsidy:g} %"))
        if self.has_account_manager:
            benefits.append((_("Account manager of your own"), _("Yes")))
        return benefits
