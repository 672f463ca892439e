# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class IrAttachment(models.Model):
    """Papers of merchants leave no text in the database: what an index takes out of a PDF may be an
    identity number."""

    _inherit = 'ir.attachment'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._marketplace_drop_index()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if {'raw', 'datas', 'db_datas', 'index_content', 'res_model'} & vals.keys():
            self._marketplace_drop_index()
        return result

    # === BUSINESS METHODS === #

    def _marketplace_drop_index(self):
        indexed = self.sudo().filtered(
            lambda file: file.index_content and (file.res_model or '').startswith('marketplace.')
        )
        if indexed:
            indexed.index_content = False
