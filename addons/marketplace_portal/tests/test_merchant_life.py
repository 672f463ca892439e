# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .merchant_common import MerchantCommon


class MerchantLifeCommon(MerchantCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'life_manager', groups='marketplace_merchant.group_merchant_manager',
            company_id=cls.company.id, company_ids=cls.company.ids,
        )  # fmt: skip
        cls.today = fields.Date.context_today(cls.merchant_a)

    def _leave(self):
        reason = self.env.ref('marketplace_merchant.exit_reason_business')
        return self.merchant_a.with_user(self.manager)._start_exit(reason, "Retires")


@tagged('post_install', '-at_install')
class TestMerchantLife(MerchantLifeCommon):
    """Closing for a while, insurance and leaving, page by page."""

    # === CLOSURE === #

    def test_the_shop_page_shows_the_note_and_no_goods(self):
        path = f'/shop/by/{self.merchant_a.shop_id.slug}'
        self.assertIn(self.bowl.name, self._page(path))
        until = self.today + timedelta(days=5)
        page = self._send('/my/merchant/closure', {
            'action': 'close', 'date_from': str(self.today), 'date_to': str(until),
            'note': "We celebrate <b>Spring</b> & rest",
        }, self.owner_a)  # fmt: skip
        self.assertIn("Saved", page.text_content())
        shop = self._page(path)
        self.assertIn("We celebrate &lt;b&gt;Spring&lt;/b&gt; &amp; rest", shop)
        self.assertNotIn(self.bowl.name, shop)
        self.assertIn("Closed until", self._page('/shops'))
        page = self._send('/my/merchant/closure', {'action': 'open'}, self.owner_a)
        self.assertIn("Your shop is open", page.text_content())
        self.assertIn(self.bowl.name, self._page(path))

    def test_mistakes_are_said_at_the_field_and_keep_what_was_typed(self):
        page = self._send('/my/merchant/closure', {
            'action': 'close', 'date_from': str(self.today), 'date_to': '2001-01-01',
            'note': "Back soon",
        }, self.owner_a)  # fmt: skip
        self.assertIn("before the first", self._mistake(page, 'date_to'))
        self.assertEqual(self._value(page, 'note'), "Back soon")
        self.assertFalse(self.merchant_a.closure_ids)

    def test_only_owners_open_these_pages(self):
        for path in ('closure', 'insurance', 'exit'):
            for user in (self.clerk_a, self.finance_a):
                self.assertEqual(self._status(f'/my/merchant/{path}', user.login), 403)

    # === INSURANCE === #

    def test_a_policy_is_handed_in(self):
        values = {
            'insurer': "Pacific", 'number': "P-7", 'cover': "1000000",
            'valid_from': str(self.today), 'valid_until': str(self.today + timedelta(days=365)),
        }  # fmt: skip
        page = self._send('/my/merchant/insurance', values, self.owner_a)
        self.assertTrue(self._mistake(page, 'file'))
        self.assertEqual(self._value(page, 'insurer'), "Pacific")
        page = self._send('/my/merchant/insurance', values, self.owner_a, {'file': self._png()})
        self.assertIn("Thank you", page.text_content())
        self.assertRecordValues(self.merchant_a.insurance_policy_ids, [{
            'insurer': "Pacific", 'cover': 1000000.0, 'state': 'pending',
        }])  # fmt: skip

    # === EXIT === #

    def test_asking_to_leave_and_thinking_better_of_it(self):
        page = self._html('/my/merchant/exit', self.owner_a)
        self.assertIn("50 % after 30 days", page.text_content())
        reason = self.env.ref('marketplace_merchant.exit_reason_costs')
        page = self._send('/my/merchant/exit', {'action': 'leave', 'note': "Dear"}, self.owner_a)
        self.assertTrue(self._mistake(page, 'exit_reason_id'))
        page = self._send('/my/merchant/exit', {
            'action': 'leave', 'exit_reason_id': str(reason.id), 'note': "Too dear",
        }, self.owner_a)  # fmt: skip
        self.assertTrue(self._text(page, 'o_exit_asked'))
        self.assertEqual(self.merchant_a.state, 'active')
        page = self._send('/my/merchant/exit', {'action': 'withdraw'}, self.owner_a)
        self.assertFalse(self._text(page, 'o_exit_asked'))

    def test_the_plan_and_then_the_certificate(self):
        order = self._paid()
        leaving = self._leave()
        page = self._html('/my/merchant/exit', self.owner_a)
        self.assertIn("Orders under way: 1", self._text(page, 'o_exit_plan'))
        certificate = f'/my/merchant/exit/{leaving.id}/pdf'
        self.assertEqual(self._status(certificate, self.owner_a.login), 404)
        self.assertNotIn(leaving.name, self._certificate(leaving))
        self._settle(order)
        leaving.with_user(self.manager).action_close("All settled")
        page = self._html('/my/merchant/exit', self.owner_a)
        self.assertIn("Clearance certificate", self._text(page, 'o_exit_plan'))
        self.assertEqual(self._status(certificate, self.owner_b.login), 404)
        self.assertIn(leaving.name, self._certificate(leaving))

    def _certificate(self, leaving):
        """Return the text of the printed certificate."""
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            'marketplace_merchant.exit_certificate', leaving.ids
        )
        return html.decode()

    def test_former_members_read_their_pages_and_change_nothing(self):
        statement = self._settle(self._paid())
        leaving = self._leave()
        leaving.with_user(self.manager).action_close("All settled")
        for path, user in (
            ('', self.owner_a), ('/orders', self.clerk_a), ('/products', self.catalogue_a),
            ('/statements', self.finance_a), (f'/statements/{statement.id}', self.finance_a),
            ('/deposit', self.finance_a), ('/bank', self.finance_a), ('/documents', self.owner_a),
            ('/insurance', self.owner_a), ('/closure', self.owner_a), ('/exit', self.owner_a),
            ('/team', self.owner_a), ('/shop', self.catalogue_a),
        ):
            page = self._html(f'/my/merchant{path}', user)
            self.assertTrue(page.xpath('//*[contains(@class, "o_merchant_gone")]'), path)
        for path, values in (
            ('/shop', {'name': "New name"}),
            ('/closure', {'action': 'close'}),
            ('/insurance', {'insurer': "Pacific"}),
        ):
            page = self._send(f'/my/merchant{path}', values, self.owner_a)
            self.assertIn("nothing can be changed", self._text(page, 'o_form_message'))
        self.assertNotEqual(self.merchant_a.shop_id.name, "New name")


@tagged('post_install', '-at_install')
class TestMerchantLifeTour(MerchantLifeCommon):

    def test_close_for_a_while_and_ask_to_leave(self):
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_life', login=self.owner_a.login
        )
        self.assertEqual(self.merchant_a.closure_ids.state, 'ended')
        asked = self.merchant_a._open_request('leave')
        self.assertEqual(asked.exit_reason_id.name, "Gives up or sells the business")
