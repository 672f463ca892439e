# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

from ..tools import crash
from ..tools.payout_gateway import Word

_logger = logging.getLogger(__name__)

OPEN_STATES = ('queued', 'sent', 'unknown')


class MarketplacePayout(models.Model):
    """Payouts on their way through a gateway, one after the other.

    First the bank is asked whether it knows the payout's key. If it has never seen it, the intent
    to send is committed, then it is sent, then what came of it is recorded. Whoever dies in between
    comes back to a payout that is looked up first: none is sent because it *may* not have arrived.
    """

    _name = 'marketplace.payout'
    _inherit = ['marketplace.payout', 'marketplace.outbox.mixin']
    _outbox_cron = 'marketplace_settlement.ir_cron_payout_gateway'
    _outbox_states = OPEN_STATES
    _outbox_longest_pause = timedelta(hours=6)

    attempted_on = fields.Datetime(
        string="Sent on", readonly=True, copy=False,
        help="From then on the bank may have the instruction.",
    )  # fmt: skip
    next_try = fields.Datetime(default=None)
    queued_on = fields.Datetime(string="Waiting since", readonly=True, copy=False)

    _next_try_idx = models.Index(
        "(next_try) WHERE state IN ('queued', 'sent', 'unknown') AND next_try IS NOT NULL"
    )

    # === ACTION METHODS === #

    def action_ask_bank(self):
        """Ask the gateway now, instead of when the pause is over."""
        self.check_access('write')
        waiting = self.sudo().filtered(
            lambda payout: payout._is_by_gateway() and payout.state in OPEN_STATES
        )
        if not waiting:
            raise UserError(self.env._("There is nothing to ask: the payout is not at a gateway."))
        waiting.next_try = fields.Datetime.now()
        self._wake()

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        now = fields.Datetime.now()
        if target in ('queued', 'sent'):
            self.filtered(lambda payout: not payout.queued_on).queued_on = now
        if target == 'queued':
            self.next_try = now
            self._wake()

    @api.model
    def _cron_exchange(self):
        """Ask the gateways about what is due, and send what they have not seen."""
        due = self._find_due()
        current = due.channel_id.filtered(lambda channel: channel._is_current())
        for payout in self.env['marketplace.heartbeat']._each('payouts', due):
            payout._try_once(payout.channel_id in current)

    @api.model
    def _due(self):
        return super()._due() & Domain('channel_id.kind', '=', 'gateway')

    def _try_once(self, may_send=True):
        """Look one payout up at the bank; send it if the bank has never seen it.

        No transaction is open during a call, and each step can be the last of this process.
        """
        self.ensure_one()
        if not self._claim():
            return
        channel = self.channel_id
        endpoint, instruction = channel._endpoint(), self._prepare_question()
        self._commit_step('payout_claimed')
        word = self._ask(channel._look_up, endpoint, instruction)
        crash.point('payout_looked_up')
        if word.status == 'none' and may_send and (instruction := self._intend()):
            self._commit_step('payout_intended')
            word = self._ask(channel._send, endpoint, instruction)
            crash.point('payout_sent')
        self._record_unless_busy(word)
        crash.point('payout_recorded')

    def _commit_step(self, name):
        self.env['ir.cron']._commit_progress()
        crash.point(name)

    def _intend(self):
        """Note that the payout is sent now; what could forbid it is asked once more.

        :return: what the bank gets; None if it must not be sent
        """
        try:
            with self.env.cr.savepoint():
                payout = self.try_lock_for_update().filtered(
                    lambda payout: payout.state in ('queued', 'unknown')
                )
                if not payout:
                    return None
                if payout.state == 'unknown':
                    payout._move_to('queued', system=True)
                payout._check_can_be_sent()
                payout.write({'attempted_on': fields.Datetime.now(), 'problem': False})
                return payout._prepare_instruction()
        except UserError as problem:
            self._hold_back(str(problem))
        except OperationalError:
            _logger.info("%s is being changed; it is sent with the next try", self)
        return None

    def _hold_back(self, problem):
        """Keep a payout that the bank has never seen, and that must not be sent now."""
        if self.state == 'unknown':
            self._move_to('queued', system=True)
        self.write({'problem': problem, 'attempted_on': False})

    def _check_can_be_sent(self):
        """Raise if anything has changed since the batch was approved that forbids to pay."""
        self.channel_id._check_not_stopped()
        self.batch_id._check_not_blocked()
        self.batch_id._check_as_approved()
        self._check_can_be_paid()

    def _prepare_question(self):
        """Return what an answer about the payout has to repeat."""
        return {
            'key': self.key,
            'name': self.name,
            'amount': self._printed_amount(),
            'currency': self.currency_id.name,
        }

    def _prepare_instruction(self):
        """Return what the bank gets, account number included."""
        return dict(self._prepare_question(), creditor=self._prepare_creditor())

    def _prepare_creditor(self):
        """Return who is paid; that the account number was read leaves an audit row."""
        account = self.sudo().bank_account_id
        self.env['marketplace.audit.log']._log(
            account, 'reveal', reason=self.env._("Payout %s", self.name), system=True
        )
        return {
            'name': account.holder_name, 'bank': account.bank_name, 'account': account._number(),
        }

    def _ask(self, call, endpoint, instruction):
        """Return the bank's word; of a bank that does not answer, the word *silent*."""
        try:
            return call(endpoint, instruction)
        except NoAnswer as problem:
            return Word('silent', reason=self._problem_text(problem, endpoint.timeout))

    def _record(self, word):
        """Keep what the bank said, or that it said nothing."""
        if self.state not in OPEN_STATES:
            return
        if word.status == 'silent':
            self.problem = word.reason
            if self.state == 'queued' and self.attempted_on:
                self._move_to('unknown', reason=word.reason, system=True)
        elif word.status != 'none':
            self.problem = False
            self._take_word(word)
        elif self.state == 'sent':
            self._contradict(word)
        if self.state == 'unknown':
            self.failure_reason = self.problem

    def _outbox_words(self):
        return self.env._("The bank"), self.env._("another payout, or another amount")
