# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.form_reader import FormReader

ARBITRATOR = 'marketplace_risk.group_arbitrator'
# How long each state may last, and what the silence then means: see `_on_deadline`.
DEADLINE_HOURS = {
    'merchant_response': 24,
    'negotiation': 24,
    'arbitration': 72,
    'decided': 24,
    'executed': 7 * 24,
}
REMINDER_HOURS = 24
# The unique index below repeats these: it must stay a literal for the database.
FINAL_STATES = ('closed', 'withdrawn')
TALKING_STATES = ('merchant_response', 'negotiation', 'arbitration')
SUBJECT_MAX_LENGTH = 100
TEXT_MAX_LENGTH = 4000


class MarketplaceComplaint(models.Model):
    """A shopper's complaint about one merchant's part of an order.

    The two sides talk first; when they don't agree, or one of them is silent, an arbitrator
    decides. While it is open, a hold keeps the order's money from being paid out.
    """

    _name = 'marketplace.complaint'
    _description = "Complaint"
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _order = 'deadline, id desc'
    _guard_editable = ('decision', 'remedy_ids')
    _guard_frozen = ('order_id', 'kind', 'subject', 'description')
    _reason_actions = ('action_ask', 'action_reconsider')
    _state_initial = 'submitted'
    _state_moves = (
        Move('submitted', 'merchant_response', by=('system',)),
        Move('merchant_response', 'negotiation', by=('merchant',)),
        Move('merchant_response', 'arbitration', by=('system',)),
        Move('merchant_response', 'withdrawn', by=('shopper',)),
        Move('negotiation', 'arbitration', by=('shopper', 'system')),
        Move('negotiation', 'withdrawn', by=('shopper',)),
        Move('arbitration', 'decided', by=(ARBITRATOR,), reason=True),
        Move('arbitration', 'withdrawn', by=('shopper',)),
        Move('decided', 'arbitration', by=(ARBITRATOR,), reason=True),
        Move('decided', 'executed', by=(ARBITRATOR,)),
        Move('executed', 'closed', by=('shopper', 'system')),
    )

    name = fields.Char(string="Number", readonly=True, required=True, copy=False)
    order_id = fields.Many2one(
        comodel_name='marketplace.order',
        readonly=True,
        required=True,
        ondelete='restrict',
        index=True,
    )
    merchant_id = fields.Many2one(related='order_id.merchant_id', store=True, index=True)
    partner_id = fields.Many2one(
        related='order_id.partner_id', string="Shopper", store=True, index=True
    )
    company_id = fields.Many2one(related='order_id.company_id', store=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    paid_amount = fields.Monetary(related='order_id.amount_total', string="Paid")
    refunded_amount = fields.Monetary(related='order_id.amount_refunded', string="Refunded")
    state = fields.Selection(
        selection=[
            ('submitted', "Submitted"),
            ('merchant_response', "Waiting for the merchant"),
            ('negotiation', "Negotiation"),
            ('arbitration', "Arbitration"),
            ('decided', "Decided"),
            ('executed', "Carried out"),
            ('closed', "Closed"),
            ('withdrawn', "Withdrawn"),
        ],
        readonly=True,
        required=True,
        copy=False,
        index=True,
        tracking=True,
    )
    kind = fields.Selection(
        selection=[
            ('quality', "Quality of the goods"),
            ('logistics', "Delivery"),
            ('after_sales', "After-sales service"),
            ('payment', "Payment"),
            ('other', "Something else"),
        ],
        readonly=True,
        required=True,
    )
    subject = fields.Char(readonly=True, required=True)
    description = fields.Text(readonly=True, required=True)
    message_line_ids = fields.One2many(
        comodel_name='marketplace.complaint.message',
        inverse_name='complaint_id',
        string="Thread",
        readonly=True,
    )
    arbitrator_id = fields.Many2one(
        comodel_name='res.users',
        readonly=True,
        copy=False,
        tracking=True,
        groups='marketplace_merchant.group_staff',
    )
    # A draft until it is decided: the two sides read it in the thread, where it is posted.
    decision = fields.Text(
        copy=False,
        groups='marketplace_merchant.group_staff',
        help="The reasons, as both sides will read them.",
    )
    remedy_ids = fields.One2many(
        comodel_name='marketplace.remedy', inverse_name='complaint_id', string="Remedies"
    )
    hold_id = fields.Many2one(
        comodel_name='marketplace.hold',
        readonly=True,
        copy=False,
        groups='marketplace_merchant.group_staff',
        help="Keeps the order's money from being paid out while the complaint is open.",
    )
    refund_amount = fields.Monetary(
        string="Refund", compute='_compute_refund_amount', help="What the decision gives back."
    )
    can_reply = fields.Boolean(compute='_compute_can')
    can_escalate = fields.Boolean(compute='_compute_can')
    can_withdraw = fields.Boolean(compute='_compute_can')
    can_close = fields.Boolean(compute='_compute_can')
    is_mine = fields.Boolean(compute='_compute_is_mine')

    _open_uniq = models.UniqueIndex(
        "(order_id) WHERE state NOT IN ('closed', 'withdrawn')",
        "There is an open complaint about this parcel already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('remedy_ids.amount', 'remedy_ids.kind')
    def _compute_refund_amount(self):
        for complaint in self:
            refunds = complaint.remedy_ids.filtered(lambda remedy: remedy.kind == 'refund')
            complaint.refund_amount = sum(refunds.mapped('amount'))

    @api.depends('state')
    @api.depends_context('uid')
    def _compute_can(self):
        for complaint in self:
            talking = complaint.state in TALKING_STATES
            complaint.can_reply = talking and bool(complaint._acting_party())
            complaint.can_escalate = complaint._may_enter('arbitration')
            complaint.can_withdraw = complaint._may_enter('withdrawn')
            complaint.can_close = complaint._may_enter('closed')

    @api.depends('arbitrator_id')
    @api.depends_context('uid')
    def _compute_is_mine(self):
        for complaint in self:
            complaint.is_mine = complaint.sudo().arbitrator_id == self.env.user

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals['name'] = self.env['ir.sequence'].sudo().next_by_code('marketplace.complaint')
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(self._guard_editable):
            self._check_deciding()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A complaint is kept with all that was said and decided."))

    # === ACTION METHODS === #

    def action_take(self):
        """Become the arbitrator of these complaints, also in place of a colleague."""
        self._check_arbitrator()
        for complaint in self:
            if complaint.state != 'arbitration':
                raise UserError(
                    self.env._(
                        "%s is not in arbitration: the two sides are still talking,"
                        " or it is decided already.",
                        complaint.name,
                    )
                )
            complaint._check_impartial()
        self.sudo().arbitrator_id = self.env.user

    def action_ask(self, reason):
        """Ask both sides something.

        :param str reason: the question
        """
        self._check_arbitrator()
        self._check_deciding()
        body = self._read_body(reason)
        for complaint_sudo in self.sudo():
            complaint_sudo._post('platform', body)
        self.sudo()._notify(('shopper', 'merchant'), 'replied')

    def action_decide(self):
        """Publish the decision to both sides."""
        self._check_arbitrator()
        self._check_deciding()
        for complaint_sudo in self.sudo():
            complaint_sudo._check_decision()
            complaint_sudo._post('platform', complaint_sudo._decision_text())
            complaint_sudo._move_to('decided', reason=complaint_sudo.decision)

    def action_reconsider(self, reason):
        """Take a decision back before it is carried out.

        :param str reason: why, as both sides will read it
        """
        self._check_arbitrator()
        self._check_mine()
        body = self._read_body(reason)
        for complaint_sudo in self.sudo():
            complaint_sudo._post('platform', body)
            complaint_sudo._move_to('arbitration', reason=reason)

    def action_execute(self):
        """Carry the remedies out and tell both sides."""
        self._check_arbitrator()
        self._check_mine()
        for complaint_sudo in self.sudo():
            complaint_sudo._move_to('executed')

    # === PORTAL METHODS === #

    def portal_reply(self, body, files=None):
        """Say something as the shopper or as a member of the merchant.

        The merchant's first answer opens the negotiation.

        :param str body: the message
        :param files: list of dicts ``{'filename', 'content'}``, the content base64-encoded
        :raise AccessError: when the acting user is of neither side
        :raise UserError: when the talk is over or a value is wrong
        """
        complaint_sudo = self._portal_sudo('shopper', 'merchant')
        party = complaint_sudo._acting_party()
        if complaint_sudo.state not in TALKING_STATES:
            raise UserError(
                self.env._("This complaint is decided or closed: no messages can be added.")
            )
        body = self._read_body(body)
        documents = self.env['marketplace.complaint.message']._read_files(files)
        complaint_sudo._post(party, body, documents)
        if party == 'merchant' and complaint_sudo.state == 'merchant_response':
            complaint_sudo._move_to('negotiation')
        else:
            complaint_sudo._notify(['merchant' if party == 'shopper' else 'shopper'], 'replied')
        return True

    def portal_escalate(self):
        """Ask the platform to decide, as the shopper, without waiting for the deadline."""
        self._portal_sudo('shopper')._move_to('arbitration')
        return True

    def portal_withdraw(self):
        """Give the complaint up, as the shopper."""
        self._portal_sudo('shopper')._move_to('withdrawn')
        return True

    def portal_close(self):
        """Confirm, as the shopper, that the decision was carried out."""
        self._portal_sudo('shopper')._move_to('closed')
        return True

    def _portal_sudo(self, *parties):
        """Return the complaint as superuser once the acting user is known to be of ``parties``.

        :raise AccessError: in the same words for a foreign complaint and for one that never was
        """
        self.ensure_one()
        complaint_sudo = elevate(self).exists()
        if not complaint_sudo or complaint_sudo._acting_party() not in parties:
            raise AccessError(self.env['marketplace.merchant']._no_member_message())
        return complaint_sudo

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, order, kind, subject, description, files):
        """Open a complaint, hold the order's money and call the merchant."""
        reader = FormReader(
            self.env, {'kind': kind, 'subject': subject, 'description': description}
        )
        kinds = [value for value, _label in self._fields['kind'].selection]
        reader.choice('kind', self.env._("What it is about"), kinds)
        reader.text('subject', self.env._("Subject"), limit=SUBJECT_MAX_LENGTH)
        reader.text(
            'description', self.env._("Description"), limit=TEXT_MAX_LENGTH, multiline=True
        )
        values = reader.check()
        documents = self.env['marketplace.complaint.message']._read_files(files)
        complaint = self.create({'order_id': order.id, **values})
        complaint._post('shopper', complaint.description, documents)
        complaint.hold_id = order._hold(self.env._("Complaint %s", complaint.name), complaint)
        return complaint._move_to('merchant_response', system=True)

    def _state_entered(self, target, reason):
        if target == 'executed':
            self.remedy_ids._execute()
        if target in ('executed', *FINAL_STATES):
            self.hold_id._release()
        hours = DEADLINE_HOURS.get(target)
        self.deadline = self._deadline_in(hours=hours) if hours else False
        self._notify(('shopper', 'merchant'), target)
        return super()._state_entered(target, reason)

    def _on_deadline(self):
        if self.state in ('merchant_response', 'negotiation'):
            self._move_to('arbitration', system=True)
        elif self.state == 'executed':
            self._move_to('closed', system=True)
        else:
            self._remind_arbitrators()

    def _remind_arbitrators(self):
        """Nobody but a person can decide: ask again every day."""
        self._notify(['arbitrator'], 'reminder')
        self.deadline = self._deadline_in(hours=REMINDER_HOURS)

    def _filtered_open(self):
        return self.filtered(lambda complaint: complaint.state not in FINAL_STATES)

    # === PARTIES === #

    def _acting_party(self):
        """Return the side for which the acting user may speak, or ``None``."""
        self.ensure_one()
        if self._state_actor_shopper():
            return 'shopper'
        return 'merchant' if self._state_actor_merchant() else None

    def _state_actor_shopper(self):
        return self.sudo().order_id._state_actor_shopper()

    def _state_actor_merchant(self):
        return self._state_actor_member_service() or self._state_actor_member_orders()

    def _may_enter(self, target):
        """Return whether the acting user may take the complaint to ``target`` now."""
        return any(
            self._may_move(move)
            for move in self._state_moves
            if (move.source, move.target) == (self.state, target)
        )

    def _check_arbitrator(self):
        if not self.env.user.has_group(ARBITRATOR):
            raise AccessError(self.env._("Only arbitrators decide complaints."))

    def _check_mine(self):
        if any(not complaint.is_mine for complaint in self):
            raise UserError(self.env._("Take the complaint first: it is decided by one person."))

    def _check_deciding(self):
        """Raise unless the acting user is deciding these complaints right now."""
        self._check_mine()
        if any(complaint.state != 'arbitration' for complaint in self):
            raise UserError(
                self.env._("The decision can be edited only while the complaint is in arbitration.")
            )

    def _check_impartial(self):
        """Raise when the acting user is one of the two sides."""
        if self._acting_party() or self.sudo().merchant_id._is_member():
            raise UserError(
                self.env._("You are a party of %s: a colleague has to decide it.", self.name)
            )

    # === DECISION === #

    def _check_decision(self):
        """Raise, naming all that is missing, unless the decision can be published."""
        self.ensure_one()
        problems = []
        if not (self.decision or '').strip():
            problems.append(self.env._("Write down the reasons of the decision."))
        if not self.remedy_ids:
            problems.append(
                self.env._("Add a remedy; “Nothing is owed” if the complaint is unfounded.")
            )
        if len(self.remedy_ids) > 1 and 'nothing' in self.remedy_ids.mapped('kind'):
            problems.append(self.env._("“Nothing is owed” cannot stand beside another remedy."))
        refundable = self.order_id._refundable_amount()
        if self.currency_id.compare_amounts(self.refund_amount, refundable) > 0:
            problems.append(
                self.env._(
                    "At most %s of this parcel can still be refunded.",
                    self.currency_id.format(refundable),
                )
            )
        if problems:
            raise UserError("\n".join(problems))

    def _decision_text(self):
        """Return the decision as both sides read it in the thread."""
        self.ensure_one()
        return "\n".join([self.decision.strip(), "", *self.remedy_ids.mapped('display_name')])

    # === THREAD === #

    def _post(self, party, body, documents=()):
        """Append a message with its evidence to the thread.

        :param str party: the side that speaks
        :param str body: the message
        :param documents: values of attachments, checked by its ``_read_files``
        """
        self.ensure_one()
        message = self.env['marketplace.complaint.message'].create({
            'complaint_id': self.id,
            'author_id': self.env.user.partner_id.id,
            'party': party,
            'body': body,
        })
        message._attach(documents)

    @api.model
    def _read_body(self, body):
        """Return the text of a message; raise when it is none, empty or too long."""
        reader = FormReader(self.env, {'body': body})
        reader.text('body', self.env._("Message"), limit=TEXT_MAX_LENGTH, multiline=True)
        return reader.check()['body']

    # === NOTIFICATIONS === #

    def _notify(self, parties, event):
        """Tell the parties by mail.

        :param parties: of ``'shopper'``, ``'merchant'``
        :param str event: the state that was entered, or ``'replied'``
        """
        for party in parties:
            self.env['mail.template']._marketplace_send(
                f'marketplace_risk.mail_template_complaint_{party}', self, event=event
            )

    def _party_partner_ids(self, party):
        """Return whom the templates write to: the shopper, or the members who care for service."""
        self.ensure_one()
        if party == 'shopper':
            partners = self.partner_id
        elif party == 'merchant':
            members = self.merchant_id.member_ids.filtered(
                lambda member: member.role_service or member.role_orders
            )
            partners = members.user_id.partner_id or self.merchant_id.partner_id
        else:
            arbitrators = self.arbitrator_id or self.env.ref(ARBITRATOR).all_user_ids
            partners = arbitrators.partner_id
        return ','.join(map(str, partners.ids))

    def _party_url(self, party):
        """Return where the party reads the complaint; the pages come with the portal."""
        return f'{self.get_base_url()}/my'
