# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class MarketplaceBalanceEntry(models.Model):
    _inherit = 'marketplace.balance.entry'

    # === COMPUTE METHODS === #

    @api.depends('kind', 'order_id', 'reason')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """What it is, and which order or reason it comes from."""
        labels = dict(self._fields['kind']._description_selection(self.env))
        for entry in self:
            origin = entry.sudo().order_id.name or entry.reason
            label = labels.get(entry.kind, '')
            entry.display_name = f"{label}: {origin}" if origin else label
