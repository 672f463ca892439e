# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re
from collections import namedtuple

import phonenumbers
import stdnum
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..tools.identity_number import validate_identity_number

Check = namedtuple('Check', 'code kind field_name')
Finding = namedtuple('Finding', 'result note value fingerprint', defaults=(None,))

MACHINE_CHECKS = (
    Check('licence', 'qualification', 'licence_number'),
    Check('register', 'qualification', 'company_name'),
    Check('phone', 'qualification', 'phone'),
    Check('email', 'qualification', 'email'),
    Check('duplicate', 'compliance', 'licence_number'),
    Check('related', 'compliance', 'contact_name'),
    Check('blacklist', 'reputation', 'licence_number'),
    Check('reputation', 'reputation', 'company_name'),
    Check('category', 'compliance', 'category_ids'),
    Check('sample', 'product_quality', 'category_ids'),
    Check('shop', 'compliance', 'shop_name'),
)
# What is looked at before legal data change; the shop and its goods stay as they are.
CHANGE_CHECKS = ('licence', 'register', 'duplicate', 'related', 'blacklist', 'reputation')
LEAVE_CHECKS = (Check('exit', 'compliance', 'note'),)
# Where “pending” means that something was noticed, and not that nothing is known.
NOTICED_HERE = ('phone', 'reputation')
EMAIL_DOMAIN = re.compile(r'[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}')


