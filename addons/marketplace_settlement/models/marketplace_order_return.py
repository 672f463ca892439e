# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

from .marketplace_order import OPEN_STATES, SENT_STATES
from .marketplace_return import DROPPED_STATES, KINDS

OTHER_REASON = 'other'


class MarketplaceOrder(models.Model):
    """What may be returned of an order, how long, and for which reason."""

    _inherit = 'marketplace.order'

    return_days = fields.Integer(
        string="Return Window (days)", readonly=True,
        help="The longest of its goods, as it was when they were sold.",
    )  # fmt: skip
    date_return_end = fields.Datetime(
        string="Returns until", compute='_compute_date_return_end',
        help="The end of the longest return window; the order is completed then.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('date_received', 'return_days')
    def _compute_date_return_end(self):
        for order in self:
            days = timedelta(days=order.return_days)
            order.date_return_end = order.date_received and order.date_received + days

    def _return_end(self, line):
        """Return until when a line may be returned, ``False`` before its receipt."""
        days = timedelta(days=line._return_terms()['days'])
        return self.date_received and self.date_received + days

    # === PORTAL METHODS: SHOPPER === #

    def portal_request_return(
        self, kind, reason, quantities, reason_code=OTHER_REASON, files=None
    ):
        """Ask the merchant to take goods back, or to refund or exchange them.

        :param str kind: refund_only, return_refund or exchange
        :param str reason: the merchant reads it; a change of mind needs none
        :param dict quantities: how many to return per id of the sale order line
        :param str reason_code: code of the reason of return
        :param files: photos, as dicts ``{'filename', 'content'}``, the content base64-encoded
        :return: the id of the request
        :rtype: int
        :raise FieldErrors: everything that is wrong
        """
        order_sudo = self._portal_shopper()
        order_sudo._check_returnable()
        code = self.env['marketplace.return.reason'].sudo().search([('code', '=', reason_code)])
        reader = FormReader(self.env, {'kind': kind, 'reason': reason, 'reason_code': reason_code})
        reader.choice('kind', self.env._("What you would like"), dict(KINDS))
        reader.choice('reason_code', self.env._("Reason"), code.mapped('code'))
        reader.text(
            'reason', self.env._("What happened"), limit=TEXT_MAX_LENGTH, multiline=True,
            required=not code.is_no_reason,
        )  # fmt: skip
        lines = order_sudo._read_quantities(
            reader, quantities, order_sudo._returnable_quantities(), self._too_many_to_return
        )
        order_sudo._check_reason(reader, code, lines, files)
        documents = self.env['marketplace.return'].sudo()._read_files(files)
        clean = reader.check()
        request = order_sudo._create_return(
            {'kind': clean['kind'], 'reason': clean['reason'], 'reason_id': code.id}, lines
        )
        request._attach(documents)
        return request.id

    @api.model
    def _too_many_to_return(self, quantity, product):
        return self.env._(
            "You can return at most %(quantity)s of %(product)s.",
            quantity=quantity, product=product,
        )

    def _check_reason(self, reader, code, lines, files):
        """Note what the reason and the policies of the goods don't go together with."""
        if code.needs_evidence and not files:
            reader.fail('files', self.env._("Please add a photo that shows it."))
        if not code.is_no_reason:
            return
        if reader.clean.get('kind') == 'refund_only':
            reader.fail('kind', self.env._(
                "Without a reason you can send the goods back, but not keep them."
            ))
        bound = [line for line in lines if not line._return_terms()['is_no_reason']]
        if bound:
            reader.fail('reason_code', self.env._(
                "%s can be returned only if something is wrong with it.",
                ", ".join(line.product_id.display_name for line in bound),
            ))

    # === BUSINESS METHODS === #

    def _returnable_quantities(self):
        """Return how much of each line of goods has left and is not returned, nor asked to be.

        What has no window, or had one that is over, is not among it.

        :rtype: dict[sale.order.line, float]
        """
        return {
            line: quantity for line, quantity in self._kept_quantities().items()
            if quantity > 0 and self._may_still_return(line)
        }

    def _kept_quantities(self):
        """Return how much of each line of goods has left and is in no return: {line: quantity}."""
        self.ensure_one()
        left = self._sent_quantities()
        for returned in self.return_ids.filtered(
            lambda request: request.state not in DROPPED_STATES
        ).line_ids:
            left[returned.sale_line_id] -= returned.quantity
        return left

    def _may_still_return(self, line):
        end = self._return_end(line)
        return bool(line._return_terms()['days']) and (not end or end >= fields.Datetime.now())

    def _check_returnable(self):
        """Raise unless returns can be asked for now."""
        self.ensure_one()
        if self.state in OPEN_STATES and self.parcel_ids:
            raise UserError(self.env._(
                "Not all of %s has been sent yet. What has arrived can be returned once the rest"
                " of it was sent or cancelled.", self.name,
            ))
        if self.state in OPEN_STATES:
            raise UserError(self.env._("%s has not been sent yet.", self.name))
        is_over = self.date_return_end and self.date_return_end < fields.Datetime.now()
        if self.state not in SENT_STATES or is_over:
            raise UserError(self.env._(
                "The time for returns of %s is over. If something is wrong with the goods, please"
                " file a complaint.", self.name,
            ))

    def _create_return(self, values, quantities):
        # Of two requests at the same moment one starts again, and sees what the other asks for.
        self._lock_for_refund()
        return self.env['marketplace.return'].create(dict(
            values,
            order_id=self.id,
            freight_by=self._freight_by(values['reason_id'], quantities),
            line_ids=[
                fields.Command.create({'sale_line_id': line.id, 'quantity': quantity})
                for line, quantity in quantities.items()
            ],
        ))

    def _freight_by(self, reason_id, lines):
        """Return who pays for sending goods back: their policies say, if nothing is wrong."""
        if self.env['marketplace.return.reason'].browse(reason_id).fault != 'shopper':
            return 'merchant'
        payers = {line._return_terms()['freight_by'] for line in lines}
        return 'merchant' if payers == {'merchant'} else 'shopper'
