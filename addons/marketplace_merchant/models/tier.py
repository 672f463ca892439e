# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceTier(models.Model):
    """The level of a merchant: what it deposits, and how soon it is paid."""

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
    merchant_count = fields.Integer(compute='_compute_merchant_count')

    _code_uniq = models.Constraint('UNIQUE (code)', "There is already a tier of this kind.")
    _amounts_positive = models.Constraint(
        'CHECK (deposit_amount >= 0 AND settlement_days >= 0)',
        "The deposit and the days until settlement cannot be negative.",
    )

    # === COMPUTE METHODS === #

    def _compute_merchant_count(self):
        counts = dict(self.env['marketplace.merchant']._read_group(
            [('tier_id', 'in', self.ids)], ['tier_id'], ['__count']
        ))
        for tier in self:
            tier.merchant_count = counts.get(tier, 0)
