# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.models.merchant_application import OPEN_STATES
from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.models.verification_service import SERVICE_CHECKS
from odoo.addons.marketplace_merchant.tools.identity_number import redact_identity_numbers
from odoo.addons.marketplace_merchant.tools.secret import keyed_hash, mask
from odoo.addons.marketplace_merchant.tools.verification_client import ask, read_answer


class MarketplaceVerificationRequest(models.Model):
    """One question about an applicant to a service outside, asked until it is answered.

    It is noted with the application that is handed in. Identities are read from the application
    when the question is asked; none is stored here.
    """

    _name = 'marketplace.verification.request'
    _inherit = ['marketplace.state.mixin', 'marketplace.outbox.mixin']
    _description = "Question to a Verification Service"
    _order = 'id desc'
    _rec_name = 'application_id'
    _outbox_cron = 'marketplace_merchant.ir_cron_verification'
    _outbox_pause_factor = 4

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
    company_id = fields.Many2one(related='application_id.company_id')
    check_code = fields.Selection(
        selection=SERVICE_CHECKS, string="Check", required=True, readonly=True
    )
    subject_hash = fields.Char(
        required=True, readonly=True, help="Changes when what is asked about changes."
    )
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
        self._start_over()

    @api.model
    def _hash_subject(self, subject):
        return keyed_hash(self.env, json.dumps(subject, sort_keys=True))

    # === CALLS === #

    @api.model
    def _cron_ask(self):
        """Ask the services what is due, one question after the other."""
        self._try_due()

    def _lock_due(self):
        """Return the question, locked; one that nobody needs an answer to any more is dropped."""
        request = super()._lock_due()
        if request and not request._is_needed():
            request._move_to('cancelled', system=True)
            return self.browse()
        return request

    def _is_needed(self):
        return (
            self.service_id.active
            and self.application_id.state in OPEN_STATES
            and self.subject_hash == self._hash_subject(self._subject())
        )

    def _subject(self):
        return self.application_id._verification_subject(self.check_code)

    def _prepare_call(self):
        service = self.service_id
        return {
            'url': service.url,
            'token': service._access_token(),
            'timeout': service.timeout,
            'key': self.key,
            'question': {'check': self.check_code, 'subject': self._subject()},
        }

    def _call(self, call):
        subject = call['question']['subject']
        key = self.env['marketplace.merchant.application']._verification_key(
            call['question']['check']
        )
        result, note = read_answer(ask(**call), subject, key)
        # What was asked may come back in the answer's text: it is as secret there.
        plain = str(subject[key])
        note = redact_identity_numbers(note.replace(plain, mask(plain, 3, 4)))
        return {'result': result, 'note': note}

    def _record(self, answer):
        """Keep the answer, or why there is none, and let the check show it."""
        if self.state != 'waiting':
            return
        if 'result' in answer:
            self.write(dict(answer, date_answered=fields.Datetime.now(), problem=False))
            self._move_to('answered', system=True)
        else:
            self._record_problem(answer['problem'], self.service_id.max_tries)
        if self.application_id.state in OPEN_STATES:
            self.application_id._take_service_answer(self.check_code)

    def _outbox_words(self):
        return self.env._("The service"), self.env._("somebody else")
