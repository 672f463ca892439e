# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

_logger = logging.getLogger(__name__)


class MarketplaceDebtRecovery(models.Model):
    """One step to get back what a merchant owes, when its sales don't make it good.

    From its deposit, then by an invoice, in the end by writing it off. Each takes the debt off the
    merchant's balance by an entry of its own; what is invoiced and not paid can still be written
    off.
    """

    _name = 'marketplace.debt.recovery'
    _description = "Recovery of a Debt"
    _inherit = 'marketplace.proposal.mixin'

    _proposal_fields = ('kind', 'entry_id', 'invoice_id', 'amount', 'reason', 'case_ref')

    kind = fields.Selection(
        selection=[
            ('deposit', "From the deposit"),
            ('invoice', "By invoice"),
            ('write_off', "Written off"),
        ],
        required=True,
    )
    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', string="Debt", index='btree_not_null',
        ondelete='restrict', help="The deduction that the merchant's balance did not cover.",
    )  # fmt: skip
    invoice_id = fields.Many2one(
        comodel_name='account.move', string="Unpaid Invoice", index='btree_not_null',
        ondelete='restrict', help="Of an earlier recovery; it is written off here.",
    )  # fmt: skip
    outstanding = fields.Monetary(
        compute='_compute_outstanding', compute_sudo=True, help="What is still owed of it."
    )
    credit_entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', string="Balance Entry", readonly=True,
        copy=False, index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    movement_id = fields.Many2one(
        comodel_name='marketplace.deposit.movement', readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    move_id = fields.Many2one(
        comodel_name='account.move', string="Journal Entry", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    _proposed_uniq = models.UniqueIndex(
        "(entry_id) WHERE state = 'proposed' AND entry_id IS NOT NULL",
        "Another recovery of this debt waits for its approval.",
    )
    _amount_positive = models.Constraint('CHECK (amount > 0)', "There is nothing to recover.")
    _one_debt = models.Constraint(
        "CHECK (num_nonnulls(entry_id, invoice_id) = 1"
        " AND (invoice_id IS NULL OR kind = 'write_off'))",
        "A recovery concerns one debt; only a write-off may concern an invoice.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _case_models(self):
        return [*super()._case_models(), 'marketplace.advance']

    @api.depends('entry_id', 'invoice_id.amount_residual', 'state')
    def _compute_outstanding(self):
        debts = self.env['marketplace.debt']._current([('entry_id', 'in', self.entry_id.ids)])
        amounts = {debt.entry_id: debt.outstanding for debt in debts}
        for recovery in self:
            recovery.outstanding = (
                recovery.invoice_id.amount_residual
                if recovery.invoice_id else amounts.get(recovery.entry_id, 0.0)
            )

    # === BUSINESS METHODS: PROPOSAL === #

    @api.model
    def _complete_proposal(self, vals):
        """Debtor and currency are those of the debt; its origin is the case, if none is named."""
        entry = self.env['marketplace.balance.entry'].sudo().browse(vals.get('entry_id')).exists()
        first = self.browse()
        if vals.get('invoice_id'):
            first = self.sudo().search([('move_id', '=', vals['invoice_id'])], limit=1)
        debt = entry or first
        if not debt:
            raise UserError(self.env._("Please choose what the merchant owes."))
        vals.update({
            'merchant_id': debt.merchant_id.id,
            'company_id': debt.company_id.id,
            'currency_id': debt.currency_id.id,
        })
        case = first.case_ref or entry.order_id or entry
        vals['case_ref'] = vals.get('case_ref') or f'{case._name},{case.id}'

    def _check_proposal(self):
        super()._check_proposal()
        if not self.case_ref:
            raise UserError(self.env._("Please name the case that the debt comes from."))
        self.invalidate_recordset(['outstanding'])
        if self.currency_id.compare_amounts(self.amount, self.outstanding) > 0:
            raise UserError(self.env._(
                "Only %s of this debt is outstanding.", self._format(self.outstanding)
            ))
        if self.kind == 'deposit':
            self._check_deposit()

    def _check_deposit(self):
        if self.company_id.marketplace_debt_deposit == 'never':
            raise UserError(self.env._(
                "The settings don't let deposits make debts good."
            ))
        merchant = self.merchant_id
        balance = self.company_id.currency_id._convert(
            merchant.deposit_balance, self.currency_id, self.company_id,
            fields.Date.context_today(self),
        )  # fmt: skip
        if self.currency_id.compare_amounts(self.amount, balance) > 0:
            raise UserError(self.env._(
                "The deposit of %(merchant)s is only %(balance)s.",
                merchant=merchant.display_name, balance=self._format(balance),
            ))

    # === BUSINESS METHODS: BOOKING === #

    def _book_proposal(self):
        getattr(self, f'_book_{self.kind}')()
        if self.kind != 'write_off':
            self._give_notice('marketplace_settlement.mail_template_debt_recovery')

    def _book_deposit(self):
        movement = self.env['marketplace.deposit.movement']._release_to_balance(
            self.merchant_id, self.amount, self.reason, self, 'deduction', self.currency_id
        )
        entry = self._credit_entry('deposit_deduction')
        self.write({
            'movement_id': movement.id, 'move_id': movement.move_id.id, 'credit_entry_id': entry.id,
        })  # fmt: skip

    def _book_invoice(self):
        """Post an invoice to the merchant, Dr Receivable · Cr Merchant clearing, and its entry."""
        company = self.company_id
        clearing = company._marketplace_clearing_account()
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice',
            'journal_id': company._marketplace_account('marketplace_fee_journal_id').id,
            'partner_id': self.merchant_id.partner_id.id,
            'currency_id': self.currency_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_origin': self.name,
            'ref': self.name,
            'invoice_line_ids': [Command.create({
                'name': self.reason,
                'quantity': 1.0,
                'price_unit': self.amount,
                'account_id': clearing.id,
                'merchant_id': self.merchant_id.id,
                # What is owed was taxed where it arose.
                'tax_ids': [Command.clear()],
            })],
        })
        move._post(soft=False)
        entry = self.env['marketplace.balance.entry'].create({
            'merchant_id': self.merchant_id.id,
            'company_id': company.id,
            'currency_id': self.currency_id.id,
            'kind': 'debt_invoice',
            'amount': self.amount,
            'state': 'available',
            'move_line_id': move.invoice_line_ids.id,
            'source_model': self._name,
            'source_id': self.id,
            'reason': self.reason,
        })
        self.write({'move_id': move.id, 'credit_entry_id': entry.id})

    def _book_write_off(self):
        account = self.company_id._marketplace_account('marketplace_writeoff_account_id')
        if self.invoice_id:
            self.move_id = self._write_off_invoice(account)
            return
        entry = self.env['marketplace.balance.entry']._book_cleared(
            self.merchant_id, 'write_off', self.amount, self.reason, self, account,
            self.company_id, self.currency_id,
        )  # fmt: skip
        self.write({'move_id': entry.move_line_id.move_id.id, 'credit_entry_id': entry.id})

    def _write_off_invoice(self, account):
        """Post Dr Bad debts · Cr Receivable, matched with the invoice that nobody pays."""
        items = self.invoice_id.line_ids.filtered(
            lambda line: line.display_type == 'payment_term' and not line.reconciled
        )
        balance = self.currency_id._convert(
            self.amount, self.company_id.currency_id, self.company_id, self.invoice_id.date
        )
        common = {
            'name': self.reason,
            'partner_id': self.merchant_id.partner_id.id,
            'currency_id': self.currency_id.id,
        }
        move = self.env['account.move'].with_company(self.company_id).create({
            'move_type': 'entry',
            'journal_id': self.company_id._marketplace_account(
                'marketplace_settlement_journal_id'
            ).id,
            'date': fields.Date.context_today(self),
            'ref': self.name,
            'line_ids': [
                Command.create({
                    **common,
                    'account_id': target.id,
                    'amount_currency': sign * self.amount,
                    'balance': sign * balance,
                })
                for target, sign in ((account, 1), (items.account_id, -1))
            ],
        })
        move._post(soft=False)
        items |= move.line_ids.filtered(lambda line: line.account_id in items.account_id)
        items.reconcile()
        return move

    def _credit_entry(self, kind):
        return self.env['marketplace.balance.entry'].search([
            ('kind', '=', kind), ('source_model', '=', self._name), ('source_id', '=', self.id),
        ])  # fmt: skip

    # === CRON === #

    @api.model
    def _cron_recover(self):
        """Let deposits make old debts good where the company's rule says so, one by one."""
        debts = self.env['marketplace.debt'].sudo()._due_from_deposits()
        for debt in self.env['marketplace.heartbeat']._each('debts', debts):
            try:
                with self.env.cr.savepoint():
                    self._recover_by_rule(debt)
            except Exception:
                _logger.exception("Debt %s could not be taken from the deposit", debt.id)

    @api.model
    def _recover_by_rule(self, debt):
        recovery = self.sudo().create(debt._prepare_recoveries('deposit'))
        recovery._book_by_rule()
        return recovery
