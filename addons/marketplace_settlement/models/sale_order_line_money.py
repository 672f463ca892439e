# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, float_compare

# Shoppers read their orders' lines, but not what the marketplace and its merchants agreed on.
STAFF = 'marketplace_merchant.group_staff'
# What the system alone writes; only the staff reads most of it.
FROZEN = (
    'marketplace_order_id', 'marketplace_frozen', 'marketplace_amount', 'marketplace_subsidy',
    'marketplace_vat_liability', 'marketplace_tier_id', 'marketplace_rule_id',
    'marketplace_sales', 'marketplace_base', 'marketplace_percent', 'marketplace_brackets',
    'marketplace_fixed_fee', 'marketplace_commission', 'marketplace_fee_return',
    'marketplace_cancelled_qty', 'marketplace_return_policy_id', 'marketplace_return_days',
)  # fmt: skip
PRICED_BY = (
    'product_id', 'product_uom_qty', 'product_uom_id', 'price_unit', 'discount', 'tax_ids',
)  # fmt: skip


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    marketplace_frozen = fields.Boolean(readonly=True, copy=False)
    marketplace_amount = fields.Monetary(
        string="Amount Sold for the Merchant",
        readonly=True,
        copy=False,
        help="With tax, frozen at confirmation; the lines of an order add up to its total.",
    )
    marketplace_subsidy = fields.Monetary(
        string="Discount Paid by the Marketplace", readonly=True, copy=False, groups=STAFF
    )
    marketplace_vat_liability = fields.Selection(
        selection=[('merchant', "The merchant"), ('platform', "The marketplace")],
        string="Liable for the VAT",
        readonly=True,
        copy=False,
        groups=STAFF,
    )
    marketplace_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', string="Tier at Sale", readonly=True, copy=False,
        groups=STAFF,
    )  # fmt: skip
    marketplace_rule_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', string="Commission Rule", readonly=True,
        copy=False, index='btree_not_null', ondelete='restrict', groups=STAFF,
    )  # fmt: skip
    marketplace_sales = fields.Monetary(
        string="Sales of the Merchant", readonly=True, copy=False, groups=STAFF,
        help="With tax, less the discounts that the merchant pays for.",
    )  # fmt: skip
    marketplace_base = fields.Monetary(
        string="Commission Base", readonly=True, copy=False, groups=STAFF,
        help="What the commission was computed on.",
    )  # fmt: skip
    marketplace_percent = fields.Float(
        string="Commission (%)", digits=(16, 4), readonly=True, copy=False, groups=STAFF,
        help="The average, where brackets part the base.",
    )  # fmt: skip
    marketplace_brackets = fields.Char(
        string="Commission Brackets", readonly=True, copy=False, groups=STAFF,
        help="How the month's sales parted the base.",
    )  # fmt: skip
    marketplace_fixed_fee = fields.Monetary(
        string="Fixed Part of the Commission", readonly=True, copy=False, groups=STAFF
    )
    marketplace_commission = fields.Monetary(
        string="Commission", readonly=True, copy=False, groups=STAFF
    )
    marketplace_fee_return = fields.Float(
        string="Commission Returned with a Refund (%)", digits=(16, 4), readonly=True, copy=False,
        groups=STAFF,
    )  # fmt: skip

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Start without frozen values, whatever a caller sends: confirming the order sets them."""
        if not self.env.su:
            start = {'marketplace_order_id': False, 'marketplace_frozen': False}
            vals_list = [
                {name: value for name, value in vals.items() if name not in FROZEN} | start
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        """Keep what was frozen at confirmation: merchants are settled by it."""
        typed = not self.env.su and any(name in vals for name in FROZEN)
        changed = [name for name in PRICED_BY if name in vals]
        if typed or changed and any(
            line.marketplace_frozen and line._marketplace_differs(changed, vals) for line in self
        ):
            raise UserError(
                self.env._(
                    "This line was sold for a merchant and its amounts are fixed. Refund it, or"
                    " make a new order for what is to be added."
                )
            )
        return super().write(vals)

    def _marketplace_differs(self, names, vals):
        self.ensure_one()
        for name in names:
            field = self._fields[name]
            new = field.convert_to_cache(vals[name], self, validate=False)
            if new != field.convert_to_cache(self[name], self, validate=False):
                return True
        return False

    # === BUSINESS METHODS === #

    def _marketplace_kind(self):
        """Return what the line is to its merchant: 'sale', 'shipping' or 'discount'."""
        self.ensure_one()
        if self.is_delivery:
            return 'shipping'
        # Goods that a promotion gives away are sent, and sent back, like others.
        is_gift = self.reward_id.reward_type == 'product'
        return 'discount' if self.is_reward_line and not is_gift else 'sale'

    def _marketplace_raw_totals(self):
        """Return the unrounded amounts with tax."""
        AccountTax = self.env['account.tax']
        totals = []
        for line in self:
            base_line = line._prepare_base_line_for_taxes_computation()
            AccountTax._add_tax_details_in_base_line(base_line, line.company_id)
            totals.append(base_line['tax_details']['raw_total_included_currency'])
        return totals

    def _marketplace_funded_share(self):
        """Return which part of a discount the marketplace pays for, from 0 to 1."""
        self.ensure_one()
        return (self.reward_id.program_id.platform_share or 0.0) / 100

    def _marketplace_charged_kind(self):
        """Return what the line belongs to where commission is charged: 'shipping' or 'sale'."""
        self.ensure_one()
        kind = self._marketplace_kind()
        return self._marketplace_discounted_kind() if kind == 'discount' else kind

    def _marketplace_untaxed_share(self):
        """Return which part of the price is not tax, from 0 to 1."""
        self.ensure_one()
        return self.price_subtotal / self.price_total if self.price_total else 1.0

    def _marketplace_price_cut(self, item):
        """Return what a price rule takes off, as a part of the price that is left.

        0.0 where the price is not the one of the price rule any more.
        """
        self.ensure_one()
        line = self.with_company(self.company_id)
        terms = dict(
            line._get_pricelist_kwargs(),
            product=line.product_id.with_context(**line._get_product_price_context()),
        )
        listed = item._compute_price_before_discount(**terms)
        price = item._compute_price(**terms)
        shown = (listed - price) / listed * 100 if listed and item._show_discount() else 0.0
        is_typed = self.currency_id.compare_amounts(
            self.technical_price_unit, self.price_unit
        ) or float_compare(self.discount, max(shown, 0.0), precision_digits=2)
        return listed / price - 1 if listed > price > 0 and not is_typed else 0.0

    def _prepare_marketplace_freeze(self, amount):
        """Return the values to freeze, but for those that need the other lines."""
        self.ensure_one()
        subsidy = 0.0
        if self._marketplace_kind() == 'discount':
            subsidy = self.currency_id.round(-amount * self._marketplace_funded_share())
        return {
            'marketplace_frozen': True,
            'marketplace_amount': amount,
            'marketplace_subsidy': subsidy,
            'marketplace_vat_liability': self.merchant_id.vat_liability,
            'marketplace_tier_id': self.merchant_id.tier_id.id,
            'marketplace_rule_id': False,
            'marketplace_sales': 0.0,
            'marketplace_base': 0.0,
            'marketplace_percent': 0.0,
            'marketplace_brackets': False,
            'marketplace_fixed_fee': 0.0,
            'marketplace_commission': 0.0,
            'marketplace_fee_return': 100.0,
        }

    def _marketplace_write_frozen(self, values):
        """Write what was frozen, by one statement: {line: values}, the same names for each.

        Nothing that Odoo computes depends on it, and no door but this one writes it.
        """
        names = list(next(iter(values.values())))
        self.flush_recordset(names)
        columns = [
            SQL(
                "%s::%s[]",
                [None if vals[name] is False else vals[name] for vals in values.values()],
                SQL(self._fields[name].column_type[1]),
            )
            for name in names
        ]
        self.env.cr.execute(SQL(
            "UPDATE sale_order_line line SET %s FROM unnest(%s::int[], %s)"
            " AS frozen(id, %s) WHERE line.id = frozen.id",
            SQL(', ').join(
                SQL("%s = frozen.%s", SQL.identifier(name), SQL.identifier(name)) for name in names
            ),
            [line.id for line in values], SQL(', ').join(columns),
            SQL(', ').join(map(SQL.identifier, names)),
        ))  # fmt: skip
        self.invalidate_recordset(names)

    def _marketplace_attached(self, name):
        """Return the amount of the balance entry that goes with the sale of the whole line.

        :param str name: the kind of entry: 'commission', 'subsidy' or 'logistics_subsidy'
        """
        self.ensure_one()
        if name == 'commission':
            return -self.marketplace_commission
        return self.marketplace_subsidy

    def _marketplace_returned(self, name):
        """Return which part of what went with the sale goes back with a refund, from 0 to 1.

        Who cancels before anything is sent owes no fee, whatever the rule says.
        """
        self.ensure_one()
        if name != 'commission' or self.marketplace_order_id.state == 'cancelled':
            return 1.0
        return self.marketplace_fee_return / 100

    def _marketplace_unfreeze(self):
        self.sudo().write(dict.fromkeys(
            (name for name in FROZEN if name != 'marketplace_order_id'), False
        ))  # fmt: skip

    # === INVOICING === #

    @api.depends('marketplace_order_id.state')
    def _compute_qty_to_invoice(self):
        """A refund does not make a merchant's line due for another invoice."""
        super()._compute_qty_to_invoice()
        for line in self:
            if line.marketplace_frozen and line.qty_to_invoice > 0:
                line.qty_to_invoice = min(line.qty_to_invoice, line._marketplace_qty_to_invoice())

    def _marketplace_qty_to_invoice(self):
        """Return the quantity that no invoice has charged yet; none once the order is cancelled."""
        self.ensure_one()
        if self.sudo().marketplace_order_id.state == 'cancelled':
            return 0.0
        sold = self.product_uom_qty - self.marketplace_cancelled_qty
        return max(sold - self._marketplace_invoiced_qty(), 0.0)

    def _marketplace_invoiced_qty(self):
        """Return the quantity on invoices, credit notes left aside."""
        self.ensure_one()
        return sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            for line in self._marketplace_invoice_lines()
        )

    def _marketplace_excess_qty(self):
        """Return how much more is on invoices than is left of what was ordered."""
        self.ensure_one()
        left = self.product_uom_qty - self.marketplace_cancelled_qty
        return max(self._marketplace_invoiced_qty() - left, 0.0)

    def _marketplace_invoice_lines(self):
        return self.invoice_lines.filtered(
            lambda line: line.move_id.move_type == 'out_invoice' and line.parent_state != 'cancel'
        )

    def _prepare_invoice_line(self, **optional_values):
        vals = super()._prepare_invoice_line(**optional_values)
        if self.merchant_id and not self.display_type and not self.is_downpayment:
            # Merchants' files are not for everyone who makes invoices.
            self.order_id.sudo()._marketplace_freeze()
            vals.update(self.sudo()._prepare_merchant_invoice_line(vals['quantity']))
        return vals

    def _prepare_merchant_invoice_line(self, quantity):
        """Return what makes an invoice line a merchant's.

        It goes to the clearing account: the goods are not the company's revenue. Where the
        merchant is liable for the VAT, the tax is the merchant's matter and part of the amount;
        where the marketplace is, the tax goes to the tax account and the rest is owed.
        """
        self.ensure_one()
        amount = self._marketplace_amount_to_invoice(quantity)
        platform_liable = self.marketplace_vat_liability == 'platform'
        return {
            'merchant_id': self.merchant_id.id,
            'account_id': self.company_id._marketplace_clearing_account().id,
            # The price of a unit is not rounded on an invoice line, the amount is.
            'price_unit': amount / quantity if quantity else 0.0,
            'discount': 0.0,
            'tax_ids': [Command.set(self.tax_ids.ids if platform_liable else [])],
            'is_total_included': True,
            'extra_tax_data': False,
        }

    def _marketplace_amount_to_invoice(self, quantity):
        """Return the amount for ``quantity``; the last invoice takes what the others left."""
        self.ensure_one()
        invoiced = self._marketplace_invoice_lines()
        amount = self._marketplace_amount_uncancelled()
        if self.product_uom_id.compare(
            self._marketplace_invoiced_qty() + quantity, self.product_uom_qty
        ):
            share = quantity / self.product_uom_qty if self.product_uom_qty else 0.0
            return self.currency_id.round(amount * share)
        return amount - sum(invoiced.mapped('price_total'))

    def _marketplace_amount_uncancelled(self):
        """Return the amount of the line; of a discount, what it takes off goods not cancelled."""
        self.ensure_one()
        goods = self.marketplace_order_id._goods_lines()
        total = sum(goods.mapped('marketplace_amount'))
        is_on_goods = self._marketplace_kind() == 'discount' and (
            self._marketplace_discounted_kind() == 'sale'
        )
        if not is_on_goods or not total:
            return self.marketplace_amount
        cancelled = sum(
            line.marketplace_amount * line.marketplace_cancelled_qty / line.product_uom_qty
            for line in goods if line.marketplace_cancelled_qty
        )
        return self.currency_id.round(self.marketplace_amount * (1 - cancelled / total))
