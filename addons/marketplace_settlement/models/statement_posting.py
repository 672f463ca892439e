# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Command

from .balance_entry import CLEARING_KINDS

# Whatever is neither cleared nor a fee: the account that pays for it or earns it.
OTHER_ACCOUNTS = {
    'subsidy': 'marketplace_subsidy_account_id',
    'subsidy_refund': 'marketplace_subsidy_account_id',
    'adjustment': 'marketplace_subsidy_account_id',
    'penalty': 'marketplace_penalty_account_id',
    'compensation': 'marketplace_advance_account_id',
    'logistics_subsidy': 'marketplace_subsidy_account_id',
    'logistics_subsidy_refund': 'marketplace_subsidy_account_id',
    'reserve': 'marketplace_reserve_account_id',
    'reserve_release': 'marketplace_reserve_account_id',
}
FEE_ACCOUNTS = {
    'commission': 'marketplace_commission_account_id',
    'commission_refund': 'marketplace_commission_account_id',
    'service_fee': 'marketplace_service_account_id',
    'service_fee_refund': 'marketplace_service_account_id',
}


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    # === BUSINESS METHODS === #

    def _post(self):
        """Post the settlement entry, the fee invoice and the entry that nets the two.

        Settlement: Dr Clearing, what was sold · Cr Merchant payable, the gross amount, with the
        subsidies, penalties and adjustments on their accounts. Fee invoice: Dr Receivable · Cr
        Income and tax. Netting: Dr Merchant payable · Cr Receivable, so that the payable keeps
        what is paid out.
        """
        self.ensure_one()
        statement = self.with_company(self.company_id)
        statement.move_id = statement._post_settlement()
        statement.fee_move_id = statement._post_fees()
        statement.netting_move_id = statement._post_netting()
        statement._match_open_items()

    def _post_settlement(self):
        lines = [*self._prepare_clearing_lines(), *self._prepare_other_lines()]
        balance = -sum(line['balance'] for line in lines)
        amount = -sum(line['amount_currency'] for line in lines)
        if not lines:
            return self.env['account.move']
        payable = self._prepare_line('marketplace_payable_account_id', amount, balance)
        return self._post_entry([*lines, payable])

    def _prepare_clearing_lines(self):
        """Return the line that clears what the invoices booked, at the invoices' own rates."""
        items = self._cleared_items()
        amount = -sum(items.mapped('amount_currency'))
        balance = -sum(items.mapped('balance'))
        if self.currency_id.is_zero(amount) and self.company_id.currency_id.is_zero(balance):
            return []
        return [self._prepare_line('marketplace_clearing_account_id', amount, balance)]

    def _cleared_items(self):
        return self.entry_ids.filtered(lambda entry: entry.kind in CLEARING_KINDS).move_line_id

    def _prepare_other_lines(self):
        """Return one line per account that pays for, or earns, what is neither sale nor fee."""
        amounts = self._sums_by_account(OTHER_ACCOUNTS)
        return [
            self._prepare_line(name, amount, self._to_company_currency(amount))
            for name, amount in amounts.items()
        ]

    def _sums_by_account(self, accounts):
        """Return what the entries of some kinds come to: {account field: amount}."""
        sums = dict.fromkeys(accounts.values(), 0.0)
        for kind, _label, amount in self._amounts_by_kind():
            if kind in accounts:
                sums[accounts[kind]] += amount
        return {
            name: self.currency_id.round(amount)
            for name, amount in sums.items()
            if not self.currency_id.is_zero(amount)
        }

    def _to_company_currency(self, amount):
        company = self.company_id
        return self.currency_id._convert(
            amount, company.currency_id, company, fields.Date.context_today(self)
        )

    def _prepare_line(self, account_field, amount, balance):
        return {
            'name': self.name,
            'account_id': self.company_id._marketplace_account(account_field).id,
            'partner_id': self.merchant_id.partner_id.id,
            'merchant_id': self.merchant_id.id,
            'currency_id': self.currency_id.id,
            'amount_currency': amount,
            'balance': balance,
        }

    def _post_entry(self, lines):
        move = self.env['account.move'].create({
            'move_type': 'entry',
            'journal_id': self.company_id._marketplace_account(
                'marketplace_settlement_journal_id'
            ).id,
            'date': fields.Date.context_today(self),
            'ref': self.name,
            'marketplace_statement_id': self.id,
            'line_ids': [Command.create(line) for line in lines],
        })
        move._post(soft=False)
        return move

    def _post_fees(self):
        """Post the invoice of the fees; a credit note if more is returned than charged."""
        amounts = self._sums_by_account(FEE_ACCOUNTS)
        if not amounts or self.currency_id.is_zero(self.amount_fee):
            return self.env['account.move']
        sign = 1 if self.amount_fee > 0 else -1
        move = self.env['account.move'].create({
            'move_type': 'out_invoice' if sign > 0 else 'out_refund',
            'journal_id': self.company_id._marketplace_account('marketplace_fee_journal_id').id,
            'partner_id': self.merchant_id.partner_id.id,
            'currency_id': self.currency_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_payment_term_id': False,
            'fiscal_position_id': False,
            'invoice_origin': self.name,
            'ref': self.name,
            'marketplace_statement_id': self.id,
            'invoice_line_ids': [
                Command.create(self._prepare_fee_line(name, -amount * sign))
                for name, amount in amounts.items()
            ],
        })
        move._post(soft=False)
        return move

    def _prepare_fee_line(self, account_field, amount):
        """Return a line of the fee invoice; the tax is inside the amount."""
        company = self.company_id
        names = {
            'marketplace_commission_account_id': self.env._("Commission"),
            'marketplace_service_account_id': self.env._("Service fees"),
        }
        return {
            'name': f"{names[account_field]} {self.name}",
            'quantity': 1.0,
            'price_unit': amount,
            'account_id': company._marketplace_account(account_field).id,
            'tax_ids': [Command.set(company.marketplace_fee_tax_id.ids)],
            'is_total_included': True,
        }

    def _post_netting(self):
        """Post the entry that pays the fee invoice out of what the merchant is owed."""
        receivables = self._fee_items()
        if not receivables:
            return self.env['account.move']
        amount = sum(receivables.mapped('amount_currency'))
        balance = sum(receivables.mapped('balance'))
        receivable = dict(
            self._prepare_line('marketplace_payable_account_id', -amount, -balance),
            account_id=receivables.account_id.id,
            merchant_id=False,
        )
        payable = self._prepare_line('marketplace_payable_account_id', amount, balance)
        return self._post_entry([payable, receivable])

    def _fee_items(self):
        return self.fee_move_id.line_ids.filtered(
            lambda line: line.display_type == 'payment_term'
        )

    def _match_open_items(self):
        """Match what the three documents settle between themselves and with the invoices."""
        self.ensure_one()
        fee_items = self._fee_items()
        groups = [
            fee_items
            | self.netting_move_id.line_ids.filtered(
                lambda line: line.account_id == fee_items.account_id
            ),
            self._cleared_items()
            | self.move_id.line_ids.filtered(
                lambda line: line.account_id in self._cleared_items().account_id
            ),
            self._payable_items(),
        ]
        for items in groups:
            open_items = items.filtered(lambda line: not line.reconciled)
            if len(open_items) > 1:
                open_items.reconcile()

    def _payable_items(self):
        """Return the journal items that the payout pays."""
        payable = self.sudo().company_id._marketplace_account('marketplace_payable_account_id')
        return (self.sudo().move_id | self.sudo().netting_move_id).line_ids.filtered(
            lambda line: line.account_id == payable
        )
