# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import socket
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import _super_send

from odoo.addons.marketplace_merchant.tests.people_common import IDENTITY, LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tests.verification_common import FakeService

TOKEN = 'secret-token-4711'


@tagged('post_install', '-at_install')
class TestVerification(PeopleCommon):
    """Services outside that answer checks, over real HTTP: well, badly, late or not at all."""

    def setUp(self):
        super().setUp()
        self.fake = self.enterContext(FakeService())
        self.service = self._connect('register')

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        # Odoo's tests stretch every time-out to ten seconds; here they are what is tested.
        if r.url.startswith('http://127.0.0.1:'):
            return _super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)

    def _connect(self, code, **values):
        return self.env['marketplace.verification.service'].with_user(self.administrator).create({
            'name': f"Office of {code}", 'check_code': code, 'url': self.fake.url,
            'token': TOKEN, 'timeout': 1, 'max_tries': 3, **values,
        })  # fmt: skip

    def _ask(self):
        """Let the cron do what is due now."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_verification').method_direct_trigger()
        self.env.invalidate_all()

    def _request(self, application):
        return application.sudo().verification_request_ids.filtered(
            lambda request: request.state != 'cancelled'
        )

    def _later(self, application):
        """Let the pause until the next try pass."""
        self._request(application).next_try = fields.Datetime.now() - timedelta(seconds=1)

    # === GOOD ANSWERS === #

    def test_handing_in_asks_nobody_and_the_cron_does(self):
        application = self._submitted()
        self.assertFalse(self.fake.asked, "No call within the transaction that hands it in")
        check = self._check(application, 'register')
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("has been asked", check.machine_note)
        triggers = self.env['ir.cron.trigger'].search([
            ('cron_id', '=', self.env.ref('marketplace_merchant.ir_cron_verification').id)
        ])
        self.assertTrue(triggers, "The cron is woken at once")
        self._ask()
        self.assertRecordValues(self._check(application, 'register'), [{
            'machine_result': 'passed', 'decision': 'none',
            'machine_note': "Office of register: 911***********CD13 is registered.",
        }])  # fmt: skip
        self.assertRecordValues(self._request(application), [{'state': 'answered', 'tries': 1}])
        self._ask()
        self.assertEqual(len(self.fake.asked), 1, "What is answered is not asked again")

    def test_a_service_learns_what_it_needs_and_nothing_else(self):
        self._submitted()
        self._ask()
        question = self.fake.asked[0]
        self.assertEqual(question['headers']['Authorization'], f'Bearer {TOKEN}')
        self.assertTrue(question['headers']['Idempotency-Key'])
        self.assertEqual(question['body'], {'check': 'register', 'subject': {
            'number': LICENCES[0], 'name': "Lotus Textiles Ltd", 'representative': "Li Na",
            'country': 'CN', 'entity_type': 'company',
        }})  # fmt: skip

    def test_a_service_that_says_no_fails_the_check(self):
        self.fake.behaviour = 'failed'
        application = self._in_review()
        self._ask()
        check = self._check(application, 'register').with_user(self.officer)
        self.assertEqual(check.machine_result, 'failed')
        self.assertIn("Struck off", check.machine_note)
        with self.assertRaises(UserError):
            check.action_accept()

    def test_who_is_unknown_to_the_service_is_left_to_a_person(self):
        self.fake.behaviour = 'unknown'
        application = self._in_review()
        self._ask()
        check = self._check(application, 'register').with_user(self.officer)
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("does not know them", check.machine_note)
        check.action_accept()

    def test_each_check_has_its_service(self):
        self._connect('phone')
        self._connect('reputation')
        application = self._submitted()
        self._ask()
        subjects = {question['body']['check']: question['body']['subject']
                    for question in self.fake.asked}
        self.assertEqual(set(subjects), {'register', 'phone', 'reputation'})
        self.assertEqual(
            subjects['phone'], {'phone': '+8613800138000', 'name': "Wang Fang"}
        )
        for code in subjects:
            self.assertEqual(self._check(application, code).machine_result, 'passed')

    def test_a_service_is_asked_about_its_countries_only(self):
        self.service.country_ids = self.env.ref('base.de')
        application = self._submitted()
        self._ask()
        self.assertFalse(self.fake.asked)
        self.assertIn("No business register", self._check(application, 'register').machine_note)

    def test_what_cannot_be_right_is_not_asked(self):
        self._connect('licence')
        application = self._submitted(licence_number='91110105MA01ABCD14')
        self._ask()
        self.assertEqual([q['body']['check'] for q in self.fake.asked], ['register'])
        self.assertEqual(self._check(application, 'licence').machine_result, 'failed')

    # === BAD ANSWERS === #

    def test_no_usable_answer_neither_passes_nor_fails(self):
        application = self._submitted()
        for behaviour, reason in (
            ('error', "error HTTP 500"),
            ('forbidden', "error HTTP 401"),
            ('redirect', "error HTTP 302"),
            ('html', "could not be understood"),
            ('list', "could not be understood"),
            ('verdict', "could not be understood"),
            ('other', "about somebody else"),
            ('nobody', "about somebody else"),
            ('long', "too long"),
            ('silent', "within 1 seconds"),
            ('trickle', "within 1 seconds"),
            ('broken', "broke off"),
        ):
            with self.subTest(behaviour=behaviour):
                self.fake.behaviour = behaviour
                self._request(application).tries = 0
                self._later(application)
                self._ask()
                self.assertRecordValues(self._request(application), [
                    {'state': 'waiting', 'result': False, 'tries': 1}
                ])
                check = self._check(application, 'register')
                self.assertRecordValues(check, [
                    {'machine_result': 'pending', 'decision': 'none'}
                ])
                self.assertIn(reason, check.machine_note)
                self.assertIn("asked again", check.machine_note)
        self.assertNotIn('/elsewhere', [question['path'] for question in self.fake.asked])

    def test_an_unreachable_service_is_asked_again_with_growing_pauses(self):
        with socket.socket() as closed:
            closed.bind(('127.0.0.1', 0))
            self.service.url = f'http://127.0.0.1:{closed.getsockname()[1]}/'
            application = self._submitted()
            pauses = []
            for _try in range(2):
                self._later(application)
                before = fields.Datetime.now()
                self._ask()
                pauses.append(self._request(application).next_try - before)
            self.assertIn("cannot be reached", self._check(application, 'register').machine_note)
            self.assertGreater(pauses[1], 2 * pauses[0])
            self._ask()
            self.assertEqual(self._request(application).tries, 2, "Not before the pause is over")
        self.service.url = self.fake.url
        self._later(application)
        self._ask()
        self.assertEqual(self._check(application, 'register').machine_result, 'passed')

    def test_after_the_last_try_a_person_decides_and_may_ask_again(self):
        self.fake.behaviour = 'error'
        application = self._in_review()
        for _try in range(3):
            self._later(application)
            self._ask()
        self.assertEqual(self._request(application).state, 'given_up')
        check = self._check(application, 'register').with_user(self.officer)
        self.assertIn("asked 3 times", check.machine_note)
        self.assertIn("Please check it yourself", check.machine_note)
        self._ask()
        self.assertEqual(len(self.fake.asked), 3)
        self.fake.behaviour = 'passed'
        application.action_run_checks()
        self._ask()
        self.assertEqual(self._check(application, 'register').machine_result, 'passed')

    # === WHAT HAPPENS MEANWHILE === #

    def test_an_answer_about_old_data_is_not_taken(self):
        application = self._in_review()
        self._check(application, 'register').with_user(self.officer).action_ask("Which name?")
        application.action_request_info()
        mine = application.with_user(self.applicant)
        mine.portal_save('company', dict(self._steps()['company'], company_name="Lotus Two Ltd"))
        self._ask()
        self.assertFalse(self.fake.asked)
        mine.portal_submit()
        self._ask()
        self.assertEqual(
            [question['body']['subject']['name'] for question in self.fake.asked],
            ["Lotus Two Ltd"],
        )
        self.assertEqual(self._check(application, 'register').machine_result, 'passed')

    def test_nobody_is_asked_about_who_has_withdrawn(self):
        application = self._submitted()
        application.portal_withdraw()
        self._ask()
        self.assertFalse(self.fake.asked)
        self.assertFalse(self._request(application))

    def test_a_service_that_was_archived_is_not_asked(self):
        application = self._submitted()
        self.service.active = False
        self._ask()
        self.assertFalse(self.fake.asked)
        self.assertFalse(self._request(application))

    def test_a_decision_stays_when_the_service_agrees_and_falls_when_it_objects(self):
        for behaviour, decision in (('passed', 'accepted'), ('failed', 'none')):
            with self.subTest(behaviour=behaviour):
                self.fake.behaviour = behaviour
                application = self._in_review()
                self._check(application, 'register').with_user(self.officer).action_accept()
                self._ask()
                self.assertRecordValues(self._check(application, 'register'), [
                    {'decision': decision, 'machine_result': behaviour}
                ])
                application.with_user(self.applicant).portal_withdraw()

    def test_an_objection_after_the_recommendation_stops_the_approval(self):
        application = self._recommended()
        self.fake.behaviour = 'failed'
        self._ask()
        with self.assertRaisesRegex(UserError, "Something changed"):
            application.with_user(self.second_officer).action_approve()

    def test_a_question_to_the_applicant_stands_when_the_answer_comes(self):
        application = self._in_review()
        self._check(application, 'register').with_user(self.officer).action_ask("Who signs?")
        self._ask()
        self.assertRecordValues(self._check(application, 'register'), [
            {'decision': 'info', 'remark': "Who signs?", 'machine_result': 'passed'}
        ])

    # === SECRETS AND RIGHTS === #

    def test_no_identity_number_stays_with_the_question(self):
        application = self._fill(entity_type='individual', licence_number=IDENTITY)
        identity_type = self.env.ref('marketplace_merchant.qualification_type_identity')
        application.portal_upload(identity_type.id, "id.png", self.scan, None, "2099-12-31")
        application.portal_submit()
        self.fake.behaviour = 'spaced'
        self._ask()
        self.assertEqual(self.fake.asked[0]['body']['subject']['number'], IDENTITY)
        self.env.flush_all()
        for table in ('marketplace_verification_request', 'marketplace_merchant_check'):
            self.env.cr.execute(f'SELECT string_agg(row::text, $$ $$) FROM {table} row')
            self.assertNotIn(IDENTITY, self.env.cr.fetchone()[0].replace(' ', ''))
        self.assertIn("is registered", self._check(application, 'register').machine_note)

    def test_another_address_does_not_get_the_token(self):
        self.service.url = self.service.url
        self.assertTrue(self.service.token)
        self.service.url = "https://elsewhere.example.com"
        self.assertFalse(self.service.token)
        self.service.write({'url': "https://register.example.com", 'token': TOKEN})
        self.assertTrue(self.service.token)

    def test_the_token_is_encrypted_and_shown_by_its_end(self):
        self.assertEqual(self.service.token, '*' * (len(TOKEN) - 4) + '4711')
        self.env.flush_all()
        self.env.cr.execute('SELECT row::text FROM marketplace_verification_service row')
        self.assertNotIn(TOKEN, str(self.env.cr.fetchall()))
        for user in (self.administrator, self.auditor):
            with self.assertRaises(AccessError):
                self.service.with_user(user).read(['token_secret'])
        self.service.token = "another-token-42"
        row = self.env['marketplace.audit.log'].search(
            [('model_name', '=', self.service._name), ('action', '=', 'change')], limit=1
        )
        self.assertEqual(row.after['token'], "replaced")
        self.assertNotIn("another-token", str(row.read()))

    def test_an_address_is_encrypted_or_on_this_machine(self):
        for url in (
            "http://register.example.com", "ftp://127.0.0.1/", "register", "https://", "file:///x",
            "http://127.0.0.1.example.com/",
        ):  # fmt: skip
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.service.url = url
        for url in ("https://register.example.com/v1", "http://localhost:80/", "http://[::1]/"):
            self.service.url = url

    def test_administrators_connect_services_and_others_read(self):
        for user in (self.officer, self.manager, self.auditor):
            service = self.service.with_user(user)
            self.assertEqual(service.name, "Office of register")
            with self.assertRaises(AccessError):
                service.url = "https://evil.example.com"
        with self.assertRaises(AccessError):
            self.service.with_user(self.applicant).read(['name'])
        application = self._submitted()
        request = self._request(application)
        for user in (self.officer, self.administrator):
            with self.assertRaises(AccessError):
                request.with_user(user).write({'result': 'passed'})
        with self.assertRaises(UserError):
            request.write({'state': 'answered'})
