# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyChecker(MoneyCommon):

    def _break(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    def _found(self):
        return {finding['invariant'] for finding in self.env['marketplace.checker']._check()}

    def _statement_of_example(self):
        order = self._paid()
        self._complete(order)
        return self._statement()

    def test_a_cent_on_the_clearing_account_is_found(self):
        order = self._paid()
        line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency + 0.01 WHERE id = %s",
            line.id,
        )
        self.assertEqual(self._found(), {'clearing', 'booked_once'})

    def test_an_item_without_a_merchant_is_found(self):
        order = self._paid()
        line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
        self._break("UPDATE account_move_line SET merchant_id = NULL WHERE id = %s", line.id)
        self.assertIn('owner', self._found())

    def test_a_cent_on_the_payable_account_is_found(self):
        statement = self._statement_of_example()
        line = statement._payable_items()[:1]
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency + 0.01 WHERE id = %s",
            line.id,
        )
        self.assertEqual(self._found(), {'payable', 'statement_moves'})

    def test_a_cent_on_a_statement_is_found(self):
        statement = self._statement_of_example()
        self._break(
            "UPDATE marketplace_statement SET amount_net = amount_net + 0.01 WHERE id = %s",
            statement.id,
        )
        self.assertEqual(self._found(), {'statement', 'statement_moves', 'payable'})

    def test_a_cent_on_a_fee_invoice_is_found(self):
        statement = self._statement_of_example()
        self._break(
            "UPDATE account_move SET amount_total = amount_total + 0.01 WHERE id = %s",
            statement.fee_move_id.id,
        )
        self.assertEqual(self._found(), {'commission'})

    def test_a_cent_in_a_wallet_is_found(self):
        self._complete(self._paid())
        for column in ('available', 'held', 'in_transit', 'paid'):
            self._break(
                f"UPDATE marketplace_wallet SET {column} = {column} + 0.01 WHERE merchant_id = %s",
                self.merchant_a.id,
            )
            self.assertEqual(self._found(), {'wallet'})
            self._break(
                f"UPDATE marketplace_wallet SET {column} = {column} - 0.01 WHERE merchant_id = %s",
                self.merchant_a.id,
            )
        self.assertBooksAgree()

    def test_a_missing_wallet_is_found(self):
        self._complete(self._paid())
        self._break("DELETE FROM marketplace_wallet WHERE merchant_id = %s", self.merchant_a.id)
        self.assertEqual(self._found(), {'wallet_missing'})

    def test_a_cent_on_a_payout_is_found(self):
        order = self._paid()
        payout = self._settle(order).payout_id
        self._break(
            "UPDATE marketplace_payout SET amount = amount + 0.01 WHERE id = %s", payout.id
        )
        self.assertEqual(self._found(), {'payout'})

    def test_a_cent_on_a_frozen_line_is_found(self):
        order = self._paid()
        self._break(
            "UPDATE sale_order_line SET marketplace_amount = marketplace_amount + 0.01"
            " WHERE id = %s",
            order.order_line[:1].id,
        )
        self.assertEqual(self._found(), {'frozen'})

    def test_a_difference_stops_payouts_until_it_is_gone(self):
        self._statement_of_example()
        batch = self._batch()
        change = "UPDATE marketplace_wallet SET paid = paid + %s WHERE merchant_id = %s"
        self._break(change, 0.01, self.merchant_a.id)
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            self.env['marketplace.checker']._cron_check()
        with self.assertRaisesRegex(UserError, "Reconciliation"):
            batch.with_user(self.approver).action_approve()
        self._break(change, -0.01, self.merchant_a.id)
        self.env['marketplace.checker']._cron_check()
        batch.with_user(self.approver).action_approve()

    def test_the_screen_shows_the_documents(self):
        self._complete(self._paid())
        Screen = self.env['marketplace.reconciliation'].with_user(self.officer)
        clean = Screen.browse(Screen.action_check()['res_id'])
        self.assertTrue(clean.is_clean)
        self.assertTrue(clean.invariant_ids)
        self._break(
            "UPDATE marketplace_wallet SET paid = paid + 0.01 WHERE merchant_id = %s",
            self.merchant_a.id,
        )
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            found = Screen.browse(Screen.action_check()['res_id'])
        self.assertEqual(found.line_ids.document_count, 1)
        action = found.line_ids.action_open_documents()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), self._wallet())
