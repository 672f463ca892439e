# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime


class MarketplaceBankAccount(models.Model):
    """What keeps a thief with a merchant's session from being paid: time, and news to the people
    who were known before."""

    _inherit = 'marketplace.bank.account'

    usable_from = fields.Datetime(
        string="Payouts From", readonly=True, copy=False,
        help="Nothing is paid to the account before: the cooling-off after a change.",
    )  # fmt: skip
    is_cooling = fields.Boolean(
        compute='_compute_is_cooling', help="Verified, but the cooling-off is not over yet."
    )
    replaces_id = fields.Many2one(
        comodel_name='marketplace.bank.account', string="Account Before", readonly=True,
        copy=False, index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    contact_emails = fields.Char(
        string="Known Contacts", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff',
        help="Addresses of the merchant when the account was entered. They are told of the next"
        " change as well, in case the addresses were changed before it.",
    )  # fmt: skip
    blacklist_ids = fields.Many2many(
        comodel_name='marketplace.blacklist', string="On the Blacklist",
        compute='_compute_blacklist_ids', groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('state', 'usable_from')
    def _compute_is_cooling(self):
        now = fields.Datetime.now()
        for account in self:
            account.is_cooling = (
                account.state == 'verified' and bool(account.usable_from)
                and account.usable_from > now
            )  # fmt: skip

    @api.depends('merchant_id')
    def _compute_blacklist_ids(self):
        accounts_sudo = self.sudo()
        entries = self.env['marketplace.blacklist'].sudo().search([
            ('kind', '=', 'bank_account'),
            ('value_hash', 'in', accounts_sudo.mapped('number_hash')),
        ])
        entries_by_hash = entries.grouped('value_hash')
        for account, account_sudo in zip(self, accounts_sudo, strict=True):
            account.blacklist_ids = entries_by_hash.get(account_sudo.number_hash, False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts.sudo():
            account.contact_emails = ", ".join(account._current_emails())
        return accounts

    # === BUSINESS METHODS === #

    def _check_usable(self):
        """Raise while nothing may be paid to the account.

        :raise UserError: with the time from which it may, if there is one
        """
        for account in self:
            if account.state != 'verified':
                raise UserError(self.env._(
                    "%(account)s of %(merchant)s is not the merchant's verified bank account.",
                    account=account.display_name, merchant=account.merchant_id.display_name,
                ))
            if account.is_cooling:
                raise UserError(self.env._(
                    "%(merchant)s has changed its bank account: payouts to %(account)s start on"
                    " %(time)s.",
                    merchant=account.merchant_id.display_name,
                    account=account.display_name,
                    time=format_datetime(self.env, account.usable_from),
                ))

    def _usable_from(self):
        """Return from when an account verified now is paid to: the first one at once."""
        self.ensure_one()
        hours = 0
        if self.merchant_id._has_paid_account():
            hours = self.merchant_id.company_id.marketplace_bank_cooling_hours
        return fields.Datetime.now() + timedelta(hours=hours)

    def _current_emails(self):
        """Return the addresses at which the merchant is reached about money now."""
        merchant = self.merchant_id
        addresses = [*merchant._role_partners('finance').mapped('email'), merchant.email]
        return sorted({address.strip() for address in addresses if address})

    def _notice_emails(self):
        """Return the addresses known before that none of today's recipients has."""
        self.ensure_one()
        account_sudo = self.sudo()
        merchant = account_sudo.merchant_id
        known = {merchant.email}
        for account in merchant.bank_account_ids.filtered('usable_from') - account_sudo:
            known |= set((account.contact_emails or '').split(", "))
        known -= set(merchant._role_partners('finance').mapped('email'))
        return ", ".join(sorted(filter(None, known)))
