# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyRules(MoneyCommon):

    def _rate(self, product=None):
        """Return the percent at which a product is sold now."""
        order = self._order({product or self.bowl: 1})
        return order.order_line.marketplace_percent

    def test_the_most_specific_rule_wins(self):
        child = self.env['product.category'].create({
            'name': "Porcelain", 'parent_id': self.category.id,
        })
        self.bowl.categ_id = child
        tier = self.merchant_a.tier_id
        self.assertEqual(self._rate(), 8.0)
        for percent, values in enumerate((
            {'tier_id': tier.id},
            {'categ_id': self.category.id},
            {'categ_id': child.id},
            {'tier_id': tier.id, 'categ_id': self.category.id},
            {'tier_id': tier.id, 'categ_id': child.id},
            {'merchant_id': self.merchant_a.id},
            {'merchant_id': self.merchant_a.id, 'categ_id': self.category.id},
            {'merchant_id': self.merchant_a.id, 'product_tmpl_id': self.bowl.product_tmpl_id.id},
        ), start=1):
            self._rule(percent=percent, **values)
            self.assertEqual(self._rate(), percent, values)
        self.assertEqual(self._rate(self.vase), 4.0)

    def test_a_rule_for_a_group_of_tiers(self):
        tier = self.merchant_a.tier_id
        tier.commission_group = "key"
        other = self.env['marketplace.tier'].search([('id', '!=', tier.id)], limit=1)
        other.commission_group = "others"
        for percent, values in enumerate((
            {'commission_group': "key"},
            {'tier_id': tier.id},
            {'commission_group': "key", 'categ_id': self.category.id},
            {'tier_id': tier.id, 'categ_id': self.category.id},
        ), start=1):
            self._rule(percent=percent, **values)
            self.assertEqual(self._rate(), percent, values)
        self.merchant_a.tier_id = other
        self.assertEqual(self._rate(), 8.0)

    def test_another_merchants_rule_does_not_concern(self):
        self._rule(percent=1.0, merchant_id=self.merchant_b.id)
        self.assertEqual(self._rate(), 8.0)
        self.assertEqual(self._rate(self.vase), 1.0)

    def test_a_rule_counts_within_its_dates(self):
        today = fields.Date.context_today(self.rule)
        scope = {'merchant_id': self.merchant_a.id}
        self._rule(percent=1.0, date_from=fields.Date.add(today, days=1), **scope)
        self._rule(percent=2.0, date_to=fields.Date.subtract(today, days=1), **scope)
        self.assertEqual(self._rate(), 8.0)
        self._rule(percent=3.0, date_from=today, date_to=today, **scope)
        self.assertEqual(self._rate(), 3.0)

    def test_fixed_part_minimum_and_maximum(self):
        commission = self._commission_of
        self.assertEqual(commission(113.0, fixed=1.0), 10.04)
        self.assertEqual(commission(10.0, minimum=2.0), 2.0)
        self.assertEqual(commission(113.0, maximum=5.0), 5.0)
        self.assertEqual(commission(1.0, minimum=2.0), 1.0)
        self.assertEqual(commission(0.0, fixed=2.0), 0.0)

    def _commission_of(self, base, **amounts):
        rule = self.env['marketplace.commission.rule'].create({
            'percent': 8.0, 'amount_ids': [self._amounts(**amounts)],
        })  # fmt: skip
        today = fields.Date.context_today(rule)
        return rule._rate(base, 1.0, self.currency, self.company, today).commission

    def test_a_rule_in_use_is_replaced_not_edited(self):
        with self.assertRaises(UserError):
            self.rule.percent = 5.0
        with self.assertRaises(UserError):
            self.rule.unlink()
        action = self.rule.with_user(self.maker).action_replace()
        draft = self.env['marketplace.commission.rule'].browse(action['res_id'])
        draft.with_user(self.maker).percent = 5.0
        draft.with_user(self.maker).action_publish()
        self.assertEqual((self.rule.state, draft.state), ('retired', 'active'))
        self.assertEqual(self._rate(), 5.0)

    def test_what_was_sold_keeps_its_rule(self):
        order = self._paid()
        self._rule(percent=50.0, merchant_id=self.merchant_a.id)
        line = order.order_line.filtered(lambda li: li.product_id == self.bowl)
        self.assertRecordValues(line, [{
            'marketplace_rule_id': self.rule.id, 'marketplace_commission': 9.04,
            'marketplace_tier_id': self.merchant_a.tier_id.id,
        }])  # fmt: skip
        part = self._part(order)
        part._refund({line: 1.0}, "Back", part)
        self.assertEqual(self._entries(order)['commission_refund'], 9.04)

    def test_officers_do_not_set_rates(self):
        draft = self.env['marketplace.commission.rule'].create({'percent': 1.0})
        for call in (
            lambda: draft.with_user(self.officer).write({'percent': 2.0}),
            lambda: draft.with_user(self.officer).action_publish(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_scopes_that_mean_nothing_are_refused(self):
        for values in (
            {'product_tmpl_id': self.bowl.product_tmpl_id.id},
            {'product_tmpl_id': self.vase.product_tmpl_id.id, 'merchant_id': self.merchant_a.id},
            {'merchant_id': self.merchant_a.id, 'tier_id': self.merchant_a.tier_id.id},
            {'merchant_id': self.merchant_a.id, 'commission_group': "standard"},
            {'tier_id': self.merchant_a.tier_id.id, 'commission_group': "standard"},
            {'commission_group': "no tier has it"},
        ):
            with self.assertRaises(ValidationError):
                self.env['marketplace.commission.rule'].create(values)
