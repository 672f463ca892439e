# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .listing_common import ListingCommon


@tagged('post_install', '-at_install')
class TestListingRpc(ListingCommon, HttpCase):
    """What a merchant's program can do over JSON-RPC is what the portal's pages offer."""

    def _call(self, record, method, *args, **kwargs):
        return self.make_jsonrpc_request(f'/web/dataset/call_kw/{record._name}/{method}', {
            'model': record._name,
            'method': method,
            'args': [record.ids, *args],
            'kwargs': kwargs,
        })

    def _assert_refused(self, record, method, *args, **kwargs):
        with mute_logger('odoo.http'), self.assertRaises(JsonRpcException) as caught:
            self._call(record, method, *args, **kwargs)
        self.assertRegex(str(caught.exception), r"AccessError|UserError")

    def test_a_member_lists_goods(self):
        self.authenticate(self.clerk.login, self.clerk.login)
        ids = self._call(
            self.merchant, 'portal_create_listing', self._values(),
            context={'default_listing_state': 'live', 'default_sale_ok': True},
        )
        listing = self.env['product.template'].browse(ids)
        self.assertEqual(listing.listing_state, 'draft')
        self._call(listing, 'portal_submit_listing')
        self.assertEqual(listing.listing_state, 'in_review')

    def test_a_member_cannot_go_round_the_review(self):
        listing = self._submitted()
        self.authenticate(self.owner.login, self.owner.login)
        self._assert_refused(listing, '_move_to', 'live')
        self._assert_refused(listing, 'action_approve_listing')
        for values in ({'listing_state': 'live'}, {'sale_ok': True}, {'list_price': 1}):
            self._assert_refused(listing, 'write', values)
        self.assertEqual(listing.listing_state, 'in_review')

    def test_a_member_resumes_goods_but_does_not_approve_them(self):
        listing = self._live()
        listing.with_user(self.clerk).portal_pause()
        self.authenticate(self.owner.login, self.owner.login)
        self._assert_refused(listing, 'action_approve_listing')
        self._assert_refused(listing, 'action_put_back', "Mine")
        self.assertEqual(listing.listing_state, 'paused')

    def test_a_rival_reaches_nothing(self):
        listing = self._live()
        account = self.merchant.with_user(self.owner).portal_set_bank_account(
            "Listing Maker", "Bank of China", "6222021234567890123"
        )
        change = listing.with_user(self.clerk).portal_update_listing({'name': "Santoku"})
        self.authenticate(self.rival_owner.login, self.rival_owner.login)
        self._assert_refused(listing, 'portal_set_price', 1)
        self._assert_refused(listing, 'portal_pause')
        self._assert_refused(self.merchant, 'portal_create_listing', self._values())
        self._assert_refused(self.merchant, 'portal_set_bank_account', "X", "Y", "12345678")
        for record in (account, change):
            self._assert_refused(record, 'read', ['display_name'])
            self.assertFalse(self.make_jsonrpc_request(
                f'/web/dataset/call_kw/{record._name}/search_read',
                {'model': record._name, 'method': 'search_read', 'args': [], 'kwargs': {}},
            ))

    def test_a_manager_cannot_fetch_the_number(self):
        account = self.merchant.with_user(self.owner).portal_set_bank_account(
            "Listing Maker", "Bank of China", "6222021234567890123"
        )
        self.authenticate(self.manager.login, self.manager.login)
        self._assert_refused(account, '_number')
        self._assert_refused(account, 'read', ['number_encrypted'])
        self._assert_refused(account, 'action_reveal', "")
        self.assertNotIn('number_encrypted', self._call(account, 'read')[0])
