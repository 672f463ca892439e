# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestStockApi(OrdersCommon, HttpCase):
    """A merchant's own program sets the stock with an API key of a member, over JSON-2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogue_b = cls._member(cls.merchant_b, 'catalogue')
        cls.bowl.default_code = 'BOWL-1'

    def _call(self, user, model, method, **body):
        """Call a method as a program does that has the user's key; return status and answer."""
        key = self.env['res.users.apikeys'].with_user(user).sudo()._generate(
            None, "Warehouse", fields.Datetime.now() + timedelta(days=1)
        )
        return self._call_with(key, model, method, **body)

    def _call_with(self, key, model, method, **body):
        response = self.url_open(
            f'/json/2/{model}/{method}', json=body, headers={'Authorization': f'bearer {key}'}
        )
        return response.status_code, response.json()

    def test_a_key_finds_goods_by_their_sku_and_sets_their_stock(self):
        status, found = self._call(
            self.catalogue_a, 'product.product', 'search_read',
            domain=[['default_code', '=', 'BOWL-1']], fields=['default_code'],
        )  # fmt: skip
        self.assertEqual((status, found), (200, [{'id': self.bowl.id, 'default_code': 'BOWL-1'}]))
        status, answer = self._call(
            self.catalogue_a, 'product.product', 'portal_set_stock', ids=self.bowl.ids, quantity=7
        )
        self.assertEqual((status, answer), (200, None))
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 7)
        log = self.env['marketplace.audit.log'].search([], limit=1)
        self.assertRecordValues(log, [{
            'user_id': self.catalogue_a.id, 'res_id': self.bowl.id, 'action': 'change',
            'before': {'stock': 10}, 'after': {'stock': 7},
        }])  # fmt: skip

    def test_a_key_reaches_no_other_merchants_goods(self):
        for user in (self.catalogue_b, self.clerk_a, self.shopper):
            with mute_logger('odoo.http'):
                status, answer = self._call(
                    user, 'product.product', 'portal_set_stock', ids=self.bowl.ids, quantity=7
                )
            self.assertEqual((status, answer['name']), (403, 'odoo.exceptions.AccessError'))
        status, found = self._call(
            self.catalogue_b, 'product.product', 'search_read',
            domain=[['default_code', '=', 'BOWL-1']], fields=['default_code'],
        )  # fmt: skip
        self.assertEqual((status, found), (200, []))
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)

    def test_a_stock_that_makes_no_sense_is_refused_in_words(self):
        for quantity in (-1, 'many', None, 1e12):
            with mute_logger('odoo.http'):
                status, answer = self._call(
                    self.catalogue_a, 'product.product', 'portal_set_stock',
                    ids=self.bowl.ids, quantity=quantity,
                )  # fmt: skip
            self.assertEqual(status, 422)
            self.assertIn("a number between 0 and", answer['message'])
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)

    def test_there_is_no_way_around_the_method(self):
        quant = self.env['stock.quant'].search([('product_id', '=', self.bowl.id)], limit=1)
        for model, method, body in (
            ('stock.quant', 'write', {'ids': quant.ids, 'vals': {'inventory_quantity': 99}}),
            ('product.product', 'write', {'ids': self.bowl.ids, 'vals': {'qty_available': 99}}),
        ):
            with mute_logger('odoo.http'):
                status, _answer = self._call(self.catalogue_a, model, method, **body)
            self.assertEqual(status, 403)
        with mute_logger('odoo.http'):
            status, _answer = self._call(
                self.catalogue_a, 'product.product', '_set_merchant_stock',
                ids=self.bowl.ids, quantity=99,
            )  # fmt: skip
        self.assertEqual(status, 403)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)

    def test_without_a_valid_key_nothing_is_set(self):
        with mute_logger('odoo.http'):
            status, _answer = self._call_with(
                'no-key', 'product.product', 'portal_set_stock', ids=self.bowl.ids, quantity=7
            )
        self.assertEqual(status, 401)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)
