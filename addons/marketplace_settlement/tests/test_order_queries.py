# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.tests import tagged

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestOrderQueries(OrdersCommon):

    def _confirm_count(self, products):
        """Return the number of queries that confirming an order of these products takes."""
        self._order(dict.fromkeys(products, 1))  # Warm up.
        order = self._cart(dict.fromkeys(products, 1))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order.action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_the_cost_grows_with_merchants_not_with_lines(self):
        merchants = (self.merchant_a, self.merchant_b)
        own = [self._product(f"Own {n}", 10.0, stock=9) for n in range(12)]
        sold = [self._product(f"Sold {n}", 10.0, merchants[n % 2], stock=9) for n in range(12)]
        extra_of_4 = self._confirm_count(sold[:4]) - self._confirm_count(own[:4])
        extra_of_12 = self._confirm_count(sold) - self._confirm_count(own)
        self.assertLessEqual(extra_of_12, extra_of_4)
        self.assertLess(extra_of_4, 16)

    def test_brackets_do_not_cost_by_lines(self):
        Rule = self.env['marketplace.commission.rule']
        Rule.search([('state', '=', 'active')])._move_to('retired', system=True)
        Rule.create({
            'percent': 8.0, 'include_freight': True,
            'bracket_ids': [Command.create({'amount_from': 20.0, 'percent': 5.0})],
        })._move_to('active')  # fmt: skip
        merchants = (self.merchant_a, self.merchant_b)
        sold = [self._product(f"Sold {n}", 10.0, merchants[n % 2], stock=9) for n in range(12)]
        self.assertLessEqual(self._freeze_count(sold), self._freeze_count(sold[:4]))

    def test_amounts_per_currency_cost_nothing(self):
        sold = [self._product(f"Sold {n}", 10.0, self.merchant_a, stock=9) for n in range(3)]
        without = self._freeze_count(sold)
        rule = self.env['marketplace.commission.rule'].create({
            'percent': 8.0, 'merchant_id': self.merchant_a.id,
            'amount_ids': [Command.create({
                'currency_id': self.env.company.currency_id.id, 'minimum': 2.0,
            })],
        })._move_to('active')  # fmt: skip
        self.assertLessEqual(self._freeze_count(sold), without)
        lines = self.env['sale.order.line'].search([('marketplace_rule_id', '=', rule.id)])
        self.assertEqual(lines.mapped('marketplace_commission'), [2.0] * 3)

    def _freeze_count(self, products):
        """Return the number of queries that freezing an order of these products takes."""
        order = self._cart(dict.fromkeys(products, 1))
        order._marketplace_freeze()  # Warm up.
        order.order_line._marketplace_unfreeze()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order._marketplace_freeze()
        return self.env.cr.sql_log_count - before

    def test_a_further_merchant_costs_next_to_nothing(self):
        merchants = [self._merchant(f"Seller {n}", f'SELL{n}') for n in range(4)]
        # Three lines each: of one merchant, and of three.
        sold = [self._product(f"Sold {n}", 10.0, merchants[n % 4], stock=9) for n in range(12)]
        of_one, of_three = self._confirm_count(sold[::4]), self._confirm_count(sold[:3])
        self.assertLess(of_three - of_one, 2 * 4)
