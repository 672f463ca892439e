# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon

PHONES = ("+86 138 0013 8000", "+86 139 0013 9000")


@tagged('post_install', '-at_install')
class TestApplicationQueue(PeopleCommon):
    """Which application comes first, how long it takes, and what came of the ones before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.basic = cls.env.ref('marketplace_merchant.tier_basic')
        cls.strategic = cls.env.ref('marketplace_merchant.tier_strategic')
        cls.basic.write({'review_priority': 0, 'review_days': 5})
        cls.strategic.write({'review_priority': 30, 'review_days': 1})

    def _other(self, **changes):
        """Return a submitted application that has nothing in common with the first one."""
        return self._submitted(self.stranger, **{
            'company_name': "Bamboo Ltd", 'licence_number': LICENCES[1], 'shop_name': "Bamboo",
            'legal_representative': "Zhang San", 'phone': PHONES[1], 'email': "bamboo@shop.test",
            **changes,
        })  # fmt: skip

    # === ORDER === #

    def test_the_higher_tier_comes_first_and_then_what_is_due_first(self):
        first, second = self._submitted(), self._other()
        second.sudo().deadline = first.deadline + timedelta(minutes=1)
        queue = self.env['marketplace.merchant.application'].with_user(self.officer)
        mine = [('id', 'in', (first | second).ids)]
        self.assertEqual(queue.search(mine).ids, [first.id, second.id])
        second.with_user(self.officer).tier_id = self.strategic
        self.assertEqual(queue.search(mine).ids, [second.id, first.id])

    @freeze_time('2026-11-20 10:00:00')  # a Friday
    def test_the_tier_decides_how_long_a_review_may_take(self):
        self.assertEqual(str(self._submitted().date_review_due), '2026-11-27 10:00:00')
        draft = self._fill(self.stranger, licence_number=LICENCES[1])
        draft.sudo().tier_id = self.strategic
        draft.portal_submit()
        self.assertEqual(str(draft.date_review_due), '2026-11-23 10:00:00')

    def test_late_reviews_are_on_the_managers_home(self):
        application = self._submitted()
        card = self.env.ref('marketplace_merchant.home_card_applications_overdue')
        before = card.with_user(self.manager).count
        application.sudo().date_review_due = fields.Datetime.now() - timedelta(hours=1)
        card.invalidate_recordset(['count'])
        self.assertEqual(card.with_user(self.manager).count, before + 1)
        self.assertTrue(application.is_overdue)

    # === HOW LONG IT TAKES === #

    def test_time_with_the_applicant_does_not_count(self):
        with freeze_time('2026-11-16 08:00:00') as clock:
            application = self._in_review()
            self.assertEqual(str(application.date_turn), '2026-11-16 08:00:00')
            clock.tick(timedelta(hours=5))
            application.check_ids[0].action_ask("Please explain")
            application.action_request_info()
            self.assertFalse(application.date_turn)
            clock.tick(timedelta(days=9))
            application.with_user(self.applicant).portal_submit()
            self.assertEqual(str(application.date_turn), '2026-11-25 13:00:00')
            clock.tick(timedelta(hours=2))
            application.action_reject("No")
        self.assertRecordValues(application, [{
            'review_hours': 7, 'late_count': 0, 'date_turn': False,
        }])  # fmt: skip
        self.assertEqual(str(application.date_decided), '2026-11-25 15:00:00')

    def test_the_chart_shows_average_and_worst(self):
        with freeze_time('2026-11-16 08:00:00') as clock:
            first, second = self._in_review(), self._other()
            clock.tick(timedelta(hours=2))
            first.action_reject("No")
            second = second.with_user(self.officer)
            second.action_start_review()
            clock.tick(timedelta(days=10))
            second.action_reject("No")
        rows = self.env['marketplace.merchant.application'].with_user(
            self.officer
        ).formatted_read_group(
            [('id', 'in', (first | second).ids)], ['state'],
            ['review_hours:avg', 'review_hours_max:max', 'late_count:sum'],
        )  # fmt: skip
        self.assertEqual(rows[0]['review_hours:avg'], (2 + 242) / 2)
        self.assertEqual(rows[0]['review_hours_max:max'], 242)
        self.assertEqual(rows[0]['late_count:sum'], 1)

    # === WHAT CAME BEFORE === #

    def test_who_applies_again_finds_everything_as_it_was(self):
        application = self._in_review()
        application.action_reject("The scan cannot be read")
        again = self.env['marketplace.merchant.application'].with_user(
            self.applicant
        ).portal_start()
        self.assertRecordValues(again.sudo(), [{
            'state': 'draft', 'company_name': "Lotus Textiles Ltd", 'licence_number': LICENCES[0],
            'shop_name': "Lotus 👘 Silk", 'category_ids': self.fashion.ids, 'reviewer_id': False,
            'decision_reason': False, 'review_hours': 0, 'tier_id': self.basic.id,
        }])  # fmt: skip
        self.assertEqual(again.sudo().qualification_ids.filename, "licence.png")
        self.assertEqual(application.sudo().qualification_ids.state, 'pending')
        again.portal_accept_agreement(self.agreement.id)
        again.portal_submit()
        self.assertIn(application.sudo(), again.sudo().earlier_ids)
        check = self._check(again, 'reputation')
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("The scan cannot be read", check.machine_note)

    def test_an_identity_number_comes_back_encrypted(self):
        identity = '11010519491231002X'
        application = self._fill(entity_type='individual', licence_number=identity)
        application.portal_withdraw()
        again = application.portal_start()
        self.assertEqual(again._licence_plain(), identity)
        self.assertEqual(again.licence_number, '110***********002X')

    def test_an_expired_document_is_not_handed_in_again(self):
        application = self._fill()
        application.sudo().qualification_ids.valid_until = fields.Date.subtract(
            fields.Date.today(), days=1
        )
        application.portal_withdraw()
        self.assertFalse(application.portal_start().sudo().qualification_ids)

    def test_the_same_identity_under_another_account_is_recognised(self):
        application = self._in_review()
        application.action_reject("Counterfeits")
        for same in (
            {'licence_number': LICENCES[0].lower()}, {'phone': "138-0013-8000"},
            {'email': "WANG.FANG@lotus.test"},
        ):  # fmt: skip
            with self.subTest(same=same):
                again = self._other(**same)
                self.assertIn(application.sudo(), again.sudo().earlier_ids)
                self.assertIn("Counterfeits", self._check(again, 'reputation').machine_note)
                again.portal_withdraw()
        nothing = self._other()
        self.assertNotIn(application.sudo(), nothing.sudo().earlier_ids)

    # === RELATED SELLERS === #

    def test_shared_phone_address_or_representative_is_shown_and_left_to_a_person(self):
        self._submitted()
        for same, label in (
            ({'phone': "138 0013 8000"}, "Phone"),
            ({'email': "Wang.Fang@Lotus.test"}, "E-mail"),
            ({'legal_representative': "li na"}, "Legal representative"),
        ):
            with self.subTest(same=same):
                other = self._other(**same)
                check = self._check(other, 'related')
                self.assertEqual(check.machine_result, 'pending')
                self.assertIn(label, check.machine_note)
                self.assertIn("Lotus Textiles Ltd", check.machine_note)
                other.portal_withdraw()
        self.assertEqual(self._check(self._other(), 'related').machine_result, 'passed')

    def test_a_phone_of_another_country_is_noticed(self):
        application = self._submitted(phone="+49 30 901820")
        check = self._check(application, 'phone')
        self.assertEqual(check.machine_result, 'pending')
        self.assertIn("A number of Germany", check.machine_note)

    # === SAMPLES === #

    def test_goods_of_some_categories_are_looked_at_before(self):
        self.assertEqual(self._check(self._submitted(), 'sample').machine_result, 'passed')
        self.fashion.marketplace_sample = True
        silk = self.env['product.category'].create(
            {'name': "Silk", 'parent_id': self.fashion.id, 'marketplace_open': True}
        )
        other = self._other(category_ids=[str(silk.id)]).with_user(self.officer)
        other.action_start_review()
        check = self._check(other, 'sample').with_user(self.officer)
        self.assertRecordValues(check, [{
            'kind': 'product_quality', 'machine_result': 'pending', 'needs_reason': True,
        }])  # fmt: skip
        with self.assertRaisesRegex(UserError, "what the sample showed"):
            check.action_accept()
        check.action_accept_anyway("Seams and colours are as in the pictures")
        self.assertEqual(check.decision, 'accepted')
