# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    marketplace_deposit_factor = fields.Float(
        string="Deposit Factor", digits=(8, 4),
        help="How much riskier this category is than others: weighs the orders that are open in the"
        " merchant's deposit. 0: as the category above it, 1 if none has a factor.",
    )  # fmt: skip

    _marketplace_deposit_factor_positive = models.Constraint(
        'CHECK (marketplace_deposit_factor >= 0)', "A deposit factor cannot be negative."
    )


class MarketplaceTier(models.Model):
    _inherit = 'marketplace.tier'

    deposit_cap = fields.Monetary(
        string="Deposit at Most",
        help="Whatever the open orders and the dispute rate come to; 0: no limit. Never less than"
        " the deposit of the tier.",
    )

    _deposit_cap_positive = models.Constraint(
        'CHECK (deposit_cap >= 0)', "The largest deposit cannot be negative."
    )
