# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import format_date


class MarketplaceCommissionRule(models.Model):
    """What a rule says, in words that merchants read too."""

    _inherit = 'marketplace.commission.rule'

    scope_label = fields.Char(string="For Whom and What", compute='_compute_scope_label')
    price_label = fields.Text(string="What Is Charged", compute='_compute_price_label')

    # === COMPUTE METHODS === #

    @api.depends('merchant_id', 'product_tmpl_id', 'tier_id', 'categ_id', 'commission_group')
    @api.depends_context('lang')
    def _compute_scope_label(self):
        for rule in self:
            rule.scope_label = rule._scope_label()

    @api.depends(
        'terms', 'percent', 'currency_id', 'base', 'include_freight', 'refund_percent'
    )
    @api.depends_context('lang')
    def _compute_price_label(self):
        for rule in self:
            rule.price_label = '\n'.join(rule._price_lines())

    @api.depends('name')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """The name is what one searches by; each one reads it in the own language."""
        for rule in self:
            rule.display_name = rule._title()

    # === BUSINESS METHODS === #

    def _title(self):
        """Return what the rule covers, and in short what it charges: “Everything: 8 % … 7 %”."""
        self.ensure_one()
        price = f'{self.percent:g} %'
        if last := self.bracket_ids.sorted('amount_from')[-1:]:
            price += f' … {last.percent:g} %'
        if fixed := self.amount_ids.filtered('fixed'):
            price += ' + ' + ' / '.join(row.currency_id.format(row.fixed) for row in fixed)
        return f'{self._scope_label()}: {price}'

    def _scope_label(self):
        """Return what the rule covers, in words."""
        self.ensure_one()
        records = (self.merchant_id, self.product_tmpl_id, self.tier_id, self.categ_id)
        scope = [record.display_name for record in records if record]
        if self.commission_group:
            scope.append(self.commission_group)
        return ' · '.join(scope) or self.env._("Everything")

    def _scope_label_for_merchant(self):
        """Return what the rule covers, as the merchant itself reads it."""
        self.ensure_one()
        subject = self.product_tmpl_id or self.categ_id
        return subject.display_name if subject else self.env._("All your goods")

    def _price_lines(self):
        """Return what the rule charges: “8 %, above 10,000.00 a month 6 %, at least 2.00”.

        :return: that line; where the rule names other currencies, a line for the sales in each
        :rtype: list[str]
        """
        self.ensure_one()
        rows = self.amount_ids
        if rows.currency_id == self.currency_id:
            return [self._price_line(rows._label())]
        lines = [self._price_line()]
        lines += [
            self.env._(
                "For sales in %(currency)s: %(amounts)s",
                currency=row.currency_id.name, amounts=row._label(),
            )
            for row in rows
        ]  # fmt: skip
        if self.currency_id in rows.currency_id:
            lines.append(self.env._(
                "For sales in other currencies: as in %s, by the exchange rate of the day",
                self.currency_id.name,
            ))
        return lines

    def _price_line(self, amounts=''):
        money = self.currency_id.format
        parts = [f'{self.percent:g} %']
        parts += [
            self.env._(
                "above %(amount)s a month %(percent)s %%",
                amount=money(limit), percent=f'{percent:g}',
            )
            for limit, percent in self._limits()[1:]
        ]  # fmt: skip
        if amounts:
            parts.append(amounts)
        if self.base == 'without_tax':
            parts.append(self.env._("of the price without tax"))
        if self.include_freight:
            parts.append(self.env._("also of the freight"))
        if self.refund_percent < 100:
            parts.append(
                self.env._("%s %% of it go back with a refund", f'{self.refund_percent:g}')
            )
        return ', '.join(parts)

    def _base_label(self, freight=False):
        """Return what the percentage is of, as a sentence."""
        self.ensure_one()
        if freight:
            return self.env._("The base is the freight, less what the merchant takes off it.")
        if self.base == 'without_tax':
            return self.env._(
                "The base is the price without tax, less discounts that the merchant pays for."
            )
        return self.env._(
            "The base is the price with tax, less discounts that the merchant pays for."
        )

    def _amounts_sentence(self, currency):
        """Return which amounts count for a sale in a currency, as a sentence.

        Empty where that goes without saying: there are none, or only those in this currency.
        """
        self.ensure_one()
        named = self.amount_ids.currency_id
        if named <= currency or not named & (currency | self.currency_id):
            return ''
        if currency in named:
            return self.env._(
                "Fixed part, minimum and maximum are those for sales in %s.", currency.name
            )
        return self.env._(
            "Fixed part, minimum and maximum are those in %s, by the exchange rate of the day.",
            self.currency_id.name,
        )

    def _version_label(self):
        """Return which version of which rule it is, and since when it counts, as a sentence."""
        self.ensure_one()
        if not self.date_from:
            return self.env._(
                "Rule “%(rule)s”, version %(version)s.",
                rule=self.display_name, version=self.version,
            )  # fmt: skip
        return self.env._(
            "Rule “%(rule)s”, version %(version)s, since %(date)s.",
            rule=self.display_name, version=self.version,
            date=format_date(self.env, self.date_from),
        )  # fmt: skip
