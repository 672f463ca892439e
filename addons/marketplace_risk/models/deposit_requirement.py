# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import SQL


class MarketplaceDepositRequirement(models.Model):
    _inherit = 'marketplace.deposit.requirement'

    # === BUSINESS METHODS === #

    @api.model
    def _is_disputed(self):
        """An order with a complaint counts as well, unless the shopper withdrew it."""
        return SQL(
            "(%s OR EXISTS (SELECT FROM marketplace_complaint complaint"
            " WHERE complaint.order_id = part.id AND complaint.state != 'withdrawn'))",
            super()._is_disputed(),
        )
