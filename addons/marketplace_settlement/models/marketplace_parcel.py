# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate_member, elevate_shopper

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceParcel(models.Model):
    """Goods of a merchant order that left together; the rest of the order follows in others."""

    _name = 'marketplace.parcel'
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _description = "Parcel"
    _order = 'id desc'
    _rec_names_search = ['name', 'tracking_ref', 'order_id.name']

    _guard_editable = ('cost',)
    _guard_frozen = ('order_id', 'picking_id', 'return_id')
    _state_initial = 'shipped'
    _state_moves = (
        Move('shipped', 'delivered', by=('member_orders', 'shopper', MANAGER, 'system')),
    )

    name = fields.Char(required=True, readonly=True, index='trigram')
    order_id = fields.Many2one(
        comodel_name='marketplace.order', string="Merchant Order", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    return_id = fields.Many2one(
        comodel_name='marketplace.return', string="Replacement for", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(related='order_id.merchant_id', store=True, index=True)
    partner_id = fields.Many2one(
        related='order_id.partner_id', string="Shopper", store=True, index=True
    )
    company_id = fields.Many2one(related='order_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    picking_id = fields.Many2one(
        comodel_name='stock.picking', string="Transfer", readonly=True, ondelete='restrict'
    )
    line_ids = fields.One2many(
        comodel_name='marketplace.parcel.line', inverse_name='parcel_id', string="Goods",
        readonly=True,
    )  # fmt: skip
    carrier_id = fields.Many2one(
        comodel_name='delivery.carrier', string="Known Carrier", readonly=True,
        index='btree_not_null',
    )  # fmt: skip
    carrier_name = fields.Char(string="Carrier", readonly=True)
    tracking_ref = fields.Char(string="Tracking Number", readonly=True, index='trigram')
    tracking_url = fields.Char(
        string="Tracking Page", compute='_compute_tracking_url', compute_sudo=True
    )
    state = fields.Selection(
        selection=[('shipped', "On the way"), ('delivered', "Delivered")],
        required=True, readonly=True, index=True,
    )  # fmt: skip
    date_delivered = fields.Datetime(string="Delivered on", readonly=True)
    cost = fields.Monetary(
        string="Logistics Cost",
        help="What the carrier charged for the parcel, in the company's currency; 0 if unknown.",
    )

    _picking_uniq = models.UniqueIndex(
        '(picking_id) WHERE picking_id IS NOT NULL', "This transfer is in a parcel already."
    )
    _cost_positive = models.Constraint(
        'CHECK (cost >= 0)', "What the carrier charged cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends('carrier_id', 'tracking_ref', 'picking_id')
    def _compute_tracking_url(self):
        for parcel in self:
            known = bool(parcel.carrier_id and parcel.picking_id)
            parcel.tracking_url = known and parcel.picking_id._marketplace_tracking_url()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        parcels = super().create(vals_list)
        self.env['marketplace.audit.log']._log(parcels, 'create')
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_parcel_shipped', parcels
        )
        return parcels

    # === ACTION METHODS === #

    def action_mark_delivered(self):
        """Note for the carrier that the parcels arrived."""
        self.check_access('read')
        if not self.env.user._is_internal():
            raise AccessError(self.env['marketplace.merchant']._no_member_message())
        self.sudo()._move_to('delivered')

    # === PORTAL METHODS === #

    def portal_mark_delivered(self):
        """Say as the merchant that the parcel arrived."""
        parcel_sudo = elevate_member(self, 'orders')
        parcel_sudo._move_to('delivered')

    def portal_confirm_receipt(self):
        """Say as the shopper that the parcel arrived; with the last one, all of the order has."""
        parcel_sudo = elevate_shopper(self)
        parcel_sudo._move_to('delivered')
        order = parcel_sudo.order_id
        if order.state == 'delivered' and not order.date_received:
            order._receive()

    def portal_set_cost(self, cost):
        """Note as the merchant what the carrier charged.

        :param cost: a number, or the text that a person typed; in the company's currency
        """
        parcel_sudo = elevate_member(self, 'orders')
        parcel_sudo.cost = parcel_sudo.order_id._read_cost(cost)

    # === BUSINESS METHODS === #

    def _state_actor_shopper(self):
        return self.order_id._state_actor_shopper()

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        self.date_delivered = fields.Datetime.now()
        self.filtered(lambda parcel: not parcel.return_id).order_id._deliver_if_all_arrived()


class MarketplaceParcelLine(models.Model):
    """How much of one article is in a parcel."""

    _name = 'marketplace.parcel.line'
    _inherit = ['marketplace.guard.mixin']
    _description = "Goods in a Parcel"
    _rec_name = 'product_id'

    _guard_frozen = ('parcel_id', 'sale_line_id', 'quantity')

    parcel_id = fields.Many2one(
        comodel_name='marketplace.parcel', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', string="Order Line", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    product_id = fields.Many2one(related='sale_line_id.product_id')
    product_uom_id = fields.Many2one(related='sale_line_id.product_uom_id')
    quantity = fields.Float(digits='Product Unit', required=True, readonly=True)

    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', "A parcel has more than nothing of each article in it."
    )


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    marketplace_parcel_ids = fields.One2many(
        comodel_name='marketplace.parcel', inverse_name='picking_id',
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    marketplace_carrier_name = fields.Char(
        string="Merchant's Carrier", readonly=True, copy=False,
        help="As the merchant typed it, when it is none of the carriers that Odoo knows.",
    )  # fmt: skip

    # === BUSINESS METHODS === #

    def _marketplace_tracking_url(self):
        """Ask Odoo's carrier; some of them know several pages, shoppers need the first."""
        url = bool(self.carrier_id and self.carrier_tracking_ref) and self.carrier_tracking_url
        pages = url and self.get_multiple_carrier_tracking()
        return pages[0][1] if pages else url

    def _marketplace_make_parcels(self):
        """Make a parcel of each transfer that has left, whoever sent it."""
        sent = self.sudo().filtered(
            lambda picking: picking.state == 'done' and picking.picking_type_code == 'outgoing'
            and not picking.return_id and not picking.marketplace_parcel_ids
        )  # fmt: skip
        Parcel = self.env['marketplace.parcel'].sudo()
        for picking in sent:
            if quantities := picking._marketplace_sent_quantities():
                Parcel.create(picking._prepare_marketplace_parcel(quantities))

    def _marketplace_sent_quantities(self):
        """Return what left with this transfer: {sale order line: quantity in its unit}."""
        quantities = {}
        for move in self.move_ids.filtered(lambda m: m.state == 'done' and m.sale_line_id):
            line = move.sale_line_id
            quantity = move.product_uom._compute_quantity(move.quantity, line.product_uom_id)
            quantities[line] = quantities.get(line, 0.0) + quantity
        return {line: quantity for line, quantity in quantities.items() if quantity > 0}

    def _prepare_marketplace_parcel(self, quantities):
        order = self.marketplace_order_id
        # The method by which the shopper paid the freight carries nothing by itself.
        carrier = self.carrier_id.filtered(lambda c: c.delivery_type != 'marketplace')
        return order._prepare_parcel(quantities, {
            'carrier_id': carrier.id,
            'carrier_name': self.marketplace_carrier_name or carrier.name,
            'tracking_ref': self.carrier_tracking_ref,
            'cost': order._convert_cost(self.carrier_price),
        }) | {
            'picking_id': self.id,
            'return_id': order.return_ids.filtered(
                lambda request: request.replacement_picking_id == self
            ).id,
        }

    def _marketplace_send(self, left, keep_rest=True):
        """Validate as much of ``left`` as this transfer has.

        What the merchant sent has left, whatever the stock figures say.

        :param dict left: quantity per sale order line, in the line's unit
        :param bool keep_rest: whether a back order keeps the rest, or nobody waits for it
        :return: what was taken, empty if nothing
        :rtype: dict
        """
        self.ensure_one()
        taken = {}
        for move in self.move_ids.filtered(lambda m: m.state not in ('done', 'cancel')):
            line = move.sale_line_id
            wanted = line.product_uom_id._compute_quantity(
                left.get(line, 0.0) - taken.get(line, 0.0), move.product_uom
            ) if line in left else 0.0
            quantity = min(wanted, move.product_uom_qty)
            move.picked = move.product_uom.compare(quantity, 0.0) > 0
            if move.picked:
                move.quantity = quantity
                taken[line] = taken.get(line, 0.0) + move.product_uom._compute_quantity(
                    quantity, line.product_uom_id
                )
        if taken:
            self.with_context(
                skip_backorder=True, skip_sms=True,
                picking_ids_not_to_backorder=[] if keep_rest else self.ids,
            ).button_validate()
        return taken
