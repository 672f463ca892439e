# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestTierMetrics(ComplaintCommon):

    def _rate(self, merchant=None):
        return (merchant or self.merchant_a)._tier_metrics()['complaint_rate']

    def test_share_of_sent_orders_with_a_complaint(self):
        self.assertEqual(self._rate(), 0)
        complaint = self._complain()
        self.assertEqual(self._rate(), 100)
        self._parcel()
        self.assertEqual(self._rate(), 50)
        complaint.with_user(self.shopper).portal_withdraw()
        self.assertEqual(self._rate(), 0)

    def test_an_order_counts_once_however_many_complaints_it_has(self):
        closed = self._complain()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_complaint SET state = 'closed' WHERE id = %s", [closed.id]
        )
        self.env.invalidate_all()
        self._complain()
        self.assertEqual(self._rate(), 100)

    def test_old_orders_and_those_of_others_do_not_count(self):
        self._complain()
        self.order.date_shipped = fields.Datetime.subtract(fields.Datetime.now(), months=13)
        self.assertIsNone(self._rate())
        self.assertIsNone(self._rate(self.merchant_b))
