# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestExit(ComplaintCommon):

    def _complaints(self):
        return [
            item for item in self.merchant_a._exit_obstacles() if item['key'] == 'complaints'
        ]

    def test_an_open_complaint_keeps_a_merchant_and_its_deposit(self):
        self.assertFalse(self._complaints())
        complaint = self._complain()
        (item,) = self._complaints()
        self.assertEqual((item['model'], item['ids']), (complaint._name, complaint.ids))
        self.assertTrue(item['holds_deposit'])
        complaint.with_user(self.shopper).portal_withdraw()
        self.assertFalse(self._complaints())
