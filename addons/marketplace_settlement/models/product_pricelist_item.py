# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    has_platform_share = fields.Boolean(
        string="Funded by the Marketplace", compute='_compute_has_platform_share', store=True,
        help="The marketplace pays for a part of what some price rule takes off.",
    )  # fmt: skip

    @api.depends('item_ids.platform_share')
    def _compute_has_platform_share(self):
        for pricelist in self:
            pricelist.has_platform_share = any(pricelist.item_ids.mapped('platform_share'))


class ProductPricelistItem(models.Model):
    _inherit = 'product.pricelist.item'

    platform_share = fields.Float(
        string="Funded by the Marketplace (%)",
        help="Which part of what this rule takes off the price of merchants' goods the marketplace"
        " pays. The merchants bear the rest, each on its own goods.",
    )

    _platform_share_percent = models.Constraint(
        'CHECK (platform_share BETWEEN 0 AND 100)',
        "The marketplace funds between 0 and 100 percent of a discount.",
    )
    # What is invoiced with nothing makes no journal item that a subsidy could go with.
    _platform_share_price = models.Constraint(
        """CHECK (COALESCE(platform_share, 0) = 0
                  OR NOT (compute_price = 'fixed' AND COALESCE(fixed_price, 0) = 0)
                 AND NOT (compute_price = 'percentage' AND percent_price >= 100))""",
        "The marketplace cannot fund a price of zero by a price rule. Use a coupon instead.",
    )
