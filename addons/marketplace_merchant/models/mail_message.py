# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, models

from ..tools.identity_number import redact_identity_numbers

TEXTS = ('subject', 'body')


class MailMessage(models.Model):
    """Conversations about documents of the marketplace hold no identity number."""

    _inherit = 'mail.message'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([
            self._marketplace_redact(vals) if self._is_marketplace(vals.get('model')) else vals
            for vals in vals_list
        ])

    def write(self, vals):
        if any(self._is_marketplace(message.model) for message in self):
            vals = self._marketplace_redact(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _is_marketplace(self, model_name):
        return bool(model_name) and model_name.startswith('marketplace.')

    @api.model
    def _marketplace_redact(self, vals):
        """Return the values with every identity number in a text masked."""
        texts = {name: vals[name] for name in TEXTS if isinstance(vals.get(name), str)}
        redacted = {
            name: Markup(redact_identity_numbers(str(text)))
            if isinstance(text, Markup) else redact_identity_numbers(text)
            for name, text in texts.items()
        }  # fmt: skip
        return {**vals, **redacted}
