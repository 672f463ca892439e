# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

PRODUCT_PATH = '/my/merchant/products'

PRODUCT_FIELDS = (
    'name', 'description_sale', 'categ_id', 'brand_id', 'list_price', 'default_code',
)  # fmt: skip
# Buttons that need no form: what the product's model offers for each.
PLAIN_ACTIONS = {
    'submit': 'portal_submit_listing',
    'withdraw': 'portal_withdraw_listing',
    'pause': 'portal_pause',
    'resume': 'portal_resume',
    'archive': 'portal_archive',
}


class MerchantProducts(MerchantPortal):
    """The merchant's catalogue: drafts, reviews, prices, stock and pictures."""

    # === LIST === #

    def _merchant_product_tabs(self):
        _ = request.env._
        labels = {
            'live': _("In the shop"),
            'draft': _("Drafts"),
            'in_review': _("In review"),
            'rejected': _("To correct"),
            'paused': _("Paused"),
            'taken_down': _("Taken down"),
        }
        tabs = {key: (label, [('listing_state', '=', key)]) for key, label in labels.items()}
        return {
            'all': (_("All"), []), **tabs,
            'low_stock': (_("Running out"), [('is_low_stock', '=', True)]),
        }  # fmt: skip

    @portal_route([PRODUCT_PATH, f'{PRODUCT_PATH}/page/<int:page>'])
    def merchant_products(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'products', request.env._("Products"), PRODUCT_PATH,
            self._merchant_for('catalogue'), 'product.template',
            tabs=self._merchant_product_tabs(), fields=('name', 'default_code'),
            page=page, tab=tab, search=search,
        )  # fmt: skip

    # === FORM === #

    @portal_route(
        f'{PRODUCT_PATH}/new', methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH,
    )  # fmt: skip
    def merchant_product_new(self, action=None, **post):
        merchant_sudo = self._merchant_for('catalogue')
        if request.httprequest.method == 'GET':
            return self._merchant_product_page(merchant_sudo)
        created = []
        errors = self._merchant_submit(
            lambda: created.append(self._merchant_product_create(merchant_sudo, action, post))
        )
        if errors:
            return self._merchant_product_page(merchant_sudo, errors=errors, typed=post)
        return self._merchant_done(
            f'{PRODUCT_PATH}/{created[0].id}',
            self._merchant_product_message(action, created[0]),
        )

    def _merchant_product_create(self, merchant_sudo, action, post):
        values = self._merchant_product_values(post)
        product = merchant_sudo.sudo(False).portal_create_listing(values)
        self._merchant_product_extras(product, post)
        if action == 'submit':
            product.portal_submit_listing()
        return product

    @portal_route(
        f'{PRODUCT_PATH}/<int:product_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def merchant_product(self, product_id, action=None, **post):
        product_sudo = self._merchant_record('product.template', product_id, 'catalogue')
        merchant_sudo = product_sudo.merchant_id
        if request.httprequest.method == 'GET':
            return self._merchant_product_page(merchant_sudo, product_sudo)
        errors = self._merchant_submit(
            lambda: self._merchant_product_act(product_id, action, post)
        )
        if errors:
            return self._merchant_product_page(merchant_sudo, product_sudo, errors, post)
        path = PRODUCT_PATH if action == 'archive' else f'{PRODUCT_PATH}/{product_id}'
        return self._merchant_done(path, self._merchant_product_message(action, product_sudo))

    def _merchant_product_act(self, product_id, action, post):
        """Do what the pressed button says."""
        product = request.env['product.template'].browse(product_id)
        if action in ('save', 'submit'):
            product.portal_update_listing(self._merchant_product_values(post))
            self._merchant_product_extras(product, post)
        elif action and action.startswith('remove_picture_'):
            product.portal_remove_picture(action.removeprefix('remove_picture_'))
            return
        elif action not in PLAIN_ACTIONS:
            raise self._merchant_not_found()
        if action in PLAIN_ACTIONS:
            getattr(product, PLAIN_ACTIONS[action])()

    def _merchant_product_extras(self, product, post):
        """Store what belongs to the product but not to its own record."""
        for picture in self._merchant_uploads('pictures'):
            product.portal_add_picture(picture['filename'], picture['content'])
        quantity = post.get('quantity', '').strip()
        # What was not typed here must not undo what was sold or shipped since the page was opened.
        if quantity and quantity != post.get('quantity_shown'):
            product.portal_set_stock(quantity)
        if 'low_stock_threshold' in post:
            product.portal_set_low_stock(post['low_stock_threshold'])

    def _merchant_product_values(self, post):
        """Return what the form says about the product; what it does not show, stays."""
        values = {name: post[name] for name in PRODUCT_FIELDS if name in post}
        if images := self._merchant_uploads('image'):
            values['image'] = images[0]
        return values

    def _merchant_product_message(self, action, product):
        _ = request.env._
        if action == 'submit' and product.listing_state == 'live':
            return _("Checked and on sale: shoppers can buy it now.")
        messages = {
            'save': _("Saved."),
            'submit': _("Sent for review. We tell you as soon as it is decided."),
            'withdraw': _("Back to draft: you can change it again."),
            'pause': _("Paused: shoppers don't see this product now."),
            'resume': _("Back in the shop."),
            'archive': _("Removed from your catalogue."),
        }
        return messages.get(action, _("Picture removed."))

    def _merchant_product_page(self, merchant_sudo, product_sudo=None, errors=None, typed=None):
        _ = request.env._
        name = product_sudo.name if product_sudo else _("New product")
        values = self._merchant_values(
            merchant_sudo,
            'products',
            [(_("Products"), PRODUCT_PATH), (name, '')],
            product=product_sudo,
            categories=merchant_sudo._listing_categories(),
            brands=request.env['marketplace.brand']._offered(),
            errors=errors or {},
            typed=typed or {},
        )
        return request.render('marketplace_portal.merchant_product', values)
