# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

RANKS = ('to_accept', 'to_ship', 'shipped', 'delivered', 'completed')


class SaleOrder(models.Model):
    """What the merchants' parts of an order make together, and what happens to them at once."""

    _inherit = 'sale.order'

    marketplace_state = fields.Selection(
        selection=[
            ('to_accept', "Waiting for the merchants"),
            ('to_ship', "Being prepared"),
            ('partly_shipped', "Partly shipped"),
            ('shipped', "Shipped"),
            ('delivered', "Delivered"),
            ('completed', "Completed"),
            ('cancelled', "Cancelled"),
        ],
        string="Merchants",
        compute='_compute_marketplace_state',
        compute_sudo=True,
        help="Where the slowest merchant is; parts that were cancelled are left aside.",
    )

    # === COMPUTE METHODS === #

    @api.depends('marketplace_order_ids.state', 'marketplace_order_ids.parcel_ids')
    def _compute_marketplace_state(self):
        for order in self:
            order.marketplace_state = order._marketplace_group_state()

    def _marketplace_group_state(self):
        parts = self.marketplace_order_ids
        alive = parts.filtered(lambda part: part.state != 'cancelled')
        if not alive:
            return 'cancelled' if parts else False
        slowest = min(alive.mapped('state'), key=RANKS.index)
        if slowest in ('to_accept', 'to_ship') and alive.parcel_ids:
            return 'partly_shipped'
        return slowest

    # === BUSINESS METHODS === #

    def _action_confirm(self):
        self._marketplace_lock_stock()
        result = super()._action_confirm()
        waiting = self.sudo().marketplace_order_ids.filtered(lambda p: p.state == 'to_accept')
        waiting._refuse_sold_out()
        waiting._accept_at_once()
        return result

    def _marketplace_lock_stock(self):
        """Let one transaction at a time sell from a stock; the loser of a race starts again.

        Odoo's reservation steps around rows that another transaction holds and reserves beside
        them: two buyers of the last piece would both get it. An update of the rows makes the later
        transaction fail, and Odoo tries it again on what is left by then.
        """
        products = self.sudo().order_line.filtered('merchant_id').product_id.filtered(
            lambda product: product.is_storable and not product._sells_without_stock()
        )
        if products:
            self.env.cr.execute(SQL(
                "UPDATE stock_quant SET write_date = write_date WHERE product_id = ANY(%s)"
                " AND location_id IN (SELECT id FROM stock_location WHERE merchant_id IS NOT NULL)",
                products.ids,
            ))

    def _marketplace_has_payment(self):
        """Return whether a shopper has paid online, or promised to."""
        return bool(self.sudo().transaction_ids.filtered(
            lambda tx: tx.state in ('authorized', 'done')
        ))


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    def _refuse_sold_out(self):
        """Sell nothing twice: cancel what was paid and is not there, refuse what is not paid."""
        for part, products in self._sold_out().items():
            names = ", ".join(products.mapped('display_name'))
            if not part.sale_order_id._marketplace_has_payment():
                raise UserError(self.env._(
                    "%s: not enough is left in stock. Please take less of it, or wait until the"
                    " merchant has more.", names,
                ))
            part._move_to('cancelled', system=True, reason=self.env._(
                "%s: other shoppers bought the last ones a moment before your payment arrived.",
                names,
            ))

    def _accept_at_once(self):
        """Accept the orders of merchants that want it so, where nothing keeps them from it."""
        self.filtered(lambda part: part.state == 'to_accept' and (
            part.company_id.marketplace_auto_accept or part.merchant_id.auto_accept
        ))._move_to('to_ship', system=True)


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_auto_accept = fields.Boolean(
        string="Accept Orders for All Merchants",
        help="New orders count as accepted at once. Without it, each merchant chooses.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_auto_accept = fields.Boolean(
        related='company_id.marketplace_auto_accept', readonly=False
    )


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    auto_accept = fields.Boolean(
        string="Accept Orders at Once",
        readonly=True,
        help="New orders go straight to shipping. Only for merchants that keep their stock right.",
    )

    def portal_set_auto_accept(self, enabled):
        """Choose as the merchant whether new orders are accepted without a look at them."""
        self.ensure_one()
        self._check_member('orders')
        self.sudo().auto_accept = bool(enabled)
        self.env['marketplace.audit.log']._log(
            self.sudo(), 'change', after={'auto_accept': bool(enabled)}
        )
