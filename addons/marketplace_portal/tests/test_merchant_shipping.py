# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

PATH = '/my/merchant/shipping'


@tagged('post_install', '-at_install')
class TestMerchantShipping(MerchantCommon):

    def test_the_merchant_sets_its_freight(self):
        state = self.env.ref('base.state_cn_SH', raise_if_not_found=False) or (
            self.env['res.country.state'].search([], limit=1)
        )
        self._send(PATH, {
            'action': 'template', 'basis': 'weight', 'is_served': '1', 'first_size': '1',
            'base_amount': '9', 'next_size': '1', 'next_amount': '2',
        }, self.clerk_a)  # fmt: skip
        template = self.merchant_a.freight_template_ids
        self.assertRecordValues(template, [{
            'basis': 'weight', 'base_amount': 9.0, 'next_amount': 2.0, 'free_from': 0.0,
        }])
        zone = {'action': 'zone', 'zone_id': 'new', 'name': "Near", 'state_ids': str(state.id),
                'is_served': '1', 'base_amount': 'x'}
        page = self._send(PATH, zone, self.clerk_a)
        self.assertIn("number", self._mistake(page, 'base_amount'))
        self._send(PATH, dict(zone, base_amount='4'), self.clerk_a)
        self.assertRecordValues(template.zone_ids, [{
            'name': "Near", 'base_amount': 4.0, 'state_ids': state.ids,
        }])
        page = self._send(
            PATH, {'action': 'remove', 'zone_id': str(template.zone_ids.id)}, self.clerk_a
        )
        self.assertFalse(template.zone_ids)

    def test_the_merchant_accepts_at_once(self):
        self._send(PATH, {'action': 'accept', 'auto_accept': '1'}, self.clerk_a)
        self.assertTrue(self.merchant_a.auto_accept)
        self._send(PATH, {'action': 'accept'}, self.clerk_a)
        self.assertFalse(self.merchant_a.auto_accept)

    def test_others_stay_out(self):
        for user in (self.catalogue_a, self.finance_a):
            self.assertEqual(self._status(PATH, user.login), 403)

    def test_a_part_goes_in_two_parcels(self):
        part = self._part(self._paid({self.bowl: 2}))
        part.with_user(self.clerk_a).portal_accept()
        line = part._goods_lines()
        path = f'/my/merchant/orders/{part.id}'
        values = {'action': 'ship', 'carrier_name': "SF", 'tracking_ref': "SF1", 'cost': '4'}
        page = self._send(path, dict(values, **{f'quantity_{line.id}': '5'}), self.clerk_a)
        self.assertIn("left to send", self._mistake(page, 'quantities'))
        self._send(path, dict(values, **{f'quantity_{line.id}': '1'}), self.clerk_a)
        parcel = part.parcel_ids
        self.assertEqual((part.state, parcel.cost), ('to_ship', 4.0))
        shopper_page = f'/my/orders/{part.sale_order_id.id}'
        page = self._html(shopper_page, self.shopper)
        self.assertIn("SF1", self._text(page, 'o_marketplace_sent'))
        self.assertIn("Partly shipped", page.text_content())
        self._post(f'/my/parcels/{part.id}/arrived/{parcel.id}', {}, self.shopper.login)
        self.assertEqual(parcel.state, 'delivered')
        page = self._send(path, {'action': 'cancel_rest', 'reason': "Broken"}, self.clerk_a)
        self.assertEqual((part.state, part.amount_refunded), ('delivered', 113.0))
        self._send(path, {
            'action': 'parcel_cost', 'parcel_id': str(parcel.id), 'cost': '5',
        }, self.clerk_a)  # fmt: skip
        self.assertEqual(parcel.cost, 5.0)

    def test_the_shopper_cancels(self):
        part = self._part(self._paid())
        path = f'/my/parcels/{part.id}/cancel'
        self._post(path, {'reason': ""}, self.shopper.login)
        self.assertEqual(part.state, 'to_accept')
        self._post(path, {'reason': "Ordered twice"}, self.stranger.login)
        self.assertEqual(part.state, 'to_accept')
        self._post(path, {'reason': "Ordered twice"}, self.shopper.login)
        self.assertEqual(part.state, 'cancelled')

    def test_the_phone_is_whole_only_while_it_is_needed(self):
        self.shopper.partner_id.phone = "13812345678"
        part = self._part(self._paid())
        path = f'/my/merchant/orders/{part.id}'
        self.assertNotIn("1381234", self._html(path, self.clerk_a).text_content())
        part.with_user(self.clerk_a).portal_accept()
        self.assertIn("13812345678", self._html(path, self.clerk_a).text_content())
