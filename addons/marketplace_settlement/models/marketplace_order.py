# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate_member, elevate_shopper
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

from .marketplace_return import CLOSED_STATES

MANAGER = 'marketplace_merchant.group_merchant_manager'
OPEN_STATES = ('to_accept', 'to_ship')
SENT_STATES = ('shipped', 'delivered')
ANNOUNCE_BATCH = 100


class MarketplaceOrder(models.Model):
    """One merchant's part of one sale order: what it has to send, and what it earns by it."""

    _name = 'marketplace.order'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Merchant Order"
    _order = 'id desc'
    _rec_names_search = ['name', 'tracking_ref', 'merchant_id.name', 'partner_id.name']

    _guard_frozen = ('sale_order_id', 'merchant_id')
    _reason_actions = ('action_cancel', 'action_cancel_rest')
    _state_initial = 'to_accept'
    _state_moves = (
        Move('to_accept', 'to_ship', by=('member_orders', 'system')),
        *(
            Move(state, 'cancelled', by=('member_orders', 'shopper', MANAGER, 'system'),
                 reason=True)
            for state in OPEN_STATES
        ),
        Move('to_ship', 'shipped', by=('member_orders', 'system')),
        Move('shipped', 'delivered', by=('member_orders', 'shopper', MANAGER, 'system')),
        Move('delivered', 'completed', by=('system',)),
    )

    name = fields.Char(required=True, readonly=True, copy=False, index='trigram')
    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sales Order", required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    partner_id = fields.Many2one(
        related='sale_order_id.partner_id', string="Shopper", store=True, index=True
    )
    company_id = fields.Many2one(related='sale_order_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='sale_order_id.currency_id', store=True)
    line_ids = fields.One2many(
        comodel_name='sale.order.line', inverse_name='marketplace_order_id', string="Lines",
        readonly=True,
    )  # fmt: skip
    picking_ids = fields.One2many(
        comodel_name='stock.picking', inverse_name='marketplace_order_id', string="Transfers",
        readonly=True,
    )  # fmt: skip
    return_ids = fields.One2many(
        comodel_name='marketplace.return', inverse_name='order_id', string="Returns",
        readonly=True,
    )  # fmt: skip
    return_count = fields.Integer(compute='_compute_return_count')
    state = fields.Selection(
        selection=[
            ('to_accept', "To accept"),
            ('to_ship', "To ship"),
            ('shipped', "Shipped"),
            ('delivered', "Delivered"),
            ('completed', "Completed"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    amount_goods = fields.Monetary(
        string="Goods", readonly=True, help="Goods with tax, before discounts."
    )
    amount_discount = fields.Monetary(string="Discounts", readonly=True)
    amount_freight = fields.Monetary(string="Freight", readonly=True)
    amount_total = fields.Monetary(
        string="Total", readonly=True, help="What the shopper pays for this merchant's part."
    )
    amount_refunded = fields.Monetary(
        string="Refunded", compute='_compute_amount_refunded', compute_sudo=True
    )
    amount_commission = fields.Monetary(
        string="Commission", readonly=True, groups='marketplace_merchant.group_staff',
        help="What the marketplace keeps of this order if nothing is refunded.",
    )  # fmt: skip
    ship_deadline = fields.Datetime(
        string="Send by", readonly=True, copy=False,
        help="When the last of the goods has to leave: the merchant's promise, counted from its"
        " acceptance.",
    )  # fmt: skip
    is_late = fields.Boolean(
        string="Sent Late", readonly=True, copy=False,
        help="Not everything had left when it should have.",
    )  # fmt: skip
    is_announced = fields.Boolean(readonly=True, copy=False, help="The merchant was told by mail.")
    cancel_reason = fields.Text(string="Reason of Cancellation", readonly=True, copy=False)
    date_shipped = fields.Datetime(string="Shipped on", readonly=True, copy=False)
    date_delivered = fields.Datetime(string="Delivered on", readonly=True, copy=False)
    date_received = fields.Datetime(
        string="Received on", readonly=True, copy=False,
        help="When the shopper confirmed receipt, or kept silent for long enough. The return"
        " window starts here.",
    )  # fmt: skip
    date_completed = fields.Datetime(
        string="Completed on", readonly=True, copy=False, index='btree_not_null',
        help="The return window has closed; the days until settlement count from here.",
    )  # fmt: skip
    settlement_days = fields.Integer(
        string="Settlement After (days)", readonly=True, groups='marketplace_merchant.group_staff',
        help="N of T+N, as the merchant's tier said when the goods were sold.",
    )  # fmt: skip
    available_date = fields.Date(
        string="Available from", compute='_compute_available_date', store=True, compute_sudo=True,
        help="When what the order earned can be settled.",
    )  # fmt: skip

    _part_uniq = models.Constraint(
        'UNIQUE (sale_order_id, merchant_id)',
        "There is already a merchant order of this merchant for this sales order.",
    )
    _unannounced_idx = models.Index(
        "(id) WHERE is_announced IS NOT TRUE AND state IN ('to_accept', 'to_ship')"
    )

    # === COMPUTE METHODS === #

    @api.depends('return_ids')
    def _compute_return_count(self):
        for order in self:
            order.return_count = len(order.return_ids)

    @api.depends('date_completed', 'settlement_days')
    def _compute_available_date(self):
        for order in self:
            days = timedelta(days=order.settlement_days)
            order.available_date = order.date_completed and order.date_completed.date() + days

    @api.depends('line_ids.invoice_lines.parent_state', 'line_ids.invoice_lines.price_total')
    def _compute_amount_refunded(self):
        for order in self:
            credited = order.line_ids.invoice_lines.filtered(
                lambda line: line.parent_state == 'posted' and line.move_type == 'out_refund'
            )
            order.amount_refunded = sum(credited.mapped('price_total'))

    # === ACTION METHODS === #

    def action_cancel(self, reason):
        """Cancel this part for the merchant, before it is shipped; the shopper is refunded."""
        self.check_access('read')
        if not self.env.user._is_internal():
            raise AccessError(self.env['marketplace.merchant']._no_member_message())
        self.sudo()._move_to('cancelled', reason=reason)

    def action_view_pickings(self):
        self.ensure_one()
        if not self.picking_ids:
            raise UserError(self.env._("%s has no transfers.", self.name))
        return self.sale_order_id._get_action_view_picking(self.picking_ids)

    def action_view_returns(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_return_action', [('order_id', '=', self.id)]
        )

    # === PORTAL METHODS: MERCHANT === #

    def portal_accept(self):
        """Promise to send the goods."""
        self._portal_merchant()._move_to('to_ship')

    def portal_refuse(self, reason):
        """Cancel this part before it is shipped; the shopper is refunded.

        :param str reason: the shopper reads it
        """
        order_sudo = self._portal_merchant()
        clean = self._read_reason(reason)
        order_sudo._move_to('cancelled', reason=clean)

    def portal_mark_delivered(self):
        """Say that all parcels arrived; the shopper still confirms, or keeps silent."""
        self._portal_merchant()._move_to('delivered')

    # === PORTAL METHODS: SHOPPER === #

    def portal_confirm_receipt(self):
        """Say that the goods have arrived: the return window starts."""
        order_sudo = self._portal_shopper()
        if order_sudo.state == 'shipped':
            order_sudo._move_to('delivered')
        elif order_sudo.state != 'delivered' or order_sudo.date_received:
            raise UserError(self.env._(
                "%(order)s is “%(state)s”: there is no receipt to confirm.",
                order=order_sudo.name, state=order_sudo._state_label(order_sudo.state),
            ))
        order_sudo._receive()

    # === BUSINESS METHODS: ACCESS === #

    def _portal_merchant(self):
        """Return the order with full rights, once the user is known to handle its orders."""
        return elevate_member(self, 'orders')

    def _portal_shopper(self):
        """Return the order with full rights, once the user is known to have bought it."""
        return elevate_shopper(self)

    def _state_actor_shopper(self):
        buyer = self.sudo().partner_id.commercial_partner_id
        return buyer == self.env.user.sudo().partner_id.commercial_partner_id

    # === BUSINESS METHODS: FORMS === #

    def _read_reason(self, reason):
        reader = FormReader(self.env, {'reason': reason})
        reader.text('reason', self.env._("Reason"), limit=TEXT_MAX_LENGTH, multiline=True)
        return reader.check()['reason']

    def _read_quantities(self, reader, quantities, left, too_many):
        """Return the quantity chosen per line; mistakes are noted at ``quantities``.

        :param dict left: how much there is to choose from, per line
        :param too_many: returns the message for a quantity and a product that exceed it
        :rtype: dict[sale.order.line, float]
        """
        quantities = quantities if isinstance(quantities, dict) else {}
        wanted = {}
        for line_id, quantity in quantities.items():
            line = next((line for line in left if str(line.id) == str(line_id)), None)
            line_reader = FormReader(self.env, {'quantities': quantity})
            line_reader.number('quantities', self.env._("Quantity"), required=False)
            quantity = line_reader.clean.get('quantities')
            if line_reader.errors:
                reader.fail('quantities', line_reader.errors['quantities'])
            elif quantity and not line:
                reader.fail('quantities', self.env._("Please choose from the goods of this order."))
            elif quantity and line.product_uom_id.compare(quantity, left[line]) > 0:
                reader.fail(
                    'quantities', too_many(f"{left[line]:g}", line.product_id.display_name)
                )
            elif quantity:
                wanted[line] = quantity
        if not wanted and 'quantities' not in reader.errors:
            reader.fail('quantities', self.env._("Please choose at least one article."))
        return wanted

    # === BUSINESS METHODS: STATES === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        now = fields.Datetime.now()
        for order in self:
            confirm = order._deadline_in(days=order.company_id.marketplace_confirm_days)
            send = order._deadline_in(hours=order.merchant_id._ship_hours())
            order.write({
                'to_ship': {'deadline': send, 'ship_deadline': send},
                'shipped': {'deadline': confirm, 'date_shipped': now},
                'delivered': {'deadline': confirm, 'date_delivered': now},
                'completed': {'deadline': False, 'date_completed': now},
                'cancelled': {'deadline': False, 'cancel_reason': reason},
            }[target])
            if target == 'delivered':
                order.parcel_ids.filtered(
                    lambda parcel: parcel.state == 'shipped' and not parcel.return_id
                )._move_to('delivered', system=True)
            if target == 'cancelled':
                order._undo_sale(reason)
                order._mail('cancelled')

    def _on_deadline(self):
        """Take silence for consent: refuse, assume receipt, or complete. Remind who is late."""
        if self.state == 'to_accept':
            shopper = self.with_context(lang=self.partner_id.lang)
            reason = shopper.env._("The merchant did not accept the order in time.")
            self._move_to('cancelled', reason=reason, system=True)
        elif self.state == 'to_ship':
            self.is_late = True
            self._mail('late')
        elif self.state == 'shipped':
            self._move_to('delivered', system=True)
            self._receive()
        elif self.state == 'delivered' and not self.date_received:
            self._receive()
        elif self.state == 'delivered' and not self._has_open_return():
            self._move_to('completed', system=True)

    def _receive(self):
        """Start the return window."""
        now = fields.Datetime.now()
        for order in self:
            order.date_received = now
            order.deadline = order.date_return_end
        self.env['marketplace.audit.log']._log(
            self, 'change', after={'date_received': fields.Datetime.to_string(now)}
        )

    def _resume_completion(self):
        """Go on towards completion after the last open return was closed."""
        for order in self:
            if order.state == 'delivered' and order.date_received and not order._has_open_return():
                order.deadline = max(order.date_return_end, fields.Datetime.now())

    def _undo_sale(self, reason):
        """Let the goods stay where they are and give the shopper the money back."""
        self.ensure_one()
        self.picking_ids.filtered(lambda p: p.state not in ('done', 'cancel')).action_cancel()
        self._leave_draft_invoices()
        lines = self.line_ids.filtered('product_id')
        self._refund(dict.fromkeys(lines, 1.0), reason, self)

    def _mail(self, event, **values):
        """Tell those concerned: the merchant of a new order, the shopper of all that follows."""
        self.env['mail.template']._marketplace_send(
            f'marketplace_settlement.mail_template_order_{event}', self, **values
        )

    def _party_url(self, party):
        """Return where ``shopper`` or ``merchant`` reads it; its own page comes with the portal."""
        paths = {
            'shopper': self.sale_order_id.get_portal_url(),
            'merchant': self.merchant_id._get_portal_path(),
        }
        return f'{self.get_base_url()}{paths[party]}'

    # === BUSINESS METHODS: SALE === #

    @api.model
    def _prepare_order_values(self, sale_order, merchant, lines):
        """Return the values of a merchant's part of a sale order."""
        return {
            'name': f"{sale_order.name}-{merchant.code}",
            'sale_order_id': sale_order.id,
            'merchant_id': merchant.id,
            'settlement_days': merchant.tier_id.settlement_days,
            'deadline': self._deadline_in(hours=sale_order.company_id.marketplace_accept_hours),
            'line_ids': [fields.Command.link(line.id) for line in lines],
        }

    def _set_amounts(self):
        """Sum up what was frozen on the lines; it doesn't change any more."""
        for order in self:
            kinds = order.line_ids.grouped(lambda line: line._marketplace_kind())
            sums = {kind: sum(lines.mapped('marketplace_amount')) for kind, lines in kinds.items()}
            order.write({
                'amount_goods': sums.get('sale', 0.0),
                'amount_discount': sums.get('discount', 0.0),
                'amount_freight': sums.get('shipping', 0.0),
                'amount_total': order.currency_id.round(sum(sums.values())),
                'amount_commission': sum(order.line_ids.mapped('marketplace_commission')),
                'amount_sales': sum(
                    kinds.get('sale', order.line_ids.browse()).mapped('marketplace_sales')
                ),
                'return_days': max(
                    order._goods_lines().mapped('marketplace_return_days'), default=0
                ),
                'amount_logistics_subsidy': sum(
                    kinds.get('shipping', order.line_ids.browse()).mapped('marketplace_subsidy')
                ),
            })

    # === BUSINESS METHODS: RETURNS === #

    def _has_open_return(self):
        self.ensure_one()
        return any(request.state not in CLOSED_STATES for request in self.return_ids)

    def _goods_lines(self):
        return self.line_ids.filtered(
            lambda line: line.product_id and line._marketplace_kind() == 'sale'
        )

    def _goods_discount(self):
        """Return the discounts on goods, freight left aside."""
        return sum(
            line.marketplace_amount
            for line in self.line_ids
            if line._marketplace_kind() == 'discount'
            and line._marketplace_discounted_kind() == 'sale'
        )

    # === CRON === #

    @api.model
    def _cron_announce(self):
        """Tell merchants of their new orders."""
        new = [('is_announced', '=', False), ('state', 'in', OPEN_STATES)]
        while orders := self.search(new, limit=ANNOUNCE_BATCH, order='id'):
            orders._mail('new')
            orders.is_announced = True
            if not self.env['ir.cron']._commit_progress(len(orders)):
                break
