# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

NEW_PATH = '/my/merchant/products/new'


@tagged('post_install', '-at_install')
class TestMerchantProducts(MerchantCommon):

    # === NEW === #

    def test_create_with_pictures_and_stock_and_submit(self):
        files = [
            ('image', self._png()),
            ('pictures', self._png("two.png")),
            ('pictures', self._png("three.png")),
        ]
        self._send(NEW_PATH, self._typed(action='submit'), self.catalogue_a, files)
        product = self._created()
        self.assertRecordValues(product, [{
            'name': "Teapot <b>fine</b>",
            'merchant_id': self.merchant_a.id,
            'listing_state': 'in_review',
            'list_price': 45.5,
            'default_code': "TP-1",
        }])
        self.assertTrue(product.image_1920)
        self.assertEqual(len(product.product_template_image_ids), 2)
        self.assertEqual(self._on_hand(product.product_variant_id, self.merchant_a), 12)
        self.assertTrue(self.last_url.endswith(f'/my/merchant/products/{product.id}'))

    def test_mistakes_are_told_at_their_fields_and_nothing_is_saved(self):
        typed = self._typed(name="", list_price="cheap", categ_id="")
        page = self._send(NEW_PATH, typed, self.catalogue_a, [('image', ("x.png", b"<svg/>"))])
        for name in ('name', 'list_price', 'categ_id', 'image'):
            self.assertTrue(self._mistake(page, name), name)
        self.assertEqual(self._value(page, 'description_sale').strip(), "Holds a litre.")
        self.assertEqual(self._value(page, 'default_code'), "TP-1")
        self.assertFalse(self._created())

    def test_a_bad_further_picture_leaves_no_half_product(self):
        files = [('image', self._png()), ('pictures', ("evil.html", b"<script>1</script>"))]
        page = self._send(NEW_PATH, self._typed(), self.catalogue_a, files)
        self.assertIn("evil.html", self._mistake(page, 'pictures'))
        self.assertFalse(self._created())

    def test_submitting_without_picture_keeps_the_typed_text(self):
        page = self._send(NEW_PATH, self._typed(action='submit'), self.catalogue_a)
        self.assertIn("picture", self._text(page, 'o_form_message'))
        self.assertEqual(self._value(page, 'name'), "Teapot <b>fine</b>")
        self.assertFalse(self._created())

    # === CHANGE === #

    def test_live_texts_wait_for_review_price_and_stock_do_not(self):
        product = self.bowl.product_tmpl_id
        typed = self._typed(name="Bowl of jade", list_price="120", quantity="7")
        page = self._send(self._path(product), typed, self.catalogue_a)
        self.assertEqual((product.name, product.list_price), ("Bowl", 120.0))
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 7)
        self.assertTrue(self._text(page, 'o_pending_change'))
        self.assertEqual(self._value(page, 'name'), "Bowl of jade")

    def test_stock_that_was_not_touched_stays_as_it_is_by_now(self):
        product = self.bowl.product_tmpl_id
        # The page was opened with 10; meanwhile 4 were shipped.
        self.bowl._set_merchant_stock(6)
        typed = self._typed(name=product.name, quantity="10", quantity_shown="10")
        self._send(self._path(product), typed, self.catalogue_a)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 6)

    def test_bad_stock_is_refused_and_the_rest_is_not_saved(self):
        product = self.bowl.product_tmpl_id
        for quantity in ("-1", "many", "1e99", "nan"):
            typed = self._typed(list_price="200", quantity=quantity)
            page = self._send(self._path(product), typed, self.catalogue_a)
            self.assertTrue(self._text(page, 'o_form_errors'), quantity)
            self.assertEqual(self._value(page, 'quantity'), quantity)
        self.assertEqual(product.list_price, 113.0)
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)

    def test_further_pictures_of_live_goods_wait_for_review(self):
        product = self.bowl.product_tmpl_id
        typed = self._typed(name=product.name, description_sale="")
        self._send(self._path(product), typed, self.catalogue_a, [('pictures', self._png())])
        self.assertFalse(product.product_template_image_ids)
        change = product.listing_change_ids
        self.assertEqual(len(change.picture_ids), 1)
        # A later change of the text takes the waiting picture along.
        typed = self._typed(name="Bowl of jade", description_sale="")
        self._send(self._path(product), typed, self.catalogue_a)
        change = product.listing_change_ids.filtered(lambda c: c.state == 'pending')
        picture = change.picture_ids
        self.assertEqual(len(picture), 1)
        visitor = self.env.ref('base.public_user')
        self.assertFalse(picture.with_user(visitor).has_access('read'))
        change.with_user(self.store_officer).action_approve()
        self.assertEqual(product.product_template_image_ids, picture)
        self.assertTrue(picture.with_user(visitor).has_access('read'))
        self.assertEqual(product.name, "Bowl of jade")

    def test_pictures_are_removed_from_one_s_own_goods_only(self):
        for product in (self.cup, self.vase):
            self.env['product.image'].create({
                'name': "Picture",
                'image_1920': self._image(),
                'product_tmpl_id': product.product_tmpl_id.id,
            })
        own = self.cup.product_template_image_ids
        foreign = self.vase.product_template_image_ids
        path = self._path(self.cup.product_tmpl_id)
        page = self._send(path, {'action': f'remove_picture_{foreign.id}'}, self.catalogue_a)
        self.assertIn("removed already", self._text(page, 'o_form_message'))
        self._send(path, {'action': f'remove_picture_{own.id}'}, self.catalogue_a)
        self.assertFalse(own.exists())
        self.assertTrue(foreign.exists())

    def test_goods_have_a_limited_number_of_pictures(self):
        files = [('pictures', self._png(f"{number}.png")) for number in range(9)]
        page = self._send(NEW_PATH, self._typed(), self.catalogue_a, files)
        self.assertIn("at most 8", self._mistake(page, 'pictures'))

    # === STATES === #

    def test_pause_resume_and_remove(self):
        product = self.bowl.product_tmpl_id
        path = self._path(product)
        self._send(path, {'action': 'pause'}, self.catalogue_a)
        self.assertEqual(product.listing_state, 'paused')
        self._send(path, {'action': 'resume'}, self.catalogue_a)
        self.assertEqual(product.listing_state, 'live')
        self._send(path, {'action': 'pause'}, self.catalogue_a)
        self._send(path, {'action': 'archive'}, self.catalogue_a)
        self.assertFalse(product.active)
        self.assertTrue(self.last_url.endswith('/my/merchant/products'))

    def test_in_review_can_be_taken_back_but_not_edited(self):
        product = self.cup.product_tmpl_id
        product.with_user(self.catalogue_a).sudo()._move_to('in_review')
        page = self._send(self._path(product), self._typed(), self.catalogue_a)
        self.assertIn("being reviewed", self._text(page, 'o_form_message'))
        self.assertEqual(product.name, "Cup")
        self._send(self._path(product), {'action': 'withdraw'}, self.catalogue_a)
        self.assertEqual(product.listing_state, 'draft')

    def test_rejected_goods_show_the_remark(self):
        product = self.cup.product_tmpl_id
        product.with_user(self.catalogue_a).sudo()._move_to('in_review')
        product.with_user(self.store_officer).action_reject_listing("The picture is blurred")
        page = self._page(self._path(product), self.catalogue_a.login)
        self.assertIn("The picture is blurred", page)

    def test_suspended_merchant_cannot_change_goods(self):
        self._suspend(self.merchant_a)
        page = self._send(NEW_PATH, self._typed(), self.catalogue_a)
        self.assertIn("suspended", self._text(page, 'o_form_message'))
        self.assertFalse(self._created())

    # === HELPERS === #

    def _typed(self, **changes):
        return {
            'action': 'save',
            'name': "Teapot <b>fine</b>",
            'description_sale': "Holds a litre.",
            'categ_id': str(self.category.id),
            'list_price': "45.50",
            'default_code': "TP-1",
            'quantity': "12",
            'quantity_shown': "",
            **changes,
        }

    def _created(self):
        return self.env['product.template'].search([('name', 'like', 'Teapot <b>')])

    def _path(self, product):
        return f'/my/merchant/products/{product.id}'
