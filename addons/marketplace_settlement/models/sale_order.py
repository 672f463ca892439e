# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..utils import spread
from .freight_template import FreightBasis
from .marketplace_order import OPEN_STATES

# Salespeople may not read merchant orders: a field without groups would keep them from reading
# their own sales orders whole.
MERCHANT_ORDER_READERS = ','.join((
    'marketplace_merchant.group_merchant_manager',
    'marketplace_merchant.group_auditor',
    'marketplace_settlement.group_finance_officer',
))


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    marketplace_order_ids = fields.One2many(
        comodel_name='marketplace.order', inverse_name='sale_order_id', string="Merchant Orders",
        readonly=True, groups=MERCHANT_ORDER_READERS,
    )  # fmt: skip
    marketplace_order_count = fields.Integer(
        compute='_compute_marketplace_order_count', compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends('marketplace_order_ids')
    def _compute_marketplace_order_count(self):
        for order in self:
            order.marketplace_order_count = len(order.marketplace_order_ids)

    # === ACTION METHODS === #

    def action_view_marketplace_orders(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_order_action', [('sale_order_id', '=', self.id)]
        )

    # === CONFIRMATION === #

    def _confirmation_error_message(self):
        if error := super()._confirmation_error_message():
            return error
        if self.sudo().marketplace_order_ids.filtered(lambda part: part.state == 'cancelled'):
            return self.env._(
                "The merchants' parts of %s were cancelled for good. Please duplicate the order.",
                self.name,
            )
        return False

    def _action_confirm(self):
        self._marketplace_split()
        return super()._action_confirm()

    def _marketplace_split(self):
        """Make one merchant order of each merchant's lines, and freeze what they are settled by.

        A repetition makes only what is missing. Done before the transfers are made, so that each
        finds its merchant order.
        """
        orders_sudo = self.sudo().filtered(lambda order: order.order_line.merchant_id)
        vals_list = []
        for order in orders_sudo:
            merchants = order.order_line.merchant_id
            merchants._get_stock_locations(order.warehouse_id)
            vals_list += order._prepare_marketplace_orders(
                merchants - order.marketplace_order_ids.merchant_id
            )
        if vals_list:
            # The sales order's page tells when it was confirmed: its parts need no such note.
            MerchantOrder = self.env['marketplace.order'].with_context(mail_create_nolog=True)
            parts = MerchantOrder.sudo().create(vals_list).with_env(orders_sudo.env)
            orders_sudo._marketplace_freeze()
            parts._set_amounts()
            # The mails are written apart from the checkout, which should not wait for them.
            self.env.ref('marketplace_settlement.ir_cron_announce_orders').sudo()._trigger()

    def _prepare_marketplace_orders(self, merchants):
        self.ensure_one()
        lines = self.order_line.grouped('merchant_id')
        return [
            self.env['marketplace.order']._prepare_order_values(self, merchant, lines[merchant])
            for merchant in merchants
        ]

    # === CANCELLATION === #

    def _action_cancel(self):
        parts_sudo = self.sudo().marketplace_order_ids
        sent = parts_sudo.filtered(lambda part: part.state not in (*OPEN_STATES, 'cancelled'))
        if sent:
            raise UserError(self.env._(
                "%s cannot be cancelled: the goods have left. Ask the shopper to return them.",
                ", ".join(sent.mapped('name')),
            ))
        parts_sudo.filtered(lambda part: part.state in OPEN_STATES)._move_to(
            'cancelled', reason=self.env._("The whole order was cancelled."), system=True
        )
        return super()._action_cancel()

    # === FREIGHT === #

    def _get_freight_bases(self):
        """Return what the freight of each merchant's goods is counted by.

        :return: amount with tax and after discounts in the order's currency, pieces, and weight;
            the empty merchant stands for the platform
        :rtype: dict[marketplace.merchant, FreightBasis]
        """
        self.ensure_one()
        lines = self.order_line.filtered(lambda line: line.product_id and not line.is_delivery)
        bases = {}
        for merchant, part in lines.grouped('merchant_id').items():
            goods = part.filtered(
                lambda line: line.product_id.type == 'consu' and not line.is_reward_line
            )
            if goods:
                bases[merchant] = FreightBasis(
                    amount=sum(part.mapped('price_total')),
                    piece=sum(goods.mapped('product_uom_qty')),
                    weight=sum(line._get_goods_weight() for line in goods),
                )
        return bases

    def _create_delivery_line(self, carrier, price_unit):
        """Make one delivery line per merchant where they send by themselves."""
        if carrier.delivery_type != 'marketplace':
            return super()._create_delivery_line(carrier, price_unit)
        freight = {
            merchant: amount or 0.0
            for merchant, amount in carrier._get_marketplace_freight(self).items()
        }
        shares = self._spread_over_merchants(price_unit, freight)
        values = self._prepare_delivery_line_vals(carrier, price_unit)
        return self.env['sale.order.line'].sudo().create([
            dict(
                values,
                merchant_id=merchant.id,
                name=self._get_part_name(values['name'], merchant),
                price_unit=share,
            )
            for merchant, share in shares.items()
        ])

    def _get_part_name(self, name, merchant):
        return f"{name} – {merchant._public_name()}" if merchant else name

    def _spread_over_merchants(self, amount, weights):
        """Spread an amount over merchants by largest remainder.

        :param dict weights: weight per merchant; without a positive one, the first takes it all
        :rtype: dict[marketplace.merchant, float]
        """
        positive = [max(weight, 0.0) for weight in weights.values()]
        if not any(positive):
            positive[:1] = [1.0] * len(positive[:1])
        shares = spread(amount, positive, self.currency_id.rounding)
        return dict(zip(weights, shares, strict=True))

    # === REWARDS === #

    def _get_reward_line_values(self, reward, coupon, **kwargs):
        """Give each merchant its own share of a discount."""
        vals_list = super()._get_reward_line_values(reward, coupon, **kwargs)
        if reward.reward_type == 'product':
            return vals_list
        return [part for vals in vals_list for part in self._split_reward_values(reward, vals)]

    def _get_reward_values_free_shipping(self, reward, coupon, **kwargs):
        """Pay for all delivery lines; Odoo expects a single one."""
        vals_list = super()._get_reward_values_free_shipping(reward, coupon, **kwargs)
        delivery_lines = self.order_line.filtered('is_delivery')
        if len(delivery_lines) > 1:
            freight = sum(delivery_lines.mapped('price_unit'))
            vals_list[0]['price_unit'] = -min(reward.discount_max_amount or freight, freight)
        return vals_list

    def _split_reward_values(self, reward, vals):
        """Return the values of one reward line per merchant concerned.

        The points are spent once, with the first of them.
        """
        weights = self._get_reward_weights(reward, vals)
        price = self._limit_reward_price(reward, vals, sum(weights.values()))
        if len(weights) < 2:
            merchant = next(iter(weights)).id if weights else False
            return [dict(vals, price_unit=price, merchant_id=merchant)]
        shares = self._spread_over_merchants(price, weights)
        parts = {
            merchant: share
            for merchant, share in shares.items()
            if not self.currency_id.is_zero(share)
        } or dict([next(iter(shares.items()))])
        return [
            dict(
                vals,
                merchant_id=merchant.id,
                price_unit=share,
                points_cost=0 if index else vals.get('points_cost', 0),
            )
            for index, (merchant, share) in enumerate(parts.items())
        ]

    def _get_reward_weights(self, reward, vals):
        """Return by merchant what is left to pay of the lines that a reward line reduces."""
        return {
            merchant: self._get_left_to_pay(part, vals)
            for merchant, part in self._get_reduced_lines(reward, vals).grouped(
                'merchant_id'
            ).items()
        }

    def _get_reduced_lines(self, reward, vals):
        """Return the lines that a reward line reduces: of its taxes, if there are such lines."""
        lines = self._get_rewarded_lines(reward)
        tax_ids = self._get_reward_tax_ids(vals)
        same_tax = lines.filtered(lambda line: set(self._get_discounted_taxes(line).ids) == tax_ids)
        return same_tax or lines

    def _get_left_to_pay(self, lines, vals):
        """Return what the discounts so far leave of the price of one merchant's lines.

        As in Odoo, a fixed amount first takes what it reduces besides these lines. Odoo itself
        looks at one line per discount and tax, and there is one for each merchant.
        """
        left = sum(lines.mapped('price_total'))
        earlier = self.order_line.filtered(
            lambda line: line.reward_id.reward_type == 'discount'
            and line.merchant_id == lines.merchant_id
            and line.reward_identifier_code != vals.get('reward_identifier_code')
        )
        for discount in earlier:
            reduced = self._get_rewarded_lines(discount.reward_id).filtered(
                lambda line: line.merchant_id == lines.merchant_id
            )
            common = sum((reduced & lines).mapped('price_total'))
            others = sum((reduced - lines).mapped('price_total'))
            if not common:
                continue
            if discount.reward_id.discount_mode == 'percent':
                left += discount.price_total * common / (common + others)
            else:
                left -= max(-discount.price_total - others, 0.0)
        return max(left, 0.0)

    def _limit_reward_price(self, reward, vals, left):
        """Return the price of a reward line, which takes no more than is left to pay."""
        lines = self._get_reduced_lines(reward, vals)
        total = sum(lines.mapped('price_total'))
        if reward.reward_type != 'discount' or reward.program_id.is_payment_program or not total:
            return vals['price_unit']
        price = sum(
            line.price_unit * (1 - line.discount / 100) * line.product_uom_qty for line in lines
        )
        return max(vals['price_unit'], -price * left / total)

    def _get_rewarded_lines(self, reward):
        """Return the lines that a reward reduces the price of."""
        lines = self.order_line.filtered(lambda line: line.product_id and line.reward_id != reward)
        if reward.reward_type == 'shipping':
            return lines.filtered('is_delivery')
        if reward.discount_applicability == 'specific':
            return self._get_specific_discountable_lines(reward)
        if reward.discount_applicability == 'cheapest':
            return self._cheapest_line(reward) or lines.browse()
        if reward.program_id.is_payment_program:
            return lines
        return lines - self._get_no_effect_on_threshold_lines()

    def _get_discounted_taxes(self, line):
        taxes = line.tax_ids.flatten_taxes_hierarchy().filtered(lambda t: t.amount_type != 'fixed')
        return self.fiscal_position_id.map_tax(taxes)

    @api.model
    def _get_reward_tax_ids(self, vals):
        """Return the ids of the taxes that the commands of a reward line set."""
        tax_ids = set()
        for command in vals.get('tax_ids', ()):
            if command[0] == fields.Command.LINK:
                tax_ids.add(command[1])
            elif command[0] == fields.Command.SET:
                tax_ids.update(command[2])
        return tax_ids
