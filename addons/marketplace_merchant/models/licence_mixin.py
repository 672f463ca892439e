# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.identity_number import is_identity_number
from odoo.addons.marketplace_merchant.tools.secret import decrypt, encrypt, keyed_hash, mask

ENTITY_TYPES = [
    ('company', "Company"),
    ('sole_trader', "Sole trader"),
    ('individual', "Individual"),
]


class MarketplaceLicenceMixin(models.AbstractModel):
    """The number under which a seller is registered.

    The number of a business is public. An individual's is an identity number: it is stored
    encrypted, shown masked, and revealing it asks for a reason and is logged. So is an identity
    number that somebody types where a business should have its own.
    """

    _name = 'marketplace.licence.mixin'
    _description = "Registered Identity"
    _secret_fields = ('licence_secret',)

    entity_type = fields.Selection(selection=ENTITY_TYPES, default='company')
    licence_number = fields.Char(
        copy=False,
        help="Unified social credit code, tax number or, for an individual, the identity number"
        " (shown masked).",
    )
    licence_secret = fields.Char(copy=False, groups=NO_ACCESS)
    licence_hash = fields.Char(copy=False, groups=NO_ACCESS, index='btree_not_null')

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([
            self._seal_licence(vals, vals.get('entity_type', 'company')) for vals in vals_list
        ])

    def write(self, vals):
        if 'licence_number' not in vals:
            result = super().write(vals)
            if 'entity_type' in vals:
                self._reseal_licence()
            return result
        for record in self:
            sealed = self._seal_licence(vals, vals.get('entity_type', record.entity_type))
            super(MarketplaceLicenceMixin, record).write(sealed)
        return True

    # === BUSINESS METHODS === #

    def _reseal_licence(self):
        """Store the numbers as their owners' kind asks for, now that it is another one."""
        for record in self.sudo():
            if record.licence_number:
                record.licence_number = record._licence_plain()

    @api.model
    def _seal_licence(self, vals, entity_type):
        """Return ``vals`` with the number ready to be stored, and the hash that finds it again."""
        number = (vals.get('licence_number') or '').strip().upper()
        if not number:
            return vals
        secret = entity_type == 'individual' or is_identity_number(number)
        return dict(
            vals,
            licence_number=mask(number, 3, 4) if secret else number,
            licence_secret=encrypt(self.env, number) if secret else False,
            licence_hash=keyed_hash(self.env, number),
        )

    def _licence_plain(self):
        """Return the number itself; for the system's own checks only."""
        self.ensure_one()
        record_sudo = self.sudo()
        if record_sudo.licence_secret:
            return decrypt(self.env, record_sudo.licence_secret)
        return record_sudo.licence_number

    # === ACTION METHODS === #

    def action_reveal_licence(self, reason):
        """Show an identity number to an officer who says why; the audit log keeps it."""
        self.ensure_one()
        self.check_access('read')
        if not self.env.user.has_group('marketplace_merchant.group_onboarding_officer'):
            raise AccessError(self.env._("Only onboarding officers may see identity numbers."))
        if not (reason or '').strip():
            raise UserError(self.env._("Please give a reason: revealing a number is recorded."))
        self.env['marketplace.audit.log']._log(
            self, 'reveal', reason=reason, after={'licence_number': self.licence_number}
        )
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'title': self.env._("Identity number of %s", self.display_name),
                'message': self._licence_plain(),
                'sticky': True,
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
