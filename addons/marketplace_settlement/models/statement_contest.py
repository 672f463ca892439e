# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, formatLang

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate_member
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

from .payout import MANAGER, OFFICER

# A wrong fee is given back as a fee, so that its tax goes back as well.
CORRECTIONS = {'commission': 'commission_refund', 'service_fee': 'service_fee_refund'}
UNDECIDED = ('open', 'proposed')


class MarketplaceStatementContest(models.Model):
    """A line of a statement that the merchant says is wrong.

    What the merchant is to get by a contested line waits for the answer, with the fee on it; what
    is deducted stays deducted; all the rest is paid on time. Two people grant a correction, which
    is a balance entry of its own.
    """

    _name = 'marketplace.statement.contest'
    _description = "Contested Line"
    _inherit = [
        'marketplace.evidence.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _order = 'id desc'
    _rec_name = 'statement_id'
    _allow_sudo_commands = False
    _guard_editable = ('amount_granted', 'answer')
    _reason_actions = ('action_send_back',)

    _state_initial = 'open'
    _state_moves = (
        Move('open', 'proposed', by=(OFFICER,), reason=True),
        Move('open', 'rejected', by=(OFFICER,), reason=True),
        Move('open', 'withdrawn', by=('member_finance',)),
        Move('proposed', 'upheld', by=(MANAGER,)),
        Move('proposed', 'open', by=(MANAGER,), reason=True),
    )

    statement_id = fields.Many2one(
        comodel_name='marketplace.statement', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', string="Contested Line", required=True,
        readonly=True, ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(related='statement_id.merchant_id', store=True, index=True)
    company_id = fields.Many2one(related='statement_id.company_id', store=True)
    currency_id = fields.Many2one(related='statement_id.currency_id', store=True)
    kind = fields.Selection(related='entry_id.kind')
    order_id = fields.Many2one(related='entry_id.order_id')
    amount = fields.Monetary(related='entry_id.amount', string="Amount of the Line")
    amount_aside = fields.Monetary(
        string="Waiting", readonly=True,
        help="What left the statement until the answer: the line and the fee on it.",
    )  # fmt: skip
    amount_claimed = fields.Monetary(
        string="Claimed", required=True, readonly=True,
        help="How much more the merchant should have got by its own account.",
    )  # fmt: skip
    reason = fields.Text(required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ('open', "To Answer"),
            ('proposed', "To Approve"),
            ('upheld', "Upheld"),
            ('rejected', "Rejected"),
            ('withdrawn', "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    is_overdue = fields.Boolean(readonly=True, copy=False)
    amount_granted = fields.Monetary(
        string="Granted", copy=False, help="What of it the merchant gets by a correction."
    )
    answer = fields.Text(copy=False, help="The merchant reads it.")
    answered_by_id = fields.Many2one(
        comodel_name='res.users', string="Answered by", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    date_answered = fields.Datetime(string="Answered on", readonly=True, copy=False)
    hold_id = fields.Many2one(
        comodel_name='marketplace.hold', readonly=True, copy=False, ondelete='restrict',
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    correction_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', readonly=True, copy=False, ondelete='restrict',
        index='btree_not_null',
    )  # fmt: skip

    _entry_uniq = models.UniqueIndex(
        "(entry_id) WHERE state <> 'withdrawn'", "This line has been contested already."
    )
    _claimed_positive = models.Constraint(
        'CHECK (amount_claimed > 0)', "The missing amount is more than zero."
    )
    _granted_range = models.Constraint(
        'CHECK (amount_granted >= 0 AND amount_granted <= amount_claimed)',
        "What is granted is at most what is missing.",
    )

    # === COMPUTE METHODS === #

    @api.depends('statement_id', 'entry_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        kinds = dict(self.entry_id._fields['kind']._description_selection(self.env))
        for contest in self:
            contest.display_name = f"{contest.statement_id.name}: {kinds.get(contest.kind, '')}"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Merchants contest lines on the page of their statement."))
        return super().create(vals_list)

    def write(self, vals):
        answered = any(contest.state != 'open' for contest in self)
        if answered and not self.env.su and set(self._guard_editable) & vals.keys():
            raise UserError(self.env._("This contest is answered: the answer stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A contest is kept with all that was said and decided."))

    # === ACTION METHODS === #

    def action_propose(self):
        """Find that the merchant is right; a finance manager books the correction."""
        for contest_sudo in self._for_staff():
            contest_sudo._check_granted()
            contest_sudo._answer('proposed')

    def action_reject(self):
        """Find that the line is right: what waits goes into the next statement."""
        for contest_sudo in self._for_staff():
            contest_sudo.amount_granted = 0.0
            contest_sudo._answer('rejected')

    def action_approve(self):
        """Book the correction; another person than the one who found for the merchant."""
        for contest_sudo in self._for_staff():
            contest_sudo._check_move(contest_sudo.state, 'upheld', '', False)
            contest_sudo._check_approver()
            contest_sudo._check_granted()
            contest_sudo._move_to('upheld')

    def action_send_back(self, reason=None):
        """Ask for another answer before anything is booked."""
        for contest_sudo in self._for_staff():
            contest_sudo._move_to('open', reason=reason)
            contest_sudo.statement_id._leave_note(
                self.env._("The correction was not approved: %s", reason)
            )

    def _for_staff(self):
        self.check_access('read')
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Contested lines are answered by finance officers."))
        return self.sudo()

    # === PORTAL METHODS === #

    def portal_withdraw(self):
        """Take the line as it is after all.

        It goes back into its statement while that waits for the merchant, else into the next one.

        :raise AccessError: unless the user is a member with the finance role
        """
        contest_sudo = elevate_member(self, 'finance')
        contest_sudo.statement_id._lock_for_contest()
        contest_sudo._move_to('withdrawn')

    # === BUSINESS METHODS === #

    @api.model
    def _contest(self, statement, entry_id, values, files):
        """Record that the merchant contests a line; called with full rights.

        :param statement: locked, and waiting for the merchant
        :param entry_id: the line, one of the statement's entries
        :param dict values: ``amount``, what is missing, and ``reason``
        :raise FieldErrors: what is wrong with them
        """
        values = values if isinstance(values, dict) else {}
        reader = FormReader(self.env, {**values, 'entry': entry_id})
        reader.record('entry', self.env._("Line"), statement.entry_ids)
        reader.number('amount', self.env._("Missing amount"))
        reader.text('reason', self.env._("Reason"), limit=TEXT_MAX_LENGTH, multiline=True)
        entry = statement.entry_ids.browse(reader.clean.get('entry'))
        self._check_claim(reader, statement, entry)
        clean = reader.check()
        documents = self._read_files(files)
        contest = self.create({
            'statement_id': statement.id,
            'entry_id': entry.id,
            'amount_claimed': clean['amount'],
            'amount_granted': clean['amount'],
            'reason': clean['reason'],
            'deadline': self._deadline_in(days=statement.company_id.marketplace_contest_days),
        })
        contest._attach(documents)
        contest._set_aside()
        return contest

    @api.model
    def _check_claim(self, reader, statement, entry):
        """Note what is wrong: a line is answered once, a deduction can at most be given back."""
        if self.search_count([('entry_id', '=', entry.id), ('state', '!=', 'withdrawn')], limit=1):
            reader.fail('entry', self.env._("This line has been contested already."))
        amount = reader.clean.get('amount')
        if amount is None or not entry:
            return
        currency = statement.currency_id
        reader.clean['amount'] = amount = currency.round(amount)
        limit = entry._contestable_amount()
        if currency.compare_amounts(amount, 0.0) <= 0:
            reader.fail('amount', self.env._("Please say how much is missing."))
        elif currency.compare_amounts(amount, limit) > 0:
            reader.fail('amount', self.env._(
                "At most %s can be missing by this line.", currency.format(limit)
            ))

    def _set_aside(self):
        """Let what the merchant is to get by the line wait, if the rest bears its deductions."""
        self.ensure_one()
        statement = self.statement_id
        entries = self.entry_id._with_its_fee()
        amount = self.currency_id.round(sum(entries.mapped('amount')))
        rest = self.currency_id.round(statement.amount_net - amount)
        if self.amount > 0 and amount > 0 and rest >= 0:
            self.hold_id = self.env['marketplace.hold'].create({
                'kind': 'contest',
                'merchant_id': self.merchant_id.id,
                'company_id': self.company_id.id,
                'reason': self.env._("Contested: %s", self.display_name),
                'source_model': self._name,
                'source_id': self.id,
            })
            self.amount_aside = amount
            statement._take_out(
                SQL("entry.id = ANY(%s)", entries.ids), 'held', {'hold_id': self.hold_id.id}
            )

    def _check_granted(self):
        """Raise unless something is granted, and no fee is given back twice."""
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_granted):
            raise UserError(
                self.env._("Please say how much is granted, or reject the contest.")
            )
        limit = self.entry_id._contestable_amount()
        if self.currency_id.compare_amounts(self.amount_granted, limit) > 0:
            raise UserError(
                self.env._(
                    "At most %s can be granted: the rest of the line was given back already.",
                    self.currency_id.format(limit),
                )
            )

    def _answer(self, state):
        self.ensure_one()
        if not (self.answer or '').strip():
            raise UserError(
                self.env._("Please write the answer first: the merchant reads why.")
            )
        self._move_to(state, reason=self.answer)
        self.write({'answered_by_id': self.env.uid, 'date_answered': fields.Datetime.now()})

    def _check_approver(self):
        """Raise if the acting user found for the merchant, whatever else the user may do."""
        if self.env.user == self.answered_by_id:
            raise AccessError(
                self.env._(
                    "A correction takes two people: another finance manager than the one who"
                    " proposed it approves it."
                )
            )

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target in UNDECIDED:
            return
        for contest in self:
            contest.deadline = False
            if target == 'upheld':
                contest._book_correction()
            if target == 'withdrawn' and contest.statement_id.state == 'sent':
                contest._put_back()
            contest.hold_id._release()
            contest._notify()

    def _book_correction(self):
        """Book what was granted; it is available at once."""
        self.ensure_one()
        entry = self.entry_id
        kind = CORRECTIONS.get(entry.kind, 'adjustment')
        self.correction_id = self.env['marketplace.balance.entry'].create({
            'merchant_id': self.merchant_id.id,
            'company_id': self.company_id.id,
            'currency_id': self.currency_id.id,
            'kind': kind,
            'amount': self.amount_granted,
            'state': 'available',
            'order_id': entry.order_id.id,
            # What is given back of a fee counts when the goods come back later.
            'sale_line_id': entry.sale_line_id.id if kind in CORRECTIONS.values() else False,
            'source_model': self._name,
            'source_id': self.id,
            'reason': self.env._("Contested: %s", self.display_name),
        })

    def _put_back(self):
        """Return what waits to the statement, which is still with the merchant.

        What is held for another reason as well stays held.
        """
        self.env['marketplace.balance.entry']._change_state(
            'held', 'in_statement',
            SQL("entry.hold_id = ANY(%s) AND %s", self.hold_id.ids, self.hold_id._entry_is_free()),
            {'statement_id': self.statement_id.id, 'hold_id': None},
        )  # fmt: skip
        self.statement_id._add_up()

    def _notify(self):
        """Tell both sides what came of it."""
        self.ensure_one()
        self.statement_id._leave_note(
            self.env._(
                "%(contest)s: %(state)s", contest=self.display_name,
                state=self._state_label(self.state),
            ),
            self.answer,
        )  # fmt: skip
        if self.state != 'withdrawn':
            self.env['mail.template']._marketplace_send(
                'marketplace_settlement.mail_template_contest_answered', self
            )

    def _on_deadline(self):
        """The merchant has waited long enough: the finance managers see it on top."""
        self.is_overdue = True


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    contest_ids = fields.One2many(
        comodel_name='marketplace.statement.contest', inverse_name='statement_id', readonly=True
    )
    is_contestable = fields.Boolean(
        compute='_compute_is_contestable', help="The merchant may still contest lines."
    )

    # === COMPUTE METHODS === #

    @api.depends('state', 'deadline')
    def _compute_is_contestable(self):
        now = fields.Datetime.now()
        for statement in self:
            in_time = not statement.deadline or now < statement.deadline
            statement.is_contestable = statement.state == 'sent' and in_time

    # === PORTAL METHODS === #

    def portal_contest(self, entry_id, values, files=None):
        """Contest a line of the statement for the merchant; the rest goes on.

        :param entry_id: the line: one of the statement's balance entries
        :param dict values: ``amount``, what is missing by it, and ``reason``
        :param files: evidence, as dicts ``{'filename', 'content'}`` with the content in base64
        :return: id of the contest
        :rtype: int
        :raise AccessError: unless the user is a member with the finance role
        :raise UserError: when the time to contest is over, or a value is wrong
        """
        statement_sudo = elevate_member(self, 'finance')
        statement_sudo._lock_for_contest()
        if not statement_sudo.is_contestable:
            raise UserError(
                self.env._(
                    "The time to contest lines of this statement is over. Please write to us: what"
                    " is wrong with it can still be corrected in a later one."
                )
            )
        contest = self.env['marketplace.statement.contest'].sudo()._contest(
            statement_sudo, entry_id, values, files
        )
        statement_sudo._leave_note(
            self.env._("%(contest)s is contested: %(amount)s", contest=contest.display_name,
                       amount=formatLang(self.env, contest.amount_claimed,
                                         currency_obj=contest.currency_id)),
            contest.reason,
        )  # fmt: skip
        return contest.id

    # === BUSINESS METHODS === #

    def _lock_for_contest(self):
        """Let one transaction at a time change or confirm a statement; a loser starts again."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE marketplace_statement SET write_date = write_date WHERE id = ANY(%s)", self.ids
        ))

    def _leave_note(self, title, text=None):
        for statement in self:
            statement.message_post(body=Markup("%s<br/>%s") % (title, text or ''))


class MarketplaceBalanceEntry(models.Model):
    _inherit = 'marketplace.balance.entry'

    # === BUSINESS METHODS === #

    def _with_its_fee(self):
        """Return the entry and what of its statement was charged on it."""
        self.ensure_one()
        return self | self.statement_id.entry_ids.filtered(
            lambda entry: entry.amount < 0
            and (entry.source_model, entry.source_id) == (self.source_model, self.source_id)
        )

    def _contestable_amount(self):
        """Return what can at most be missing by the line.

        Of a deduction what is left of it; of a fee, less what of it went back already. Of what the
        merchant is to get as much again.
        """
        self.ensure_one()
        if self.kind in CORRECTIONS and self.sale_line_id:
            charged = self.sudo()._read_group(
                [
                    ('sale_line_id', '=', self.sale_line_id.id),
                    ('kind', 'in', (self.kind, CORRECTIONS[self.kind])),
                ],
                [], ['amount:sum'],
            )[0][0]  # fmt: skip
            return self.currency_id.round(max(0.0, min(-self.amount, -charged)))
        return abs(self.amount)
