# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_commission_notice_days = fields.Integer(
        related='company_id.marketplace_commission_notice_days', readonly=False
    )
