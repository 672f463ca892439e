# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.marketplace_merchant.tests.listing_common import make_picture
from odoo.addons.marketplace_merchant.tests.race_common import RaceCase

STAFF = 'marketplace_merchant.group_onboarding_officer'
LICENCE = '91110105MA01ABCD13'
SCAN = base64.b64encode(make_picture()).decode()


@tagged('post_install', '-at_install')
class TestApplicationRace(RaceCase):
    """Two tabs of one applicant, two officers: one of them is first, and nothing happens twice."""

    def setUp(self):
        super().setUp()
        self.people = self._do(lambda env: {
            login: new_test_user(env, f'race_{login}', groups=group).id
            for login, group in (
                ('applicant', 'base.group_portal'),
                ('officer', STAFF), ('second', STAFF), ('third', STAFF),
            )
        })  # fmt: skip

    # === HELPERS === #

    def _application(self, env, person, application_id=None):
        applications = env['marketplace.merchant.application'].with_user(self.people[person])
        return applications.browse(application_id) if application_id else applications

    def _as(self, person, application_id, call):
        """Return a call for the race: what a person does with an application."""
        return lambda env: call(self._application(env, person, application_id))

    def _fill(self):
        """Return the id of a complete draft."""
        return self._do(self._fill_in)

    def _fill_in(self, env):
        application = self._application(env, 'applicant').portal_start()
        for step, values in self._steps(env).items():
            application.portal_save(step, values)
        for document_type in application._portal_form_options()['document_types']:
            application.portal_upload(
                document_type.id, "licence.png", SCAN, "L-1",
                "2099-12-31" if document_type.needs_expiry else None,
            )  # fmt: skip
        for agreement in application._portal_form_options()['agreements']:
            application.portal_accept_agreement(agreement.id)
        return application.id

    def _steps(self, env):
        return {
            'company': {
                'company_name': "Race Textiles Ltd",
                'entity_type': 'company',
                'licence_number': LICENCE,
                'legal_representative': "Li Na",
                'country_id': str(env.ref('base.cn').id),
                'street': "1 Silk Road",
                'city': "Hangzhou",
            },
            'contact': {
                'contact_name': "Li Na", 'phone': "+86 138 0013 8000", 'email': "race@shop.test",
            },
            'shop': {
                'shop_name': "Race Shop",
                'category_ids': [str(env.ref('marketplace_merchant.category_fashion').id)],
            },
        }  # fmt: skip

    def _submit(self, application_id):
        self._do(self._as('applicant', application_id, lambda own: own.portal_submit()))

    def _recommend(self, application_id):
        def review(application):
            application.action_start_review()
            application.check_ids.filtered(
                lambda check: check.machine_result == 'failed'
            ).action_accept_anyway("Verified by phone")
            application.check_ids.filtered(
                lambda check: check.decision == 'none'
            ).action_accept()
            application.action_recommend()
        self._do(self._as('officer', application_id, review))

    def _assertOneWins(self, results, message):
        """One call went through; the other was told why not, in words."""
        refused = [result for result in results if isinstance(result, Exception)]
        self.assertEqual(len(refused), 1, results)
        self.assertIsInstance(refused[0], UserError)
        self.assertIn(message, str(refused[0]))

    # === TWO TABS === #

    def test_started_in_two_tabs_it_is_one_application(self):
        def start(env):
            return self._application(env, 'applicant').portal_start().id
        first, second = self._race(start, start)
        self.assertIsInstance(first, int)
        self.assertEqual(first, second)

    def test_submitted_from_two_tabs_it_is_handed_in_once(self):
        application_id = self._fill()
        submit = self._as('applicant', application_id, lambda own: own.portal_submit())
        self._assertOneWins(self._race(submit, submit), "already submitted")

        def count(env):
            application = env['marketplace.merchant.application'].browse(application_id)
            log = env['marketplace.audit.log'].search([
                ('model_name', '=', application._name), ('res_id', '=', application_id),
                ('action', '=', 'state'),
            ])  # fmt: skip
            codes = application.check_ids.mapped('code')
            mails = env['mail.mail'].search(
                [('model', '=', application._name), ('res_id', '=', application_id)]
            )
            return application.state, len(log), len(codes) - len(set(codes)), len(mails)
        state, moves, doubles, mails = self._do(count)
        self.assertEqual((state, moves, doubles), ('submitted', 1, 0))
        self.assertLessEqual(mails, 1)

    def test_what_a_second_tab_saves_never_slips_into_a_submitted_application(self):
        application_id = self._fill()
        self._race(
            self._as('applicant', application_id, lambda own: own.portal_submit()),
            self._as('applicant', application_id, self._upload_another),
        )

        def read(env):
            application = env['marketplace.merchant.application'].browse(application_id)
            return application.state, application.qualification_ids.mapped('state')
        state, documents = self._do(read)
        self.assertEqual(state, 'submitted')
        self.assertEqual(set(documents), {'pending'}, "The machine has seen all there is")

    def test_one_document_uploaded_in_two_tabs_is_there_once(self):
        application_id = self._fill()
        upload = self._as('applicant', application_id, self._upload_another)
        self.assertEqual(self._race(upload, upload), [None, None])
        documents = self._do(lambda env: env['marketplace.merchant.application'].browse(
            application_id).qualification_ids.mapped('number'))
        self.assertEqual(sorted(documents), ["L-1", "T-1"])

    def _upload_another(self, application):
        """Hand in a document of a kind that is not there yet."""
        kind = application.env.ref('marketplace_merchant.qualification_type_tax')
        application.portal_upload(kind.id, "tax.png", SCAN, "T-1")

    # === TWO OFFICERS === #

    def test_two_officers_start_one_review(self):
        application_id = self._fill()
        self._submit(application_id)
        results = self._race(
            self._as('officer', application_id, lambda one: one.action_start_review()),
            self._as('second', application_id, lambda one: one.action_start_review()),
        )
        self._assertOneWins(results, "is reviewing this application already")

    def test_two_officers_approve_at_once_and_one_merchant_comes_of_it(self):
        application_id = self._fill()
        self._submit(application_id)
        self._recommend(application_id)
        results = self._race(
            self._as('second', application_id, lambda one: one.action_approve()),
            self._as('third', application_id, lambda one: one.action_approve()),
        )
        self._assertOneWins(results, "not in review")

        def count(env):
            application = env['marketplace.merchant.application'].browse(application_id)
            merchants = env['marketplace.merchant'].search(
                [('name', '=', application.company_name)]
            )
            partners = env['res.partner'].search([('name', '=', application.company_name)])
            return len(merchants), len(partners), len(merchants.shop_ids), application.state
        self.assertEqual(self._do(count), (1, 1, 1, 'approved'))

    def test_approved_and_rejected_at_once_it_is_one_of_both(self):
        application_id = self._fill()
        self._submit(application_id)
        self._recommend(application_id)
        results = self._race(
            self._as('second', application_id, lambda one: one.action_approve()),
            self._as('third', application_id, lambda one: one.action_reject("No stamp")),
        )
        self._assertOneWins(results, "not in review")
        self.assertIn(self._ending(application_id), (('approved', True), ('rejected', False)))

    def test_withdrawn_and_approved_at_once_it_is_one_of_both(self):
        application_id = self._fill()
        self._submit(application_id)
        self._recommend(application_id)
        results = self._race(
            self._as('applicant', application_id, lambda own: own.portal_withdraw()),
            self._as('second', application_id, lambda one: one.action_approve()),
        )
        self._assertOneWins(results, "")
        self.assertIn(self._ending(application_id), (('approved', True), ('withdrawn', False)))

    def _ending(self, application_id):
        def read(env):
            application = env['marketplace.merchant.application'].browse(application_id)
            return application.state, bool(application.merchant_id)
        return self._do(read)
