# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon


@tagged('post_install', '-at_install')
class TestOrderTours(MerchantCommon):
    """Two parcels and a return, by clicking, from both sides."""

    def test_two_parcels_and_a_return(self):
        part = self._part(self._paid({self.bowl: 3}))
        part.with_user(self.clerk_a).portal_accept()
        self.start_tour(
            '/my/merchant/orders?tab=to_ship', 'marketplace_merchant_two_parcels',
            login=self.clerk_a.login,
        )
        self.assertEqual((part.state, len(part.parcel_ids)), ('shipped', 2))
        self.assertEqual(part.amount_logistics_cost, 12.5)
        self.start_tour(
            f'/my/orders/{part.sale_order_id.id}', 'marketplace_shopper_two_parcels',
            login=self.shopper.login,
        )
        self.assertEqual(part.return_ids.state, 'requested')
        with self._provider_refunds():
            self.start_tour(
                '/my/merchant', 'marketplace_merchant_inspects', login=self.clerk_a.login
            )
        self.assertRecordValues(part.return_ids, [{
            'state': 'refunded', 'amount_refunded': 100.0, 'instructions': "Pick-up code 4711",
        }])
        self.assertBooksAgree()

    def test_a_return_with_the_freight_back(self):
        part = self._part(self._paid({self.bowl: 1}))
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        order_url = f'/my/orders/{part.sale_order_id.id}'
        self.start_tour(order_url, 'marketplace_shopper_asks_return', login=self.shopper.login)
        request = part.return_ids
        request.with_user(self.clerk_a).portal_approve()
        return_url = f'/my/returns/{request.id}'
        self.start_tour(return_url, 'marketplace_shopper_sends_back', login=self.shopper.login)
        with self._provider_refunds():
            self.start_tour(
                '/my/merchant', 'marketplace_merchant_accepts_return', login=self.clerk_a.login
            )
        self.start_tour(return_url, 'marketplace_shopper_is_refunded', login=self.shopper.login)
        self.assertEqual(self._entries(part.sale_order_id)['return_freight'], -12.0)
        self.assertBooksAgree()

    def test_a_return_refused_with_a_proof(self):
        part = self._part(self._paid({self.bowl: 1}))
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_request_return(
            'return_refund', "Cracked", {part._goods_lines().id: 1}
        )
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_refuses_return', login=self.clerk_a.login
        )
        self.assertEqual(part.return_ids.state, 'rejected')
        self.assertEqual(part.return_ids._merchant_files().name, "crack.png")
