# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class MarketplaceProposalMixin(models.AbstractModel):
    _inherit = 'marketplace.proposal.mixin'

    # === COMPUTE METHODS === #

    @api.model
    def _case_models(self):
        return [*super()._case_models(), 'marketplace.complaint']
