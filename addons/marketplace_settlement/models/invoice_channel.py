# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceInvoiceChannel(models.Model):
    """A service that makes e-invoices of what the marketplace invoices.

    What it is sent and must answer stands in ``tools/invoice_client.py``.
    """

    _name = 'marketplace.invoice.channel'
    _description = "E-Invoice Service"
    _inherit = ['marketplace.endpoint.mixin']
    _order = 'sequence, id'

    _endpoint_audited = ('name', 'url', 'active', 'for_shoppers', 'for_fees')

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        ondelete='restrict',
    )  # fmt: skip
    url = fields.Char(required=True, help="Where invoices are sent to, with https://.")
    for_shoppers = fields.Boolean(
        string="Invoices to Shoppers", default=True, help="And the credit notes to them."
    )
    for_fees = fields.Boolean(
        string="Fee Invoices to Merchants", default=True, help="And the credit notes to them."
    )
    max_tries = fields.Integer(
        string="Tries", required=True, default=10,
        help="With growing pauses in between. After the last one a person sends it again.",
    )  # fmt: skip
    handover_ids = fields.One2many(
        comodel_name='marketplace.invoice.handover', inverse_name='channel_id', readonly=True
    )

    _tries_range = models.Constraint(
        'CHECK (max_tries BETWEEN 1 AND 20)', "A document is sent between 1 and 20 times."
    )

    # === ACTION METHODS === #

    def action_view_handovers(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_invoice_handover_action',
            [('channel_id', '=', self.id)],
        )
