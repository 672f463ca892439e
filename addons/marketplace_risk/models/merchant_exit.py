# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

from .complaint import FINAL_STATES


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _exit_obstacles(self):
        """Complaints come first: a decision may cost the deposit."""
        self.ensure_one()
        groups = self.env['marketplace.complaint'].sudo()._read_group(
            [('merchant_id', '=', self.id), ('state', 'not in', FINAL_STATES)],
            ['order_id.currency_id'], ['id:array_agg'],
        )  # fmt: skip
        return [
            *(
                self._prepare_obstacle(
                    'complaints', self.env._("Complaints"), 'marketplace.complaint', ids, 0.0,
                    currency, holds_deposit=True,
                )
                for currency, ids in groups
            ),
            *super()._exit_obstacles(),
        ]
