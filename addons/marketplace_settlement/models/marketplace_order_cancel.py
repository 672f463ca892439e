# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class MarketplaceOrder(models.Model):
    """What is not sent: cancelled as a whole, or in part after other goods have left."""

    _inherit = 'marketplace.order'

    # === ACTION METHODS === #

    def action_cancel_rest(self, reason):
        """Give up for the merchant what has not left yet; the shopper is refunded for it."""
        self.check_access('read')
        if not self.env.user.has_group('marketplace_merchant.group_merchant_manager'):
            raise AccessError(self.env._("Only merchant managers cancel for a merchant."))
        self.sudo()._cancel_rest(reason)

    # === PORTAL METHODS === #

    def portal_cancel(self, reason):
        """Cancel this part as its shopper, before anything was sent; the money comes back.

        :param str reason: the merchant reads it
        """
        order_sudo = self._portal_shopper()
        order_sudo._move_to('cancelled', reason=order_sudo._read_reason(reason))
        order_sudo._mail('withdrawn')

    def portal_cancel_rest(self, reason):
        """Give up as the merchant what has not left yet; the shopper is refunded for it.

        :param str reason: the shopper reads it
        """
        order_sudo = self._portal_merchant()
        order_sudo._cancel_rest(order_sudo._read_reason(reason))

    # === BUSINESS METHODS === #

    def _check_move(self, source, target, reason, system):
        super()._check_move(source, target, reason, system)
        if target == 'cancelled' and self.parcel_ids:
            raise UserError(self.env._(
                "%s cannot be cancelled any more: a parcel is on its way. What has not left yet"
                " can still be cancelled, and what arrives can be returned.", self.name,
            ))

    def _may_cancel(self):
        """Return whether the acting user may cancel this part as its shopper now."""
        self.ensure_one()
        return (
            self.state in ('to_accept', 'to_ship')
            and self._state_actor_shopper()
            and not self.parcel_ids
        )

    def _cancel_rest(self, reason):
        self.ensure_one()
        if self.state != 'to_ship' or not self.parcel_ids or not self._unsent_quantities():
            raise UserError(self.env._(
                "Nothing of %s waits to be sent after a first parcel. Reload the page to see its"
                " current state.", self.name,
            ))
        if not (reason or '').strip():
            raise UserError(self.env._(
                "Please give a reason: the people concerned will read it."
            ))
        self._open_pickings().action_cancel()
        self._close_shipment(reason)

    def _cancel_quantities(self, quantities, reason):
        """Refund goods that will not be sent; what was not invoiced yet never will be.

        :param dict quantities: how much of which sale order line
        """
        if not quantities:
            return
        self._leave_draft_invoices()
        # What was invoiced of a discount goes back by a credit note.
        discounts = {
            line: line._marketplace_amount_uncancelled() for line in self.line_ids
            if line._marketplace_kind() == 'discount' and not line._marketplace_invoice_lines()
        }
        for line, quantity in quantities.items():
            line.marketplace_cancelled_qty += quantity
        for line, amount in discounts.items():
            line._marketplace_refill_card(line._marketplace_amount_uncancelled() - amount)
        self.env['marketplace.audit.log']._log(
            self, 'change', reason=reason, after={'cancelled': self._joined(
                f"{quantity:g} × {line.product_id.display_name}"
                for line, quantity in quantities.items()
            )},
        )
        self._refund(
            {
                line: min(quantity, line._marketplace_excess_qty()) / line.product_uom_qty
                for line, quantity in quantities.items()
            },
            reason, self,
        )
        self._mail('shortened', cancelled_reason=reason, cancelled_quantities=quantities)

    # === SOLD OUT === #

    def _sold_out(self):
        """Return the goods of these orders that the merchants' stock could not be reserved for.

        :rtype: dict[marketplace.order, product.product]
        """
        moves = self.picking_ids.move_ids.filtered(lambda move: move._marketplace_is_short())
        # Where the warehouse reserves later or by hand, merchants' goods still are at once.
        moves._action_assign()
        moves = moves.filtered(lambda move: move._marketplace_is_short())
        return {
            order: part.product_id
            for order, part in moves.grouped(lambda m: m.picking_id.marketplace_order_id).items()
        }


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _marketplace_is_short(self):
        """Return whether goods that left a merchant's shelf are missing there."""
        self.ensure_one()
        return bool(
            self.merchant_id
            and self.location_id.merchant_id
            and self.procure_method == 'make_to_stock'
            and self.state not in ('assigned', 'done', 'cancel')
            and self.product_id.is_storable
            and not self.product_id._sells_without_stock()
        )


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _sells_without_stock(self):
        """Return whether more may be sold of a merchant's goods than it has."""
        return False


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    marketplace_cancelled_qty = fields.Float(
        string="Cancelled Quantity", digits='Product Unit', readonly=True, copy=False,
        help="What the merchant could not send after a first parcel; it is not charged.",
    )  # fmt: skip
