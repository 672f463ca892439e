# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.tests import tagged

from .merchant_common import MerchantCommon

PATH = '/my/merchant/fees'


@tagged('post_install', '-at_install')
class TestMerchantFees(MerchantCommon):

    def test_the_schedule_shows_what_counts_and_what_comes(self):
        rule = self._rule(
            percent=7.5, merchant_id=self.merchant_a.id, minimum=0.5,
            bracket_ids=[Command.create({'amount_from': 10000.0, 'percent': 5.0})],
        )
        action = rule.with_user(self.maker).action_replace()
        draft = rule.with_user(self.maker).browse(action['res_id'])
        draft.percent = 9.25
        draft.action_publish()
        self._rule(percent=3.21, merchant_id=self.merchant_b.id)
        page = self._page(PATH, self.finance_a.login)
        self.assertIn("7.5 %, above", page)
        self.assertIn("9.25 %", page)
        self.assertIn("All your goods", page)
        self.assertNotIn("3.21 %", page)
        self.assertNotIn(f"{self.rule.percent:g} %,", page)

    def test_drafts_are_not_shown(self):
        self.env['marketplace.commission.rule'].create({
            'percent': 6.66, 'merchant_id': self.merchant_a.id,
        })
        self.assertNotIn("6.66 %", self._page(PATH, self.finance_a.login))

    def test_only_who_handles_the_money_sees_the_fees(self):
        self.assertEqual(self._status(PATH, self.finance_a.login), 200)
        self.assertNotEqual(self._status(PATH, self.clerk_a.login), 200)

    def test_the_order_page_says_why(self):
        part = self._part(self._paid())
        page = self._page(f'/my/merchant/orders/{part.id}', self.owner_a.login)
        self.assertIn("113.00 × 8 % = ", page)
        self.assertIn("No commission is charged on this freight.", page)
