# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon


@tagged('post_install', '-at_install')
class TestExit(PeopleCommon):
    """How a merchant leaves: what is open, what goes back, when it is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant = cls._merchant("Lotus", LICENCES[0], cls.applicant)
        cls.reason = cls.env.ref('marketplace_merchant.exit_reason_costs')
        cls.today = fields.Date.context_today(cls.merchant)

    def setUp(self):
        super().setUp()
        # What other addons know about a merchant
        self.obstacles, self.deposit, self.released = [], 0.0, []
        for name, method in (
            ('_exit_obstacles', lambda merchant: list(self.obstacles)),
            ('_deposit_balance', lambda merchant: self.deposit),
            ('_release_deposit', self._pay_back),
        ):
            patcher = patch.object(self.registry['marketplace.merchant'], name, method)
            patcher.start()
            self.addCleanup(patcher.stop)

    def _pay_back(self, release, amount):
        self.released.append((release.days, amount))
        self.deposit = round(self.deposit - amount, 2)

    def _obstacle(self, **values):
        return dict(self.merchant._prepare_obstacle(
            'orders', "Orders", 'marketplace.merchant', self.merchant.ids, 100.0,
            self.merchant.currency_id, holds_deposit=True,
        ), **values)  # fmt: skip

    def _start(self):
        return self.merchant.with_user(self.manager)._start_exit(self.reason, "Too dear")

    def _days_pass(self, leaving, days):
        """Let the exit have begun that many days ago, and the clock look at it."""
        leaving.date_start = self.today - timedelta(days=days)
        leaving._process_deadline()

    # === BEGINNING === #

    def test_the_reason_and_the_plan_are_kept(self):
        leaving = self._start()
        self.assertEqual(self.merchant.state, 'exiting')
        self.assertRecordValues(leaving, [{
            'kind': 'voluntary', 'reason_id': self.reason.id, 'note': "Too dear",
            'state': 'running', 'tier_id': self.merchant.tier_id.id, 'date_start': self.today,
        }])  # fmt: skip
        self.assertEqual(
            [(release.days, release.percent, release.date) for release in leaving.release_ids],
            [(30, 50.0, self.today + timedelta(days=30)),
             (90, 50.0, self.today + timedelta(days=90))],
        )  # fmt: skip
        self.assertEqual(self._start(), leaving)

    def test_only_managers_start_it_or_an_approved_application(self):
        for user in (self.officer, self.auditor, self.applicant):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user)._start_exit(self.reason, "Why not")
        application = self.env['marketplace.merchant.application'].create({
            'applicant_id': self.applicant.id,
        })
        leaving = self.merchant.with_user(self.officer)._start_exit(
            self.reason, "Too dear", application
        )
        self.assertEqual(leaving.application_id, application)

    def test_a_merchant_that_never_opened_can_leave(self):
        self.env.cr.execute(
            "UPDATE marketplace_merchant SET state = 'onboarding' WHERE id = %s",
            [self.merchant.id],
        )
        self.merchant.invalidate_recordset()
        self.merchant.with_user(self.manager).action_start_exit("Changed its mind")
        self.assertEqual(self.merchant.state, 'exiting')
        self.assertEqual(
            self.merchant.exit_id.reason_id,
            self.env.ref('marketplace_merchant.exit_reason_other'),
        )

    # === DEPOSIT === #

    def test_the_deposit_goes_back_in_stages_each_once(self):
        leaving = self._start()
        self.deposit = 50000.01
        self._days_pass(leaving, 29)
        self.assertFalse(self.released)
        self._days_pass(leaving, 30)
        self._days_pass(leaving, 31)
        self.assertEqual(self.released, [(30, 25000.01)])
        self._days_pass(leaving, 90)
        self._days_pass(leaving, 91)
        self.assertEqual(self.released[1:], [(90, 25000.0)])

    def test_the_clock_that_stood_still_catches_up(self):
        leaving = self._start()
        self.deposit = 1000.0
        self._days_pass(leaving, 400)
        self.assertEqual(self.released, [(30, 500.0), (90, 500.0)])

    def test_deductions_in_between_lower_both_parts(self):
        leaving = self._start()
        self.deposit = 1000.0
        self._days_pass(leaving, 30)
        self.deposit -= 400.0
        self._days_pass(leaving, 90)
        self.assertEqual(self.released, [(30, 500.0), (90, 100.0)])

    def test_the_deposit_waits_for_what_it_may_be_needed_for(self):
        leaving = self._start()
        self.deposit = 1000.0
        self.obstacles = [self._obstacle()]
        self._days_pass(leaving, 30)
        self.assertFalse(self.released)
        self.obstacles = [self._obstacle(key='payouts', holds_deposit=False)]
        self._days_pass(leaving, 31)
        self.assertEqual(self.released, [(30, 500.0)])

    def test_the_stages_count_from_the_last_order(self):
        leaving = self._start()
        self.deposit = 1000.0
        with patch.object(
            self.registry['marketplace.merchant'], '_last_order_end',
            lambda merchant: self.today - timedelta(days=10),
        ):  # fmt: skip
            self._days_pass(leaving, 40)
        self.assertEqual(leaving.release_ids[0].date, self.today + timedelta(days=20))
        self.assertFalse(self.released)

    def test_stages_release_no_more_than_there_is(self):
        with self.assertRaises(ValidationError):
            self.env['marketplace.exit.stage'].create({'days': 120, 'percent': 1})

    def test_without_a_policy_the_deposit_goes_back_at_once(self):
        self.env['marketplace.exit.stage'].search([]).unlink()
        self.deposit = 1000.0
        self._start()
        self.assertEqual(self.released, [(0, 1000.0)])

    # === CLOSING === #

    def test_nothing_closes_while_something_is_open(self):
        leaving = self._start()
        self.obstacles = [self._obstacle(until=fields.Date.to_date('2030-01-31'))]
        manager = self.merchant.with_user(self.manager)
        for close in (manager.action_close, leaving.with_user(self.manager).action_close):
            with self.assertRaisesRegex(UserError, "Orders: 1.*100.*2030"):
                close("All settled")
        self.assertEqual((self.merchant.state, leaving.state), ('exiting', 'running'))
        self.assertIn("Orders: 1", leaving.with_user(self.manager).plan)
        self.obstacles = []
        leaving.invalidate_recordset()
        self.assertTrue(leaving.with_user(self.manager).is_cleared)
        leaving.with_user(self.manager).action_close("All settled")
        self.assertRecordValues(leaving, [{
            'state': 'closed', 'date_closed': self.today, 'closed_by_id': self.manager.id,
            'duration': 0,
        }])  # fmt: skip
        self.assertEqual(self.merchant.state, 'closed')

    def test_only_managers_close(self):
        leaving = self._start()
        for user in (self.officer, self.auditor, self.applicant):
            with self.assertRaises(AccessError):
                leaving.with_user(user).action_close("All settled")

    def test_an_exit_is_not_edited_by_hand(self):
        leaving = self._start().with_user(self.manager)
        leaving.write({'lesson': "Cheaper freight", 'reason_id': self.env.ref(
            'marketplace_merchant.exit_reason_sales'
        ).id})
        for values in ({'note': "X"}, {'date_start': '2000-01-01'}, {'state': 'closed'}):
            with self.assertRaises(UserError):
                leaving.write(values)

    # === TAKING BACK === #

    def test_an_exit_started_by_mistake_is_taken_back(self):
        self.deposit = 1000.0
        leaving = self._start()
        self._days_pass(leaving, 30)
        for user in (self.officer, self.auditor, self.applicant):
            with self.assertRaises(AccessError):
                leaving.with_user(user).action_withdraw("Stays")
        with self.assertRaisesRegex(UserError, "reason"):
            leaving.with_user(self.manager).action_withdraw(" ")
        leaving.with_user(self.manager).action_withdraw("Stays")
        self.assertEqual((self.merchant.state, leaving.state), ('active', 'withdrawn'))
        self.assertTrue(self.merchant.is_selling)
        self.assertEqual(leaving.release_ids.mapped('days'), [30])
        leaving._process_deadline()
        self.assertEqual(self.released, [(30, 500.0)])
        with self.assertRaises(UserError):
            leaving.with_user(self.manager).action_close("All settled")
        again = self._start()
        self.assertNotEqual(again, leaving)
        again.with_user(self.manager).action_withdraw("Stays again")
        self._expel(self.merchant)
        self.assertEqual(self.merchant.exit_ids.mapped('kind').count('expulsion'), 1)

    def test_a_suspended_merchant_stays_suspended(self):
        manager = self.merchant.with_user(self.manager)
        manager.action_suspend("Late")
        leaving = self._start().with_user(self.manager)
        with self.assertRaises(AccessError):
            manager.action_resume("By the other door")
        leaving.action_withdraw("Stays")
        self.assertEqual(self.merchant.state, 'suspended')

    def test_an_expulsion_is_not_taken_back(self):
        leaving = self._start().with_user(self.manager)
        self._expel(self.merchant)
        with self.assertRaisesRegex(UserError, "expelled"):
            leaving.action_withdraw("Mercy")
        self.assertEqual((self.merchant.state, leaving.state), ('expelled', 'running'))

    # === EXPULSION === #

    def test_an_expulsion_has_its_own_plan_and_ends_as_expelled(self):
        self.deposit = 1000.0
        self._expel(self.merchant)
        leaving = self.merchant.exit_id
        self.assertRecordValues(leaving, [{'kind': 'expulsion', 'note': "Counterfeits"}])
        self.assertEqual(leaving.release_ids.mapped('days'), [180])
        self._days_pass(leaving, 180)
        self.assertEqual(self.released, [(180, 1000.0)])
        leaving.with_user(self.manager).action_close("Wound up")
        self.assertEqual((self.merchant.state, leaving.state), ('expelled', 'closed'))

    def test_a_manager_starts_and_turns_exits_in_a_request_of_its_own(self):
        # A request begins as the manager; tests begin as the superuser, and may do more.
        self.patch(self.env.transaction, 'default_env', self.env(user=self.manager, su=False))
        leaving = self._start()
        self.assertTrue(leaving.release_ids)
        self._expel(self.merchant)
        self.assertEqual(leaving.release_ids.mapped('days'), [180])

    def test_expelling_a_leaving_merchant_turns_its_exit_into_an_expulsion(self):
        leaving = self._start()
        self._expel(self.merchant)
        self.assertEqual(self.merchant.exit_ids, leaving)
        self.assertEqual(leaving.kind, 'expulsion')
        self.assertEqual(leaving.release_ids.mapped('days'), [180])
        self.assertTrue(self.env['marketplace.blacklist'].search(
            [('merchant_id', '=', self.merchant.id)]
        ))
