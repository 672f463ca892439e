# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate_member, elevate_shopper
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

MANAGER = 'marketplace_merchant.group_merchant_manager'
KINDS = [
    ('refund_only', "Refund, keep the goods"),
    ('return_refund', "Return and refund"),
    ('exchange', "Exchange"),
]
# The goods stay with the shopper, who may ask once more.
DROPPED_STATES = ('rejected', 'withdrawn')
CLOSED_STATES = ('refunded', 'exchanged', *DROPPED_STATES)
MAILED_STATES = ('approved', 'refunded', 'exchanged', 'rejected')


class MarketplaceReturn(models.Model):
    """What a shopper wants to give back of a merchant order, and what became of it."""

    _name = 'marketplace.return'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
        'marketplace.evidence.mixin',
    ]
    _description = "Return"
    _order = 'id desc'
    _rec_names_search = ['name', 'order_id.name', 'tracking_ref']

    _guard_frozen = ('order_id',)
    _reason_actions = ('action_refund', 'action_reject')
    _state_initial = 'requested'
    _state_moves = (
        Move('requested', 'approved', by=('member_orders', 'system')),
        Move('requested', 'rejected', by=('member_orders',), reason=True),
        Move('requested', 'withdrawn', by=('shopper',)),
        Move('approved', 'withdrawn', by=('shopper',)),
        Move('approved', 'refunded', by=('system',)),
        Move('approved', 'in_transit', by=('shopper',)),
        Move('approved', 'received', by=('member_orders', 'system')),
        Move('approved', 'rejected', by=('system',), reason=True),
        Move('in_transit', 'received', by=('member_orders', 'system')),
        Move('received', 'refunded', by=('member_orders', 'system')),
        Move('received', 'rejected', by=('system',), reason=True),
        Move('received', 'exchanged', by=('member_orders', 'system')),
        Move('rejected', 'escalated', by=('shopper', 'system'), reason=True),
        Move('escalated', 'refunded', by=(MANAGER, 'system'), reason=True),
        Move('escalated', 'rejected', by=(MANAGER, 'system'), reason=True),
    )

    name = fields.Char(required=True, readonly=True, copy=False, default="/", index='trigram')
    order_id = fields.Many2one(
        comodel_name='marketplace.order', string="Merchant Order", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(related='order_id.merchant_id', store=True, index=True)
    partner_id = fields.Many2one(
        related='order_id.partner_id', string="Shopper", store=True, index=True
    )
    company_id = fields.Many2one(related='order_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    reason_id = fields.Many2one(
        comodel_name='marketplace.return.reason', string="Kind of Reason", readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    reason = fields.Text(readonly=True, help="Why, in the shopper's words.")
    freight_by = fields.Selection(
        selection=[('shopper', "The shopper"), ('merchant', "The merchant")],
        string="Sending Back is Paid by", readonly=True,
        help="The merchant, unless nothing is wrong with the goods and the policy says otherwise.",
    )  # fmt: skip
    instructions = fields.Text(
        readonly=True, help="How the goods come back: a pick-up code, a label, an address."
    )
    answer = fields.Text(readonly=True, help="Why the return was rejected, or decided otherwise.")
    line_ids = fields.One2many(
        comodel_name='marketplace.return.line', inverse_name='return_id', string="Goods",
        readonly=True,
    )  # fmt: skip
    amount = fields.Monetary(
        string="Value", compute='_compute_amount', store=True, compute_sudo=True,
        help="What the shopper paid for these goods, after discounts.",
    )  # fmt: skip
    state = fields.Selection(
        selection=[
            ('requested', "Requested"),
            ('approved', "Approved"),
            ('in_transit', "On its way back"),
            ('received', "Received"),
            ('refunded', "Refunded"),
            ('exchanged', "Exchanged"),
            ('rejected', "Rejected"),
            ('withdrawn', "Withdrawn"),
            ('escalated', "With the marketplace"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    tracking_ref = fields.Char(string="Tracking Number", readonly=True, copy=False)
    picking_id = fields.Many2one(
        comodel_name='stock.picking', string="Return Transfer", readonly=True, copy=False,
        index='btree_not_null',
    )  # fmt: skip
    replacement_picking_id = fields.Many2one(
        comodel_name='stock.picking', string="Replacement", readonly=True, copy=False,
        index='btree_not_null',
    )  # fmt: skip
    date_escalated = fields.Datetime(string="Handed Over on", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    # What was sold is frozen: a dependency on it would look for returns at every confirmation.
    @api.depends('line_ids.quantity', 'line_ids.sale_line_id')
    def _compute_amount(self):
        for request in self:
            order = request.order_id
            ratios = request._ratios()
            goods = sum(ratio * line.marketplace_amount for line, ratio in ratios.items())
            share = goods / order.amount_goods if order.amount_goods else 0.0
            request.amount = order.currency_id.round(goods + share * order._goods_discount())

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('name', "/") == "/":
                vals['name'] = self.env['ir.sequence'].next_by_code('marketplace.return')
        requests = super().create(vals_list)
        for request in requests:
            hours = request.company_id.marketplace_return_answer_hours
            request.deadline = request._deadline_in(hours=hours)
        self.env['marketplace.audit.log']._log(requests, 'create')
        requests._mail('requested')
        return requests

    # === ACTION METHODS === #

    def action_refund(self, reason):
        """Decide a return that the shopper brought before the marketplace: refund it."""
        self._check_staff()
        self._check_decidable()
        self.sudo()._move_to('refunded', reason=reason)

    def action_reject(self, reason):
        """Decide a return that the shopper brought before the marketplace: no refund."""
        self._check_staff()
        self._check_decidable()
        self.sudo()._move_to('rejected', reason=reason)

    def _check_staff(self):
        """Raise for merchants and shoppers, who have methods of their own."""
        self.check_access('read')
        if not self.env.user._is_internal():
            raise AccessError(self.env['marketplace.merchant']._no_member_message())

    # === PORTAL METHODS: MERCHANT === #

    def portal_approve(self, instructions=None):
        """Agree: to a refund, which is made at once, or to take the goods back first.

        :param str instructions: how the goods come back: a pick-up code, a label, an address;
            without it to the merchant's address
        """
        request_sudo = self._portal_merchant()
        reader = FormReader(self.env, {'instructions': instructions})
        reader.text(
            'instructions', self.env._("Pick-up code or how to send it back"),
            limit=TEXT_MAX_LENGTH, multiline=True, required=False,
        )  # fmt: skip
        clean = reader.check()
        request_sudo._move_to('approved')
        request_sudo.write(clean)

    def portal_reject(self, reason, files=None):
        """Refuse; the shopper may bring it before the marketplace.

        :param str reason: the shopper reads it
        :param files: what proves it, as of :meth:`_read_files`; the shopper sees it
        """
        request_sudo = self._portal_merchant()
        documents = request_sudo._read_files(files)
        request_sudo._move_to('rejected', reason=request_sudo.order_id._read_reason(reason))
        request_sudo._attach(documents)

    def portal_receive(self):
        """Say that the goods are back; what they are like is said by the inspection."""
        self._portal_merchant()._move_to('received')

    def portal_send_replacement(self, carrier_name, tracking_ref, cost=None):
        """Say that the goods in exchange have left."""
        request_sudo = self._portal_merchant()
        order = request_sudo.order_id
        reader = FormReader(self.env, {
            'carrier_name': carrier_name, 'tracking_ref': tracking_ref, 'cost': cost,
        })  # fmt: skip
        order._read_parcel(reader)
        values = reader.check()
        if request_sudo.state == 'received' and not request_sudo.date_inspected:
            request_sudo._inspect()
        request_sudo._move_to('exchanged')
        picking = request_sudo.replacement_picking_id
        if picking.state not in ('done', 'cancel', False):
            picking.write(order._prepare_shipment(values))
            picking._marketplace_validate()

    # === PORTAL METHODS: SHOPPER === #

    def portal_withdraw(self):
        """Keep the goods after all, as long as they are not on their way back."""
        request_sudo = self._portal_shopper()
        request_sudo._move_to('withdrawn')
        request_sudo._mail('withdrawn')

    def portal_escalate(self, reason):
        """Bring a rejected return before the marketplace, once."""
        request_sudo = self._portal_shopper()
        if request_sudo.date_escalated:
            raise UserError(self.env._("The marketplace has decided this return already."))
        request_sudo._check_goods_kept()
        request_sudo._move_to('escalated', reason=request_sudo.order_id._read_reason(reason))

    # === BUSINESS METHODS: ACCESS === #

    def _portal_merchant(self):
        """Return the request with full rights, once the user is known to handle its orders."""
        return elevate_member(self, 'orders')

    def _portal_shopper(self):
        """Return the request with full rights, once the user is known to have made it."""
        return elevate_shopper(self)

    def _state_actor_shopper(self):
        return self.order_id._state_actor_shopper()

    # === BUSINESS METHODS: STATES === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        for request in self:
            request.deadline = request._next_deadline(target)
            request.answer = reason or request.answer
            getattr(request, f'_enter_{target}')()
            if target in MAILED_STATES and request.state == target:
                request._mail('state')
        if target in CLOSED_STATES:
            self.order_id._resume_completion()

    def _next_deadline(self, target):
        if target == 'received':
            return self._deadline_in(days=self.company_id.marketplace_inspect_days)
        waiting = target in ('approved', 'in_transit') and self.kind != 'refund_only'
        return waiting and self._deadline_in(days=self.company_id.marketplace_confirm_days)

    def _enter_approved(self):
        if self.kind == 'refund_only':
            self._move_to('refunded', system=True)
        else:
            self.picking_id = self._create_return_picking()

    def _enter_in_transit(self):
        """Wait for the merchant to receive the goods."""

    def _enter_received(self):
        self.date_received = fields.Datetime.now()

    def _enter_refunded(self):
        self._cancel_return_picking()
        if self.replacement_picking_id.state not in ('done', 'cancel'):
            self.replacement_picking_id.action_cancel()
        if not self._is_decided_elsewhere():
            ratios = self._refund_ratios()
            self._settle_lines()
            credit_notes = self.order_id._refund(ratios, self.reason or self.reason_id.name, self)
            self.amount_refunded = sum(credit_notes.mapped('amount_total'))
        self._pay_back_freight()

    def _is_decided_elsewhere(self):
        """Return whether others refund the shopper for this return."""
        return False

    def _enter_exchanged(self):
        self._pay_back_freight()

    def _enter_rejected(self):
        self._cancel_return_picking()

    def _enter_withdrawn(self):
        self._cancel_return_picking()

    def _enter_escalated(self):
        self.date_escalated = fields.Datetime.now()
        self._open_case()

    def _open_case(self):
        """Hook: bring the return before whoever decides between shopper and merchant.

        Without anybody else, merchant managers do, by the buttons of the return.
        """

    def _check_decidable(self):
        """Hook: raise if the return is decided elsewhere, not by merchant managers."""

    def _on_deadline(self):
        """Take silence for consent: of the merchant to the return, of the shopper to keep it.

        A merchant that doesn't inspect what it has accepts it, and refunds what it doesn't replace.
        """
        if self.state == 'requested':
            self._move_to('approved', system=True)
        elif self.state == 'approved':
            shopper = self.with_context(lang=self.partner_id.lang)
            reason = shopper.env._("The goods were not sent back in time.")
            self._move_to('rejected', reason=reason, system=True)
        elif self.state == 'in_transit':
            self._move_to('received', system=True)
            self._inspect()
        elif self.state == 'received' and not self.date_inspected:
            self._inspect()
        elif self.state == 'received':
            self._move_to('refunded', system=True)

    def _follow_pickings(self):
        """Follow the warehouse, which may receive returns or send replacements by itself."""
        for request in self:
            if request.state in ('approved', 'in_transit') and request.picking_id.state == 'done':
                request._move_to('received', system=True)
            if request.state == 'received' and request.replacement_picking_id.state == 'done':
                request._move_to('exchanged', system=True)

    def _mail(self, event, **values):
        """Tell the merchant of a request, and the shopper what becomes of it."""
        self.env['mail.template']._marketplace_send(
            f'marketplace_settlement.mail_template_return_{event}', self, **values
        )

    def _party_url(self, party):
        """Return where ``shopper`` or ``merchant`` reads it; its own page comes with the portal."""
        return self.order_id._party_url(party)

    # === BUSINESS METHODS: GOODS === #

    def _check_goods_kept(self):
        """Raise if these goods have gone into another return since this one was rejected."""
        self.ensure_one()
        self.order_id._lock_for_refund()
        kept = self.order_id._kept_quantities()
        for line in self.line_ids:
            if line.product_uom_id.compare(line.quantity, kept[line.sale_line_id]) > 0:
                raise UserError(self.env._(
                    "%s is in another return of this order already.", line.product_id.display_name
                ))

    def _ratios(self):
        """Return which part of each sale order line comes back, from 0 to 1."""
        return {
            line.sale_line_id: line.quantity / line.sale_line_id.product_uom_qty
            for line in self.line_ids
            if line.sale_line_id.product_uom_qty
        }

    def _create_return_picking(self):
        """Announce the goods to the warehouse as a return of the transfers they left with."""
        self.ensure_one()
        left = {line.sale_line_id: line.quantity for line in self.line_ids}
        pickings = self.picking_id.browse()
        sent = self.order_id.picking_ids.filtered(
            lambda p: p.state == 'done' and p.picking_type_code == 'outgoing'
        ) - self.order_id.return_ids.replacement_picking_id
        for picking in sent.sorted('id', reverse=True):
            if parts := self._returned_moves(picking, left):
                pickings |= self._return_moves(picking, parts)
        # What left in several parcels comes back in one.
        pickings[1:].move_ids.picking_id = pickings[:1]
        pickings[1:].unlink()
        return pickings[:1]

    def _returned_moves(self, picking, left):
        """Return what comes back of each move of a transfer, and take it off what is left.

        :param dict left: quantity per sale order line, in its unit
        :rtype: dict[stock.move, float]
        """
        parts = {}
        for move in picking.move_ids.filtered(lambda move: move.state == 'done'):
            line = move.sale_line_id
            returned = sum(move.returned_move_ids.filtered(
                lambda back: back.state != 'cancel'
            ).mapped('product_uom_qty'))
            wanted = line.product_uom_id._compute_quantity(left.get(line, 0.0), move.product_uom)
            quantity = min(wanted, move.quantity - returned)
            if move.product_uom.compare(quantity, 0.0) > 0:
                parts[move] = quantity
                left[line] -= move.product_uom._compute_quantity(quantity, line.product_uom_id)
        return parts

    def _return_moves(self, picking, parts):
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model=picking._name
        ).create({'picking_id': picking.id})
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.product_uom._compute_quantity(
                parts.get(line.move_id, 0.0), line.uom_id
            )
        return wizard._create_return()

    def _create_replacement_picking(self):
        """Have the same goods sent again, from the merchant's stock."""
        self.ensure_one()
        before = self.order_id.picking_ids
        procurements = []
        for line in self.line_ids:
            sale_line = line.sale_line_id
            if not line.quantity_accepted:
                continue
            procurements += sale_line._create_procurements(
                line.quantity_accepted,
                sale_line.product_uom_id,
                sale_line._prepare_procurement_values(),
            )
        self.env['stock.rule'].run(procurements)
        pickings = self.order_id.picking_ids - before
        pickings.action_confirm()
        return pickings[:1]

    def _cancel_return_picking(self):
        self.picking_id.filtered(lambda p: p.state not in ('done', 'cancel')).action_cancel()
