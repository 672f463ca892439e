# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .listing_common import ListingCommon, make_picture, make_upload


@tagged('post_install', '-at_install')
class TestListingReview(ListingCommon):
    """What the machine decides about listings, and what waits for a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env['marketplace.listing.policy']
        cls.Policy.search([]).unlink()
        cls.policy = cls.Policy.create({})
        cls.merchant.tier_id.listing_sampling_rate = 0
        group = cls.env.ref('marketplace_merchant.forbidden_group_superlative')
        cls.look_term, cls.block_term = cls.env['marketplace.forbidden.term'].create([
            {'name': "zorblax", 'group_id': group.id, 'severity': 'look'},
            {'name': "quuxly", 'group_id': group.id, 'severity': 'block'},
        ])
        cls.blurred = cls.env.ref('marketplace_merchant.listing_reason_picture')
        cls.fake = cls.env.ref('marketplace_merchant.listing_reason_counterfeit')
        cls.details = cls.env.ref('marketplace_merchant.listing_reason_incomplete')

    def _live(self, **values):
        return self._submitted(**values)

    def _edit(self, listing, **values):
        return listing.with_user(self.clerk).portal_update_listing(values)

    def _pending(self, listing):
        return listing.sudo().listing_change_ids.filtered(lambda c: c.state == 'pending')

    # === NEW LISTINGS === #

    def test_a_clean_listing_that_is_not_drawn_goes_on_sale_at_once(self):
        listing = self._submitted().sudo()
        self.assertRecordValues(listing, [{
            'listing_state': 'live', 'is_sellable': True, 'screen_result': 'clean',
            'review_cause': False, 'listing_reviewer_id': False,
        }])
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'product.template'), ('res_id', '=', listing.id),
        ], limit=1)
        self.assertTrue(row.system)

    def test_a_drawn_listing_waits_and_stays_drawn(self):
        self.merchant.tier_id.listing_sampling_rate = 100
        listing = self._submitted()
        self.assertRecordValues(listing.sudo(), [
            {'listing_state': 'in_review', 'review_cause': 'sample'},
        ])
        # Taking it back and handing it in again is no second draw.
        self.merchant.tier_id.listing_sampling_rate = 0
        listing.portal_withdraw_listing()
        listing.portal_submit_listing()
        self.assertEqual(listing.listing_state, 'in_review')
        listing.with_user(self.officer).action_approve_listing()
        self.assertFalse(listing.sudo().review_cause)

    def test_the_rate_of_the_tier_decides_how_many_are_drawn(self):
        self.merchant.tier_id.listing_sampling_rate = 30
        drawn = 'odoo.addons.marketplace_merchant.models.listing_review.secrets.randbelow'
        for number, state in ((29, 'in_review'), (30, 'live')):
            with patch(drawn, return_value=number):
                self.assertEqual(self._submitted().listing_state, state)

    def test_a_word_to_look_at_brings_the_listing_to_a_person(self):
        listing = self._submitted(description_sale="20 cm, Z O R B L A X, <forged>")
        officer = listing.with_user(self.officer)
        self.assertRecordValues(officer, [{
            'listing_state': 'in_review', 'screen_result': 'look', 'review_cause': 'words',
            'screen_term_ids': self.look_term.ids,
        }])
        self.assertIn("Z O R B L A X</mark>", officer.screen_html)
        self.assertIn("&lt;forged&gt;", officer.screen_html)
        officer.action_approve_listing()
        self.assertRecordValues(listing.sudo(), [
            {'listing_state': 'live', 'screen_result': 'accepted'},
        ])

    def test_a_forbidden_word_can_not_be_submitted_and_the_merchant_reads_which(self):
        listing = self._draft(name="The quuxly knife", description_sale="Really QUUXLY")
        with self.assertRaises(UserError) as caught:
            listing.portal_submit_listing()
        for text in ("“quuxly” (Name)", "“QUUXLY” (Description)", "Superlatives", "mistake"):
            self.assertIn(text, str(caught.exception))
        listing.invalidate_recordset()
        self.assertEqual(listing.listing_state, 'draft')
        self._edit(listing, name="The knife", description_sale="Really")
        listing.portal_submit_listing()
        self.assertEqual(listing.listing_state, 'live')

    def test_the_texts_of_every_language_are_screened(self):
        self.env['res.lang']._activate_lang('fr_FR')
        listing = self._draft()
        listing.with_context(lang='fr_FR').portal_update_listing({'name': "Couteau quuxly"})
        with self.assertRaisesRegex(UserError, "quuxly"):
            listing.portal_submit_listing()

    def test_what_was_rejected_is_looked_at_again(self):
        listing = self._submitted(name="Zorblax knife")
        listing.with_user(self.officer).action_reject_listing(listing_reason_id=self.blurred.id)
        self._edit(listing, name="Knife")
        listing.portal_submit_listing()
        self.assertRecordValues(listing.sudo(), [
            {'listing_state': 'in_review', 'review_cause': 'again', 'screen_result': 'clean'},
        ])

    def test_what_is_missing_is_still_asked_for(self):
        listing = self._draft(image=None)
        with self.assertRaisesRegex(UserError, "picture"):
            listing.portal_submit_listing()
        self.assertEqual(listing.listing_state, 'draft')

    def test_a_second_click_finds_the_work_done(self):
        listing = self._submitted()
        for attempt in (
            listing.portal_submit_listing,
            listing.with_user(self.officer).action_approve_listing,
        ):
            with self.assertRaisesRegex(UserError, "Reload"):
                attempt()
        self.assertEqual(listing.listing_state, 'live')

    # === POLICY === #

    def test_a_category_may_ask_for_a_person_always(self):
        self.Policy.create({'category_id': self.category.id, 'review_image_1920': 'person'})
        listing = self._submitted()
        self.assertEqual(listing.sudo().review_cause, 'policy')
        listing.with_user(self.officer).action_approve_listing()
        self._edit(listing, name="Santoku")
        self.assertEqual(listing.name, "Santoku")
        change = self._edit(listing, image=make_upload(make_picture(color='blue')))
        self.assertEqual((change.state, change.sudo().review_cause), ('pending', 'policy'))

    def test_the_nearest_category_decides(self):
        self.Policy.create([
            {'category_id': self.category.id, 'review_name': 'person'},
            {'category_id': self.subcategory.id},
        ])
        self.assertEqual(self._submitted().listing_state, 'live')
        above = self._submitted(categ_id=self.category.id)
        self.assertEqual(above.listing_state, 'in_review')

    def test_a_move_to_a_stricter_category_follows_its_policy(self):
        listing = self._live()
        self.Policy.create({'category_id': self.category.id, 'review_categ_id': 'person'})
        self.Policy.create({'category_id': self.subcategory.id})
        self.assertTrue(self._edit(listing, categ_id=self.category.id))
        self.assertEqual(listing.categ_id, self.subcategory)

    def test_a_brand_waits_where_the_policy_says_so(self):
        brand = self.env['marketplace.brand'].create({'name': "Zwiesel"})
        listing = self._live()
        self.policy.review_brand_id = 'person'
        change = self._edit(listing, brand_id=brand.id)
        self.assertRecordValues(change.sudo(), [
            {'review_cause': 'policy', 'summary': "Brand", 'brand_id': brand.id},
        ])
        self.assertFalse(listing.sudo().brand_id)
        change.with_user(self.officer).action_approve()
        self.assertEqual(listing.sudo().brand_id, brand)

    def test_what_changes_at_once_is_drawn_by_nobody_but_screened(self):
        self.merchant.tier_id.listing_sampling_rate = 0
        listing = self._live()
        self.merchant.tier_id.listing_sampling_rate = 100
        self.policy.review_description_sale = 'now'
        self._edit(listing, description_sale="17 cm")
        self.assertEqual(listing.description_sale, "17 cm")
        change = self._edit(listing, description_sale="17 cm zorblax")
        self.assertEqual(change.sudo().review_cause, 'words')
        self.assertTrue(self._edit(listing, name="Santoku", description_sale="18 cm"))
        self.assertEqual(listing.name, "Chef's knife")

    def test_without_any_policy_a_person_reviews_everything(self):
        self.policy.unlink()
        self.assertEqual(self._submitted().listing_state, 'in_review')

    def test_price_and_stock_wait_for_nobody(self):
        self.policy.write({name: 'person' for name in (
            'review_name', 'review_description_sale', 'review_categ_id', 'review_image_1920',
        )})
        listing = self._submitted()
        listing.with_user(self.officer).action_approve_listing()
        self._edit(listing, name="Chef's knife", list_price=12, default_code="K-1")
        self.assertRecordValues(listing, [{'list_price': 12, 'default_code': "K-1"}])
        self.assertFalse(self._pending(listing))

    def test_a_category_has_one_policy(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger('odoo.sql_db'):
            self.Policy.create({})

    # === CHANGES === #

    def test_a_clean_change_applies_at_once_and_leaves_its_trace(self):
        listing = self._live()
        self.assertFalse(self._edit(listing, name="Santoku"))
        self.assertRecordValues(listing, [{'name': "Santoku", 'listing_state': 'live'}])
        change = listing.sudo().listing_change_ids
        self.assertRecordValues(change, [
            {'state': 'approved', 'screen_result': 'clean', 'reviewer_id': False},
        ])
        self.assertFalse(self._mails_about(change))

    def test_a_change_with_a_word_waits_while_the_live_version_stays(self):
        listing = self._live()
        change = self._edit(listing, name="Zorblax knife", list_price=10)
        self.assertRecordValues(change.with_user(self.officer), [
            {'state': 'pending', 'review_cause': 'words', 'screen_result': 'look'},
        ])
        self.assertIn("Zorblax</mark>", change.with_user(self.officer).screen_html)
        self.assertRecordValues(listing, [
            {'name': "Chef's knife", 'list_price': 10, 'is_sellable': True},
        ])
        change.with_user(self.officer).action_approve()
        self.assertRecordValues(listing.sudo(), [{'name': "Zorblax knife", 'review_cause': False}])

    def test_a_forbidden_word_can_not_be_proposed_and_nothing_is_saved(self):
        listing = self._live()
        with self.assertRaisesRegex(UserError, "quuxly"), self.env.cr.savepoint():
            self._edit(listing, name="A quuxly knife", list_price=10)
        self.assertRecordValues(listing, [{'name': "Chef's knife", 'list_price': 49.9}])
        self.assertFalse(listing.sudo().listing_change_ids)

    def test_words_that_a_person_accepted_do_not_stop_other_changes(self):
        listing = self._submitted(description_sale="zorblax")
        listing.with_user(self.officer).action_approve_listing()
        self._edit(listing, name="Santoku", description_sale="zorblax")
        self.assertEqual(listing.name, "Santoku")

    def test_a_drawn_change_can_not_be_redrawn_by_editing_it(self):
        listing = self._live()
        self.merchant.tier_id.listing_sampling_rate = 100
        self._edit(listing, name="Santoku")
        self.merchant.tier_id.listing_sampling_rate = 0
        self.assertTrue(self._edit(listing, name="Santoku!"))
        self._edit(listing, name="Chef's knife")
        change = self._edit(listing, name="Santoku!!")
        self.assertEqual(change.sudo().review_cause, 'sample')
        change.with_user(self.officer).action_reject(listing_reason_id=self.blurred.id)
        change = self._edit(listing, name="Deba")
        self.assertEqual(change.sudo().review_cause, 'again')
        change.with_user(self.officer).action_approve()
        self._edit(listing, name="Gyuto")
        self.assertEqual(listing.name, "Gyuto")

    def test_officers_take_changes_and_approve_only_what_they_saw(self):
        self.policy.review_name = 'person'
        listing = self._submitted()
        listing.with_user(self.officer).action_approve_listing()
        change = self._edit(listing, name="Santoku")
        officer = change.with_user(self.officer)
        with self.assertRaises(AccessError):
            change.with_user(self.clerk).action_take()
        officer.action_take()
        self.assertEqual(officer.reviewer_id, self.officer)
        seen = fields.Datetime.to_string(change.sudo().proposed_on)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=1)):
            change.sudo()._start_review()
        with self.assertRaisesRegex(UserError, "Reload"):
            officer.with_context(change_seen=seen).action_approve()
        seen = fields.Datetime.to_string(change.sudo().proposed_on)
        officer.with_context(change_seen=seen).action_approve()
        self.assertEqual(listing.name, "Santoku")

    # === REASON CODES === #

    def test_the_code_its_advice_and_the_remark_reach_the_merchant(self):
        listing = self._submitted(name="Zorblax knife")
        listing.with_user(self.officer).action_reject_listing(
            "Show the blade, please.", self.blurred.id
        )
        self.assertRecordValues(listing.sudo(), [{
            'listing_reason_id': self.blurred.id, 'listing_remark': "Show the blade, please.",
        }])
        mail = self._mails_about(listing).body_html
        for text in ("PICTURE", "Picture not fit for use", "plain ground", "Show the blade"):
            self.assertIn(text, mail)
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'product.template'), ('res_id', '=', listing.id),
        ], limit=1)
        self.assertEqual(row.reason, "PICTURE · Picture not fit for use: Show the blade, please.")

    def test_goods_are_taken_down_with_a_code_through_the_wizard(self):
        listings = self._live() + self._live(name="Santoku")
        wizard = self.env['marketplace.listing.reason.wizard'].with_user(
            self.officer
        ).with_context(
            active_model='product.template', active_ids=listings.ids,
            marketplace_action='action_take_down',
        ).create({'listing_reason_id': self.fake.id})
        self.assertNotIn(self.details, wizard.offered_ids)
        wizard.action_confirm()
        for listing in listings.sudo():
            self.assertRecordValues(listing, [{
                'listing_state': 'taken_down', 'listing_reason_id': self.fake.id,
                'listing_remark': False, 'is_sellable': False,
            }])
            self.assertIn("FAKE", self._mails_about(listing).body_html)

    def test_a_change_is_rejected_with_a_code(self):
        change = self._edit(self._live(), name="Zorblax knife")
        change.with_user(self.officer).action_reject(listing_reason_id=self.blurred.id)
        self.assertRecordValues(change.sudo(), [
            {'state': 'rejected', 'listing_reason_id': self.blurred.id, 'reason': False},
        ])
        self.assertIn("plain ground", self._mails_about(change).body_html)

    def test_a_code_must_be_offered_for_the_decision(self):
        listing = self._live().with_user(self.officer)
        for reason_id in (self.details.id, 2**31 - 1):
            with self.assertRaisesRegex(UserError, "offered"):
                listing.action_take_down(listing_reason_id=reason_id)
        with self.assertRaisesRegex(UserError, "reason"):
            listing.action_take_down()
        self.assertEqual(listing.listing_state, 'live')

    def test_the_code_disappears_when_the_goods_come_back(self):
        listing = self._live()
        listing.with_user(self.officer).action_take_down(listing_reason_id=self.fake.id)
        listing.with_user(self.manager).action_put_back(reason="It is genuine.")
        self.assertRecordValues(listing, [{'listing_reason_id': False, 'listing_remark': False}])

    # === WHAT IS ON SALE ALREADY === #

    def _screen_again(self):
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_screen').method_direct_trigger()
        self.env.invalidate_all()

    def test_a_new_word_finds_what_is_on_sale_and_leaves_it_there(self):
        listing, other = self._live(name="Wibbly knife").sudo(), self._live().sudo()
        group = self.block_term.group_id
        term = self.env['marketplace.forbidden.term'].create(
            {'name': "wibbly", 'group_id': group.id, 'severity': 'block'}
        )
        written_on = other.write_date
        self._screen_again()
        self.assertRecordValues(listing + other, [
            {'screen_result': 'block', 'screen_term_ids': term.ids, 'listing_state': 'live'},
            {'screen_result': 'clean', 'screen_term_ids': [], 'listing_state': 'live'},
        ])
        self.assertEqual(other.write_date, written_on)
        card = self.env.ref('marketplace_merchant.home_card_listings_found')
        self.assertIn(listing, self.env['product.template'].search(card._waiting_domain()))
        listing.with_user(self.officer).action_accept_words()
        self.look_term.exceptions = "zorblax lamp"
        self._screen_again()
        self.assertEqual(listing.screen_result, 'accepted')
        term.active = False
        self._screen_again()
        self.assertRecordValues(listing, [{'screen_result': 'clean', 'screen_term_ids': []}])

    def test_only_officers_accept_words(self):
        listing = self._live()
        for user in (self.owner, self.auditor, self.shopper):
            with self.assertRaises(AccessError):
                listing.with_user(user).action_accept_words()

    def test_screening_many_takes_a_constant_number_of_queries(self):
        listings = self.env['product.template']
        for number in range(30):
            listings |= self._live(name=f"Knife {number}").sudo()
        self._screen_again()
        self.look_term.exceptions = "zorblax lamp"
        self.env.flush_all()
        counts = []
        for batch in (listings[:1], listings[1:10], listings[10:]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._screen_again()
            counts.append(self.env.cr.sql_log_count - before)
        # The first one finds the caches empty.
        self.assertEqual(counts[1], counts[2])

    # === ACCESS === #

    def test_members_see_nothing_of_the_machine(self):
        listing = self._submitted(name="Zorblax knife").with_user(self.clerk)
        for name in ('screen_result', 'screen_term_ids', 'screen_html', 'review_cause'):
            with self.assertRaises(AccessError):
                listing.read([name])
        with self.assertRaises(AccessError):
            self.look_term.with_user(self.clerk).read(['name'])

    def test_managers_keep_the_lists_and_officers_read_them(self):
        for record in (self.look_term, self.policy, self.blurred, self.look_term.group_id):
            record.with_user(self.officer).read(['display_name'])
            with self.assertRaises(AccessError):
                record.with_user(self.officer).write({'active': False})
            record.with_user(self.manager).write({})
