# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class Base(models.AbstractModel):
    _inherit = 'base'

    # Fields that hold a text of `tools.secret.encrypt`: they are written anew when keys rotate.
    _secret_fields = ()

    # === BUSINESS METHODS === #

    def export_data(self, fields_to_export):
        """Note in the audit log who took which data of the marketplace out of the system."""
        result = super().export_data(fields_to_export)
        if self and (self._name.startswith('marketplace.') or 'merchant_id' in self._fields):
            self.env['marketplace.audit.log']._log_event(
                self._name,
                self.env._("%s records", len(self)),
                'export',
                after={'count': len(self), 'fields': ", ".join(fields_to_export)},
            )
        return result
