# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

# Conversations and activities of a document are not its content.
CONVERSATION_PREFIXES = ('message_', 'activity_')


class MarketplaceGuardMixin(models.AbstractModel):
    """Columns that a remote call must not write, whatever the access rights of its user.

    Staff needs the right to write in order to converse about a document; its content changes
    through the methods of the model, which act in ``sudo`` once they have checked who may do what.
    """

    _name = 'marketplace.guard.mixin'
    _description = "Guarded Columns"

    # Fields that staff may edit by hand; all others belong to the model's methods.
    _guard_editable = ()
    # Fields that nobody changes once they are set, not even the model's methods.
    _guard_frozen = ()

    # === CRUD METHODS === #

    def write(self, vals):
        self._check_editable(vals)
        self._check_frozen(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _check_editable(self, vals):
        """Raise if a person types into a field that only the model's methods change."""
        if self.env.su:
            return
        refused = [
            name for name in vals
            if name not in self._guard_editable and not name.startswith(CONVERSATION_PREFIXES)
        ]
        if refused:
            raise UserError(self.env._(
                "These values cannot be typed in: %s. Use the buttons of the page.",
                self._field_labels(refused),
            ))

    def _check_frozen(self, vals):
        """Raise if a value that is set for good would change."""
        for name in set(self._guard_frozen) & vals.keys():
            field = self._fields[name]
            for record in self.sudo():
                value = field.convert_to_cache(vals[name], record)
                old = field.convert_to_cache(record[name], record)
                if old and value != old:
                    raise UserError(self.env._(
                        "%s cannot change any more.", self._field_labels([name]),
                    ))

    def _field_labels(self, names):
        labels = self.fields_get(names, ['string'])
        return ", ".join(labels.get(name, {}).get('string', name) for name in names)
