# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceRequirementWaiver(models.TransientModel):
    """Let one merchant do without something that is required, for a while or for good."""

    _name = 'marketplace.requirement.waiver'
    _inherit = ['marketplace.guard.mixin']
    _description = "Waiver of a Requirement"

    _guard_editable = ('requirement_id', 'valid_until', 'reason')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True
    )
    missing_ids = fields.Many2many(
        comodel_name='marketplace.requirement', compute='_compute_missing_ids'
    )
    requirement_id = fields.Many2one(
        comodel_name='marketplace.requirement', required=True,
        domain="[('id', 'in', missing_ids)]",
    )  # fmt: skip
    valid_until = fields.Date(string="Until", help="Last day; empty: for good.")
    reason = fields.Text(required=True)

    # === COMPUTE METHODS === #

    @api.depends('merchant_id')
    def _compute_missing_ids(self):
        requirements = self.env['marketplace.requirement']._in_use().with_env(self.env)
        for wizard in self:
            gaps = requirements._gaps(wizard.merchant_id)
            wizard.missing_ids = requirements.browse(
                requirement.id for requirement, lacking in gaps.items() if lacking
            )

    # === ACTION METHODS === #

    def action_waive(self):
        """Waive the requirement."""
        self.ensure_one()
        if self.valid_until and self.valid_until < fields.Date.context_today(self):
            raise UserError(self.env._("The last day of a waiver can't be in the past."))
        if self.requirement_id not in self.missing_ids:
            raise UserError(self.env._(
                "The merchant has this, or it is waived already. Nothing was changed."
            ))
        self.merchant_id.check_access('write')
        self.env['marketplace.requirement.submission']._waive(
            self.requirement_id, self.merchant_id, self.reason, self.valid_until
        )
        return {'type': 'ir.actions.act_window_close'}
