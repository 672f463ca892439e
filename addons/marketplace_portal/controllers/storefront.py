# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.website_sale.controllers.cart import Cart
from odoo.addons.website_sale.controllers.main import WebsiteSale

from ..models.marketplace_shop import SHOP_PAGE_PATH

DIRECTORY_PATH = '/shops'


class Storefront(WebsiteSale):
    """The shop seen by merchant, and the directory of merchants."""

    _shops_per_page = 24

    # === SHOP === #

    def _get_merchant_shop(self):
        """Return the shop of the merchant by whom the visitor filters, sudoed; or empty.

        :raise NotFound: when there is no such shop, or it is closed
        """
        shop = request.env['marketplace.shop']
        if slug := request.params.get('merchant'):
            shop = shop._get_open_shop(slug)
            if not shop:
                raise NotFound()
        return shop

    def _get_search_order(self, post):
        """Let the tier's weight come first, unless the visitor has chosen an order."""
        if not post.get('order'):
            default = request.website.shop_default_sort
            post = {**post, 'order': f'search_weight desc nulls last, {default}'}
        return super()._get_search_order(post)

    def _get_search_options(self, **post):
        options = super()._get_search_options(**post)
        options['merchant_id'] = self._get_merchant_shop().merchant_id.id
        return options

    def _get_shop_domain(self, *args, **kwargs):
        domain = Domain(super()._get_shop_domain(*args, **kwargs))
        if shop := self._get_merchant_shop():
            domain &= Domain('merchant_id', '=', shop.merchant_id.id)
        return domain

    def _shop_get_query_url_kwargs(self, *args, merchant=None, **kwargs):
        return {**super()._shop_get_query_url_kwargs(*args, **kwargs), 'merchant': merchant}

    def _get_additional_shop_values(self, values, **kwargs):
        shop = self._get_merchant_shop()
        more = {**super()._get_additional_shop_values(values, **kwargs), 'merchant_shop': shop}
        if shop:
            # Only ways that lead to goods of this merchant.
            categories = values['search_product'].public_categ_ids.parents_and_self
            more['categories'] = values['categories'] & categories
            more['category_entries'] = values['category_entries'] & categories
        return more

    def sitemap_merchants(env, rule, qs):
        shops = env['marketplace.shop'].sudo().search([('is_open', '=', True)])
        for shop in shops:
            if not qs or qs.lower() in shop.website_url:
                yield {'loc': shop.website_url}

    @route(
        [
            f'{SHOP_PAGE_PATH}/<string:merchant>',
            f'{SHOP_PAGE_PATH}/<string:merchant>/page/<int:page>',
        ],
        type='http',
        auth='public',
        website=True,
        sitemap=sitemap_merchants,
    )
    def merchant_shop(self, merchant, page=0, **post):
        """Show a merchant's page: its goods below its name, with all that the shop offers."""
        return self.shop(page=page, merchant=merchant, **post)

    # === DIRECTORY === #

    @route(
        [DIRECTORY_PATH, f'{DIRECTORY_PATH}/page/<int:page>'],
        type='http',
        auth='public',
        website=True,
        sitemap=True,
    )
    def shops(self, page=1, search='', **kwargs):
        if not request.website.has_ecommerce_access():
            return request.redirect(f'/web/login?redirect={DIRECTORY_PATH}')
        domain = Domain('is_open', '=', True)
        if search := search.strip():
            domain &= Domain('name', 'ilike', search) | Domain('tagline', 'ilike', search)
        shops_sudo = request.env['marketplace.shop'].sudo()
        pager = request.website.pager(
            url=DIRECTORY_PATH,
            total=shops_sudo.search_count(domain),
            page=page,
            step=self._shops_per_page,
            url_args={'search': search} if search else {},
        )
        shops_sudo = shops_sudo.search(
            domain, order='name, id', limit=self._shops_per_page, offset=pager['offset']
        )
        values = {'shops': shops_sudo, 'pager': pager, 'search': search}
        return request.render('marketplace_portal.shops', values)

    # === CHECKOUT === #

    def _check_cart(self, order_sudo):
        if redirection := super()._check_cart(order_sudo):
            return redirection
        if order_sudo._remove_unsellable_lines():
            return request.redirect('/shop/cart')
        return None

    def order_2_return_dict(self, order):
        """Tell the analytics one freight: Odoo reads it from the only delivery line it expects."""
        freight = order.order_line.filtered('is_delivery')
        if len(freight) < 2:
            return super().order_2_return_dict(order)
        return {
            'transaction_id': order.id,
            'affiliation': order.company_id.name,
            'value': order.amount_total,
            'tax': order.amount_tax,
            'currency': order.currency_id.name,
            'items': self.order_lines_2_google_api(order.order_line),
            'shipping': sum(freight.mapped('price_unit')),
        }


class MarketplaceCart(Cart):
    @route()
    def cart(self, *args, **kwargs):
        if request.cart and request.cart.state == 'draft':
            request.cart._remove_unsellable_lines()
        return super().cart(*args, **kwargs)
