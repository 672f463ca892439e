# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .listing_common import ListingCommon, make_upload


@tagged('post_install', '-at_install')
class TestListing(ListingCommon):

    # === FROM THE DRAFT TO THE SHOP === #

    def test_a_merchant_drafts_goods(self):
        listing = self._draft(barcode="6901234567892", default_code="KNIFE-20", weight="0.3")
        self.assertEqual(listing.env.user, self.clerk)
        self.assertFalse(listing.env.su)
        self.assertRecordValues(listing, [{
            'name': "Chef's knife",
            'description_sale': "20 cm, forged",
            'list_price': 49.9,
            'categ_id': self.subcategory.id,
            'merchant_id': self.merchant.id,
            'company_id': self.merchant.company_id.id,
            'barcode': "6901234567892",
            'default_code': "KNIFE-20",
            'weight': 0.3,
            'type': 'consu',
            'listing_state': 'draft',
            'is_sellable': False,
            'sale_ok': False,
        }])
        self.assertTrue(listing.image_1920)

    def test_approved_goods_are_on_sale(self):
        listing = self._submitted()
        self.assertEqual(listing.listing_state, 'in_review')
        self.assertTrue(listing.listing_submitted_on)
        self.assertFalse(listing.sale_ok)
        listing.with_user(self.officer).action_approve_listing()
        self.assertRecordValues(listing.sudo(), [{
            'listing_state': 'live', 'is_sellable': True, 'sale_ok': True,
            'listing_reviewer_id': self.officer.id,
        }])

    def test_the_team_of_the_catalogue_is_told_of_the_decision(self):
        listing = self._submitted()
        listing.with_user(self.officer).action_reject_listing(reason="The picture is blurred.")
        mail = self._mails_about(listing)
        self.assertEqual(mail.recipient_ids, (self.owner + self.clerk).partner_id)
        self.assertIn("The picture is blurred.", mail.body_html)

    def test_rejected_goods_are_corrected_and_submitted_again(self):
        listing = self._submitted()
        listing.with_user(self.officer).action_reject_listing(reason="The picture is blurred.")
        self.assertEqual(listing.listing_remark, "The picture is blurred.")
        listing.with_user(self.clerk).portal_update_listing({'name': "Chef's knife, new"})
        self.assertEqual(listing.name, "Chef's knife, new")
        listing.with_user(self.clerk).portal_submit_listing()
        self.assertRecordValues(listing, [{'listing_state': 'in_review', 'listing_remark': False}])

    def test_a_decision_against_the_merchant_takes_a_reason(self):
        listing = self._submitted()
        with self.assertRaisesRegex(UserError, "reason"):
            listing.with_user(self.officer).action_reject_listing(reason=" ")
        listing.with_user(self.officer).action_approve_listing()
        with self.assertRaisesRegex(UserError, "reason"):
            listing.with_user(self.officer).action_take_down(reason="")

    def test_the_reason_wizard_takes_listings_down(self):
        listing = self._live()
        wizard = self.env['marketplace.reason.wizard'].with_user(self.officer).with_context(
            active_model='product.template', active_ids=listing.ids,
            marketplace_action='action_take_down',
        ).create({'reason': "Not as described"})
        wizard.action_confirm()
        self.assertEqual(listing.listing_state, 'taken_down')

    def test_goods_taken_down_come_back_through_a_manager_only(self):
        listing = self._live()
        listing.with_user(self.officer).action_take_down(reason="Counterfeit?")
        self.assertRecordValues(listing, [{'sale_ok': False, 'listing_remark': "Counterfeit?"}])
        clerk = listing.with_user(self.clerk)
        for attempt in (clerk.portal_resume, clerk.portal_submit_listing):
            with self.assertRaises(UserError):
                attempt()
        with self.assertRaisesRegex(UserError, "taken down"):
            clerk.portal_update_listing({'name': "Harmless"})
        with self.assertRaises(AccessError):
            listing.with_user(self.officer).action_put_back(reason="It is genuine.")
        listing.with_user(self.manager).action_put_back(reason="It is genuine.")
        self.assertRecordValues(listing, [{'sale_ok': True, 'listing_remark': False}])

    def test_a_merchant_pauses_and_resumes(self):
        listing = self._live()
        listing.with_user(self.clerk).portal_pause()
        self.assertRecordValues(listing, [{'listing_state': 'paused', 'sale_ok': False}])
        listing.with_user(self.clerk).portal_resume()
        self.assertRecordValues(listing, [{'listing_state': 'live', 'sale_ok': True}])

    def test_suspension_takes_all_goods_off_sale_and_its_end_brings_the_same_back(self):
        live, paused, draft = self._live(), self._live(), self._draft()
        paused.with_user(self.clerk).portal_pause()
        self.merchant.with_user(self.manager).action_suspend(reason="Under investigation")
        self.assertFalse(any((live + paused + draft).sudo().mapped('sale_ok')))
        self.merchant.with_user(self.manager).action_resume(reason="All is well")
        self.assertEqual(
            (live + paused + draft).sudo().filtered('sale_ok'), live.sudo(),
        )

    def test_withdrawn_goods_can_be_changed(self):
        listing = self._submitted()
        with self.assertRaisesRegex(UserError, "being reviewed"):
            listing.portal_update_listing({'name': "Other"})
        listing.portal_withdraw_listing()
        listing.portal_update_listing({'name': "Other"})
        self.assertEqual(listing.name, "Other")

    def test_goods_on_sale_are_not_removed(self):
        listing = self._live()
        with self.assertRaisesRegex(UserError, "Pause them first"):
            listing.with_user(self.clerk).portal_archive()
        listing.with_user(self.clerk).portal_pause()
        listing.with_user(self.clerk).portal_archive()
        self.assertFalse(listing.sudo().active)
        with self.assertRaises(AccessError):
            listing.with_user(self.clerk).portal_resume()

    def test_an_officer_puts_a_name_on_a_review(self):
        listing = self._submitted()
        listing.with_user(self.officer).action_take_listing()
        self.assertEqual(listing.sudo().listing_reviewer_id, self.officer)
        with self.assertRaises(AccessError):
            listing.with_user(self.auditor).action_take_listing()

    def test_officers_write_notes_and_members_do_not_receive_them(self):
        listing = self._submitted()
        note = listing.with_user(self.officer).message_post(body="Ask for the brand's licence")
        self.assertFalse(listing.sudo().message_follower_ids.partner_id & self.clerk.partner_id)
        self.assertFalse(note.sudo().notified_partner_ids)

    # === WHAT IS MISSING OR WRONG === #

    def test_everything_missing_is_said_at_once(self):
        listing = self.merchant.with_user(self.clerk).portal_create_listing(
            {'name': "Bare", 'list_price': 1}
        )
        self.patch(
            self.registry['marketplace.merchant'], '_blocking',
            lambda merchant, capability: [{
                'requirement': merchant.env['marketplace.requirement'].new({'kind': 'deposit'}),
                'message': f"Pay in, to {capability}",
            }],
        )
        with self.assertRaises(UserError) as caught:
            listing.portal_submit_listing()
        for text in ("Pay in, to list", "category", "picture"):
            self.assertIn(text, str(caught.exception))

    def test_every_wrong_value_is_named_at_its_field(self):
        with self.assertRaises(FieldErrors) as caught:
            self._draft(
                name=" ", list_price="12,,5", categ_id=self.other_category.id,
                barcode="1" * 65, weight=-1, image={'filename': "a.png", 'content': "????"},
            )
        self.assertEqual(
            set(caught.exception.field_errors),
            {'name', 'list_price', 'categ_id', 'barcode', 'weight', 'image'},
        )

    def test_a_price_is_more_than_zero_and_no_nonsense(self):
        for price in (0, -1, "0.001", float('nan'), float('inf'), "1e400", 10**12, True, None, [5]):
            with self.assertRaises(FieldErrors):
                self._draft(list_price=price)
        listing = self._draft(list_price="12.345")
        self.assertEqual(
            self.merchant.currency_id.compare_amounts(listing.list_price, 12.35), 0
        )

    def test_a_picture_must_be_a_picture(self):
        for upload in (make_upload(b'%PDF-1.4\n%%EOF'), "abc", 5, make_upload(b'<svg/>')):
            with self.assertRaises(FieldErrors):
                self._draft(image=upload)

    def test_staff_cannot_break_the_rules_of_listings_either(self):
        listing = self._draft().sudo()
        for values in (
            {'list_price': 0}, {'categ_id': self.other_category.id}, {'type': 'service'},
        ):
            with self.assertRaises(ValidationError):
                listing.write(values)

    def test_merchants_may_use_the_same_barcode_but_each_only_once(self):
        self._draft(barcode="6901234567892")
        self._draft(self.rival_owner, barcode="6901234567892")
        with self.assertRaisesRegex(ValidationError, "already assigned"):
            self._draft(barcode="6901234567892")

    def test_the_platforms_own_barcodes_stay_unique(self):
        Template = self.env['product.template']
        Template.create({'name': "Own", 'barcode': "6901234567892"})
        self._draft(barcode="6901234567892")
        with self.assertRaisesRegex(ValidationError, "already assigned"):
            Template.create({'name': "Own again", 'barcode': "6901234567892"})

    def test_the_price_never_waits(self):
        for listing in (self._submitted(), self._live()):
            listing.with_user(self.clerk).portal_set_price(59)
            self.assertEqual(listing.list_price, 59)
            self.assertFalse(listing.sudo().listing_change_ids)

    def test_a_form_that_changes_the_price_only_is_no_edit_of_the_content(self):
        listing = self._submitted(description_sale="20 cm\nforged")
        form = {
            'name': "Chef's knife", 'description_sale': "20 cm\r\nforged ",
            'categ_id': str(self.subcategory.id), 'list_price': "59.00", 'default_code': "",
        }
        listing.portal_update_listing(form)
        self.assertRecordValues(listing, [{'list_price': 59, 'listing_state': 'in_review'}])
        listing.with_user(self.officer).action_approve_listing()
        self.assertFalse(listing.with_user(self.clerk).portal_update_listing(form))

    # === THE PLATFORM'S OWN GOODS === #

    def test_goods_without_a_merchant_behave_as_ever(self):
        product = self.env['product.template'].create({'name': "Own", 'list_price': 0})
        self.assertRecordValues(product, [{
            'listing_state': False, 'is_sellable': True, 'sale_ok': True,
        }])
        product.sale_ok = False
        self.assertFalse(product.sale_ok)
        product.sale_ok = True
        self.assertTrue(product.copy().sale_ok)

    def test_goods_without_a_merchant_are_no_listing(self):
        product = self.env['product.template'].create({'name': "Own"})
        with self.assertRaises(UserError):
            product.with_user(self.officer).action_approve_listing()
        with self.assertRaises(AccessError):
            product.with_user(self.owner).portal_set_price(1)

    # === WHO MAY WHAT === #

    def test_only_the_team_of_the_catalogue_acts(self):
        listing = self._live()
        outsiders = (
            self.orders_clerk, self.finance_clerk, self.rival_owner, self.shopper, self.officer,
        )
        for user in outsiders:
            other = listing.with_user(user)
            for attempt in (
                lambda other=other: other.portal_update_listing({'name': "Mine"}),
                lambda other=other: other.portal_set_price(1),
                other.portal_pause,
                other.portal_resume,
                other.portal_submit_listing,
                other.portal_withdraw_listing,
                other.portal_archive,
                lambda user=user: self.merchant.with_user(user).portal_create_listing(
                    self._values()
                ),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        self.assertRecordValues(listing, [{
            'name': "Chef's knife", 'list_price': 49.9, 'listing_state': 'live',
        }])

    def test_goods_of_others_and_missing_goods_get_the_same_answer(self):
        foreign, gone = self._live(), self._draft(self.rival_owner).sudo()
        gone.unlink()
        answers = set()
        for listing in (foreign, gone, foreign.browse(2**31 - 1)):
            with self.assertRaises(AccessError) as caught:
                listing.with_user(self.rival_owner).portal_pause()
            answers.add(str(caught.exception))
        self.assertEqual(len(answers), 1)

    def test_members_and_others_take_no_decision(self):
        listing = self._submitted()
        for user in (self.owner, self.shopper, self.auditor):
            with self.assertRaises(AccessError):
                listing.with_user(user).action_approve_listing()
            with self.assertRaises(AccessError):
                listing.with_user(user).action_reject_listing(reason="No")
        self.assertEqual(listing.listing_state, 'in_review')

    def test_a_suspended_merchant_changes_nothing_of_its_catalogue(self):
        listing = self._live()
        self.merchant.with_user(self.manager).action_suspend(reason="Under investigation")
        for attempt in (
            listing.with_user(self.clerk).portal_pause,
            lambda: listing.with_user(self.clerk).portal_set_price(1),
            self._draft,
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_members_read_their_own_goods_and_nobody_elses(self):
        mine, theirs = self._draft(), self._draft(self.rival_owner)
        Template = self.env['product.template']
        for user in (self.owner, self.clerk, self.orders_clerk):
            seen = Template.with_user(user).search([('id', 'in', (mine + theirs).ids)])
            self.assertEqual(seen.ids, mine.ids)
            variants = self.env['product.product'].with_user(user).search(
                [('product_tmpl_id', 'in', (mine + theirs).ids)]
            )
            self.assertEqual(variants.product_tmpl_id.ids, mine.ids)
            with self.assertRaises(AccessError):
                theirs.with_user(user).read(['name'])
        self.assertFalse(
            Template.with_user(self.shopper).search([('id', 'in', (mine + theirs).ids)])
        )

    # === GOING ROUND THE RULES === #

    def test_members_write_nothing_directly(self):
        listing = self._draft()
        variant = listing.sudo().product_variant_id
        for user in (self.owner, self.clerk):
            for record in (listing, variant):
                for values in (
                    {'name': "X"}, {'list_price': 1}, {'listing_state': 'live'}, {'sale_ok': True},
                    {'merchant_id': self.rival.id},
                ):
                    with self.assertRaises(UserError):
                        record.with_user(user).write(values)
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
            with self.assertRaises(UserError):
                self.env['product.template'].with_user(user).create(
                    {'name': "X", 'merchant_id': self.merchant.id}
                )

    def test_the_merchant_of_goods_never_changes(self):
        listing = self._draft().sudo()
        own = self.env['product.template'].create({'name': "Own"})
        for record, merchant in (
            (listing, self.rival), (listing, self.merchant.browse()), (own, self.merchant),
            (listing.product_variant_id, self.rival),
        ):
            with self.assertRaisesRegex(UserError, "can't be changed"):
                record.merchant_id = merchant
        listing.merchant_id = self.merchant

    def test_the_state_is_not_written_even_by_the_superuser(self):
        listing = self._draft().sudo()
        for record in (listing, listing.product_variant_id):
            with self.assertRaises(UserError):
                record.listing_state = 'live'
        with self.assertRaises(UserError):
            self.env['product.template'].create(
                {'name': "X", 'merchant_id': self.merchant.id, 'listing_state': 'live'}
            )

    def test_goods_that_were_not_approved_cannot_be_set_on_sale(self):
        listing = self._draft().sudo()
        with self.assertRaisesRegex(UserError, "approved"):
            listing.sale_ok = True
        with self.assertRaisesRegex(UserError, "approved"):
            listing.product_variant_id.sale_ok = True
        created = self.env['product.template'].create(
            {'name': "X", 'merchant_id': self.merchant.id, 'sale_ok': True}
        )
        self.assertFalse(created.sale_ok)
        variant = self.env['product.product'].create(
            {'name': "X", 'merchant_id': self.merchant.id, 'sale_ok': True}
        )
        self.assertRecordValues(variant, [{'sale_ok': False, 'listing_state': 'draft'}])

    def test_product_managers_cannot_set_goods_on_sale_either(self):
        keeper = new_test_user(
            self.env, 'listing_product_manager',
            groups='base.group_user,product.group_product_manager',
        )
        listing = self._draft().with_user(keeper)
        for values in ({'is_sellable': True}, {'sale_ok': True}, {'listing_state': 'live'}):
            with self.assertRaises(UserError):
                listing.write(values)
        created = listing.with_context(default_is_sellable=True).create(
            {'name': "X", 'merchant_id': self.merchant.id, 'is_sellable': True}
        )
        self.assertRecordValues(created, [{'is_sellable': False, 'sale_ok': False}])
        self.assertFalse(listing.create({'name': "Own", 'sale_ok': False}).sale_ok)

    def test_what_the_officer_did_not_see_is_not_approved(self):
        listing = self._submitted()
        seen = fields.Datetime.to_string(listing.listing_submitted_on)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=1)):
            listing.portal_withdraw_listing()
            listing.portal_update_listing({'name': "Forbidden medicine"})
            listing.portal_submit_listing()
        officer = listing.with_user(self.officer)
        with self.assertRaisesRegex(UserError, "Reload"):
            officer.with_context(listing_seen=seen).action_approve_listing()
        seen = fields.Datetime.to_string(listing.listing_submitted_on)
        officer.with_context(listing_seen=seen).action_approve_listing()
        self.assertEqual(listing.listing_state, 'live')

    def test_defaults_of_the_context_reach_nothing(self):
        merchant = self.merchant.with_user(self.clerk).with_context(
            default_listing_state='live', default_merchant_id=self.rival.id,
            default_sale_ok=True, default_is_favorite=True, default_type='service',
            create_product_product=False, tracking_disable=True, marketplace_state_key=True,
        )
        listing = merchant.portal_create_listing(self._values())
        self.assertRecordValues(listing.sudo(), [{
            'merchant_id': self.merchant.id, 'listing_state': 'draft', 'sale_ok': False,
            'is_favorite': False, 'type': 'consu', 'product_variant_count': 1,
        }])

    def test_a_default_merchant_starts_with_a_draft(self):
        listing = self.env['product.template'].with_context(
            default_merchant_id=self.merchant.id, default_listing_state='live',
            default_sale_ok=True,
        ).create({'name': "X"})
        self.assertRecordValues(listing, [{
            'merchant_id': self.merchant.id, 'listing_state': 'draft', 'sale_ok': False,
        }])

    def test_a_stored_default_merchant_cannot_make_goods_without_a_state(self):
        self.env['ir.default'].set('product.template', 'merchant_id', self.merchant.id)
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger('odoo.sql_db'):
            self.env['product.template'].create({'name': "X"})

    def test_values_that_are_not_offered_are_ignored(self):
        listing = self._draft(
            merchant_id=self.rival.id, listing_state='live', sale_ok=True, company_id=False,
            standard_price=0, active=False,
        )
        self.assertRecordValues(listing, [{
            'merchant_id': self.merchant.id, 'listing_state': 'draft', 'sale_ok': False,
            'active': True, 'company_id': self.merchant.company_id.id,
        }])
        listing.portal_update_listing({'merchant_id': self.rival.id, 'active': False})
        self.assertRecordValues(listing, [{'merchant_id': self.merchant.id, 'active': True}])

    def test_a_copy_starts_as_a_draft(self):
        copy = self._live().sudo().copy()
        self.assertRecordValues(copy, [{
            'listing_state': 'draft', 'sale_ok': False, 'merchant_id': self.merchant.id,
        }])

    def test_every_move_leaves_an_audit_row_with_its_actor(self):
        listing = self._live()
        rows = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'product.template'), ('res_id', '=', listing.id),
        ])
        self.assertEqual(rows.mapped('user_id'), self.officer + self.clerk)
