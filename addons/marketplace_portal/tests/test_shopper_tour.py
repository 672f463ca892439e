# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .storefront_common import StorefrontCommon


@tagged('post_install', '-at_install')
class TestShopperTour(StorefrontCommon):
    """A shopper buys of two merchants and the platform, and follows the parcels to the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shopper.partner_id.write({
            'email': 'orders.shopper@example.com',
            'phone': '+86 138 1765 2031',
            'street': "1266 Nanjing Road West",
            'city': "Shanghai",
            'zip': '200040',
            'country_id': cls.env.ref('base.us').id,
            'state_id': cls.env.ref('base.state_us_5').id,
        })
        for product in (cls.bowl, cls.vase, cls.lamp):
            product.name = f"Tour {product.name}"
        cls._enable_demo_payment()

    @classmethod
    def _enable_demo_payment(cls):
        """Offer the demo provider, where it is installed beside the addons, as the only one."""
        cls.env['payment.provider'].search([]).state = 'disabled'
        provider = cls.env['payment.provider'].search(
            [('code', '=', 'demo'), ('company_id', '=', cls.env.company.id)], limit=1
        )
        provider.write({'state': 'test', 'is_published': True})
        provider.payment_method_ids.active = True

    def test_shopper_tour(self):
        self.start_tour('/shop', 'marketplace_shopper_buys', login=self.shopper.login)
        order = self.env['sale.order'].search(
            [('partner_id', '=', self.shopper.partner_id.id)], limit=1
        )
        self.assertEqual(order.state, 'sale')
        self.assertEqual(
            order.marketplace_order_ids.merchant_id, self.merchant_a + self.merchant_b
        )
        self._send_parcels(order)
        self.start_tour(
            f'/my/orders/{order.id}',
            'marketplace_shopper_receives',
            login=self.shopper.login,
        )
        part_a, part_b = self._part(order), self._part(order, self.merchant_b)
        self.assertTrue(part_a.date_received)
        complaint = part_b.complaint_ids
        self.assertEqual(complaint.state, 'merchant_response')
        self.assertEqual(len(complaint.message_line_ids.attachment_ids), 1)

    def _send_parcels(self, order):
        for merchant, clerk in ((self.merchant_a, self.clerk_a), (self.merchant_b, self.clerk_b)):
            part = self._part(order, merchant).with_user(clerk)
            part.portal_accept()
            part.portal_ship("SF Express", f"SF{merchant.code}")
