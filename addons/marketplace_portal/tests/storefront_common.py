# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image

from odoo import Command, http
from odoo.tests import HttpCase, new_test_user

from odoo.addons.marketplace_settlement.tests.orders_common import OrdersCommon


class StorefrontCommon(OrdersCommon, HttpCase):
    """Two open shops whose goods are on sale, and what their shoppers see of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env, 'store_officer', groups='marketplace_merchant.group_onboarding_officer'
        )
        cls.website = cls.env.ref('website.default_website')
        cls.shop_a = cls._shop(cls.merchant_a, "Orchid Shop", 'orchid')
        cls.shop_b = cls._shop(cls.merchant_b, "Bamboo Shop", 'bamboo')
        cls.catalogue_b = cls._member(cls.merchant_b, 'catalogue')
        cls._put_on_sale(cls.bowl, cls.catalogue_a)
        cls._put_on_sale(cls.vase, cls.catalogue_b)
        # The cup stays a draft; the lamp is the platform's.
        cls.lamp.is_published = True
        cls.carrier.website_published = True

    # === FACTORIES === #

    @classmethod
    def _shop(cls, merchant, name, slug):
        return cls.env['marketplace.shop'].create({
            'merchant_id': merchant.id,
            'name': name,
            'slug': slug,
            'tagline': f"The tagline of {name}",
        })

    @classmethod
    def _put_on_sale(cls, product, user):
        listing = product.product_tmpl_id
        listing.with_user(user).sudo()._move_to('in_review')
        listing.with_user(cls.officer).action_approve_listing()

    @classmethod
    def _suspend(cls, merchant):
        merchant.with_user(cls.manager).action_suspend("Test")

    @classmethod
    def _picture(cls):
        output = io.BytesIO()
        Image.new('RGB', (40, 30), 'red').save(output, format='JPEG')
        return output.getvalue()

    # === PAGES === #

    def _page(self, path, login=None):
        """Return the text of a page, as the public if there is no ``login``."""
        self.authenticate(login, login)
        response = self.url_open(path)
        response.raise_for_status()
        return response.text

    def assertShows(self, page, text):
        """Assert that a page has a text, without printing the whole page if not."""
        self.assertTrue(text in page, f"The page does not show: {text}")

    def assertHides(self, page, text):
        self.assertFalse(text in page, f"The page shows: {text}")

    def _status(self, path, login=None, **kwargs):
        self.authenticate(login, login)
        return self.url_open(path, allow_redirects=False, **kwargs).status_code

    def _post(self, path, values, login, files=None):
        """Send a form of a page as its user."""
        self.authenticate(login, login)
        data = dict(values, csrf_token=http.Request.csrf_token(self))
        return self.url_open(path, data=data, files=files)

    def _rpc(self, model, method, args, login):
        self.authenticate(login, login)
        return self.make_jsonrpc_request(
            '/web/dataset/call_kw',
            {'model': model, 'method': method, 'args': args, 'kwargs': {}},
        )

    def _upload(self, filename, content):
        """Return a file as a form sends it."""
        return {'files': (filename, content)}

    @classmethod
    def _image(cls):
        return base64.b64encode(cls._picture())

    @classmethod
    def _website_cart(cls, products):
        return cls.env['sale.order'].create({
            'partner_id': cls.shopper.partner_id.id,
            'website_id': cls.website.id,
            'order_line': [Command.create({'product_id': product.id}) for product in products],
        })
