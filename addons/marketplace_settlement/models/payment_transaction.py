# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Command


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    deposit_merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        string="Deposit of",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="The merchant whose deposit this transaction pays.",
    )

    # === INVOICING === #

    def _check_amount_and_confirm_order(self):
        """Invoice the paid orders with merchants' goods once they are confirmed.

        Odoo posts the invoices of a transaction and matches its payment with them afterwards. An
        order without merchants' goods is left to Odoo's own setting for automatic invoices.
        """
        confirmed = super()._check_amount_and_confirm_order()
        self.filtered(lambda tx: tx.state == 'done')._marketplace_invoice()
        return confirmed

    def _marketplace_invoice(self):
        automatic = self.env['ir.config_parameter'].sudo().get_param('sale.automatic_invoice')
        if automatic and automatic not in ('False', '0'):
            return  # Odoo invoices every paid order by itself.
        for tx in self:
            orders = tx.sale_order_ids.filtered(lambda order: order._marketplace_to_invoice())
            if orders:
                tx._marketplace_create_invoices(orders)

    def _marketplace_create_invoices(self, orders):
        self.ensure_one()
        orders = orders.with_company(self.company_id)
        orders._force_lines_to_invoice_policy_order()
        invoices = orders.with_context(raise_if_nothing_to_invoice=False)._create_invoices(
            final=True
        )
        for invoice in invoices:
            invoice._portal_ensure_token()
        self.invoice_ids = [Command.link(invoice.id) for invoice in invoices]

    # === POST-PROCESSING === #

    def _post_process(self):
        """Book the deposits that were paid, once the payment is."""
        super()._post_process()
        self.filtered(
            lambda tx: tx.state == 'done' and tx.deposit_merchant_id and tx.payment_id
        )._book_deposit()

    def _book_deposit(self):
        for tx in self:
            self.env['marketplace.deposit.movement'].sudo()._pay_in(tx)
