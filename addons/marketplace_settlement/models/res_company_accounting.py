# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# field: name, account type, whether open items are matched
ACCOUNTS = {
    'marketplace_clearing_account_id': (_lt("Merchant Clearing"), 'liability_current', True),
    'marketplace_payable_account_id': (_lt("Merchant Payable"), 'liability_payable', True),
    'marketplace_deposit_account_id': (_lt("Merchant Deposits"), 'liability_current', True),
    'marketplace_reserve_account_id': (_lt("Merchant Reserves"), 'liability_current', True),
    'marketplace_advance_account_id': (_lt("Compensation Advances"), 'asset_current', True),
    'marketplace_commission_account_id': (_lt("Commission Income"), 'income', False),
    'marketplace_service_account_id': (_lt("Service Fee Income"), 'income', False),
    'marketplace_penalty_account_id': (_lt("Penalty Income"), 'income_other', False),
    'marketplace_subsidy_account_id': (_lt("Subsidy Expense"), 'expense', False),
    'marketplace_writeoff_account_id': (_lt("Bad Debts of Merchants"), 'expense', False),
    'marketplace_vat_account_id': (_lt("Tax of Marketplace Sales"), 'liability_current', False),
}
# Where a chart has no account of a type yet, a new one takes its place behind these.
NEIGHBOURS = {
    'liability_payable': 'liability_current',
    'liability_current': 'liability_payable',
    'asset_current': 'asset_receivable',
    'income_other': 'income',
    'income': 'income_other',
    'expense': 'expense_direct_cost',
}
JOURNALS = {
    'marketplace_settlement_journal_id': (_lt("Marketplace Settlement"), 'general', 'MSET'),
    'marketplace_fee_journal_id': (_lt("Marketplace Fees"), 'sale', 'MFEE'),
}
# What merchants are owed stands on these.
LEDGER_ACCOUNTS = {
    'marketplace_clearing_account_id',
    'marketplace_payable_account_id',
    'marketplace_deposit_account_id',
    'marketplace_reserve_account_id',
}
FALLBACK_CODE = '990000'


