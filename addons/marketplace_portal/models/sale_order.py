# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _verify_cart(self):
        super()._verify_cart()
        self._remove_unsellable_lines()

    def _verify_cart_after_update(self):
        """Make the freight anew: Odoo would write all of it on each merchant's delivery line."""
        carrier = self.carrier_id
        if carrier.delivery_type != 'marketplace':
            return super()._verify_cart_after_update()
        self._remove_delivery_line()
        self.carrier_id = False
        result = super()._verify_cart_after_update()
        if carrier in self._get_delivery_methods():
            self._set_delivery_method(carrier)
        return result

    def _check_cart_is_ready_to_be_paid(self):
        if lines := self._get_unsellable_lines():
            raise ValidationError(
                self.env._(
                    "%(products)s cannot be bought at the moment."
                    " Open your cart again: we have taken it out of there.",
                    products=lines._get_product_list(),
                )
            )
        return super()._check_cart_is_ready_to_be_paid()

    def _get_unsellable_lines(self):
        """Return the lines of goods that their merchant may not sell now."""
        return self._get_goods_lines().filtered(lambda line: not line.product_id.is_sellable)

    def _get_goods_lines(self):
        """Return the lines that a shopper put into the cart: no freight, no rewards, no notes."""
        return self.order_line.filtered(
            lambda line: line.product_id and line._show_in_cart() and not line.is_reward_line
        )

    def _remove_unsellable_lines(self):
        """Take goods out of the cart that their merchant may not sell now, and tell the shopper.

        :return: whether there were any
        :rtype: bool
        """
        self.ensure_one()
        lines = self._get_unsellable_lines()
        if not lines:
            return False
        message = self.env._(
            "%(products)s cannot be bought at the moment and was taken out of your cart."
            " We are sorry for the inconvenience.",
            products=lines._get_product_list(),
        )
        lines.unlink()
        self._verify_cart_after_update()
        self.shop_warning = message
        return True

    def _get_freight_parts(self):
        """Return what each seller charges for sending: name and amount; none for a single one.

        :rtype: list[dict]
        """
        self.ensure_one()
        lines = self.order_line.filtered('is_delivery')
        shown = 'price_total' if self._shows_tax_included() else 'price_subtotal'
        platform = self.company_id.sudo().name
        return [
            {
                'name': line._get_merchant_shop().name or platform,
                'amount': line[shown],
            }
            for line in lines
        ] if len(lines) > 1 else []

    def _shows_tax_included(self):
        return self.website_id.show_line_subtotals_tax_selection == 'tax_included'

    def _get_sellers(self):
        """Return the sudoed shops whose goods are in this order; an empty one is the platform.

        :rtype: list
        """
        self.ensure_one()
        sellers = dict.fromkeys(line._get_merchant_shop() for line in self._get_goods_lines())
        return sorted(sellers, key=lambda shop: (not shop, shop.name or ''))
