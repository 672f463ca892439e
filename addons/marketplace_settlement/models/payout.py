# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move

OFFICER = 'marketplace_settlement.group_finance_officer'
MANAGER = 'marketplace_settlement.group_finance_manager'


class MarketplacePayout(models.Model):
    """One instruction to the bank to pay a merchant.

    Its key is fixed before anything is sent, so that an instruction can be recognised and is never
    repeated. What came of it is recorded afterwards; if that is unknown, the payout freezes, and
    the merchant's next one with it, until a person has looked it up. After a failure the
    statements wait for a new payout: this one is over.
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
    _reason_actions = ('action_mark_failed', 'action_mark_unknown')

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'approved', by=(MANAGER,)),
        Move('draft', 'cancelled', by=('system',)),
        Move('approved', 'cancelled', by=('system',)),
        Move('approved', 'sent', by=(OFFICER,)),
        Move('sent', 'paid', by=(OFFICER, 'system')),
        Move('sent', 'failed', by=(OFFICER, 'system'), reason=True),
        Move('sent', 'unknown', by=(OFFICER, 'system'), reason=True),
        Move('unknown', 'paid', by=(MANAGER,)),
        Move('unknown', 'failed', by=(MANAGER,), reason=True),
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
    statement_ids = fields.One2many(
        comodel_name='marketplace.statement', inverse_name='payout_id', readonly=True
    )
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('approved', "Approved"),
            ('sent', "Sent"),
            ('paid', "Paid"),
            ('failed', "Failed"),
            ('unknown', "Unknown"),
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
        default=lambda self: str(uuid4()),
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
        " WHERE state IN ('draft', 'approved', 'sent', 'unknown')",
        "This merchant has a payout under way already.",
    )

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

    def action_mark_paid(self, reference=None):
        """Record that the bank has paid: post the payment and close the statements.

        :param str reference: what the bank calls the transfer
        :raise UserError: when no reference is given
        """
        for payout in self:
            if reference:
                payout.bank_reference = reference
            if not payout.bank_reference:
                raise UserError(
                    self.env._("Please enter the bank's reference of %s first.", payout.name)
                )
            payout.sudo()._move_to('paid')
            payout.sudo()._book_payment()

    def action_mark_failed(self, reason=None):
        """Record that the bank did not pay; the statements wait for a new payout."""
        self.check_access('read')
        self.sudo()._move_to('failed', reason=reason)
        self.sudo().write({'failure_reason': reason})
        self.sudo().statement_ids.write({'payout_id': False})

    def action_mark_unknown(self, reason=None):
        """Record that nobody knows yet whether the bank has paid; nothing is sent again."""
        self.check_access('read')
        self.sudo()._move_to('unknown', reason=reason)
        self.sudo().write({'failure_reason': reason})

    # === BUSINESS METHODS === #

    def _check_can_be_paid(self):
        """Raise unless the merchant may be paid now, to the account that was chosen."""
        for payout in self.sudo():
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
            if missing := payout.merchant_id._blocking('be_paid'):
                raise UserError(
                    self.env._(
                        "%(merchant)s cannot be paid: %(message)s",
                        merchant=payout.merchant_id.display_name,
                        message=missing[0]['message'],
                    )
                )

    def _book_payment(self):
        """Post the payment, match it with the payable items, and settle the statements."""
        self.ensure_one()
        company = self.company_id
        payable = company._marketplace_account('marketplace_payable_account_id')
        payment = self.env['account.payment'].with_company(company).create({
            'payment_type': 'outbound',
            'partner_type': 'supplier',
            'partner_id': self.merchant_id.partner_id.id,
            'amount': self.amount,
            'currency_id': self.currency_id.id,
            'journal_id': self.batch_id.journal_id.id,
            'destination_account_id': payable.id,
            'memo': f"{self.name} {self.bank_reference}",
        })
        payment.action_post()
        items = payment.move_id.line_ids.filtered(lambda line: line.account_id == payable)
        items.merchant_id = self.merchant_id
        for statement in self.statement_ids:
            items |= statement._payable_items()
        items.filtered(lambda line: not line.reconciled).reconcile()
        self.payment_id = payment
        self.statement_ids._settle()
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_payout_paid', self
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
