# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_tier_share_cap = fields.Boolean(
        string="Limit the Share of Merchants per Tier",
        help="Reviews of tiers let only the best merchants rise into a tier, as far as its share"
        " at most has room.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_tier_share_cap = fields.Boolean(
        related='company_id.marketplace_tier_share_cap', readonly=False
    )
