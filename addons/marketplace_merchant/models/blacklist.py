# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import keyed_hash, mask


class MarketplaceBlacklist(models.Model):
    """A fingerprint of an identity that may not come back. The identity itself is not stored."""

    _name = 'marketplace.blacklist'
    _inherit = ['marketplace.guard.mixin']
    _description = "Blacklist Entry"
    _order = 'id desc'
    _rec_name = 'value_masked'

    _guard_editable = ('reason', 'active')
    _guard_frozen = ('kind', 'value_hash', 'value_masked')

    kind = fields.Selection(
        selection=[
            ('licence', "Licence or identity number"), ('phone', "Phone"), ('email', "E-mail")
        ],
        required=True,
        default='licence',
    )
    value = fields.Char(
        store=False, help="Stored as a fingerprint that finds it again, but cannot be read back."
    )
    value_hash = fields.Char(required=True, groups=NO_ACCESS, copy=False)
    value_masked = fields.Char(string="Identity", readonly=True, copy=False)
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', string="Expelled Merchant", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    reason = fields.Text(required=True)
    active = fields.Boolean(default=True)

    _value_uniq = models.Constraint(
        'UNIQUE (kind, value_hash)', "This identity is on the blacklist already."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access('create')
        # The fingerprint cannot be written by anybody: from here on the system writes.
        prepared = [self._seal_value(vals) for vals in vals_list]
        entries = super(MarketplaceBlacklist, self.sudo()).create(prepared)
        entries = entries.with_env(self.env)
        self.env['marketplace.audit.log']._log(entries, 'create')
        return entries

    def write(self, vals):
        result = super().write(vals)
        if 'active' in vals:
            self.env['marketplace.audit.log']._log(self, 'change', after={'active': vals['active']})
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _seal_value(self, vals):
        """Replace the typed value by its fingerprint and its masked form."""
        vals = {key: vals[key] for key in ('kind', 'value', 'reason', 'merchant_id') if key in vals}
        value = (vals.pop('value', None) or '').strip()
        value_hash = keyed_hash(self.env, value)
        if not value_hash:
            raise UserError(self.env._("Please type the identity that may not come back."))
        return dict(vals, value_hash=value_hash, value_masked=mask(value, 2, 2))

    @api.model
    def _find(self, identities):
        """Return the entries that match.

        :param dict identities: kind → value, in plain text
        """
        found = self.sudo().browse()
        for kind, value in identities.items():
            if value_hash := keyed_hash(self.env, value):
                found |= self.sudo().search([('kind', '=', kind), ('value_hash', '=', value_hash)])
        return found

    @api.model
    def _ban(self, merchant, identities, reason):
        """Put the identities of an expelled merchant on the list; those on it stay on it."""
        everything = self.with_context(active_test=False)
        for kind, value in identities.items():
            if entry := everything._find({kind: value}):
                entry.active = True
            elif value:
                self.sudo().create({
                    'kind': kind, 'value': value, 'merchant_id': merchant.id, 'reason': reason,
                })
