# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import clean_context, formatLang

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate

OFFICER = 'marketplace_settlement.group_finance_officer'
MANAGER = 'marketplace_settlement.group_finance_manager'


class MarketplaceProposalMixin(models.AbstractModel):
    """Money that one person proposes and another one approves; before that nothing is booked.

    What is proposed stays as it is: who was wrong withdraws it and proposes anew. The inheriting
    model says what may be proposed (``_proposal_fields``, ``_check_proposal``) and what is booked
    (``_book_proposal``).
    """

    _name = 'marketplace.proposal.mixin'
    _description = "Proposal that Another Person Approves"
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.notice.mixin',
    ]
    _order = 'id desc'
    _allow_sudo_commands = False

    _reason_actions = ('action_reject',)
    _state_initial = 'proposed'
    _state_moves = (
        Move('proposed', 'booked', by=(MANAGER, 'system')),
        Move('proposed', 'rejected', by=(MANAGER,), reason=True),
        Move('proposed', 'withdrawn', by=(OFFICER,)),
    )
    # What the person who proposes fills in.
    _proposal_fields = ('merchant_id', 'amount', 'reason', 'case_ref')

    name = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='restrict',
        default=lambda self: self.env.company,
    )  # fmt: skip
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True, ondelete='restrict',
        default=lambda self: self.env.company.currency_id,
    )  # fmt: skip
    amount = fields.Monetary(required=True)
    reason = fields.Char(required=True, help="The merchant reads it.")
    case_ref = fields.Reference(
        selection='_selection_case', string="Case", help="What this goes back to."
    )
    case_name = fields.Char(compute='_compute_case_name', compute_sudo=True, string="Case Number")
    state = fields.Selection(
        selection=[
            ('proposed', "Waits for Approval"),
            ('booked', "Booked"),
            ('rejected', "Rejected"),
            ('withdrawn', "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='proposed',
    )
    approved_by_id = fields.Many2one(
        comodel_name='res.users', string="Approved by", readonly=True, copy=False
    )
    date_booked = fields.Date(string="Booked on", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.model
    def _selection_case(self):
        """Return the kinds of documents that money can go back to: (model, label)."""
        return [
            (name, self.env['ir.model']._get(name).name) for name in self._case_models()
        ]

    @api.model
    def _case_models(self):
        return ['marketplace.order', 'marketplace.return', 'marketplace.balance.entry']

    @api.depends('case_ref')
    def _compute_case_name(self):
        for proposal in self:
            case = proposal.case_ref
            proposal.case_name = case.exists().display_name if case else False

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        proposals = self
        if not self.env.su:
            # Defaults in the context could set fields that nobody offers.
            context = clean_context(self.env.context)
            proposals = self.with_context(context)  # pylint: disable=context-overridden
            vals_list = [
                {name: vals[name] for name in self._proposal_fields if name in vals}
                for vals in vals_list
            ]
        self.flush_model(['state'])  # what was withdrawn a moment ago stands in nobody's way
        sequence = self.env['ir.sequence'].sudo()
        for vals in vals_list:
            vals['name'] = sequence.next_by_code(self._name)
            self._complete_proposal(vals)
        records = super(MarketplaceProposalMixin, proposals).create(vals_list)
        for record in records:
            record.sudo()._check_proposal()
        self.env['marketplace.audit.log']._log(
            records, 'create', after=[{'amount': record.amount} for record in records]
        )
        return records

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("What was proposed is kept for the record: withdraw it."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve and book; another person than the one who proposed it.

        :raise AccessError: for the proposer, and for whoever may not approve
        """
        for proposal in self:
            proposal._check_approver()
            proposal_sudo = elevate(proposal)
            proposal_sudo._check_move(proposal_sudo.state, 'booked', '', False)
            proposal_sudo._check_proposal()
            proposal_sudo._move_to('booked')
            proposal_sudo.write({
                'approved_by_id': self.env.uid, 'date_booked': fields.Date.context_today(self),
            })  # fmt: skip
            proposal_sudo._book_proposal()

    def action_reject(self, reason=None):
        self.check_access('read')
        elevate(self)._move_to('rejected', reason=reason)

    def action_withdraw(self):
        self.check_access('read')
        elevate(self)._move_to('withdrawn')

    # === BUSINESS METHODS === #

    def _book_by_rule(self):
        """Book without a second person: a rule of the company says so."""
        for proposal in self.sudo():
            proposal._check_proposal()
            proposal._move_to('booked', system=True)
            proposal.date_booked = fields.Date.context_today(self)
            proposal._book_proposal()

    def _check_approver(self):
        """Raise if the acting user proposed it, whatever else the user may do."""
        self.ensure_one()
        if self.env.user in self.sudo().create_uid:
            raise AccessError(self.env._(
                "Money moves by two people: another finance manager than the one who proposed it"
                " approves it."
            ))

    @api.model
    def _complete_proposal(self, vals):
        """Fill in what follows from the values of a new proposal."""
        merchant = self.env['marketplace.merchant'].sudo().browse(vals.get('merchant_id'))
        company = merchant.company_id or self.env.company
        vals.setdefault('company_id', company.id)
        vals.setdefault('currency_id', company.currency_id.id)

    def _check_proposal(self):
        """Raise unless this may be proposed, and still be booked.

        The case is looked up without the rights of the person who chose it: of a case of another
        merchant nothing is told.
        """
        self.ensure_one()
        if not (self.reason or '').strip():
            raise UserError(self.env._("Please give a reason: the merchant reads it."))
        case = self.case_ref
        if case and (not case.exists() or case.merchant_id != self.merchant_id):
            raise UserError(self.env._("The case does not concern this merchant."))

    def _book_proposal(self):
        """Book what was approved; called once, with all rights."""
        raise NotImplementedError()

    def _format(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)
