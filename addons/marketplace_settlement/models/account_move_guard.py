# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

from .res_company_accounting import LEDGER_ACCOUNTS

PAYMENT_TERMS = {
    'amount', 'currency_id', 'date', 'destination_account_id', 'journal_id', 'partner_id',
    'partner_type', 'payment_method_line_id', 'payment_type',
}  # fmt: skip
UNDONE = ('draft', 'canceled', 'rejected')


class AccountMove(models.Model):
    """What accountants may not do by hand: merchants are settled by these entries."""

    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        if not self.env.su:
            self._check_merchant_accounts()
        return super()._post(soft)

    def _check_merchant_accounts(self):
        """Raise if somebody books on a merchant account what no sale or credit note brought there.

        The balance of such an account is what merchants are owed, which their entries explain: an
        item beside them would make the next check of the books stop all payouts. Odoo's exchange
        differences, which have no amount in their currency, may be posted.
        """
        for company, moves in self.grouped('company_id').items():
            accounts = [company.sudo()[name] for name in LEDGER_ACCOUNTS]
            items = moves.line_ids.filtered(
                lambda line, accounts=accounts: line.account_id in accounts
                and (line.amount_currency or (line.balance and not line.merchant_id))
            )
            if strays := items - items._marketplace_booked():
                raise UserError(
                    self.env._(
                        "“%s” is kept by the marketplace, one merchant apart from the other. Use an"
                        " adjustment of the merchant's balance instead of a journal entry.",
                        strays[0].account_id.display_name,
                    )
                )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        if not self.env.su and self.sudo()._marketplace_payments():
            raise UserError(
                self.env._(
                    "This entry belongs to a merchant's payout or deposit and cannot be reversed"
                    " here. Adjust the merchant's balance instead."
                )
            )
        return super()._reverse_moves(default_values_list, cancel)


class AccountPayment(models.Model):
    """Payments of payouts and deposits: what became of them is said there."""

    _inherit = 'account.payment'

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su and (PAYMENT_TERMS & vals.keys() or vals.get('state') in UNDONE):
            if self.sudo().move_id._marketplace_payments():
                raise UserError(
                    self.env._(
                        "This payment belongs to a merchant's payout or deposit and stays as it"
                        " is. Say on the payout what became of it."
                    )
                )
        return super().write(vals)


class AccountTax(models.Model):
    _inherit = 'account.tax'

    def _prepare_base_line_tax_repartition_grouping_key(
        self, base_line, base_line_grouping_key, tax_data, tax_rep_data
    ):
        """Keep a tax that has no account of its own out of what merchants are owed.

        Odoo books it where the goods are booked, which is the clearing account of the merchant.
        """
        key = super()._prepare_base_line_tax_repartition_grouping_key(
            base_line, base_line_grouping_key, tax_data, tax_rep_data
        )
        line = base_line['record']
        if (
            isinstance(line, models.Model)
            and line._name == 'account.move.line'
            and line.is_total_included
            and not tax_rep_data['tax_rep'].account_id
        ):
            account = line.company_id.sudo()._marketplace_account('marketplace_vat_account_id')
            key['account_id'] = account.id
        return key
