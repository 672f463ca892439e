# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestLowStock(OrdersCommon):

    def _low(self):
        return self.env['product.template'].search([
            ('is_low_stock', '=', True), ('merchant_id', '=', self.merchant_a.id),
        ])

    def _warn(self):
        """Run the cron; return the texts of the new mails to merchant A."""
        Mail = self.env['mail.mail']
        before = Mail.search([])
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_settlement.ir_cron_low_stock').method_direct_trigger()
        mails = Mail.search([]) - before
        return [mail.body_html for mail in mails if mail.res_id == self.merchant_a.id]

    def test_what_is_reserved_cannot_be_sold(self):
        listing = self.bowl.product_tmpl_id
        listing.with_user(self.catalogue_a).portal_set_low_stock("4")
        self.assertFalse(self._low())
        self.assertFalse(listing.is_low_stock)
        self._order({self.bowl: 6})
        listing.invalidate_recordset(['is_low_stock'])
        self.assertTrue(listing.is_low_stock)
        self.assertEqual(self._low(), listing)
        self.assertNotIn(listing, listing.search([('is_low_stock', '=', False)]))

    def test_the_merchant_is_told_once_until_it_fills_up(self):
        self.bowl.product_tmpl_id.with_user(self.catalogue_a).portal_set_low_stock(4)
        self.assertFalse(self._warn())
        self.bowl._set_merchant_stock(4)
        told = self._warn()
        self.assertEqual(len(told), 1)
        self.assertIn("Bowl", told[0])
        self.assertNotIn("Cup", told[0])
        self.assertFalse(self._warn())
        self.bowl._set_merchant_stock(5)
        self.assertFalse(self._warn())
        self.bowl._set_merchant_stock(0)
        self.assertEqual(len(self._warn()), 1)

    def test_the_merchant_alone_sets_it(self):
        listing = self.bowl.product_tmpl_id
        for user in (self.clerk_a, self.clerk_b, self.shopper):
            with self.assertRaises(AccessError):
                listing.with_user(user).portal_set_low_stock(4)
        for wrong in ("many", -1, "nan"):
            with self.assertRaises(FieldErrors):
                listing.with_user(self.catalogue_a).portal_set_low_stock(wrong)
        listing.with_user(self.catalogue_a).portal_set_low_stock("")
        self.assertFalse(listing.low_stock_threshold)
