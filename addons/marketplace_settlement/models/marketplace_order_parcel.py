# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.marketplace_merchant.tools.form_reader import FormReader
from odoo.addons.marketplace_merchant.tools.secret import mask

COST_MAXIMUM = 1_000_000


class MarketplaceOrder(models.Model):
    """Shipping: in one parcel, or in several."""

    _inherit = 'marketplace.order'

    parcel_ids = fields.One2many(
        comodel_name='marketplace.parcel', inverse_name='order_id', string="Parcels", readonly=True
    )
    carrier_name = fields.Char(
        string="Carrier", compute='_compute_parcel', store=True, compute_sudo=True
    )
    tracking_ref = fields.Char(
        string="Tracking Number", compute='_compute_parcel', store=True, compute_sudo=True,
        index='trigram', help="Of all parcels.",
    )  # fmt: skip
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency"
    )
    amount_logistics_cost = fields.Monetary(
        string="Logistics Cost", compute='_compute_logistics_cost', store=True, compute_sudo=True,
        currency_field='company_currency_id', help="What the carriers charged for all parcels.",
    )  # fmt: skip
    amount_logistics_subsidy = fields.Monetary(
        string="Logistics Subsidy", readonly=True, groups='marketplace_merchant.group_staff',
        help="What the marketplace adds to the freight, by the merchant's tier.",
    )  # fmt: skip
    amount_logistics_result = fields.Monetary(
        string="Freight after Cost", compute='_compute_logistics_cost', store=True,
        compute_sudo=True, currency_field='company_currency_id',
        groups='marketplace_merchant.group_staff',
        help="Freight and subsidy less the carriers' charges, in the company's currency.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('parcel_ids.carrier_name', 'parcel_ids.tracking_ref')
    def _compute_parcel(self):
        for order in self:
            parcels = order.parcel_ids.filtered(lambda parcel: not parcel.return_id).sorted('id')
            order.carrier_name = order._joined(parcels.mapped('carrier_name'))
            order.tracking_ref = order._joined(parcels.mapped('tracking_ref'))

    @api.depends('parcel_ids.cost', 'amount_freight', 'amount_logistics_subsidy')
    def _compute_logistics_cost(self):
        for order in self:
            earned = order.amount_freight + order.amount_logistics_subsidy
            rate = order.sale_order_id.currency_rate or 1.0
            cost = sum(order.parcel_ids.mapped('cost'))
            order.amount_logistics_cost = cost
            order.amount_logistics_result = order.company_currency_id.round(earned / rate - cost)

    @api.model
    def _joined(self, texts):
        """Return the different texts in one, or nothing."""
        return ", ".join(dict.fromkeys(filter(None, texts))) or False

    # === PORTAL METHODS === #

    def portal_ship(self, carrier_name, tracking_ref, quantities=None, cost=None):
        """Say that goods have left in one parcel: all that is left to send, or a part of it.

        :param str carrier_name: who carries them
        :param str tracking_ref: the number by which the shopper can follow them
        :param dict quantities: how many leave per id of the sale order line; all by default
        :param cost: what the carrier charges, if known, in the company's currency
        :return: the id of the parcel
        :rtype: int
        :raise FieldErrors: everything that is wrong
        """
        order_sudo = self._portal_merchant()
        if order_sudo.state != 'to_ship':
            order_sudo._check_move(order_sudo.state, 'shipped', None, False)
        reader = FormReader(self.env, {
            'carrier_name': carrier_name, 'tracking_ref': tracking_ref, 'cost': cost,
        })  # fmt: skip
        order_sudo._read_parcel(reader)
        left = order_sudo._unsent_quantities()
        wanted = left if quantities is None else order_sudo._read_quantities(
            reader, quantities, left, self._too_many_to_send
        )
        order_sudo._check_new_parcel(reader)
        before = order_sudo.parcel_ids
        order_sudo._send(wanted, reader.check())
        return (order_sudo.parcel_ids - before)[:1].id

    # === WHERE IT GOES === #

    def _merchant_phone(self):
        """Return the shopper's phone as the merchant may see it: whole while it is needed."""
        self.ensure_one()
        phone = self.sale_order_id.partner_shipping_id.phone or ''
        return phone if self.state in ('to_ship', 'shipped') else mask(phone)

    # === FORMS === #

    def _read_parcel(self, reader):
        reader.text('carrier_name', self.env._("Carrier"))
        reader.text('tracking_ref', self.env._("Tracking number"))
        reader.number(
            'cost', self.env._("What the carrier charges"), maximum=COST_MAXIMUM, required=False
        )

    def _read_cost(self, cost):
        reader = FormReader(self.env, {'cost': cost})
        reader.number(
            'cost', self.env._("What the carrier charges"), maximum=COST_MAXIMUM, required=False
        )
        return self.company_id.currency_id.round(reader.check()['cost'] or 0.0)

    def _check_new_parcel(self, reader):
        """Note it when the parcel was told before: a form may be sent twice."""
        number = reader.clean.get('tracking_ref')
        if number and number in self.parcel_ids.mapped('tracking_ref'):
            reader.fail('tracking_ref', self.env._(
                "There is a parcel with the number %s already. Reload the page to see it.", number
            ))

    @api.model
    def _too_many_to_send(self, quantity, product):
        return self.env._(
            "%(quantity)s of %(product)s are left to send.", quantity=quantity, product=product
        )

    # === BUSINESS METHODS === #

    def _sent_quantities(self):
        """Return how much of each line of goods has left, replacements left aside: {line: qty}."""
        self.ensure_one()
        sent = dict.fromkeys(self._goods_lines(), 0.0)
        for item in self.parcel_ids.filtered(lambda parcel: not parcel.return_id).line_ids:
            sent[item.sale_line_id] += item.quantity
        return sent

    def _unsent_quantities(self):
        """Return what is still to be sent: {sale order line: quantity}."""
        return {
            line: line.product_uom_qty - line.marketplace_cancelled_qty - quantity
            for line, quantity in self._sent_quantities().items()
            if line.product_uom_id.compare(
                line.product_uom_qty - line.marketplace_cancelled_qty, quantity
            ) > 0
        }

    def _slip_quantities(self):
        """Return what a packing slip lists: what leaves next; once all has left, all of it."""
        return self._unsent_quantities() or {
            line: quantity for line, quantity in self._sent_quantities().items() if quantity
        }

    def _send(self, quantities, values):
        """Let goods leave the warehouse; with several steps, each transfer makes the next.

        :param dict quantities: how much of which sale order line
        :param dict values: carrier_name, tracking_ref, cost of the parcel
        """
        self.ensure_one()
        left = dict(quantities)
        while left and (taken := self._send_once(left, values)):
            for line, quantity in taken.items():
                left[line] -= quantity
            left = {
                line: quantity for line, quantity in left.items()
                if line.product_uom_id.compare(quantity, 0.0) > 0
            }
        if left:
            raise UserError(self.env._(
                "The goods of %s cannot leave the warehouse. Please contact the marketplace.",
                self.name,
            ))

    def _send_once(self, left, values):
        """Validate transfers to the shopper, or else those that come before, and return what left.

        :return: quantity per sale order line; without quantity if it only came nearer
        """
        pickings = self._open_pickings()
        outgoing = pickings.filtered(lambda picking: picking.picking_type_code == 'outgoing')
        for picking in outgoing:
            if picking.move_ids.sale_line_id & self.env['sale.order.line'].concat(*left):
                picking.write(self._prepare_shipment(values))
                return picking._marketplace_send(left)
        for picking in pickings - outgoing:
            if taken := picking._marketplace_send(left):
                return dict.fromkeys(taken, 0.0)
        return {}

    def _prepare_shipment(self, values):
        """Return the values by which Odoo knows the carrier of a transfer."""
        carrier = self.env['delivery.carrier']._marketplace_find(values['carrier_name'])
        return {
            'carrier_id': carrier.id or self.sale_order_id.carrier_id.id,
            'marketplace_carrier_name': values['carrier_name'],
            'carrier_tracking_ref': values['tracking_ref'],
            'carrier_price': self._convert_cost(values['cost'] or 0.0, back=True),
        }

    def _prepare_parcel(self, quantities, values):
        return dict(
            values,
            name=f"{self.name}/{len(self.parcel_ids) + 1}",
            order_id=self.id,
            cost=values.get('cost') or 0.0,
            line_ids=[
                Command.create({'sale_line_id': line.id, 'quantity': quantity})
                for line, quantity in quantities.items()
            ],
        )

    def _convert_cost(self, amount, back=False):
        """Convert what Odoo's carriers charge, in the order's currency, to the company's."""
        pair = (self.currency_id, self.company_id.currency_id)
        source, target = reversed(pair) if back else pair
        return source._convert(amount, target, self.company_id, fields.Date.context_today(self))

    def _open_pickings(self):
        self.ensure_one()
        replacements = self.return_ids.replacement_picking_id
        return self.picking_ids.filtered(
            lambda p: not p.return_id and p.state not in ('done', 'cancel')
        ) - replacements

    def _ship_if_all_left(self):
        """Follow the warehouse: an order is shipped when nothing of it waits there any more."""
        for order in self.filtered(lambda order: order.state == 'to_ship'):
            if not order._open_pickings() and order.parcel_ids:
                order._close_shipment(self.env._("These goods could not be sent."))

    def _close_shipment(self, reason):
        """Go on without what will not leave any more: the shopper is refunded for that."""
        self.ensure_one()
        unsent = self._unsent_quantities()
        self._move_to('shipped', system=True)
        self._cancel_quantities(unsent, reason)
        self._deliver_if_all_arrived()

    def _deliver_if_all_arrived(self):
        for order in self.filtered(lambda order: order.state == 'shipped'):
            parcels = order.parcel_ids.filtered(lambda parcel: not parcel.return_id)
            if parcels and set(parcels.mapped('state')) == {'delivered'}:
                order._move_to('delivered', system=True)


class DeliveryCarrier(models.Model):
    _inherit = 'delivery.carrier'

    marketplace_offered = fields.Boolean(
        string="Merchants Send with It",
        help="Offered to merchants when they enter a parcel; shoppers get its tracking link.",
    )

    @api.model
    def _marketplace_offered_names(self):
        """Return what merchants can choose from; they may type any other carrier as well."""
        return self.sudo().search([('marketplace_offered', '=', True)]).mapped('name')

    @api.model
    def _marketplace_find(self, name):
        """Return the offered carrier that a merchant typed the name of, if any."""
        name = (name or '').strip()
        offered = self.sudo().search([('marketplace_offered', '=', True)])
        return offered.filtered(lambda carrier: carrier.name.casefold() == name.casefold())[:1]
