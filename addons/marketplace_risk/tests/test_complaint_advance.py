# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_risk.tests.common import ComplaintCommon
from odoo.addons.marketplace_settlement.tests.money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestComplaintAdvance(ComplaintCommon, MoneyCommon):
    """A decision that goes beyond the price: the shopper is compensated in advance."""

    @classmethod
    def _parcel(cls):
        part = cls._part(cls._paid())
        part.with_user(cls.clerk_a).portal_accept()
        part.with_user(cls.clerk_a).portal_ship("SF Express", "SF100300")
        return part

    def _compensated(self, amount, **values):
        complaint = self._in_arbitration().with_user(self.arbitrator)
        complaint.action_take()
        complaint.write({
            'decision': "The lamp burnt the table.",
            'remedy_ids': [Command.create({'kind': 'compensation', 'amount': amount, **values})],
        })
        complaint.action_decide()
        complaint.action_execute()
        return complaint.sudo()

    def test_a_compensation_beyond_the_price_is_paid_in_advance(self):
        complaint = self._compensated(300.0)
        advance = complaint.remedy_ids.advance_id
        self.assertRecordValues(advance, [{
            'state': 'booked', 'amount': 300.0, 'merchant_id': self.merchant_a.id,
            'order_id': self.order.id, 'liability': 'merchant',
            'case_name': complaint.display_name,
        }])  # fmt: skip
        self.assertEqual(advance.case_ref, complaint)
        self.assertEqual(advance.entry_id.amount, -300.0)
        self.assertEqual(advance.move_id.amount_total, 300.0)
        self.assertEqual(complaint.refund_amount, 0.0)
        self.assertEqual(self._wallet().debt, -300.0)
        self.assertBooksAgree()

    def test_a_large_one_waits_for_a_finance_manager(self):
        self.company.marketplace_advance_direct = 100.0
        advance = self._compensated(100.01).remedy_ids.advance_id
        self.assertRecordValues(advance, [{'state': 'proposed', 'move_id': False}])
        advance.with_user(self.approver).action_approve()
        self.assertEqual(advance.move_id.state, 'posted')
        self.assertBooksAgree()

    def test_the_cap_of_a_case_is_told_before_anything_is_paid(self):
        self.company.marketplace_advance_case_cap = 200.0
        with self.assertRaisesRegex(UserError, "one case"):
            self._compensated(200.01)
        self.assertFalse(self.env['marketplace.advance'].search([
            ('merchant_id', '=', self.merchant_a.id), ('state', '=', 'booked'),
        ]))  # fmt: skip

    def test_complaints_count_as_disputes_of_the_deposit(self):
        self.company.marketplace_deposit_min_orders = 1
        Requirement = self.env['marketplace.deposit.requirement']
        complaint = self._complain()
        Requirement._compute_requirements(self.merchant_a)
        row = Requirement._latest(self.merchant_a)
        self.assertEqual((row.order_count, row.disputed_count), (1, 1))
        complaint.with_user(self.shopper).portal_withdraw()
        Requirement._compute_requirements(self.merchant_a)
        row.invalidate_recordset()
        self.assertEqual((row.order_count, row.disputed_count), (1, 0))
