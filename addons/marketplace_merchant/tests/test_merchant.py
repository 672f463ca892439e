# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon


@tagged('post_install', '-at_install')
class TestMerchant(PeopleCommon):
    """The life of a merchant after the approval."""

    def setUp(self):
        super().setUp()
        self.merchant = self._merchant("Lotus", LICENCES[0], self.applicant)

    # === STATES === #

    def test_suspending_closes_the_shop_and_resuming_opens_it(self):
        shop = self.merchant.shop_id
        self.assertTrue(shop.is_open)
        self.merchant.with_user(self.manager).action_suspend("Late deliveries")
        self.assertFalse(shop.is_open)
        self.assertIn("Late deliveries", self._mails(self.merchant)[-1].body_html)
        self.merchant.with_user(self.manager).action_resume("Improved")
        self.assertTrue(shop.is_open)

    def test_suspending_needs_a_reason_and_a_manager(self):
        with self.assertRaisesRegex(UserError, "reason"):
            self.merchant.with_user(self.manager).action_suspend(" ")
        for user in (self.officer, self.auditor, self.applicant):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).action_suspend("Because")
        self.assertEqual(self.merchant.state, 'active')

    def test_nobody_activates_by_hand(self):
        merchant = self.env['marketplace.merchant'].create({
            'partner_id': self.env['res.partner'].create({'name': "New"}).id,
            'tier_id': self.merchant.tier_id.id,
        })
        with self.assertRaises(AccessError):
            merchant.with_user(self.administrator).sudo()._move_to('active')

    def test_exit_and_close(self):
        merchant = self.merchant.with_user(self.manager)
        merchant.action_start_exit("Retires")
        merchant.action_close("All settled")
        self.assertEqual(merchant.state, 'closed')
        with self.assertRaises(UserError):
            merchant.action_resume("Back again")

    def test_an_expelled_merchant_cannot_come_back_under_a_new_name(self):
        self._expel(self.merchant)
        self.assertFalse(self.merchant.shop_id.is_open)
        application = self._submitted(
            self.stranger, company_name="Water Lily Ltd", shop_name="Water Lily"
        )
        check = self._check(application, 'blacklist')
        self.assertEqual(check.machine_result, 'failed')
        self.assertIn("Counterfeits", check.machine_note)

    def test_an_expulsion_takes_two_managers(self):
        card = self.env.ref('marketplace_merchant.home_card_expulsions')
        before = card.with_user(self.second_manager).count
        proposed = self.merchant.with_user(self.manager)
        decided = self.merchant.with_user(self.second_manager)
        with self.assertRaisesRegex(UserError, "Nobody proposes"):
            decided.action_expel()
        with self.assertRaisesRegex(UserError, "reason"):
            proposed.action_propose_expulsion(" ")
        proposed.action_propose_expulsion("Counterfeits")
        card.invalidate_recordset()
        self.assertEqual(card.with_user(self.second_manager).count, before + 1)
        with self.assertRaisesRegex(AccessError, "two people"):
            proposed.action_expel()
        with self.assertRaises(AccessError):
            proposed.sudo()._move_to('expelled', reason="By the other door")
        with self.assertRaisesRegex(UserError, "already"):
            decided.action_propose_expulsion("Mine as well")
        self.assertEqual(self.merchant.state, 'active')
        decided.action_expel()
        self.assertEqual(self.merchant.state, 'expelled')
        entry = self.env['marketplace.blacklist'].search(
            [('merchant_id', '=', self.merchant.id)], limit=1
        )
        self.assertEqual(entry.reason, "Counterfeits")
        card.invalidate_recordset()
        self.assertEqual(card.with_user(self.second_manager).count, before)
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', self.merchant._name), ('res_id', '=', self.merchant.id),
            ('action', '=', 'state'),
        ], limit=1)  # fmt: skip
        self.assertEqual(row.change, "State: Active → Expelled")
        for again in (decided.action_expel, lambda: decided.action_drop_expulsion("Mercy")):
            with self.assertRaises(UserError):
                again()

    def test_an_expulsion_that_is_turned_down_is_proposed_anew(self):
        proposed = self.merchant.with_user(self.manager)
        decided = self.merchant.with_user(self.second_manager)
        proposed.action_propose_expulsion("Counterfeits")
        with self.assertRaisesRegex(UserError, "reason"):
            decided.action_drop_expulsion("")
        decided.action_drop_expulsion("The goods were real")
        self.assertFalse(self.merchant.expulsion_by_id or self.merchant.expulsion_reason)
        with self.assertRaises(UserError):
            proposed.action_expel()
        decided.action_propose_expulsion("Counterfeits again")
        proposed.action_expel()
        self.assertEqual(self.merchant.state, 'expelled')

    def test_only_managers_expel_and_the_merchant_knows_nothing_of_it_before(self):
        for user in (self.officer, self.auditor, self.applicant):
            merchant = self.merchant.with_user(user)
            for call in (
                lambda m=merchant: m.action_propose_expulsion("No"),
                lambda m=merchant: m.action_drop_expulsion("No"),
                merchant.action_expel,
            ):
                with self.assertRaises(AccessError):
                    call()
        self.merchant.with_user(self.manager).action_propose_expulsion("Counterfeits")
        with self.assertRaises(AccessError):
            self.merchant.with_user(self.applicant).read(['expulsion_reason'])
        self.assertFalse(self._mails(self.merchant).filtered(
            lambda mail: "Counterfeits" in (mail.body_html or '')
        ))

    # === WHAT IS MISSING === #

    def test_what_is_missing_is_said_in_words_and_goes_away(self):
        missing = {item['name']: item['message'] for item in self.merchant._missing('list')}
        self.assertIn("Business licence", missing["Business licence of a company"])
        owner = self.merchant.with_user(self.applicant)
        owner.portal_upload(self.licence_type.id, "l.png", self.scan, "L-1")
        owner.portal_accept_agreement(self.agreement.id)
        missing = {item['name']: item['message'] for item in self.merchant._missing('list')}
        self.assertEqual(list(missing), ["Business licence of a company"])
        self.assertIn("reviewing", missing["Business licence of a company"])
        self.merchant.qualification_ids.with_user(self.officer).action_approve()
        self.assertFalse(self.merchant._missing('list'))

    def test_being_paid_takes_a_verified_bank_account(self):
        self.assertEqual(
            [item['name'] for item in self.merchant._missing('be_paid')], ["Bank account"]
        )

    def test_requirements_concern_those_they_are_meant_for(self):
        Requirement = self.env['marketplace.requirement']
        tax = self.env.ref('marketplace_merchant.qualification_type_tax')
        row = Requirement.create({
            'name': "Tax", 'kind': 'document', 'capability': 'take_orders',
            'qualification_type_id': tax.id,
        })  # fmt: skip
        self.merchant.partner_id.country_id = self.china
        germany = self.env.ref('base.de')
        everybody = [Command.clear()]
        core = self.env.ref('marketplace_merchant.tier_core')
        for values, concerned in (
            ({}, True),
            ({'country_ids': germany.ids}, False),
            ({'country_ids': (germany + self.china).ids}, True),
            ({'entity_type': 'individual'}, False),
            ({'tier_ids': core.ids}, False),
            ({'category_ids': self.food.ids}, False),
            ({'category_ids': (self.food + self.fashion).ids}, True),
        ):
            with self.subTest(values=values):
                row.write({
                    'country_ids': everybody, 'tier_ids': everybody, 'category_ids': everybody,
                    'entity_type': False,
                    **values,
                })  # fmt: skip
                names = [item['name'] for item in self.merchant._missing('take_orders')]
                self.assertEqual("Tax" in names, concerned)
                self.assertNotIn("Brand", [i['name'] for i in self.merchant._missing('list')])

    # === COLUMNS === #

    def test_identity_columns_never_change(self):
        other = self.env['res.partner'].create({'name': "Other"})
        with self.assertRaises(UserError):
            self.merchant.sudo().partner_id = other
        with self.assertRaises(UserError):
            self.merchant.member_ids.sudo().user_id = self.stranger
        with self.assertRaises(UserError):
            self.merchant.shop_id.sudo().merchant_id = False

    def test_a_manager_edits_the_contact_but_not_the_licence(self):
        merchant = self.merchant.with_user(self.manager)
        merchant.write({'contact_name': "Zhang Wei", 'category_ids': self.food.ids})
        for values in ({'licence_number': "X"}, {'tier_id': 1}, {'code': "X"}, {'state': 'closed'}):
            with self.assertRaises(UserError):
                merchant.write(values)

    @mute_logger('odoo.sql_db')
    def test_one_licence_one_merchant(self):
        with self.assertRaisesRegex(Exception, 'licence'):
            self._merchant("Twin", LICENCES[0].lower(), self.stranger)

    # === TIERS === #

    def test_a_tier_changes_with_a_reason_and_history(self):
        growth = self.env.ref('marketplace_merchant.tier_growth')
        basic = self.merchant.tier_id
        values = {'merchant_id': self.merchant.id, 'new_tier_id': growth.id, 'reason': "Sales"}
        with self.assertRaises(AccessError):
            self.env['marketplace.tier.change'].with_user(self.officer).create(values)
        change = self.env['marketplace.tier.change'].with_user(self.manager).create(values)
        self.assertEqual(self.merchant.tier_id, growth)
        self.assertEqual(change.old_tier_id, basic)
        with self.assertRaises(UserError):
            change.sudo().reason = "Other"
        with self.assertRaises(UserError):
            self.env['marketplace.tier.change'].with_user(self.manager).create(values)

    def test_deposits_of_the_tiers(self):
        amounts = self.env['marketplace.tier'].search([]).mapped('deposit_amount')
        self.assertEqual(amounts, [50000, 100000, 200000, 500000])

    # === SHOP === #

    def test_a_member_of_the_catalogue_edits_the_shop(self):
        self.merchant.with_user(self.applicant).portal_update_shop({
            'name': "Lotus 莲花", 'tagline': "Silk", 'description': "A\nB", 'logo': self.scan,
            'slug': 'admin', 'is_open': False, 'merchant_id': 1,
        })  # fmt: skip
        self.assertRecordValues(self.merchant.shop_id, [{
            'name': "Lotus 莲花", 'tagline': "Silk", 'description': "A\nB", 'slug': 'lotus',
            'is_open': True, 'merchant_id': self.merchant.id,
        }])  # fmt: skip
        self.assertTrue(self.merchant.shop_id.logo)

    def test_a_name_that_another_shop_has_is_refused(self):
        self._merchant("Peony", LICENCES[1], self.stranger)
        with self.assertRaises(ValidationError) as error:
            self.merchant.with_user(self.applicant).portal_update_shop({'name': "peony"})
        self.assertEqual(list(error.exception.field_errors), ['name'])

    def test_shop_addresses_are_unique_and_plain(self):
        Shop = self.env['marketplace.shop']
        for name, slug in (
            ("Lotus", 'lotus-2'),
            ("  Café -- Ünïcode!! ", 'cafe-unicode'),
            ("莲花", 'm0042'),
            ("🪷", 'm0042'),
            ("x" * 200, 'x' * 64),
        ):
            self.assertEqual(Shop._make_slug(name, 'M0042'), slug)

    # === DOCUMENTS === #

    def test_a_rejected_renewal_leaves_the_live_version(self):
        owner = self.merchant.with_user(self.applicant)
        owner.portal_upload(self.licence_type.id, "l.png", self.scan, "L-1")
        live = self.merchant.qualification_ids
        live.with_user(self.officer).action_approve()
        owner.portal_upload(self.licence_type.id, "l.png", self.scan, "L-2")
        renewal = self.merchant.qualification_ids - live
        renewal.with_user(self.officer).action_reject("Another company's")
        self.assertEqual((live.state, renewal.state), ('valid', 'rejected'))
        self.assertIn("Another company", self._mails(renewal).body_html)

    def test_a_scan_is_for_reviewers_only(self):
        self.merchant.with_user(self.applicant).portal_upload(
            self.licence_type.id, "l.png", self.scan, "L-1"
        )
        document = self.merchant.qualification_ids
        self.assertTrue(document.with_user(self.officer).file)
        with self.assertRaises(AccessError):
            document.with_user(self.applicant).read(['file'])
