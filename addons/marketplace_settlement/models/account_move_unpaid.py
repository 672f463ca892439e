# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

PAID_STATES = ('in_payment', 'paid', 'reversed')


class AccountMove(models.Model):
    """Invoices whose payment is undone: merchants wait until the shopper has paid after all."""

    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _marketplace_hold_unpaid(self):
        for invoice in self.sudo().filtered(lambda move: move.payment_state not in PAID_STATES):
            for part in invoice.invoice_line_ids.sale_line_ids.marketplace_order_id:
                _ = self.with_context(lang=part.merchant_id.partner_id.lang).env._
                part._hold(_("The payment of %s was undone.", invoice.name), invoice, kind='unpaid')

    def _marketplace_release_paid(self):
        paid = self.filtered(lambda move: move.payment_state in PAID_STATES)
        self.env['marketplace.hold'].sudo().search([
            ('state', '=', 'active'), ('kind', '=', 'unpaid'),
            ('source_model', '=', self._name), ('source_id', 'in', paid.ids),
        ])._release()  # fmt: skip


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _reconcile_post_hook(self, data):
        super()._reconcile_post_hook(data)
        data['not_paid_invoices']._marketplace_release_paid()


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    def unlink(self):
        invoices = (self.debit_move_id | self.credit_move_id).move_id.filtered(
            lambda move: move.move_type == 'out_invoice' and move.state == 'posted'
        )
        result = super().unlink()
        invoices._marketplace_hold_unpaid()
        return result
