# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceComplaintMessage(models.Model):
    """What one side of a complaint said and showed. Nobody alters it, not even the platform."""

    _name = 'marketplace.complaint.message'
    _inherit = ['marketplace.evidence.mixin']
    _description = "Complaint Message"
    _order = 'id'
    _rec_name = 'complaint_id'

    complaint_id = fields.Many2one(
        comodel_name='marketplace.complaint',
        readonly=True,
        required=True,
        ondelete='restrict',
        index=True,
    )
    author_id = fields.Many2one(
        comodel_name='res.partner', readonly=True, required=True, ondelete='restrict'
    )
    party = fields.Selection(
        selection=[('shopper', "Shopper"), ('merchant', "Merchant"), ('platform', "Platform")],
        readonly=True,
        required=True,
    )
    body = fields.Text(string="Message", readonly=True, required=True)

    # === CRUD METHODS === #

    def write(self, vals):
        if self:
            raise UserError(
                self.env._("A message of a complaint cannot be changed. Send a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A message of a complaint cannot be removed. Send a new one."))
