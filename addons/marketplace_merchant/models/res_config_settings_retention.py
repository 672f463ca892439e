# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_retention_years = fields.Integer(
        related='company_id.marketplace_retention_years', readonly=False
    )
