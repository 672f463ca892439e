# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


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
    merchant_count = fields.Integer(compute='_compute_merchant_count')

    _code_uniq = models.Constraint('UNIQUE (code)', "There is already a tier of this kind.")
    _amounts_positive = models.Constraint(
        'CHECK (deposit_amount >= 0 AND settlement_days >= 0)',
        "The deposit and the days until settlement cannot be negative.",
    )
    _percents_range = models.Constraint(
        'CHECK (logistics_subsidy BETWEEN 0 AND 100 AND listing_sampling_rate BETWEEN 0 AND 100)',
        "The logistics subsidy and the share of listings to review lie between 0 and 100 %.",
    )
    _review_days_positive = models.Constraint(
        'CHECK (review_days > 0)', "A review takes at least one day."
    )

    # === COMPUTE METHODS === #

    def _compute_merchant_count(self):
        counts = dict(self.env['marketplace.merchant']._read_group(
            [('tier_id', 'in', self.ids)], ['tier_id'], ['__count']
        ))
        for tier in self:
            tier.merchant_count = counts.get(tier, 0)
