# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

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
# It did, and does not any more: goods that need it are off sale.
LAPSED_STATES = ('expired', 'revoked')


class MarketplaceQualification(models.Model):
    """One document of a merchant or applicant. A renewal is a new version beside the live one."""

    _name = 'marketplace.qualification'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.scan.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.batch.mixin',
        'marketplace.notice.mixin',
    ]
    _description = "Document"
    _order = 'id desc'

    _guard_frozen = ('merchant_id', 'application_id', 'type_id', 'file', 'previous_id')
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
            for state in (*COUNTING_STATES, *LAPSED_STATES)
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
    brand_ids = fields.Many2many(
        comodel_name='marketplace.brand', string="Brands", readonly=True, copy=False,
        help="The brands that the document names; it covers no others.",
    )  # fmt: skip
    version = fields.Integer(readonly=True, copy=False, default=1)
    previous_id = fields.Many2one(
        comodel_name='marketplace.qualification', string="Renews", readonly=True, copy=False,
        index='btree_not_null', ondelete='set null',
    )  # fmt: skip
    renewal_ids = fields.One2many(
        comodel_name='marketplace.qualification', inverse_name='previous_id', string="Renewals",
        readonly=True,
    )  # fmt: skip
    issuing_body = fields.Char(related='type_id.issuing_body')
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
        self.sudo().merchant_id._activate_if_ready()

    def action_reject(self, reason):
        """Refuse the document; the merchant reads why."""
        self._refuse('rejected', reason)

    def action_revoke(self, reason):
        """Take back the acceptance of a document, for example because it is forged."""
        self._refuse('revoked', reason)

    # === BUSINESS METHODS === #

    def _refuse(self, target, reason):
        documents_sudo = self.sudo()
        documents_sudo._move_to(target, reason=reason)
        documents_sudo.remark = reason
        documents_sudo._tell_owners()

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        # What was still to be said about the state before is no news any more.
        self.notice = False
        self._reschedule()
        if target == 'valid':
            self._supersede_previous()
        if target in ('valid', *LAPSED_STATES):
            self._settle_goods(self.merchant_id)

    def _supersede_previous(self):
        """Replace what each document that has just become valid renews.

        A document that names brands replaces those whose brands it names all.
        """
        for document in self.filtered('merchant_id'):
            if not document.previous_id:
                document._number_version()
            others = document._same_kind().filtered(
                lambda other: other.state in (*COUNTING_STATES, *LAPSED_STATES)
            )
            # The run that lets documents expire looks at the same rows: one of us goes first.
            others.lock_for_update(allow_referencing=True)
            others.filtered(
                lambda other, named=document.brand_ids: other.brand_ids <= named
            )._move_to('superseded', system=True)

    def _same_kind(self):
        """Return the merchant's other documents of this kind; of these brands if it names any."""
        self.ensure_one()
        others = self.search([
            ('merchant_id', '=', self.merchant_id.id),
            ('type_id', '=', self.type_id.id),
            ('id', '!=', self.id),
        ])
        if not self.brand_ids:
            return others
        return others.filtered(lambda other: other.brand_ids & self.brand_ids)

    def _number_version(self):
        """Note which version of the document this is, and which one it renews."""
        for document in self.filtered('merchant_id'):
            previous = document._same_kind().filtered(
                lambda other: other.state in (*COUNTING_STATES, *LAPSED_STATES)
            )[:1]
            document.write({'previous_id': previous.id, 'version': previous.version + 1})

    def _tell_owners(self):
        """Mail the owners of the merchants concerned where a document stands."""
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_qualification_state', self.filtered('merchant_id')
        )

    def _state_actor_applicant(self):
        return bool(self.application_id) and self.application_id._state_actor_applicant()

    # === UPLOADS === #

    @api.model
    def _prepare_upload(
        self, document_type, filename, content, number, valid_until, brand_ids=None
    ):
        """Return the values of a document that comes from outside, checked and made harmless.

        :param document_type: kind of document
        :param str content: the file in base64
        :param brand_ids: ids of the brands that it names, if its kind names any
        :raise FieldErrors: everything that is wrong with it, at ``document_<id of the type>``
        """
        key = f'document_{document_type.id}'
        reader = FormReader(
            self.env, {'number': number, 'valid_until': valid_until, 'brand_ids': brand_ids}
        )
        reader.text('number', self.env._("Number of the document"),
                    required=document_type.needs_number, limit=NUMBER_MAX_LENGTH)
        reader.day('valid_until', self.env._("Valid until"), required=document_type.needs_expiry)
        if mistake := document_type._number_mistake(reader.clean.get('number')):
            reader.fail('number', mistake)
        if mistake := document_type._validity_mistake(reader.clean.get('valid_until')):
            reader.fail('valid_until', mistake)
        if document_type.covers_brands:
            reader.records(
                'brand_ids', self.env._("Brands"), self.env['marketplace.brand']._offered()
            )
        messages = list(reader.errors.values())
        try:
            name, data, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                filename, content
            )
            if mistake := document_type._file_mistake(name, data, mimetype):
                messages.append(mistake)
        except UserError as error:
            messages.append(str(error))
        if messages:
            raise FieldErrors({key: "\n".join(messages)})
        return dict(
            reader.clean, type_id=document_type.id, filename=name, mimetype=mimetype,
            file=base64.b64encode(data),
        )
