# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib
from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.html_editor.models.diff_utils import generate_comparison
from odoo.addons.marketplace_merchant.models.licence_mixin import ENTITY_TYPES
from odoo.addons.marketplace_merchant.models.state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'
AGREEMENT_KINDS = [
    ('service', "Service agreement"),
    ('entry', "Entry agreement"),
]
# What people rely on once it is published.
PUBLISHED_FIELDS = {
    'kind', 'version', 'body', 'date_effective', 'date_accept_by', 'accept_scope',
    'accept_tier_ids', 'accept_country_ids', 'accept_entity_type',
}  # fmt: skip


class MarketplaceAgreement(models.Model):
    """One version of a text that merchants accept. Once in force it is replaced, never edited."""

    _name = 'marketplace.agreement'
    _inherit = [
        'marketplace.guard.mixin', 'marketplace.state.mixin', 'marketplace.deadline.mixin',
    ]  # fmt: skip
    _description = "Agreement"
    _order = 'kind, version desc'

    _guard_editable = ('name', 'change_note', *PUBLISHED_FIELDS)
    _state_moves = (
        Move('draft', 'scheduled', by=(MANAGER,)),
        Move('scheduled', 'draft', by=(MANAGER,)),
        Move('draft', 'in_force', by=(MANAGER, 'system')),
        Move('scheduled', 'in_force', by=(MANAGER, 'system')),
        Move('in_force', 'retired', by=(MANAGER, 'system')),
    )

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(selection=AGREEMENT_KINDS, required=True, default='service')
    version = fields.Integer(required=True, default=1)
    body = fields.Html(string="Text", required=True, translate=True)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('scheduled', "Scheduled"),
            ('in_force', "In Force"),
            ('retired', "Retired"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default='draft',
    )
    date_in_force = fields.Date(string="In Force Since", readonly=True, copy=False)
    date_effective = fields.Date(
        string="Takes Effect on", copy=False,
        help="Merchants can read and accept the version before that day.",
    )  # fmt: skip
    change_note = fields.Text(
        string="What Changed", translate=True, copy=False, help="Merchants read it."
    )
    accept_scope = fields.Selection(
        selection=[
            ('everybody', "Every merchant"),
            ('chosen', "Some merchants"),
            ('newcomers', "Newcomers only"),
        ],
        string="To Be Accepted by",
        required=True,
        default='everybody',
        help="Whoever accepted an earlier version and is not asked again stays bound by that one.",
    )
    accept_tier_ids = fields.Many2many(
        comodel_name='marketplace.tier', string="Of Tiers", help="Empty: all tiers."
    )
    accept_country_ids = fields.Many2many(
        comodel_name='res.country', string="Of Countries", help="Empty: all countries."
    )
    accept_entity_type = fields.Selection(
        selection=ENTITY_TYPES, string="Of Kind", help="Empty: all kinds of sellers."
    )
    date_accept_by = fields.Date(
        string="Accept Again by", copy=False,
        help="Last day on which merchants who accepted an earlier version may do without this one."
        " Empty: the day before it takes effect.",
    )  # fmt: skip
    consequence = fields.Char(
        string="After That Day", compute='_compute_consequence',
        help="Follows from the requirements that name this kind of agreement.",
    )  # fmt: skip
    comparison = fields.Html(
        string="Changes Against the Version Before", compute='_compute_comparison', sanitize=False
    )
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

    _accept_after_effect = models.Constraint(
        'CHECK (date_accept_by >= date_effective)',
        "Merchants can't have to accept a version before it takes effect.",
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

    @api.depends('kind')
    def _compute_consequence(self):
        rows = self.env['marketplace.requirement'].sudo().search([('kind', '=', 'agreement')])
        labels = dict(rows._fields['capability']._description_selection(self.env))
        for agreement in self:
            closed = [
                labels[capability].lower()
                for capability in rows.filtered(
                    lambda row, kind=agreement.kind: row.agreement_kind == kind
                ).mapped('capability')
            ]
            agreement.consequence = self.env._(
                "Merchants that have not accepted it can't %s.",
                format_list(self.env, list(dict.fromkeys(closed)), 'or'),
            ) if closed else self.env._("Nothing: no requirement asks for this agreement.")

    @api.depends('kind', 'version', 'body')
    def _compute_comparison(self):
        for agreement in self:
            previous = agreement._previous()
            agreement.comparison = previous and agreement._compare(previous)

    # === CRUD METHODS === #

    def write(self, vals):
        if PUBLISHED_FIELDS & vals.keys():
            self._check_draft()
        return super().write(vals)

    def _update_field_translations(self, field_name, *args, **kwargs):
        if field_name in PUBLISHED_FIELDS:
            self._check_draft()
        return super()._update_field_translations(field_name, *args, **kwargs)

    def _check_draft(self):
        if self.filtered(lambda agreement: agreement.state != 'draft'):
            raise UserError(self.env._(
                "This text was accepted by people: it cannot be edited. Duplicate it, edit the"
                " copy and put that in force."
            ))

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
        self.check_access('write')
        self.sudo()._put_in_force()

    def action_schedule(self):
        """Announce this version: merchants may accept it until it takes effect by itself."""
        self.ensure_one()
        self.check_access('write')
        if not self.date_effective or self.date_effective <= fields.Date.context_today(self):
            raise UserError(self.env._(
                "Please choose a day in the future on which the version takes effect, or put it in"
                " force now."
            ))
        self._check_latest()
        self.sudo()._move_to('scheduled')

    def action_unschedule(self):
        """Take back an announcement that nobody has accepted yet."""
        self.ensure_one()
        self.check_access('write')
        if self.sudo().acceptance_ids:
            raise UserError(self.env._(
                "Merchants have accepted this version already. Announce another one after it."
            ))
        self.sudo()._move_to('draft')

    def action_view_acceptances(self):
        """Show who accepted this version."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.agreement_acceptance_action', [('agreement_id', '=', self.id)]
        )

    def action_view_missing(self):
        """Show the merchants that still have to accept this version."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_merchant.merchant_action'
        )
        merchants = self._open_merchants()
        return dict(
            action, domain=[('id', 'in', (merchants - self._bound(self.kind, merchants)).ids)]
        )

    # === BUSINESS METHODS === #

    def _check_latest(self):
        """Raise if a later version is published already, or another one waits."""
        if self._published(self.kind).filtered(
            lambda other: other.version > self.version or other.state == 'scheduled' != self.state
        ):
            raise UserError(self.env._(
                "A later version is in force or scheduled: this one can't replace it."
            ))

    def _put_in_force(self, system=False):
        self._check_latest()
        current = self._in_force(self.kind)
        if current:
            current._move_to('retired', system=system)
            current.flush_recordset()  # the database allows one in force
        if not self.date_effective:
            self.date_effective = fields.Date.context_today(self)
        self._move_to('in_force', system=system)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        for agreement in self:
            agreement.deadline = target == 'scheduled' and datetime.combine(
                agreement.date_effective, time()
            )
            if target == 'in_force':
                agreement.date_in_force = fields.Date.context_today(self)
        if target in ('scheduled', 'in_force'):
            self.env['marketplace.requirement'].sudo().search([
                ('kind', '=', 'agreement'), ('agreement_kind', 'in', self.mapped('kind')),
            ])._refresh()

    def _on_deadline(self):
        if self.state == 'scheduled':
            self._put_in_force(system=True)

    @api.model
    def _open_merchants(self):
        """Return the merchants that the platform still deals with."""
        return self.env['marketplace.merchant'].search([
            ('state', 'in', ('onboarding', 'active', 'suspended')),
        ])

    @api.model
    def _in_force(self, kind):
        """Return the version of this kind of agreement that merchants accept now."""
        return self.search([('kind', '=', kind), ('state', '=', 'in_force')], limit=1)

    @api.model
    def _published(self, kind):
        """Return the versions that merchants could ever accept, oldest first."""
        return self.sudo().search(
            [('kind', '=', kind), ('state', '!=', 'draft')], order='version'
        )

    @api.model
    def _bound(self, kind, merchants):
        """Return those of ``merchants`` that have accepted what they are asked to; set-based."""
        published = self._published(kind)
        accepted = published._accepted_versions(merchants)
        profiles = {merchant: merchant._requirement_profile() for merchant in merchants}
        return merchants.filtered(lambda merchant: not published._asked_of(
            accepted.get(merchant.id), profiles[merchant]
        ))

    def _accepted_versions(self, merchants):
        """Return by merchant id the highest of these versions that was accepted for it."""
        rows = self.env['marketplace.agreement.acceptance'].sudo()._read_group(
            [('merchant_id', 'in', merchants.ids), ('agreement_id', 'in', self.ids)],
            ['merchant_id', 'agreement_id'],
        )
        versions = {}
        for merchant, agreement in rows:
            versions[merchant.id] = max(versions.get(merchant.id, 0), agreement.version)
        return versions

    def _asked_of(self, accepted, profile):
        """Return the version that a merchant has to accept now, none if it need not.

        :param self: the published versions of one kind, oldest first
        :param int accepted: the highest version that it has accepted, None if none
        :param dict profile: country, entity_type and tier of the merchant
        """
        if not accepted:
            in_force = self.filtered(lambda version: version.state == 'in_force')
            return in_force or self.filtered(lambda version: version.state == 'scheduled')
        later = self.filtered(lambda version: version.version > accepted)
        if any(version._asks_again(profile) for version in later):
            return later[-1:]
        return self.browse()

    def _asks_again(self, profile):
        """Return whether merchants like this one have to accept the version again."""
        self.ensure_one()
        if self.accept_scope != 'chosen':
            return self.accept_scope == 'everybody'
        return (
            (not self.accept_tier_ids or profile['tier'] in self.accept_tier_ids)
            and (not self.accept_country_ids or profile['country'] in self.accept_country_ids)
            and (not self.accept_entity_type or profile['entity_type'] == self.accept_entity_type)
        )

    @api.model
    def _asked(self, kind, merchant):
        """Return the version of this kind that one merchant has to accept now."""
        published = self._published(kind)
        accepted = published._accepted_versions(merchant)
        return published._asked_of(accepted.get(merchant.id), merchant._requirement_profile())

    def _accept_due(self):
        """Return the last day on which merchants may do without this version."""
        self.ensure_one()
        return self.date_accept_by or (self.date_effective - timedelta(days=1))

    def _previous(self):
        """Return the version that was published before this one."""
        self.ensure_one()
        return self._published(self.kind).filtered(
            lambda other: other.version < self.version
        )[-1:].with_env(self.env)

    def _compare(self, previous):
        """Return the text with what was added and removed since the ``previous`` version."""
        self.ensure_one()
        comparison = generate_comparison(previous.body or '', self.body or '')
        for tag, standard, color in (('added', 'ins', 'success'), ('removed', 'del', 'danger')):
            comparison = comparison.replace(f'<{tag}>', f'<{standard} class="text-{color}">')
            comparison = comparison.replace(f'</{tag}>', f'</{standard}>')
        return Markup(comparison)

    @api.model
    def _from_form(self, agreement_id):
        """Return the agreement, in force or soon, that a form names.

        :raise UserError: if there is none, or another version is in force by now
        """
        offered = self.sudo().search([('state', 'in', ('in_force', 'scheduled'))])
        agreement = offered.filtered(lambda agreement: str(agreement.id) == str(agreement_id))
        if not agreement:
            raise UserError(self.env._(
                "This agreement is not in force any more. Reload the page to read the new version."
            ))
        return agreement.with_env(self.env)

    def _text_hash(self):
        """Return the SHA-256 of the text in the reader's language."""
        self.ensure_one()
        return hashlib.sha256((self.body or '').encode()).hexdigest()
