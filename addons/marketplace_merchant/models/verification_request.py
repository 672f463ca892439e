# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json
import logging
import uuid
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.marketplace_merchant.models.merchant_application import OPEN_STATES
from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.models.verification_service import SERVICE_CHECKS
from odoo.addons.marketplace_merchant.tools.identity_number import redact_identity_numbers
from odoo.addons.marketplace_merchant.tools.secret import keyed_hash, mask
from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer, ask, read_answer

_logger = logging.getLogger(__name__)

CRON = 'marketplace_merchant.ir_cron_verification'
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=12)
PAUSE_FACTOR = 4


class MarketplaceVerificationRequest(models.Model):
    """One question about an applicant to a service outside, asked until it is answered.

    It is noted with the application that is handed in, and asked by a cron afterwards: a service
    that is slow or out of reach keeps nobody waiting. Identities are read from the application when
    the question is asked; none is stored here.
    """

    _name = 'marketplace.verification.request'
    _inherit = ['marketplace.state.mixin']
    _description = "Question to a Verification Service"
    _order = 'id desc'
    _rec_name = 'application_id'

    _state_initial = 'waiting'
    _state_moves = (
        Move('waiting', 'answered', by=('system',)),
        Move('waiting', 'given_up', by=('system',)),
        Move('waiting', 'cancelled', by=('system',)),
        Move('given_up', 'waiting', by=('system',)),
        Move('given_up', 'cancelled', by=('system',)),
        Move('answered', 'cancelled', by=('system',)),
    )

    service_id = fields.Many2one(
        comodel_name='marketplace.verification.service', required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    check_code = fields.Selection(
        selection=SERVICE_CHECKS, string="Check", required=True, readonly=True
    )
    subject_hash = fields.Char(
        required=True, readonly=True, help="Changes when what is asked about changes."
    )
    key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex,
        help="Sent with each try, so that the service counts them as one question.",
    )  # fmt: skip
    state = fields.Selection(
        selection=[
            ('waiting', "Waiting"),
            ('answered', "Answered"),
            ('given_up', "Left to a Person"),
            ('cancelled', "Out of Date"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default='waiting',
    )
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True, default=fields.Datetime.now)
    problem = fields.Char(string="Last Problem", readonly=True)
    result = fields.Selection(
        selection=[('passed', "Passed"), ('failed', "Failed"), ('unknown', "Unknown there")],
        readonly=True,
    )
    note = fields.Char(string="Answer", readonly=True)
    date_answered = fields.Datetime(string="Answered on", readonly=True)

    _current_uniq = models.UniqueIndex(
        "(application_id, check_code) WHERE state != 'cancelled'",
        "A service is already being asked about this check.",
    )
    _due_idx = models.Index("(next_try) WHERE state = 'waiting'")

    # === BUSINESS METHODS === #

    @api.model
    def _for_application(self, application, code, service):
        """Return the current question about a check, a new one if what it is about has changed."""
        subject_hash = self._hash_subject(application._verification_subject(code))
        current = self.search([
            ('application_id', '=', application.id),
            ('check_code', '=', code),
            ('state', '!=', 'cancelled'),
        ])
        if current.subject_hash == subject_hash and current.service_id == service:
            return current
        if current:
            current._move_to('cancelled', system=True)
            current.flush_recordset(['state'])
        self._wake()
        return self.create({
            'application_id': application.id,
            'check_code': code,
            'service_id': service.id,
            'subject_hash': subject_hash,
        })

    def _finding(self):
        """Return the machine's result and note for the check, as things stand.

        A service that does not answer neither passes nor fails anybody.
        """
        self.ensure_one()
        service = self.service_id.name
        if self.state == 'answered':
            note = self.note or dict(self._fields['result']._description_selection(self.env))[
                self.result
            ]
            if self.result == 'unknown':
                return 'pending', self.env._(
                    "%(service)s does not know them: please check it yourself. %(note)s",
                    service=service, note=self.note or '',
                ).strip()
            return self.result, f"{service}: {note}"
        if self.state == 'given_up':
            return 'pending', self.env._(
                "%(service)s was asked %(tries)s times: %(problem)s Please check it yourself.",
                service=service, tries=self.tries, problem=self.problem,
            )
        if self.problem:
            return 'pending', self.env._(
                "%(service)s: %(problem)s It is asked again.", service=service, problem=self.problem
            )
        return 'pending', self.env._("%s has been asked.", service)

    def _ask_again(self):
        """Start over with what was given up; what waits is asked at once."""
        self.filtered(lambda request: request.state == 'given_up')._move_to('waiting', system=True)
        waiting = self.filtered(lambda request: request.state == 'waiting')
        if waiting:
            waiting.write({'tries': 0, 'next_try': fields.Datetime.now()})
            self._wake()

    @api.model
    def _hash_subject(self, subject):
        return keyed_hash(self.env, json.dumps(subject, sort_keys=True))

    @api.model
    def _wake(self, at=None):
        if cron := self.env.ref(CRON, raise_if_not_found=False):
            cron.sudo()._trigger(at)

    # === CALLS === #

    @api.model
    def _cron_ask(self):
        """Ask the services what is due, one question after the other."""
        waiting = self.search(self._due(), order='next_try, id')
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=len(waiting))
        for request in waiting:
            request._ask_once()
            if not cron._commit_progress(1):
                break

    @api.model
    def _due(self):
        return Domain('state', '=', 'waiting') & Domain('next_try', '<=', fields.Datetime.now())

    def _ask_once(self):
        """Ask one service once and record what comes of it.

        The try is committed before the call: no row is locked while the service thinks, and a
        server that dies meanwhile comes back to this question later.
        """
        question = self._claim()
        if not question:
            return
        self.env['ir.cron']._commit_progress()
        try:
            outcome = self._outcome(question, ask(**question))
        except NoAnswer as problem:
            outcome = {'problem': self._problem_text(problem, question['timeout'])}
        try:
            with self.env.cr.savepoint():
                self._record(outcome)
        except OperationalError:
            # Somebody changes the application this very moment. The next try asks the same.
            _logger.info("The answer to %s could not be recorded; it is asked again", self)

    def _claim(self):
        """Count a try and return what to send, nothing if there is nothing to ask any more."""
        request = self.try_lock_for_update().filtered_domain(self._due())
        if not request:
            return None
        subject = request.application_id._verification_subject(request.check_code)
        if (
            not request.service_id.active
            or request.application_id.state not in OPEN_STATES
            or request.subject_hash != self._hash_subject(subject)
        ):
            request._move_to('cancelled', system=True)
            return None
        service = request.service_id
        request.tries += 1
        request.next_try = fields.Datetime.now() + request._pause()
        return {
            'url': service.url,
            'token': service._access_token(),
            'timeout': service.timeout,
            'key': request.key,
            'question': {'check': request.check_code, 'subject': subject},
        }

    def _pause(self):
        """Return how long to wait after this try: growing, so that a service can recover."""
        # The factor is bounded before it is multiplied: twenty tries would overflow.
        return min(FIRST_PAUSE * PAUSE_FACTOR ** min(self.tries - 1, 10), LONGEST_PAUSE)

    def _outcome(self, question, answer):
        subject = question['question']['subject']
        key = self.env['marketplace.merchant.application']._verification_key(
            question['question']['check']
        )
        result, note = read_answer(answer, subject, key)
        # What was asked may come back in the answer's text: it is as secret there.
        plain = str(subject[key])
        note = redact_identity_numbers(note.replace(plain, mask(plain, 3, 4)))
        return {'result': result, 'note': note}

    def _record(self, outcome):
        """Keep the answer, or why there is none, and let the check show it."""
        if self.state != 'waiting':
            return
        if 'result' in outcome:
            self.write(dict(outcome, date_answered=fields.Datetime.now(), problem=False))
            self._move_to('answered', system=True)
        else:
            self.write(outcome)
            if self.tries >= self.service_id.max_tries:
                self._move_to('given_up', reason=self.problem, system=True)
            else:
                self._wake(self.next_try)
        if self.application_id.state in OPEN_STATES:
            self.application_id._take_service_answer(self.check_code)

    def _problem_text(self, problem, timeout):
        """Say in the officers' language why there is no answer."""
        _ = self._for_officers().env._
        texts = {
            'unreachable': _("It cannot be reached, or the connection broke off."),
            'timeout': _("It did not answer within %s seconds.", timeout),
            'status': _("It answered with error HTTP %s.", problem.detail),
            'too_long': _("Its answer was too long."),
            'nonsense': _("Its answer could not be understood."),
            'other_subject': _("It answered about somebody else."),
        }
        return texts[problem.kind]

    def _for_officers(self):
        return self.with_context(lang=self.application_id.company_id.partner_id.lang)
