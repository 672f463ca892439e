# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.proposal_mixin import OFFICER


class MarketplaceDepositReceipt(models.TransientModel):
    """A deposit that arrived by bank transfer: who paid how much, and what the bank calls it."""

    _name = 'marketplace.deposit.receipt'
    _description = "Deposit Received by Bank Transfer"

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, ondelete='cascade',
        default=lambda self: self._default_merchant_id(),
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id')
    currency_id = fields.Many2one(related='merchant_id.currency_id')
    missing = fields.Monetary(related='merchant_id.deposit_missing', string="Amount Still Missing")
    amount = fields.Monetary(
        compute='_compute_amount', store=True, readonly=False, required=True,
        help="What arrived at the bank.",
    )  # fmt: skip
    date = fields.Date(
        string="Arrived on", required=True, default=fields.Date.context_today
    )
    journal_id = fields.Many2one(
        comodel_name='account.journal', string="Bank", required=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        default=lambda self: self._default_journal_id(), ondelete='cascade',
    )  # fmt: skip
    reference = fields.Char(
        string="Bank Reference", required=True,
        help="What the bank calls the transfer. Each is booked once.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.model
    def _default_merchant_id(self):
        context = self.env.context
        return context.get('active_model') == 'marketplace.merchant' and context.get('active_id')

    @api.model
    def _default_journal_id(self):
        return self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.env.company.id)], limit=1
        )

    @api.depends('merchant_id')
    def _compute_amount(self):
        for receipt in self:
            receipt.amount = receipt.merchant_id.deposit_missing

    # === ACTION METHODS === #

    def action_book(self):
        """Post the payment and add it to the merchant's deposit, once.

        :raise UserError: if the reference was booked before, or a value makes no sense
        """
        self.ensure_one()
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Received transfers are booked by finance officers."))
        reference = ' '.join((self.reference or '').split())
        self._check_receipt(reference)
        receipt_sudo = self.sudo()
        merchant_sudo = receipt_sudo.merchant_id
        payment = self.env['account.payment'].sudo().with_company(self.company_id).create({
            'payment_type': 'inbound',
            'partner_type': 'customer',
            'partner_id': merchant_sudo.partner_id.id,
            'amount': self.amount,
            'currency_id': self.currency_id.id,
            'date': self.date,
            'journal_id': self.journal_id.id,
            'memo': reference,
        })
        payment.action_post()
        movement = self.env['marketplace.deposit.movement'].sudo()._pay_in_payment(
            payment, merchant_sudo, self.env._("Bank transfer: %s", reference),
            bank_reference=reference,
        )  # fmt: skip
        return movement._get_records_action()

    # === BUSINESS METHODS === #

    def _check_receipt(self, reference):
        """Raise, naming all that is wrong, unless the transfer can be booked."""
        problems = []
        if not reference:
            problems.append(self.env._("Please enter the bank's reference of the transfer."))
        elif self.env['marketplace.deposit.movement'].sudo().search_count([
            ('company_id', '=', self.company_id.id), ('bank_reference', '=', reference),
        ], limit=1):  # fmt: skip
            problems.append(self.env._("The transfer %s was booked already.", reference))
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            problems.append(self.env._("The amount must be more than zero."))
        if self.date and self.date > fields.Date.context_today(self):
            problems.append(self.env._("The transfer cannot have arrived in the future."))
        if self.journal_id.company_id != self.company_id:
            problems.append(self.env._("Please choose a bank of the merchant's company."))
        if problems:
            raise UserError("\n".join(problems))
