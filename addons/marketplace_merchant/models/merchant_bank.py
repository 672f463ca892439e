# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re
from datetime import timedelta

from stdnum.exceptions import ValidationError as NumberError
from stdnum.iso7064 import mod_97_10

from odoo import api, fields, models
from odoo.exceptions import AccessDenied

from ..tools import secret
from ..tools.elevate import elevate
from ..tools.form_reader import FormReader

NUMBER_SEPARATORS = re.compile(r'[\s.-]+')
# Starts like an IBAN: country and check digits.
IBAN_PATTERN = re.compile(r'[A-Z]{2}\d{2}[A-Z0-9]{8,30}')
# Accounts and cards elsewhere are digits: 8 to 30 covers those of Chinese banks and companies.
NUMBER_PATTERN = re.compile(r'\d{8,30}')
# What people see: the last four of eight characters, so that the length stays unknown too.
MASKED_LENGTH = 8
# After so many wrong passwords within this time, nobody is asked for another one.
WRONG_PASSWORDS_MAX = 5
WRONG_PASSWORDS_KEPT = timedelta(hours=1)


class MarketplaceMerchant(models.Model):
    """Where the merchant is paid."""

    _inherit = 'marketplace.merchant'

    bank_account_ids = fields.One2many(
        comodel_name='marketplace.bank.account', inverse_name='merchant_id',
        string="Bank Accounts",
    )
    bank_account_id = fields.Many2one(
        comodel_name='marketplace.bank.account', string="Verified Bank Account",
        compute='_compute_bank_account_id',
    )

    # === COMPUTE METHODS === #

    @api.depends('bank_account_ids.state')
    def _compute_bank_account_id(self):
        accounts = self.env['marketplace.bank.account'].search([
            ('merchant_id', 'in', self.ids), ('state', '=', 'verified'),
        ])
        accounts_by_merchant = accounts.grouped('merchant_id')
        for merchant in self:
            merchant.bank_account_id = accounts_by_merchant.get(merchant)

    # === PORTAL METHODS === #

    def portal_set_bank_account(self, holder_name, bank_name, number, password=None):
        """Enter the account for payouts; it is used once the platform has verified it.

        :param str password: of the acting user; needed to change where payouts go, so that an open
            session or an API key is not enough
        :return: the new account
        :raise FieldErrors: with a message for each wrong value
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        merchant_sudo._check_member('finance')
        values = merchant_sudo._read_bank_account({
            'holder_name': holder_name, 'bank_name': bank_name, 'number': number,
        }, password)
        merchant_sudo.bank_account_ids._replace('draft')
        account_sudo = merchant_sudo.bank_account_ids.create(
            merchant_sudo._prepare_bank_account_values(**values)
        )
        merchant_sudo.env['marketplace.audit.log']._log(
            account_sudo, 'create', after={'number': account_sudo.number_masked}
        )
        # Told to all who care for the money: one of them may not know of it.
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_bank_account_entered', account_sudo
        )
        return account_sudo.with_env(self.env)

    # === BUSINESS METHODS === #

    def _has_paid_account(self):
        """Return whether there is or was an account that payouts go to."""
        return bool(self.bank_account_id or self.bank_account_ids.filtered('usable_from'))

    def _read_bank_account(self, values, password):
        reader = FormReader(self.env, values)
        if self._has_paid_account():
            self._read_password(reader, password)
        reader.text('holder_name', self.env._("Account holder"))
        reader.text('bank_name', self.env._("Bank"))
        reader.text('number', self.env._("Account number"))
        if 'number' in reader.clean:
            self._read_account_number(reader)
        return reader.check()

    def _read_password(self, reader, password):
        """Let the acting user prove to be who the session says; wrong ones are noted."""
        user = self.env.user
        if not isinstance(password, str) or not password:
            reader.fail('password', self.env._(
                "Please type your password: it protects your payouts from others."
            ))
            return
        if self._count_wrong_passwords() >= WRONG_PASSWORDS_MAX:
            reader.fail('password', self.env._(
                "The password was wrong too often. Please try again in an hour."
            ))
            return
        credential = {'login': user.login, 'password': password, 'type': 'password'}
        try:
            with user._assert_can_auth(user=user.id):
                user._check_credentials(credential, {'interactive': True})
        except AccessDenied:
            self.env['marketplace.audit.log']._log_denied(
                self._name, self.id, self.display_name,
                self.env._("Wrong password when changing the bank account"),
            )  # fmt: skip
            reader.fail('password', self.env._("This is not the password you log in with."))

    def _count_wrong_passwords(self):
        """Return how often the acting user was refused here in the last hour.

        Odoo counts wrong passwords by process and address, which many guesses get around.
        """
        return self.env['marketplace.audit.log'].sudo().search_count([
            ('model_name', '=', self._name), ('res_id', '=', self.id),
            ('user_id', '=', self.env.uid), ('action', '=', 'denied'),
            ('create_date', '>', fields.Datetime.now() - WRONG_PASSWORDS_KEPT),
        ], limit=WRONG_PASSWORDS_MAX)

    def _read_account_number(self, reader):
        number = NUMBER_SEPARATORS.sub('', reader.clean['number']).upper()
        reader.clean['number'] = number
        if IBAN_PATTERN.fullmatch(number):
            try:
                # Not `stdnum.iban`: it reads a data file, which fails below Odoo's import hooks.
                mod_97_10.validate(number[4:] + number[:4])
            except NumberError:
                reader.fail('number', self.env._(
                    "This IBAN has a typing mistake: its check digits don't fit."
                ))
        elif not (number.isascii() and NUMBER_PATTERN.fullmatch(number)):
            reader.fail('number', self.env._(
                "An account number is an IBAN or has 8 to 30 digits."
            ))

    def _prepare_bank_account_values(self, holder_name, bank_name, number):
        self.ensure_one()
        return {
            'merchant_id': self.id,
            'holder_name': holder_name,
            'bank_name': bank_name,
            'number_encrypted': secret.encrypt(self.env, number),
            'number_hash': secret.keyed_hash(self.env, number),
            'number_masked': secret.mask(number[-MASKED_LENGTH:]),
            'entered_by_id': self.env.uid,
        }
