# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon


@tagged('post_install', '-at_install')
class TestAgreement(PeopleCommon):
    """A text changes: who accepts the new version, by when, and what happens after that day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['marketplace.requirement'].search([]).active = False
        cls.today = fields.Date.today()
        cls.requirement = cls.env['marketplace.requirement'].create({
            'name': "Agreement", 'kind': 'agreement', 'agreement_kind': 'service',
            'capability': 'take_orders',
        })
        cls.merchant = cls._merchant("Lotus", LICENCES[0], cls.applicant)
        cls.owner = cls.merchant.with_user(cls.applicant)
        cls.owner.portal_accept_agreement(cls.agreement.id)
        cls.rival = cls._merchant("Bamboo", LICENCES[1], cls.stranger)

    def _version(self, **values):
        return self.agreement.with_user(self.manager).copy({
            'body': "<h4>1. Fees</h4><p>The merchant pays 6 %.</p>", **values,
        })

    def _announced(self, **values):
        version = self._version(**{
            'date_effective': self.today + timedelta(days=10),
            'date_accept_by': self.today + timedelta(days=30),
            'change_note': "Fees rise to 6 %", **values,
        })
        version.action_schedule()
        return version

    def _barred(self, day=0):
        with freeze_time(self.today + timedelta(days=day)):
            return self.merchant._is_barred('take_orders')

    # === ANNOUNCING === #

    def test_an_announced_version_can_be_accepted_and_takes_effect_by_itself(self):
        version = self._announced()
        self.assertEqual(self.agreement.state, 'in_force')
        item = self.merchant._missing('take_orders')[0]
        self.assertIn(version.display_name, item['message'])
        self.assertEqual(item['due'], self.today + timedelta(days=30))
        self.assertFalse(item['blocking'])
        self.assertEqual(self.merchant.requirement_due_ids.date, item['due'])
        with freeze_time(self.today + timedelta(days=10)), self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_deadlines').method_direct_trigger()
        self.assertEqual((version.state, self.agreement.state), ('in_force', 'retired'))
        self.assertFalse(self._barred(30))
        self.assertTrue(self._barred(31))
        self.owner.portal_accept_agreement(version.id)
        self.assertFalse(self._barred(31))

    def test_newcomers_accept_what_is_in_force(self):
        version = self._announced()
        self.assertIn(
            self.agreement.display_name, self.rival._missing('take_orders')[0]['message']
        )
        self.assertTrue(self.rival._is_barred('take_orders'))
        self.rival.with_user(self.stranger).portal_accept_agreement(self.agreement.id)
        self.assertFalse(self.rival._is_barred('take_orders'))
        self.assertIn(version.display_name, self.rival._missing('take_orders')[0]['message'])

    def test_without_a_last_day_it_is_due_before_it_takes_effect(self):
        self._announced(date_accept_by=False)
        self.assertFalse(self._barred(9))
        self.assertTrue(self._barred(10))

    def test_who_is_not_asked_again_stays_bound_by_the_old_version(self):
        growth = self.env.ref('marketplace_merchant.tier_growth')
        for scope, values, asked in (
            ('newcomers', {}, False),
            ('chosen', {'accept_tier_ids': growth.ids}, False),
            ('chosen', {'accept_entity_type': 'individual'}, False),
            ('chosen', {'accept_tier_ids': self.merchant.tier_id.ids}, True),
            ('chosen', {}, True),
            ('everybody', {}, True),
        ):
            with self.subTest(scope=scope, **values):
                version = self._announced(accept_scope=scope, **values)
                self.assertEqual(bool(self.merchant._missing('take_orders')), asked)
                self.assertTrue(self.rival._missing('take_orders'))
                version.action_unschedule()

    def test_skipping_a_version_that_asked_does_not_help(self):
        self._version().action_put_in_force()
        latest = self._version(accept_scope='newcomers')
        latest.action_put_in_force()
        self.assertIn(latest.display_name, self.merchant._missing('take_orders')[0]['message'])

    def test_the_last_day_is_not_before_the_effect(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(
            psycopg2.errors.CheckViolation
        ):
            self._version(
                date_effective=self.today + timedelta(days=10), date_accept_by=self.today
            )
            self.env.flush_all()

    def test_announcing_needs_a_day_to_come(self):
        for day in (False, self.today):
            with self.assertRaisesRegex(UserError, "future"):
                self._version(date_effective=day).action_schedule()

    def test_one_announcement_at_a_time_and_no_way_back(self):
        first = self._version()
        second = self._announced()
        with self.assertRaisesRegex(UserError, "later version"):
            first.action_put_in_force()
        third = self._version(date_effective=self.today + timedelta(days=90))
        with self.assertRaisesRegex(UserError, "later version"):
            third.action_schedule()
        self.owner.portal_accept_agreement(second.id)
        with self.assertRaisesRegex(UserError, "accepted this version already"):
            second.action_unschedule()

    def test_a_published_text_stays_as_it_is(self):
        version = self._announced()
        for values in (
            {'body': "<p>Other</p>"}, {'version': 9}, {'kind': 'entry'},
            {'date_accept_by': self.today + timedelta(days=99)}, {'accept_scope': 'newcomers'},
        ):
            with self.assertRaises(UserError):
                version.write(values)
        with self.assertRaises(UserError):
            version.update_field_translations('body', {'en_US': "<p>Other</p>"})
        self.assertIn("6 %", version.body)

    def test_the_dates_of_a_published_text_stay_as_they_are(self):
        version = self._announced().with_user(self.manager)
        for name in ('date_in_force', 'date_effective', 'deadline'):
            with self.subTest(name=name), self.assertRaises(UserError):
                version[name] = self.today + timedelta(days=60)

    def test_only_managers_publish(self):
        version = self._version(date_effective=self.today + timedelta(days=10))
        for user in (self.officer, self.auditor, self.applicant):
            for method in ('action_schedule', 'action_put_in_force'):
                with self.assertRaises(UserError):
                    getattr(version.with_user(user), method)()
        self.assertEqual(version.state, 'draft')

    def test_changes_are_shown_against_the_version_before(self):
        version = self._version(body="<h4>1. Fees</h4><p>The merchant pays 6 % of a sale.</p>")
        version.action_put_in_force()
        later = version.copy({'body': "<h4>1. Fees</h4><p>The merchant pays 7 % of a sale.</p>"})
        self.assertIn('>The merchant pays 7 % of a sale.</ins>', later.comparison)
        self.assertIn('>The merchant pays 6 % of a sale.</del>', later.comparison)
        self.assertNotIn("1. Fees</ins>", later.comparison)

    def test_the_page_says_what_happens_after_the_day(self):
        self.assertIn("take orders", self.agreement.consequence)
        self.requirement.active = False
        self.agreement.invalidate_recordset()
        self.assertIn("Nothing", self.agreement.consequence)

    def test_still_to_accept_lists_the_merchants(self):
        version = self._announced()
        merchants = self.env['marketplace.merchant'].search(
            version.action_view_missing()['domain']
        )
        self.assertIn(self.merchant, merchants)
        self.owner.portal_accept_agreement(version.id)
        merchants = self.env['marketplace.merchant'].search(
            version.action_view_missing()['domain']
        )
        self.assertNotIn(self.merchant, merchants)

    # === WHAT WAS ACCEPTED === #

    def test_accepting_twice_keeps_one_record(self):
        self.owner.portal_accept_agreement(self.agreement.id)
        self.assertEqual(len(self.merchant.agreement_acceptance_ids), 1)
        with mute_logger('odoo.sql_db'), self.assertRaises(psycopg2.errors.UniqueViolation):
            self.env['marketplace.agreement.acceptance']._record(
                self.agreement, merchant_id=self.merchant.id
            )

    def test_a_version_that_is_gone_cannot_be_accepted(self):
        self._version().action_put_in_force()
        with self.assertRaisesRegex(UserError, "new version"):
            self.owner.portal_accept_agreement(self.agreement.id)

    def test_the_print_shows_the_text_that_has_the_hash(self):
        acceptance = self.merchant.agreement_acceptance_ids
        self.assertEqual(acceptance._accepted_text(), self.agreement.body)
        self.env['res.lang']._activate_lang('zh_CN')
        version = self._version()
        version.with_context(lang='zh_CN').body = "<p>商家支付百分之六。</p>"
        version.action_put_in_force()
        self.owner.with_context(lang='zh_CN').portal_accept_agreement(version.id)
        acceptance = version.acceptance_ids
        self.assertEqual(acceptance.lang, 'zh_CN')
        html = self.env['ir.actions.report'].with_user(self.officer)._render_qweb_html(
            'marketplace_merchant.report_agreement_acceptance', acceptance.ids
        )[0].decode()
        for text in ("商家支付百分之六", acceptance.text_hash, self.merchant.code):
            self.assertIn(text, html)
        # The trace of a change behind Odoo's back.
        self.env.cr.execute(
            "UPDATE marketplace_agreement SET body = '{\"en_US\": \"Forged\"}' WHERE id = %s",
            [version.id],
        )
        version.invalidate_recordset()
        self.assertIsNone(acceptance._accepted_text())

    def test_acceptances_of_others_are_not_read(self):
        acceptance = self.merchant.agreement_acceptance_ids
        with self.assertRaises(AccessError):
            acceptance.with_user(self.stranger).read(['text_hash'])
