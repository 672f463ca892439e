# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from ..tools import secret
from .state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceBankAccount(models.Model):
    """Where payouts of a merchant go.

    An account is never edited: a new one replaces it, and receives money only after somebody else
    than the person who entered it has verified it. The number is encrypted; people see its last
    digits, and revealing it takes a reason and leaves an audit row.
    """

    _name = 'marketplace.bank.account'
    _description = "Merchant Bank Account"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _order = 'id desc'

    _guard_frozen = (
        'merchant_id', 'holder_name', 'bank_name', 'number_encrypted', 'number_hash',
        'number_masked', 'entered_by_id',
    )
    _state_moves = (
        Move('draft', 'verified', by=('bank_verifier',)),
        Move('draft', 'rejected', by=('bank_verifier',), reason=True),
        Move('draft', 'replaced', by=('system',)),
        Move('verified', 'replaced', by=('system',)),
    )
    _reason_actions = ('action_reject', 'action_reveal')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )
    holder_name = fields.Char(string="Account Holder", required=True, readonly=True)
    bank_name = fields.Char(string="Bank", required=True, readonly=True)
    number_encrypted = fields.Char(required=True, readonly=True, copy=False, groups=NO_ACCESS)
    number_hash = fields.Char(
        required=True, readonly=True, copy=False, index=True, groups=NO_ACCESS
    )
    number_masked = fields.Char(string="Account Number", required=True, readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ('draft', "To verify"),
            ('verified', "Verified"),
            ('rejected', "Rejected"),
            ('replaced', "Replaced"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    entered_by_id = fields.Many2one(
        comodel_name='res.users', string="Entered by", required=True, readonly=True, copy=False,
        ondelete='restrict',
    )
    verified_by_id = fields.Many2one(
        comodel_name='res.users', string="Decided by", readonly=True, copy=False,
        ondelete='restrict',
    )
    verified_on = fields.Datetime(string="Decided on", readonly=True, copy=False)
    reason = fields.Text(string="Remark to the Merchant", readonly=True, copy=False)
    is_holder_merchant = fields.Boolean(
        string="Holder Is the Merchant",
        compute='_compute_is_holder_merchant',
        help="Whether the account is held in the merchant's own name.",
    )
    duplicate_ids = fields.Many2many(
        comodel_name='marketplace.merchant', string="Also Used by",
        compute='_compute_duplicate_ids',
        help="Other merchants that have given the same account number.",
    )
    can_verify = fields.Boolean(compute='_compute_can_verify')

    _verified_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state = 'verified'", "A merchant has one verified bank account."
    )
    _draft_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state = 'draft'",
        "Another bank account of this merchant waits for verification.",
    )

    # === SETUP === #

    def _register_hook(self):
        super()._register_hook()
        secret.check_keys(self.env)

    # === COMPUTE METHODS === #

    @api.depends('bank_name', 'number_masked')
    def _compute_display_name(self):
        for account in self:
            account.display_name = f"{account.bank_name} {account.number_masked}"

    @api.depends('holder_name', 'merchant_id.name')
    def _compute_is_holder_merchant(self):
        for account in self:
            holder, merchant = account.holder_name or '', account.merchant_id.name or ''
            account.is_holder_merchant = (
                ''.join(holder.split()).casefold() == ''.join(merchant.split()).casefold()
            )

    @api.depends('merchant_id')
    def _compute_duplicate_ids(self):
        merchants_by_hash = dict(self.sudo()._read_group(
            [('number_hash', 'in', self.sudo().mapped('number_hash'))],
            ['number_hash'], ['merchant_id:recordset'],
        ))
        for account in self:
            merchants = merchants_by_hash.get(account.sudo().number_hash, self.merchant_id.browse())
            account.duplicate_ids = merchants - account.merchant_id

    @api.depends('entered_by_id')
    @api.depends_context('uid')
    def _compute_can_verify(self):
        for account in self:
            account.can_verify = account._state_actor_bank_verifier()

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._(
            "Bank accounts are kept for the record: they are replaced, not deleted."
        ))

    # === STATE === #

    def _is_bank_officer(self):
        """Whether the user's role allows to verify and reveal accounts of merchants."""
        return self.env.user.has_group(MANAGER)

    def _state_actor_bank_verifier(self):
        """Two people: whoever entered an account does not verify it."""
        self.ensure_one()
        return self._is_bank_officer() and self.sudo().entered_by_id != self.env.user

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target in ('verified', 'rejected'):
            self.sudo().write({
                'verified_by_id': self.env.uid,
                'verified_on': fields.Datetime.now(),
                'reason': reason,
            })

    # === ACTION METHODS === #

    def action_verify(self):
        """Pay the merchant to this account from now on; it replaces the one before."""
        self.check_access('read')
        for account_sudo in self.sudo():
            account_sudo._check_verifiable()
            account_sudo.merchant_id.bank_account_ids._replace('verified')
            account_sudo._move_to('verified')
        self._mail_members('marketplace_merchant.mail_template_bank_account_verified')

    def action_reject(self, reason):
        """Refuse the account and tell the merchant why; payouts stay where they were."""
        self.check_access('read')
        self.sudo()._move_to('rejected', reason=reason)
        self._mail_members('marketplace_merchant.mail_template_bank_account_rejected')

    def action_reveal(self, reason):
        """Show the full number once; it is not stored anywhere."""
        self.ensure_one()
        if not self._is_bank_officer():
            raise AccessError(self.env._("You are not allowed to see account numbers."))
        if not (reason or '').strip():
            raise UserError(self.env._("Please give a reason: revealing a number is recorded."))
        self.env['marketplace.audit.log']._log(self, 'reveal', reason=reason)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'title': self.env._("Account number of %s", self.holder_name),
                'message': self.sudo()._number(),
                'type': 'info',
                'sticky': True,
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }

    # === BUSINESS METHODS === #

    def _number(self):
        """Return the number in plain text, for payout files and reveals; never store it."""
        self.ensure_one()
        return secret.decrypt(self.env, self.number_encrypted)

    def _mail_members(self, mail_template):
        self.env['mail.template']._marketplace_send(mail_template, self.sudo())

    def _replace(self, state):
        """Retire the accounts in a state, so that another one may enter it."""
        self.filtered(lambda account: account.state == state)._move_to('replaced', system=True)
        # The database allows one account in this state: give up the place before it is taken.
        self.flush_recordset(['state'])

    def _check_verifiable(self):
        """Explain the two-person rule, where the general message would not."""
        self.ensure_one()
        if self._is_bank_officer() and not self._state_actor_bank_verifier():
            raise UserError(self.env._(
                "You entered this account, so somebody else has to verify it."
            ))
