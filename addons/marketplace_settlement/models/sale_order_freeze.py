# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict

from odoo import models

from ..utils import round_to_total, spread


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === ACTION METHODS === #

    def action_draft(self):
        """Forget what was frozen when an order that was never invoiced starts again."""
        result = super().action_draft()
        self.order_line.filtered(
            lambda line: line.marketplace_frozen and not line.invoice_lines
        )._marketplace_unfreeze()
        return result

    # === BUSINESS METHODS === #

    def _marketplace_freeze(self):
        """Freeze on each merchant line what its sale will be settled by.

        Called at confirmation; lines that are frozen already stay as they are. Freezes the
        merchant's tier, the version of the commission rule, its base, percent, brackets, fixed part
        and the commission in money, who is liable for the VAT, who funds a discount, and the line's
        amount with tax, so that the amounts of all lines add up to the order's total also where
        taxes are rounded globally.
        """
        for order in self:
            lines = order._marketplace_lines()
            to_freeze = lines.filtered(lambda line: not line.marketplace_frozen)
            if to_freeze:
                order._marketplace_freeze_lines(lines, to_freeze)

    def _marketplace_lines(self):
        """Return the lines of ``self`` that are sold for a merchant."""
        return self.order_line.filtered(
            lambda line: line.merchant_id and not line.display_type and not line.is_downpayment
        )

    def _marketplace_freeze_lines(self, lines, to_freeze):
        """Freeze lines, however many there are, by one statement.

        :param lines: all lines of merchants, among which discounts are spread
        """
        self.ensure_one()
        amounts = self._marketplace_amounts(lines, to_freeze)
        values = {
            line: line._prepare_marketplace_freeze(amount) for line, amount in amounts.items()
        }
        for line, subsidy in self._marketplace_price_subsidies(amounts).items():
            values[line]['marketplace_subsidy'] = subsidy
        for line, sales in self._marketplace_sales(lines, values).items():
            values[line]['marketplace_sales'] = sales
        for line, fee in self._marketplace_fees(values).items():
            values[line].update(fee)
        to_freeze._marketplace_write_frozen(values)

    # === AMOUNTS === #

    def _marketplace_amounts(self, lines, to_freeze):
        """Return the amount with tax of each line to freeze; all lines add up to the order."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        frozen = sum((lines - to_freeze).mapped('marketplace_amount'))
        total = self.amount_total - self._marketplace_platform_total() - frozen
        amounts = to_freeze.mapped('price_total')
        if self.currency_id.compare_amounts(sum(amounts), total):
            # Taxes rounded for the whole order: the cents go where the largest remainders are.
            amounts = to_freeze._marketplace_raw_totals()
        return dict(zip(to_freeze, round_to_total(amounts, total, rounding), strict=True))

    def _marketplace_platform_total(self):
        """Return what the invoice will charge for the lines that are the platform's own."""
        self.ensure_one()
        lines = self._get_priced_lines() - self._marketplace_lines()
        if not lines:
            return 0.0
        AccountTax = self.env['account.tax']
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in lines]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.company_id)
        return AccountTax._get_tax_totals_summary(
            base_lines=base_lines, currency=self.currency_id, company=self.company_id
        )['total_amount_currency']

    def _marketplace_price_subsidies(self, amounts):
        """Return what the marketplace pays of the discounts that price rules gave: {line: amount}.

        Only where the price is still the one of the price rule: what a salesperson changed by
        hand is the merchant's price.
        """
        self.ensure_one()
        if not self.pricelist_id.has_platform_share:
            return {}
        goods = [line for line in amounts if line._marketplace_kind() == 'sale']
        subsidies = {}
        for line, item in self._marketplace_price_rules(goods).items():
            ratio = line._marketplace_price_cut(item) if item.platform_share else 0.0
            subsidies[line] = self.currency_id.round(
                amounts[line] * ratio * item.platform_share / 100
            )
        return subsidies

    def _marketplace_price_rules(self, lines):
        """Return the price rule of each line, read once per quantity: {line: price rule}."""
        groups = defaultdict(list)
        for line in lines:
            groups[line.product_uom_id, line.product_uom_qty].append(line)
        rules = {}
        for (uom, quantity), group in groups.items():
            products = self.env['product.product'].union(*(line.product_id for line in group))
            found = self.pricelist_id._compute_price_rule(
                products, quantity, currency=self.currency_id, uom=uom, date=self.date_order,
                compute_price=False,
            )  # fmt: skip
            for line in group:
                rules[line] = self.env['product.pricelist.item'].browse(
                    found[line.product_id.id][1]
                )
        return rules

    # === COMMISSIONS === #

    def _marketplace_sales(self, lines, values):
        """Return what was sold by each line to freeze, less the discounts that its merchant funds.

        A discount is spread over what it makes cheaper: the merchant's goods, or its freight.
        """
        groups = defaultdict(dict)
        discounts = defaultdict(float)
        for line in lines:
            frozen = values.get(line) or line
            own = frozen['marketplace_amount']
            if line._marketplace_kind() != 'shipping':
                own += frozen['marketplace_subsidy']
            key = (line.merchant_id, line._marketplace_charged_kind())
            if line._marketplace_kind() == 'discount':
                discounts[key] += own
            else:
                groups[key][line] = own
        sales = {}
        for key, amounts in groups.items():
            shares = spread(discounts[key], list(amounts.values()), self.currency_id.rounding)
            for (line, amount), share in zip(amounts.items(), shares, strict=True):
                if line in values:
                    sales[line] = amount + share
        return sales

    def _marketplace_fees(self, values):
        """Return the values to freeze of what each line is charged, line after line."""
        self.ensure_one()
        company, currency = self.company_id, self.currency_id
        today = company._marketplace_today()
        charged = self.env['sale.order.line'].union(
            *(line for line, vals in values.items() if 'marketplace_sales' in vals)
        )
        Rule = self.env['marketplace.commission.rule']
        rules = Rule._find_for_lines(charged, company, today)
        with_brackets = [line for line, rule in rules.items() if rule._has_brackets()]
        month = Rule._month_sales(
            self.env['marketplace.merchant'].union(*(line.merchant_id for line in with_brackets)),
            company, currency, today,
        ) if with_brackets else defaultdict(float)  # fmt: skip
        fees = {}
        for line in charged:
            rule, merchant = rules[line], line.merchant_id
            sales = values[line]['marketplace_sales']
            fee = rule._rate(
                sales, line._marketplace_untaxed_share(), currency, company, today,
                before=month[merchant.id], freight=line.is_delivery,
            )  # fmt: skip
            if not line.is_delivery:
                month[merchant.id] += sales
            fees[line] = {
                'marketplace_rule_id': rule.id,
                'marketplace_base': fee.base,
                'marketplace_percent': fee.percent,
                'marketplace_brackets': fee.brackets or False,
                'marketplace_fixed_fee': fee.fixed,
                'marketplace_commission': fee.commission,
                'marketplace_fee_return': rule.refund_percent if rule else 100.0,
            }
        return fees
