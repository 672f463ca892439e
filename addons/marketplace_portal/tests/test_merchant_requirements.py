# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .merchant_common import MerchantCommon

REQUIREMENT_PATH = '/my/merchant/requirements'
AGREEMENT_PATH = '/my/merchant/agreements'


@tagged('post_install', '-at_install')
class TestMerchantRequirements(MerchantCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['marketplace.requirement'].search([]).active = False

    def _require(self, **values):
        return self.env['marketplace.requirement'].create(
            {'name': "Safety", 'capability': 'take_orders', **values}
        )

    def _states(self, page):
        return {
            card.get('data-capability'): card.get('data-state')
            for card in page.xpath('//*[@data-capability]')
        }

    # === REQUIREMENTS === #

    def test_everybody_in_the_team_sees_what_the_shop_may_do(self):
        day = fields.Date.today() + timedelta(days=9)
        self._require(kind='question', due_date=day)
        self._require(kind='bank_account', capability='advertise', name="Account")
        self.merchant_a.bank_account_ids._move_to('replaced', system=True)
        for user in self.members_a.values():
            page = self._html(REQUIREMENT_PATH, user)
            self.assertEqual(self._states(page), {
                'list': 'open', 'take_orders': 'until', 'be_paid': 'open', 'advertise': 'closed',
            })  # fmt: skip
            self.assertEqual(
                bool(page.xpath('//form[contains(@class, "o_merchant_question")]')),
                user == self.owner_a,
            )
        links = self._html(REQUIREMENT_PATH, self.finance_a).xpath(
            '//*[@data-capability="advertise"]//a/@href'
        )
        self.assertEqual(links, ['/my/merchant/bank'])

    def test_an_owner_answers_each_type_of_question(self):
        tick = self._require(kind='question')
        choice = self._require(
            kind='question', answer_type='choice', answer_choices="Own brand\nReseller"
        )
        text = self._require(kind='training', answer_type='text')
        file = self._require(kind='question', answer_type='file')
        for requirement, typed, files in (
            (tick, {}, None), (choice, {}, None), (text, {}, None), (file, {}, None),
        ):
            typed = {'action': f'answer_{requirement.id}', **typed}
            page = self._send(REQUIREMENT_PATH, typed, self.owner_a, files)
            self.assertTrue(self._mistake(page, f'requirement_{requirement.id}'))
        for requirement, value in ((tick, '1'), (choice, "Reseller"), (text, "Two of us")):
            self._send(REQUIREMENT_PATH, {
                'action': f'answer_{requirement.id}', f'requirement_{requirement.id}': value,
            }, self.owner_a)  # fmt: skip
        self._send(
            REQUIREMENT_PATH, {'action': f'answer_{file.id}'}, self.owner_a,
            [(f'requirement_{file.id}', self._png())],
        )
        page = self._html(REQUIREMENT_PATH, self.owner_a)
        # The training waits for somebody to look at it.
        self.assertEqual(len(page.xpath('//form[contains(@class, "o_merchant_question")]')), 1)
        self.assertEqual(self._value(page, f'requirement_{text.id}'), "Two of us")
        answer = self.merchant_a.requirement_submission_ids.filtered(
            lambda row: row.requirement_id == text
        )
        answer.with_user(self.store_officer).action_reject("Please name them")
        page = self._html(REQUIREMENT_PATH, self.owner_a)
        self.assertIn("Please name them", self._text(page, 'o_merchant_question'))

    @mute_logger('odoo.http')
    def test_only_owners_answer(self):
        requirement = self._require(kind='question')
        typed = {
            'action': f'answer_{requirement.id}', f'requirement_{requirement.id}': '1',
        }
        for user, status in ((self.finance_a, 403), (self.shopper, 403)):
            self.assertEqual(
                self._post(REQUIREMENT_PATH, typed, user.login).status_code, status
            )
        self.assertFalse(self.merchant_a.requirement_submission_ids)

    def test_an_unknown_question_is_answered_with_words(self):
        for action in ('answer_0', 'answer_x', '', 'delete'):
            page = self._send(REQUIREMENT_PATH, {'action': action}, self.owner_a)
            self.assertTrue(self._text(page, 'o_form_message'))

    def test_a_stopped_shop_is_told_on_every_page(self):
        self._require(kind='question')
        self.merchant_a._update_order_stop()
        page = self._html('/my/merchant', self.clerk_a)
        self.assertIn("off sale", self._text(page, 'alert-danger'))
        self.assertFalse(self.bowl.product_tmpl_id.is_sellable)

    # === AGREEMENTS === #

    def test_accept_an_agreement_and_keep_its_pdf(self):
        self._require(kind='agreement', agreement_kind='service')
        agreement = self.env['marketplace.agreement']._in_force('service')
        self._send(AGREEMENT_PATH, {'action': f'accept_{agreement.id}'}, self.owner_a)
        acceptance = self.merchant_a.agreement_acceptance_ids
        self.assertEqual((acceptance.agreement_id, acceptance.user_id), (agreement, self.owner_a))
        page = self._html(AGREEMENT_PATH, self.owner_a)
        self.assertIn(agreement.display_name, self._text(page, 'o_merchant_accepted'))
        path = f'{AGREEMENT_PATH}/{acceptance.id}/pdf'
        self.authenticate(self.owner_a.login, self.owner_a.login)
        response = self.url_open(path)
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        # Tests print to HTML.
        self.assertIn(acceptance.text_hash, response.text)
        for user in (self.owner_b, self.finance_a, self.shopper):
            self.authenticate(user.login, user.login)
            self.assertIn(self.url_open(path).status_code, (403, 404))

    def test_a_new_version_shows_its_changes_and_its_day(self):
        self._require(kind='agreement', agreement_kind='service')
        agreement = self.env['marketplace.agreement']._in_force('service')
        self.merchant_a.with_user(self.owner_a).portal_accept_agreement(agreement.id)
        day = fields.Date.today() + timedelta(days=20)
        version = agreement.copy({
            'body': "<p>Everything is new.</p>", 'change_note': "All of it",
            'date_effective': day, 'date_accept_by': day,
        })  # fmt: skip
        version.action_schedule()
        page = self._html(AGREEMENT_PATH, self.owner_a)
        text = self._text(page, 'o_merchant_agreement')
        for words in ("All of it", "Everything is new", "take orders"):
            self.assertIn(words, text)
        self.assertTrue(page.xpath('//*[contains(@class, "o_agreement_changes")]//del'))
        self._send(AGREEMENT_PATH, {'action': f'accept_{version.id}'}, self.owner_a)
        self.assertFalse(self.merchant_a._missing('take_orders'))

    def test_agreements_are_for_owners(self):
        response = self._post(AGREEMENT_PATH, {'action': 'accept_1'}, self.finance_a.login)
        self.assertEqual(response.status_code, 403)

    # === JOURNEY === #

    def test_an_owner_brings_the_goods_back_on_sale(self):
        self._require(kind='question')
        self._require(kind='agreement', agreement_kind='service')
        self.merchant_a._update_order_stop()
        self.assertFalse(self.bowl.product_tmpl_id.is_sellable)
        self.start_tour(
            REQUIREMENT_PATH, 'marketplace_merchant_requirements', login=self.owner_a.login
        )
        self.assertTrue(self.bowl.product_tmpl_id.is_sellable)
