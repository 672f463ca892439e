# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib
import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .payout import MANAGER, OFFICER

# What a person chooses; all the rest follows from the statements that wait.
CHOSEN_FIELDS = ('company_id', 'journal_id', 'channel_id')


class MarketplacePayoutBatch(models.Model):
    """The payouts of one run: one person makes it, another approves it, then it goes out.

    What was approved is what goes out: the fingerprint of the list is kept with the approval, and a
    list that has another one is refused.
    """

    _name = 'marketplace.payout.batch'
    _description = "Payout Batch"
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
    ]
    _order = 'id desc'
    _allow_sudo_commands = False

    _guard_editable = ('channel_id', 'journal_id')
    _guard_frozen = ('company_id',)
    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'approved', by=(MANAGER,)),
        Move('draft', 'cancelled', by=(OFFICER,)),
        Move('approved', 'cancelled', by=(MANAGER,)),
        Move('approved', 'sent', by=(OFFICER,)),
    )

    name = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict',
        default=lambda self: self.env.company,
    )  # fmt: skip
    journal_id = fields.Many2one(
        comodel_name='account.journal',
        string="Pay From",
        required=True,
        check_company=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        default=lambda self: self._default_journal_id(),
        ondelete='restrict',
    )
    channel_id = fields.Many2one(
        comodel_name='marketplace.payout.channel',
        string="Payout Channel",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        ondelete='restrict',
        help="How the instructions reach the bank. Empty: somebody types them in there.",
    )
    channel_kind = fields.Selection(related='channel_id.kind')
    payout_ids = fields.One2many(
        comodel_name='marketplace.payout', inverse_name='batch_id', readonly=True
    )
    payout_count = fields.Integer(compute='_compute_totals', string="Payouts")
    currency_id = fields.Many2one(related='company_id.currency_id')
    amount_total = fields.Monetary(
        compute='_compute_totals', string="Total", help="In the currency of the company."
    )
    approved_by_id = fields.Many2one(
        comodel_name='res.users', string="Approved by", readonly=True, copy=False
    )
    list_hash = fields.Char(
        string="Fingerprint", compute='_compute_list_hash', compute_sudo=True,
        help="Another one, if anything about the list changes: whom it pays, where to, how much.",
    )  # fmt: skip
    approved_hash = fields.Char(string="Approved Fingerprint", readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('approved', "Approved"),
            ('sent', "Sent"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    # === COMPUTE METHODS === #

    @api.depends('payout_ids.amount', 'payout_ids.state')
    def _compute_totals(self):
        """Of what is to go out; of a cancelled batch, what it would have come to."""
        today = fields.Date.context_today(self)
        for batch in self:
            payouts = batch.payout_ids if batch.state == 'cancelled' else batch._list()
            batch.payout_count = len(payouts)
            batch.amount_total = sum(
                payout.currency_id._convert(
                    payout.amount, batch.currency_id, batch.company_id, today
                )
                for payout in payouts
            )

    @api.depends(
        'payout_ids.state', 'payout_ids.amount', 'payout_ids.bank_account_id',
        'payout_ids.statement_ids.amount_net', 'channel_id', 'journal_id',
    )  # fmt: skip
    def _compute_list_hash(self):
        for batch in self:
            rows = sorted(payout._list_row() for payout in batch._list())
            listed = [batch.channel_id.id, batch.journal_id.id, rows]
            batch.list_hash = hashlib.sha256(json.dumps(listed).encode()).hexdigest()

    @api.onchange('channel_id')
    def _onchange_channel_id(self):
        if self.channel_id:
            self.journal_id = self.channel_id.journal_id

    @api.model
    def _default_channel_id(self):
        return self.env['marketplace.payout.channel'].search(
            [('company_id', '=', self.env.company.id)], limit=1
        )

    @api.model
    def _default_journal_id(self):
        channel = self._default_channel_id()
        return channel.journal_id or channel._default_journal_id()

    # === CONSTRAINT METHODS === #

    @api.constrains('channel_id', 'journal_id')
    def _check_channel_journal(self):
        for batch in self:
            if batch.channel_id and batch.channel_id.journal_id != batch.journal_id:
                raise ValidationError(
                    self.env._(
                        "%(channel)s pays from %(journal)s: choose that bank journal, or another"
                        " way out.",
                        channel=batch.channel_id.name,
                        journal=batch.channel_id.journal_id.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Propose a channel; no default of the field, which old batches would get too."""
        values = super().default_get(fields)
        if 'channel_id' in fields and 'channel_id' not in values:
            values['channel_id'] = self._default_channel_id().id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env['ir.sequence'].sudo()
        batches = super().create([
            # Who names a bank journal only, means to type the instructions in there.
            ({'channel_id': False} if 'journal_id' in vals else {})
            | {name: vals[name] for name in CHOSEN_FIELDS if name in vals}
            | {'name': sequence.next_by_code('marketplace.payout.batch')}
            for vals in vals_list
        ])
        for batch in batches:
            batch._propose()
        return batches

    def write(self, vals):
        if {'channel_id', 'journal_id'} & vals.keys() and any(
            batch.state != 'draft' for batch in self
        ):
            raise UserError(self.env._("The batch is approved: its bank account is fixed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A payout batch cannot be deleted, only cancelled."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve the batch; another person than the one who made it, after a clean check.

        The page tells which list its reader has seen: approved is that one, or nothing.
        """
        seen = self.env.context.get('marketplace_seen_hash')
        for batch in self:
            batch_sudo = batch.sudo()
            batch_sudo._check_move(batch.state, 'approved', '', False)
            batch.payout_ids._check_approver()
            batch._check_not_empty()
            batch._check_not_blocked()
            if seen and seen != batch_sudo.list_hash:
                raise batch._changed_error()
            batch._list()._check_can_be_paid()
            batch_sudo._move_to('approved')
            batch_sudo._list()._move_to('approved')
            batch_sudo.write({
                'approved_by_id': self.env.uid, 'approved_hash': batch_sudo.list_hash,
            })

    def action_send(self):
        """Hand the payouts over to the channel: each goes to the bank once."""
        for batch in self:
            batch_sudo = batch.sudo()
            batch_sudo._check_move(batch.state, 'sent', '', False)
            batch.channel_id._check_not_stopped()
            batch._check_not_blocked()
            batch._check_as_approved()
            batch._list()._check_can_be_paid()
            batch_sudo._move_to('sent')
            by_gateway = batch_sudo.channel_id.kind == 'gateway'
            batch_sudo._list()._move_to('queued' if by_gateway else 'sent')
            batch_sudo._make_file()

    def action_cancel(self):
        """Drop the batch before it is sent; its statements wait for another one."""
        self.check_access('read')
        for batch in self:
            batch.sudo()._move_to('cancelled')
            payouts = batch.sudo()._list()
            payouts.statement_ids.write({'payout_id': False})
            payouts._move_to('cancelled', reason=self.env._("Batch cancelled"), system=True)

    # === BUSINESS METHODS === #

    def _list(self):
        """Return the payouts that are to go out: all but those taken off."""
        return self.payout_ids.filtered(lambda payout: payout.state != 'cancelled')

    def _check_not_empty(self):
        """Raise if every payout was taken off: a file for the bank pays somebody."""
        if not self._list():
            raise UserError(
                self.env._("Every payout was left out of %s: cancel the batch.", self.name)
            )

    def _check_as_approved(self):
        """Raise if the list is another one than the one that was approved."""
        for batch in self.sudo():
            if batch.approved_hash and batch.approved_hash != batch.list_hash:
                raise batch._changed_error()

    def _changed_error(self):
        return UserError(
            self.env._(
                "The list of %s is not the one that was approved any more. Look at it again: reload"
                " the page, or cancel the batch and make a new one.",
                self.name,
            )
        )

    def _check_not_blocked(self):
        """Raise while the last check of the books found a difference."""
        if findings := self.sudo().company_id.marketplace_payout_block:
            raise UserError(
                self.env._(
                    "Payouts are stopped, because the books don't agree: %s. See Settlement >"
                    " Reconciliation.",
                    findings,
                )
            )

    def _propose(self):
        """Make one payout per merchant and currency of what posted statements owe."""
        self.ensure_one()
        payable = self._payable_statements()
        barred = payable.merchant_id._barred('be_paid')
        held = self.env['marketplace.hold']._of_merchants(payable.merchant_id, self.company_id)
        cooling = self.env['marketplace.bank.account'].sudo()
        left_out = []
        for (merchant, currency), statements in payable.grouped(
            lambda statement: (statement.merchant_id, statement.currency_id)
        ).items():
            account = merchant.bank_account_ids.filtered(lambda acc: acc.state == 'verified')[:1]
            paid = statements._without_shortfall(merchant, currency)
            amount = sum(paid.mapped('amount_net'))
            if account.is_cooling:
                cooling |= account
                left_out.append((merchant, self.env._("the bank account was changed just now")))
            elif not account:
                left_out.append((merchant, self.env._("no verified bank account")))
            elif merchant in barred:
                left_out.append((merchant, self.env._("may not be paid at present")))
            elif merchant in held.merchant_id:
                left_out.append((merchant, self.env._("its money is held")))
            elif currency.compare_amounts(amount, 0) <= 0:
                left_out.append((merchant, self.env._("kept back for the deposit")))
            else:
                self._propose_one(merchant, currency, account, amount, paid)
        self._note_left_out(left_out)
        if not self.payout_ids:
            # Why nothing is paid to somebody who changed the account just now.
            cooling._check_usable()
            raise UserError(
                self.env._(
                    "There is nothing to pay: no posted statement of a merchant with a verified"
                    " bank account waits for its payout."
                )
            )

    def _note_left_out(self, left_out):
        """Say on the batch who is not in it, and why."""
        if left_out:
            rows = Markup().join(
                Markup("<li>%s: %s</li>") % (merchant.display_name, reason)
                for merchant, reason in left_out
            )
            self.sudo().message_post(
                body=Markup("%s<ul>%s</ul>") % (self.env._("Not in this batch:"), rows)
            )

    def _propose_one(self, merchant, currency, account, amount, statements):
        """Make the payout of a merchant's statements in one currency."""
        payout = self.env['marketplace.payout'].sudo().create({
            'name': self.env['ir.sequence'].sudo().next_by_code('marketplace.payout'),
            'batch_id': self.id,
            'merchant_id': merchant.id,
            'currency_id': currency.id,
            'amount': amount,
            'bank_account_id': account.id,
            'claimed_statement_ids': [Command.set(statements.ids)],
            'replaces_id': statements._payout_before().id,
        })
        # Not by commands: those act with the rights of the person who presses the button.
        statements.write({'payout_id': payout.id})

    def _payable_statements(self):
        """Return the posted statements that wait for a payout and are not frozen by another.

        Debts are netted with them first; who owes more than they come to gets nothing.
        """
        Statement = self.env['marketplace.statement'].sudo()
        Statement._offset_debts(self.company_id)
        Payout = self.env['marketplace.payout'].sudo()
        of_company = Domain('company_id', '=', self.company_id.id)
        busy = Payout.search(of_company & (
            Domain('state', 'in', ('draft', 'approved', 'queued', 'sent', 'unknown'))
            | Domain('contradiction', '!=', False)
        ))  # fmt: skip
        debtors = self.env['marketplace.wallet'].sudo().search(of_company & Domain('debt', '<', 0))
        owing = {(wallet.merchant_id, wallet.currency_id) for wallet in debtors}
        statements = Statement.search([
            ('company_id', '=', self.company_id.id),
            ('state', '=', 'posted'),
            ('payout_id', '=', False),
            ('amount_net', '!=', 0),
            ('merchant_id', 'not in', busy.merchant_id.ids),
        ], order='id')  # fmt: skip
        return statements.filtered(
            lambda statement: (statement.merchant_id, statement.currency_id) not in owing
        )
