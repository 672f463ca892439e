# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re
from collections import namedtuple

import stdnum
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat
from stdnum.exceptions import ValidationError as NumberError

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

Check = namedtuple('Check', 'code kind field_name')
Finding = namedtuple('Finding', 'result note value fingerprint', defaults=(None,))

MACHINE_CHECKS = (
    Check('licence', 'qualification', 'licence_number'),
    Check('register', 'qualification', 'company_name'),
    Check('phone', 'qualification', 'phone'),
    Check('email', 'qualification', 'email'),
    Check('duplicate', 'compliance', 'licence_number'),
    Check('blacklist', 'reputation', 'licence_number'),
    Check('category', 'compliance', 'category_ids'),
    Check('shop', 'compliance', 'shop_name'),
)
IDENTITY_FORMAT = re.compile(r'\d{17}[\dX]', re.ASCII)
EMAIL_DOMAIN = re.compile(r'[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}')


def validate_identity_number(number):
    """Validate length, birth date and check digit of a Chinese identity number.

    ``ric.validate`` also looks up the place of birth, in a list that can't be found within Odoo,
    whose import hook for stdnum hides the data files of that library.

    :raise NumberError: when the number cannot exist
    """
    number = ric.compact(number)
    if not IDENTITY_FORMAT.fullmatch(number):
        raise InvalidFormat()
    if ric.calc_check_digit(number) != number[-1]:
        raise InvalidChecksum()
    ric.get_birth_date(number)


