# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import fields, models


class MarketplaceDownloadMixin(models.AbstractModel):
    """A wizard that makes a file for the person who asks for it."""

    _name = 'marketplace.download.mixin'
    _inherit = ['marketplace.guard.mixin']
    _description = "File to Take Along"

    content = fields.Binary(string="File", readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    # === BUSINESS METHODS === #

    def _download(self, filename, content):
        """Keep the file and return the action by which the browser fetches it.

        :param bytes content: of the file
        :rtype: dict
        """
        self.ensure_one()
        self.sudo().write({'filename': filename, 'content': base64.b64encode(content)})
        return {
            'type': 'ir.actions.act_url',
            'url': f"/web/content/{self._name}/{self.id}/content?download=true"
                   f"&filename_field=filename",
            'target': 'download',
        }  # fmt: skip
