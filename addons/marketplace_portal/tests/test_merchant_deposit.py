# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import csv
import io
from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_settlement.tests.test_money_deposit_rules import DepositCommon

from .merchant_common import MerchantCommon

PAGE = '/my/merchant/deposit'


@tagged('post_install', '-at_install')
class TestMerchantDeposit(MerchantCommon, DepositCommon, HttpCase):
    """The pages “Deposit” and “Services” of the portal."""

    def test_the_page_says_what_is_required_and_why(self):
        self.bowl.categ_id.marketplace_deposit_factor = 1000.0
        self._paid()
        self.env['marketplace.deposit.requirement']._compute_requirements(self.merchant_a)
        page = self._html(PAGE, self.finance_a)
        text = self._text(page, 'o_deposit_explained')
        for amount in ("123.00", "1,230.00", "500.00", "2,460.00"):
            self.assertIn(amount, text)

    def test_a_demand_shows_its_day(self):
        self.env['marketplace.deposit.demand']._follow(self.merchant_a, 'required')
        page = self._html(PAGE, self.finance_a)
        self.assertIn("your open orders ask for", self._text(page, 'o_deposit_demand'))

    def test_the_statement_of_the_deposit_is_downloaded(self):
        self._receive(500.0, "BANK 1")
        self._recover(self._owe(80.0), 'deposit')
        page = self._html(PAGE, self.finance_a)
        self.assertIn("420.00", self._text(page, 'o_deposit_history'))
        self.authenticate(self.finance_a.login, self.finance_a.login)
        rows = list(csv.reader(io.StringIO(
            self.url_open(f'{PAGE}/csv').content.decode('utf-8-sig')
        )))
        self.assertEqual([row[4:6] for row in rows[1:]], [["500.0", "500.0"], ["-80.0", "420.0"]])
        self.assertTrue(self.url_open(f'{PAGE}/xlsx').content.startswith(b'PK'))
        self.assertEqual(self.url_open(f'{PAGE}/pdf').headers['Content-Type'], 'application/pdf')

    def test_nobody_reads_the_deposit_of_others(self):
        self._receive(500.0, "BANK 2")
        for user in (self.clerk_a, self.shopper, self.finance_b):
            self.authenticate(user.login, user.login)
            for path in ('pdf', 'csv', 'xlsx'):
                self.assertIn(self.url_open(f'{PAGE}/{path}').status_code, (403, 404))
        for user, rows in ((self.finance_a, 1), (self.finance_b, 0), (self.clerk_a, 0)):
            for model in ('marketplace.deposit.account', 'marketplace.deposit.movement'):
                found = self.env[model].with_user(user).search(
                    [('merchant_id', '=', self.merchant_a.id)]
                )
                self.assertEqual(len(found), rows)

    def test_services_and_what_was_charged(self):
        fee = self.env['marketplace.service.fee'].create({
            'name': "Shop window", 'kind': 'advertising', 'interval': 'month', 'amount': 53.0,
            'date_start': date(2030, 1, 31), 'merchant_ids': self.merchant_a.ids,
        })
        fee.with_user(self.maker).action_activate()
        fee._charge_and_book(date(2030, 1, 31))
        page = self._html('/my/merchant/services', self.finance_a)
        self.assertIn("Shop window", self._text(page, 'o_merchant_service'))
        self.assertIn("53.00", self._text(page, 'o_merchant_table'))
        page = self._html('/my/merchant/services?search=nothing', self.finance_a)
        self.assertIn("Nothing found", self._text(page, 'o_merchant_empty'))
        page = self._html('/my/merchant/services', self.finance_b)
        self.assertNotIn("Shop window", page.text_content())
