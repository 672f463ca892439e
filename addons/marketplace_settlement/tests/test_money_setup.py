# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_settlement.models.res_company_accounting import ACCOUNTS, JOURNALS

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneySetup(MoneyCommon):

    def _new_company(self, **values):
        return self.env['res.company'].create({
            'name': "Another Marketplace", 'country_id': self.env.ref('base.us').id, **values,
        })  # fmt: skip

    def test_every_chart_gets_the_accounts_and_journals(self):
        company = self._new_company()
        self.assertFalse(company.marketplace_clearing_account_id)
        self.env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        for name, (_label, account_type, reconcile) in ACCOUNTS.items():
            account = company[name]
            self.assertEqual(account.account_type, account_type)
            self.assertEqual(account.reconcile, reconcile)
            self.assertTrue(account.with_company(company).code)
        for name, (_label, journal_type, _code) in JOURNALS.items():
            self.assertEqual(company[name].type, journal_type)
        self.assertEqual(company.marketplace_fee_tax_id, company.account_sale_tax_id)

    def test_a_repetition_changes_nothing(self):
        before = self.company.read([*ACCOUNTS, *JOURNALS])
        Account = self.env['account.account']
        count = Account.search_count([])
        self.company._marketplace_setup_accounting()
        self.assertEqual(self.company.read([*ACCOUNTS, *JOURNALS]), before)
        self.assertEqual(Account.search_count([]), count)

    def test_a_language_that_is_loaded_later_names_the_accounts(self):
        self.env['res.lang']._activate_lang('zh_CN')
        for name in (
            'marketplace_clearing_account_id', 'marketplace_deposit_account_id',
            'marketplace_settlement_journal_id',
        ):  # fmt: skip
            self.company[name].update_field_translations('name', {'zh_CN': False})
        self.company.marketplace_deposit_account_id.name = "Deposits of our sellers"
        self.env['account.chart.template']._load_translations(['zh_CN'], self.company)
        company = self.company.with_context(lang='zh_CN')
        self.assertEqual(company.marketplace_clearing_account_id.name, "商家清算款")
        self.assertEqual(company.marketplace_settlement_journal_id.name, "商家结算")
        self.assertEqual(company.marketplace_deposit_account_id.name, "Deposits of our sellers")

    def test_a_branch_uses_its_companys_accounts(self):
        branch = self._new_company(parent_id=self.company.id)
        branch._marketplace_setup_accounting()
        for name in (*ACCOUNTS, *JOURNALS):
            self.assertEqual(branch[name], self.company[name])

    def test_a_missing_account_is_asked_for_in_words(self):
        self.company.marketplace_commission_account_id = False
        with self.assertRaisesRegex(UserError, "Commission Income"):
            self.company._marketplace_account('marketplace_commission_account_id')

    def test_an_account_that_holds_merchants_money_is_not_replaced(self):
        self._paid()
        new = self.company.marketplace_clearing_account_id.copy()
        with self.assertRaisesRegex(UserError, "once it is empty"):
            self.company.marketplace_clearing_account_id = new

    def test_screens_open_for_the_people_who_work_with_them(self):
        order = self._paid()
        self._settle(order)
        auditor = self._staff('money_auditor', 'group_finance_officer')
        auditor.group_ids = [
            Command.set(self.env.ref('marketplace_merchant.group_auditor').ids)
        ]
        menu = self.env.ref('marketplace_settlement.menu_settlement')
        for user in (self.officer, self.approver, auditor):
            menus = menu.with_user(user).search([('parent_id', '=', menu.id)])
            actions = [
                item.action.sudo() for item in menus
                if item.action and item.action._name == 'ir.actions.act_window'
            ]  # fmt: skip
            self.assertGreater(len(actions), 5)
            for action in actions:
                self._open(action, user)

    def _open(self, action, user):
        """Read what the list and the form of an action show, as the web client does."""
        model = self.env[action.res_model].with_user(user)
        views = model.get_views([(False, kind) for kind in action.view_mode.split(',')])
        for kind in views['views']:
            self.assertTrue(views['views'][kind]['arch'])
        names = [
            name for name in views['models'][action.res_model]['fields'] if name in model._fields
        ]
        model.search([], limit=5).web_read({name: {} for name in names})

    def test_the_statement_is_printed_with_its_figures(self):
        statement = self._settle(self._paid())
        html, _kind = self.env['ir.actions.report'].with_context(
            lang='en_US'
        )._render_qweb_html('marketplace_settlement.report_statement', statement.ids)
        text = html.decode()
        for part in (statement.name, "113.96", "123.00", "9.04", "Commission"):
            self.assertIn(part, text)

    def test_merchants_are_written_to_in_words(self):
        statement = self._settle(self._paid())
        transaction = self._transaction(
            100.0, self.merchant_a.partner_id, deposit_merchant_id=self.merchant_a.id
        )
        transaction._set_done()
        transaction._post_process()
        for name, record in (
            ('statement', statement),
            ('payout_paid', statement.payout_id),
            ('deposit_paid', self.merchant_a.deposit_movement_ids),
        ):
            template = self.env.ref(f'marketplace_settlement.mail_template_{name}')
            rendered = template._generate_template(
                record.ids, ['subject', 'body_html', 'partner_to']
            )[record.id]
            self.assertIn(self.finance_a.partner_id.id, rendered['partner_ids'])
            self.assertNotIn('t-out', rendered['body_html'])
            self.assertTrue(rendered['subject'])
