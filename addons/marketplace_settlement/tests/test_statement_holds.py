# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from contextlib import closing, contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_statement_room import RoomCommon


@tagged('post_install', '-at_install')
class TestStatementHolds(RoomCommon):
    """Orders of the worked example, 113.96 each: what is held leaves what is not posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order, cls.other = cls._paid(), cls._paid()
        cls._complete(cls.order | cls.other)
        cls.part = cls.order.marketplace_order_ids
        cls.statement = cls._draft()

    def test_what_is_held_leaves_a_statement_until_that_is_posted(self):
        for state in ('draft', 'sent', 'confirmed'):
            self._advance_to(state)
            with self.subTest(state), self._undone():
                hold = self.part._hold("Complaint", self.part)
                self.assertEqual((self.statement.state, self.statement.amount_net), (state, 113.96))
                self.assertEqual((self._wallet().held, hold.amount), (113.96, 113.96))
                self.assertEqual(set(self.part.entry_ids.mapped('state')), {'held'})
                self.assertEqual(hold.statement_ids, self.statement)
                self.assertIn("113.96", self.statement.message_ids[0].body)
                html = self.env['ir.actions.report']._render_qweb_html(
                    'marketplace_settlement.report_statement', self.statement.ids
                )[0].decode()
                self.assertIn("Held, not in this statement", html)
                self.assertBooksAgree()
                hold._release()
                self.assertEqual((self._wallet().available, self._wallet().held), (113.96, 0.0))
                self.assertBooksAgree()

    def test_every_kind_of_hold_does_and_the_rest_is_paid_on_time(self):
        Hold = self.env['marketplace.hold'].with_user(self.officer)
        set_by = {
            'dispute': lambda: self.part._hold("Complaint", self.part),
            'risk': lambda: self.part._hold("Check", self.order, kind='risk'),
            'manual': lambda: Hold.create({'order_id': self.part.id, 'reason': "Lost parcel"}),
        }
        for kind, hold in set_by.items():
            with self.subTest(kind), self._undone():
                self.assertEqual(hold().kind, kind)
                self.assertEqual((self._wallet().held, self.statement.amount_net), (113.96, 113.96))
                self._advance_to('confirmed')
                self.statement.with_user(self.officer).action_post()
                self._pay_out()
                self.assertEqual((self._wallet().paid, self._wallet().held), (113.96, 113.96))
                self.assertBooksAgree()

    def test_a_hold_of_a_merchant_empties_its_statements_and_stops_its_payouts(self):
        with self._undone():
            self._hold_merchant()
            self.assertEqual((self.statement.amount_net, self._wallet().held), (0.0, 227.92))
            self.assertBooksAgree()
        self._post()
        batch = self._batch()
        hold = self._hold_merchant()
        self.assertEqual((self.statement.amount_net, self._wallet().held), (227.92, 0.0))
        with self.assertRaisesRegex(UserError, "Check of the licence"):
            batch.with_user(self.approver).action_approve()
        batch.payout_ids.with_user(self.maker).action_leave_out("Held")
        with self.assertRaisesRegex(UserError, "nothing to pay"), self._undone():
            self._batch()
        row = self.env['marketplace.cash.forecast'].search(
            [('merchant_id', '=', self.merchant_a.id)]
        )
        self.assertEqual((row.stage, row.amount, row.date), ('held', 227.92, False))
        self.assertIn("Check of the licence", row.condition)
        entry = self.part.entry_ids[:1].with_user(self.finance_a)
        self.assertEqual(entry.waits_for, row.condition)
        hold.with_user(self.maker).action_release()
        self._pay_out()
        self.assertEqual(self._wallet().paid, 227.92)
        self.assertBooksAgree()

    def test_a_posted_statement_keeps_its_lines_unless_it_is_reversed(self):
        self._post()
        hold = self.part._hold("Complaint", self.part)
        self.assertEqual((self.statement.amount_net, self._wallet().held), (227.92, 0.0))
        self.assertFalse(hold.statement_ids)
        self.statement.with_user(self.maker).action_request_reversal("Wrong month")
        self.statement.reversal_ids.with_user(self.approver).action_approve()
        self.assertEqual((self._wallet().available, self._wallet().held), (113.96, 113.96))
        self.assertEqual(self._draft().amount_net, 113.96)
        self.assertBooksAgree()

    def test_posting_asks_for_holds_that_came_between(self):
        """A hold that was set while its order matured saw it in no statement."""
        self._advance_to('confirmed')
        with patch.object(self.env.registry['marketplace.hold'], '_take', lambda hold: None):
            hold = self.part._hold("Complaint", self.part)
        self.assertEqual(self.statement.amount_net, 227.92)
        self.statement.with_user(self.officer).action_post()
        self.assertEqual((self.statement.state, self.statement.amount_net), ('posted', 113.96))
        self.assertEqual((hold.amount, self._wallet().held), (113.96, 113.96))
        self.assertBooksAgree()

    def test_what_is_owed_by_an_order_is_not_held(self):
        self._post()
        self._pay_out()
        self.part._refund_amount(50.0, "Crack", self.part)
        self._complete(self._paid())
        self.statement = self._draft()
        net = self.statement.amount_net
        self.assertLess(net, 113.96)
        self.part._hold("Complaint", self.part)
        self.assertEqual((self.statement.amount_net, self._wallet().held), (net, 0.0))
        self.assertBooksAgree()

    def test_a_line_that_is_no_longer_contested_stays_held_with_its_order(self):
        self._advance_to('sent')
        sale = self.part.entry_ids.filtered(lambda entry: entry.kind == 'sale')
        contest_id = self.statement.with_user(self.finance_a).portal_contest(
            sale.id, {'amount': 5, 'reason': "Too little"}
        )
        self.part._hold("Complaint", self.part)
        self.assertEqual(self._wallet().held, 113.96)
        contest = self.env['marketplace.statement.contest'].browse(contest_id)
        contest.with_user(self.finance_a).portal_withdraw()
        self.assertEqual((self._wallet().held, self.statement.amount_net), (113.96, 113.96))
        self.assertBooksAgree()

    def test_many_statements_are_sent_by_as_many_queries_as_one(self):
        self._complete(self._paid({self.vase: 1}))
        drafts = self.statement | self._draft(self.merchant_b)
        self.assertEqual(len(drafts), 2)
        self._count_queries(drafts)
        self.assertEqual(self._count_queries(drafts), self._count_queries(self.statement))

    # === HELPERS === #

    @contextmanager
    def _undone(self):
        """Take back what is done in the meantime."""
        with closing(self.env.cr.savepoint()):
            yield

    def _count_queries(self, statements):
        with self._undone():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            statements.with_user(self.officer).action_send()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

    def _advance_to(self, state):
        if self.statement.state == 'draft' and state != 'draft':
            self.statement.with_user(self.officer).action_send()
        if self.statement.state == 'sent' and state == 'confirmed':
            self.statement.with_user(self.finance_a).portal_confirm()

    def _post(self):
        self._advance_to('sent')
        self._advance_to('confirmed')
        self.statement.with_user(self.officer).action_post()

    def _hold_merchant(self):
        return self.env['marketplace.hold'].with_user(self.officer).create({
            'merchant_id': self.merchant_a.id, 'reason': "Check of the licence",
        })


@tagged('post_install', '-at_install')
class TestReserveHolds(RoomCommon):

    def test_the_reserve_of_what_is_held_is_held_with_it(self):
        self._reserve_rule()
        order = self._paid()
        self._complete(order)
        statement = self._draft()
        part = order.marketplace_order_ids
        hold = part._hold("Complaint", part)
        wallet = self._wallet()
        self.assertEqual((statement.amount_net, wallet.debt), (0.0, 0.0))
        self.assertEqual((wallet.held_for_cases, wallet.reserve), (101.66, 12.30))
        self.assertBooksAgree()
        statement.with_user(self.officer).action_send()
        hold._release()
        self.assertEqual(self._draft().amount_net, 101.66)
        self.assertEqual(self._wallet().reserve, 12.30)
        self.assertBooksAgree()

    def test_a_version_counts_from_its_day_and_the_one_before_until_then(self):
        today = fields.Date.context_today(self.merchant_a)
        rule = self._reserve_rule()
        version = rule.browse(rule.with_user(self.maker).action_replace()['res_id'])
        version.write({'percent': 5, 'date_from': fields.Date.add(today, days=7)})
        version.with_user(self.maker).action_activate()
        self.assertEqual((rule.state, rule.date_to), ('active', fields.Date.add(today, days=6)))
        self._complete(self._paid())
        self._draft()
        self.assertEqual((rule.hold_ids.amount, version.hold_ids.amount), (12.30, 0.0))
        third = version.browse(version.with_user(self.maker).action_replace()['res_id'])
        third.date_from = fields.Date.add(today, days=3)
        third.with_user(self.maker).action_activate()
        self.assertEqual((version.state, third.state), ('retired', 'active'))
