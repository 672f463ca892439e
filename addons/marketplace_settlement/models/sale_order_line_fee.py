# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from .sale_order_line_money import STAFF


class SaleOrderLine(models.Model):
    """Why a line was charged its commission, in words."""

    _inherit = 'sale.order.line'

    marketplace_fee_explanation = fields.Char(
        string="Why This Fee", compute='_compute_marketplace_fee_explanation', compute_sudo=True,
        groups=STAFF,
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('marketplace_commission', 'marketplace_rule_id')
    @api.depends_context('lang')
    def _compute_marketplace_fee_explanation(self):
        for line in self:
            line.marketplace_fee_explanation = line._marketplace_fee_explanation()

    # === BUSINESS METHODS === #

    def _marketplace_fee_explanation(self):
        """Return why the line was charged its commission, in sentences for staff and merchants.

        By what was frozen at confirmation. Empty for discounts, for lines that are no merchant's,
        and before the order is confirmed.
        """
        self.ensure_one()
        line_sudo = self.sudo()
        if not line_sudo.marketplace_frozen or line_sudo._marketplace_kind() == 'discount':
            return ''
        rule = line_sudo.marketplace_rule_id
        if line_sudo.is_delivery and not rule.include_freight:
            return self.env._("No commission is charged on this freight.")
        if not rule:
            return self.env._("No commission rule covered this sale: nothing is charged.")
        sentences = [
            line_sudo._marketplace_fee_calculation(), line_sudo._marketplace_fee_limit(),
            not line_sudo.is_delivery and rule._amounts_sentence(line_sudo.currency_id),
            rule._base_label(line_sudo.is_delivery), rule._version_label(),
        ]  # fmt: skip
        return ' '.join(sentence for sentence in sentences if sentence)

    def _marketplace_fee_calculation(self):
        """Return the base, the rate and what they come to: “113.00 × 8 % + 1.00 = 10.04.”"""
        self.ensure_one()
        currency = self.currency_id
        digits = currency.decimal_places
        terms = [
            f'{part:.{digits}f} × {percent:g} %' for part, percent in self._marketplace_terms()
        ]
        if self.marketplace_fixed_fee:
            terms.append(f'{self.marketplace_fixed_fee:.{digits}f}')
        return self.env._(
            "%(terms)s = %(result)s.",
            terms=' + '.join(terms), result=currency.format(self._marketplace_raw_fee()),
        )  # fmt: skip

    def _marketplace_terms(self):
        """Return the amounts that were charged, and their percentages, as they were frozen."""
        self.ensure_one()
        if not self.marketplace_brackets:
            return [(self.marketplace_base, self.marketplace_percent)]
        terms = (term.removesuffix(' %') for term in self.marketplace_brackets.split(' + '))
        return [tuple(float(number) for number in term.split(' × ')) for term in terms]

    def _marketplace_raw_fee(self):
        """Return the commission before the limits of the rule."""
        self.ensure_one()
        percentages = sum(part * percent for part, percent in self._marketplace_terms()) / 100
        return self.currency_id.round(percentages + self.marketplace_fixed_fee)

    def _marketplace_fee_limit(self):
        """Return which limit decided, where one did."""
        self.ensure_one()
        currency = self.currency_id
        difference = currency.compare_amounts(
            self.marketplace_commission, self._marketplace_raw_fee()
        )
        charged = currency.format(self.marketplace_commission)
        is_all = not currency.compare_amounts(self.marketplace_commission, self.marketplace_base)
        if not difference or self.is_delivery:
            return ''
        if is_all:
            return self.env._("Charged: %s, as a fee is never more than its base.", charged)
        if difference > 0:
            return self.env._("Charged: %s, the least per order line.", charged)
        return self.env._("Charged: %s, the most per order line.", charged)
