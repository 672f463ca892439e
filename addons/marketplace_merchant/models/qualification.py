# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors
from odoo.addons.marketplace_merchant.tools.form_reader import FormReader

OFFICER = 'marketplace_merchant.group_onboarding_officer'
MANAGER = 'marketplace_merchant.group_merchant_manager'
AUDITOR = 'marketplace_merchant.group_auditor'
NUMBER_MAX_LENGTH = 64
# A document in these states stands for what it certifies.
COUNTING_STATES = ('valid', 'expiring', 'grace')


class MarketplaceQualification(models.Model):
    """One document of a merchant or applicant. A renewal is a new version beside the live one."""

    _name = 'marketplace.qualification'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Document"
    _order = 'id desc'

    _guard_frozen = ('merchant_id', 'application_id', 'type_id', 'file')
    _reason_actions = ('action_reject', 'action_revoke')
    _state_moves = (
        Move('draft', 'pending', by=('applicant', 'member_owner', 'system')),
        Move('draft', 'superseded', by=('applicant', 'system')),
        Move('pending', 'valid', by=(OFFICER, 'system')),
        Move('pending', 'rejected', by=(OFFICER, 'system'), reason=True),
        Move('pending', 'superseded', by=('applicant', 'system')),
        Move('valid', 'expiring', by=('system',)),
        Move('expiring', 'grace', by=('system',)),
        Move('grace', 'expired', by=('system',)),
        *(
            Move(state, 'superseded', by=(OFFICER, 'system'))
            for state in (*COUNTING_STATES, 'expired')
        ),
        *(Move(state, 'revoked', by=(MANAGER,), reason=True) for state in COUNTING_STATES),
    )

    name = fields.Char(compute='_compute_name')
    type_id = fields.Many2one(
        comodel_name='marketplace.qualification.type', string="Document", required=True,
        readonly=True, ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', readonly=True, index='btree_not_null',
        ondelete='restrict', copy=False,
    )  # fmt: skip
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', readonly=True, index='btree_not_null',
        ondelete='restrict', copy=False,
    )  # fmt: skip
    number = fields.Char(readonly=True)
    valid_until = fields.Date(readonly=True, help="Last day on which the document is valid.")
    # Scans are for the people who review them, not for everybody who sees the merchant.
    file = fields.Binary(
        string="Scan", attachment=True, readonly=True, copy=False, groups=f'{OFFICER},{AUDITOR}'
    )
    filename = fields.Char(string="File Name", readonly=True, copy=False)
    mimetype = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('pending', "To Review"),
            ('valid', "Valid"),
            ('expiring', "Expiring"),
            ('grace', "In Grace"),
            ('expired', "Expired"),
            ('rejected', "Rejected"),
            ('revoked', "Revoked"),
            ('superseded', "Replaced"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='draft',
    )
    remark = fields.Text(readonly=True, copy=False, help="Why it was rejected or revoked.")

    _owner_set = models.Constraint(
        'CHECK (merchant_id IS NOT NULL OR application_id IS NOT NULL)',
        "A document belongs to a merchant or to an application.",
    )

    # === COMPUTE METHODS === #

    @api.depends('type_id', 'number')
    def _compute_name(self):
        for document in self:
            document.name = " ".join(filter(None, (document.type_id.name, document.number)))

    # === ACTION METHODS === #

    def action_approve(self):
        """Accept the document; the version before it is replaced."""
        for document in self:
            document.sudo()._move_to('valid')

    def action_reject(self, reason):
        """Refuse the document; the merchant reads why."""
        self._refuse('rejected', reason)

    def action_revoke(self, reason):
        """Take back the acceptance of a document, for example because it is forged."""
        self._refuse('revoked', reason)

    def action_open_file(self):
        """Show the scan."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/file/{self.filename}',
            'target': 'new',
        }

    # === BUSINESS METHODS === #

    def _refuse(self, target, reason):
        documents_sudo = self.sudo()
        documents_sudo._move_to(target, reason=reason)
        documents_sudo.remark = reason
        documents_sudo._tell_owners()

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        for document in self:
            document.deadline = document._next_deadline(target)
        if target == 'valid':
            self._supersede_previous()
        elif target in ('expiring', 'grace', 'expired'):
            self._tell_owners()

    def _next_deadline(self, state):
        """Return the moment at which a document in this state moves on by itself, if ever."""
        if not self.valid_until:
            return False
        days = {
            'valid': -self.type_id.warning_days,
            'expiring': 1,
            'grace': 1 + self.type_id.grace_days,
        }
        if state not in days:
            return False
        return datetime.combine(self.valid_until, time()) + timedelta(days=days[state])

    def _on_deadline(self):
        following = {'valid': 'expiring', 'expiring': 'grace', 'grace': 'expired'}
        self._move_to(following[self.state], system=True)

    def _supersede_previous(self):
        """Replace the live version of each document that has just become valid."""
        for document in self.filtered('merchant_id'):
            previous = self.search([
                ('merchant_id', '=', document.merchant_id.id),
                ('type_id', '=', document.type_id.id),
                ('state', 'in', (*COUNTING_STATES, 'expired')),
                ('id', '!=', document.id),
            ])
            previous._move_to('superseded', system=True)

    def _tell_owners(self):
        """Mail the owners of the merchants concerned where a document stands."""
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_qualification_state', self.filtered('merchant_id')
        )

    def _state_actor_applicant(self):
        return self.env.user == self.sudo().application_id.applicant_id

    # === UPLOADS === #

    @api.model
    def _prepare_upload(self, document_type, filename, content, number, valid_until):
        """Return the values of a document that comes from outside, checked and made harmless.

        :param document_type: kind of document
        :param str content: the file in base64
        :raise FieldErrors: everything that is wrong with it, at ``document_<id of the type>``
        """
        key = f'document_{document_type.id}'
        reader = FormReader(self.env, {'number': number, 'valid_until': valid_until})
        reader.text('number', self.env._("Number of the document"),
                    required=document_type.needs_number, limit=NUMBER_MAX_LENGTH)
        reader.day('valid_until', self.env._("Valid until"), required=document_type.needs_expiry)
        if (day := reader.clean.get('valid_until')) and day < fields.Date.context_today(self):
            reader.fail('valid_until', self.env._(
                "This document has expired on %s. Please upload a valid one.", day,
            ))
        messages = list(reader.errors.values())
        try:
            name, data, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                filename, content
            )
        except UserError as error:
            messages.append(str(error))
        if messages:
            raise FieldErrors({key: "\n".join(messages)})
        return dict(
            reader.clean, type_id=document_type.id, filename=name, mimetype=mimetype,
            file=base64.b64encode(data),
        )
