# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.statement_terms import period_ends
from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestStatementRuns(MoneyCommon):
    """Who gets a statement when, by which run, and that it is drawn up once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Statement = cls.env['marketplace.statement']
        cls.Run = cls.env['marketplace.statement.run']
        cls.today = fields.Date.context_today(cls.Run)
        cls.Run.search([])._write({'is_done': True})

    def _run(self, **ends):
        """Draw up the statements of the periods that ended on the given days."""
        run = self.Run.sudo().create({
            'date': self.today, 'is_periodic': True, 'user_id': self.env.uid,
            'ends': {period: fields.Date.to_string(end) for period, end in ends.items()},
        })  # fmt: skip
        run._draw(self.Statement._merchants_to_settle())
        return run

    def _available(self, merchant=None, amount=50.0):
        merchant = merchant or self.merchant_a
        return self.env['marketplace.balance.entry']._book(
            merchant, 'adjustment', amount, "Test", self.env['res.partner'].create({'name': "T"})
        )

    # === PERIODS === #

    def test_periods_end_when_people_expect(self):
        for today, day, week, half, month in (
            (date(2026, 3, 1), (2, 28), (2, 22), (2, 28), (2, 28)),
            (date(2026, 3, 2), (3, 1), (3, 1), (2, 28), (2, 28)),
            (date(2026, 3, 15), (3, 14), (3, 8), (2, 28), (2, 28)),
            (date(2026, 3, 16), (3, 15), (3, 15), (3, 15), (2, 28)),
            (date(2028, 3, 1), (2, 29), (2, 27), (2, 29), (2, 29)),
            (date(2026, 1, 1), (12, 31), (12, 28), (12, 31), (12, 31)),
        ):
            year = today.year - (today.month == 1)
            expected = {
                name: date(year, *end)
                for name, end in zip(
                    ('day', 'week', 'half_month', 'month'), (day, week, half, month), strict=True
                )
            }
            self.assertEqual(period_ends(today), expected)

    def test_a_run_makes_up_for_nights_on_which_nothing_ran(self):
        self.Run.search([('is_periodic', '=', True)]).unlink()
        first = self.Run._periodic_run(date(2026, 3, 4))
        self.assertEqual(set(first.ends), {'day', 'week', 'half_month', 'month'})
        self.assertEqual(self.Run._periodic_run(date(2026, 3, 4)), first)
        self.assertEqual(self.Run._periodic_run(date(2026, 3, 5)), first, "It is not done.")
        first.is_done = True
        second = self.Run._periodic_run(date(2026, 3, 6))
        self.assertEqual(second.ends, {'day': '2026-03-05'})
        second.is_done = True
        third = self.Run._periodic_run(date(2026, 3, 17))
        self.assertEqual(
            third.ends, {'day': '2026-03-16', 'week': '2026-03-15', 'half_month': '2026-03-15'}
        )

    def test_terms_of_the_merchant_come_before_the_tiers_and_the_companys(self):
        self._available(), self._available(self.merchant_b)
        self.company.marketplace_statement_period = 'week'
        self.merchant_a.tier_id.statement_period = 'month'
        self.merchant_b.statement_period = 'day'
        run = self._run(week=self.today)
        self.assertFalse(run.statement_ids.filtered(
            lambda statement: statement.merchant_id in self.merchant_a | self.merchant_b
        ))
        run = self._run_again(run, day=self.today)
        self.assertEqual(self.merchant_b.statement_ids.period, 'day')
        self.assertFalse(self.merchant_a.statement_ids)
        self._run_again(run, month=self.today)
        self.assertEqual(self.merchant_a.statement_ids.period, 'month')

    def _run_again(self, run, **ends):
        run.ends = {period: fields.Date.to_string(end) for period, end in ends.items()}
        run._draw(self.Statement._merchants_to_settle())
        return run

    def test_a_period_is_drawn_up_once(self):
        self._available()
        run = self._run(week=self.today)
        statement = self.merchant_a.statement_ids
        self.assertEqual(statement.run_id, run)
        statement.with_user(self.officer).action_send()
        self._available()
        self._run_again(run, week=self.today)
        self.assertEqual(self.merchant_a.statement_ids, statement)
        # By hand it is drawn up all the same, and the next period takes what is left.
        self.assertTrue(self.Statement._generate(self.today, self.merchant_a))

    def test_small_sums_wait_unless_the_merchant_leaves(self):
        self._available(amount=49.99)
        self.company.marketplace_statement_minimum = 50.0
        self.assertFalse(self.Statement._generate(self.today, self.merchant_a))
        self.merchant_a.write({'statement_period': 'day', 'statement_minimum': 49.99})
        draft = self.Statement._generate(self.today, self.merchant_a)
        self.assertEqual(draft.amount_net, 49.99)
        self._available(self.merchant_b, amount=1.0)
        self.assertFalse(self.Statement._generate(self.today, self.merchant_b))
        self.env.cr.execute(
            "UPDATE marketplace_merchant SET state = 'exiting' WHERE id = %s", [self.merchant_b.id]
        )
        self.assertTrue(self.Statement._generate(self.today, self.merchant_b))

    # === BY HAND === #

    def test_the_button_draws_up_once(self):
        self._available()
        action = self.Statement.with_user(self.officer).action_generate()
        drafts = self.Statement.search(action['domain'])
        self.assertIn(self.merchant_a, drafts.merchant_id)
        self.assertTrue(drafts.run_id.is_done)
        self.assertEqual(drafts.run_id.user_id, self.officer)
        again = self.Statement.with_user(self.officer).action_generate()
        self.assertFalse(self.Statement.search(again['domain']))
        self.assertIn("No merchant has anything available", again['help'])
        with self.assertRaises(AccessError):
            self.Statement.with_user(self.finance_a).action_generate()
        self.assertBooksAgree()

    def test_the_empty_list_says_why_nothing_was_drawn_up(self):
        self.env['marketplace.hold'].search([]).sudo()._write({'state': 'released'})
        self.company.marketplace_statement_minimum = 50.0
        self._available(amount=49.99)
        said = self.Statement.with_user(self.officer).action_generate()['help']
        self.assertIn("less available than the smallest amount", said)
        self.assertNotIn("still a draft", said)
        self.assertNotIn("Active holds", said)
        self._available(amount=0.01)
        self.Statement.with_user(self.officer).action_generate()
        self._available(amount=60.0)
        self.env['marketplace.hold'].with_user(self.officer).create({
            'merchant_id': self.merchant_b.id, 'company_id': self.company.id, 'reason': "Asked",
        })  # fmt: skip
        said = self.Statement.with_user(self.officer).action_generate()['help']
        self.assertIn("still a draft: 1.", said)
        self.assertNotIn("less available", said)
        self.assertIn("Active holds, which keep what they concern out of statements: 1.", said)

    def test_nobody_makes_a_run_by_a_remote_call(self):
        with self.assertRaises(UserError):
            self.Run.with_user(self.officer).create({'date': self.today})

    def test_queries_do_not_grow_with_the_merchants(self):
        def queries(merchants):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Statement._generate(self.today, merchants)
            return self.env.cr.sql_log_count - before

        self._available()
        self._available(self.merchant_b)
        many = self.merchant_a | self.merchant_b
        queries(many)
        many.statement_ids.with_user(self.officer).action_send()
        self._available()
        alone = queries(self.merchant_a)
        many.statement_ids.filtered(lambda s: s.state == 'draft').with_user(
            self.officer
        ).action_send()
        self._available()
        self._available(self.merchant_b)
        self.assertLessEqual(queries(many), alone)

    # === BATCHES === #

    def test_a_batch_is_a_job_and_done_by_the_cron_as_well(self):
        Entry = self.env['marketplace.balance.entry']
        order = self._paid({self.bowl: 1, self.vase: 1})
        for part in order.marketplace_order_ids:
            part.with_user(part.merchant_id.member_ids.filtered('role_orders').user_id[:1]
                           ).portal_accept()
        ids = (self.merchant_a | self.merchant_b).ids
        cron = self.env.ref('marketplace_settlement.ir_cron_mature_entries')
        with (
            patch.object(type(Entry), '_merchants_to_mature', lambda entries: ids),
            patch.object(type(Entry), '_run_batches', self._in_ones(Entry)),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        jobs = self.env['queue.job'].search([
            ('model_name', '=', Entry._name), ('method_name', '=', '_batch_job'),
        ], order='id')  # fmt: skip
        self.assertEqual([job.args[1] for job in jobs[-2:]], [[ids[0]], [ids[1]]])
        self.assertEqual(set(jobs.mapped('state')), {'cancelled'}, "The cron has done their work.")

    @staticmethod
    def _in_ones(model):
        run_batches = type(model)._run_batches
        return lambda records, method, ids, size=1: run_batches(records, method, ids, 1)

    def test_money_does_not_move_where_idle_transactions_are_ended(self):
        self.env.cr.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
        for call in (
            lambda: self.env['marketplace.balance.entry']._run_batches('_mature', [1]),
            self.Statement._post_many,
        ):
            with self.assertRaisesRegex(UserError, 'idle_in_transaction_session_timeout'):
                call()

    # === LEAVING A STATEMENT === #

    def test_an_entry_leaves_a_statement_until_it_is_posted(self):
        kept, taken = self._available(amount=70.0), self._available(amount=30.0)
        statement = self.Statement._generate(self.today, self.merchant_a)
        statement.with_user(self.officer).action_send()
        where = SQL("entry.id = %s", taken.id)
        self.assertEqual(self.Statement._take_out(where, 'available'), statement)
        self.assertEqual((taken.state, taken.statement_id.id), ('available', False))
        self.assertEqual((statement.amount_net, self._wallet().available), (70.0, 30.0))
        statement.with_user(self.finance_a).portal_confirm()
        statement.with_user(self.officer).action_post()
        self.assertFalse(self.Statement._take_out(SQL("entry.id = %s", kept.id), 'held'))
        with (
            mute_logger('odoo.sql_db'),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE marketplace_balance_entry SET statement_id = NULL WHERE id = %s", [kept.id]
            )
        self.assertBooksAgree()

    def test_what_is_left_as_a_debt_goes_back_to_the_wallet(self):
        taken = self._available(amount=30.0)
        penalty = self._available(amount=-20.0)
        statement = self.Statement._generate(self.today, self.merchant_a)
        self.Statement._take_out(SQL("entry.id = %s", taken.id), 'available')
        self.assertEqual((penalty.state, statement.amount_net), ('available', 0.0))
        self.assertEqual((self._wallet().available, self._wallet().in_transit), (10.0, 0.0))
        self.assertBooksAgree()

    # === DEBTS === #

    def test_a_new_debt_reduces_the_posted_statement(self):
        self._available(amount=100.0)
        statement = self._statement()
        self._available(amount=-30.0)
        debt = self.Statement._offset_debts(self.company).filtered(
            lambda posted: posted.merchant_id == self.merchant_a
        )
        self.assertEqual((debt.state, debt.amount_net), ('posted', -30.0))
        self.assertEqual((self._wallet().debt, self._wallet().in_transit), (0.0, 70.0))
        self.assertEqual(statement.state, 'posted')
        self.assertBooksAgree()

    def test_a_debt_of_all_that_is_posted_settles_both(self):
        self._available(amount=100.0)
        statement = self._statement()
        self._available(amount=-100.0)
        debt = self.Statement._offset_debts(self.company).filtered(
            lambda posted: posted.merchant_id == self.merchant_a
        )
        self.assertEqual((statement.state, debt.state), ('paid', 'paid'))
        self.assertEqual((self._wallet().in_transit, self._wallet().paid), (0.0, 0.0))
        self.assertTrue((statement | debt)._payable_items().mapped('reconciled'))
        self.assertBooksAgree()

    def test_a_debt_that_is_not_covered_waits(self):
        self._available(amount=100.0)
        self._statement()
        self._available(amount=-100.01)
        drawn = self.Statement._offset_debts(self.company)
        self.assertNotIn(self.merchant_a, drawn.merchant_id)
        self.assertEqual((self._wallet().debt, self._wallet().in_transit), (-100.01, 100.0))

    # === HEARTBEAT === #

    def test_finance_managers_are_told_once_about_work_that_stopped(self):
        Beat = self.env['marketplace.heartbeat']
        Beat._beat('mature')
        beat = Beat.search([('work', '=', 'mature')])
        beat._tell()
        self.assertFalse(beat.activity_ids)
        with freeze_time(datetime.now() + (beat.due - beat.last_good) * 1.1):
            beat.invalidate_recordset()
            self.assertTrue(beat.is_late)
            beat._tell()
            beat._tell()
        users = beat.activity_ids.user_id
        self.assertLessEqual({self.maker, self.approver}, set(users))
        self.assertEqual(len(beat.activity_ids), len(users))
        Beat._beat('mature')
        beat._tell()
        self.assertFalse(beat.activity_ids)
