# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceHold(models.Model):
    _inherit = 'marketplace.hold'

    # === COMPUTE METHODS === #

    def _reason_text(self):
        complaints = self.env['marketplace.complaint'].sudo()
        if self.source_model == complaints._name:
            return self.env._("Complaint %s", complaints.browse(self.source_id).name)
        return super()._reason_text()
