# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.back_office import leave_out_background_blur

from .merchant_common import MerchantCommon

TIER_PATH = '/my/merchant/tier'


@tagged('post_install', '-at_install')
class TestMerchantTier(MerchantCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.basic = cls.env.ref('marketplace_merchant.tier_basic')
        cls.growth = cls.env.ref('marketplace_merchant.tier_growth')
        cls.manager = cls.env['res.users'].search([('login', '=', 'orders_manager')])
        cls.env['marketplace.tier.test'].search([]).unlink()
        cls.env['marketplace.tier.test'].create({
            'tier_id': cls.growth.id, 'metric': 'sales_12m', 'threshold': 246,
        })  # fmt: skip

    def _tests(self, page, purpose):
        nodes = page.xpath(f'//*[contains(@class, "o_tier_{purpose}")]')
        return [" ".join(node.text_content().split()) for node in nodes]

    def test_distance_to_the_next_tier(self):
        part = self._part(self._paid())
        self._complete(part.sale_order_id)
        part.date_completed = fields.Datetime.now()
        page = self._html(TIER_PATH, self.finance_a)
        entry, = self._tests(page, 'entry')
        self.assertIn("123.00 to go", entry)
        self.assertIn("at least", entry)
        self.assertEqual(page.xpath('//*[@role="progressbar"]/@aria-valuenow'), ['50'])
        self.assertFalse(self._tests(page, 'stay'))
        self.assertIn("Growth", self._text(page, 'o_merchant_content'))

    def test_reached_and_the_review_brings_it_up(self):
        for _index in range(2):
            part = self._part(self._paid())
            self._complete(part.sale_order_id)
            part.date_completed = fields.Datetime.now()
        self.merchant_a.tier_since = fields.Date.subtract(fields.Date.today(), months=12)
        self.assertIn("Reached", self._tests(self._html(TIER_PATH, self.owner_a), 'entry')[0])
        run = self.env['marketplace.tier.run'].with_user(self.manager)
        run.browse(run.action_open_current()['res_id']).action_apply()
        page = self._html(TIER_PATH, self.owner_a)
        self.assertIn("Reaches what Growth takes", self._text(page, 'o_merchant_table'))
        self.assertIn("We invite merchants into this tier", self._text(page, 'o_merchant_content'))

    def test_a_pin_is_shown_without_its_reason(self):
        self.env['marketplace.tier.pin'].with_user(self.manager).create({
            'merchant_id': self.merchant_a.id, 'tier_id': self.merchant_a.tier_id.id,
            'until': fields.Date.add(fields.Date.today(), days=9), 'reason': "Between us",
        })  # fmt: skip
        page = self._page(TIER_PATH, self.finance_a.login)
        self.assertIn("We keep you in this tier until", page)
        self.assertNotIn("Between us", page)

    def test_a_manager_applies_the_review(self):
        leave_out_background_blur(self.env)
        part = self._part(self._paid({self.bowl: 3}))
        self._complete(part.sale_order_id)
        part.date_completed = fields.Datetime.now()
        self.merchant_a.tier_since = fields.Date.subtract(fields.Date.today(), months=12)
        run = self.env['marketplace.tier.run']._open_run(self.company)
        run._preview()
        self.start_tour('/odoo', 'marketplace_staff_manager_tiers', login=self.manager.login)
        self.env.invalidate_all()
        self.assertEqual(run.applied_by_id, self.manager)
        self.assertEqual(self.merchant_a.tier_id, self.growth)
