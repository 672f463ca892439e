# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move

OFFICER = 'marketplace_merchant.group_onboarding_officer'
MANAGER = 'marketplace_merchant.group_merchant_manager'
AUDITOR = 'marketplace_merchant.group_auditor'
STAFF_ONLY = f'{OFFICER},{AUDITOR}'
OPEN_STATES = ('draft', 'submitted', 'in_review', 'info_required')
REVIEW_WORKING_DAYS = 2
ANSWER_DAYS = 14


class MarketplaceMerchantApplication(models.Model):
    """A request to open a shop, to change legal data or to leave.

    From the first typed field to the decision of two people.
    """

    _name = 'marketplace.merchant.application'
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.identity.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Merchant Application"
    _order = 'review_priority desc, deadline, id desc'
    _rec_names_search = ['name', 'company_name', 'shop_name', 'licence_number']

    _guard_editable = ('tier_id',)
    _guard_frozen = ('applicant_id', 'company_id', 'merchant_id')
    _reason_actions = ('action_reject', 'action_send_back', 'action_reveal_licence')
    _state_moves = (
        Move('draft', 'submitted', by=('applicant',)),
        Move('submitted', 'in_review', by=(OFFICER,)),
        Move('in_review', 'info_required', by=(OFFICER,)),
        Move('info_required', 'in_review', by=('applicant',)),
        Move('in_review', 'approved', by=(OFFICER,)),
        Move('in_review', 'rejected', by=(OFFICER,), reason=True),
        *(Move(state, 'withdrawn', by=('applicant', 'system')) for state in OPEN_STATES),
    )

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/")
    kind = fields.Selection(
        selection=[
            ('open', "Open a shop"),
            ('change', "Change company data"),
            ('leave', "Leave the marketplace"),
        ],
        required=True,
        default='open',
        readonly=True,
        index=True,
    )
    applicant_id = fields.Many2one(
        comodel_name='res.users', required=True, readonly=True, index=True, ondelete='restrict',
        default=lambda self: self.env.user,
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', string="Platform Company", required=True, readonly=True,
        default=lambda self: self.env.company,
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('submitted', "Submitted"),
            ('in_review', "In Review"),
            ('info_required', "Information Required"),
            ('approved', "Approved"),
            ('rejected', "Rejected"),
            ('withdrawn', "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='draft',
    )

    # What the applicant fills in
    company_name = fields.Char(readonly=True, help="As on the licence.")
    legal_representative = fields.Char(readonly=True)
    country_id = fields.Many2one(
        comodel_name='res.country', readonly=True, default=lambda self: self.env.company.country_id
    )
    street = fields.Char(string="Address", readonly=True)
    city = fields.Char(readonly=True)
    zip = fields.Char(string="Postal Code", readonly=True)
    contact_name = fields.Char(string="Contact Person", readonly=True)
    phone = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    category_ids = fields.Many2many(
        comodel_name='product.category', string="Categories", readonly=True
    )
    shop_name = fields.Char(readonly=True)
    shop_description = fields.Text(string="About the Shop", readonly=True)
    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', ondelete='restrict',
        default=lambda self: self.env['marketplace.tier'].sudo().search([], limit=1),
        help="Decides about the deposit and how soon the merchant is paid.",
    )  # fmt: skip
    qualification_ids = fields.One2many(
        comodel_name='marketplace.qualification', inverse_name='application_id',
        string="Documents", readonly=True,
        domain=[('state', 'not in', ('superseded', 'rejected'))],
    )  # fmt: skip
    agreement_acceptance_ids = fields.One2many(
        comodel_name='marketplace.agreement.acceptance', inverse_name='application_id',
        string="Accepted Agreements", readonly=True,
    )  # fmt: skip

    # Review
    check_ids = fields.One2many(
        comodel_name='marketplace.merchant.check', inverse_name='application_id', readonly=True,
        groups=STAFF_ONLY,
    )  # fmt: skip
    past_check_ids = fields.One2many(
        comodel_name='marketplace.merchant.check', inverse_name='application_id', readonly=True,
        string="Earlier Checks", domain=[('active', '=', False)],
        context={'active_test': False}, groups=STAFF_ONLY,
    )  # fmt: skip
    date_submitted = fields.Datetime(string="Submitted on", readonly=True, copy=False)
    date_review_due = fields.Datetime(
        string="Review Due", readonly=True, copy=False,
        help="So many working days after the applicant's last step as the tier says.",
    )  # fmt: skip
    is_overdue = fields.Boolean(compute='_compute_is_overdue')
    reviewer_id = fields.Many2one(
        comodel_name='res.users', readonly=True, copy=False, index='btree_not_null', tracking=True,
        groups=STAFF_ONLY,
    )  # fmt: skip
    recommended_by_id = fields.Many2one(
        comodel_name='res.users', readonly=True, copy=False, tracking=True, groups=STAFF_ONLY
    )
    approved_by_id = fields.Many2one(
        comodel_name='res.users', readonly=True, copy=False, groups=STAFF_ONLY
    )
    decision_reason = fields.Text(readonly=True, copy=False)
    failed_count = fields.Integer(
        string="Failed Checks", compute='_compute_check_counts', groups=STAFF_ONLY
    )
    undecided_count = fields.Integer(
        string="Undecided Checks", compute='_compute_check_counts', groups=STAFF_ONLY
    )
    can_review = fields.Boolean(compute='_compute_can_review')
    can_approve = fields.Boolean(compute='_compute_can_review')

    _opening_uniq = models.UniqueIndex(
        f"(applicant_id) WHERE kind = 'open' AND state IN {OPEN_STATES}",
        "You have an application under way already.",
    )
    _request_uniq = models.UniqueIndex(
        f"(merchant_id, kind) WHERE kind != 'open' AND state IN {OPEN_STATES}",
        "A request of this kind is under way already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'company_name')
    def _compute_display_name(self):
        for application in self:
            application.display_name = " ".join(
                filter(None, (application.name, application.company_name))
            )

    @api.depends('date_review_due', 'state')
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for application in self:
            application.is_overdue = bool(
                application.state in ('submitted', 'in_review')
                and application.date_review_due
                and application.date_review_due < now
            )

    @api.depends('check_ids.decision', 'check_ids.machine_result')
    def _compute_check_counts(self):
        for application in self:
            checks = application.check_ids
            application.failed_count = len(
                checks.filtered(lambda check: check.machine_result == 'failed')
            )
            application.undecided_count = len(
                checks.filtered(lambda check: check.decision == 'none')
            )

    @api.depends('state', 'reviewer_id', 'recommended_by_id')
    @api.depends_context('uid')
    def _compute_can_review(self):
        for application in self:
            in_review = application.state == 'in_review'
            recommended = application.sudo().recommended_by_id
            reviewer = application.sudo().reviewer_id
            application.can_review = (
                in_review and not recommended and reviewer == self.env.user
            )
            application.can_approve = (
                in_review and bool(recommended) and recommended != self.env.user
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('name', "/") == "/":
                vals['name'] = self.env['ir.sequence'].next_by_code(
                    'marketplace.merchant.application'
                )
        return super().create(vals_list)

    # === ACTION METHODS === #

    def action_start_review(self):
        """Claim a submitted application: the officer becomes its reviewer."""
        self.ensure_one()
        # The applicant may take it back into review too, by handing it in: not by this door.
        self._check_officer()
        if self.state == 'in_review':
            raise UserError(self._in_others_hands())
        application_sudo = self.sudo()
        application_sudo._move_to('in_review')
        application_sudo.reviewer_id = self.env.user

    def action_take_over(self):
        """Become the reviewer in place of a colleague; for merchant managers."""
        self._check_officer(MANAGER)
        if self.state != 'in_review' or self.reviewer_id == self.env.user:
            raise UserError(self.env._("There is no review of a colleague to take over."))
        self._assign(self.env.user)

    def action_run_checks(self):
        """Repeat the machine checks, for example after a service was out of reach."""
        self._check_reviewer()
        application_sudo = self.sudo()
        application_sudo.verification_request_ids._ask_again()
        application_sudo._run_machine_checks()

    def action_accept_passed(self):
        """Accept at once all checks that the machine passed and nobody has decided."""
        self._check_reviewer()
        self.check_ids.filtered(
            lambda check: check.machine_result == 'passed' and check.decision == 'none'
        ).action_accept()

    def action_request_info(self):
        """Ask the applicant for what the remarks on the checks say."""
        self._check_reviewer()
        if not self.check_ids.filtered(lambda check: check.decision == 'info'):
            raise UserError(self.env._(
                "Please first choose “Ask” on at least one check and say what is needed there."
            ))
        self.sudo()._move_to('info_required')

    def action_recommend(self):
        """Recommend the approval; another person decides."""
        self._check_reviewer()
        undecided = self.check_ids.filtered(lambda check: check.decision != 'accepted')
        if undecided:
            raise UserError(self.env._(
                "These checks are not accepted yet: %s.", ", ".join(undecided.mapped('name')),
            ))
        self.sudo().recommended_by_id = self.env.user

    def action_send_back(self, reason):
        """Return a recommended application to its reviewer, with what is still open."""
        self._check_officer()
        self._check_in_review()
        if not self.recommended_by_id:
            raise UserError(self.env._("Only a recommended application can be sent back."))
        self.sudo().recommended_by_id = False
        self.message_post(body=reason, partner_ids=self.reviewer_id.partner_id.ids)

    def action_approve(self):
        """Approve: creates the merchant. Takes another person than the one who recommended."""
        self._check_officer()
        self._check_in_review()
        if not self.recommended_by_id:
            raise UserError(self.env._("The reviewer has to recommend this application first."))
        if self.recommended_by_id == self.env.user:
            raise UserError(self.env._(
                "You recommended this application yourself: somebody else has to approve it."
            ))
        application_sudo = self.sudo()
        application_sudo._run_machine_checks()
        application_sudo._check_nothing_bars()
        application_sudo.approved_by_id = self.env.user
        application_sudo._move_to('approved')

    def action_reject(self, reason):
        """Refuse the application; the applicant reads the reason."""
        self._check_officer()
        self._check_in_review()
        application_sudo = self.sudo()
        application_sudo.decision_reason = reason
        application_sudo._move_to('rejected', reason=reason)

    # === BUSINESS METHODS === #

    def _assign(self, officer):
        """Make an officer the reviewer; for merchant managers. A recommendation is taken back.

        :raise UserError: unless the applications wait for a review or are in one
        """
        for application in self:
            application._check_officer(MANAGER)
            application_sudo = application.sudo()
            if application.state == 'submitted':
                application_sudo._move_to('in_review')
            application._check_in_review()
            application_sudo.write({'reviewer_id': officer.id, 'recommended_by_id': False})
            if officer != self.env.user:
                application_sudo.activity_schedule(
                    'mail.mail_activity_data_todo', user_id=officer.id,
                    date_deadline=application.date_review_due.date(),
                    summary=self.env._("Review this application"),
                )

    # === GUARDS === #

    def _check_officer(self, group=OFFICER):
        """Raise unless the acting user's role includes decisions about this application."""
        self.ensure_one()
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("Your role does not include this decision."))
        self.check_access('read')
        self.sudo()._touch()

    def _check_in_review(self):
        if self.state != 'in_review':
            raise UserError(self.env._(
                "This application is not in review. Reload the page to see where it stands."
            ))

    def _check_reviewer(self):
        """Raise unless the acting user reviews this application now."""
        self._check_officer()
        self._check_in_review()
        if self.reviewer_id != self.env.user:
            raise UserError(self._in_others_hands())
        if self.recommended_by_id:
            raise UserError(self.env._(
                "This application is recommended and waits for the approval of a second person."
            ))

    def _in_others_hands(self):
        if self.reviewer_id == self.env.user:
            return self.env._("You are reviewing this application already.")
        return self.env._(
            "%s is reviewing this application already.", self.sudo().reviewer_id.name
        )

    def _check_nothing_bars(self):
        """Raise if something came up that was not there when the reviewer recommended."""
        changed = self.check_ids.filtered(lambda check: check.decision != 'accepted')
        if changed:
            raise UserError(self.env._(
                "Something changed since the recommendation; please send it back to the reviewer:"
                "\n%s",
                "\n".join(f"{check.name}: {check.machine_note}" for check in changed),
            ))

    def _touch(self):
        """Write the row, so that of two people or tabs at once the later one starts again.

        Under Odoo's isolation it would otherwise decide upon what it saw before the other acted.
        """
        self.flush_recordset()
        self.env.cr.execute(SQL(
            "UPDATE marketplace_merchant_application SET write_date = write_date WHERE id IN %s",
            self._ids,
        ))

    # === STATE HOOKS === #

    def _state_actor_applicant(self):
        return self.sudo()._is_applicant()

    def _is_applicant(self):
        """Return whether the acting user speaks here: the applicant, or the merchant's owners."""
        self.ensure_one()
        if self.kind == 'open':
            return self.env.user == self.applicant_id
        return self.merchant_id._is_member('owner')

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        for application in self:
            getattr(application, f'_enter_{target}')()
        templates = {
            'submitted': 'mail_template_application_received',
            'info_required': 'mail_template_application_info_requested',
            'approved': 'mail_template_application_approved',
            'rejected': 'mail_template_application_rejected',
        }
        for kind, applications in self.grouped('kind').items():
            template = templates.get(target)
            if target == 'approved' and kind != 'open':
                template = 'mail_template_request_approved'
            if template:
                self.env['mail.template']._marketplace_send(
                    f'marketplace_merchant.{template}', applications
                )

    def _enter_submitted(self):
        self.date_submitted = fields.Datetime.now()
        self._hand_in()

    def _enter_in_review(self):
        """Claimed for the first time, or answered: only then the clock starts anew."""
        if self.reviewer_id:
            self._hand_in()

    def _hand_in(self):
        """Start the review's clock and let the machine look at what was handed in."""
        self.date_turn = fields.Datetime.now()
        self.date_review_due = self.deadline = self._review_due()
        self.qualification_ids.filtered(
            lambda document: document.state == 'draft'
        )._move_to('pending')
        self._run_machine_checks()

    def _enter_info_required(self):
        self._end_turn()
        self.deadline = self._deadline_in(days=ANSWER_DAYS)

    def _enter_approved(self):
        self._close()
        getattr(self, f'_carry_out_{self.kind}')()

    def _enter_rejected(self):
        self._close()

    def _enter_withdrawn(self):
        self._close()

    def _close(self):
        self._end_turn()
        self.write({'deadline': False, 'date_decided': fields.Datetime.now()})

    def _review_due(self):
        """Return the end of the review: the tier's working days, Monday to Friday, from now."""
        due, days = fields.Datetime.now(), 0
        while days < (self.tier_id.review_days or REVIEW_WORKING_DAYS):
            due += timedelta(days=1)
            days += due.weekday() < 5
        return due

    def _on_deadline(self):
        """Withdraw what the applicant leaves unanswered; remind staff of a late review."""
        if self.state == 'info_required':
            self._move_to('withdrawn', system=True)
            self.env['mail.template']._marketplace_send(
                'marketplace_merchant.mail_template_application_withdrawn', self
            )
        elif responsible := self.reviewer_id or self._managers()[:1]:
            self.activity_schedule(
                'mail.mail_activity_data_todo',
                summary=self.env._("The review is overdue"),
                user_id=responsible.id,
            )

    @api.model
    def _managers(self):
        return self.env.ref(MANAGER).all_user_ids.filtered('active')

    def _subject_text(self):
        """Return what it is about, as the applicant calls it."""
        self.ensure_one()
        kind = dict(self._fields['kind']._description_selection(self.env))[self.kind]
        return ": ".join(filter(None, (kind, self.shop_name or self.company_name)))
