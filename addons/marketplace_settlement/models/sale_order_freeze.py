# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

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
        merchant's tier, the commission rule, its percent and the commission in money, who is
        liable for the VAT, who funds a discount, and the line's amount with tax, so that the
        amounts of all lines add up to the order's total also where taxes are rounded globally.
        """
        for order in self:
            lines = order._marketplace_lines()
            if lines.filtered(lambda line: not line.marketplace_frozen):
                order._marketplace_freeze_amounts(lines)
                order._marketplace_freeze_commissions(lines)

    def _marketplace_lines(self):
        """Return the lines of ``self`` that are sold for a merchant."""
        return self.order_line.filtered(
            lambda line: line.merchant_id and not line.display_type and not line.is_downpayment
        )

    def _marketplace_freeze_amounts(self, lines):
        self.ensure_one()
        to_freeze = lines.filtered(lambda line: not line.marketplace_frozen)
        frozen = sum((lines - to_freeze).mapped('marketplace_amount'))
        amounts = round_to_total(
            to_freeze._marketplace_raw_totals(),
            self.amount_total - self._marketplace_platform_total() - frozen,
            self.currency_id.rounding,
        )
        for line, amount in zip(to_freeze, amounts, strict=True):
            line.write(line._prepare_marketplace_freeze(amount))

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

    def _marketplace_freeze_commissions(self, lines):
        """Freeze the commission of the goods, less the discounts that their merchant funds."""
        self.ensure_one()
        goods = lines.filtered(lambda line: line._marketplace_kind() == 'sale')
        to_freeze = goods.filtered(lambda line: not line.marketplace_frozen)
        rules = self.env['marketplace.commission.rule']._find_for_lines(to_freeze)
        date = self.date_order.date()
        for merchant, merchant_lines in lines.grouped('merchant_id').items():
            sold = merchant_lines & goods
            discounts = merchant_lines.filtered(
                lambda line: line._marketplace_kind() == 'discount'
            )
            own = sum(discounts.mapped('marketplace_amount')) + sum(
                discounts.mapped('marketplace_subsidy')
            )
            shares = spread(own, sold.mapped('marketplace_amount'), self.currency_id.rounding)
            for line, share in zip(sold, shares, strict=True):
                if line in to_freeze:
                    rule = rules[line.id]
                    line.write({
                        'marketplace_rule_id': rule.id,
                        'marketplace_percent': rule.percent,
                        'marketplace_commission': rule._commission(
                            line.marketplace_amount + share, self.currency_id, date
                        ),
                    })
            merchant_lines.filtered(lambda line: not line.marketplace_frozen).write(
                {'marketplace_frozen': True, 'marketplace_tier_id': merchant.tier_id.id}
            )
