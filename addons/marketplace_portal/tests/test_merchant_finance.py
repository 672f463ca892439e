# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

BANK_PATH = '/my/merchant/bank'


@tagged('post_install', '-at_install')
class TestMerchantFinance(MerchantCommon):

    # === STATEMENTS === #

    def test_statement_is_read_and_confirmed(self):
        statement = self._sent_statement()
        path = f'/my/merchant/statements/{statement.id}'
        page = self._page(path, self.finance_a.login)
        for entry in statement.entry_ids:
            self.assertIn(f"{abs(entry.amount):,.2f}", page)
        page = self._send(path, {}, self.finance_a)
        self.assertEqual(statement.state, 'confirmed')
        self.assertFalse(page.xpath('//button[contains(@class, "o_confirm_statement")]'))

    def test_drafts_are_not_shown(self):
        statement = self._sent_statement()
        self._complete(self._paid())
        draft = self.env['marketplace.statement']._generate(
            self.env.cr.now().date(), self.merchant_a
        )
        self.assertEqual(draft.state, 'draft')
        page = self._page('/my/merchant/statements', self.finance_a.login)
        self.assertIn(f'/my/merchant/statements/{statement.id}"', page)
        self.assertNotIn(f'/my/merchant/statements/{draft.id}"', page)
        path = f'/my/merchant/statements/{draft.id}'
        self.assertEqual(self._status(path, self.finance_a.login), 404)
        self.assertEqual(self._status(f'{path}/pdf', self.finance_a.login), 404)

    def test_a_foreign_or_missing_statement_is_not_found_and_noted(self):
        statement = self._sent_statement()
        noted = []
        # Its own connection is the request's in tests, and would be undone with it.
        self.patch(
            self.registry['marketplace.audit.log'], '_log_denied',
            lambda log, model, res_id, *args: noted.append((log.env.user, model, res_id)),
        )
        ids = (statement.id, 2**31 - 1)
        for statement_id in ids:
            path = f'/my/merchant/statements/{statement_id}'
            self.assertEqual(self._status(path, self.finance_b.login), 404)
        self.assertEqual(noted, [(self.finance_b, statement._name, res_id) for res_id in ids])

    def test_confirming_twice_says_so(self):
        statement = self._sent_statement()
        path = f'/my/merchant/statements/{statement.id}'
        self._send(path, {}, self.finance_a)
        page = self._send(path, {}, self.finance_a)
        self.assertIn("already", self._text(page, 'o_form_message'))

    def test_home_shows_where_the_money_stands(self):
        order = self._paid()
        self.assertEqual(self._bucket('pending'), "113.96")
        self._complete(order)
        self.assertEqual((self._bucket('pending'), self._bucket('available')), ("0.00", "113.96"))

    def _bucket(self, key):
        page = self._html('/my/merchant', self.finance_a)
        card = page.xpath(f'//*[@data-bucket="{key}"]//*[contains(@class, "oe_currency_value")]')
        return card[0].text_content()

    # === DEPOSIT === #

    def test_deposit_is_paid_on_odoo_s_payment_page(self):
        self.merchant_a.tier_id.deposit_amount = 500
        page = self._html('/my/merchant/deposit', self.finance_a)
        self.assertIn("500.00", self._text(page, 'o_deposit_missing'))
        page = self._send('/my/merchant/deposit/pay', {}, self.finance_a)
        self.assertIn('/payment/pay?', self.last_url)
        form = page.xpath('//form[@id="o_payment_form"]')[0]
        self.assertEqual(float(form.get('data-amount')), 500.0)
        self.assertIn(f'/{self.merchant_a.id}', form.get('data-transaction-route'))
        self.assertEqual(form.get('data-landing-route'), '/my/merchant/deposit')

    def test_complete_deposit_leaves_nothing_to_pay(self):
        self.merchant_a.tier_id.deposit_amount = 0
        page = self._html('/my/merchant/deposit', self.finance_a)
        self.assertFalse(page.xpath('//button[contains(@class, "o_pay_deposit")]'))
        self._send('/my/merchant/deposit/pay', {}, self.finance_a)
        self.assertTrue(self.last_url.endswith('/my/merchant/deposit'))

    def test_what_became_of_a_payment_of_the_deposit_is_said(self):
        self.merchant_a.tier_id.deposit_amount = 500
        payer = self.merchant_a.partner_id
        failed = self._transaction(500.0, payer, deposit_merchant_id=self.merchant_a.id)
        failed._set_error("The card has expired")
        path = '/my/merchant/deposit'
        self.assertFalse(self._text(self._html(path, self.finance_a), 'o_deposit_payment'))
        page = self._html(f'{path}?tx_id={failed.id}', self.finance_a)
        for text in ("500.00", "was not made", "The card has expired"):
            self.assertIn(text, self._text(page, 'o_deposit_payment'))
        for query in (f'{failed.id}', 'x'):
            page = self._html(f'{path}?tx_id={query}', self.finance_b)
            self.assertFalse(self._text(page, 'o_deposit_payment'))
        waiting = self._transaction(500.0, payer, deposit_merchant_id=self.merchant_a.id)
        waiting._set_pending()
        page = self._html(f'{path}?tx_id={waiting.id}', self.finance_a)
        self.assertIn("don't pay again", self._text(page, 'o_deposit_payment'))

    # === BANK ACCOUNT === #

    def test_new_account_waits_for_its_check(self):
        typed = self._typed_account()
        page = self._send(BANK_PATH, typed, self.finance_a)
        account = self.merchant_a.bank_account_ids.filtered(lambda a: a.state == 'draft')
        self.assertEqual(account.bank_name, "CMB")
        self.assertIn(account.number_masked, page.text_content())
        self.assertNotIn("62258801", page.text_content().replace(" ", ""))

    def _typed_account(self, **values):
        return {
            'holder_name': "Orders A", 'bank_name': "CMB", 'number': "6225 8801 2345 6789",
            'password': self.finance_a.login, **values,
        }  # fmt: skip

    def test_a_change_takes_the_password_and_cools_off(self):
        page = self._send(BANK_PATH, self._typed_account(password="wrong"), self.finance_a)
        self.assertIn("not the password", self._mistake(page, 'password'))
        self.assertEqual(self._value(page, 'password'), "")
        self.assertFalse(self.merchant_a.bank_account_ids.filtered(lambda a: a.state == 'draft'))
        page = self._send(BANK_PATH, self._typed_account(), self.finance_a)
        account = self.merchant_a.bank_account_ids.filtered(lambda a: a.state == 'draft')
        account.with_user(self.manager).action_verify_other_holder("Test")
        page = self._html(BANK_PATH, self.finance_a)
        self.assertIn("Payouts from", self._text(page, 'o_bank_cooling'))

    def test_the_first_account_asks_for_no_password(self):
        self.merchant_a.bank_account_ids._move_to('replaced', system=True)
        page = self._html(BANK_PATH, self.finance_a)
        self.assertFalse(page.xpath('//input[@name="password"]'))

    def test_mistakes_keep_the_names_but_never_the_number(self):
        number = "DE89 3704 0044 0532 0130 01"
        typed = {'holder_name': "Orders A", 'bank_name': "", 'number': number}
        page = self._send(BANK_PATH, typed, self.finance_a)
        self.assertTrue(self._mistake(page, 'bank_name'))
        self.assertTrue(self._mistake(page, 'number'))
        self.assertEqual(self._value(page, 'holder_name'), "Orders A")
        self.assertEqual(self._value(page, 'number'), "")
        self.assertFalse(self.merchant_a.bank_account_ids.filtered(lambda a: a.state == 'draft'))
