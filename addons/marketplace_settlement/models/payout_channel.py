# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import decrypt, encrypt, mask
from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer

from ..tools import payout_gateway

MANAGER = 'marketplace_settlement.group_finance_manager'
SECRET_MIN_LENGTH = 16


class MarketplacePayoutChannel(models.Model):
    """A way in which payouts reach the bank: a file that somebody uploads there, or a gateway.

    What a gateway is sent and must answer stands in ``tools/payout_gateway.py``.
    """

    _name = 'marketplace.payout.channel'
    _description = "Payout Channel"
    _inherit = ['mail.thread', 'mail.activity.mixin', 'marketplace.endpoint.mixin']
    _order = 'sequence, id'
    _check_company_auto = True
    _reason_actions = ('action_lift_block',)

    _secret_fields = ('token_secret', 'callback_secret_encrypted')
    _endpoint_audited = ('name', 'kind', 'url', 'active')

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company,
        ondelete='restrict',
    )  # fmt: skip
    journal_id = fields.Many2one(
        comodel_name='account.journal', string="Pay From", required=True, check_company=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]", ondelete='restrict',
        default=lambda self: self._default_journal_id(),
    )  # fmt: skip
    kind = fields.Selection(
        selection=[
            ('file_pain001', "Bank file: ISO 20022 (pain.001)"),
            ('file_csv', "Bank file: CSV"),
            ('gateway', "Payment gateway"),
        ],
        string="Type",
        required=True,
        default='file_pain001',
    )
    is_latin = fields.Boolean(
        string="Latin Letters Only",
        help="The bank takes no other letters in the file. A payout to a name without any is then"
        " refused.",
    )
    callback_secret = fields.Char(
        compute='_compute_callback_secret', inverse='_inverse_callback_secret',
        help="With it the gateway signs what it tells by itself. Stored encrypted; only its end is"
        " shown.",
    )  # fmt: skip
    callback_secret_encrypted = fields.Char(copy=False, groups=NO_ACCESS)
    callback_code = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex
    )
    callback_url = fields.Char(
        string="Callback Address", compute='_compute_callback_url',
        help="Enter it at the gateway: there it tells what became of the payouts.",
    )  # fmt: skip
    block_reason = fields.Char(
        string="Stopped", readonly=True, copy=False,
        help="The bank knows of payouts that the books don't know, as after a backup was restored."
        " Nothing is sent until a finance manager has reconciled them.",
    )  # fmt: skip

    _callback_code_uniq = models.Constraint(
        'UNIQUE (callback_code)', "Each channel has a callback address of its own."
    )
    _gateway_url = models.Constraint(
        "CHECK (kind <> 'gateway' OR url IS NOT NULL)", "A gateway needs its address."
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_journal_id(self):
        return self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.env.company.id)], limit=1
        )

    @api.depends('callback_secret_encrypted')
    def _compute_callback_secret(self):
        for channel in self:
            secret = channel.sudo().callback_secret_encrypted
            channel.callback_secret = mask(decrypt(self.env, secret)) if secret else False

    def _inverse_callback_secret(self):
        for channel in self:
            secret = channel.callback_secret
            if secret and len(secret) < SECRET_MIN_LENGTH:
                raise ValidationError(self.env._(
                    "The callback secret needs at least %s characters.", SECRET_MIN_LENGTH
                ))
            channel.sudo().callback_secret_encrypted = secret and encrypt(self.env, secret)

    @api.depends('callback_code')
    def _compute_callback_url(self):
        for channel in self:
            channel.callback_url = (
                f'{channel.get_base_url()}/marketplace/payout/callback/{channel.callback_code}'
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('journal_id', 'company_id', 'kind')
    def _check_unused(self):
        """What was sent through a channel must stay where it can be asked about."""
        if self.env['marketplace.payout.batch'].sudo().search_count([
            ('channel_id', 'in', self.ids), ('state', 'in', ('approved', 'sent')),
        ], limit=1):  # fmt: skip
            raise ValidationError(self.env._(
                "Payouts went out through this channel, so its way out and its bank journal stay."
                " Archive it and make a new one."
            ))

    # === CRUD METHODS === #

    def write(self, vals):
        if {'block_reason', 'callback_code'} & vals.keys() and not self.env.su:
            raise UserError(self.env._("What stops a channel is not typed: lift it with a reason."))
        result = super().write(vals)
        self.invalidate_recordset(['callback_secret'])
        if 'callback_secret' in vals:
            self.env['marketplace.audit.log']._log(
                self, 'change', after={'callback_secret': self.env._("replaced")}
            )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env['marketplace.payout.batch'].sudo().search_count(
            [('channel_id', 'in', self.ids)], limit=1
        ):
            raise UserError(self.env._("A channel that payouts went through can only be archived."))

    # === ACTION METHODS === #

    def action_lift_block(self, reason=None):
        """Let payouts go on, once what the bank knows is in the books too.

        :param str reason: what was found and done
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Stopped payouts are let go by finance managers."))
        if not (reason or '').strip():
            raise UserError(self.env._("Please say how the books and the bank were reconciled."))
        for channel in self:
            self.env['marketplace.audit.log']._log(
                channel, 'change', reason=reason, before={'block_reason': channel.block_reason},
                after={'block_reason': False},
            )  # fmt: skip
        channels_sudo = self.sudo()
        channels_sudo.block_reason = False
        channels_sudo.activity_feedback(['mail.mail_activity_data_todo'], feedback=reason)

    # === BUSINESS METHODS === #

    def _check_not_stopped(self):
        for channel in self.filtered('block_reason'):
            raise UserError(self.env._(
                "Nothing is sent by %(channel)s: %(reason)s", channel=channel.name,
                reason=channel.block_reason,
            ))

    def _stop(self, reason):
        """Send nothing more: the bank knows what the books don't know (restored backup)."""
        for channel in self.sudo().filtered(lambda channel: not channel.block_reason):
            channel.block_reason = reason
            channel.activity_schedule(
                'mail.mail_activity_data_todo',
                summary=self.env._("Reconcile with the bank"),
                note=reason,
                user_id=self._manager(channel.company_id).id or self.env.uid,
            )
            self.env['marketplace.audit.log']._log(
                channel, 'change', after={'block_reason': reason}, system=True
            )

    @api.model
    def _manager(self, company):
        """Return a finance manager of a company, who is asked where money is unclear."""
        users = self.env.ref(MANAGER).sudo().all_user_ids
        return users.filtered(lambda user: user.active and company in user.company_ids)[:1]

    # === GATEWAY === #

    def _endpoint(self):
        """Return what a call needs; no record is read while the gateway thinks."""
        self.ensure_one()
        return payout_gateway.Endpoint(
            (self.url or '').rstrip('/'), self._access_token(), self.timeout
        )

    @api.model
    def _send(self, endpoint, instruction):
        """Give the bank one instruction; see :func:`payout_gateway.send`.

        A gateway with an interface of its own extends this and `_look_up`.
        """
        return payout_gateway.send(endpoint, instruction)

    @api.model
    def _look_up(self, endpoint, instruction):
        """Ask the bank what it knows of one instruction; see :func:`payout_gateway.look_up`."""
        return payout_gateway.look_up(endpoint, instruction)

    def _is_current(self):
        """Return whether the books know all that the bank was told lately.

        If not, they are older than the bank, as after a backup was restored, and what they take
        for unpaid may be paid. The call is made outside of any transaction.
        """
        self.ensure_one()
        endpoint = self._endpoint()
        self.env['ir.cron']._commit_progress()
        try:
            keys = payout_gateway.recent_keys(endpoint)
        except NoAnswer:
            return False
        known = self.env['marketplace.payout'].sudo().search([('key', 'in', keys)]).mapped('key')
        if unknown := set(keys) - set(known):
            self._stop(self.env._(
                "The bank has payouts that are not in the books (%(count)s): %(keys)s. Was a backup"
                " restored? Enter them first, or merchants are paid twice.",
                count=len(unknown), keys=", ".join(sorted(unknown)[:5]),
            ))
            return False
        return True

    def _callback_signed(self, timestamp, signature, body):
        """Return whether a callback comes from this channel's gateway."""
        self.ensure_one()
        secret = self.sudo().callback_secret_encrypted
        return payout_gateway.is_signed(
            decrypt(self.env, secret) if secret else '', timestamp, signature, body
        )