class MarketplaceMerchantApplication(models.Model):
    _inherit = 'marketplace.merchant.application'

    # === BUSINESS METHODS === #

    def _run_machine_checks(self):
        """Let the machine look at everything again.

        A check whose subject and result are as before keeps its row and the decision on it, unless
        the applicant was asked to do something there. All others get a new row; the old one stays
        as history.
        """
        self.ensure_one()
        # Officers read the notes, so they are written in the language of the company.
        reader = self.with_context(lang=self.company_id.partner_id.lang)
        sequence = 0
        kept = self.env['marketplace.merchant.check']
        for check, document, finding in reader._machine_findings():
            sequence += 1
            kept |= self._keep_or_create_check(check, document, finding, sequence)
        (self.check_ids - kept).active = False
        self.invalidate_recordset(['check_ids', 'past_check_ids'])

    def _machine_findings(self):
        """Yield each check with the document it looks at, if any, and its finding."""
        for check in MACHINE_CHECKS:
            yield check, self.env['marketplace.qualification'], getattr(
                self, f'_machine_check_{check.code}'
            )()
        for document in self.qualification_ids:
            check = Check('document', 'qualification', f'document_{document.type_id.id}')
            yield check, document, self._machine_check_document(document)

    def _keep_or_create_check(self, check, document, finding, sequence):
        fingerprint = finding.fingerprint or finding.value
        current = self.check_ids.filtered(
            lambda row: (row.code, row.qualification_id) == (check.code, document)
        )[:1]
        if current and current.decision in ('none', 'accepted'):
            if (current.fingerprint, current.machine_result) == (fingerprint, finding.result):
                current.machine_note = finding.note
                return current
        return self.env['marketplace.merchant.check'].create({
            'application_id': self.id,
            'sequence': sequence,
            'kind': check.kind,
            'code': check.code,
            'field_name': check.field_name,
            'qualification_id': document.id,
            'value': finding.value,
            'fingerprint': fingerprint,
            'machine_result': finding.result,
            'machine_note': finding.note,
        })

    # === MACHINE CHECKS === #

    def _machine_check_licence(self):
        """Verify the checksum of the number, where the country's rules are known."""
        validate = self._licence_validator()
        number, shown = self._licence_plain() or '', self.licence_number
        fingerprint = self.licence_hash
        if not validate:
            note = self.env._(
                "No rule for numbers of %s is known here: compare it with the document.",
                self.country_id.name,
            )
            return Finding('pending', note, shown, fingerprint)
        try:
            validate(number)
        except NumberError as error:
            note = self.env._("This number cannot exist: %s", error)
            return Finding('failed', note, shown, fingerprint)
        note = self.env._("Length and checksum are right.")
        return Finding('passed', note, shown, fingerprint)

    def _licence_validator(self):
        """Return the function that validates numbers of this country, or None."""
        if self.country_id.code == 'CN':
            return validate_identity_number if self.entity_type == 'individual' else uscc.validate
        if self.entity_type == 'individual' or not self.country_id:
            return None
        module = stdnum.get_cc_module(self.country_id.code.lower(), 'vat')
        return module and module.validate

    def _machine_check_register(self):
        """Hook for services that look a company up in the register; without one, a person does."""
        note = self.env._(
            "No business register is connected: compare name and representative with the licence."
        )
        value = " / ".join(filter(None, (self.company_name, self.legal_representative)))
        return Finding('pending', note, value)

    def _machine_check_phone(self):
        try:
            number = self._phone_format(
                number=self.phone, country=self.country_id, raise_exception=True
            )
        except UserError as error:
            return Finding('failed', str(error), self.phone)
        if not number:
            return Finding('failed', self.env._("There is no phone number."), self.phone)
        note = self.env._("A valid number: %s", number)
        return Finding('passed', note, self.phone)

    def _machine_check_email(self):
        address = email_normalize(self.email or '')
        if not address or not EMAIL_DOMAIN.fullmatch(address):
            return Finding('failed', self.env._("This is not an e-mail address."), self.email)
        return Finding('passed', self.env._("Well formed."), self.email)

    def _machine_check_duplicate(self):
        """Look for the same licence among merchants and other open applications."""
        same = [('licence_hash', '=', self.licence_hash), ('company_id', '=', self.company_id.id)]
        merchants = self.env['marketplace.merchant'].search(
            [*same, ('state', 'not in', ('closed', 'expelled'))]
        )
        others = self.search([
            *same,
            ('id', '!=', self.id),
            ('state', 'in', ('submitted', 'in_review', 'info_required')),
        ])
        found = [*merchants.mapped('display_name'), *others.mapped('display_name')]
        if self.licence_hash and found:
            note = self.env._("The same licence number is known from: %s.", ", ".join(found))
            return Finding('failed', note, self.licence_number, self.licence_hash)
        note = self.env._("Neither a merchant nor an open application has this licence number.")
        return Finding('passed', note, self.licence_number, self.licence_hash)

    def _machine_check_blacklist(self):
        entries = self.env['marketplace.blacklist']._find({
            'licence': self._licence_plain(), 'phone': self.phone, 'email': self.email,
        })  # fmt: skip
        value = ", ".join(filter(None, (self.licence_number, self.phone, self.email)))
        if entries:
            note = self.env._(
                "On the blacklist: %s.",
                ", ".join(f"{entry.value_masked} ({entry.reason})" for entry in entries),
            )
            return Finding('failed', note, value)
        return Finding('passed', self.env._("Not on the blacklist."), value)

    def _machine_check_category(self):
        """Compare the permits handed in with those that the chosen categories need."""
        value = ", ".join(self.category_ids.mapped('display_name'))
        missing = self._missing_document_types().mapped('name')
        if missing:
            return Finding(
                'failed', self.env._("Not handed in: %s.", ", ".join(missing)), value
            )
        return Finding(
            'passed', self.env._("All documents that these categories need are there."), value
        )

    def _machine_check_shop(self):
        value = self.shop_name
        if self.env['marketplace.shop']._is_name_taken(self.shop_name):
            return Finding('failed', self.env._("Another shop has this name."), value)
        note = self.env._("No other shop has this name; the text needs a reader.")
        return Finding('pending', note, value, f"{value}\n{self.shop_description}")

    def _machine_check_document(self, document):
        """Look at the last day of validity; a person looks at the scan."""
        value = " ".join(filter(None, (document.number, document.filename)))
        day = document.valid_until
        if not day:
            note = self.env._("No last day of validity: look at the scan.")
            return Finding('pending', note, value)
        if day < fields.Date.context_today(self):
            return Finding('failed', self.env._("It has expired on %s.", day), value, f"{day}")
        note = self.env._("Valid until %s; compare it with the scan.", day)
        return Finding('passed', note, value, f"{day}")
