# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


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

    def _may_invite_buyer(self):
        """Return whether who bought this without an account may have one now."""
        self.ensure_one()
        scope = self.env['res.users']._get_signup_invitation_scope()
        buyer_sudo = self.sudo().partner_id.with_context(active_test=False)
        return scope == 'b2c' and not buyer_sudo.user_ids

    def _invite_buyer(self):
        """Mail who bought this without an account the way to one, to the address of the order.

        Whoever has the link of the order may ask for it, so that nothing of it is shown here.

        :raise UserError: if there is one already, or the address can't have one
        """
        if not self._may_invite_buyer():
            raise UserError(self.env._("This order has an account already. Please sign in."))
        invitation = self.env['portal.wizard'].with_user(SUPERUSER_ID).create({
            'partner_ids': [Command.set(self.partner_id.ids)],
        }).user_ids
        if invitation.email_state != 'ok':
            raise UserError(self.env._(
                "No account can be opened for the mail address of this order: it has one already,"
                " or is not valid. Please write to us."
            ))
        invitation.action_grant_access()

    def _get_sellers(self):
        """Return the sudoed shops whose goods are in this order; an empty one is the platform.

        :rtype: list
        """
        self.ensure_one()
        sellers = dict.fromkeys(line._get_merchant_shop() for line in self._get_goods_lines())
        return sorted(sellers, key=lambda shop: (not shop, shop.name or ''))
