# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
import uuid
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

_logger = logging.getLogger(__name__)

# Longer than any time-out: what was sent before has arrived, or will not arrive any more.
FIRST_PAUSE = timedelta(minutes=2)


class MarketplaceOutboxMixin(models.AbstractModel):
    """What is told to a service outside, or asked of it, until it has answered.

    It is noted in the transaction that causes it, and a cron calls once that is committed: nobody
    waits for a service, and none hears of what was rolled back. Each try is committed before the
    call, so that no row is locked while the service thinks, and a server that dies meanwhile comes
    back to it later with the same key, by which the service counts all tries as one. An answer that
    cannot be recorded, because somebody changes the record that very moment, is asked for again.

    For models with a state machine. Where a call takes more steps, `_try_once` is their own.
    """

    _name = 'marketplace.outbox.mixin'
    _description = "Outbox"

    # The cron that calls.
    _outbox_cron = None
    # The states in which something is left to call about.
    _outbox_states = ('waiting',)
    _outbox_pause_factor = 3
    _outbox_longest_pause = timedelta(hours=12)

    key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex,
        help="Sent with each try, so that the service counts them as one.",
    )  # fmt: skip
    tries = fields.Integer(readonly=True, copy=False)
    next_try = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    problem = fields.Char(string="Last Problem", readonly=True, copy=False)

    # === BUSINESS METHODS === #

    @api.model
    def _wake(self, at=None):
        self.env['ir.cron']._marketplace_wake(self._outbox_cron, at)

    def _start_over(self):
        """Call at once about what waits, as if for the first time."""
        waiting = self.filtered(lambda record: record.state in self._outbox_states)
        if waiting:
            waiting.write({'tries': 0, 'next_try': fields.Datetime.now()})
            waiting._wake()

    # === CALLS === #

    @api.model
    def _try_due(self):
        """Call about what is due, one record after the other."""
        for record in self.env['ir.cron']._marketplace_each(self._find_due()):
            record._try_once()

    @api.model
    def _find_due(self):
        return self.search(self._due(), order='next_try, id')

    @api.model
    def _due(self):
        return (
            Domain('state', 'in', self._outbox_states)
            & Domain('next_try', '<=', fields.Datetime.now())
        )

    def _try_once(self):
        """Call about one record once, and record what comes of it."""
        record = self._claim()
        if not record:
            return
        call = record._prepare_call()
        self.env['ir.cron']._commit_progress()
        try:
            answer = self._call(call)
        except NoAnswer as problem:
            answer = {'problem': self._problem_text(problem, call['timeout'])}
        self._record_unless_busy(answer)

    def _claim(self):
        """Take the record for this try; empty if there is nothing to call about any more."""
        record = self._lock_due()
        if record:
            record.tries += 1
            record.next_try = fields.Datetime.now() + record._pause()
            record._wake(record.next_try)
        return record

    def _lock_due(self):
        """Return the record, locked; empty if another process has it, or it is over."""
        return self.try_lock_for_update().filtered_domain(self._due())

    def _pause(self):
        """Return how long to wait after this try: growing, so that a service can recover."""
        # The exponent is bounded before the pause is: many tries would overflow.
        factor = self._outbox_pause_factor ** min(self.tries - 1, 10)
        return min(FIRST_PAUSE * factor, self._outbox_longest_pause)

    def _prepare_call(self):
        """Return what `_call` needs, ``timeout`` among it: no record is read during the call."""
        raise NotImplementedError

    def _call(self, call):
        """Call the service.

        :return: what `_record` gets
        :rtype: dict
        :raise NoAnswer: when there is no usable answer
        """
        raise NotImplementedError

    def _record_unless_busy(self, answer):
        """Record an answer; if another transaction is faster, the next try asks the same."""
        try:
            with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                self._record(answer)
        except OperationalError:
            _logger.info("The answer to %s could not be recorded; it is asked for again", self)

    def _record(self, answer):
        """Keep the answer, or the ``problem`` that there is none."""
        raise NotImplementedError

    def _record_problem(self, problem, max_tries):
        """Keep why there is no answer; after the last try a person decides."""
        self.problem = problem
        if self.tries >= max_tries:
            self._move_to('given_up', reason=problem, system=True)

    # === WORDS === #

    def _problem_text(self, problem, timeout):
        """Say in the company's language why there is no answer."""
        asking = self.with_context(lang=self.company_id.partner_id.lang)
        _ = asking.env._
        who, other = asking._outbox_words()
        texts = {
            'unreachable': _("%s cannot be reached, or the connection broke off.", who),
            'timeout': _("%(who)s did not answer within %(seconds)s seconds.",
                         who=who, seconds=timeout),
            'status': _("%(who)s answered with error HTTP %(status)s.",
                        who=who, status=problem.detail),
            'too_long': _("%s gave an answer that was too long.", who),
            'nonsense': _("%s gave an answer that could not be understood.", who),
            'other_subject': _("%(who)s answered about %(other)s.", who=who, other=other),
        }  # fmt: skip
        return texts[problem.kind]

    def _outbox_words(self):
        """Return who is called, and about what else it may have answered, for a sentence.

        :rtype: tuple[str, str]
        """
        raise NotImplementedError
