# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

REFUND_TASK = 'marketplace_settlement.mail_activity_refund'


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _marketplace_pay_back(self):
        """Pay a credit note back the way its invoice was paid.

        Online payments are refunded through their provider, which is asked once this transaction is
        committed; what it cannot refund becomes a task of the finance officers.
        """
        self.ensure_one()
        left = self.amount_residual
        for transaction in self._marketplace_transactions():
            part = min(left, transaction._marketplace_refundable(left))
            if self.currency_id.compare_amounts(part, 0.0) > 0:
                transaction._marketplace_refund(part, self)
                left -= part
        if self.currency_id.compare_amounts(left, 0.0) > 0:
            self._marketplace_ask_refund(left)

    def _marketplace_transactions(self):
        """Return the transactions that paid the credited invoice."""
        orders = self.invoice_line_ids.sale_line_ids.order_id
        return (self.reversed_entry_id.transaction_ids | orders.transaction_ids).filtered(
            lambda tx: tx.state == 'done'
            and tx.operation not in ('refund', 'validation')
            and tx.currency_id == self.currency_id
        )

    def _marketplace_ask_refund(self, amount, problem=None):
        """Leave a task to the finance officers to pay an amount back by hand.

        :param str problem: why it did not go by itself
        """
        users = self.env.ref('marketplace_settlement.group_finance_officer').all_user_ids
        user = users.filtered(lambda user: user.active and self.company_id in user.company_ids)[:1]
        _ = self.with_context(lang=user.lang).env._
        note = _(
            "The payment provider cannot refund this by itself. Please pay the customer back and"
            " register the payment on this document."
        )
        self.activity_schedule(
            REFUND_TASK,
            summary=_("Refund %s", self.currency_id.format(amount)),
            note=f"{problem} {note}" if problem else note,
            user_id=user.id or self.env.uid,
        )

    def _marketplace_ask_outcome(self, refund):
        """Leave a task to find out at the provider what became of a refund."""
        user = self.env['marketplace.payout.channel']._manager(self.company_id)
        _ = self.with_context(lang=user.lang).env._
        self.activity_schedule(
            'mail.mail_activity_data_todo',
            summary=_("Find out about refund %s", refund.reference),
            note=_(
                "Nobody knows whether the payment provider has refunded %(amount)s (%(reference)s):"
                " %(problem)s Please look it up at the provider, then say so under Settlement >"
                " Refunds on Their Way. It is not sent again by itself.",
                amount=self.currency_id.format(-refund.amount), reference=refund.reference,
                problem=refund.marketplace_problem or '',
            ),
            user_id=user.id or self.env.uid,
        )

    def _invoice_paid_hook(self):
        """What is paid back is no task any more."""
        result = super()._invoice_paid_hook()
        credit_notes = self.filtered(lambda move: move.move_type == 'out_refund')
        if credit_notes:
            credit_notes.sudo().activity_feedback([REFUND_TASK])
        return result

    def _marketplace_outcome_found(self, refund, reason):
        """Close the task of :meth:`_marketplace_ask_outcome`."""
        self.activity_search(
            ['mail.mail_activity_data_todo'],
            additional_domain=[('summary', 'like', refund.reference)],
        ).action_feedback(feedback=reason)
