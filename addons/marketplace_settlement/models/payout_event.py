# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

from ..tools.payout_gateway import read_word

EVENT_MAX_LENGTH = 100


class MarketplacePayoutEvent(models.Model):
    """One thing that a gateway told by itself. It counts once, however often it is told."""

    _name = 'marketplace.payout.event'
    _description = "Payout Event"
    _inherit = ['marketplace.fixed.mixin']
    _order = 'id desc'
    _rec_name = 'event'
    _allow_sudo_commands = False

    channel_id = fields.Many2one(
        comodel_name='marketplace.payout.channel', required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    event = fields.Char(required=True, readonly=True, help="What the gateway calls it.")
    payout_id = fields.Many2one(
        comodel_name='marketplace.payout', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='channel_id.company_id', store=True)
    status = fields.Selection(
        selection=[
            ('accepted', "Accepted by the Bank"),
            ('paid', "Paid"),
            ('rejected', "Refused"),
            ('returned', "Sent back"),
            ('none', "Never seen"),
        ],
        string="What the Bank Says",
        required=True,
        readonly=True,
    )
    reference = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)

    _event_uniq = models.UniqueIndex('(channel_id, event)', "This event was told already.")

    # === CRUD METHODS === #

    def _fixed_error(self):
        return UserError(self.env._("Events are told by the gateway and stay as they are."))

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, channel, message):
        """Act on what a gateway told, whose signature was checked.

        :param message: the JSON of the callback
        :return: whether it made sense; a repetition does
        """
        message = message if isinstance(message, dict) else {}
        event, key = message.get('event'), message.get('key')
        if not (
            isinstance(event, str) and 0 < len(event) <= EVENT_MAX_LENGTH
            and isinstance(key, str) and 0 < len(key) <= EVENT_MAX_LENGTH
        ):  # fmt: skip
            return False
        payout = self.env['marketplace.payout'].sudo().search(
            [('key', '=', key), ('channel_id', '=', channel.id)]
        )
        question = payout._prepare_question() if payout else message
        try:
            word = read_word(message, question)
        except (NoAnswer, KeyError):
            return False
        if word.status == 'none':
            return False
        if self._note(channel, event, payout, word):
            if payout:
                payout._take_word(word)
            else:
                channel._stop(self.env._(
                    "The bank tells of a payout that is not in the books: %s. Was a backup"
                    " restored? Enter it first, or a merchant is paid twice.", key,
                ))
        return True

    @api.model
    def _note(self, channel, event, payout, word):
        """Keep the event; empty if it was told already."""
        try:
            with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                return self.sudo().create({
                    'channel_id': channel.id, 'event': event, 'payout_id': payout.id,
                    'status': word.status, 'reference': word.reference, 'reason': word.reason,
                })
        except UniqueViolation:
            return self.browse()
