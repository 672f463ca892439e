# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_merchant.tests.listing_common import make_picture
from odoo.addons.marketplace_merchant.tests.test_application_kind import RequestCommon

from .merchant_common import MerchantCommon

COMPANY_PATH = '/my/merchant/company'


@tagged('post_install', '-at_install')
class TestMerchantCompany(RequestCommon, HttpCase):
    """The merchant's legal data in the browser, and the request to change them."""

    _html = MerchantCommon._html
    _page = MerchantCommon._page
    _post = MerchantCommon._post
    _send = MerchantCommon._send
    _status = MerchantCommon._status
    _mistake = MerchantCommon._mistake
    _text = MerchantCommon._text
    _value = MerchantCommon._value

    def _form(self, **changes):
        return {**self._steps()['company'], 'note': "We moved.", **changes}

    def _request(self):
        return self.merchant.application_ids.filtered(lambda asked: asked.kind == 'change')

    def _scan(self):
        return [(f'document_{self.licence_type.id}', ("licence.png", make_picture()))]

    # === PAGE === #

    def test_owners_see_what_is_on_file(self):
        page = self._html(COMPANY_PATH, self.owner)
        text = self._text(page, 'o_company_file')
        for value in ("Lotus Textiles Ltd", "Li Na", "1 Silk Road", "310000 Hangzhou", "China"):
            self.assertIn(value, text)
        self.assertTrue(page.xpath('//a[@href="/my/merchant/company"]'), "It is in the menu")
        self.assertFalse(self._request(), "Looking starts nothing")

    def test_others_do_not_see_the_page(self):
        clerk = self._portal_user('company_clerk')
        self.env['marketplace.merchant.member'].create(
            {'merchant_id': self.merchant.id, 'user_id': clerk.id, 'role_orders': True}
        )
        for user in (clerk, self.stranger):
            self.assertEqual(self._status(COMPANY_PATH, user.login), 403)
            response = self._post(COMPANY_PATH, {'action': 'start'}, user.login)
            self.assertEqual(response.status_code, 403)
        self.assertFalse(self._request())

    # === REQUEST === #

    def test_the_whole_way(self):
        page = self._send(COMPANY_PATH, {'action': 'start'}, self.owner)
        self.assertEqual(self._value(page, 'company_name'), "Lotus Textiles Ltd")
        values = self._form(
            city="Suzhou", action='send', **{f'number_{self.licence_type.id}': "L-7"}
        )
        page = self._send(COMPANY_PATH, values, self.owner, self._scan())
        self.assertEqual(self._request().state, 'submitted')
        shown = self._text(page, 'o_company_change')
        self.assertIn("Hangzhou", shown)
        self.assertIn("Suzhou", shown)
        self.assertIn("Submitted", shown)
        self.assertIn("Hangzhou", self._text(page, 'o_company_file'), "In force until then")
        self._decide(self._request())
        page = self._html(COMPANY_PATH, self.owner)
        self.assertIn("Suzhou", self._text(page, 'o_company_file'))
        self.assertIn("Approved", self._text(page, 'o_company_past'))

    def test_mistakes_stand_at_their_fields_and_the_good_document_stays(self):
        self._send(COMPANY_PATH, {'action': 'start'}, self.owner)
        values = self._form(
            city="", company_name="x" * 10_000, action='send',
            **{f'number_{self.licence_type.id}': "L-7"},
        )  # fmt: skip
        page = self._send(COMPANY_PATH, values, self.owner, self._scan())
        self.assertTrue(self._mistake(page, 'city'))
        self.assertIn("128", self._mistake(page, 'company_name'))
        self.assertEqual(self._value(page, 'company_name'), "x" * 10_000)
        self.assertEqual(self._request().state, 'draft')
        self.assertEqual(self._request().qualification_ids.number, "L-7")
        self.assertEqual(self._request().note, "We moved.")
        page = self._send(COMPANY_PATH, self._form(action='send'), self.owner)
        self.assertIn("on file already", self._text(page, 'o_form_errors'))

    def test_without_proof_the_page_says_so(self):
        self._send(COMPANY_PATH, {'action': 'start'}, self.owner)
        page = self._send(COMPANY_PATH, self._form(city="Suzhou", action='send'), self.owner)
        self.assertIn("proves the change", self._text(page, 'o_form_errors'))
        self.assertEqual(self._request().city, "Suzhou", "What was typed is kept")

    def test_a_remark_stands_at_its_field_and_the_answer_goes_back(self):
        request = self._sent(city="Suzhou").with_user(self.officer)
        request.action_start_review()
        self._check(request, 'licence').with_user(self.officer).action_ask("Which is the new one?")
        request.action_request_info()
        page = self._html(COMPANY_PATH, self.owner)
        self.assertIn("Which is the new one?", self._text(page, 'o_remark'))
        self._send(COMPANY_PATH, self._form(city="Suzhou", action='send'), self.owner)
        self.assertEqual(request.state, 'in_review')

    def test_sent_from_two_tabs_it_is_one_request(self):
        self._sent(city="Suzhou")
        response = self._post(COMPANY_PATH, self._form(action='send'), self.owner.login)
        self.assertIn("cannot be changed now", response.text)
        page = self._send(COMPANY_PATH, {'action': 'start'}, self.owner)
        self.assertEqual(len(self._request()), 1)
        self.assertEqual(self._request().city, "Suzhou")
        self.assertIn("Submitted", self._text(page, 'o_company_change'))

    def test_withdrawn_and_gone_buttons(self):
        self._sent(city="Suzhou")
        self._send(COMPANY_PATH, {'action': 'withdraw'}, self.owner)
        self.assertEqual(self._request().state, 'withdrawn')
        for action in ('withdraw', 'send', 'approve', ''):
            response = self._post(COMPANY_PATH, {'action': action}, self.owner.login)
            self.assertEqual(response.status_code, 404, action)
        self.assertEqual(self.merchant.partner_id.city, "Hangzhou")

    # === CLICKING === #

    def test_an_owner_asks_for_a_change(self):
        self.start_tour('/my/merchant', 'marketplace_merchant_company', login=self.owner.login)
        self.assertRecordValues(self._request(), [{'state': 'submitted', 'city': "Suzhou"}])
        self.assertEqual(self._request().qualification_ids.number, "L-7")
