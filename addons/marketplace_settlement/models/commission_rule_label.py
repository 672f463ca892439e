# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.tools import format_date


class MarketplaceCommissionRule(models.Model):
    """What a rule says, in words that merchants read too."""

    _inherit = 'marketplace.commission.rule'

    # === BUSINESS METHODS === #

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

    def _price_label(self):
        """Return what the rule charges: “8 %, above 10,000.00 a month 6 %, at least 2.00”."""
        self.ensure_one()
        money = self.currency_id.format
        parts = [f'{self.percent:g} %']
        parts += [
            self.env._(
                "above %(amount)s a month %(percent)s %%",
                amount=money(limit), percent=f'{percent:g}',
            )
            for limit, percent in self._limits()[1:]
        ]  # fmt: skip
        if self.fixed:
            parts.append(self.env._("plus %s per order line", money(self.fixed)))
        if self.minimum:
            parts.append(self.env._("at least %s", money(self.minimum)))
        if self.maximum:
            parts.append(self.env._("at most %s", money(self.maximum)))
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

    def _version_label(self):
        """Return which version of which rule it is, and since when it counts, as a sentence."""
        self.ensure_one()
        if not self.date_from:
            return self.env._(
                "Rule “%(rule)s”, version %(version)s.", rule=self.name, version=self.version
            )
        return self.env._(
            "Rule “%(rule)s”, version %(version)s, since %(date)s.",
            rule=self.name, version=self.version, date=format_date(self.env, self.date_from),
        )  # fmt: skip
