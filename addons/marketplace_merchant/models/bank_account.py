# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from ..tools import secret
from .state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceBankAccount(models.Model):
    """Where payouts of a merchant go.

    An account is never edited: a new one replaces it, and receives money only after somebody else
    than the person who entered it has verified it, and not before the cooling-off is over. The
    number is encrypted; people see its last digits, and revealing it takes a reason and leaves an
    audit row.
    """

    _name = 'marketplace.bank.account'
    _description = "Merchant Bank Account"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _order = 'id desc'

    _guard_frozen = (
        'merchant_id', 'holder_name', 'bank_name', 'number_encrypted', 'number_hash',
        'number_masked', 'entered_by_id', 'contact_emails', 'usable_from', 'replaces_id',
    )  # fmt: skip
    _secret_fields = ('number_encrypted',)
    _state_moves = (
        Move('draft', 'verified', by=('bank_verifier',)),
        Move('draft', 'rejected', by=('bank_verifier',), reason=True),
        Move('draft', 'replaced', by=('system',)),
        Move('verified', 'replaced', by=('system',)),
        Move('verified', 'rejected', by=('bank_officer',), reason=True),
        Move('replaced', 'verified', by=('system',)),
    )
    _reason_actions = (
        'action_reject', 'action_reveal', 'action_stop', 'action_verify_other_holder',
    )  # fmt: skip

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
        help="Whether the account is held in the merchant's own name, or for a sole trader or"
        " an individual in that of the person.",
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
            account.is_holder_merchant = _plain_name(account.holder_name) in account._holder_names()

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

    def _state_actor_bank_officer(self):
        return self._is_bank_officer()

    def _state_actor_bank_verifier(self):
        """Two people: whoever entered an account does not verify it."""
        self.ensure_one()
        return self._is_bank_officer() and self.sudo().entered_by_id != self.env.user

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'rejected':
            self.sudo().reason = reason
        if target in ('verified', 'rejected'):
            self.sudo().write({
                'verified_by_id': self.env.uid, 'verified_on': fields.Datetime.now(),
            })

    def _holder_names(self):
        """Return the names in which the merchant's account may be held, as they are compared."""
        merchant_sudo = self.merchant_id.sudo()
        names = [merchant_sudo.name]
        if merchant_sudo.entity_type != 'company':
            names.append(merchant_sudo.legal_representative)
        return [name for name in map(_plain_name, names) if name]

    # === ACTION METHODS === #

    def action_verify(self):
        """Pay the merchant to this account; it replaces the one before."""
        for account in self:
            if not account.is_holder_merchant:
                raise UserError(self.env._(
                    "The holder “%(holder)s” is not the merchant “%(merchant)s”. Use “Verify Other"
                    " Holder” and say why it is right to pay there.",
                    holder=account.holder_name, merchant=account.merchant_id.name,
                ))
        self._verify()

    def action_verify_other_holder(self, reason):
        """Verify an account in another name than the merchant's, for a reason."""
        if not (reason or '').strip():
            raise UserError(self.env._("Please say why it is right to pay to another holder."))
        self._verify(reason)

    def action_stop(self, reason):
        """Pay nothing to a verified account any more, as when the merchant did not enter it.

        Until the cooling-off is over, the account before it is the merchant's again. Later the
        merchant enters one: nobody decides alone that money goes where it went long ago.
        """
        self.check_access('read')
        for account_sudo in self.sudo():
            if account_sudo.state != 'verified':
                raise UserError(self.env._("Only a verified account can be stopped."))
            before = account_sudo.replaces_id if account_sudo.is_cooling else account_sudo.browse()
            account_sudo._move_to('rejected', reason=reason)
            account_sudo.flush_recordset(['state'])
            if before.state == 'replaced' and not before.blacklist_ids:
                before._move_to('verified', reason=reason, system=True)
        self._mail_members('marketplace_merchant.mail_template_bank_account_stopped')

    def action_reject(self, reason):
        """Refuse the account and tell the merchant why; payouts stay where they were."""
        self.check_access('read')
        if self._is_bank_officer() and self.filtered(lambda account: account.state == 'verified'):
            raise UserError(self.env._("This account is verified already: stop it instead."))
        self.sudo()._move_to('rejected', reason=reason)
        self._mail_members('marketplace_merchant.mail_template_bank_account_rejected')

    def action_reveal(self, reason):
        """Show the full number once; it is not stored anywhere."""
        self.ensure_one()
        self.check_access('read')
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

    def _verify(self, reason=None):
        self.check_access('read')
        for account_sudo in self.sudo():
            account_sudo._check_verifiable()
            # Before it takes the place of the verified one, which may be itself.
            account_sudo._check_move(account_sudo.state, 'verified', (reason or '').strip(), False)
            usable_from = account_sudo._usable_from()
            before = account_sudo.merchant_id.bank_account_id
            account_sudo.merchant_id.bank_account_ids._replace('verified')
            account_sudo._move_to('verified', reason=reason)
            account_sudo.write({'usable_from': usable_from, 'replaces_id': before.id})
        self._mail_members('marketplace_merchant.mail_template_bank_account_verified')

    def _check_verifiable(self):
        """Explain what bars the account, where the general message would not."""
        self.ensure_one()
        if self._is_bank_officer() and self.blacklist_ids:
            raise UserError(self.env._(
                "This account is on the blacklist. Reject it; or lift the entry first, if it is"
                " there by mistake."
            ))
        if self._is_bank_officer() and not self._state_actor_bank_verifier():
            raise UserError(self.env._(
                "You entered this account, so somebody else has to verify it."
            ))


def _plain_name(name):
    """Return a name as it is compared: width, case, spaces and punctuation don't count."""
    return ''.join(filter(str.isalnum, unicodedata.normalize('NFKC', name or '').casefold()))
