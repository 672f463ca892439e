# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, tools
from odoo.exceptions import AccessError, MissingError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .orders_common import OrdersCommon

RATE = {'is_served': '1', 'first_size': '1', 'base_amount': '10', 'next_size': '1'}


@tagged('post_install', '-at_install')
class TestFreightZones(OrdersCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        country = cls.env.ref('base.cn')
        cls.home, cls.far = cls.env['res.country.state'].create([
            {'name': "Home", 'code': 'FZ1', 'country_id': country.id},
            {'name': "Far", 'code': 'FZ2', 'country_id': country.id},
        ])
        cls.abroad = cls.env.ref('base.be')
        cls.merchant_a.freight_template_ids.unlink()
        cls.as_clerk = cls.merchant_a.with_user(cls.clerk_a)

    def _price(self, quantities, state=None, country=None):
        """Return the freight for an address, or ``None`` if the goods don't go there."""
        address = self.env['res.partner'].create({
            'name': "Somebody", 'state_id': state and state.id,
            'country_id': (country or self.home.country_id).id,
        })
        rate = self.carrier.rate_shipment(self._cart(quantities, address))
        return rate['price'] if rate['success'] else None

    def test_shoppers_read_what_sending_costs(self):
        listing = self.bowl.product_tmpl_id
        self.assertEqual(listing._freight_sentence(), "Free delivery.")
        template = self.env['marketplace.freight.template'].create({
            'merchant_id': self.merchant_a.id, 'base_amount': 10.0, 'free_from': 200.0,
        })
        amounts = {
            amount: tools.format_amount(self.env, amount, template.currency_id)
            for amount in (4.0, 10.0, 200.0)
        }
        self.assertEqual(
            listing._freight_sentence(),
            f"Delivery from {amounts[10.0]}, free from {amounts[200.0]} of this seller's goods.",
        )
        template.zone_ids = [
            Command.create({'name': "Near", 'base_amount': 4.0}),
            Command.create({'name': "Nowhere", 'is_served': False, 'base_amount': 1.0}),
        ]
        self.assertEqual(
            listing._freight_sentence(), f"Delivery from {amounts[4.0]}, by address and quantity."
        )

    def test_each_further_step_costs(self):
        self.as_clerk.portal_set_freight(dict(RATE, basis='piece', next_amount='2.5'))
        for quantity, expected in ((1, 10.0), (2, 12.5), (4, 17.5)):
            self.assertEqual(self._price({self.bowl: quantity}), expected)
        self.as_clerk.portal_set_freight(
            dict(RATE, basis='weight', first_size='0.5', next_size='0.3', next_amount='1')
        )
        self.bowl.weight = 0.2
        for quantity, expected in ((1, 10.0), (4, 11.0), (5, 12.0)):
            self.assertEqual(self._price({self.bowl: quantity}), expected)
        self.as_clerk.portal_set_freight(dict(
            RATE, basis='amount', first_size='113', next_size='100', next_amount='3',
            free_from='400',
        ))
        for quantity, expected in ((1, 10.0), (2, 16.0), (4, 0.0)):
            self.assertEqual(self._price({self.bowl: quantity}), expected)

    def test_a_merchant_promises_how_soon_it_sends(self):
        for typed, hours in (('24', 24), ('', 72), (12.5, 13)):
            self.as_clerk.portal_set_freight(dict(RATE, basis='piece', ship_hours=typed))
            self.assertEqual(self.merchant_a._ship_hours(), hours)

    def test_zones_have_rates_of_their_own(self):
        self.as_clerk.portal_set_freight(dict(RATE, basis='piece'))
        self.as_clerk.portal_set_freight_zone(
            dict(RATE, name="Home", base_amount='5', state_ids=[self.home.id])
        )
        self.as_clerk.portal_set_freight_zone(
            dict(RATE, name="Far", base_amount='30', state_ids=[str(self.far.id)])
        )
        self.as_clerk.portal_set_freight_zone(
            {'name': "Abroad", 'country_ids': [self.abroad.id], 'is_served': ''}
        )
        self.assertEqual(self._price({self.bowl: 1}, self.home), 5.0)
        self.assertEqual(self._price({self.bowl: 1}, self.far), 30.0)
        self.assertEqual(self._price({self.bowl: 1}), 10.0)
        self.assertIsNone(self._price({self.bowl: 1}, country=self.abroad))
        self.assertEqual(self._price({self.vase: 1}, country=self.abroad), 8.0)
        zone = self.merchant_a.freight_template_ids.zone_ids[0]
        self.as_clerk.portal_set_freight_zone(
            dict(RATE, name="Home", base_amount='6', state_ids=[self.home.id]), zone.id
        )
        self.assertEqual(self._price({self.bowl: 1}, self.home), 6.0)
        self.as_clerk.portal_remove_freight_zone(zone.id)
        self.assertEqual(self._price({self.bowl: 1}, self.home), 10.0)

    def test_a_form_says_all_that_is_wrong(self):
        wrong = {
            'basis': 'colour', 'first_size': 'x', 'base_amount': '-1', 'next_size': '0',
            'next_amount': 'nan', 'free_from': '1e12', 'ship_hours': '73',
        }
        with self.assertRaises(FieldErrors) as raised:
            self.as_clerk.portal_set_freight(wrong)
        self.assertEqual(set(raised.exception.field_errors), set(wrong))
        self.assertEqual(
            (raised.exception.field_errors['base_amount'],
             raised.exception.field_errors['ship_hours']),
            ("First freight should be at least 0.", "Sent within can be at most 72."),
        )  # fmt: skip
        with self.assertRaises(FieldErrors) as raised:
            self.as_clerk.portal_set_freight(dict(RATE, basis='piece', base_amount=""))
        self.assertEqual(set(raised.exception.field_errors), {'base_amount'})
        with self.assertRaises(FieldErrors) as raised:
            self.as_clerk.portal_set_freight_zone(dict(RATE, name=""))
        self.assertEqual(set(raised.exception.field_errors), {'name', 'state_ids'})
        self.assertFalse(self.merchant_a.freight_template_ids)

    def test_each_merchant_sets_its_own(self):
        self.as_clerk.portal_set_freight(dict(RATE, basis='piece'))
        zone_id = self.as_clerk.portal_set_freight_zone(
            dict(RATE, name="Home", state_ids=[self.home.id])
        )
        for user in (self.clerk_b, self.catalogue_a, self.shopper):
            merchant = self.merchant_a.with_user(user)
            with self.assertRaises(AccessError):
                merchant.portal_set_freight(dict(RATE, basis='piece'))
            with self.assertRaises(AccessError):
                merchant.portal_remove_freight_zone(zone_id)
        with self.assertRaises(MissingError):
            self.merchant_b.with_user(self.clerk_b).portal_remove_freight_zone(zone_id)
        Zone = self.env['marketplace.freight.zone']
        self.assertFalse(Zone.with_user(self.clerk_b).search([('id', '=', zone_id)]))
        self.assertTrue(Zone.with_user(self.clerk_a).search([('id', '=', zone_id)]))
