# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

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
        self.assertLess(extra_of_4, 60)
