# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

from ..tools import invoice_client

OFFICER = 'marketplace_settlement.group_finance_officer'
CRON = 'marketplace_settlement.ir_cron_invoice_handover'
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=12)
PAUSE_FACTOR = 3
WAITING_LATE = timedelta(hours=1)


class MarketplaceInvoiceHandover(models.Model):
    """One document on its way to an e-invoice service, sent until the service has answered.

    It is noted with the posting of the document and sent by a cron after that is committed, so
    that no service keeps a posting waiting and none hears of a document that was rolled back. Its
    key is the same with each try: the service counts them as one document.
    """

    _name = 'marketplace.invoice.handover'
    _description = "E-Invoice Hand-Over"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _order = 'id desc'
    _rec_name = 'move_id'
    _allow_sudo_commands = False

    _state_initial = 'waiting'
    _state_moves = (
        Move('waiting', 'accepted', by=('system',)),
        Move('waiting', 'rejected', by=('system',), reason=True),
        Move('waiting', 'given_up', by=('system',), reason=True),
        Move('rejected', 'waiting', by=(OFFICER,)),
        Move('given_up', 'waiting', by=(OFFICER,)),
    )

    channel_id = fields.Many2one(
        comodel_name='marketplace.invoice.channel', string="Service", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    move_id = fields.Many2one(
        comodel_name='account.move', string="Document", required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='channel_id.company_id', store=True, index=True)
    partner_id = fields.Many2one(related='move_id.partner_id')
    invoice_date = fields.Date(related='move_id.invoice_date')
    key = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex
    )
    state = fields.Selection(
        selection=[
            ('waiting', "Waiting"),
            ('accepted', "Accepted"),
            ('rejected', "Rejected"),
            ('given_up', "Left to a Person"),
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
    reference = fields.Char(
        string="E-Invoice Number", readonly=True, help="As the service called it."
    )
    note = fields.Char(string="Answer", readonly=True)
    date_answered = fields.Datetime(string="Answered on", readonly=True)

    _document_uniq = models.UniqueIndex(
        '(channel_id, move_id)', "This document is on its way to the service already."
    )
    _due_idx = models.Index("(next_try) WHERE state = 'waiting'")

    # === ACTION METHODS === #

    def action_send_again(self):
        """Start over with documents that were rejected or given up; what waits goes at once."""
        self.check_access('read')
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Finance officers send documents again."))
        over = self.filtered(lambda handover: handover.state in ('rejected', 'given_up'))
        over.sudo()._move_to('waiting')
        waiting = self.filtered(lambda handover: handover.state == 'waiting')
        if waiting:
            waiting.sudo().write({'tries': 0, 'next_try': fields.Datetime.now()})
            self._wake()

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, moves):
        """Note which of the posted documents are to be handed over to whom."""
        documents = {}
        for move in moves:
            if kind := move._marketplace_kind():
                documents.setdefault(kind, []).append(move)
        if not documents:
            return
        channels = self.env['marketplace.invoice.channel'].search(
            [('company_id', 'in', moves.company_id.ids)]
        )
        vals_list = [
            {'channel_id': channel.id, 'move_id': move.id}
            for channel in channels
            for kind, wanted in (('shopper', channel.for_shoppers), ('fee', channel.for_fees))
            for move in documents.get(kind, ())
            if wanted and move.company_id == channel.company_id
        ]
        if vals_list:
            self.create(vals_list)
            self._wake()

    @api.model
    def _wake(self, at=None):
        if cron := self.env.ref(CRON, raise_if_not_found=False):
            cron.sudo()._trigger(at)

    # === CALLS === #

    @api.model
    def _cron_send(self):
        """Send what is due, one document after the other."""
        waiting = self.search(self._due(), order='next_try, id')
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=len(waiting))
        for handover in waiting:
            handover._send_once()
            if not cron._commit_progress(1):
                break

    @api.model
    def _due(self):
        return Domain('state', '=', 'waiting') & Domain('next_try', '<=', fields.Datetime.now())

    def _send_once(self):
        """Send one document once and record what comes of it.

        The try is committed before the call: no row is locked while the service thinks, and a
        server that dies meanwhile comes back to this document later, with the same key.
        """
        call = self._claim()
        if not call:
            return
        self.env['ir.cron']._commit_progress()
        try:
            answer = invoice_client.hand_over(**call)
        except NoAnswer as problem:
            answer = {'problem': self._problem_text(problem, call['timeout'])}
        self._record(answer)

    def _claim(self):
        """Count a try and return what to send; nothing if there is nothing to send any more."""
        handover = self.try_lock_for_update().filtered_domain(self._due())
        channel = handover.channel_id
        if not channel.active:
            return None
        handover.tries += 1
        handover.next_try = fields.Datetime.now() + min(
            FIRST_PAUSE * PAUSE_FACTOR ** min(handover.tries - 1, 10), LONGEST_PAUSE
        )
        return {
            'url': channel.url,
            'secret': channel._access_token() or '',
            'key': handover.key,
            'timeout': channel.timeout,
            'document': handover.move_id._marketplace_invoice_data(),
        }

    def _record(self, answer):
        """Keep the answer, or why there is none."""
        if self.state != 'waiting':
            return
        if result := answer.get('result'):
            self.write({
                'reference': answer['reference'],
                'note': answer['note'],
                'problem': False,
                'date_answered': fields.Datetime.now(),
            })
            self._move_to(result, reason=answer['note'] or result, system=True)
            return
        self.problem = answer['problem']
        if self.tries >= self.channel_id.max_tries:
            self._move_to('given_up', reason=self.problem, system=True)
        else:
            self._wake(self.next_try)

    def _problem_text(self, problem, timeout):
        _ = self.with_context(lang=self.company_id.partner_id.lang).env._
        texts = {
            'unreachable': _("It cannot be reached, or the connection broke off."),
            'timeout': _("It did not answer within %s seconds.", timeout),
            'status': _("It answered with error HTTP %s.", problem.detail),
            'too_long': _("Its answer was too long."),
            'nonsense': _("Its answer could not be understood."),
            'other_subject': _("It answered about another document."),
        }
        return texts[problem.kind]


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _post(self, soft=True):
        posted = super()._post(soft)
        self.env['marketplace.invoice.handover'].sudo()._note(posted.sudo())
        return posted


class MarketplaceChecker(models.AbstractModel):
    _inherit = 'marketplace.checker'

    @api.model
    def _watched(self):
        return super()._watched() | {
            'handover': (
                self.env._("Invoices are handed over to the e-invoice service within an hour"),
                'marketplace.invoice.handover',
                SQL(
                    """
                    SELECT handover.id, CONCAT(move.name, ': ', handover.problem),
                           handover.company_id
                      FROM marketplace_invoice_handover handover
                      JOIN account_move move ON move.id = handover.move_id
                     WHERE handover.state IN ('rejected', 'given_up')
                        OR (handover.state = 'waiting' AND handover.create_date < %s)
                     ORDER BY handover.id
                    """,
                    fields.Datetime.now() - WAITING_LATE,
                ),
            ),
        }
