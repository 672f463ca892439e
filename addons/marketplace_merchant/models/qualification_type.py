# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceQualificationType(models.Model):
    """A kind of document: business licence, food permit …"""

    _name = 'marketplace.qualification.type'
    _description = "Kind of Document"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(
        translate=True, help="What merchants read beside the field where they upload it."
    )
    needs_number = fields.Boolean(string="Has a Number", default=True)
    needs_expiry = fields.Boolean(string="Expires", default=True)
    warning_days = fields.Integer(
        string="Warn Before (days)",
        default=30,
        help="A document counts as expiring this many days before its last day.",
    )
    grace_days = fields.Integer(
        string="Grace (days)",
        default=15,
        help="An expired document still counts this many days, so that a renewal can be reviewed.",
    )
    requirement_ids = fields.One2many(
        comodel_name='marketplace.requirement', inverse_name='qualification_type_id',
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    _days_positive = models.Constraint(
        'CHECK (warning_days >= 0 AND grace_days >= 0)', "The days cannot be negative."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _from_form(self, type_id):
        """Return the kind of document that a form names.

        :raise UserError: if there is none
        """
        offered = self.sudo().search([('active', '=', True)])
        found = offered.filtered(lambda kind: str(kind.id) == str(type_id))
        if not found:
            raise UserError(self.env._("We do not ask for this kind of document any more."))
        return found
