# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = 'delivery.carrier'

    delivery_type = fields.Selection(
        selection_add=[('marketplace', "Marketplace")], ondelete={'marketplace': 'set default'}
    )
    marketplace_platform_amount = fields.Monetary(
        string="Freight of Own Goods",
        help="What the marketplace charges for its own goods in an order. Merchants charge what"
        " their freight templates say.",
    )

    _marketplace_platform_amount_positive = models.Constraint(
        'CHECK (marketplace_platform_amount >= 0)', "Freight cannot be negative."
    )

    # === BUSINESS METHODS === #

    def _match(self, partner, source):
        return super()._match(partner, source) and self._match_marketplace(source)

    def _match_marketplace(self, source):
        """Merchants send by themselves: their goods go with a marketplace method, others don't."""
        if source._name != 'sale.order':
            return True
        return bool(source.order_line.merchant_id) == (self.delivery_type == 'marketplace')

    def marketplace_rate_shipment(self, order):
        """Price an order as the sum of what each merchant, and the marketplace, charge for it."""
        self.ensure_one()
        if not self._match_address(order.partner_shipping_id):
            return {
                'success': False,
                'price': 0.0,
                'error_message': self.env._("We don't deliver to this address this way."),
                'warning_message': False,
            }
        freight = self._get_marketplace_freight(order)
        if refusing := [merchant for merchant, amount in freight.items() if amount is None]:
            return {
                'success': False,
                'price': 0.0,
                'error_message': self.env._(
                    "%s: no delivery to your address. Please take these goods out of your cart, or"
                    " choose another address.",
                    ", ".join(merchant._public_name() for merchant in refusing),
                ),
                'warning_message': False,
            }
        return {
            'success': True,
            'price': sum(freight.values()),
            'error_message': False,
            'warning_message': False,
        }

    def _get_marketplace_freight(self, order):
        """Return the freight of each part of an order, in its currency.

        :return: amount per merchant, ``None`` where it doesn't send to the order's address; the
            empty merchant stands for the platform's own goods
        :rtype: dict[marketplace.merchant, float]
        """
        self.ensure_one()
        goods = order._get_freight_bases()
        platform = goods.pop(self.env['marketplace.merchant'], None)
        company_goods = {
            merchant: basis._replace(
                amount=self._compute_currency(order, basis.amount, 'pricelist_to_company')
            )
            for merchant, basis in goods.items()
        }
        freight = self.env['marketplace.freight.template']._get_freight(
            company_goods, order.partner_shipping_id
        )
        if platform is not None:
            freight[self.env['marketplace.merchant']] = self.marketplace_platform_amount
        return {
            merchant: None if amount is None else order.currency_id.round(
                self._compute_currency(order, amount, 'company_to_pricelist')
            )
            for merchant, amount in freight.items()
        }
