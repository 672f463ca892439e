# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.payment.models.payment_provider import PaymentProvider
from odoo.addons.payment.models.payment_transaction import PaymentTransaction

from .money_common import MoneyCommon, hang


def _refuse(transaction):
    try:
        response = requests.Response()
        response.status_code = 400
        response.raise_for_status()
    except requests.HTTPError:
        raise ValidationError("The card is closed.")  # noqa: B904


@tagged('post_install', '-at_install')
class TestRefundOutbox(MoneyCommon):
    """Refunds by providers leave after the commit, each once (T2, I22)."""

    def setUp(self):
        super().setUp()
        self.asked = []

        def features(providers):
            providers.update({
                'support_express_checkout': False, 'support_manual_capture': False,
                'support_tokenization': False, 'support_refund': 'partial',
            })  # fmt: skip

        self.startPatcher(
            patch.object(PaymentProvider, '_compute_feature_support_fields', features)
        )
        self.provider.invalidate_recordset()

    def _provider(self, answer):
        """Let the provider answer so from now on."""

        def request(transaction):
            self.asked.append(transaction.reference)
            return answer(transaction)

        self.startPatcher(patch.object(PaymentTransaction, '_send_refund_request', request))

    def _credit(self, amount=50.0):
        part = self._part(self._paid())
        return part._refund_amount(amount, "Late", part)

    def _refund(self, credit_note):
        return credit_note.transaction_ids.filtered(lambda tx: tx.operation == 'refund')

    def test_nothing_is_asked_in_the_transaction_that_decides(self):
        self._provider(lambda tx: tx._set_done())
        credit_note = self._credit()
        refund = self._refund(credit_note)
        self.assertEqual(self.asked, [])
        self.assertRecordValues(
            refund, [{'state': 'draft', 'marketplace_refund_state': 'queued', 'amount': -50.0}]
        )
        self._send_refunds()
        self._send_refunds()
        self.assertEqual(self.asked, [refund.reference])
        self.assertEqual(refund.state, 'done')
        refund._post_process()
        self.assertEqual(credit_note.payment_state, 'paid')
        self.assertFalse(credit_note.activity_ids)
        self.assertBooksAgree()

    def test_what_waits_counts_as_refunded(self):
        credit_note = self._credit(100.0)
        source = self._refund(credit_note).source_transaction_id
        self.assertEqual(source._marketplace_refundable(50.0), 23.0)

    def test_a_refusal_becomes_a_task(self):
        self._provider(_refuse)
        credit_note = self._credit()
        self._send_refunds()
        self.assertEqual(self._refund(credit_note).state, 'error')
        self.assertEqual(len(credit_note.activity_ids), 1)
        self.assertIn("closed", credit_note.activity_ids.note)

    def test_a_refusal_that_comes_late_becomes_a_task(self):
        self._provider(lambda tx: tx._set_pending())
        credit_note = self._credit()
        self._send_refunds()
        refund = self._refund(credit_note)
        self.assertEqual(refund.state, 'pending')
        self.assertFalse(credit_note.activity_ids)
        refund._set_error("Bounced")
        refund._set_error("Bounced")
        self.assertEqual(len(credit_note.activity_ids), 1)

    def test_no_answer_is_not_asked_again_but_found_out(self):
        self._provider(hang)
        credit_note = self._credit()
        self._send_refunds()
        self._send_refunds()
        refund = self._refund(credit_note)
        self.assertEqual(self.asked, [refund.reference])
        self.assertRecordValues(
            refund, [{'state': 'draft', 'marketplace_refund_state': 'unknown'}]
        )
        self.assertIn("Find out", credit_note.activity_ids.summary)
        for user in (self.officer, self.finance_a):
            with self.assertRaises(AccessError):
                refund.with_user(user).action_marketplace_refund_done("Seen")
        manager = refund.with_user(self.approver)
        with self.assertRaises(UserError):
            manager.action_marketplace_refund_done(" ")
        manager.action_marketplace_refund_done("The provider's page shows it")
        self.assertEqual(credit_note.payment_state, 'paid')
        self.assertFalse(credit_note.activity_ids, "The task is done")
        with self.assertRaises(UserError):
            manager.action_marketplace_refund_failed("No")
        self.assertBooksAgree()

    def test_an_unknown_one_that_failed_is_paid_by_hand(self):
        self._provider(hang)
        credit_note = self._credit()
        self._send_refunds()
        self._refund(credit_note).with_user(self.approver).action_marketplace_refund_failed("No")
        task = self.env.ref('marketplace_settlement.mail_activity_refund')
        self.assertIn(task, credit_note.activity_ids.activity_type_id)
        self.assertNotIn("Find out", credit_note.activity_ids.summary)
        self.assertEqual(credit_note.payment_state, 'not_paid')
        self._register_payment(credit_note)
        self.assertNotIn(task, credit_note.activity_ids.activity_type_id)

    def test_who_died_while_asking_asks_nobody_again(self):
        self._provider(lambda tx: tx._set_done())
        refund = self._refund(self._credit())
        refund.write({
            'marketplace_refund_state': 'sent',
            'marketplace_attempted_on': fields.Datetime.now() - timedelta(hours=1),
        })
        self._send_refunds()
        self.assertEqual(self.asked, [])
        self.assertEqual(refund.marketplace_refund_state, 'unknown')

    def test_nobody_types_a_refund_back_into_the_queue(self):
        refund = self._refund(self._credit())
        with self.assertRaises(AccessError):
            refund.with_user(self.approver).write({'marketplace_refund_state': 'queued'})

    # === WHAT WAS CANCELLED BEFORE IT WAS PAID === #

    def test_money_for_a_part_that_was_cancelled_before_goes_back(self):
        self._provider(lambda tx: tx._set_done())
        order = self._cart_with_freight({self.bowl: 1, self.vase: 1})
        transaction = self._transaction(
            order.amount_total, order.partner_id, sale_order_ids=[(6, 0, order.ids)]
        )
        transaction._set_pending()
        order.action_confirm()
        part = order.marketplace_order_ids.filtered(lambda o: o.merchant_id == self.merchant_b)
        part._move_to('cancelled', reason="Sold out", system=True)
        transaction._set_done()
        transaction._post_process()
        refund = transaction.child_transaction_ids
        left_out = sum(part.line_ids.mapped('marketplace_amount'))
        self.assertRecordValues(refund, [{'operation': 'refund', 'amount': -left_out}])
        self._send_refunds()
        refund._post_process()
        items = transaction.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable'
        )
        self.assertTrue(all(items.mapped('reconciled')))
        transaction._post_process()
        self.assertEqual(transaction.child_transaction_ids, refund)
        self.assertBooksAgree()

    def test_a_provider_that_cannot_leaves_a_task(self):
        self.startPatcher(patch.object(
            self.env.registry['payment.transaction'], '_marketplace_refundable', lambda *args: 0.0
        ))
        order = self._cart_with_freight({self.bowl: 1, self.vase: 1})
        order.action_confirm()
        order.marketplace_order_ids[0]._move_to('cancelled', reason="Sold out", system=True)
        transaction = self._pay(order)
        self.assertEqual(len(transaction.payment_id.move_id.activity_ids), 1)

    def test_an_order_that_is_invoiced_in_full_gives_nothing_back(self):
        transaction = self._pay(self._cart_with_freight({self.bowl: 1}))
        self.assertFalse(transaction.child_transaction_ids)
