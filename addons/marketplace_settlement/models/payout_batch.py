# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .payout import MANAGER, OFFICER

# What a person chooses; all the rest follows from the statements that wait.
CHOSEN_FIELDS = ('company_id', 'journal_id')


class MarketplacePayoutBatch(models.Model):
    """The payouts of one run: one person makes it, another approves it, then it goes out."""

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

    _guard_editable = ('journal_id',)
    _guard_frozen = ('company_id',)
    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'approved', by=(MANAGER,)),
        Move('draft', 'cancelled', by=(OFFICER,)),
        Move('approved', 'cancelled', by=(MANAGER,)),
        Move('approved', 'sent', by=(OFFICER,)),
    )

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
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

    @api.depends('payout_ids.amount')
    def _compute_totals(self):
        today = fields.Date.context_today(self)
        for batch in self:
            batch.payout_count = len(batch.payout_ids)
            batch.amount_total = sum(
                payout.currency_id._convert(
                    payout.amount, batch.currency_id, batch.company_id, today
                )
                for payout in batch.payout_ids
            )

    @api.model
    def _default_journal_id(self):
        return self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.env.company.id)], limit=1
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env['ir.sequence'].sudo()
        batches = super().create([
            {name: vals[name] for name in CHOSEN_FIELDS if name in vals}
            | {'name': sequence.next_by_code('marketplace.payout.batch')}
            for vals in vals_list
        ])
        for batch in batches:
            batch._propose()
        return batches

    def write(self, vals):
        if 'journal_id' in vals and any(batch.state != 'draft' for batch in self):
            raise UserError(self.env._("The batch is approved: its bank account is fixed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A payout batch cannot be deleted, only cancelled."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Approve the batch; another person than the one who made it, after a clean check."""
        for batch in self:
            batch.payout_ids._check_approver()
            batch._check_not_blocked()
            batch.payout_ids._check_can_be_paid()
            batch_sudo = batch.sudo()
            batch_sudo._move_to('approved')
            batch_sudo.payout_ids._move_to('approved')
            batch_sudo.approved_by_id = self.env.user

    def action_send(self):
        """Note that the instructions go to the bank now; each goes once."""
        for batch in self:
            batch._check_not_blocked()
            batch.payout_ids._check_can_be_paid()
            batch_sudo = batch.sudo()
            batch_sudo._move_to('sent')
            batch_sudo.payout_ids._move_to('sent')

    def action_cancel(self):
        """Drop the batch before it is sent; its statements wait for another one."""
        self.check_access('read')
        for batch in self:
            batch.sudo()._move_to('cancelled')
            payouts = batch.sudo().payout_ids
            payouts.statement_ids.write({'payout_id': False})
            payouts._move_to('cancelled', system=True)

    # === BUSINESS METHODS === #

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
        Payout = self.env['marketplace.payout'].sudo()
        payable = self._payable_statements()
        barred = payable.merchant_id._barred('be_paid')
        cooling = self.env['marketplace.bank.account'].sudo()
        for (merchant, currency), statements in payable.grouped(
            lambda statement: (statement.merchant_id, statement.currency_id)
        ).items():
            account = merchant.bank_account_ids.filtered(lambda acc: acc.state == 'verified')[:1]
            if account.is_cooling:
                cooling |= account
            elif account and merchant not in barred:
                payout = Payout.create({
                    'name': self.env['ir.sequence'].sudo().next_by_code('marketplace.payout'),
                    'batch_id': self.id,
                    'merchant_id': merchant.id,
                    'currency_id': currency.id,
                    'amount': sum(statements.mapped('amount_net')),
                    'bank_account_id': account.id,
                })
                # Not by commands: those act with the rights of the person who presses the button.
                statements.write({'payout_id': payout.id})
        if not self.payout_ids:
            # Why nothing is paid to somebody who changed the account just now.
            cooling._check_usable()
            raise UserError(
                self.env._(
                    "There is nothing to pay: no posted statement of a merchant with a verified"
                    " bank account waits for its payout."
                )
            )

    def _payable_statements(self):
        """Return the posted statements that wait for a payout and are not frozen by another."""
        busy = self.env['marketplace.payout'].sudo().search([
            ('company_id', '=', self.company_id.id),
            ('state', 'in', ('draft', 'approved', 'sent', 'unknown')),
        ])  # fmt: skip
        return self.env['marketplace.statement'].sudo().search([
            ('company_id', '=', self.company_id.id),
            ('state', '=', 'posted'),
            ('payout_id', '=', False),
            ('amount_net', '>', 0),
            ('merchant_id', 'not in', busy.merchant_id.ids),
        ], order='id')  # fmt: skip
