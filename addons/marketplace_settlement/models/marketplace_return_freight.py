# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.tools.form_reader import FormReader


class MarketplaceReturn(models.Model):
    """The way back, and who pays for it.

    The merchant pays with a code or a label; or the shopper pays first, shows the receipt, and
    gets the money back when the return ends well.
    """

    _inherit = 'marketplace.return'

    carrier_name = fields.Char(string="Carrier", readonly=True, copy=False)
    tracking_url = fields.Char(
        string="Tracking Page", compute='_compute_tracking_url', compute_sudo=True
    )
    freight_cost = fields.Monetary(
        string="Paid for Sending Back", readonly=True, copy=False,
        help="What the shopper paid to send the goods back, by the receipt. It comes back with the"
        " refund or the exchange, and the merchant's balance is charged with it.",
    )  # fmt: skip
    freight_move_id = fields.Many2one(
        comodel_name='account.move', string="Credit Note of the Freight", readonly=True,
        copy=False, index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('picking_id', 'tracking_ref')
    def _compute_tracking_url(self):
        for request in self:
            request.tracking_url = request.picking_id._marketplace_tracking_url()

    # === PORTAL METHODS: SHOPPER === #

    def portal_ship(self, tracking_ref, carrier_name=None, freight_cost=None, files=None):
        """Say that the goods are on their way back.

        :param str carrier_name: who carries them
        :param freight_cost: what sending them has cost, if the merchant is to pay it back
        :param files: the receipt, as dicts ``{'filename', 'content'}``, the content base64-encoded
        :raise FieldErrors: everything that is wrong
        """
        request_sudo = self._portal_shopper()
        reader = FormReader(self.env, {
            'tracking_ref': tracking_ref, 'carrier_name': carrier_name,
            'freight_cost': freight_cost,
        })  # fmt: skip
        reader.text('tracking_ref', self.env._("Tracking number"))
        reader.text('carrier_name', self.env._("Carrier"), required=False)
        request_sudo._read_freight_cost(reader, files)
        documents = request_sudo._read_files(files)
        clean = reader.check()
        request_sudo._move_to('in_transit')
        request_sudo.write(clean)
        request_sudo.picking_id.write(request_sudo._prepare_way_back())
        request_sudo._attach(documents)

    # === FORMS === #

    def _read_freight_cost(self, reader, files):
        """Read what is to be paid back: where the merchant pays, by a receipt, up to a limit."""
        reader.number('freight_cost', self.env._("What sending it cost"), required=False)
        cost = self.currency_id.round(reader.clean.get('freight_cost') or 0.0)
        if not cost:
            reader.clean.pop('freight_cost', None)
            return
        reader.clean['freight_cost'] = cost
        limit = self._freight_limit()
        if self.freight_by != 'merchant':
            reader.fail('freight_cost', self.env._("You pay for sending these goods back."))
        elif self.currency_id.compare_amounts(cost, limit) > 0:
            reader.fail('freight_cost', self.env._(
                "At most %s are paid back for sending goods back.", self.currency_id.format(limit)
            ))
        elif not files:
            reader.fail('files', self.env._("Please add the receipt."))

    # === BUSINESS METHODS === #

    def _prepare_way_back(self):
        """Return the values by which Odoo knows the carrier of the return transfer."""
        self.ensure_one()
        carrier = self.env['delivery.carrier']._marketplace_find(self.carrier_name)
        return {
            'carrier_id': carrier.id,
            'marketplace_carrier_name': self.carrier_name,
            'carrier_tracking_ref': self.tracking_ref,
        }

    def _freight_limit(self):
        """Return how much is paid back at most for sending goods back, in the order's currency."""
        self.ensure_one()
        company = self.company_id
        return company.currency_id._convert(
            company.marketplace_return_freight_max, self.currency_id, company,
            fields.Date.context_today(self),
        )

    def _pay_back_freight(self):
        """Pay the shopper what sending the goods back has cost, and charge the merchant with it."""
        self.ensure_one()
        if not self.freight_cost:
            return
        reason = self.env._("What sending the goods back has cost")
        self.env['marketplace.balance.entry']._book(
            self.merchant_id, 'return_freight', -self.freight_cost, self.name, self, self.order_id
        )
        self.freight_move_id = self.order_id._credit_advance(self.freight_cost, reason, self.name)
