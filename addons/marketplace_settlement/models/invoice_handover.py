# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from ..tools import invoice_client

OFFICER = 'marketplace_settlement.group_finance_officer'
WAITING_LATE = timedelta(hours=1)


class MarketplaceInvoiceHandover(models.Model):
    """One document on its way to an e-invoice service, sent until the service has answered.

    It is noted with the posting of the document and sent once that is committed.
    """

    _name = 'marketplace.invoice.handover'
    _description = "E-Invoice Hand-Over"
    _inherit = [
        'marketplace.guard.mixin', 'marketplace.state.mixin', 'marketplace.outbox.mixin',
    ]  # fmt: skip
    _order = 'id desc'
    _rec_name = 'move_id'
    _allow_sudo_commands = False
    _outbox_cron = 'marketplace_settlement.ir_cron_invoice_handover'

    _state_initial = 'waiting'
    _state_moves = (
        Move('waiting', 'accepted', by=('system',)),
        Move('waiting', 'rejected', by=('system',), reason=True),
        Move('waiting', 'given_up', by=('system',), reason=True),
        Move('rejected', 'waiting', by=(OFFICER,)),
        Move('given_up', 'waiting', by=(OFFICER,)),
    )

    channel_id = fields.Many2one(
        comodel_name='marketplace.invoice.channel', string="E-Invoice Service", required=True,
        readonly=True, index=True, ondelete='restrict',
    )  # fmt: skip
    move_id = fields.Many2one(
        comodel_name='account.move', string="Invoice or Credit Note", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='channel_id.company_id', store=True, index=True)
    partner_id = fields.Many2one(related='move_id.partner_id')
    invoice_date = fields.Date(related='move_id.invoice_date')
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
        self.sudo()._start_over()

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

    # === CALLS === #

    @api.model
    def _cron_send(self):
        """Send what is due, one document after the other."""
        self._try_due()

    @api.model
    def _due(self):
        return super()._due() & Domain('channel_id.active', '=', True)

    def _prepare_call(self):
        channel = self.channel_id
        return {
            'url': channel.url,
            'secret': channel._access_token() or '',
            'key': self.key,
            'timeout': channel.timeout,
            'document': self.move_id._marketplace_invoice_data(),
        }

    def _call(self, call):
        return invoice_client.hand_over(**call)

    def _record(self, answer):
        """Keep the answer, or why there is none."""
        if self.state != 'waiting':
            return
        if 'problem' in answer:
            self._record_problem(answer['problem'], self.channel_id.max_tries)
            return
        result, note = answer['result'], answer['note']
        self.write({
            'reference': answer['reference'], 'note': note, 'problem': False,
            'date_answered': fields.Datetime.now(),
        })  # fmt: skip
        self._move_to(result, reason=note or result, system=True)

    def _outbox_words(self):
        return self.env._("The service"), self.env._("another document")


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
