# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError

from odoo.addons.marketplace_merchant.models.licence_mixin import ENTITY_TYPES
from odoo.addons.marketplace_merchant.models.merchant_application import OPEN_STATES
from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

# The form to open a shop: fields of each step; those of the documents and the agreement are named
# after what is required. The goods come before the documents that they need.
STEP_FIELDS = {
    'company': (
        'company_name', 'entity_type', 'licence_number', 'legal_representative', 'country_id',
        'street', 'city', 'zip',
    ),
    'contact': ('contact_name', 'phone', 'email'),
    'shop': ('shop_name', 'shop_description', 'category_ids'),
    'documents': (),
    'questions': (),
    'agreement': (),
    'review': (),
}  # fmt: skip
# What a merchant fills in for a request of its own, by its kind.
REQUEST_FIELDS = {
    'change': {
        'company': STEP_FIELDS['company'],
        'documents': (),
        'note': ('note',),
        'review': (),
    },
    'leave': {'leave': ('exit_reason_id', 'note'), 'review': ()},
}
OPTIONAL_FIELDS = ('legal_representative', 'zip', 'shop_description')
LICENCE_PATTERN = re.compile(r'[A-Za-z0-9][A-Za-z0-9 ./-]{3,63}')
EDITABLE_STATES = ('draft', 'info_required')


