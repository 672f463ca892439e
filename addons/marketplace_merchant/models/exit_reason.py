# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

EXIT_KINDS = [('voluntary', "The merchant leaves"), ('expulsion', "Expelled")]


class MarketplaceExitReason(models.Model):
    """Why merchants leave, in the few words that reports group by."""

    _name = 'marketplace.exit.reason'
    _description = "Reason of an Exit"
    _order = 'kind desc, sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=EXIT_KINDS, string="For", required=True, default='voluntary',
        help="Merchants choose among the first; the others are for expulsions.",
    )  # fmt: skip

    _name_uniq = models.Constraint('UNIQUE (name)', "There is already a reason with this name.")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        own = self.env.ref('marketplace_merchant.exit_reason_other')
        own |= self.env.ref('marketplace_merchant.exit_reason_expelled')
        if self & own:
            raise UserError(self.env._(
                "“%s” is needed by the marketplace itself. You can rename it.",
                ", ".join((self & own).mapped('name')),
            ))
