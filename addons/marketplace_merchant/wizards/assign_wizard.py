# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.marketplace_merchant.models.merchant_application import OFFICER


class MarketplaceAssignWizard(models.TransientModel):
    """Give applications to an officer, who reviews them."""

    _name = 'marketplace.assign.wizard'
    _description = "Assignment of Applications"

    application_ids = fields.Many2many(
        comodel_name='marketplace.merchant.application', string="Applications", required=True
    )
    reviewer_id = fields.Many2one(comodel_name='res.users', required=True)

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get('active_model') == 'marketplace.merchant.application':
            values['application_ids'] = [Command.set(self.env.context.get('active_ids', []))]
        return values

    # === ACTION METHODS === #

    def action_confirm(self):
        """Assign the applications, with the user's own rights."""
        self.ensure_one()
        if not self.reviewer_id.has_group(OFFICER):
            raise UserError(self.env._(
                "%s is no onboarding officer and can't review applications.", self.reviewer_id.name,
            ))
        self.application_ids._assign(self.reviewer_id)
        return {'type': 'ir.actions.act_window_close'}
