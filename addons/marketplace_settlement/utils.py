# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Arithmetic of money that has to add up; pure functions, amounts in units of one currency."""

import math

# Floats carry 15 digits: a fraction of a cent this close to the next cent is that cent.
EPSILON = 1e-6


def round_to_total(amounts, total, rounding):
    """Round ``amounts`` so that they add up to ``total``.

    Every amount is rounded down, then the cents that are missing go to the amounts with the
    largest remainders, the first ones first. Amounts of zero stay zero while others can take them.

    :param list amounts: unrounded amounts, of any sign
    :param float total: what the rounded amounts add up to
    :param float rounding: the smallest unit, such as 0.01
    :return: the rounded amounts, in the same order
    :rtype: list[float]
    """
    units = [amount / rounding for amount in amounts]
    rounded = [math.floor(unit + EPSILON) for unit in units]
    missing = round(total / rounding) - sum(rounded)
    takers = [index for index, unit in enumerate(units) if abs(unit) > EPSILON]
    takers = takers or list(range(len(units)))
    takers.sort(key=lambda index: (rounded[index] - units[index], index), reverse=missing < 0)
    for turn in range(abs(missing) if takers else 0):
        rounded[takers[turn % len(takers)]] += 1 if missing > 0 else -1
    return [_amount(unit, rounding) for unit in rounded]


def spread(total, weights, rounding):
    """Spread ``total`` over ``weights``, adding up to the cent; zeros if there is no weight."""
    weight = sum(weights)
    if not weight:
        return [0.0] * len(weights)
    return round_to_total([total * part / weight for part in weights], total, rounding)


def bracket_parts(before, amount, limits):
    """Return how brackets part an ``amount`` that comes after ``before``.

    :param float before: the sum reached already
    :param float amount: what comes now, at least one unit
    :param list limits: (lower limit, percent) of each bracket, upwards from 0
    :return: (part, percent) of each bracket that the amount touches; the parts add up to it
    :rtype: list[tuple]
    """
    lowers = [max(before, lower) for lower, _percent in limits]
    uppers = [upper for upper, _percent in limits[1:]] + [math.inf]
    parts = [
        (min(before + amount, upper) - lower, percent)
        for lower, upper, (_limit, percent) in zip(lowers, uppers, limits, strict=True)
    ]
    return [(part, percent) for part, percent in parts if part > EPSILON]


def cumulated(whole, part, base, before, rounding):
    """Return the next instalment of ``whole`` when ``part`` of ``base`` is reached.

    The instalments follow the part reached so far, so that the last one takes the remainder.

    :param float whole: the amount to give in instalments
    :param float part: how much of ``base`` is reached, this time included
    :param float base: the part at which all of ``whole`` has been given
    :param float before: the sum of the earlier instalments
    :param float rounding: the smallest unit, such as 0.01
    """
    if not base:
        return 0.0
    reached = max(min(part / base, 1.0), 0.0)
    units = abs(whole) * reached / rounding
    # Half a cent is rounded up, as everywhere in Odoo.
    target = math.copysign(math.floor(units + 0.5 + EPSILON), whole)
    return _amount(target - round(before / rounding), rounding)


def _amount(units, rounding):
    """Return a number of units as an amount, without the noise of the multiplication."""
    return round(units * rounding, 10) + 0.0
