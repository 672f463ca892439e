# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_accept_hours = fields.Integer(
        related='company_id.marketplace_accept_hours', readonly=False
    )
    marketplace_ship_hours = fields.Integer(
        related='company_id.marketplace_ship_hours', readonly=False
    )
    marketplace_confirm_days = fields.Integer(
        related='company_id.marketplace_confirm_days', readonly=False
    )
    marketplace_return_days = fields.Integer(
        related='company_id.marketplace_return_days', readonly=False
    )
    marketplace_return_answer_hours = fields.Integer(
        related='company_id.marketplace_return_answer_hours', readonly=False
    )
