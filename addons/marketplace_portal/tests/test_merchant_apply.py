# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_merchant.tests.listing_common import make_picture
from odoo.addons.marketplace_merchant.tests.people_common import PeopleCommon

from .merchant_common import MerchantCommon

APPLY_PATH = '/my/merchant/apply'


@tagged('post_install', '-at_install')
class TestMerchantApply(PeopleCommon, HttpCase):
    """The application as the applicant meets it in the browser."""

    _html = MerchantCommon._html
    _page = MerchantCommon._page
    _post = MerchantCommon._post
    _send = MerchantCommon._send
    _status = MerchantCommon._status
    _mistake = MerchantCommon._mistake
    _text = MerchantCommon._text
    _value = MerchantCommon._value

    # === WAY IN === #

    def test_anybody_reads_what_selling_means(self):
        page = self._page('/sell')
        for tier in self.env['marketplace.tier'].search([]):
            self.assertIn(tier.name, page)
        self.assertIn(f'href="{APPLY_PATH}"', page)

    def test_visitor_signs_up_and_comes_back(self):
        self.authenticate(None, None)
        page = self.url_open(APPLY_PATH)
        self.assertIn('/web/signup?redirect=', page.url)
        self.assertEqual(page.status_code, 200)
        response = self.url_open('/web/signup', data={
            'csrf_token': http.Request.csrf_token(self),
            'name': "Fresh Seller",
            'login': "fresh@seller.test",
            'password': "Long enough 1",
            'confirm_password': "Long enough 1",
            'redirect': APPLY_PATH,
        })
        self.assertTrue(response.url.endswith(APPLY_PATH), response.url)
        user = self.env['res.users'].search([('login', '=', "fresh@seller.test")])
        self.assertTrue(user._is_portal())

    def test_where_nobody_may_sign_up_visitors_log_in(self):
        self.env.ref('website.default_website').auth_signup_uninvited = 'b2b'
        self.authenticate(None, None)
        page = self.url_open(APPLY_PATH)
        self.assertIn('/web/login?redirect=', page.url)

    def test_looking_starts_nothing(self):
        self._page(APPLY_PATH, self.applicant.login)
        self.assertFalse(self._application())
        self._page(f'{APPLY_PATH}/company', self.applicant.login)
        self.assertFalse(self._application())

    def test_start_twice_is_one_application(self):
        for _time in range(2):
            self._send(APPLY_PATH, {'action': 'start'}, self.applicant)
            self.assertTrue(self.last_url.endswith('/company'))
        self.assertEqual(len(self._application()), 1)

    # === STEPS === #

    def test_the_whole_way(self):
        self._send(APPLY_PATH, {'action': 'start'}, self.applicant)
        way = (('company', 'contact'), ('contact', 'shop'), ('shop', 'documents'))
        for step, following in way:
            self._send(f'{APPLY_PATH}/{step}', self._steps()[step], self.applicant)
            self.assertTrue(self.last_url.endswith(f'/{following}'), self.last_url)
        self._hand_in_documents()
        self.assertTrue(self.last_url.endswith('/agreement'))
        values = {f'agreement_{self.agreement.id}': '1'}
        self._send(f'{APPLY_PATH}/agreement', values, self.applicant)
        page = self._send(f'{APPLY_PATH}/review', {'action': 'next'}, self.applicant)
        application = self._application()
        self.assertEqual(application.state, 'submitted')
        self.assertTrue(self.last_url.endswith(APPLY_PATH))
        self.assertIn("Submitted", self._text(page, 'o_merchant_timeline'))
        self.assertEqual(len(page.find_class('o_step_done')), 6)

    def test_mistakes_are_told_at_their_fields_and_the_typed_text_stays(self):
        self._start()
        values = {**self._steps()['company'], 'licence_number': "?", 'city': "", 'country_id': "0"}
        page = self._send(f'{APPLY_PATH}/company', values, self.applicant)
        for name in ('licence_number', 'city', 'country_id'):
            self.assertTrue(self._mistake(page, name), name)
        self.assertEqual(self._value(page, 'company_name'), "Lotus Textiles Ltd")
        self.assertEqual(self._value(page, 'licence_number'), "?")
        self.assertFalse(self._application().company_name)

    def test_save_now_and_continue_later(self):
        self._start()
        values = {**self._steps()['contact'], 'action': 'later'}
        page = self._send(f'{APPLY_PATH}/contact', values, self.applicant)
        self.assertTrue(self.last_url.endswith(APPLY_PATH))
        self.assertIn("Saved", page.text_content())
        link = page.xpath('//a[contains(@class, "o_continue")]/@href')[0]
        self.assertTrue(link.endswith('/company'), "The first step that is still open")
        page = self._html(f'{APPLY_PATH}/contact', self.applicant)
        self.assertEqual(self._value(page, 'contact_name'), "Wang Fang")

    def test_a_good_document_stays_when_the_next_one_is_refused(self):
        self._start(category_ids=[str(self.food.id)])
        files = [
            (f'document_{self.licence_type.id}', ("licence.png", make_picture())),
            (f'document_{self.food_type.id}', ("food.html", b"<script>")),
        ]
        values = {
            f'number_{self.licence_type.id}': "L-1",
            f'number_{self.food_type.id}': "F-1",
            f'valid_until_{self.food_type.id}': "2099-01-01",
        }
        page = self._send(f'{APPLY_PATH}/documents', values, self.applicant, files)
        self.assertIn("food.html", self._mistake(page, f'document_{self.food_type.id}'))
        self.assertFalse(self._mistake(page, f'document_{self.licence_type.id}'))
        self.assertEqual(self._application().qualification_ids.type_id, self.licence_type)

    def test_going_on_without_a_document_says_which_one(self):
        self._start()
        page = self._send(f'{APPLY_PATH}/documents', {'action': 'next'}, self.applicant)
        self.assertTrue(self._mistake(page, f'document_{self.licence_type.id}'))
        self._send(f'{APPLY_PATH}/documents', {'action': 'later'}, self.applicant)
        self.assertTrue(self.last_url.endswith(APPLY_PATH))

    def test_a_document_is_taken_back(self):
        self._start()
        self._hand_in_documents()
        document = self._application().qualification_ids
        values = {'action': f'remove_{document.id}'}
        self._send(f'{APPLY_PATH}/documents', values, self.applicant)
        self.assertFalse(self._application().qualification_ids)

    def test_agreement_must_be_ticked(self):
        self._start()
        page = self._send(f'{APPLY_PATH}/agreement', {'action': 'next'}, self.applicant)
        self.assertTrue(self._mistake(page, f'agreement_{self.agreement.id}'))

    def test_incomplete_application_is_not_submitted(self):
        self._start()
        page = self._send(f'{APPLY_PATH}/review', {'action': 'next'}, self.applicant)
        self.assertIn("Business licence", self._text(page, 'o_form_errors'))
        self.assertEqual(self._application().state, 'draft')

    # === QUESTIONS === #

    def _ask(self, name, answer_type, **values):
        return self.env['marketplace.requirement'].create({
            'name': name, 'kind': 'question', 'capability': 'list', 'stage': 'submit',
            'answer_type': answer_type, **values,
        })  # fmt: skip

    def test_questions_are_a_step_of_their_own_and_each_answer_is_kept(self):
        self._start(category_ids=[str(self.fashion.id)])
        text = self._ask("Where do you produce?", 'text')
        choice = self._ask("Who ships?", 'choice', answer_choices="We do\nA warehouse")
        file = self._ask("A photo of your workshop", 'file')
        path = f'{APPLY_PATH}/questions'
        page = self._send(path, {f'requirement_{text.id}': "Hangzhou", 'action': 'next'},
                          self.applicant)
        for requirement in (choice, file):
            self.assertTrue(self._mistake(page, f'requirement_{requirement.id}'), requirement.name)
        self.assertEqual(self._value(page, f'requirement_{text.id}'), "Hangzhou")
        files = [(f'requirement_{file.id}', ("shop.png", make_picture()))]
        values = {f'requirement_{choice.id}': "We do", 'action': 'next'}
        self._send(path, values, self.applicant, files)
        self.assertTrue(self.last_url.endswith('/agreement'), self.last_url)
        answers = self._application().requirement_submission_ids
        self.assertEqual(
            {answer.requirement_id: answer.answer or answer.filename for answer in answers},
            {text: "Hangzhou", choice: "We do", file: "shop.png"},
        )
        page = self._html(f'{APPLY_PATH}/review', self.applicant)
        self.assertIn("Hangzhou", page.text_content())

    def test_without_questions_there_is_no_such_step(self):
        self._start()
        self._html(f'{APPLY_PATH}/questions', self.applicant)
        response = self.url_open(f'{APPLY_PATH}/questions')
        self.assertTrue(response.url.endswith('/review'), response.url)

    def test_what_we_noticed_is_shown_before_handing_in(self):
        application = self._start()
        application.portal_save('company', self._steps(
            licence_number='91110105MA01ABCD14')['company'])
        page = self._html(f'{APPLY_PATH}/review', self.applicant)
        self.assertIn("cannot exist", self._text(page, 'o_notice'))

    # === REVIEW === #

    def test_remarks_stand_at_their_fields_and_the_answer_goes_back(self):
        application = self._in_review()
        check = application.check_ids.filtered(lambda c: c.field_name == 'phone')[:1]
        check.action_ask("Nobody answers this number")
        application.action_request_info()
        page = self._html(APPLY_PATH, self.applicant)
        self.assertIn("Nobody answers this number", page.text_content())
        page = self._html(f'{APPLY_PATH}/contact', self.applicant)
        self.assertIn("Nobody answers this number", self._text(page, 'o_remark'))
        values = {**self._steps()['contact'], 'phone': "+86 139 0013 9000"}
        self._send(f'{APPLY_PATH}/contact', values, self.applicant)
        self._send(f'{APPLY_PATH}/review', {'action': 'next'}, self.applicant)
        self.assertEqual(application.state, 'in_review')

    def test_submitted_application_is_not_edited(self):
        application = self._submitted()
        values = self._steps(contact_name="Somebody Else")['contact']
        self._send(f'{APPLY_PATH}/contact', values, self.applicant)
        self.assertTrue(self.last_url.endswith(APPLY_PATH))
        self.assertEqual(application.contact_name, "Wang Fang")

    def test_withdraw_and_apply_again(self):
        self._submitted()
        self._send(APPLY_PATH, {'action': 'withdraw'}, self.applicant)
        self.assertEqual(self._application().state, 'withdrawn')
        self._send(APPLY_PATH, {'action': 'start'}, self.applicant)
        self.assertEqual(set(self._application().mapped('state')), {'withdrawn', 'draft'})

    def test_approved_applicant_finds_the_shop(self):
        merchant = self._approved()
        page = self._html(APPLY_PATH, self.applicant)
        self.assertTrue(page.xpath('//a[@href="/my/merchant"]'))
        page = self._page('/my/merchant', self.applicant.login)
        self.assertIn(merchant.code, page)

    # === OTHERS === #

    def test_everybody_sees_the_own_application_only(self):
        self._submitted()
        page = self._page(APPLY_PATH, self.stranger.login)
        self.assertNotIn("Lotus", page)

    def test_unknown_steps_and_buttons(self):
        self._start()
        self.assertEqual(self._status(f'{APPLY_PATH}/secret', self.applicant.login), 404)
        for action in ('approve', 'withdraw_all', ''):
            response = self._post(APPLY_PATH, {'action': action}, self.applicant.login)
            self.assertEqual(response.status_code, 404)

    def test_staff_are_told_to_use_an_account_as_customer(self):
        page = self._send(APPLY_PATH, {'action': 'start'}, self.officer)
        self.assertIn("as a customer", self._text(page, 'o_form_message'))

    # === HELPERS === #

    def _application(self):
        return self.env['marketplace.merchant.application'].search(
            [('applicant_id', '=', self.applicant.id)]
        )

    def _start(self, **changes):
        application = self.env['marketplace.merchant.application'].with_user(self.applicant)
        application = application.portal_start()
        if changes:
            application.portal_save('shop', self._steps(**changes)['shop'])
        return application

    def _hand_in_documents(self):
        files = [(f'document_{self.licence_type.id}', ("licence.png", make_picture()))]
        values = {f'number_{self.licence_type.id}': "L-1"}
        self._send(f'{APPLY_PATH}/documents', values, self.applicant, files)
