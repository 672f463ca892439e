# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .listing_common import ListingCommon, make_picture, make_upload


@tagged('post_install', '-at_install')
class TestListingChange(ListingCommon):

    def setUp(self):
        super().setUp()
        self.listing = self._live()

    def _edit(self, **values):
        return self.listing.with_user(self.clerk).portal_update_listing(values)

    def _pending(self):
        return self.listing.sudo().listing_change_ids.filtered(
            lambda change: change.state == 'pending'
        )

    # === CHANGE AND APPROVE === #

    def test_the_approved_version_stays_until_the_change_is_approved(self):
        picture = self.listing.image_1920
        change = self._edit(name="Santoku", image=make_upload(make_picture(color='blue')))
        self.assertEqual(change.env.user, self.clerk)
        self.assertRecordValues(self.listing, [{'name': "Chef's knife", 'listing_state': 'live'}])
        self.assertEqual(self.listing.image_1920, picture)
        change.with_user(self.officer).action_approve()
        self.assertRecordValues(self.listing, [{'name': "Santoku", 'sale_ok': True}])
        self.assertNotEqual(self.listing.image_1920, picture)

    def test_a_rejected_change_leaves_the_shop_alone_and_tells_why(self):
        change = self._edit(name="Best knife ever")
        change.with_user(self.officer).action_reject(reason="No superlatives, please.")
        self.assertEqual(self.listing.name, "Chef's knife")
        self.assertRecordValues(change.sudo(), [{
            'state': 'rejected', 'reason': "No superlatives, please.",
            'reviewer_id': self.officer.id,
        }])
        mail = self._mails_about(change)
        self.assertEqual(mail.recipient_ids, (self.owner + self.clerk).partner_id)
        self.assertIn("No superlatives", mail.body_html)

    def test_old_and_new_stand_side_by_side(self):
        change = self._edit(
            name="Santoku", description_sale="17 cm", image=make_upload(make_picture(color='blue'))
        ).with_user(self.officer)
        self.assertRecordValues(change, [{
            'current_name': "Chef's knife",
            'name': "Santoku",
            'current_description_sale': "20 cm, forged",
            'description_sale': "17 cm",
            'summary': "Name, Description, Picture",
        }])

    def test_what_needs_no_review_changes_at_once(self):
        change = self._edit(name="Santoku", list_price=10, barcode="123", default_code="S-1")
        self.assertRecordValues(self.listing, [{
            'name': "Chef's knife", 'list_price': 10, 'barcode': "123", 'default_code': "S-1",
        }])
        self.assertEqual(change.name, "Santoku")
        self.assertFalse(self._edit(list_price=11))

    def test_edits_of_paused_goods_wait_as_well(self):
        self.listing.with_user(self.clerk).portal_pause()
        self._edit(name="Forbidden medicine")
        self.listing.with_user(self.clerk).portal_resume()
        self.assertEqual(self.listing.name, "Chef's knife")

    def test_a_second_edit_adds_to_the_first_one(self):
        first = self._edit(name="Santoku", image=make_upload(make_picture(color='blue')))
        second = self._edit(description_sale="17 cm")
        self.assertEqual(first.state, 'superseded')
        self.assertEqual(self._pending().ids, second.ids)
        self.assertRecordValues(second, [{'name': "Santoku", 'description_sale': "17 cm"}])
        self.assertEqual(second.image_1920, first.image_1920)

    def test_an_emptied_description_is_a_change(self):
        change = self._edit(description_sale="")
        self.assertEqual(change.sudo().summary, "Description")
        change.with_user(self.officer).action_approve()
        self.assertFalse(self.listing.description_sale)

    def test_an_edit_back_to_what_shoppers_see_gives_the_change_up(self):
        change = self._edit(name="Santoku")
        self.assertFalse(self._edit(name="Chef's knife"))
        self.assertEqual(change.state, 'superseded')

    def test_goods_that_leave_the_shop_give_their_change_up(self):
        change = self._edit(name="Santoku")
        self.listing.with_user(self.officer).action_take_down(reason="Counterfeit")
        self.assertEqual(change.sudo().state, 'superseded')
        with self.assertRaises(UserError):
            change.with_user(self.officer).action_approve()

    def test_a_wrong_value_saves_nothing_at_all(self):
        with self.assertRaises(UserError):
            self._edit(list_price=10, name="")
        self.assertEqual(self.listing.list_price, 49.9)
        self.assertFalse(self._pending())

    # === LANGUAGES === #

    def test_a_change_is_of_the_language_in_which_it_was_typed(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.clerk.lang = 'fr_FR'
        change = self.listing.with_user(self.clerk).with_context(
            lang='fr_FR'
        ).portal_update_listing({'name': "Couteau"})
        change.with_user(self.officer).with_context(lang='en_US').action_approve()
        self.assertEqual(self.listing.with_context(lang='fr_FR').name, "Couteau")
        self.assertEqual(self.listing.with_context(lang='en_US').name, "Chef's knife")

    # === WHO MAY WHAT === #

    def test_only_officers_decide(self):
        change = self._edit(name="Santoku")
        for user in (self.owner, self.rival_owner, self.shopper, self.auditor):
            with self.assertRaises(AccessError):
                change.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                change.with_user(user).action_reject(reason="No")
        self.assertEqual(change.state, 'pending')

    def test_the_catalogue_team_reads_its_changes_and_nobody_elses(self):
        change = self._edit(name="Santoku")
        for user in (self.owner, self.clerk, self.auditor):
            self.assertEqual(change.with_user(user).name, "Santoku")
        for user in (self.orders_clerk, self.rival_owner, self.shopper):
            self.assertFalse(change.with_user(user).search([('id', '=', change.id)]))
            with self.assertRaises(AccessError):
                change.with_user(user).read(['name'])

    def test_nobody_writes_a_change_directly(self):
        change = self._edit(name="Santoku")
        for user in (self.owner, self.clerk, self.officer, self.manager):
            with self.assertRaises(UserError):
                change.with_user(user).write({'name': "Other"})
            with self.assertRaises(UserError):
                change.with_user(user).write({'state': 'approved'})
            with self.assertRaises(AccessError):
                change.with_user(user).create(
                    {'product_tmpl_id': self.listing.id, 'name': "Other"}
                )
            with self.assertRaises(AccessError):
                change.with_user(user).unlink()
        with self.assertRaises(UserError):
            change.sudo().state = 'approved'
