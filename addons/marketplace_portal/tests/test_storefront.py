# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ValidationError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .storefront_common import StorefrontCommon


@tagged('post_install', '-at_install')
class TestStorefront(StorefrontCommon):
    # === WHAT IS ON SALE === #

    def test_tile_and_product_page_say_who_sells(self):
        page = self._page('/shop?search=Bowl')
        self.assertShows(page, "Orchid Shop")
        self.assertShows(page, 'href="/shop/by/orchid"')
        page = self._page(self.bowl.website_url)
        self.assertShows(page, 'href="/shop/by/orchid"')

    def test_platform_goods_are_sold_by_the_platform(self):
        page = self._page(self.lamp.website_url)
        self.assertShows(page, "Sold by")
        self.assertShows(page, self.website.company_id.name)

    def test_a_sellers_goods_are_not_sold_with_sample_promises(self):
        self.assertHides(self._page(self.bowl.website_url), "money-back")
        self.assertShows(self._page(self.lamp.website_url), "money-back")

    def test_draft_is_neither_listed_nor_has_a_page(self):
        self.assertHides(self._page('/shop?search=Cup'), self.cup.website_url)
        self.assertEqual(self._status(self.cup.website_url), 404)

    def test_cscart_vendor_debt_goods_of_suspended_merchant_leave_the_shop_and_return(self):
        self._suspend(self.merchant_a)
        self.assertHides(self._page('/shop?search=Bowl'), self.bowl.website_url)
        self.assertEqual(self._status(self.bowl.website_url), 404)
        self.merchant_a.with_user(self.manager).action_resume("Test")
        self.assertShows(self._page('/shop?search=Bowl'), self.bowl.website_url)
        self.assertEqual(self._status(self.bowl.website_url), 200)

    def test_publication_follows_the_listing(self):
        listing = self.bowl.product_tmpl_id
        self.assertTrue(listing.is_published)
        listing.with_user(self.catalogue_a).portal_pause()
        self.assertFalse(listing.is_published)
        listing.with_user(self.catalogue_a).portal_resume()
        self.assertTrue(listing.is_published)
        listing.with_user(self.officer).action_take_down("Test")
        self.assertFalse(listing.is_published)

    @mute_logger('odoo.http')
    def test_draft_variant_is_not_readable_by_strangers(self):
        for login in (self.shopper.login, 'ordb_catalogue'):
            with self.assertRaises(JsonRpcException):
                self._rpc('product.product', 'read', [self.cup.ids, ['name']], login)
        own = self._rpc('product.product', 'read', [self.cup.ids, ['name']], 'orda_catalogue')
        self.assertEqual(own[0]['name'], "Cup")

    # === MERCHANT'S PAGE AND DIRECTORY === #

    def test_goods_of_a_higher_tier_come_first(self):
        """The tier's weight orders the shop until the visitor chooses an order."""
        tier_a = self.env.ref('marketplace_merchant.tier_core')
        tier_b = self.env.ref('marketplace_merchant.tier_growth')
        self.merchant_a.tier_id, self.merchant_b.tier_id = tier_a, tier_b
        goods = self.bowl, self.vase, self.lamp
        for product in goods:
            product.name = f"Weighed {product.name}"
        bowl, vase, lamp = (product.website_url for product in goods)
        for tier_a.search_weight, tier_b.search_weight, first, second in (
            (50, 5, bowl, vase),
            (5, 50, vase, bowl),
        ):
            page = self._page('/shop?search=Weighed')
            self.assertLess(page.index(first), page.index(second))
            self.assertLess(page.index(second), page.index(lamp))
        page = self._page('/shop?search=Weighed&order=name asc')
        self.assertLess(page.index(bowl), page.index(vase))

    def test_merchant_page_shows_its_goods_only(self):
        for path in ('/shop/by/orchid', '/shop?merchant=orchid'):
            page = self._page(path)
            self.assertShows(page, "The tagline of Orchid Shop")
            self.assertShows(page, self.bowl.website_url)
            self.assertHides(page, self.vase.website_url)
            self.assertHides(page, self.lamp.website_url)

    def test_merchant_page_keeps_the_merchant_in_its_links(self):
        page = self._page('/shop/by/orchid')
        self.assertShows(page, 'name="merchant" value="orchid"')

    def test_closed_and_unknown_shops_are_not_found(self):
        self._suspend(self.merchant_a)
        for path in ('/shop/by/orchid', '/shop/by/nobody', '/shop?merchant=orchid'):
            self.assertEqual(self._status(path), 404, path)

    def test_directory_lists_open_shops(self):
        self._suspend(self.merchant_b)
        page = self._page('/shops?search=Shop')
        self.assertShows(page, "Orchid Shop")
        self.assertHides(page, "Bamboo Shop")
        self.assertShows(self._page('/shops?search=nothing-like-that'), "No shop matches")

    def test_logo_is_public_and_merchant_file_is_not(self):
        self.shop_a.logo = self._image()
        self.assertEqual(self._status(f'/web/image/marketplace.shop/{self.shop_a.id}/logo'), 200)
        with self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
            self._rpc(
                'marketplace.merchant', 'read', [self.merchant_a.ids, ['code']], 'orders_shopper'
            )

    # === CART === #

    def test_suspended_merchants_goods_leave_the_cart_with_a_message(self):
        cart = self._website_cart(self.bowl + self.vase)
        self._suspend(self.merchant_a)
        self.assertTrue(cart._remove_unsellable_lines())
        self.assertEqual(cart.order_line.product_id, self.vase)
        self.assertIn("Bowl", cart.shop_warning)
        self.assertFalse(cart._remove_unsellable_lines())

    def test_mercur_377_a_cart_cannot_be_paid_until_its_merchant_is_back(self):
        cart = self._website_cart(self.bowl)
        cart._set_delivery_method(self.carrier)
        self._suspend(self.merchant_a)
        with self.assertRaisesRegex(ValidationError, "Bowl cannot be bought"):
            cart._check_cart_is_ready_to_be_paid()
        self.merchant_a.with_user(self.manager).action_resume("Test")
        cart._check_cart_is_ready_to_be_paid()

    def test_nobody_buys_more_than_the_merchant_has(self):
        listing = self.merchant_a.with_user(self.catalogue_a).portal_create_listing(
            {'name': "Plate", 'list_price': 20, 'categ_id': self.category.id}
        )
        listing.portal_set_stock(3)
        cart = self._website_cart(listing.sudo().product_variant_id)
        result = cart._cart_update_line_quantity(cart.order_line.id, 99)
        self.assertEqual(result['quantity'], 3)
        self.assertTrue(result['warning'])

    def test_freight_follows_the_cart_merchant_by_merchant(self):
        cart = self._website_cart(self.bowl + self.vase + self.lamp)
        cart._set_delivery_method(self.carrier)
        self.assertEqual(self._freight(cart), {'ORDA': 10.0, 'ORDB': 8.0, False: 5.0})
        bowl_line = cart.order_line.filtered(lambda line: line.product_id == self.bowl)
        cart._cart_update_line_quantity(bowl_line.id, 2)  # 226: free from 200 on
        self.assertEqual(self._freight(cart), {'ORDA': 0.0, 'ORDB': 8.0, False: 5.0})
        cart._cart_update_line_quantity(bowl_line.id, 0)
        self.assertEqual(self._freight(cart), {'ORDB': 8.0, False: 5.0})

    def test_platform_goods_alone_are_not_delivered_by_merchants(self):
        cart = self._website_cart(self.bowl + self.lamp)
        cart._set_delivery_method(self.carrier)
        bowl_line = cart.order_line.filtered(lambda line: line.product_id == self.bowl)
        cart._cart_update_line_quantity(bowl_line.id, 0)
        self.assertFalse(cart.carrier_id)
        self.assertFalse(self._freight(cart))

    def _freight(self, cart):
        """Return what each merchant charges for delivery, by its code."""
        lines = cart.order_line.filtered('is_delivery')
        return {line.merchant_id.code: line.price_unit for line in lines}
