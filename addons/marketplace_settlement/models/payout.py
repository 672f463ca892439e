# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move

OFFICER = 'marketplace_settlement.group_finance_officer'
MANAGER = 'marketplace_settlement.group_finance_manager'


class MarketplacePayout(models.Model):
    """One instruction to the bank to pay a merchant.

    Its key is fixed before anything is sent, so that an instruction can be recognised and is never
    repeated. What came of it is recorded afterwards; if that is unknown, the payout freezes, and
    the merchant's next one with it, until the bank or a person has said what became of it. After a
    failure, or when the bank sends the money back, the statements wait for a new payout: this one
    is over.
    """

    _name = 'marketplace.payout'
    _description = "Merchant Payout"
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
    ]
    _order = 'id desc'
    _allow_sudo_commands = False
    _guard_editable = ('bank_reference',)
    _reason_actions = (
        'action_correct_paid', 'action_leave_out', 'action_mark_failed', 'action_mark_returned',
        'action_mark_unknown', 'action_settle_contradiction', 'action_withdraw',
    )  # fmt: skip

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'approved', by=(MANAGER,)),
        Move('draft', 'cancelled', by=(OFFICER, 'system'), reason=True),
        Move('approved', 'cancelled', by=('system',)),
        Move('approved', 'queued', by=(OFFICER,)),
        Move('approved', 'sent', by=(OFFICER,)),
        Move('queued', 'cancelled', by=(MANAGER,), reason=True),
        Move('queued', 'sent', by=('system',)),
        Move('queued', 'paid', by=('system',)),
        Move('queued', 'failed', by=('system',), reason=True),
        Move('queued', 'unknown', by=('system',), reason=True),
        Move('sent', 'paid', by=(OFFICER, 'system')),
        Move('sent', 'failed', by=(OFFICER, 'system'), reason=True),
        Move('sent', 'unknown', by=(OFFICER, 'system'), reason=True),
        Move('unknown', 'queued', by=('system',)),
        Move('unknown', 'sent', by=('system',)),
        Move('unknown', 'paid', by=(MANAGER, 'system')),
        Move('unknown', 'failed', by=(MANAGER, 'system'), reason=True),
        Move('failed', 'paid', by=(MANAGER,), reason=True),
        Move('paid', 'returned', by=(OFFICER, 'system'), reason=True),
    )

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    batch_id = fields.Many2one(
        comodel_name='marketplace.payout.batch', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='batch_id.company_id', store=True)
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True, ondelete='restrict'
    )
    amount = fields.Monetary(required=True, readonly=True)
    bank_account_id = fields.Many2one(
        comodel_name='marketplace.bank.account', required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    channel_id = fields.Many2one(related='batch_id.channel_id', store=True, index='btree_not_null')
    channel_kind = fields.Selection(related='channel_id.kind')
    statement_ids = fields.One2many(
        comodel_name='marketplace.statement', inverse_name='payout_id', readonly=True
    )
    claimed_statement_ids = fields.Many2many(
        comodel_name='marketplace.statement', string="Statements", readonly=True, copy=False,
        help="What it was made for. If it fails, another payout pays them.",
    )  # fmt: skip
    replaces_id = fields.Many2one(
        comodel_name='marketplace.payout', string="Instead of", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
        help="The payout of the same statements that failed or came back.",
    )  # fmt: skip
    replacement_ids = fields.One2many(
        comodel_name='marketplace.payout', inverse_name='replaces_id', string="Later Payouts",
        readonly=True,
    )
    replaced_by_id = fields.Many2one(
        comodel_name='marketplace.payout', string="Made Again as",
        compute='_compute_replaced_by_id', help="The payout that pays its statements instead.",
    )  # fmt: skip
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('approved', "Approved"),
            ('queued', "Waiting to Be Sent"),
            ('sent', "Sent"),
            ('unknown', "Unknown"),
            ('paid', "Paid"),
            ('failed', "Not Paid"),
            ('returned', "Returned"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    key = fields.Char(
        string="Instruction Key",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid4().hex,
        help="Given to the bank with the instruction; the bank sees by it that it has it already.",
    )
    bank_reference = fields.Char(
        tracking=True, copy=False, help="What the bank calls the transfer; needed to mark it paid."
    )
    failure_reason = fields.Char(readonly=True, copy=False)
    payment_id = fields.Many2one(
        comodel_name='account.payment', readonly=True, copy=False, ondelete='restrict'
    )

    _key_uniq = models.Constraint('UNIQUE (key)', "This payout was already made.")
    _amount_positive = models.Constraint('CHECK (amount > 0)', "A payout pays something.")
    _open_uniq = models.UniqueIndex(
        "(merchant_id, currency_id, company_id)"
        " WHERE state IN ('draft', 'approved', 'queued', 'sent', 'unknown')",
        "This merchant has a payout under way already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('replacement_ids.state')
    def _compute_replaced_by_id(self):
        for payout in self:
            made = payout.replacement_ids.filtered(lambda other: other.state != 'cancelled')
            payout.replaced_by_id = made[:1]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Payouts are made from posted statements only."))
        return super().create(vals_list)

    def write(self, vals):
        if 'bank_reference' in vals and any(payout.state == 'paid' for payout in self):
            raise UserError(self.env._("The payout is paid: its reference stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A payout cannot be deleted."))

    # === ACTION METHODS === #

    def action_leave_out(self, reason=None):
        """Take a payout off a batch that is not approved; its statements wait for another one."""
        self.check_access('read')
        self.sudo()._move_to('cancelled', reason=reason)
        self.sudo()._release_statements(reason)

    def action_withdraw(self, reason=None):
        """Take back a payout that waits to be sent, as long as the bank cannot have it."""
        self.check_access('read')
        for payout_sudo in self.sudo():
            payout_sudo._check_move(payout_sudo.state, 'cancelled', reason, False)
            if payout_sudo.attempted_on:
                raise UserError(
                    self.env._(
                        "%s may have reached the bank already: wait for the bank's answer.",
                        payout_sudo.name,
                    )
                )
        self.sudo()._move_to('cancelled', reason=reason)
        self.sudo()._release_statements(reason)

    def action_mark_paid(self, reference=None):
        """Record that the bank has paid: post the payment and close the statements.

        :param str reference: what the bank calls the transfer
        :raise UserError: when no reference is given
        """
        for payout in self:
            payout.sudo()._check_move(payout.state, 'paid', '', False)
            if reference:
                payout.bank_reference = reference
            payout._check_bank_reference()
            payout.sudo()._move_to('paid')
            payout.sudo()._book_payment()

    def action_mark_failed(self, reason=None):
        """Record that the bank did not pay; the statements wait for a new payout."""
        self.check_access('read')
        for payout_sudo in self.sudo().filtered(lambda payout: payout.state == 'sent'):
            # The gateway has it, and says itself what becomes of it.
            if payout_sudo._is_by_gateway() and not self.env.user.has_group(MANAGER):
                raise AccessError(
                    self.env._(
                        "The gateway says what becomes of its payouts. Only a finance manager"
                        " marks one as failed against it."
                    )
                )
        self.sudo()._fail(reason)

    def action_mark_unknown(self, reason=None):
        """Record that nobody knows yet whether the bank has paid; nothing is sent again."""
        self.check_access('read')
        self.sudo()._move_to('unknown', reason=reason)
        self.sudo().write({'failure_reason': reason})

    # === BUSINESS METHODS === #

    def _fail(self, reason, system=False):
        """Note that the bank did not pay; the statements wait for a new payout."""
        self._move_to('failed', reason=reason, system=system)
        self._release_statements(reason)

    def _check_bank_reference(self):
        if not self.bank_reference:
            raise UserError(
                self.env._("Please enter the bank's reference of %s first.", self.name)
            )

    def _release_statements(self, reason):
        self.write({'failure_reason': reason})
        self.statement_ids.write({'payout_id': False})

    def _list_row(self):
        """Return what the approver of the batch approves of this payout."""
        return [
            self.key,
            self.merchant_id.id,
            self.bank_account_id.number_hash,
            self.currency_id.name,
            self._printed_amount(),
            sorted(self.statement_ids.ids),
        ]

    def _printed_amount(self):
        """Return the amount as text, with the decimals of its currency."""
        return f'{self.amount:.{self.currency_id.decimal_places}f}'

    def _is_by_gateway(self):
        return self.channel_id.kind == 'gateway'

    def _check_can_be_paid(self):
        """Raise unless the merchant may be paid this now, to the account that was chosen."""
        payouts = self.sudo()
        held = self.env['marketplace.hold']._of_merchants(payouts.merchant_id, payouts.company_id)
        holds = held.grouped(lambda hold: (hold.merchant_id, hold.company_id))
        for payout in payouts:
            payout._check_payable()
            account = payout.bank_account_id
            if account.state != 'verified':
                raise UserError(
                    self.env._(
                        "The bank account of %s was replaced. Cancel this batch and make a new"
                        " one.",
                        payout.merchant_id.display_name,
                    )
                )
            account._check_usable()
            if payout_holds := holds.get((payout.merchant_id, payout.company_id)):
                raise UserError(
                    self.env._(
                        "Nothing is paid to %(merchant)s while its money is held: %(reason)s. Leave"
                        " its payout out of the batch.",
                        merchant=payout.merchant_id.display_name,
                        reason=payout_holds[0].reason,
                    )
                )
            if missing := payout.merchant_id._blocking('be_paid'):
                raise UserError(
                    self.env._(
                        "%(merchant)s cannot be paid: %(message)s",
                        merchant=payout.merchant_id.display_name,
                        message=missing[0]['message'],
                    )
                )

    def _check_payable(self):
        """Raise if the merchant is owed less than the payout pays (nothing while it owes us).

        The wallet's row is written, so that a refund at the same moment makes one of the two start
        again.
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            UPDATE marketplace_wallet SET in_transit = in_transit
             WHERE merchant_id = %s AND company_id = %s AND currency_id = %s
         RETURNING in_transit, debt
            """,
            self.merchant_id.id, self.company_id.id, self.currency_id.id,
        ))  # fmt: skip
        in_transit, debt = rows[0] if rows else (0.0, 0.0)
        named = sum(self.statement_ids.mapped('amount_net'))
        payable = self._owed() - self.merchant_id._deposit_shortfall_in(self.currency_id)
        covered = min(payable, in_transit)
        compare = self.currency_id.compare_amounts
        if debt or compare(named, self.amount) or compare(covered, self.amount) < 0:
            raise UserError(
                self.env._(
                    "%(merchant)s is not owed %(amount)s any more: something was refunded, taken"
                    " back or is kept back for the deposit. Cancel the batch and make a new one.",
                    merchant=self.merchant_id.display_name,
                    amount=self.currency_id.format(self.amount),
                )
            )
        if any(statement.state != 'posted' for statement in self.statement_ids):
            raise UserError(
                self.env._("A statement of %s is not posted any more. Make a new batch.", self.name)
            )
        if unclear := self._unclear_of_merchant():
            raise UserError(
                self.env._(
                    "%(merchant)s gets nothing before it is known what became of %(payout)s.",
                    merchant=self.merchant_id.display_name, payout=unclear[0].name,
                )
            )

    def _owed(self):
        """Return what posted statements come to that are not paid, debts among them."""
        groups = self.env['marketplace.statement'].sudo()._read_group(
            [
                ('merchant_id', '=', self.merchant_id.id),
                ('company_id', '=', self.company_id.id),
                ('currency_id', '=', self.currency_id.id),
                ('state', '=', 'posted'),
            ],
            aggregates=['amount_net:sum'],
        )
        return groups[0][0] or 0.0

    def _unclear_of_merchant(self):
        """Return the merchant's other payouts about which the bank contradicts itself."""
        return self.search([
            ('merchant_id', 'in', self.merchant_id.ids), ('contradiction', '!=', False),
            ('id', 'not in', self.ids),
        ])  # fmt: skip

    def _book_payment(self):
        """Post the payment, match it with the payable items, and settle the statements."""
        self.ensure_one()
        company = self.company_id
        payable = company._marketplace_account('marketplace_payable_account_id')
        payment = self._post_payment('outbound', payable)
        items = self._payable_items(payment)
        for statement in self.statement_ids:
            items |= statement._payable_items()
        items.filtered(lambda line: not line.reconciled).reconcile()
        self.payment_id = payment
        self.statement_ids._settle()
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_payout_paid', self
        )

    def _post_payment(self, payment_type, account):
        """Post what went out to the merchant, or came back."""
        payment = self.env['account.payment'].with_company(self.company_id).create({
            'payment_type': payment_type,
            'partner_type': 'supplier',
            'partner_id': self.merchant_id.partner_id.id,
            'amount': self.amount,
            'currency_id': self.currency_id.id,
            'journal_id': self.batch_id.journal_id.id,
            'destination_account_id': account.id,
            'memo': f"{self.name} {self.bank_reference}",
        })
        payment.action_post()
        self._payable_items(payment).merchant_id = self.merchant_id
        return payment

    def _payable_items(self, payment):
        """Return the journal items by which a payment settles what the merchant is owed."""
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )

    def _check_approver(self):
        """Raise if the acting user made the batch, whatever else the user may do."""
        if self.env.user in self.sudo().batch_id.create_uid:
            raise AccessError(
                self.env._(
                    "Money leaves by two people: another finance manager than the one who made the"
                    " batch approves it."
                )
            )
