# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_contest_days = fields.Integer(
        string="Days to Answer a Contested Line",
        default=5,
        help="How soon merchants are answered that contest a line of their statement. Later ones"
        " are shown as overdue.",
    )

    _marketplace_contest_days_positive = models.Constraint(
        'CHECK (marketplace_contest_days > 0)',
        "There is at least one day to answer a contested line.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_contest_days = fields.Integer(
        related='company_id.marketplace_contest_days', readonly=False
    )
