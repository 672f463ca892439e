# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.marketplace_merchant.models.merchant_exit import LEAVING_STATES


class MarketplaceDepositRefund(models.Model):
    """What a deposit holds beyond what is required goes back to the merchant.

    Into the next statement, or to the merchant's verified bank account. Who leaves gets its
    deposit back in the stages of its exit instead.
    """

    _name = 'marketplace.deposit.refund'
    _description = "Refund of a Deposit"
    _inherit = 'marketplace.proposal.mixin'

    _proposal_fields = ('merchant_id', 'amount', 'reason', 'way', 'journal_id')

    way = fields.Selection(
        selection=[('statement', "With the next statement"), ('bank', "To the bank account")],
        required=True,
        default='statement',
    )
    journal_id = fields.Many2one(
        comodel_name='account.journal', string="Pay From", check_company=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]", ondelete='restrict',
    )  # fmt: skip
    surplus = fields.Monetary(compute='_compute_surplus', help="More than is required.")
    bank_account_id = fields.Many2one(
        comodel_name='marketplace.bank.account', readonly=True, copy=False, ondelete='restrict'
    )
    movement_id = fields.Many2one(
        comodel_name='marketplace.deposit.movement', readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    payment_id = fields.Many2one(
        comodel_name='account.payment', readonly=True, copy=False, ondelete='restrict'
    )

    _amount_positive = models.Constraint('CHECK (amount > 0)', "A refund gives something back.")

    # === COMPUTE METHODS === #

    @api.depends('merchant_id.deposit_balance', 'merchant_id.deposit_required')
    def _compute_surplus(self):
        for refund in self:
            merchant = refund.merchant_id
            refund.surplus = max(merchant.deposit_balance - merchant.deposit_required, 0.0)

    # === BUSINESS METHODS === #

    def _check_proposal(self):
        super()._check_proposal()
        merchant = self.merchant_id
        if merchant.state in LEAVING_STATES:
            raise UserError(self.env._(
                "%s leaves: its deposit goes back in the stages of its exit.",
                merchant.display_name,
            ))
        if self.currency_id.compare_amounts(self.amount, self.surplus) > 0:
            raise UserError(self.env._(
                "Only %(surplus)s of the deposit is more than is required.",
                surplus=self._format(self.surplus),
            ))
        if self.way == 'bank':
            if not self.journal_id:
                raise UserError(self.env._("Please choose the bank account to pay from."))
            self._payable_account()

    def _payable_account(self):
        """Return the merchant's account that may be paid to now.

        :raise UserError: if there is none, or it is not to be used yet
        """
        accounts = self.merchant_id.bank_account_ids
        account = accounts.filtered(lambda account: account.state == 'verified')[:1]
        if not account:
            raise UserError(self.env._(
                "%s has no verified bank account.", self.merchant_id.display_name
            ))
        account._check_usable()
        return account

    def _book_proposal(self):
        Movement = self.env['marketplace.deposit.movement']
        if self.way == 'statement':
            self.movement_id = Movement._release_to_balance(
                self.merchant_id, self.amount, self.reason, self
            )
        else:
            self.movement_id = self._book_bank()
        self._give_notice('marketplace_settlement.mail_template_deposit_refund')

    def _book_bank(self):
        """Post Dr Merchant deposits · Cr Merchant payable, and the payment that pays it.

        The payment stands on the bank's outstanding account until the bank statement shows it.
        """
        company = self.company_id
        account = self._payable_account()
        payable = company._marketplace_account('marketplace_payable_account_id')
        deposits = company._marketplace_account('marketplace_deposit_account_id')
        move = self._post_entry([(deposits, self.amount), (payable, -self.amount)])
        payment = self.env['account.payment'].with_company(company).create({
            'payment_type': 'outbound',
            'partner_type': 'supplier',
            'partner_id': self.merchant_id.partner_id.id,
            'amount': self.amount,
            'currency_id': self.currency_id.id,
            'journal_id': self.journal_id.id,
            'destination_account_id': payable.id,
            'memo': self.name,
        })
        payment.action_post()
        items = payment.move_id.line_ids.filtered(lambda line: line.account_id == payable)
        items.merchant_id = self.merchant_id
        items |= move.line_ids.filtered(lambda line: line.account_id == payable)
        items.reconcile()
        self.write({'bank_account_id': account.id, 'payment_id': payment.id})
        movement = self.env['marketplace.deposit.movement'].create({
            'merchant_id': self.merchant_id.id,
            'company_id': company.id,
            'kind': 'refund',
            'amount': -self.amount,
            'reason': self.reason,
            'move_id': move.id,
            'payment_id': payment.id,
        })
        self.activity_schedule(
            'mail.mail_activity_data_todo',
            summary=self.env._("Pay %s to the merchant's bank account", self._format(self.amount)),
            user_id=self.create_uid.id,
        )
        self.merchant_id._deposit_changed()
        return movement

    def _post_entry(self, balances):
        """Post an entry in the currency of the company: (account, balance) each."""
        company = self.company_id
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'entry',
            'journal_id': company._marketplace_account('marketplace_settlement_journal_id').id,
            'date': fields.Date.context_today(self),
            'ref': self.name,
            'line_ids': [
                Command.create({
                    'name': self.reason,
                    'account_id': account.id,
                    'partner_id': self.merchant_id.partner_id.id,
                    'merchant_id': self.merchant_id.id,
                    'balance': balance,
                })
                for account, balance in balances
            ],
        })
        move._post(soft=False)
        return move
