# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

SHOP_PATH = '/my/merchant/shop'
TEAM_PATH = '/my/merchant/team'
DOCUMENT_PATH = '/my/merchant/documents'


@tagged('post_install', '-at_install')
class TestMerchantAccount(MerchantCommon):

    # === SHOP === #

    def test_shop_is_changed(self):
        typed = {'name': "Orchid House", 'tagline': "Since 1920", 'description': "Bowls & cups"}
        self._send(SHOP_PATH, typed, self.catalogue_a, [('logo', self._png())])
        self.assertRecordValues(self.shop_a, [typed])
        self.assertTrue(self.shop_a.logo)

    def test_name_of_another_shop_is_refused_and_the_text_kept(self):
        typed = {'name': "Bamboo Shop", 'tagline': "New", 'description': "Text"}
        page = self._send(SHOP_PATH, typed, self.catalogue_a)
        self.assertTrue(self._mistake(page, 'name'))
        self.assertEqual(self._value(page, 'tagline'), "New")
        self.assertEqual(self.shop_a.name, "Orchid Shop")

    def test_address_of_the_shop_cannot_be_typed_in(self):
        typed = {'name': "Orchid Shop", 'slug': 'bamboo-2', 'merchant_id': self.merchant_b.id}
        self._send(SHOP_PATH, typed, self.catalogue_a)
        self.assertEqual((self.shop_a.slug, self.shop_a.merchant_id), ('orchid', self.merchant_a))

    # === TEAM === #

    def test_invite_a_colleague(self):
        typed = {'action': 'invite', 'name': "Chen Yu", 'email': "chen@orchid.test",
                 'roles': ['orders', 'service']}  # fmt: skip
        self._send(TEAM_PATH, typed, self.owner_a)
        member = self.merchant_a.member_ids.filtered(lambda m: m.email == "chen@orchid.test")
        self.assertRecordValues(member, [{
            'role_owner': False, 'role_orders': True, 'role_service': True, 'role_finance': False,
        }])  # fmt: skip
        self.assertTrue(member.user_id._is_portal())

    def test_bad_invitation_keeps_what_was_typed(self):
        typed = {'action': 'invite', 'name': "Chen Yu", 'email': "chen", 'roles': ['orders', 'god']}
        page = self._send(TEAM_PATH, typed, self.owner_a)
        self.assertTrue(self._mistake(page, 'email'))
        self.assertEqual(self._value(page, 'name'), "Chen Yu")
        checked = page.xpath('//input[starts-with(@id, "role_invite")][@checked]/@value')
        self.assertEqual(checked, ['orders'])

    def test_roles_are_changed_and_members_removed(self):
        member = self.merchant_a.member_ids.filtered(lambda m: m.user_id == self.clerk_a)
        typed = {'action': 'roles', 'member': member.id, 'roles': ['catalogue']}
        self._send(TEAM_PATH, typed, self.owner_a)
        self.assertTrue(member.role_catalogue)
        self.assertFalse(member.role_orders)
        self._send(TEAM_PATH, {'action': 'remove', 'member': member.id}, self.owner_a)
        self.assertFalse(member.exists())

    def test_the_last_owner_stays(self):
        member = self.merchant_a.member_ids.filtered('role_owner')
        page = self._send(TEAM_PATH, {'action': 'remove', 'member': member.id}, self.owner_a)
        self.assertIn("at least one owner", self._text(page, 'o_form_message'))
        self.assertTrue(member.exists())

    def test_members_of_others_are_unknown(self):
        foreign = self.merchant_b.member_ids[:1]
        for action in ('roles', 'remove'):
            typed = {'action': action, 'member': foreign.id, 'roles': ['owner']}
            response = self._post(TEAM_PATH, typed, self.owner_a.login)
            self.assertEqual(response.status_code, 404)
        self.assertTrue(foreign.exists())

    def test_only_owners_touch_the_team(self):
        typed = {'action': 'invite', 'email': "x@orchid.test", 'roles': ['owner']}
        response = self._post(TEAM_PATH, typed, self.finance_a.login)
        self.assertEqual(response.status_code, 403)

    # === DOCUMENTS === #

    def _require(self, **values):
        self.env['marketplace.requirement'].create({'name': "Needed", **values})

    def test_hand_in_a_document(self):
        kind = self.env['marketplace.qualification.type'].create(
            {'name': "Permit", 'needs_number': True, 'needs_expiry': True}
        )
        self._require(kind='document', qualification_type_id=kind.id)
        action = {'action': f'upload_{kind.id}'}
        page = self._send(DOCUMENT_PATH, action, self.owner_a)
        self.assertTrue(self._mistake(page, f'document_{kind.id}'))
        typed = {**action, f'number_{kind.id}': "P-7", f'valid_until_{kind.id}': "2099-12-31"}
        files = [(f'document_{kind.id}', self._png())]
        self._send(DOCUMENT_PATH, typed, self.owner_a, files)
        document = self.merchant_a.qualification_ids
        self.assertRecordValues(document, [{'state': 'pending', 'number': "P-7"}])

    def test_home_says_what_is_missing_and_where_to_provide_it(self):
        self._require(kind='bank_account', capability='be_paid')
        merchant_b_account = self.merchant_b.bank_account_ids
        self.assertTrue(merchant_b_account)
        merchant_b_account._move_to('replaced', system=True)
        page = self._html('/my/merchant', self.owner_b)
        links = page.xpath('//*[contains(@class, "o_merchant_missing")]//a/@href')
        self.assertEqual(links, ['/my/merchant/bank'])
        # The clerk learns of it, but has no link to a page that would not open.
        page = self._html('/my/merchant', self.clerk_b)
        self.assertFalse(page.xpath('//*[contains(@class, "o_merchant_missing")]//a'))
