# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class MarketplaceDepositMovement(models.Model):
    """One movement of a merchant's deposit; each has its journal entry, none ever changes."""

    _name = 'marketplace.deposit.movement'
    _description = "Deposit Movement"
    _order = 'date desc, id desc'
    _rec_name = 'reason'
    _allow_sudo_commands = False

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(related='company_id.currency_id', store=True)
    kind = fields.Selection(
        selection=[
            ('pay_in', "Paid In"),
            ('top_up', "Topped Up"),
            ('deduction', "Deducted"),
            ('release', "Released"),
            ('refund', "Paid Back"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(
        required=True, readonly=True, help="What the deposit gains (+) or loses (−)."
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    reason = fields.Char(required=True, readonly=True)
    move_id = fields.Many2one(
        comodel_name='account.move', string="Journal Entry", required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    transaction_id = fields.Many2one(
        comodel_name='payment.transaction', string="Payment Transaction", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    _transaction_uniq = models.UniqueIndex(
        '(transaction_id) WHERE transaction_id IS NOT NULL',
        "This payment was already added to the deposit.",
    )
    _sign = models.Constraint(
        "CHECK ((amount > 0) = (kind IN ('pay_in', 'top_up')))",
        "Payments raise a deposit, everything else lowers it.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Deposit movements are written by the system only."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Deposit movements cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Deposit movements cannot be deleted."))

    # === BUSINESS METHODS === #

    @api.model
    def _pay_in(self, transaction):
        """Book the deposit that a done transaction has paid; repetitions change nothing.

        The payment has credited the merchant's receivable; the entry takes it from there to the
        deposits account.

        :return: the movement
        """
        movement = self.search([('transaction_id', '=', transaction.id)], limit=1)
        if movement:
            return movement
        merchant = transaction.deposit_merchant_id
        amount = transaction.currency_id._convert(
            transaction.amount,
            transaction.company_id.currency_id,
            transaction.company_id,
            transaction.payment_id.date,
        )
        earlier = self.search_count([('merchant_id', '=', merchant.id)], limit=1)
        movement = self.create({
            'merchant_id': merchant.id,
            'company_id': transaction.company_id.id,
            'kind': 'top_up' if earlier else 'pay_in',
            'amount': amount,
            'reason': self.env._("Paid online: %s", transaction.reference),
            'move_id': self._post_pay_in(transaction, merchant, amount).id,
            'transaction_id': transaction.id,
        })
        self.env['marketplace.audit.log']._log(movement, 'create', after={'amount': amount})
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_deposit_paid', movement
        )
        merchant._requirements_changed()
        return movement

    @api.model
    def _post_pay_in(self, transaction, merchant, amount):
        """Post Dr Receivable · Cr Merchant deposits, and match it with the payment."""
        company = transaction.company_id
        receivable = transaction.payment_id.destination_account_id
        common = {
            'name': transaction.reference,
            'partner_id': merchant.partner_id.id,
            'currency_id': transaction.currency_id.id,
        }
        deposit_account = company._marketplace_account('marketplace_deposit_account_id')
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'entry',
            'journal_id': company._marketplace_account('marketplace_settlement_journal_id').id,
            'date': fields.Date.context_today(self),
            'ref': self.env._("Deposit of %s", merchant.display_name),
            'line_ids': [
                Command.create({
                    **common,
                    'account_id': receivable.id,
                    'balance': amount,
                    'amount_currency': transaction.amount,
                }),
                Command.create({
                    **common,
                    'account_id': deposit_account.id,
                    'merchant_id': merchant.id,
                    'balance': -amount,
                    'amount_currency': -transaction.amount,
                }),
            ],
        })
        move._post(soft=False)
        items = (move | transaction.payment_id.move_id).line_ids.filtered(
            lambda line: line.account_id == receivable and not line.reconciled
        )
        items.reconcile()
        return move
