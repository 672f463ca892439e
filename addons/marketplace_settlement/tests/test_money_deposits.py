# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from urllib.parse import parse_qs, urlparse

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyDeposits(MoneyCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_a.tier_id.write({
            'deposit_amount': 50000.0, 'currency_id': cls.currency.id,
        })  # fmt: skip
        cls.env['marketplace.requirement'].create({
            'name': "Deposit", 'kind': 'deposit', 'capability': 'list',
        })
        cls.newcomer = cls.env['marketplace.merchant'].create({
            'code': 'NEWC',
            'partner_id': cls.env['res.partner'].create({'name': "Newcomer"}).id,
            'tier_id': cls.merchant_a.tier_id.id,
            'entity_type': 'company',
        })
        cls._member(cls.newcomer, 'owner')
        cls.payer = cls._member(cls.newcomer, 'finance')

    def _deposit(self, amount=50000.0):
        return self._transaction(
            amount, self.newcomer.partner_id, deposit_merchant_id=self.newcomer.id
        )

    def test_a_newcomer_is_told_what_to_pay(self):
        self.assertRecordValues(self.newcomer, [
            {'deposit_required': 50000.0, 'deposit_balance': 0.0, 'deposit_missing': 50000.0},
        ])  # fmt: skip
        missing = self.newcomer._missing('list')
        self.assertEqual([item['requirement'].kind for item in missing], ['deposit'])

    def test_the_link_leads_to_the_payment_page(self):
        link = self.newcomer.with_user(self.payer)._portal_deposit_payment_link()
        parameters = {name: value[0] for name, value in parse_qs(urlparse(link).query).items()}
        self.assertEqual(float(parameters['amount']), 50000.0)
        self.assertEqual(int(parameters['partner_id']), self.payer.partner_id.id)
        self.assertTrue(parameters['access_token'])
        for user in (self.finance_a, self.clerk_a, self.shopper):
            with self.assertRaises(AccessError):
                self.newcomer.with_user(user)._portal_deposit_payment_link()

    def test_each_one_reads_in_the_own_language_what_a_deposit_was_paid_for(self):
        self.env['res.lang']._activate_lang('zh_CN')
        transaction = self._deposit()
        transaction._set_done()
        transaction._post_process()
        movement = self.newcomer.deposit_movement_ids.with_user(self.payer)
        self.assertEqual(movement.display_name, f"Paid online: {transaction.reference}")
        self.assertEqual(
            movement.with_context(lang='zh_CN').display_name, f"在线缴纳：{transaction.reference}"
        )

    def test_a_paid_deposit_is_booked_and_opens_the_shop(self):
        transaction = self._deposit()
        transaction._set_done()
        transaction._post_process()
        movement = self.newcomer.deposit_movement_ids
        self.assertRecordValues(movement, [{'kind': 'pay_in', 'amount': 50000.0}])
        receivable = transaction.payment_id.destination_account_id
        self.assertEqual(self._balances(movement.move_id), {
            receivable: 50000.0, self.company.marketplace_deposit_account_id: -50000.0,
        })
        items = (movement.move_id | transaction.payment_id.move_id).line_ids
        self.assertTrue(all(
            line.reconciled for line in items if line.account_id == receivable
        ))
        self.newcomer.invalidate_recordset()
        self.assertEqual(self.newcomer.deposit_missing, 0.0)
        self.assertEqual(self.newcomer.state, 'active')
        self.assertFalse(self.newcomer.with_user(self.payer)._portal_deposit_payment_link())
        self.assertBooksAgree()

    def test_replays_of_the_callback_book_nothing(self):
        transaction = self._deposit()
        transaction._set_done()
        for _replay in range(3):
            transaction._post_process()
        self.assertEqual(len(self.newcomer.deposit_movement_ids), 1)
        self.assertBooksAgree()

    def test_a_payment_that_failed_books_nothing(self):
        transaction = self._deposit()
        transaction._set_canceled()
        transaction._post_process()
        self.assertFalse(self.newcomer.deposit_movement_ids)
        self.assertEqual(self.newcomer.state, 'onboarding')

    def test_a_part_does_not_open_the_shop(self):
        for amount, kind in ((20000.0, 'pay_in'), (30000.0, 'top_up')):
            self.assertEqual(self.newcomer.state, 'onboarding')
            transaction = self._deposit(amount)
            transaction._set_done()
            transaction._post_process()
            self.assertEqual(self.newcomer.deposit_movement_ids[:1].kind, kind)
            self.newcomer.invalidate_recordset()
        self.assertEqual(self.newcomer.state, 'active')
        self.assertBooksAgree()

    def test_movements_stay_as_they_are(self):
        transaction = self._deposit()
        transaction._set_done()
        transaction._post_process()
        movement = self.newcomer.deposit_movement_ids
        for call in (lambda: movement.write({'amount': 1.0}), movement.unlink):
            with self.assertRaises(UserError):
                call()


@tagged('post_install', '-at_install')
class TestMoneyDepositsHttp(MoneyCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_a.tier_id.write({
            'deposit_amount': 50000.0, 'currency_id': cls.currency.id,
        })  # fmt: skip
        cls.provider.write({
            'is_published': True,
            'available_currency_ids': [Command.set(cls.currency.ids)],
        })
        cls.finance_a.company_ids |= cls.company

    def _request(self, **values):
        return self.make_jsonrpc_request(
            f'/marketplace/deposit/transaction/{self.merchant_a.id}',
            {
                'provider_id': self.provider.id,
                'payment_method_id': self.payment_method.id,
                'token_id': None,
                'flow': 'direct',
                'tokenization_requested': False,
                'landing_route': '/payment/confirmation',
                **values,
            },
        )

    def test_the_merchant_pays_what_is_missing_whatever_it_sends(self):
        self.authenticate(self.finance_a.login, self.finance_a.login)
        link = self.merchant_a.with_user(self.finance_a)._portal_deposit_payment_link()
        page = self.url_open(link)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'/marketplace/deposit/transaction/{self.merchant_a.id}', page.text)
        values = self._request(
            amount=1.0, currency_id=9999, partner_id=self.shopper.partner_id.id,
            access_token="forged",
        )  # fmt: skip
        transaction = self.env['payment.transaction'].search(
            [('reference', '=', values['reference'])]
        )
        self.assertRecordValues(transaction, [{
            'amount': 50000.0, 'currency_id': self.currency.id,
            'partner_id': self.merchant_a.partner_id.id,
            'deposit_merchant_id': self.merchant_a.id, 'operation': 'online_direct',
        }])  # fmt: skip

    def test_a_forged_link_is_refused(self):
        self.authenticate(self.finance_a.login, self.finance_a.login)
        link = self.merchant_a.with_user(self.finance_a)._portal_deposit_payment_link()
        page = self.url_open(link.replace('amount=50000.0', 'amount=1.0'))
        self.assertEqual(page.status_code, 404)

    def test_nobody_else_pays_for_the_merchant(self):
        for user in (self.finance_b, self.clerk_a, self.shopper):
            self.authenticate(user.login, user.login)
            with mute_logger('odoo.http'), self.assertRaises(JsonRpcException):
                self._request()
        self.assertFalse(
            self.env['payment.transaction'].search(
                [('deposit_merchant_id', '=', self.merchant_a.id)]
            )
        )
