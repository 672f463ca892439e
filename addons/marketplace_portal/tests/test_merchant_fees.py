# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.back_office import leave_out_background_blur

from .merchant_common import MerchantCommon

PATH = '/my/merchant/fees'


@tagged('post_install', '-at_install')
class TestMerchantFees(MerchantCommon):

    def test_the_schedule_shows_what_counts_and_what_comes(self):
        rule = self._rule(
            percent=7.5, merchant_id=self.merchant_a.id,
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

    def test_the_schedule_shows_the_amounts_of_each_currency(self):
        abroad = self._currency('XTA', 2.0)
        self._rule(percent=7.5, merchant_id=self.merchant_a.id, amount_ids=[
            self._amounts(minimum=0.5), self._amounts(abroad, fixed=1.5, maximum=30.0),
        ])  # fmt: skip
        page = self._html(PATH, self.finance_a)
        lines = page.xpath('//table[1]//td[@label="Fee"]/div/div/text()')
        home = self.currency
        self.assertEqual(lines[:4], [
            "7.5 %",
            f"For sales in {home.name}: at least {home.format(0.5)}",
            f"For sales in XTA: plus {abroad.format(1.5)} per order line,"
            f" at most {abroad.format(30.0)}",
            f"For sales in other currencies: as in {home.name}, by the exchange rate of the day",
        ])

    def test_a_manager_announces_fees_and_the_merchant_reads_them(self):
        """113 at 8 % are 9.04, at 9 % 10.17; the new fees begin after the days of notice."""
        leave_out_background_blur(self.env)
        abroad = self._currency('XTA', 2.0)
        self._order()
        self.start_tour('/odoo', 'marketplace_staff_manager_commission', login=self.maker.login)
        self.env.invalidate_all()
        rule = self.env['marketplace.commission.rule'].search([('replaces_id', '=', self.rule.id)])
        days = self.company.marketplace_commission_notice_days
        self.assertRecordValues(rule, [{
            'state': 'active', 'percent': 9.0, 'version': 2,
            'date_from': fields.Date.add(self.company._marketplace_today(), days=days),
        }])  # fmt: skip
        self.assertRecordValues(rule.amount_ids, [
            {'currency_id': self.currency.id, 'minimum': 2.0, 'maximum': 0.0},
            {'currency_id': abroad.id, 'minimum': 0.0, 'maximum': 15.0},
        ])
        self.assertRecordValues(rule.bracket_ids, [{'amount_from': 150.0, 'percent': 5.0}])
        self.start_tour('/my', 'marketplace_merchant_fees', login=self.finance_a.login)

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