class MarketplaceMerchantApplication(models.Model):
    _inherit = 'marketplace.merchant.application'

    # === PORTAL METHODS === #

    @api.model
    def portal_start(self):
        """Return the acting user's open application, a new draft if there is none."""
        if not self.env.user._is_portal():
            raise UserError(self.env._(
                "Please sign in with your own account as a customer to apply as a merchant."
            ))
        model_sudo = elevate(self)
        application_sudo = model_sudo.search([
            ('applicant_id', '=', self.env.uid),
            ('kind', '=', 'open'),
            ('state', 'in', OPEN_STATES),
        ], limit=1)
        if not application_sudo:
            application_sudo = model_sudo._start_draft()
        return application_sudo.with_env(self.env)

    def portal_save(self, step, values):
        """Save one step of the form.

        :param str step: company, contact, documents, shop, agreement or review
        :param dict values: the step's fields as typed
        :return: ``{'errors': {}}``
        :raise FieldErrors: everything that is wrong; nothing is saved then
        """
        application_sudo = self._check_applicant(editable=True)
        if step not in application_sudo._form_fields():
            raise UserError(self.env._("This form has no such step."))
        clean = application_sudo._read_step(step, values)
        if clean:
            application_sudo.write(clean)
        elif errors := application_sudo._step_errors(step):
            raise FieldErrors(errors)
        return {'errors': {}}

    def portal_upload(self, type_id, filename, content, number=None, valid_until=None):
        """Hand in a document, or another in its place.

        :param int type_id: kind of document
        :param str content: the file in base64
        :raise FieldErrors: everything that is wrong with it
        """
        application_sudo = self._check_applicant(editable=True)
        document_type = self.env['marketplace.qualification.type']._from_form(type_id)
        vals = self.env['marketplace.qualification']._prepare_upload(
            document_type, filename, content, number, valid_until
        )
        application_sudo._drop_documents(
            application_sudo.qualification_ids.filtered(lambda doc: doc.type_id == document_type)
        )
        elevate(self.env['marketplace.qualification']).create(
            dict(vals, application_id=application_sudo.id)
        )

    def portal_remove_document(self, qualification_id):
        """Take back a document that was handed in with this application."""
        application_sudo = self._check_applicant(editable=True)
        application_sudo._drop_documents(
            application_sudo.qualification_ids.filtered(
                lambda document: str(document.id) == str(qualification_id)
            )
        )

    def portal_accept_agreement(self, agreement_id):
        """Accept the version of an agreement that is in force."""
        application_sudo = self._check_applicant(editable=True)
        agreement = self.env['marketplace.agreement']._from_form(agreement_id)
        if agreement not in application_sudo.agreement_acceptance_ids.agreement_id:
            self.env['marketplace.agreement.acceptance']._record(
                agreement, application_id=application_sudo.id
            )

    def portal_submit(self):
        """Hand the application in, for the first time or with what we asked for.

        :raise FieldErrors: everything that is missing
        :raise UserError: if it was handed in before
        """
        application_sudo = self._check_applicant()
        application_sudo._touch()
        if application_sudo.state in ('submitted', 'in_review'):
            raise UserError(self.env._(
                "You have already submitted this application. We are reviewing it and will write"
                " to you."
            ))
        if errors := application_sudo._step_errors('review'):
            raise FieldErrors(errors)
        answered = application_sudo.state == 'info_required'
        application_sudo._move_to('in_review' if answered else 'submitted')

    def portal_withdraw(self):
        """Withdraw the application."""
        self._check_applicant()._move_to('withdrawn')

    # === GUARDS === #

    def _check_applicant(self, editable=False):
        """Return the application with full rights if it is the acting user's.

        :raise AccessError: the same for an application of others and one that does not exist
        """
        self.ensure_one()
        application_sudo = elevate(self).exists()
        if not application_sudo or not application_sudo._is_applicant():
            raise AccessError(self.env['marketplace.merchant']._no_member_message())
        if editable and application_sudo.state not in EDITABLE_STATES:
            raise UserError(self.env._(
                "Your application is “%s”: it cannot be changed now.",
                application_sudo._state_label(application_sudo.state),
            ))
        if editable:
            application_sudo._touch()
        return application_sudo

    # === FORM === #

    def _form_fields(self):
        """Return the steps of the form with the fields of each, by the kind of the application."""
        if self.kind != 'open':
            return REQUEST_FIELDS[self.kind]
        return {
            step: names for step, names in STEP_FIELDS.items()
            if step != 'questions' or self._asked_requirements()
        }

    @api.model
    def _start_draft(self):
        """Create a draft to open a shop.

        Who has applied before need not type and upload everything again.

        :raise ConcurrencyError: when another tab was faster; the call starts again and finds it
        """
        previous = self.search(
            [('applicant_id', '=', self.env.uid), ('kind', '=', 'open')], order='id desc', limit=1
        )
        values = self._prepare_draft_values()
        if previous.state in ('rejected', 'withdrawn'):
            values.update(previous._prepare_again_values())
        try:
            with self.env.cr.savepoint():
                application = self.create(values)
        except UniqueViolation as error:
            raise ConcurrencyError("The application is being started in another tab.") from error
        if previous.state in ('rejected', 'withdrawn'):
            application._copy_documents(previous)
        return application

    @api.model
    def _prepare_draft_values(self):
        """Start with what the account knows already."""
        partner = self.env.user.sudo().partner_id
        return {
            'applicant_id': self.env.uid,
            'contact_name': partner.name,
            'email': partner.email,
            'phone': partner.phone,
        }

    def _prepare_again_values(self):
        """Return what the applicant typed last time."""
        names = [name for step in STEP_FIELDS.values() for name in step]
        values = self.copy_data()[0]
        return {
            **{name: values[name] for name in names if name in values},
            'licence_number': self._licence_plain(),
        }

    def _copy_documents(self, previous):
        """Hand in again the documents of an earlier application that are still good."""
        today = fields.Date.context_today(self)
        self.env['marketplace.qualification'].create([
            dict(document.copy_data()[0], application_id=self.id, file=document.file,
                 filename=document.filename, mimetype=document.mimetype)
            for document in previous.qualification_ids
            if document.file and (not document.valid_until or document.valid_until >= today)
        ])

    def _read_step(self, step, values):
        """Return the values of a step, ready to write.

        :raise FieldErrors: everything that is wrong
        """
        if not self._form_fields()[step]:
            return {}
        reader = FormReader(self.env, values)
        getattr(self, f'_read_step_{step}')(reader)
        return reader.check()

    def _read_step_company(self, reader):
        reader.text('company_name', self._label('company_name'))
        reader.choice('entity_type', self._label('entity_type'), dict(ENTITY_TYPES))
        self._read_licence(reader)
        reader.text(
            'legal_representative', self._label('legal_representative'),
            required=reader.clean.get('entity_type') == 'company',
        )  # fmt: skip
        reader.record('country_id', self._label('country_id'), self._offered_countries())
        reader.text('street', self._label('street'))
        reader.text('city', self._label('city'))
        reader.text('zip', self._label('zip'), required=False, limit=24)

    def _read_licence(self, reader):
        """Read the number; a masked one that comes back unchanged stands for the stored one."""
        unchanged = reader.values.get('licence_number') == self.licence_number
        same_type = reader.values.get('entity_type') == self.entity_type
        if self.licence_secret and unchanged and same_type:
            return
        reader.pattern('licence_number', self._label('licence_number'), LICENCE_PATTERN, self.env._(
            "A licence number consists of 4 to 64 letters and digits, as printed on the licence."
        ))

    def _read_step_contact(self, reader):
        reader.text('contact_name', self._label('contact_name'))
        self._read_phone(reader)
        reader.email('email', self._label('email'))

    def _read_phone(self, reader):
        """Read a number that can exist; one of another country carries that country's prefix."""
        reader.phone('phone', self._label('phone'))
        if not reader.clean.get('phone'):
            return
        try:
            self._phone_format(
                number=reader.clean['phone'], country=self.country_id, raise_exception=True
            )
        except UserError:
            reader.fail('phone', self.env._(
                "%(number)s is no phone number of %(country)s. Please check it; a number of another"
                " country starts with that country's prefix, as in +49 30 901820.",
                number=reader.clean['phone'], country=self.country_id.name or '',
            ))

    def _read_step_note(self, reader):
        reader.text('note', self._label('note'), limit=TEXT_MAX_LENGTH, multiline=True)

    def _read_step_shop(self, reader):
        reader.text('shop_name', self._label('shop_name'))
        reader.text('shop_description', self._label('shop_description'), required=False,
                    limit=TEXT_MAX_LENGTH, multiline=True)
        reader.records('category_ids', self._label('category_ids'), self._offered_categories())

    def _label(self, name):
        return self._fields[name]._description_string(self.env)

    @api.model
    def _offered_countries(self):
        return self.env['res.country'].sudo().search([('code', '!=', False)])

    @api.model
    def _offered_categories(self):
        return self.env['product.category'].sudo().search([('marketplace_open', '=', True)])

    def _drop_documents(self, documents):
        """Delete what nobody has seen; keep as replaced what was handed in before."""
        drafts = documents.filtered(lambda document: document.state == 'draft')
        (documents - drafts)._move_to('superseded', system=True)
        drafts.unlink()
        self.invalidate_recordset(['qualification_ids'])

    # === PROGRESS === #

    def _step_errors(self, step):
        """Return by field what a step still lacks; of all steps for the review."""
        if step == 'review':
            return {
                field: message
                for name in self._form_fields() if name != 'review'
                for field, message in self._step_errors(name).items()
            } or self._request_errors()
        if step == 'documents':
            if self.kind == 'change':
                return {} if self.qualification_ids else {'documents': self.env._(
                    "Please upload at least one document that proves the change."
                )}
            return {
                f'document_{kind.id}': self.env._("Please upload: %s.", kind.name)
                for kind in self._missing_document_types()
            }
        if step == 'agreement':
            return {
                f'agreement_{agreement.id}':
                    self.env._("Please read and accept: %s.", agreement.display_name)
                for agreement in self._missing_agreements()
            }
        return {
            name: self.env._("Please fill in: %s.", self._label(name))
            for name in self._form_fields()[step]
            if name not in OPTIONAL_FIELDS and not self[name]
        }

    def _request_errors(self):
        """Return what is wrong with a merchant's request as a whole."""
        if self.kind == 'change' and not self._changes() and (
            self.licence_hash == self.merchant_id.licence_hash
        ):
            return {'change': self.env._("These are the data that we have on file already.")}
        return {}

    def _requirements(self, kind, stages=('submit',)):
        """Return what the application has to bring along, of one kind."""
        return self.env['marketplace.requirement']._for_stages(
            stages, self._requirement_profile()
        ).filtered(lambda requirement: requirement.kind == kind)

    def _required_document_types(self):
        return self._requirements('document').qualification_type_id

    def _offered_document_types(self):
        """Return what the applicant may upload: also what may follow until the approval."""
        return self._requirements('document', ('submit', 'approval')).qualification_type_id

    def _missing_document_types(self):
        return self._required_document_types() - self.qualification_ids.type_id

    def _required_agreements(self):
        agreements = self.env['marketplace.agreement']
        for requirement in self._requirements('agreement'):
            agreements |= agreements._in_force(requirement.agreement_kind)
        return agreements

    def _missing_agreements(self):
        return self._required_agreements() - self.agreement_acceptance_ids.agreement_id

    def _portal_progress(self):
        """Return where the applicant stands, one dict per step.

        :return: key, name, state (done, todo, or attention where we asked for something) and the
            remarks by field
        """
        application_sudo = self._check_applicant()
        remarks = application_sudo._portal_remarks()
        names = {
            'company': self.env._("Company"),
            'contact': self.env._("Contact"),
            'documents': self.env._("Documents"),
            'shop': self.env._("Shop"),
            'questions': self.env._("Questions"),
            'agreement': self.env._("Agreement"),
            'note': self.env._("Explanation"),
            'leave': self.env._("Reason"),
            'review': self.env._("Submit"),
        }
        return [
            application_sudo._portal_step(key, names[key], {
                field: remark for field, remark in remarks.items()
                if field in step_fields
                or (key == 'documents' and field.startswith('document_'))
            })
            for key, step_fields in application_sudo._form_fields().items()
        ]

    def _portal_step(self, key, name, remarks):
        if remarks:
            state = 'attention'
        elif key == 'review':
            state = 'todo' if self.state in EDITABLE_STATES else 'done'
        else:
            state = 'todo' if self._step_errors(key) else 'done'
        return {'key': key, 'name': name, 'state': state, 'remarks': remarks}

    def _portal_notices(self):
        """Return by field what we noticed ourselves: no mistake for sure, but worth a look."""
        application_sudo = self._check_applicant()
        notices = {}
        if application_sudo.licence_number:
            finding = application_sudo._machine_check_licence()
            if finding.result == 'failed':
                notices['licence_number'] = self.env._(
                    "%(note)s Please compare it with your licence once more.", note=finding.note
                )
        if application_sudo.phone and (
            country := application_sudo._phone_country_abroad(application_sudo._phone_plain())
        ):
            notices['phone'] = self.env._(
                "This is a number of %s. We call it there if we have a question.", country.name
            )
        return notices

    def _portal_remarks(self):
        """Return by field what we asked the applicant for; only while we wait for it."""
        if self.state != 'info_required':
            return {}
        remarks = {}
        for check in self.sudo().check_ids.filtered(lambda check: check.decision == 'info'):
            remarks.setdefault(check.field_name, []).append(check.remark)
        return {field: "\n".join(texts) for field, texts in remarks.items()}

    def _remarks_for_mail(self):
        """Return the remarks with the names that the applicant knows the fields by."""
        asked = self.sudo().check_ids.filtered(lambda check: check.decision == 'info')
        return [
            {
                'name': check.qualification_id.type_id.name or self._label(check.field_name),
                'remark': check.remark,
            }
            for check in asked
        ]

    def _portal_form_options(self):
        """Return what the form offers to choose from, with the texts to read."""
        application_sudo = self._check_applicant()
        return {
            'entity_types': self._fields['entity_type']._description_selection(self.env),
            'countries': self._offered_countries(),
            'categories': self._offered_categories(),
            'document_types': application_sudo._offered_document_types(),
            'agreements': application_sudo._required_agreements(),
            'questions': application_sudo._asked_requirements(),
        }

    def _get_portal_path(self):
        """Return where the applicant sees the application; the pages are another addon's."""
        return '/my'
