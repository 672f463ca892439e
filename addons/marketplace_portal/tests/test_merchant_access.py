# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

# Role that opens each page under /my/merchant; None for every member
PAGES = {
    'orders': 'orders',
    'returns': 'orders',
    'shipping': 'orders',
    'products': 'catalogue',
    'products/new': 'catalogue',
    'complaints': 'service',
    'balance': 'finance',
    'forecast': 'finance',
    'statements': 'finance',
    'fees': 'finance',
    'services': 'finance',
    'payouts': 'finance',
    'deposit': 'finance',
    'bank': 'finance',
    'tier': 'finance',
    'shop': 'catalogue',
    'requirements': None,
    'closure': 'owner',
    'company': 'owner',
    'documents': 'owner',
    'insurance': 'owner',
    'exit': 'owner',
    'team': 'owner',
}
POST_PAGES = ('deposit/pay', 'bank', 'shop', 'documents', 'team', 'products/new', 'apply')


@tagged('post_install', '-at_install')
class TestMerchantAccess(MerchantCommon):

    # === ROLES === #

    def test_each_page_opens_for_its_role_only(self):
        for role, user in self.members_a.items():
            for page, needed in PAGES.items():
                expected = 200 if needed in (None, role) or role == 'owner' else 403
                with self.subTest(role=role, page=page):
                    self.assertEqual(self._status(f'/my/merchant/{page}', user.login), expected)

    def test_menu_shows_what_the_role_opens(self):
        for role, user in self.members_a.items():
            page = self._html('/my/merchant', user)
            links = page.xpath('//div[@id="o_merchant_menu"]//a/@href')
            expected = {
                f'/my/merchant/{name}'
                for name, needed in PAGES.items()
                if (needed in (None, role) or role == 'owner') and name != 'products/new'
            }
            self.assertEqual(set(links), expected | {'/my/merchant'}, role)

    def test_balances_are_for_the_finance_role(self):
        page = self._page('/my/merchant', self.finance_a.login)
        self.assertIn('data-bucket="pending"', page)
        self.assertNotIn('data-bucket', self._page('/my/merchant', self.clerk_a.login))

    def test_who_serves_no_merchant_stays_outside(self):
        for page in PAGES:
            with self.subTest(page=page):
                status = self._status(f'/my/merchant/{page}', self.stranger.login)
                self.assertEqual(status, 403)
        self.authenticate(self.stranger.login, self.stranger.login)
        response = self.url_open('/my/merchant', allow_redirects=False)
        self.assertTrue(response.headers['Location'].endswith('/my/merchant/apply'))

    def test_a_closed_page_says_whom_to_ask(self):
        self.authenticate(self.clerk_a.login, self.clerk_a.login)
        page = self.url_open('/my/merchant/statements')
        self.assertIn("ask an owner of the shop", page.text)
        self.assertIn('o_merchant_menu', page.text)
        self.assertNotIn("Error message", page.text)

    def test_odd_addresses_are_no_accident(self):
        for path, status in (
            ('orders?search=%00', 200),
            ('orders?search=%25%27%3B--', 200),
            ('orders/page/99999999999999999999', 200),
            ('orders/99999999999999999999', 404),
            ('orders/0', 404),
            ('orders/-1', 404),
            ('products?tab[]=x&search[]=y', 200),
        ):
            with self.subTest(path=path):
                self.assertEqual(self._status(f'/my/merchant/{path}', self.owner_a.login), status)

    def test_visitor_is_sent_to_the_login(self):
        for page in ('', *(f'/{name}' for name in PAGES)):
            with self.subTest(page=page):
                self.authenticate(None, None)
                response = self.url_open(f'/my/merchant{page}', allow_redirects=False)
                self.assertEqual(response.status_code, 303)
                self.assertIn('/web/login', response.headers['Location'])

    def test_a_removed_member_is_out_at_the_next_click(self):
        self.assertEqual(self._status('/my/merchant/orders', self.clerk_a.login), 200)
        self.merchant_a.member_ids.filtered(lambda m: m.user_id == self.clerk_a).unlink()
        self.assertEqual(self._status('/my/merchant/orders', self.clerk_a.login), 403)

    # === RECORDS === #

    def _records(self):
        """Return a path of a record of merchant A, and the role that opens it."""
        part = self._shipped()
        complaint = self._complaint()
        statement = self._sent_statement()
        goods_return = self._return()
        return {
            f'orders/{part.id}': 'orders',
            f'orders/{part.id}/packing-slip': 'orders',
            f'returns/{goods_return.id}': 'orders',
            f'products/{self.bowl.product_tmpl_id.id}': 'catalogue',
            f'complaints/{complaint.id}': 'service',
            f'statements/{statement.id}': 'finance',
            f'statements/{statement.id}/pdf': 'finance',
        }

    def test_records_open_for_their_role_and_are_unknown_to_all_others(self):
        for path, role in self._records().items():
            missing = '/my/merchant/' + path.replace(path.split('/')[1], '999999999')
            for user in (self.members_a[role], self.owner_a):
                self.assertEqual(self._status(f'/my/merchant/{path}', user.login), 200, path)
            others = [user for name, user in self.members_a.items() if name not in (role, 'owner')]
            for user in (*others, self.owner_b, self.stranger, self.shopper):
                with self.subTest(path=path, user=user.login):
                    self.assertEqual(self._status(f'/my/merchant/{path}', user.login), 404)
                    self.assertEqual(self._status(missing, user.login), 404)

    def test_forms_of_foreign_records_are_unknown_as_well(self):
        part = self._part(self._order())
        path = f'/my/merchant/orders/{part.id}'
        for user in (self.owner_b, self.service_a, self.shopper):
            response = self._post(path, {'action': 'accept'}, user.login)
            self.assertEqual(response.status_code, 404)
        self.assertEqual(part.state, 'to_accept')

    # === FORMS === #

    def test_forms_need_the_token_of_their_page(self):
        part = self._part(self._order())
        paths = [*POST_PAGES, f'orders/{part.id}', f'products/{self.bowl.product_tmpl_id.id}']
        self.authenticate(self.owner_a.login, self.owner_a.login)
        for path in paths:
            with self.subTest(path=path), self.assertLogs('odoo.http', 'WARNING'):
                response = self.url_open(f'/my/merchant/{path}', data={'action': 'accept'})
                self.assertEqual(response.status_code, 400)
        self.assertEqual(part.state, 'to_accept')

    def test_a_link_changes_nothing(self):
        part = self._part(self._order())
        self._page(f'/my/merchant/orders/{part.id}?action=accept', self.clerk_a.login)
        self.assertEqual(part.state, 'to_accept')

    def test_unknown_buttons_are_unknown(self):
        part = self._part(self._order())
        product = self.bowl.product_tmpl_id
        for path in (f'orders/{part.id}', f'products/{product.id}', 'team', 'documents'):
            with self.subTest(path=path):
                for action in ('unlink', '_move_to', ''):
                    values = {'action': action}
                    response = self._post(f'/my/merchant/{path}', values, self.owner_a.login)
                    self.assertEqual(response.status_code, 404)

    # === SWITCHER === #

    def test_a_person_may_serve_several_merchants(self):
        self.env['marketplace.merchant.member'].create(
            {'merchant_id': self.merchant_b.id, 'user_id': self.clerk_a.id, 'role_orders': True}
        )
        part_b = self._part(self._order({self.vase: 1}), self.merchant_b)
        self.authenticate(self.clerk_a.login, self.clerk_a.login)
        self.assertIn("ORDA", self._sidebar('/my/merchant'))
        self.assertIn("ORDB", self._sidebar(f'/my/merchant?merchant={self.merchant_b.id}'))
        self.assertIn("ORDB", self._sidebar('/my/merchant/orders'))
        self.assertIn("ORDA", self._sidebar(f'/my/merchant?merchant={self.merchant_a.id}'))
        # A link from a mail leads to the other merchant: the page and its menu go along.
        self.assertIn("ORDB", self._sidebar(f'/my/merchant/orders/{part_b.id}'))

    def test_the_switcher_offers_one_s_own_merchants_only(self):
        self.authenticate(self.clerk_a.login, self.clerk_a.login)
        for choice in (self.merchant_b.id, 999999999, 'x', '1 OR 1', '٣', '9' * 5000):
            page = self.url_open(f'/my/merchant?merchant={choice}').text
            self.assertIn("ORDA", page)
            self.assertNotIn("ORDB", page)

    def _sidebar(self, path):
        return self.url_open(path).text.partition('o_merchant_sidebar')[2].partition('</ul>')[0]

    # === WAYS IN === #

    def test_account_page_and_user_menu_lead_members_to_the_merchant(self):
        page = self._page('/my', self.clerk_a.login)
        self.assertIn(f'/my/merchant?merchant={self.merchant_a.id}', page)
        self.assertIn('href="/my/merchant"', page)
        page = self._page('/my', self.shopper.login)
        self.assertNotIn('/my/merchant', page.replace('/my/merchant/apply', ''))
