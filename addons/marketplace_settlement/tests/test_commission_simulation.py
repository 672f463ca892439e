# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import MoneyCommon

terms = st.fixed_dictionaries({
    'percent': st.integers(0, 2000).map(lambda n: n / 100),
    'amounts': st.fixed_dictionaries({
        'fixed': st.sampled_from([0.0, 0.5]),
        'minimum': st.sampled_from([0.0, 1.5]),
        'maximum': st.sampled_from([0.0, 6.0]),
    }),
    'base': st.sampled_from(['with_tax', 'without_tax']),
    'include_freight': st.booleans(),
    'brackets': st.dictionaries(st.integers(1, 500), st.integers(0, 20), max_size=3),
})


@tagged('post_install', '-at_install')
class TestCommissionSimulation(MoneyCommon):

    def _simulate(self, *drafts, **values):
        simulation = self.env['marketplace.commission.simulation'].with_user(self.officer).create({
            'rule_ids': [Command.set([draft.id for draft in drafts])], **values,
        })  # fmt: skip
        simulation.action_run()
        return simulation

    def _effect(self, simulation, merchant=None):
        """Return (sales, fee charged, fee then) of a merchant."""
        line = simulation.line_ids.filtered(
            lambda line: line.merchant_id == (merchant or self.merchant_a)
        )
        return line.sales, line.fee_now, line.fee_then

    def _draft(self, **values):
        return self.env['marketplace.commission.rule'].create(values)

    def test_the_effect_per_merchant(self):
        self._order({self.bowl: 1, self.vase: 1})
        self._order({self.bowl: 1})
        simulation = self._simulate(self._draft(percent=10.0))
        self.assertEqual(self._effect(simulation), (226.0, 18.08, 22.6))
        self.assertEqual(self._effect(simulation, self.merchant_b), (60.0, 4.8, 6.0))
        line = simulation.line_ids.filtered(lambda line: line.merchant_id == self.merchant_a)
        self.assertEqual(self.currency.round(line.difference), 4.52)
        orders = self.env['marketplace.order'].search(line.action_view_orders()['domain'])
        self.assertEqual(len(orders), 2)

    def test_a_more_specific_rule_keeps_its_sales(self):
        self._rule(percent=5.0, merchant_id=self.merchant_a.id)
        self._order({self.bowl: 1, self.vase: 1})
        simulation = self._simulate(self._draft(percent=10.0))
        self.assertEqual(self._effect(simulation), (113.0, 5.65, 5.65))
        self.assertEqual(self._effect(simulation, self.merchant_b), (60.0, 4.8, 6.0))

    def test_drafts_are_simulated_together(self):
        self._order({self.bowl: 1, self.vase: 1})
        simulation = self._simulate(
            self._draft(percent=10.0), self._draft(percent=1.0, merchant_id=self.merchant_a.id)
        )
        self.assertEqual(self._effect(simulation)[2], 1.13)
        self.assertEqual(self._effect(simulation, self.merchant_b)[2], 6.0)

    def test_cancelled_and_old_orders_do_not_count(self):
        cancelled, old = self._part(self._order()), self._part(self._order())
        cancelled.with_user(self.clerk_a).portal_refuse("Broken")
        self.env.cr.execute(
            "UPDATE marketplace_order SET create_date = %s WHERE id = %s",
            [fields.Datetime.subtract(fields.Datetime.now(), days=92), old.id],
        )
        simulation = self._simulate(self._draft(percent=10.0))
        self.assertEqual(self._effect(simulation), (0.0, 0.0, 0.0))
        simulation.days = 93
        simulation.action_run()
        self.assertEqual(self._effect(simulation), (113.0, 9.04, 11.3))

    def test_brackets_count_from_the_beginning_of_the_month(self):
        """Twice 113 in a month; above 150 half the rate: 150 × 10 % + 76 × 5 %."""
        self._order()
        self._order()
        draft = self._draft(
            percent=10.0, bracket_ids=[Command.create({'amount_from': 150.0, 'percent': 5.0})]
        )
        self.assertEqual(self._effect(self._simulate(draft)), (226.0, 18.08, 18.8))

    def test_the_queries_do_not_grow_with_sales(self):
        draft = self._draft(percent=10.0)
        self._order()
        one = self._query_count(draft)
        for product in (self.bowl, self.cup, self.vase):
            self._order({product: 2})
        self.assertLessEqual(self._query_count(draft), one)

    def _query_count(self, draft):
        """Return the number of queries of a simulation whose rules and settings are known."""
        counts = []
        for _turn in range(3):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._simulate(draft)
            counts.append(self.env.cr.sql_log_count - before)
        return min(counts)

    def _sell_abroad(self, currency, quantity=1):
        self._cart_in(currency, {self.bowl: quantity}).action_confirm()

    def test_each_currency_is_rated_by_its_own_amounts(self):
        """At home 113 × 1 % → 3.00. Abroad 226 × 1 % + 0.50 → 2.50, which are 1.25 at home."""
        abroad = self._currency('XTA', 2.0)
        self._order()
        self._sell_abroad(abroad)
        draft = self._draft(percent=1.0, amount_ids=[
            self._amounts(minimum=3.0), self._amounts(abroad, fixed=0.5, maximum=2.5),
        ])  # fmt: skip
        self.assertEqual(self._effect(self._simulate(draft)), (226.0, 18.08, 4.25))

    def test_the_queries_do_not_grow_with_sales_in_other_currencies(self):
        abroad = self._currency('XTA', 2.0)
        draft = self._draft(
            percent=10.0, amount_ids=[self._amounts(minimum=1.0)],
            bracket_ids=[Command.create({'amount_from': 300.0, 'percent': 5.0})],
        )
        self._sell_abroad(abroad)
        one = self._query_count(draft)
        for quantity in (1, 2, 3):
            self._sell_abroad(abroad, quantity)
        self.assertLessEqual(self._query_count(draft), one)

    def test_published_rules_are_not_simulated(self):
        with self.assertRaises(UserError):
            self._simulate(self.rule)

    def test_merchants_and_others_officers_see_no_simulation(self):
        simulation = self._simulate(self._draft(percent=10.0))
        for user in (self.finance_a, self.approver):
            with self.assertRaises(AccessError):
                simulation.with_user(user).read(['sales'])

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(terms, st.lists(st.integers(1, 3), min_size=1, max_size=3))
    def test_the_rule_in_force_gives_the_same_fee(self, values, quantities):
        """Whatever a rule says: what was charged by it is what its simulation comes to."""
        brackets = values.pop('brackets')
        amounts = values.pop('amounts')
        values = dict(
            values,
            merchant_id=self.merchant_a.id,
            amount_ids=[self._amounts(**amounts)],
            bracket_ids=[
                Command.create({'amount_from': amount, 'percent': percent})
                for amount, percent in brackets.items()
            ],
        )
        with self.env.cr.savepoint() as savepoint:
            self.bowl._set_merchant_stock(100)
            self._rule(**values)
            for quantity in quantities:
                order = self._cart_with_freight({self.bowl: quantity, self.cup: 1})
                order.action_confirm()
            sales, now, then = self._effect(self._simulate(self._draft(**values)))
            self.assertEqual(self.currency.compare_amounts(now, then), 0)
            self.assertAlmostEqual(sales, 113.0 * sum(quantities) + 40.0 * len(quantities))
            savepoint.rollback()
