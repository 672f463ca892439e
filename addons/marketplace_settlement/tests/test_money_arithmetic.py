# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.marketplace_settlement.utils import (
    bracket_parts,
    cumulated,
    round_to_total,
    spread,
)

CENT = 0.01
# A busy machine draws slowly; that says nothing about the arithmetic.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
cents = st.integers(-10**8, 10**8)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30)


def to_cents(amount):
    return round(amount / CENT)


@tagged('post_install', '-at_install')
class TestMoneyArithmetic(BaseCase):

    @patient
    @given(cents, weights)
    def test_shares_add_up_and_are_a_cent_off_at_most(self, total, parts):
        shares = spread(total * CENT, parts, CENT)
        if sum(parts):
            self.assertEqual(sum(map(to_cents, shares)), total)
            for share, part in zip(shares, parts, strict=True):
                exact = total * part / sum(parts)
                self.assertLess(abs(to_cents(share) - exact), 1 + 1e-4)
        else:
            self.assertEqual(shares, [0.0] * len(parts))

    @patient
    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(-3, 3))
    def test_rounding_hits_the_total_of_the_order(self, amounts, drift):
        total = round(sum(amounts) / CENT) + drift
        rounded = round_to_total(amounts, total * CENT, CENT)
        self.assertEqual(sum(map(to_cents, rounded)), total)

    def test_nothing_is_given_to_lines_that_cost_nothing(self):
        self.assertEqual(round_to_total([0.0, 10.004, 0.0], 10.01, CENT), [0.0, 10.01, 0.0])

    def test_ties_go_to_the_first_line(self):
        self.assertEqual(spread(10.0, [1, 1, 1], CENT), [3.34, 3.33, 3.33])

    def test_a_large_commission_keeps_every_cent(self):
        self.assertEqual(cumulated(9.04, 113.0, 113.0, 3.01 + 3.01, CENT), 3.02)

    @patient
    @given(cents, st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
    def test_instalments_add_up_to_the_whole(self, whole, parts):
        """However a sale is refunded in parts, the commission goes back to the cent."""
        base = sum(parts)
        given_back, reached = 0, 0
        for part in parts:
            reached += part
            instalment = to_cents(
                cumulated(whole * CENT, reached * CENT, base * CENT, given_back * CENT, CENT)
            )
            self.assertLessEqual(abs(given_back + instalment), abs(whole))
            given_back += instalment
        self.assertEqual(given_back, whole)

    @patient
    @given(
        st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
        st.dictionaries(st.integers(1, 10**6), st.integers(0, 100), max_size=5),
        st.integers(0, 100),
    )
    def test_brackets_part_a_month_the_same_however_it_is_sold(self, sales, brackets, percent):
        """Sale by sale or at once: each bracket takes the same amount of the month."""
        limits = [(0, percent), *sorted(brackets.items())]
        by_sale, before = {}, 0
        for amount in sales:
            parts = bracket_parts(before, amount, limits)
            self.assertEqual(sum(part for part, _percent in parts), amount)
            for place, part in self._places(before, parts, limits):
                by_sale[place] = by_sale.get(place, 0) + part
            before += amount
        at_once = dict(self._places(0, bracket_parts(0, sum(sales), limits), limits))
        self.assertEqual(by_sale, at_once)

    def _places(self, before, parts, limits):
        """Return which bracket each part lies in, with the part."""
        places = []
        for part, percent in parts:
            place = max(n for n, (lower, _percent) in enumerate(limits) if lower <= before)
            self.assertEqual(limits[place][1], percent)
            places.append((place, part))
            before += part
        return places
