# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    marketplace_deposit_factor = fields.Float(
        string="Deposit Factor", digits=(8, 4),
        help="How much riskier this category is than others: weighs the orders that are open in the"
        " merchant's deposit. 0: as the category above it, 1 if none has a factor.",
    )  # fmt: skip

    marketplace_deposit_minimum = fields.Monetary(
        string="Deposit at Least", currency_field='marketplace_deposit_currency_id',
        help="What a merchant has to pay in that sells goods of this category, whatever its tier"
        " asks for. 0: as the category above it. Of several categories the highest counts.",
    )  # fmt: skip
    marketplace_deposit_currency_id = fields.Many2one(
        comodel_name='res.currency', string="Currency of the Deposit", ondelete='restrict',
        default=lambda self: self.env.company.currency_id,
    )  # fmt: skip

    _marketplace_deposit_factor_positive = models.Constraint(
        'CHECK (marketplace_deposit_factor >= 0)', "A deposit factor cannot be negative."
    )
    _marketplace_deposit_minimum_positive = models.Constraint(
        'CHECK (marketplace_deposit_minimum >= 0)', "A deposit cannot be negative."
    )
    _marketplace_deposit_minimum_currency = models.Constraint(
        'CHECK (marketplace_deposit_minimum = 0 OR marketplace_deposit_currency_id IS NOT NULL)',
        "Please choose the currency of the deposit.",
    )

    # === BUSINESS METHODS === #

    def _deposit_minimum(self, company):
        """Return what this category, or the nearest above it, asks of a merchant at least.

        In the currency of the company.
        """
        category = self
        while category and not category.marketplace_deposit_minimum:
            category = category.parent_id
        return category.marketplace_deposit_currency_id._convert(
            category.marketplace_deposit_minimum, company.currency_id, company,
            fields.Date.context_today(self),
        ) if category else 0.0  # fmt: skip


class MarketplaceTier(models.Model):
    _inherit = 'marketplace.tier'

    deposit_cap = fields.Monetary(
        string="Deposit at Most",
        help="Whatever the open orders and the dispute rate come to; 0: no limit. Never less than"
        " the deposit of the tier or of the categories.",
    )

    _deposit_cap_positive = models.Constraint(
        'CHECK (deposit_cap >= 0)', "The largest deposit cannot be negative."
    )
