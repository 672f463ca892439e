# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon
from odoo.addons.marketplace_settlement.tests.money_common import MoneyCommon

# Half of the worked example's 123: 56.50 of the goods and 5.00 of the freight.
HALF = 61.5
# The merchant gives that back, less the commission of 8 % on 56.50, which returns as well.
LOST = 56.98


@tagged('post_install', '-at_install')
class TestComplaintRefund(ComplaintCommon, MoneyCommon):
    """The money of a complaint: it waits, and it is given back once."""

    @classmethod
    def _parcel(cls):
        """Return merchant A's part of a new order, paid and shipped."""
        part = cls._part(cls._paid())
        part.with_user(cls.clerk_a).portal_accept()
        part.with_user(cls.clerk_a).portal_ship("SF Express", "SF100200")
        return part

    def setUp(self):
        super().setUp()
        self.sale_order = self.order.sale_order_id

    # === WAITING === #

    def test_the_orders_money_waits_until_the_decision_is_carried_out(self):
        complaint = self._decided(amount=HALF)
        self._complete(self.sale_order)
        self.assertFalse(self._entries(self.sale_order, 'available'))
        complaint.action_execute()
        self._mature()
        self.assertEqual(self._wallet().available, 113.96 - LOST)

    def test_the_orders_money_is_free_after_a_withdrawal(self):
        complaint = self._complain()
        self._complete(self.sale_order)
        self.assertFalse(self._entries(self.sale_order, 'available'))
        complaint.with_user(self.shopper).portal_withdraw()
        self._mature()
        self.assertEqual(self._wallet().available, 113.96)

    def test_what_was_available_is_held_and_released(self):
        self._complete(self.sale_order)
        complaint = self._complain()
        self.assertEqual((self._wallet().available, self._wallet().held), (0.0, 113.96))
        complaint.with_user(self.shopper).portal_withdraw()
        self.assertEqual((self._wallet().available, self._wallet().held), (113.96, 0.0))
        self.assertBooksAgree()

    # === REFUND === #

    def test_the_refund_is_a_credit_note_that_the_next_statement_counts(self):
        complaint = self._decided(amount=HALF)
        complaint.action_execute()
        credit_note = complaint.sudo().remedy_ids.refund_move_ids
        self.assertRecordValues(
            credit_note, [{'move_type': 'out_refund', 'state': 'posted', 'amount_total': HALF}]
        )
        self.assertIn(complaint.name, credit_note.ref)
        self.assertEqual(self._entries(self.sale_order), {
            'sale': 113.0, 'shipping': 10.0, 'commission': -9.04,
            'sale_refund': -56.5, 'shipping_refund': -5.0, 'commission_refund': 4.52,
        })  # fmt: skip
        statement = self._settle(self.sale_order)
        self.assertRecordValues(
            statement, [{'amount_gross': HALF, 'amount_fee': 4.52, 'amount_net': LOST}]
        )
        self.assertBooksAgree()

    def test_the_shopper_is_refunded_through_the_provider(self):
        complaint = self._decided(amount=HALF)
        with self._provider_refunds():
            complaint.action_execute()
        refund = self.sale_order.transaction_ids.child_transaction_ids
        self.assertRecordValues(refund, [{'amount': -HALF, 'state': 'done'}])

    def test_a_refund_after_the_payout_is_a_debt_that_the_next_statement_recovers(self):
        self._settle(self.sale_order)
        complaint = self._decided(amount=HALF)
        complaint.action_execute()
        self.assertEqual(self._wallet().debt, -LOST)
        statement = self._settle(self._paid())
        self.assertEqual(statement.amount_net, self.currency.round(113.96 - LOST))
        self.assertEqual(self._wallet().debt, 0.0)
        self.assertBooksAgree()

    def test_a_refund_that_the_marketplace_bears_costs_the_merchant_nothing(self):
        complaint = self._plan(self._in_arbitration(), HALF)
        complaint.remedy_ids.liability = 'platform'
        complaint.action_decide()
        self.assertIn("borne by the marketplace", complaint.message_line_ids[-1].body)
        complaint.action_execute()
        self.assertEqual(self.order.amount_refunded, HALF)
        self.assertEqual(self._entries(self.sale_order)['adjustment'], LOST)
        statement = self._settle(self.sale_order)
        self.assertEqual(statement.amount_net, 113.96)
        expense = self.company.marketplace_subsidy_account_id
        self.assertEqual(self._balances(statement.move_id)[expense], LOST)
        self.assertBooksAgree()

    # === ONCE === #

    def test_a_decision_refunds_once(self):
        complaint = self._decided(amount=HALF)
        self.assertFalse(self.order.amount_refunded)
        complaint.action_execute()
        self.assertEqual(self.order.amount_refunded, HALF)
        with self.assertRaises(UserError):
            complaint.action_execute()
        complaint.sudo().remedy_ids._execute()
        self.assertEqual(self.order.amount_refunded, HALF)

    def test_a_refund_that_fails_leaves_the_decision_to_be_reconsidered(self):
        complaint = self._decided(amount=100.0)
        self.order._refund_amount(50.0, "By the accountant", self.order)
        with self.assertRaisesRegex(UserError, "left to refund"), self.env.cr.savepoint():
            complaint.action_execute()
        self.assertEqual(complaint.state, 'decided')
        self.assertEqual(complaint.sudo().hold_id.state, 'active')
        complaint.action_reconsider("Half was refunded already.")
        complaint.remedy_ids.amount = 50.0
        complaint.action_decide()
        complaint.action_execute()
        self.assertEqual(self.order.amount_refunded, 100.0)

    def test_a_remedy_that_was_carried_out_is_fixed_even_for_the_superuser(self):
        complaint = self._decided().sudo()
        complaint.action_execute()
        for action in (
            lambda: complaint.remedy_ids.write({'amount': 50.0}),
            complaint.remedy_ids.unlink,
        ):
            with self.assertRaisesRegex(UserError, "carried out already"):
                action()
        with self.assertRaises(UserError):
            complaint.remedy_ids.write({'state': 'draft'})

    @mute_logger('odoo.sql_db')
    def test_a_decision_has_one_refund(self):
        complaint = self._plan(self._in_arbitration())
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            complaint.remedy_ids.sudo().copy()

    @mute_logger('odoo.sql_db')
    def test_amounts_make_sense(self):
        complaint = self._plan(self._in_arbitration())
        for amount in (0.0, -5.0):
            with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
                complaint.remedy_ids.amount = amount
                self.env.flush_all()