class MarketplaceMerchantApplication(models.Model):
    _inherit = 'marketplace.merchant.application'

    # === BUSINESS METHODS === #

    def _run_machine_checks(self):
        """Let the machine look at everything again.

        A check whose subject is as before, with nothing worse found, keeps its row and the decision
        on it, unless the applicant was asked to do something there. All others get a new row; the
        old one stays as history.
        """
        self.ensure_one()
        reader = self._for_officers()
        sequence = 0
        kept = self.env['marketplace.merchant.check']
        for check, document, finding in reader._machine_findings():
            sequence += 1
            kept |= self._keep_or_create_check(check, document, finding, sequence)
        (self.check_ids - kept).active = False
        self.invalidate_recordset(['check_ids', 'past_check_ids'])

    def _for_officers(self):
        """Officers read the notes, so they are written in the language of the company."""
        return self.with_context(lang=self.company_id.partner_id.lang)

    def _machine_checks(self):
        """Return what the machine looks at, by the kind of the application."""
        if self.kind == 'change':
            return [check for check in MACHINE_CHECKS if check.code in CHANGE_CHECKS]
        return LEAVE_CHECKS if self.kind == 'leave' else MACHINE_CHECKS

    def _machine_findings(self):
        """Yield each check with the document it looks at, if any, and its finding."""
        for check in self._machine_checks():
            yield check, self.env['marketplace.qualification'], self._machine_finding(check)
        for document in self.qualification_ids:
            check = Check('document', 'qualification', f'document_{document.type_id.id}')
            yield check, document, self._machine_check_document(document)

    def _machine_finding(self, check):
        """Return what the machine sees by itself, and what a connected service says to it."""
        finding = getattr(self, f'_machine_check_{check.code}')()
        service = self.env['marketplace.verification.service']._for_check(
            check.code, self.country_id
        )
        # What cannot be right need not be asked.
        if not service or finding.result == 'failed':
            return finding
        request = self.env['marketplace.verification.request']._for_application(
            self, check.code, service
        )
        result, note = request._finding()
        if finding.result == 'pending' and check.code in NOTICED_HERE:
            # What is known here does not go away because a service has nothing against it.
            result = 'failed' if result == 'failed' else 'pending'
            note = f"{finding.note} {note}"
        return Finding(result, note, finding.value, request.subject_hash)

    def _take_service_answer(self, code):
        """Let a check show what a service has answered, or why it has not."""
        self.ensure_one()
        check = next((check for check in self._machine_checks() if check.code == code), None)
        current = self.check_ids.filtered(lambda row: row.code == code)[:1]
        if not check or not current:
            return
        finding = self._for_officers()._machine_finding(check)
        if current.decision == 'info':
            # The question to the applicant stands; its answer starts a new check.
            current.write({'machine_result': finding.result, 'machine_note': finding.note})
            return
        document = self.env['marketplace.qualification']
        kept = self._keep_or_create_check(check, document, finding, current.sequence)
        (current - kept).active = False
        self.invalidate_recordset(['check_ids', 'past_check_ids'])

    def _keep_or_create_check(self, check, document, finding, sequence):
        """Return the check with this finding.

        Its row stays as long as what is checked is the same; once somebody has decided, also only
        while the machine finds nothing worse than that person has seen.
        """
        fingerprint = finding.fingerprint or finding.value
        current = self.check_ids.filtered(
            lambda row: (row.code, row.qualification_id) == (check.code, document)
        )[:1]
        no_worse = finding.result in ('passed', current.machine_result)
        if current.fingerprint == fingerprint and (
            current.decision == 'none' or (current.decision == 'accepted' and no_worse)
        ):
            current.write({'machine_result': finding.result, 'machine_note': finding.note})
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
        """Without a service that looks companies up, a person does."""
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
        if country := self._phone_country_abroad(number):
            note = self.env._(
                "A number of %(abroad)s, while the address is in %(country)s: please call it.",
                abroad=country.name, country=self.country_id.name,
            )
            return Finding('pending', note, self.phone)
        note = self.env._("A valid number: %s", number)
        return Finding('passed', note, self.phone)

    def _phone_country_abroad(self, number):
        """Return the country of a number that is not of the applicant's country, else nothing."""
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
        except phonenumbers.NumberParseException:
            region = None
        if not self.country_id or region in (None, self.country_id.code):
            return self.env['res.country']
        return self.env['res.country'].search([('code', '=', region)], limit=1)

    def _machine_check_email(self):
        address = email_normalize(self.email or '')
        if not address or not EMAIL_DOMAIN.fullmatch(address):
            return Finding('failed', self.env._("This is not an e-mail address."), self.email)
        return Finding('passed', self.env._("Well formed."), self.email)

    def _machine_check_duplicate(self):
        """Look for the same licence among merchants and other open applications."""
        found = self._known_as('licence_hash')
        if found:
            note = self.env._("The same licence number is known from: %s.", ", ".join(found))
            return Finding('failed', note, self.licence_number, self.licence_hash)
        note = self.env._("Neither a merchant nor an open application has this licence number.")
        return Finding('passed', note, self.licence_number, self.licence_hash)

    def _machine_check_related(self):
        """Look for the same phone, address or representative: one person behind several sellers."""
        notes = [
            self.env._("%(what)s: as at %(sellers)s.", what=label, sellers=", ".join(found))
            for label, found in (
                (self.env._("Phone"), self._known_as('phone_hash')),
                (self.env._("E-mail"), self._known_as('email_hash')),
                (self.env._("Legal representative"), self._known_as('representative_hash')),
            )
            if found
        ]
        value = ", ".join(filter(None, (self.phone, self.email, self.legal_representative)))
        if notes:
            return Finding('pending', " ".join(notes), value, f"{value}\n{notes}")
        note = self.env._("No other seller has this phone, e-mail or representative.")
        return Finding('passed', note, value, value)

    def _known_as(self, hash_field):
        """Return the names of other merchants and open applications with the same identity."""
        if not self[hash_field]:
            return []
        same = [(hash_field, '=', self[hash_field]), ('company_id', '=', self.company_id.id)]
        merchants = self.env['marketplace.merchant'].search([
            *same,
            ('id', '!=', self.merchant_id.id),
            ('state', 'not in', ('closed', 'expelled')),
        ])
        others = self.search([
            *same,
            ('id', '!=', self.id),
            ('state', 'in', ('submitted', 'in_review', 'info_required')),
            # A merchant's own requests are about itself.
            '|', ('merchant_id', '=', False),
            ('merchant_id', 'not in', (self.merchant_id | merchants).ids),
        ])  # fmt: skip
        return [*merchants.mapped('display_name'), *others.mapped('display_name')]

    def _machine_check_blacklist(self):
        entries = self.env['marketplace.blacklist']._find({
            'licence': self._licence_plain(),
            # A number is banned as it was typed, with or without its country.
            'phone': [self.phone, self._phone_plain()],
            'email': self.email,
            'representative': self.legal_representative,
        })
        value = ", ".join(filter(None, (self.licence_number, self.phone, self.email)))
        if entries:
            note = self.env._(
                "On the blacklist: %s.",
                ", ".join(f"{entry.value_masked} ({entry.reason})" for entry in entries),
            )
            only_hints = all(entry.is_hint for entry in entries)
            return Finding('pending' if only_hints else 'failed', note, value, f"{value}\n{note}")
        return Finding('passed', self.env._("Not on the blacklist."), value)

    def _machine_check_reputation(self):
        """Look back: what came of this identity here before."""
        notes = [
            self.env._(
                "%(application)s was rejected on %(day)s: %(reason)s",
                application=earlier.name, day=earlier.date_decided.date(),
                reason=earlier.decision_reason or '',
            )
            for earlier in self.earlier_ids if earlier.state == 'rejected' and earlier.date_decided
        ] + [
            self.env._("%s has left the marketplace.", merchant.display_name)
            for merchant in self._former_merchants()
        ]
        value = self.company_name
        if notes:
            return Finding('pending', " ".join(notes), value, f"{value}\n{notes}")
        return Finding(
            'passed', self.env._("Nothing is known here that speaks against them."), value, value
        )

    def _former_merchants(self):
        if not self.licence_hash:
            return self.env['marketplace.merchant']
        return self.env['marketplace.merchant'].search([
            ('licence_hash', '=', self.licence_hash), ('state', 'in', ('closed', 'expelled')),
        ])

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

    def _machine_check_sample(self):
        """Ask for a sample where goods of these categories are looked at before they are sold."""
        sampled = self.category_ids.filtered(lambda category: category._marketplace_needs_sample())
        value = ", ".join(self.category_ids.mapped('display_name'))
        if sampled:
            note = self.env._(
                "Please have a sample sent and note what you saw: %s.",
                ", ".join(sampled.mapped('name')),
            )
            return Finding('pending', note, value, value)
        return Finding(
            'passed', self.env._("These categories are sold without a sample."), value, value
        )

    def _machine_check_shop(self):
        value = self.shop_name
        if self.env['marketplace.shop']._is_name_taken(self.shop_name):
            return Finding('failed', self.env._("Another shop has this name."), value)
        note = self.env._("No other shop has this name; the text needs a reader.")
        return Finding('pending', note, value, f"{value}\n{self.shop_description}")

    # === WHAT SERVICES ARE ASKED === #

    def _verification_subject(self, code):
        """Return what a service has to know for a check, and nothing else."""
        self.ensure_one()
        if code == 'phone':
            return {'phone': self._phone_plain(), 'name': self.contact_name}
        return {
            'number': self._licence_plain(),
            'name': self.company_name,
            'representative': self.legal_representative or '',
            'country': self.country_id.code,
            'entity_type': self.entity_type,
        }

    @api.model
    def _verification_key(self, code):
        """Return which value of the subject an answer has to repeat."""
        return 'phone' if code == 'phone' else 'number'

    # === DOCUMENTS === #

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
