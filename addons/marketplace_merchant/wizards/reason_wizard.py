# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.identity_number import redact_identity_numbers


class MarketplaceReasonWizard(models.TransientModel):
    """Ask for the reason of a decision, then take it.

    The context names the documents (``active_model``, ``active_ids``) and the method
    (``marketplace_action``), which the document's model must list in ``_reason_actions``.
    """

    _name = 'marketplace.reason.wizard'
    _description = "Reason of a Decision"

    reason = fields.Text(required=True, help="The people concerned will read it.")

    def action_confirm(self):
        """Call the method with the reason, with the user's own rights.

        :raise AccessError: when the model does not offer this method for a decision
        """
        self.ensure_one()
        if self.reason and redact_identity_numbers(self.reason) != self.reason:
            raise UserError(self.env._(
                "Please leave the identity number out of the text: others will read it."
            ))
        records = self.env[self.env.context['active_model']].browse(self.env.context['active_ids'])
        method = self.env.context['marketplace_action']
        if method not in getattr(records, '_reason_actions', ()):
            raise AccessError(self.env._("This decision does not exist for this document."))
        return getattr(records, method)(**self._prepare_decision()) or {
            'type': 'ir.actions.act_window_close'
        }

    def _prepare_decision(self):
        """Return what the method is told."""
        return {'reason': self.reason}
