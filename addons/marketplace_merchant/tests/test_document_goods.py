# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.documents_common import DocumentsCommon


@tagged('post_install', '-at_install')
class TestDocumentGoods(DocumentsCommon):
    """Which goods hang on a document, and how they leave the shop and come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.permit = cls._accepted(cls.food_type)
        cls._go_live(cls.tea, cls.honey, cls.scarf)

    def _on_sale(self):
        listings = self.tea + self.honey + self.scarf
        listings.invalidate_recordset()
        return {listing.name for listing in listings if listing.is_sellable and listing.sale_ok}

    # === BEFORE === #

    def test_exactly_the_goods_of_the_category_hang_on_the_permit(self):
        self.assertEqual(self.permit.listing_ids, self.tea + self.honey)
        self.assertEqual(self.permit.listing_count, 2)
        self.assertIn("Goods: 2", self.permit.impact)
        self.assertIn("2 of your products", self.permit._renewal_sentence())

    def test_a_document_for_everything_carries_all_goods(self):
        self.env['marketplace.requirement'].create({
            'name': "Licence", 'kind': 'document', 'capability': 'take_orders',
            'qualification_type_id': self.licence_type.id,
        })  # fmt: skip
        licence = self._accepted(self.licence_type)
        self.assertEqual(licence.listing_ids, self.tea + self.honey + self.scarf)

    def test_nothing_hangs_on_a_document_that_another_one_backs_up(self):
        wide = self._accepted(self.brand_type, brands=self.brand + self.other_brand)
        self._go_live(branded := self._listing("Branded", self.fashion, self.brand))
        self.assertEqual(wide.listing_ids, branded)
        narrow = self._accepted(self.brand_type, brands=self.brand)
        wide.invalidate_recordset()
        self.assertFalse(wide.listing_count or narrow.listing_count)

    def test_subcategories_belong_to_the_category(self):
        oolong = self.env['product.category'].create(
            {'name': "Oolong", 'parent_id': self.food.id}
        )
        self.honey.categ_id = oolong
        self.assertEqual(self.permit.listing_ids, self.tea + self.honey)

    def test_country_entity_and_tier_narrow_what_needs_it(self):
        germany = self.env.ref('base.de')
        core = self.env.ref('marketplace_merchant.tier_core')
        self.merchant.partner_id.country_id = self.china
        for values in (
            {'country_ids': [Command.set(germany.ids)]},
            {'entity_type': 'individual'},
            {'tier_ids': [Command.set(core.ids)]},
            {'capability': 'be_paid'},
            {'active': False},
        ):
            with self.subTest(values=values):
                self.permit.invalidate_recordset()
                self.assertTrue(self.permit.listing_count)
                before = {name: self.food_rule[name] for name in values}
                self.food_rule.write(values)
                self.permit.invalidate_recordset()
                self.assertFalse(self.permit.listing_count)
                self.food_rule.write({
                    name: [Command.clear()] if name.endswith('_ids') else value
                    for name, value in before.items()
                })

    # === AT THE END OF GRACE === #

    def test_exactly_these_goods_leave_and_return_on_renewal(self):
        self._expire(self.permit, days=5)
        self.assertEqual((self.permit.state, len(self._on_sale())), ('grace', 3))
        self._expire(self.permit)
        self.assertEqual(self._on_sale(), {"Scarf"})
        self.assertEqual(self.tea.listing_state, 'live')
        self.assertEqual(self.permit.listing_ids, self.tea + self.honey)
        renewal = self._accepted(self.food_type, number="N-2")
        self.assertEqual(self._on_sale(), {"Tea", "Honey", "Scarf"})
        self.assertEqual(renewal.listing_ids, self.tea + self.honey)
        gone, back = self._audit(self.tea, 'change')
        self.assertEqual(
            (gone.after, back.after), ({'listing': 'off_sale'}, {'listing': 'back_on_sale'})
        )
        self.assertIn("N-1", gone.reason)
        self.assertIn("N-1", back.reason)
        self.assertFalse(self._audit(self.scarf, 'change'))

    def test_revoking_takes_the_goods_off_at_once(self):
        self.permit.with_user(self.manager).action_revoke("Forged")
        self.assertEqual(self._on_sale(), {"Scarf"})
        self._accepted(self.food_type, number="N-2")
        self.assertEqual(len(self._on_sale()), 3)

    def test_a_run_may_be_repeated(self):
        self._expire(self.permit)
        rows = self._audit(self.tea, 'change')
        self.permit._settle_goods(self.merchant)
        self.env['marketplace.qualification']._cron_settle_goods()
        self.assertEqual(self._audit(self.tea, 'change'), rows)
        self.assertEqual(len(self.tea.block_ids), 1)

    def test_goods_stay_while_another_reason_keeps_them_away(self):
        self._expire(self.permit)
        self.env['marketplace.listing.block']._block(self.tea, self.merchant, "Recall")
        self._accepted(self.food_type, number="N-2")
        self.assertEqual(self._on_sale(), {"Honey", "Scarf"})

    def test_paused_goods_do_not_slip_through(self):
        self.tea.with_user(self.owner).portal_pause()
        self._expire(self.permit)
        self.tea.with_user(self.owner).portal_resume()
        self.assertEqual((self.tea.listing_state, self.tea.is_sellable), ('live', False))
        self._accepted(self.food_type, number="N-2")
        self.assertEqual(len(self._on_sale()), 3)

    def test_a_renewal_for_fewer_brands_brings_back_fewer_goods(self):
        self._accepted(self.brand_type, brands=self.brand + self.other_brand)
        tiger = self._listing("Tiger", self.fashion, self.brand)
        lotus = self._listing("Lotus", self.fashion, self.other_brand)
        self._go_live(tiger, lotus)
        self._expire(tiger.merchant_id.qualification_ids.filtered('brand_ids'))
        self.assertFalse(tiger.is_sellable or lotus.is_sellable)
        self._accepted(self.brand_type, brands=self.brand)
        self.assertEqual((tiger.is_sellable, lotus.is_sellable), (True, False))

    def test_a_rule_that_is_dropped_brings_the_goods_back(self):
        self._expire(self.permit)
        self.food_rule.active = False
        self.assertEqual(len(self._on_sale()), 3)
        self.food_rule.active = True
        self.assertEqual(self._on_sale(), {"Scarf"})

    # === NEW GOODS === #

    def test_goods_without_their_document_are_not_submitted(self):
        self._expire(self.permit)
        rice = self._listing("Rice", self.food)
        with self.assertRaises(UserError) as caught:
            rice.with_user(self.owner).portal_submit_listing()
        self.assertIn(self.food_type.name, str(caught.exception))
        self._upload(self.food_type, number="N-2")
        with self.assertRaises(UserError) as caught:
            rice.with_user(self.owner).portal_submit_listing()
        self.assertIn("reviewing", str(caught.exception))

    def test_other_goods_of_the_merchant_are_submitted_all_the_same(self):
        self._expire(self.permit)
        self._go_live(hat := self._listing("Hat", self.fashion))
        self.assertTrue(hat.is_sellable)

    def test_goods_whose_document_lapsed_in_the_review_are_not_approved(self):
        rice = self._listing("Rice", self.food)
        rice.with_user(self.owner).portal_submit_listing()
        self._expire(self.permit)
        with self.assertRaises(UserError) as caught:
            rice.with_user(self.officer).action_approve_listing()
        self.assertIn(self.food_type.name, str(caught.exception))

    def test_a_protected_brand_needs_the_document_that_names_it(self):
        self._accepted(self.brand_type, brands=self.other_brand)
        listing = self._listing("Tiger", self.fashion, self.brand)
        with self.assertRaises(UserError) as caught:
            listing.with_user(self.owner).portal_submit_listing()
        self.assertIn(self.brand.name, str(caught.exception))
        self._accepted(self.brand_type, brands=self.brand)
        self._go_live(listing, self._listing("Free", self.fashion, self.free_brand))
        self.assertTrue(listing.is_sellable)

    def test_goods_on_sale_do_not_become_goods_without_a_document(self):
        with self.assertRaises(UserError):
            self.scarf.brand_id = self.brand
        self._expire(self.permit)
        with self.assertRaises(UserError):
            self.scarf.categ_id = self.food

    def test_a_document_that_is_due_later_does_not_bar_new_goods(self):
        self.food_rule.write({'stage': 'later', 'due_days': 10})
        self._expire(self.permit)
        self._go_live(rice := self._listing("Rice", self.food))
        self.assertEqual(rice.listing_state, 'live')

    # === MANY === #

    def test_the_number_of_statements_does_not_grow(self):
        def cost(documents):
            for document in documents:
                document.valid_until = self._day(-30)
            documents._reschedule()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_clock()
            return self.env.cr.sql_log_count - before

        one = cost(self.permit)
        documents = self.env['marketplace.qualification']
        for number in range(12):
            owner = self._portal_user(f'documents_many_{number}')
            merchant = self._merchant(f"Many {number}", f"MANY{number}", owner)
            merchant.category_ids = [Command.link(self.food.id)]
            type(self).merchant, type(self).owner = merchant, owner
            documents |= self._accepted(self.food_type)
            self._go_live(*(self._listing(f"Tea {index}", self.food) for index in range(3)))
        self.assertEqual(sum(documents.mapped('listing_count')), 36)
        self.assertLessEqual(cost(documents), one + 4)
        self.assertEqual(documents.mapped('state'), ['expired'] * 12)
        self.assertFalse(any(documents.listing_ids.mapped('is_sellable')))
