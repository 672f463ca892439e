# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyExit(MoneyCommon):
    """A merchant leaves: everything is settled, and the deposit reaches its bank account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'exit_manager', groups='marketplace_merchant.group_merchant_manager',
            company_id=cls.company.id, company_ids=cls.company.ids,
        )  # fmt: skip
        cls.merchant_a.tier_id.write({'deposit_amount': 1000.0, 'currency_id': cls.currency.id})
        transaction = cls._transaction(
            1000.0, cls.merchant_a.partner_id, deposit_merchant_id=cls.merchant_a.id
        )
        transaction._set_done()
        transaction._post_process()
        cls.today = fields.Date.context_today(cls.merchant_a)

    def _start(self):
        reason = self.env.ref('marketplace_merchant.exit_reason_business')
        merchant = self.merchant_a.with_user(self.manager)
        return merchant._start_exit(reason, "Retires").sudo(False).with_user(self.manager)

    def _days_pass(self, leaving, days):
        """Let the exit have begun that many days ago, after orders that ended long before."""
        self.env.cr.execute(
            "UPDATE marketplace_order SET date_completed = date_completed - interval '400 days'"
            " WHERE merchant_id = %s", [leaving.merchant_id.id],
        )  # fmt: skip
        self.env['marketplace.order'].invalidate_model(['date_completed'])
        leaving.sudo().date_start = self.today - timedelta(days=days)
        leaving.sudo()._process_deadline()

    def _keys(self):
        return [item['key'] for item in self.merchant_a._exit_obstacles()]

    # === WHAT IS OPEN === #

    def test_the_plan_follows_an_order_to_its_end(self):
        order = self._paid()
        leaving = self._start()
        part = order.marketplace_order_ids
        obstacles = {item['key']: item for item in self.merchant_a._exit_obstacles()}
        self.assertEqual(list(obstacles), ['orders', 'balance', 'deposit'])
        self.assertEqual(obstacles['orders']['ids'], part.ids)
        self.assertEqual(obstacles['orders']['amount'], 123.0)
        self.assertAlmostEqual(obstacles['balance']['amount'], 113.96)
        self.assertEqual(obstacles['deposit']['until'], self.today + timedelta(days=90))
        clerk = part.merchant_id.member_ids.filtered('role_orders').user_id[:1]
        part.with_user(clerk).portal_accept()
        part.with_user(clerk).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        window = self.merchant_a._exit_obstacles()[0]
        self.assertEqual(window['key'], 'return_windows')
        self.assertEqual(window['until'], part.date_return_end.date())
        self._pass_deadline(part)
        part.date_completed = fields.Datetime.subtract(part.date_completed, days=400)
        self._mature()
        self.assertEqual(self._keys(), ['balance', 'deposit'])
        self._statement()
        self.assertEqual(self._keys(), ['statements', 'deposit'])
        self._pay_out()
        self.assertEqual(self._keys(), ['deposit'])
        with self.assertRaisesRegex(UserError, "Deposit that is not given back"):
            leaving.action_close("Done")

    def test_a_return_keeps_the_deposit(self):
        order = self._paid()
        part = order.marketplace_order_ids
        leaving = self._start()
        clerk = part.merchant_id.member_ids.filtered('role_orders').user_id[:1]
        part.with_user(clerk).portal_accept()
        part.with_user(clerk).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        line = part.line_ids.filtered('product_id')[0]
        part.with_user(self.shopper).portal_request_return('refund_only', "Small", {line.id: 1})
        obstacles = {item['key']: item for item in self.merchant_a._exit_obstacles()}
        self.assertEqual(obstacles['returns']['ids'], part.return_ids.ids)
        self.assertTrue(obstacles['returns']['holds_deposit'])
        self._days_pass(leaving, 30)
        self.assertEqual(self.merchant_a.deposit_balance, 1000.0)

    # === DEPOSIT === #

    def test_the_deposit_is_booked_and_reaches_the_bank(self):
        leaving = self._start()
        self.assertEqual(self.merchant_a.deposit_required, 0.0)
        self._days_pass(leaving, 30)
        release = self.merchant_a.deposit_movement_ids.filtered(lambda m: m.kind == 'release')
        self.assertRecordValues(release, [{
            'amount': -500.0, 'exit_release_id': leaving.release_ids[0].id,
        }])  # fmt: skip
        self.assertEqual(self._balances(release.move_id), {
            self.company.marketplace_deposit_account_id: 500.0,
            self.company.marketplace_clearing_account_id: -500.0,
        })
        self.assertEqual(self._wallet().available, 500.0)
        self.assertBooksAgree()
        leaving.sudo()._process_deadline()
        self.assertEqual(self.merchant_a.deposit_balance, 500.0)
        statement = self._statement()
        self.assertEqual(statement.amount_net, 500.0)
        self.assertBooksAgree()
        self._days_pass(leaving, 90)
        self._statement()
        self._pay_out()
        self.assertEqual(self._wallet().paid, 1000.0)
        for name in ('deposit', 'clearing', 'payable'):
            account = self.company[f'marketplace_{name}_account_id']
            self.assertEqual(self._ledger(account, self.merchant_a), 0.0)
        self.assertBooksAgree()
        self.assertFalse(self._keys())
        leaving.action_close("All settled")
        self.assertEqual(self.merchant_a.state, 'closed')

    def test_the_deposit_waits_for_open_orders(self):
        order = self._paid()
        leaving = self._start()
        self._days_pass(leaving, 30)
        self.assertEqual(self.merchant_a.deposit_balance, 1000.0)
        self._complete(order)
        self._days_pass(leaving, 30)
        self.assertEqual(self.merchant_a.deposit_balance, 500.0)

    def test_a_debt_is_made_good_by_the_deposit(self):
        order = self._paid()
        self._settle(order)
        part = order.marketplace_order_ids
        part._refund({part.line_ids.filtered('product_id')[0]: 1.0}, "Recalled", part)
        leaving = self._start()
        debt = -self._wallet().debt
        self.assertGreater(debt, 0.0)
        obstacle = self.merchant_a._exit_obstacles()[0]
        self.assertEqual((obstacle['key'], obstacle['amount']), ('debt', debt))
        self._days_pass(leaving, 30)
        self.assertEqual(self._wallet().debt, 0.0)
        statement = self._statement()
        self.assertAlmostEqual(statement.amount_net, 500.0 - debt)
        self._pay_out()
        self.assertBooksAgree()

    def test_a_debt_beyond_the_deposit_is_paid_in(self):
        leaving = self._start()
        self._days_pass(leaving, 90)
        self.assertEqual(self.merchant_a.deposit_missing, 0.0)
        Entry = self.env['marketplace.balance.entry']
        Entry._book(self.merchant_a, 'penalty', -1300.0, "Recall", leaving, None)
        self.merchant_a.invalidate_recordset()
        self.assertEqual(self.merchant_a.deposit_missing, 300.0)
        with self.assertRaisesRegex(UserError, "the merchant pays.*300.00.* on the page “Deposit”"):
            leaving.action_close("All settled")
        transaction = self._transaction(
            300.0, self.merchant_a.partner_id, deposit_merchant_id=self.merchant_a.id
        )
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(self.merchant_a.deposit_balance, 300.0)
        leaving.sudo()._process_deadline()
        self.assertEqual(leaving.release_ids.mapped('amount'), [500.0, 500.0, 300.0])
        self.merchant_a.invalidate_recordset()
        self.assertEqual(self.merchant_a.deposit_missing, 0.0)
        self.assertEqual(self._wallet().debt, 0.0)
        self.assertNotIn('debt', self._keys())
        statement = self._statement()
        self.assertRecordValues(statement, [{'amount_net': 0.0, 'state': 'paid'}])
        self.assertEqual(len(statement.entry_ids), 4)
        self.assertFalse(self.env['marketplace.statement']._generate(self.today, self.merchant_a))
        self.assertBooksAgree()
        leaving.action_close("All settled")

    @mute_logger('odoo.sql_db')
    def test_a_release_is_booked_once(self):
        leaving = self._start()
        self._days_pass(leaving, 30)
        with self.assertRaisesRegex(Exception, 'exit_release'), self.env.cr.savepoint():
            self.env['marketplace.deposit.movement'].sudo()._release(
                leaving.sudo().release_ids[0], 1.0
            )

    def test_the_entry_of_a_release_stays_as_it_is(self):
        self._days_pass(self._start(), 30)
        move = self.merchant_a.deposit_movement_ids.filtered(lambda m: m.kind == 'release').move_id
        with self.assertRaises(UserError):
            move.button_draft()
