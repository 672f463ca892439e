# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceScanMixin(models.AbstractModel):
    """A document with a scan in ``file``, named ``filename``, for the people who review it."""

    _name = 'marketplace.scan.mixin'
    _description = "Scan"

    # === ACTION METHODS === #

    def action_open_file(self):
        """Show the scan."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/file/{self.filename}',
            'target': 'new',
        }
