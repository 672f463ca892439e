# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict, namedtuple

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.date_utils import start_of

from ..utils import bracket_parts, spread

# What a sale is charged: the amount that the percentage is of, the percentage (the average one
# where brackets part the amount), how they part it, the fixed part, and the commission.
Fee = namedtuple('Fee', 'base percent brackets fixed commission')


class MarketplaceCommissionRule(models.Model):
    _inherit = 'marketplace.commission.rule'

    # === BUSINESS METHODS: RATING === #

    def _rate(self, sales, untaxed_share, currency, company, date, before=0.0, freight=False):
        """Return what the rule charges for one order line; an empty rule charges nothing.

        :param float sales: sold for the merchant, with tax, less the discounts that it funds
        :param float untaxed_share: the part of ``sales`` that is not tax, from 0 to 1
        :param currency: of the order
        :param company: of the order, whose exchange rates count
        :param date: the day of the exchange rates
        :param float before: the merchant's sales of the month before this line
        :param bool freight: the line is freight: no fixed part, minimum or maximum
        :rtype: Fee
        """
        base = currency.round(sales * untaxed_share) if self.base == 'without_tax' else sales
        if not self or base <= 0 or (freight and not self.include_freight):
            return Fee(max(base, 0.0), 0.0, '', 0.0, 0.0)
        parts = self._bracket_bases(base, sales, currency, company, date, before, freight)
        commission = sum(part * percent for part, percent in parts) / 100
        average = round(commission * 100 / base, 4)
        fixed, minimum, maximum = (0.0, 0.0, 0.0) if freight else self._amounts_in(
            currency, company, date
        )  # fmt: skip
        commission = max(commission + fixed, minimum)
        commission = currency.round(min(commission, maximum) if maximum else commission)
        brackets = ' + '.join(
            f'{part:.{currency.decimal_places}f} × {percent:g} %' for part, percent in parts
        )
        return Fee(
            base, average, brackets if self._has_brackets() else '', fixed, min(commission, base)
        )

    def _amounts_in(self, currency, company, date):
        """Return the fixed part, the minimum and the maximum for a sale in a currency.

        As the rule has them for this currency; else those in the rule's own, converted.
        """
        amounts = self.sudo().terms['amounts']
        if own := amounts.get(str(currency.id)):
            return own
        return [
            self.currency_id._convert(amount, currency, company, date)
            for amount in amounts.get(str(self.currency_id.id), (0.0, 0.0, 0.0))
        ]

    def _bracket_bases(self, base, sales, currency, company, date, before, freight):
        """Return how the brackets part a base: [(amount, percent)].

        The brackets are of the month's sales; what is charged is parted as the sales are. Freight
        is no sale of goods: it is charged as the next sale of the month would be.
        """
        if not self._has_brackets():
            return [(base, self.percent)]
        limits = self._limits_in(currency, company, date)
        parts = bracket_parts(before, currency.rounding if freight else sales, limits)
        shares = spread(base, [part for part, _percent in parts], currency.rounding)
        return [(share, percent) for share, (_part, percent) in zip(shares, parts, strict=True)]

    def _limits(self):
        """Return the lower limit and the percentage of each bracket, upwards from 0."""
        return [(0.0, self.percent), *map(tuple, self.sudo().terms['brackets'])]

    def _has_brackets(self):
        return bool(self) and bool(self.sudo().terms['brackets'])

    def _limits_in(self, currency, company, date):
        return [
            (self.currency_id._convert(limit, currency, company, date), percent)
            for limit, percent in self._limits()
        ]

    # === BUSINESS METHODS: MONTH === #

    @api.model
    def _month_sales(self, merchants, company, currency, date):
        """Return what each merchant sold in the calendar month of ``date``, cancelled orders aside.

        :param date: a day in the company's time zone, in which the month is reckoned
        :return: amounts in ``currency``, 0.0 by default, by merchant id
        """
        self.env['marketplace.order'].flush_model([
            'merchant_id', 'company_id', 'currency_id', 'state', 'amount_sales',
        ])  # fmt: skip
        rows = self.env.execute_query(SQL(
            """
            SELECT merchant_id, currency_id, COALESCE(SUM(amount_sales), 0)
              FROM marketplace_order
             WHERE merchant_id = ANY(%s) AND company_id = %s AND state <> 'cancelled'
               AND create_date >= %s
             GROUP BY merchant_id, currency_id
            """,
            merchants.ids, company.id, company._marketplace_utc(start_of(date, 'month')),
        ))  # fmt: skip
        sums = defaultdict(float)
        for merchant_id, currency_id, amount in rows:
            sold_in = self.env['res.currency'].browse(currency_id)
            sums[merchant_id] += sold_in._convert(float(amount), currency, company, date)
        return sums
