# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

from ..tools import crash
from ..tools.payout_gateway import Word

_logger = logging.getLogger(__name__)

CRON = 'marketplace_settlement.ir_cron_payout_gateway'
# Longer than any time-out: what was sent before has arrived, or will not arrive any more.
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=6)
PAUSE_FACTOR = 3
OPEN_STATES = ('queued', 'sent', 'unknown')


class MarketplacePayout(models.Model):
    """Payouts on their way through a gateway, one after the other.

    First the bank is asked whether it knows the payout's key. If it has never seen it, the intent
    to send is committed, then it is sent, then what came of it is recorded. Whoever dies in between
    comes back to a payout that is looked up first: none is sent because it *may* not have arrived.
    """

    _inherit = 'marketplace.payout'

    attempted_on = fields.Datetime(
        string="Sent on", readonly=True, copy=False,
        help="From then on the bank may have the instruction.",
    )  # fmt: skip
    tries = fields.Integer(readonly=True, copy=False)
    next_try = fields.Datetime(readonly=True, copy=False)
    queued_on = fields.Datetime(string="Waiting since", readonly=True, copy=False)
    problem = fields.Char(string="Last Problem", readonly=True, copy=False)

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
    def _wake(self, at=None):
        if cron := self.env.ref(CRON, raise_if_not_found=False):
            cron.sudo()._trigger(at)

    @api.model
    def _cron_exchange(self):
        """Ask the gateways about what is due, and send what they have not seen."""
        due = self.search(self._due(), order='next_try, id')
        current = due.channel_id.filtered(lambda channel: channel._is_current())
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=len(due))
        for payout in due:
            payout._exchange(payout.channel_id in current)
            if not cron._commit_progress(1):
                return
        self.env['marketplace.heartbeat']._beat('payouts')

    @api.model
    def _due(self):
        return (
            Domain('state', 'in', OPEN_STATES)
            & Domain('next_try', '<=', fields.Datetime.now())
            & Domain('channel_id.kind', '=', 'gateway')
        )

    def _exchange(self, may_send=True):
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
        try:
            with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                self._record(word)
        except OperationalError:
            # An event of the bank came in this very moment. The next look-up asks the same.
            _logger.info("The answer to %s could not be recorded; it is looked up again", self)
        crash.point('payout_recorded')

    def _commit_step(self, name):
        self.env['ir.cron']._commit_progress()
        crash.point(name)

    def _claim(self):
        """Take the payout for this try; empty if another process has it, or it is over."""
        payout = self.try_lock_for_update().filtered_domain(self._due())
        if payout:
            payout.tries += 1
            payout.next_try = fields.Datetime.now() + payout._pause()
            payout._wake(payout.next_try)
        return payout

    def _pause(self):
        """Return how long to wait after this try: growing, so that a gateway can recover."""
        # The exponent is bounded before the pause is: many tries would overflow.
        return min(FIRST_PAUSE * PAUSE_FACTOR ** min(self.tries - 1, 10), LONGEST_PAUSE)

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

    def _problem_text(self, problem, timeout):
        """Say in the company's language why there is no answer."""
        _ = self.with_context(lang=self.company_id.partner_id.lang).env._
        texts = {
            'unreachable': _("The bank cannot be reached, or the connection broke off."),
            'timeout': _("The bank did not answer within %s seconds.", timeout),
            'status': _("The bank answered with error HTTP %s.", problem.detail),
            'too_long': _("The bank's answer was too long."),
            'nonsense': _("The bank's answer could not be understood."),
            'other_subject': _("The bank answered about another payout, or another amount."),
        }
        return texts[problem.kind]
