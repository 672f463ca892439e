# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class MarketplaceDepositMovement(models.Model):
    """One movement of a merchant's deposit; each has its journal entry, none ever changes."""

    _name = 'marketplace.deposit.movement'
    _description = "Deposit Movement"
    _inherit = ['marketplace.fixed.mixin']
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
            ('release', "Released to the Balance"),
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
    payment_id = fields.Many2one(
        comodel_name='account.payment', readonly=True, index='btree_not_null', ondelete='restrict'
    )
    bank_reference = fields.Char(
        readonly=True, help="What the bank calls the transfer that brought or took the money."
    )

    _transaction_uniq = models.UniqueIndex(
        '(transaction_id) WHERE transaction_id IS NOT NULL',
        "This payment was already added to the deposit.",
    )
    _payment_uniq = models.UniqueIndex(
        '(payment_id) WHERE payment_id IS NOT NULL', "This payment was already booked."
    )
    _bank_reference_uniq = models.UniqueIndex(
        '(company_id, bank_reference) WHERE bank_reference IS NOT NULL',
        "A transfer with this reference was already booked.",
    )
    _sign = models.Constraint(
        "CHECK ((amount > 0) = (kind IN ('pay_in', 'top_up')))",
        "Payments raise a deposit, everything else lowers it.",
    )

    # === COMPUTE METHODS === #

    @api.depends('reason', 'transaction_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """Each one reads the reason in the own language, where the document behind it tells it."""
        for movement in self:
            movement.display_name = movement.sudo()._reason_text()

    def _reason_text(self):
        """Return the reason as its reader understands it; by default as it was written."""
        self.ensure_one()
        if self.transaction_id:
            return self.env._("Paid online: %s", self.transaction_id.reference)
        return self.reason

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        movements = super().create(vals_list)
        movements.flush_recordset()
        self.env['marketplace.deposit.account']._add([
            (movement.merchant_id.id, movement.company_id.id, movement.amount)
            for movement in movements
        ])
        self.env['marketplace.audit.log']._log(
            movements, 'create', reason=movements.mapped('reason'),
            after=[{'amount': movement.amount} for movement in movements],
        )  # fmt: skip
        return movements

    def _fixed_error(self):
        return UserError(self.env._(
            "Deposit movements are written by the system: corrections are new movements."
        ))

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
        return self._pay_in_payment(
            transaction.payment_id,
            transaction.deposit_merchant_id,
            self.env._("Paid online: %s", transaction.reference),
            transaction_id=transaction.id,
        )

    @api.model
    def _pay_in_payment(self, payment, merchant, reason, **values):
        """Book a payment of the merchant, which has credited its receivable, as deposit.

        :param payment: a posted `account.payment`; its transaction brings it along
        :param values: further values of the movement
        :return: the movement
        """
        earlier = self.search_count([('merchant_id', '=', merchant.id)], limit=1)
        move = self._post_pay_in(payment, merchant)
        movement = self.create({
            'merchant_id': merchant.id,
            'company_id': payment.company_id.id,
            'kind': 'top_up' if earlier else 'pay_in',
            'amount': self._deposit_amount(move),
            'reason': reason,
            'move_id': move.id,
            'payment_id': payment.id,
            **values,
        })
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_deposit_paid', movement
        )
        merchant._deposit_changed()
        return movement

    @api.model
    def _deposit_amount(self, move):
        """Return what an entry adds to the deposits, in the currency of its company."""
        account = move.company_id._marketplace_account('marketplace_deposit_account_id')
        items = move.line_ids.filtered(lambda line: line.account_id == account)
        return -sum(items.mapped('balance'))

    @api.model
    def _post_pay_in(self, payment, merchant):
        """Post Dr Receivable · Cr Merchant deposits, and match it with the payment."""
        company = payment.company_id
        receivable = payment.destination_account_id
        # At the rate of the payment: what was received is what is owed back.
        paid = payment.move_id.line_ids.filtered(lambda line: line.account_id == receivable)
        common = {
            'name': payment.memo or payment.name,
            'partner_id': merchant.partner_id.id,
            'currency_id': payment.currency_id.id,
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
                    'balance': -sum(paid.mapped('balance')),
                    'amount_currency': -sum(paid.mapped('amount_currency')),
                }),
                Command.create({
                    **common,
                    'account_id': deposit_account.id,
                    'merchant_id': merchant.id,
                    'balance': sum(paid.mapped('balance')),
                    'amount_currency': sum(paid.mapped('amount_currency')),
                }),
            ],
        })
        move._post(soft=False)
        items = (move | payment.move_id).line_ids.filtered(
            lambda line: line.account_id == receivable and not line.reconciled
        )
        items.reconcile()
        return move
