# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'
AGREEMENT_KINDS = [
    ('service', "Service agreement"),
    ('entry', "Entry agreement"),
]


class MarketplaceAgreement(models.Model):
    """One version of a text that merchants accept. Once in force it is replaced, never edited."""

    _name = 'marketplace.agreement'
    _inherit = ['marketplace.state.mixin']
    _description = "Agreement"
    _order = 'kind, version desc'

    _state_moves = (
        Move('draft', 'in_force', by=(MANAGER, 'system')),
        Move('in_force', 'retired', by=(MANAGER, 'system')),
    )

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(selection=AGREEMENT_KINDS, required=True, default='service')
    version = fields.Integer(required=True, default=1)
    body = fields.Html(string="Text", required=True, translate=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('in_force', "In Force"), ('retired', "Retired")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default='draft',
    )
    date_in_force = fields.Date(string="In Force Since", readonly=True, copy=False)
    acceptance_ids = fields.One2many(
        comodel_name='marketplace.agreement.acceptance', inverse_name='agreement_id'
    )
    acceptance_count = fields.Integer(compute='_compute_acceptance_count')

    _version_uniq = models.Constraint(
        'UNIQUE (kind, version)', "This kind of agreement already has a version of that number."
    )
    _in_force_uniq = models.UniqueIndex(
        "(kind) WHERE state = 'in_force'", "Another version of this agreement is in force."
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'version')
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "%(name)s, version %(version)s",
                name=agreement.name or '', version=agreement.version,
            )

    def _compute_acceptance_count(self):
        counts = dict(self.env['marketplace.agreement.acceptance']._read_group(
            [('agreement_id', 'in', self.ids)], ['agreement_id'], ['__count']
        ))
        for agreement in self:
            agreement.acceptance_count = counts.get(agreement, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        if {'kind', 'version', 'body'} & vals.keys() and self.filtered(
            lambda agreement: agreement.state != 'draft'
        ):
            raise UserError(self.env._(
                "This text was accepted by people: it cannot be edited. Duplicate it, edit the"
                " copy and put that in force."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if self.filtered(lambda agreement: agreement.state != 'draft'):
            raise UserError(self.env._("Only a draft of an agreement can be deleted."))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for vals in vals_list:
            latest = self.search([('kind', '=', vals['kind'])], order='version desc', limit=1)
            vals['version'] = latest.version + 1
        return vals_list

    # === ACTION METHODS === #

    def action_put_in_force(self):
        """Put this version in force in place of the one before it."""
        self.ensure_one()
        current = self._in_force(self.kind)
        if current:
            current._move_to('retired')
            current.flush_recordset()  # the database allows one in force
        self._move_to('in_force')

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'in_force':
            self.date_in_force = fields.Date.context_today(self)

    @api.model
    def _in_force(self, kind):
        """Return the version of this kind of agreement that merchants accept now."""
        return self.search([('kind', '=', kind), ('state', '=', 'in_force')], limit=1)

    def _bound_merchants(self, merchants):
        """Return those of ``merchants`` that this version binds, all if there is none."""
        if not self:
            return merchants
        rows = self.env['marketplace.agreement.acceptance'].sudo()._read_group(
            [('merchant_id', 'in', merchants.ids), ('agreement_id', '=', self.id)],
            ['merchant_id'],
        )
        return merchants.browse(merchant.id for (merchant,) in rows)

    @api.model
    def _from_form(self, agreement_id):
        """Return the agreement in force that a form names.

        :raise UserError: if there is none, or another version is in force by now
        """
        in_force = self.sudo().search([('state', '=', 'in_force')])
        agreement = in_force.filtered(lambda agreement: str(agreement.id) == str(agreement_id))
        if not agreement:
            raise UserError(self.env._(
                "This agreement is not in force any more. Reload the page to read the new version."
            ))
        return agreement.with_env(self.env)

    def _text_hash(self):
        """Return the SHA-256 of the text in the reader's language."""
        self.ensure_one()
        return hashlib.sha256((self.body or '').encode()).hexdigest()