def account_field(string, help_text):
    return fields.Many2one(
        comodel_name='account.account',
        string=string,
        check_company=True,
        help=help_text,
    )


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_clearing_account_id = account_field(
        "Merchant Clearing", "What shoppers paid for merchants' goods and no statement covers yet."
    )
    marketplace_payable_account_id = account_field(
        "Merchant Payable", "What posted statements say that merchants are owed."
    )
    marketplace_deposit_account_id = account_field(
        "Merchant Deposits", "Deposits that merchants paid and may get back."
    )
    marketplace_reserve_account_id = account_field(
        "Merchant Reserves", "What is kept of merchants' sales for a while, by their reserve rule."
    )
    marketplace_advance_account_id = account_field(
        "Compensation Advances", "What was paid to shoppers for merchants, to be recovered."
    )
    marketplace_commission_account_id = account_field(
        "Commission Income", "The marketplace's share of what merchants sold."
    )
    marketplace_service_account_id = account_field(
        "Service Fee Income", "Services charged to merchants."
    )
    marketplace_penalty_account_id = account_field(
        "Penalty Income", "Fines that merchants were charged."
    )
    marketplace_subsidy_account_id = account_field(
        "Subsidy Expense", "Discounts that the marketplace pays for, and goodwill to merchants."
    )
    marketplace_writeoff_account_id = account_field(
        "Bad Debts of Merchants", "Debts of merchants that were written off."
    )
    marketplace_vat_account_id = account_field(
        "Tax of Marketplace Sales",
        "The tax in fees, and in goods where the marketplace is liable for it, of taxes that have"
        " no account of their own.",
    )
    marketplace_settlement_journal_id = fields.Many2one(
        comodel_name='account.journal',
        string="Settlement Journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
    )
    marketplace_fee_journal_id = fields.Many2one(
        comodel_name='account.journal',
        string="Fee Journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
    )
    marketplace_fee_tax_id = fields.Many2one(
        comodel_name='account.tax',
        string="Tax in Fees",
        domain="[('type_tax_use', '=', 'sale')]",
        check_company=True,
        help="The tax contained in commissions and service fees: a fee of 9.04 with 6 % is 8.53 of"
        " income and 0.51 of tax.",
    )
    marketplace_payout_block = fields.Text(
        string="Payouts Stopped",
        readonly=True,
        help="What the nightly check found. No payout is approved before a check finds nothing.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Keep an account as long as it holds money of merchants."""
        for name in LEDGER_ACCOUNTS & vals.keys():
            for company in self.sudo():
                company._check_account_free(name, vals[name])
        return super().write(vals)

    def _check_account_free(self, name, new_id):
        self.ensure_one()
        account = self[name]
        if not account or account.id == new_id:
            return
        (balance,) = self.env['account.move.line']._read_group(
            [
                ('account_id', '=', account.id),
                ('company_id', '=', self.id),
                ('merchant_id', '!=', False),
                ('parent_state', '=', 'posted'),
            ],
            [],
            ['balance:sum'],
        )[0]
        if balance and not self.currency_id.is_zero(balance):
            raise UserError(
                self.env._(
                    "%(account)s holds %(amount)s of merchants. It can be replaced once it is"
                    " empty.",
                    account=account.display_name,
                    amount=self.currency_id.format(-balance),
                )
            )

    # === BUSINESS METHODS === #

    def _marketplace_account(self, field_name):
        """Return an account or journal that the marketplace books on.

        :raise UserError: when the company has none, in words that say where to set it
        """
        self.ensure_one()
        if not self[field_name]:
            raise UserError(
                self.env._(
                    "Please set “%(account)s” for %(company)s in the settings of the marketplace.",
                    account=self._fields[field_name].get_description(self.env)['string'],
                    company=self.display_name,
                )
            )
        return self[field_name]

    def _marketplace_clearing_account(self):
        return self._marketplace_account('marketplace_clearing_account_id')

    # === SETUP === #

    @api.model
    def _marketplace_setup_all(self):
        """Complete the accounting of every company that keeps books."""
        self.sudo().search([('chart_template', '!=', False)])._marketplace_setup_accounting()

    def _marketplace_setup_accounting(self):
        """Create the accounts and journals that are missing, on any chart; keep what is set.

        A branch uses the accounts and journals of its main company.
        """
        for company in self.sudo().sorted(lambda company: len(company.parent_ids)):
            if company.parent_id:
                company._marketplace_copy_accounting(company.root_id)
            else:
                # Odoo falls back on the English name where a language has none.
                english = company.with_company(company).with_context(lang='en_US')
                english._marketplace_create_accounting()
                company._marketplace_translate_accounting()

    def _marketplace_copy_accounting(self, root):
        self.ensure_one()
        names = [*ACCOUNTS, *JOURNALS, 'marketplace_fee_tax_id']
        self.write({name: root[name].id for name in names if not self[name] and root[name]})

    def _marketplace_create_accounting(self):
        self.ensure_one()
        for field_name in ACCOUNTS:
            if not self[field_name]:
                self[field_name] = self._marketplace_create_account(field_name)
        for field_name in JOURNALS:
            if not self[field_name]:
                self[field_name] = self._marketplace_create_journal(field_name)
        if not self.marketplace_fee_tax_id:
            self.marketplace_fee_tax_id = self._marketplace_default_fee_tax()

    def _marketplace_translate_accounting(self, langs=None):
        """Name the accounts and journals in every language; keep the names that people gave.

        :param list langs: codes of the languages, by default the installed ones
        """
        langs = langs or [code for code, _name in self.env['res.lang'].get_installed()]
        for company in self.sudo():
            for field_name, (label, *_values) in (ACCOUNTS | JOURNALS).items():
                record = company[field_name].with_context(lang='en_US')
                english = record.env._(label)
                for lang in langs:
                    record = record.with_context(lang=lang)
                    translation = record.env._(label)
                    if record.name == english != translation:
                        record.name = translation

    def _marketplace_create_account(self, field_name):
        name, account_type, reconcile = ACCOUNTS[field_name]
        return self.env['account.account'].create({
            'name': self.env._(name),
            'code': self._marketplace_account_code(account_type),
            'account_type': account_type,
            'reconcile': reconcile,
            'company_ids': self.ids,
        })

    def _marketplace_account_code(self, account_type):
        """Return a free code beside the accounts of the same kind, whatever the chart's system."""
        Account = self.env['account.account']
        for kind in (account_type, NEIGHBOURS[account_type]):
            domain = [*Account._check_company_domain(self), ('account_type', '=', kind)]
            codes = [code for code in Account.search(domain).mapped('code') if code]
            if codes:
                return Account._search_new_account_code(max(codes))
        return Account._search_new_account_code(FALLBACK_CODE)

    def _marketplace_create_journal(self, field_name):
        name, journal_type, code = JOURNALS[field_name]
        journal = self.env['account.journal'].search([
            ('company_id', '=', self.id), ('code', '=', code), ('type', '=', journal_type),
        ], limit=1)  # fmt: skip
        return journal or journal.create({
            'name': self.env._(name),
            'code': code,
            'type': journal_type,
            'company_id': self.id,
            'show_on_dashboard': False,
            'default_account_id': (
                self.marketplace_commission_account_id.id if journal_type == 'sale' else False
            ),
        })

    def _marketplace_default_fee_tax(self):
        """Return the sales tax of services: in China 6 %, elsewhere the company's default one."""
        if self.account_fiscal_country_id.code == 'CN':
            tax = self.env['account.tax'].search(
                Domain(self.env['account.tax']._check_company_domain(self))
                & Domain('type_tax_use', '=', 'sale')
                & Domain('amount_type', '=', 'percent')
                & Domain('amount', '=', 6.0),
                limit=1,
            )
            if tax:
                return tax
        return self.account_sale_tax_id
