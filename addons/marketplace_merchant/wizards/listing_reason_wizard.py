# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceListingReasonWizard(models.TransientModel):
    """Ask why listings are rejected or taken down: a reason code, and what else there is to say."""

    _name = 'marketplace.listing.reason.wizard'
    _description = "Reason Against Listings"
    _inherit = ['marketplace.reason.wizard']

    reason = fields.Text(string="Remark", required=False)
    listing_reason_id = fields.Many2one(
        comodel_name='marketplace.listing.reason', string="Reason", required=True
    )
    advice = fields.Text(related='listing_reason_id.advice')
    offered_ids = fields.Many2many(
        comodel_name='marketplace.listing.reason', compute='_compute_offered_ids'
    )

    # === COMPUTE METHODS === #

    @api.depends_context('marketplace_action')
    def _compute_offered_ids(self):
        take_down = self.env.context.get('marketplace_action') == 'action_take_down'
        offered = self.env['marketplace.listing.reason'].search(
            [('for_take_down' if take_down else 'for_review', '=', True)]
        )
        for wizard in self:
            wizard.offered_ids = offered

    # === BUSINESS METHODS === #

    def _prepare_decision(self):
        return dict(super()._prepare_decision(), listing_reason_id=self.listing_reason_id.id)
