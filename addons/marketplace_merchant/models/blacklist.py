# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

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
            ('licence', "Licence or identity number"),
            ('representative', "Legal representative"),
            ('phone', "Phone"),
            ('email', "E-mail"),
            ('bank_account', "Bank account"),
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
    is_hint = fields.Boolean(
        string="Only a Hint", compute='_compute_is_hint',
        help="People share names: the same name is a reason to look, not to refuse.",
    )  # fmt: skip
    reason = fields.Text(required=True)
    active = fields.Boolean(default=True)

    _value_uniq = models.Constraint(
        'UNIQUE (kind, value_hash)', "This identity is on the blacklist already."
    )

    # === COMPUTE METHODS === #

    @api.depends('kind')
    def _compute_is_hint(self):
        for entry in self:
            entry.is_hint = entry.kind == 'representative'

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

        :param dict identities: kind → value in plain text, or a list of values
        """
        hashes = self._hashes(identities)
        return self.sudo().search(Domain.OR(
            Domain('kind', '=', kind) & Domain('value_hash', 'in', list(values))
            for kind, values in hashes.items()
        ))

    @api.model
    def _ban(self, merchant, identities, reason):
        """Put the identities of an expelled merchant on the list; those on it stay on it."""
        known = self.with_context(active_test=False)._find(identities)
        known.filtered(lambda entry: not entry.active).active = True
        on_list = {(entry.kind, entry.value_hash) for entry in known}
        self.sudo().create([
            {'kind': kind, 'value': value, 'merchant_id': merchant.id, 'reason': reason}
            for kind, values in self._hashes(identities).items()
            for value_hash, value in values.items()
            if (kind, value_hash) not in on_list
        ])

    @api.model
    def _hashes(self, identities):
        """Return by kind the fingerprints of the values, each with its value."""
        hashes = {}
        for kind, values in identities.items():
            values = values if isinstance(values, list | tuple) else [values]
            fingerprints = {keyed_hash(self.env, value): value for value in values if value}
            fingerprints.pop(False, None)
            hashes[kind] = fingerprints
        return hashes
