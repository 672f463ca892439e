# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    # Trade records are kept for at least three years; personal data needs no longer than that.
    marketplace_retention_years = fields.Integer(
        string="Retention of Personal Data (years)", default=3, required=True,
        help="Years after which the personal data of merchants that left is erased.",
    )  # fmt: skip

    _marketplace_retention_positive = models.Constraint(
        'CHECK (marketplace_retention_years >= 0)', "The years cannot be negative."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Let another time of retention count for merchants that have left already, too."""
        result = super().write(vals)
        if 'marketplace_retention_years' in vals:
            self.env['marketplace.exit'].sudo().search(
                [('company_id', 'in', self.ids), ('state', '=', 'closed')]
            )._plan_erasure()
        return result
