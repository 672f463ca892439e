# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_settlement.tests.money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestReturnCase(MoneyCommon):
    """What shopper and merchant don't agree on is decided once, as a complaint."""

    def _escalated(self):
        part = self._part(self._paid())
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", f"SF{part.id}")
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'return_refund', "It has a crack", {part._goods_lines().id: 1}
            )
        )
        request.with_user(self.clerk_a).portal_reject("It was fine")
        request.with_user(self.shopper).portal_escalate("It was not")
        return request

    def test_the_complaint_decides(self):
        request = self._escalated()
        complaint = request.complaint_id
        self.assertRecordValues(complaint, [{
            'order_id': request.order_id.id, 'kind': 'after_sales', 'state': 'merchant_response',
        }])
        self.assertTrue(complaint.hold_id)
        with self.assertRaisesRegex(UserError, complaint.name):
            request.with_user(self.manager).action_refund(reason="Yes")
        arbitrator = self.env['res.users'].create({
            'name': "Arbitrator", 'login': 'return_arbitrator',
            'group_ids': [(6, 0, self.env.ref('marketplace_risk.group_arbitrator').ids)],
            'company_id': self.company.id, 'company_ids': [(6, 0, self.company.ids)],
        })
        complaint.with_user(self.clerk_a).portal_reply("It was fine when it left.")
        complaint.with_user(self.shopper).portal_escalate()
        as_arbitrator = complaint.with_user(arbitrator)
        as_arbitrator.action_take()
        as_arbitrator.write({
            'decision': "The photo shows a crack.",
            'remedy_ids': [(0, 0, {'kind': 'refund', 'amount': 100.0})],
        })
        as_arbitrator.action_decide()
        as_arbitrator.action_execute()
        self.assertRecordValues(request, [{'state': 'refunded', 'amount_refunded': 100.0}])
        self.assertEqual(request.order_id.amount_refunded, 100.0)
        self.assertBooksAgree()

    def test_a_withdrawn_complaint_ends_the_return(self):
        request = self._escalated()
        request.complaint_id.with_user(self.shopper).portal_withdraw()
        self.assertEqual(request.state, 'rejected')
        self.assertFalse(request.order_id.amount_refunded)
