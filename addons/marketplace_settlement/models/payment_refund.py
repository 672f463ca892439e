# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

import requests
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools import crash

_logger = logging.getLogger(__name__)

MANAGER = 'marketplace_settlement.group_finance_manager'
CRON = 'marketplace_settlement.ir_cron_send_refunds'
# How long a provider's request can take at most, and then some.
SURELY_OVER = timedelta(minutes=10)
OUTBOX_FIELDS = {
    'marketplace_refund_state', 'marketplace_attempted_on', 'marketplace_problem',
}  # fmt: skip


class PaymentTransaction(models.Model):
    """Refunds that the marketplace asks providers for.

    The refund is noted in the transaction that decides it, as a draft of Odoo's own kind. A cron
    asks the provider afterwards, once: that it does so is committed before. If nobody knows what
    came of it, nothing is sent again; a person looks it up, unless the provider tells by itself.
    """

    _inherit = 'payment.transaction'
    _reason_actions = ('action_marketplace_refund_done', 'action_marketplace_refund_failed')

    marketplace_refund_state = fields.Selection(
        selection=[
            ('queued', "Waiting to be sent"),
            ('sent', "Sent"),
            ('unknown', "Unknown"),
        ],
        string="Refund Request",
        readonly=True,
        copy=False,
        index='btree_not_null',
    )
    marketplace_attempted_on = fields.Datetime(
        string="Refund Requested on", readonly=True, copy=False
    )
    marketplace_problem = fields.Char(string="Problem", readonly=True, copy=False)
    marketplace_payment_reference = fields.Char(
        string="Its Number of the Payment", related='source_transaction_id.provider_reference',
        help="What the provider calls the payment that is refunded.",
    )  # fmt: skip

    # === CRUD METHODS === #

    def write(self, vals):
        if OUTBOX_FIELDS & vals.keys() and not self.env.su:
            raise AccessError(self.env._("Refunds are sent by the system, each once."))
        return super().write(vals)

    # === ACTION METHODS === #

    def action_marketplace_refund_done(self, reason=None):
        """Note that the provider did refund what nobody knew of."""
        for refund_sudo in self._marketplace_unknown_refunds(reason):
            refund_sudo._set_done(state_message=reason)
            refund_sudo._post_process()

    def action_marketplace_refund_failed(self, reason=None):
        """Note that the provider did not refund; it becomes a task to pay it back by hand."""
        for refund_sudo in self._marketplace_unknown_refunds(reason):
            refund_sudo._set_error(reason)

    def action_marketplace_refund_document(self):
        """Show the credit note that is paid back, or the payment if there is none."""
        self.check_access('read')
        return self._marketplace_refund_document()._get_records_action()

    def _marketplace_unknown_refunds(self, reason):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("What is unclear is settled by finance managers."))
        self.check_access('read')
        if not (reason or '').strip():
            raise UserError(self.env._("Please say what the provider told you."))
        refunds_sudo = self.sudo()
        if any(
            refund.marketplace_refund_state != 'unknown' or refund.state != 'draft'
            for refund in refunds_sudo
        ):
            raise UserError(self.env._("What became of this refund is known already."))
        self.env['marketplace.audit.log']._log(refunds_sudo, 'change', reason=reason)
        for refund_sudo in refunds_sudo:
            document = refund_sudo._marketplace_refund_document()
            document._marketplace_outcome_found(refund_sudo, reason)
        return refunds_sudo

    # === BUSINESS METHODS === #

    def _marketplace_refundable(self, amount):
        """Return how much of ``amount`` the provider can refund of this transaction."""
        self.ensure_one()
        method = self.payment_method_id.primary_payment_method_id or self.payment_method_id
        support = {self.provider_id.support_refund, method.support_refund}
        if not support <= {'full_only', 'partial'} or self.provider_id.state == 'disabled':
            return 0.0
        refunds = self._marketplace_refunds()
        left = self.amount + sum(refunds.mapped('amount'))
        if 'full_only' in support and (refunds or self.currency_id.compare_amounts(amount, left)):
            return 0.0
        return max(left, 0.0)

    def _marketplace_refunds(self):
        """Return the refunds of this transaction that are done or may still be."""
        return self.child_transaction_ids.filtered(
            lambda tx: tx.operation == 'refund' and tx.state not in ('cancel', 'error')
        )

    def _marketplace_refund(self, amount, credit_note=None):
        """Note a refund for the cron to ask the provider for.

        :param credit_note: its payment is matched with it
        """
        self.ensure_one()
        # What is refunded at the same moment makes one of the two transactions start again.
        self.write({'last_state_change': self.last_state_change})
        refund = self._create_child_transaction(
            amount, is_refund=True, marketplace_refund_state='queued'
        )
        refund.invoice_ids = [Command.link(credit_note.id)] if credit_note else []
        self.env['ir.cron']._marketplace_wake(CRON)
        return refund

    # === OUTBOX === #

    @api.model
    def _cron_marketplace_send_refunds(self):
        """Ask the providers, one refund after the other, and see what became of earlier ones."""
        queued = self.search([
            ('marketplace_refund_state', '=', 'queued'), ('state', '=', 'draft'),
        ], order='id')  # fmt: skip
        lost = self.search([
            ('marketplace_refund_state', '=', 'sent'), ('state', '=', 'draft'),
            ('marketplace_attempted_on', '<', fields.Datetime.now() - SURELY_OVER),
        ])  # fmt: skip
        for refund in self.env['marketplace.heartbeat']._each('refunds', queued | lost):
            if refund in lost:
                refund._marketplace_lose_refund(self.env._("The request was interrupted."))
            else:
                refund._marketplace_send_refund()

    def _marketplace_send_refund(self):
        """Ask the provider for one refund; that it is asked is committed first."""
        refund = self.try_lock_for_update().filtered(
            lambda tx: tx.marketplace_refund_state == 'queued' and tx.state == 'draft'
        )
        if not refund:
            return
        refund.write({
            'marketplace_refund_state': 'sent', 'marketplace_attempted_on': fields.Datetime.now(),
        })
        # If the answer gets lost, somebody asks what became of it.
        cron = self.env['ir.cron']
        cron._marketplace_wake(CRON, fields.Datetime.now() + SURELY_OVER)
        cron._commit_progress()
        crash.point('refund_intended')
        try:
            with self.env.cr.savepoint():
                refund._ensure_provider_is_not_disabled()
                refund._log_sent_message()
                refund._send_refund_request()
                refund.flush_recordset()
        except (UserError, requests.RequestException) as error:
            if _is_unanswered(error):
                refund._marketplace_lose_refund(str(error))
            else:
                refund._set_error(str(error))
        except OperationalError as error:
            # The provider's own message about it came in this very moment.
            _logger.info("The answer to refund %s could not be recorded: %s", self, error)
        crash.point('refund_sent')

    def _marketplace_lose_refund(self, problem):
        """Look up what became of a refund; if nobody knows, a person has to find out."""
        if self._marketplace_look_up_refund():
            return
        self.write({'marketplace_refund_state': 'unknown', 'marketplace_problem': problem})
        self._marketplace_refund_document()._marketplace_ask_outcome(self)

    def _marketplace_look_up_refund(self):
        """Ask the provider what became of a refund, and record it; extended by providers.

        :return: whether it is known now
        """
        return False

    def _marketplace_refund_document(self):
        """Return the document that finance officers look at: credit note, else payment."""
        self.ensure_one()
        return self.invoice_ids[:1] or self.source_transaction_id.payment_id.move_id

    # === PROCESSING === #

    def _set_error(self, state_message, extra_allowed_states=()):
        transactions = super()._set_error(state_message, extra_allowed_states)
        transactions._marketplace_refund_by_hand(state_message)
        return transactions

    def _set_canceled(self, state_message=None, extra_allowed_states=()):
        transactions = super()._set_canceled(state_message, extra_allowed_states)
        transactions._marketplace_refund_by_hand(state_message)
        return transactions

    def _marketplace_refund_by_hand(self, problem):
        """Leave a task for each refund that did not work, however late the provider says so."""
        for refund in self.filtered('marketplace_refund_state'):
            document = refund._marketplace_refund_document()
            document._marketplace_ask_refund(-refund.amount, problem)

    def _post_process(self):
        """Give back what no invoice takes, and match what was given back with its payment."""
        super()._post_process()
        done = self.filtered(lambda tx: tx.state == 'done')
        for tx in done.filtered(lambda tx: tx.operation == 'refund'):
            tx._marketplace_match_refund()
        for tx in done.filtered(lambda tx: tx.operation not in ('refund', 'validation')):
            tx._marketplace_refund_left_out()

    def _marketplace_match_refund(self):
        """Match a refund without a credit note with the payment that it takes back."""
        payments = self.payment_id | self.source_transaction_id.payment_id
        if not self.invoice_ids and len(payments) == 2:
            payments.move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == 'asset_receivable'
                and not line.reconciled
            ).reconcile()

    def _marketplace_refund_left_out(self):
        """Refund what was paid for, but cancelled before there was an invoice to credit."""
        for order in self.sale_order_ids.filtered('marketplace_order_ids'):
            amount = min(order._marketplace_left_out(), self.amount)
            if self.currency_id.compare_amounts(amount, 0.0) <= 0:
                continue
            if self.currency_id.compare_amounts(self._marketplace_refundable(amount), amount) >= 0:
                self._marketplace_refund(amount)
            else:
                self.payment_id.move_id._marketplace_ask_refund(amount)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _marketplace_left_out(self):
        """Return how much was paid of the order that its invoices leave out for good."""
        self.ensure_one()
        order_sudo = self.sudo()
        invoices = order_sudo.invoice_ids.filtered(
            lambda move: move.move_type == 'out_invoice' and move.state != 'cancel'
        )
        if any(invoice.state == 'draft' for invoice in invoices) or any(
            line.qty_to_invoice for line in order_sudo.order_line
        ):
            return 0.0
        paid = order_sudo.transaction_ids.filtered(
            lambda tx: tx.state == 'done' and tx.operation not in ('refund', 'validation')
        )
        returned = paid._marketplace_refunds().filtered(lambda refund: not refund.invoice_ids)
        captured = min(sum(paid.mapped('amount')), order_sudo.amount_total)
        return captured - sum(invoices.mapped('amount_total')) + sum(returned.mapped('amount'))


def _is_unanswered(error):
    """Return whether the provider may have got the request, though no answer came."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, requests.HTTPError):
        return cause.response is None or cause.response.status_code >= 500
    return isinstance(cause, requests.RequestException)
