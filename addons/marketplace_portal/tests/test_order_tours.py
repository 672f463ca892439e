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
