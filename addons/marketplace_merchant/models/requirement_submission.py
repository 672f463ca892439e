# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

OFFICER = 'marketplace_merchant.group_onboarding_officer'
MANAGER = 'marketplace_merchant.group_merchant_manager'
AUDITOR = 'marketplace_merchant.group_auditor'


class MarketplaceRequirementSubmission(models.Model):
    """What a merchant or applicant answered to a requirement, or a waiver of it.

    Another answer is a new row beside the earlier one, so that nobody decides on a text that has
    changed meanwhile.
    """

    _name = 'marketplace.requirement.submission'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.scan.mixin',
        'marketplace.state.mixin',
    ]
    _description = "Answer to a Requirement"
    _order = 'id desc'
    _rec_name = 'requirement_id'

    _guard_frozen = ('requirement_id', 'merchant_id', 'application_id', 'answered_by_id')
    _reason_actions = ('action_reject', 'action_end_waiver')
    _state_initial = 'pending'
    _state_moves = (
        Move('pending', 'accepted', by=(OFFICER, 'system')),
        Move('pending', 'rejected', by=(OFFICER,), reason=True),
        Move('accepted', 'rejected', by=(MANAGER,), reason=True),
        Move('pending', 'waived', by=(MANAGER,), reason=True),
        Move('waived', 'rejected', by=(MANAGER,), reason=True),
        Move('rejected', 'accepted', by=(OFFICER,)),
        Move('pending', 'replaced', by=('system',)),
    )

    requirement_id = fields.Many2one(
        comodel_name='marketplace.requirement', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    kind = fields.Selection(related='requirement_id.kind', store=True)
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', compute='_compute_company_id', store=True, index=True
    )
    state = fields.Selection(
        selection=[
            ('pending', "To Decide"),
            ('accepted', "Accepted"),
            ('rejected', "Rejected"),
            ('waived', "Waived"),
            ('replaced', "Replaced"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default='pending',
    )
    answer = fields.Text(readonly=True)
    file = fields.Binary(attachment=True, readonly=True, copy=False, groups=f'{OFFICER},{AUDITOR}')
    filename = fields.Char(string="File Name", readonly=True, copy=False)
    mimetype = fields.Char(readonly=True, copy=False)
    answered_by_id = fields.Many2one(
        comodel_name='res.users', string="Answered by", readonly=True, ondelete='restrict'
    )
    remark = fields.Text(readonly=True, copy=False, help="The merchant reads it.")
    decided_by_id = fields.Many2one(
        comodel_name='res.users', string="Decided by", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff',
    )
    decided_on = fields.Datetime(readonly=True, copy=False)
    valid_until = fields.Date(
        readonly=True, copy=False, help="Last day on which it counts; empty: for good."
    )

    _owner_set = models.Constraint(
        'CHECK (merchant_id IS NOT NULL OR application_id IS NOT NULL)',
        "An answer belongs to a merchant or to an application.",
    )
    _merchant_pending_uniq = models.UniqueIndex(
        "(requirement_id, merchant_id) WHERE state = 'pending' AND merchant_id IS NOT NULL",
        "This answer is just being handed in from another window.",
    )
    _application_pending_uniq = models.UniqueIndex(
        "(requirement_id, application_id) WHERE state = 'pending' AND merchant_id IS NULL",
        "This answer is just being handed in from another window.",
    )

    # === COMPUTE METHODS === #

    @api.depends('merchant_id.company_id', 'application_id.company_id')
    def _compute_company_id(self):
        for row in self:
            row.company_id = row.merchant_id.company_id or row.application_id.company_id

    # === ACTION METHODS === #

    def action_accept(self):
        """Accept the answer, or note that the review went well."""
        self._decide_for_staff('accepted')

    def action_reject(self, reason):
        """Refuse the answer, or take an acceptance back; the merchant reads why."""
        self._decide_for_staff('rejected', reason)

    def action_end_waiver(self, reason):
        """End a waiver before its date."""
        for row_sudo in self.sudo():
            row_sudo._check_move('waived', 'rejected', (reason or '').strip(), False)
        if self.filtered(lambda row: row.state != 'waived'):
            raise UserError(self.env._("Only a waiver can be ended."))
        self._decide_for_staff('rejected', reason)

    # === BUSINESS METHODS === #

    def _check_move(self, source, target, reason, system):
        """A waiver that has ended holds no answer: accepting it would be a waiver for good."""
        super()._check_move(source, target, reason, system)
        if target == 'accepted' and self.kind != 'review' and not self.answered_by_id:
            raise UserError(self.env._("There is no answer that could be accepted."))

    @api.model
    def _hand_in(self, requirement, values, **owner):
        """Record the acting user's answer to a question or training.

        :param requirement: the requirement, of a kind that is answered
        :param dict values: ``answer`` or ``file`` (a dict of ``filename`` and base64 ``content``)
        :param owner: the merchant (``merchant_id``) or application it is answered for
        :return: the answer, with full rights
        :raise FieldErrors: what is wrong with it, at ``requirement_<id>``
        """
        clean = self._read_answer(requirement, values)
        rows_sudo = elevate(self)
        rows_sudo.search([
            ('requirement_id', '=', requirement.id), ('state', '=', 'pending'),
            *((name, '=', value) for name, value in owner.items()),
        ])._move_to('replaced', system=True)
        rows_sudo.flush_model()  # the database allows one that waits
        row_sudo = rows_sudo.create(
            dict(clean, requirement_id=requirement.id, answered_by_id=self.env.uid, **owner)
        )
        if not requirement.needs_decision:
            row_sudo._decide('accepted', system=True)
        return row_sudo

    @api.model
    def _read_answer(self, requirement, values):
        """Return the values of an answer as they are stored."""
        key = f'requirement_{requirement.id}'
        values = values if isinstance(values, dict) else {}
        reader = FormReader(self.env, {key: values.get('answer')})
        if requirement.answer_type == 'file':
            return self._read_file(reader, key, values.get('file'))
        if requirement.answer_type == 'choice':
            reader.choice(key, requirement.name, requirement._choices())
        elif requirement.answer_type == 'text':
            reader.text(key, requirement.name, limit=TEXT_MAX_LENGTH, multiline=True)
        elif reader.values[key] in ('1', 1, True):
            reader.clean[key] = self.env._("Confirmed")
        else:
            reader.fail(key, self.env._("Please tick the box: %s.", requirement.name))
        return {'answer': reader.check()[key]}

    @api.model
    def _read_file(self, reader, key, file):
        file = file if isinstance(file, dict) else {}
        try:
            name, data, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                file.get('filename'), file.get('content')
            )
        except UserError as error:
            reader.fail(key, str(error))
        reader.check()
        return {'filename': name, 'mimetype': mimetype, 'file': base64.b64encode(data)}

    def _decide_for_staff(self, state, reason=None):
        """Take the acting person's decision, and tell the merchants and applicants."""
        rows_sudo = self.sudo()
        rows_sudo._decide(state, reason)
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_requirement_decided', rows_sudo
        )

    @api.model
    def _waive(self, requirement, merchant, reason, until):
        """Let a merchant do without what is required.

        :param str reason: why, kept with the waiver
        :param until: the last day, or False for good
        """
        row_sudo = self.sudo().search([
            ('requirement_id', '=', requirement.id), ('merchant_id', '=', merchant.id),
            ('state', '=', 'pending'),
        ]) or self.sudo().create({
            'requirement_id': requirement.id, 'merchant_id': merchant.id,
        })
        row_sudo._decide('waived', reason, until)
        return row_sudo

    def _tell_partners(self):
        """Return the ids of who reads the decision, for the mail template."""
        self.ensure_one()
        if self.merchant_id:
            return self.merchant_id._role_partners('owner').ids
        return self.application_id.applicant_id.partner_id.ids

    def _get_portal_path(self):
        return (self.merchant_id or self.application_id)._get_portal_path()

    def _decide(self, state, reason=None, until=None, system=False):
        """Take answers to ``state`` and note who decided it until when."""
        self._move_to(state, reason=reason, system=system)
        today = fields.Date.context_today(self)
        for row in self:
            months = row.requirement_id.valid_months if state == 'accepted' else 0
            row.write({
                'remark': reason,
                'decided_by_id': False if system else self.env.uid,
                'decided_on': fields.Datetime.now(),
                'valid_until': today + relativedelta(months=months) if months else until,
            })  # fmt: skip

    @api.model
    def _counting_domain(self):
        """Return the domain of what stands for what is required today."""
        today = fields.Date.context_today(self)
        return [
            ('state', 'in', ('accepted', 'waived')),
            '|', ('valid_until', '=', False), ('valid_until', '>=', today),
        ]
