# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.field_errors import FieldErrors
from ..tools.form_reader import FormReader
from .state_mixin import Move

OFFICER = 'marketplace_merchant.group_onboarding_officer'
AUDITOR = 'marketplace_merchant.group_auditor'
# Days before the last day on which the merchant is reminded.
REMINDER_DAYS = (30, 7, 1)
COVER_MAX = 1_000_000_000


class MarketplaceInsurancePolicy(models.Model):
    """Liability insurance of a merchant: who pays up to what amount if its goods do harm."""

    _name = 'marketplace.insurance.policy'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.scan.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Insurance Policy"
    _order = 'valid_until desc, id desc'

    _guard_frozen = (
        'merchant_id', 'insurer', 'number', 'cover', 'currency_id', 'valid_from', 'valid_until',
        'file',
    )  # fmt: skip
    _reason_actions = ('action_reject',)
    _state_initial = 'pending'
    _state_moves = (
        Move('pending', 'valid', by=(OFFICER,)),
        Move('pending', 'rejected', by=(OFFICER,), reason=True),
        Move('pending', 'superseded', by=('system',)),
        Move('valid', 'expired', by=('system',)),
    )

    name = fields.Char(compute='_compute_name')
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    insurer = fields.Char(required=True, readonly=True)
    number = fields.Char(string="Policy Number", required=True, readonly=True)
    cover = fields.Monetary(
        string="Cover per Claim", required=True, readonly=True,
        help="What the insurer pays at most for one claim.",
    )  # fmt: skip
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True, ondelete='restrict'
    )
    valid_from = fields.Date(required=True, readonly=True)
    valid_until = fields.Date(
        required=True, readonly=True, help="Last day on which the policy is valid."
    )
    file = fields.Binary(
        string="Policy", attachment=True, required=True, readonly=True, copy=False,
        groups=f'{OFFICER},{AUDITOR}',
    )  # fmt: skip
    filename = fields.Char(string="File Name", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ('pending', "To Review"),
            ('valid', "Valid"),
            ('expired', "Expired"),
            ('rejected', "Rejected"),
            ('superseded', "Replaced"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='pending',
    )
    remark = fields.Text(readonly=True, copy=False, help="Why it was rejected.")
    is_expiring = fields.Boolean(
        string="Expiring", compute='_compute_is_expiring', search='_search_is_expiring',
        help="Valid for another 30 days at most.",
    )  # fmt: skip

    _pending_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state = 'pending'", "Another policy waits for its review."
    )
    _cover_positive = models.Constraint('CHECK (cover > 0)', "The cover must be more than zero.")
    _dates = models.Constraint(
        'CHECK (valid_from <= valid_until)', "The policy ends before it begins."
    )

    # === COMPUTE METHODS === #

    @api.depends('insurer', 'number')
    def _compute_name(self):
        for policy in self:
            policy.name = f"{policy.insurer} {policy.number}"

    @api.depends('state', 'valid_until')
    def _compute_is_expiring(self):
        last = fields.Date.context_today(self) + timedelta(days=REMINDER_DAYS[0])
        for policy in self:
            policy.is_expiring = policy.state == 'valid' and policy.valid_until <= last

    def _search_is_expiring(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return [('state', '=', 'valid'), ('valid_until', '<=', f'today +{REMINDER_DAYS[0]}d')]

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Insurance policies are kept for the record."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Accept the policy, which was verified with the insurer."""
        for policy_sudo in self.sudo():
            policy_sudo._move_to('valid')

    def action_reject(self, reason):
        """Refuse the policy; the merchant reads why."""
        policies_sudo = self.sudo()
        policies_sudo._move_to('rejected', reason=reason)
        policies_sudo.remark = reason
        policies_sudo._tell_owners()

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        for policy in self:
            policy.deadline = target == 'valid' and policy._next_step()
        if target in ('valid', 'expired'):
            self._tell_owners()

    def _next_step(self):
        """Return when the owners are reminded next, or the policy expires."""
        self.ensure_one()
        days = [self.valid_until - timedelta(days=days) for days in REMINDER_DAYS]
        days.append(self.valid_until + timedelta(days=1))
        steps = (datetime.combine(day, time()) for day in days)
        now = fields.Datetime.now()
        return next((step for step in steps if step > now), now)

    def _on_deadline(self):
        """Remind once at each step, unless the renewal is there, and let expire what is over."""
        if self.state != 'valid':
            return
        if self.valid_until < fields.Date.context_today(self):
            self._move_to('expired', system=True)
            return
        self.deadline = self._next_step()
        if not self._is_renewed():
            self._tell_owners()

    def _is_renewed(self):
        return bool(self.merchant_id.insurance_policy_ids.filtered(
            lambda policy: policy.state in ('pending', 'valid')
            and policy.valid_until > self.valid_until
        ))

    def _tell_owners(self):
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_insurance_policy', self
        )

    # === UPLOADS === #

    @api.model
    def _prepare_upload(self, merchant, values):
        """Return the values of a policy that a merchant sends, checked and made harmless.

        :raise FieldErrors: everything that is wrong with it
        """
        reader = FormReader(self.env, values)
        reader.text('insurer', self.env._("Insurer"))
        reader.text('number', self.env._("Policy number"))
        reader.number('cover', self.env._("Cover per claim"), maximum=COVER_MAX)
        reader.day('valid_from', self.env._("Valid from"))
        reader.day('valid_until', self.env._("Valid until"))
        cover = reader.clean.get('cover')
        if cover is not None and merchant.currency_id.compare_amounts(cover, 0.0) <= 0:
            reader.fail('cover', self.env._("The cover must be more than zero."))
        start, end = reader.clean.get('valid_from'), reader.clean.get('valid_until')
        if end and end < fields.Date.context_today(self):
            reader.fail('valid_until', self.env._(
                "This policy has expired. Please upload a valid one."
            ))
        elif start and end and end < start:
            reader.fail('valid_until', self.env._("The policy ends before it begins."))
        clean = self._read_file(reader)
        return dict(clean, merchant_id=merchant.id, currency_id=merchant.currency_id.id)

    @api.model
    def _read_file(self, reader):
        file = reader.values.get('file')
        file = file if isinstance(file, dict) else {}
        try:
            name, data, _mimetype = self.env['ir.attachment']._marketplace_check_upload(
                file.get('filename'), file.get('content')
            )
        except UserError as error:
            raise FieldErrors({**reader.errors, 'file': str(error)}) from error
        return dict(reader.check(), filename=name, file=base64.b64encode(data))
