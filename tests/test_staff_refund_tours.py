# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Finance at work on refunds, by clicking: those that no provider makes, and those in the dark."""

from unittest.mock import patch

from journey_common import StaffTourCase

from odoo.tests import tagged

from odoo.addons.marketplace_settlement.tests.money_common import hang


@tagged('post_install', '-at_install')
class TestStaffRefundTours(StaffTourCase):

    def _refused_part(self):
        """Return a paid part that its merchant refuses: 113.00 have to go back."""
        merchant = self._become_merchant()
        order = self._buy({self._list_product(merchant, "Journey Tea Set", 113): 1})
        part = self._part(order, merchant)
        part.with_user(self._owner(merchant)).portal_refuse("Sold out")
        return part

    def _credit_note(self, part):
        return part.line_ids.invoice_lines.move_id.filtered(
            lambda move: move.move_type == 'out_refund'
        )

    def test_an_accountant_pays_a_refund_by_hand(self):
        self.patch(
            self.env.registry['payment.transaction'], '_marketplace_refundable', lambda *args: 0.0
        )
        credit_note = self._credit_note(self._refused_part())
        self.assertEqual(credit_note.payment_state, 'not_paid')
        self.assertTrue(credit_note.activity_ids)
        self._click_through('refund_by_hand', self.accountant)
        self.assertIn(credit_note.payment_state, ('in_payment', 'paid'))
        self.assertFalse(credit_note.activity_ids)
        self.assertBooksAgree()

    def test_a_manager_finds_out_what_became_of_a_refund(self):
        part = self._refused_part()
        refund = self._credit_note(part).transaction_ids.filtered(
            lambda tx: tx.operation == 'refund'
        )
        self.patch(self.env.registry['payment.transaction'], '_send_refund_request', hang)
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', return_value=60.0):
            refund._cron_marketplace_send_refunds()
        self.assertEqual(refund.marketplace_refund_state, 'unknown')
        self._click_through('refund_outcome', self.finance_manager)
        self.assertEqual(refund.state, 'done')
        self.assertIn("Paid today", refund.state_message)
        self.assertIn(self._credit_note(part).payment_state, ('in_payment', 'paid'))
        self.assertBooksAgree()
