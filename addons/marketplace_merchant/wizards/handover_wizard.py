# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Command


class MarketplaceHandoverWizard(models.TransientModel):
    """Give merchants, with what was planned and promised to them, to another account manager."""

    _name = 'marketplace.handover.wizard'
    _description = "Handover of Merchants"

    merchant_ids = fields.Many2many(
        comodel_name='marketplace.merchant', string="Merchants", required=True
    )
    manager_id = fields.Many2one(
        comodel_name='res.users', string="New Account Manager", required=True,
        domain="[('share', '=', False)]",
    )  # fmt: skip
    note = fields.Text(
        string="What to Know", help="Goes into the history of each merchant, for colleagues only."
    )

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get('active_model') == 'marketplace.merchant':
            values['merchant_ids'] = [Command.set(self.env.context.get('active_ids', []))]
        return values

    # === ACTION METHODS === #

    def action_confirm(self):
        """Hand the merchants over, with the user's own rights."""
        self.ensure_one()
        self.merchant_ids.manager_id = self.manager_id
        if self.note:
            self.merchant_ids._message_log_batch({
                merchant.id: self.note for merchant in self.merchant_ids
            })
        return {'type': 'ir.actions.act_window_close'}
