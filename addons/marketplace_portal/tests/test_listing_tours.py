# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.back_office import leave_out_background_blur

from .merchant_common import MerchantCommon


@tagged('post_install', '-at_install')
class TestListingTours(MerchantCommon):
    """The machine's screen, by clicking: the merchant hands goods in, the officer decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        leave_out_background_blur(cls.env)
        cls.merchant_a.tier_id.listing_sampling_rate = 0
        cls.listing = cls.cup.product_tmpl_id
        cls.listing.image_1920 = cls._image()

    def test_a_merchant_meets_the_machine(self):
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_words', login=self.catalogue_a.login
        )
        self.env.invalidate_all()
        self.assertRecordValues(self.listing, [
            {'name': "Porcelain tea cup", 'listing_state': 'live', 'is_sellable': True},
        ])
        change = self.listing.listing_change_ids.filtered(lambda c: c.state == 'pending')
        self.assertEqual(change.review_cause, 'words')

    def test_an_officer_rejects_what_was_found_and_the_merchant_reads_why(self):
        self.listing.description_sale = "The strongest porcelain."
        self.listing.with_user(self.catalogue_a).portal_submit_listing()
        self.start_tour(
            '/odoo', 'marketplace_staff_officer_words', login=self.store_officer.login
        )
        self.env.invalidate_all()
        reason = self.env.ref('marketplace_merchant.listing_reason_counterfeit')
        self.assertRecordValues(self.listing, [{
            'listing_state': 'rejected', 'listing_reason_id': reason.id,
            'listing_remark': "Where does it come from?",
        }])  # fmt: skip
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_reason', login=self.catalogue_a.login
        )

    def test_a_picture_that_waits_for_nobody_is_shown_at_once(self):
        self.listing.with_user(self.catalogue_a).portal_submit_listing()
        picture = self.listing.with_user(self.catalogue_a).portal_add_picture(
            'two.png', self._image().decode()
        )
        self.assertEqual(self.listing.product_template_image_ids.ids, picture.ids)
        self.merchant_a.tier_id.listing_sampling_rate = 100
        self.listing.with_user(self.catalogue_a).portal_add_picture(
            'three.png', self._image().decode()
        )
        self.assertEqual(self.listing.product_template_image_ids.ids, picture.ids)
        change = self.listing.listing_change_ids.filtered(lambda c: c.state == 'pending')
        self.assertRecordValues(change, [
            {'review_cause': 'sample', 'summary': "Further Pictures"},
        ])
