# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError

EVIDENCE_MIXIN = 'marketplace.evidence.mixin'
# Compared with `is`: a remote caller can send any context, but cannot build this object.
EVIDENCE_KEY = object()


class IrAttachment(models.Model):
    """Files of a document with evidence: nobody adds, alters or removes one afterwards."""

    _inherit = 'ir.attachment'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_not_evidence()
        return attachments

    def write(self, vals):
        self._check_not_evidence()
        result = super().write(vals)
        if {'res_model', 'res_id', 'name'} & vals.keys():
            self._check_not_evidence()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        self._check_not_evidence()

    # === BUSINESS METHODS === #

    def _check_not_evidence(self):
        """Raise when one of the files is evidence, for the superuser as well."""
        is_allowed = self.env.context.get('marketplace_evidence_key') is EVIDENCE_KEY
        if not is_allowed and self.sudo()._evidence():
            raise UserError(
                self.env._(
                    "These files are evidence and cannot be added to, changed or removed. Send a"
                    " new message with the right file instead."
                )
            )

    def _evidence(self):
        """Return those of the files that are evidence."""
        models_with_evidence = self.env.registry.descendants([EVIDENCE_MIXIN], '_inherit')
        return self.filtered(lambda attachment: attachment.res_model in models_with_evidence)
