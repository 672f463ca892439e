# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class LoyaltyProgram(models.Model):
    _inherit = 'loyalty.program'

    platform_share = fields.Float(
        string="Funded by the Marketplace (%)",
        default=100.0,
        help="Which part of the discount on merchants' goods the marketplace pays. The merchants"
        " bear the rest, each on its own goods.",
    )

    _platform_share_percent = models.Constraint(
        'CHECK (platform_share BETWEEN 0 AND 100)',
        "The marketplace funds between 0 and 100 percent of a discount.",
    )
