# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


class DepositCommon(MoneyCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_a.tier_id.write({'deposit_amount': 500.0, 'currency_id': cls.currency.id})
        cls.company.write({
            'marketplace_deposit_min_orders': 2, 'marketplace_deposit_default_rate': 1.0,
        })
        cls.env['marketplace.requirement'].search([('kind', '=', 'deposit')]).active = False
        cls.requirement = cls.env['marketplace.requirement'].create({
            'name': "Deposit", 'kind': 'deposit', 'capability': 'take_orders', 'stage': 'later',
            'due_days': 30,
        })

    @classmethod
    def _receive(cls, amount, reference, merchant=None):
        """Let a finance officer register a transfer of the merchant."""
        wizard = cls.env['marketplace.deposit.receipt'].with_user(cls.officer).create({
            'merchant_id': (merchant or cls.merchant_a).id,
            'amount': amount,
            'journal_id': cls.bank_journal.id,
            'reference': reference,
        })
        return cls.env['marketplace.deposit.movement'].browse(wizard.action_book()['res_id'])

    @classmethod
    def _owe(cls, amount, merchant=None, days=0):
        """Let a merchant owe an amount since some days; return the balance entry."""
        source = cls.env['res.partner'].create({'name': "Case"})
        with freeze_time(fields.Datetime.now() - timedelta(days=days)):
            return cls.env['marketplace.balance.entry']._book(
                merchant or cls.merchant_a, 'penalty', -amount, "Late delivery", source
            )

    @classmethod
    def _debt(cls, entry):
        return cls.env['marketplace.debt']._current([('entry_id', '=', entry.id)])

    @classmethod
    def _recover(cls, entry, kind, amount=None):
        """Propose a recovery as officer and approve it as manager; return it."""
        debt = cls._debt(entry).with_user(cls.officer)
        action = getattr(debt, {
            'deposit': 'action_take_from_deposit', 'invoice': 'action_invoice',
            'write_off': 'action_write_off',
        }[kind])()
        recovery = cls.env['marketplace.debt.recovery'].search(action['domain'])
        if amount:
            recovery.with_user(cls.officer).action_withdraw()
            recovery = recovery.with_user(cls.officer).create({
                'kind': kind, 'entry_id': entry.id, 'amount': amount, 'reason': "A part",
            })
        recovery.with_user(cls.approver).action_approve()
        return recovery.sudo()

    def _latest(self, merchant=None):
        return self.env['marketplace.deposit.requirement']._latest(merchant or self.merchant_a)


@tagged('post_install', '-at_install')
class TestRequiredDeposit(DepositCommon):

    def _compute(self):
        self.env['marketplace.deposit.requirement']._compute_requirements(self.merchant_a)
        return self._latest()

    def test_the_tier_is_the_floor(self):
        row = self._compute()
        self.assertRecordValues(row, [{
            'tier_amount': 500.0, 'open_amount': 0.0, 'exposure': 0.0, 'amount': 500.0,
            'dispute_rate': 1.0, 'category_factor': 1.0,
        }])  # fmt: skip
        self.assertEqual(self.merchant_a.deposit_required, 500.0)

    def test_open_orders_times_disputes_times_category(self):
        """123 open × 50 % × 20 = 1,230: one of two orders was disputed."""
        self.bowl.categ_id.marketplace_deposit_factor = 20.0
        first, second = self._paid(), self._paid()
        for order in first | second:
            part = order.marketplace_order_ids
            part.with_user(self.clerk_a).portal_accept()
            part.with_user(self.clerk_a).portal_ship("SF Express", f"SF{part.id}")
        disputed = first.marketplace_order_ids
        disputed.with_user(self.shopper).portal_confirm_receipt()
        self._escalate_return(disputed)
        row = self._compute()
        self.assertRecordValues(row, [{
            'open_amount': 246.0, 'order_count': 2, 'disputed_count': 1, 'dispute_rate': 50.0,
            'category_factor': 20.0, 'exposure': 2460.0, 'amount': 2460.0,
        }])  # fmt: skip
        self.assertEqual(self.merchant_a.deposit_required, 2460.0)
        self.assertEqual(
            row.exposure, row.open_amount * row.dispute_rate / 100 * row.category_factor
        )

    def _escalate_return(self, part):
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'return_refund', "It has a crack", {str(part._goods_lines().id): 1}
            )
        )
        request.with_user(self.clerk_a).portal_reject("It was whole")
        request.with_user(self.shopper).portal_escalate("It was not")

    def test_the_cap_of_the_tier(self):
        self.bowl.categ_id.marketplace_deposit_factor = 1000.0
        self.merchant_a.tier_id.deposit_cap = 900.0
        self._paid()
        row = self._compute()
        self.assertRecordValues(row, [{'exposure': 1230.0, 'cap': 900.0, 'amount': 900.0}])
        self.assertEqual(self.merchant_a.deposit_required, 900.0)
        self.merchant_a.tier_id.deposit_amount = 1000.0
        self.assertEqual(self.merchant_a.deposit_required, 1000.0, "the tier counts as it is now")

    def test_a_factor_comes_from_the_nearest_category_above(self):
        parent = self.env['product.category'].create({
            'name': "Fragile", 'marketplace_deposit_factor': 3.0,
        })
        child = self.bowl.categ_id
        child.parent_id = parent
        self._paid()
        self.assertEqual(self._compute().category_factor, 3.0)
        child.marketplace_deposit_factor = 5.0
        self.assertEqual(self._compute().category_factor, 5.0)

    def test_a_category_asks_for_its_own_minimum(self):
        """1,500 for what the merchant may sell: more than the tier's 500, whatever the cap."""
        above = self.env['product.category'].create({
            'name': "Medicine", 'marketplace_deposit_minimum': 1500.0,
            'marketplace_deposit_currency_id': self.currency.id,
        })
        sold = self.env['product.category'].create({
            'name': "Herbs", 'parent_id': above.id, 'marketplace_open': True,
        })
        self.merchant_a.tier_id.deposit_cap = 900.0
        self.assertEqual(self._compute().amount, 500.0)
        self.merchant_a.category_ids |= sold
        self.assertEqual(self.merchant_a.deposit_required, 1500.0, "at once")
        row = self._compute()
        self.assertRecordValues(row, [{
            'tier_amount': 500.0, 'category_amount': 1500.0, 'amount': 1500.0,
        }])  # fmt: skip
        self.assertIn(row._format(1500.0), row._what_if()[0])
        self.assertIn("for the categories", row.explanation)
        sold.marketplace_deposit_minimum = 700.0
        self.assertEqual(self._compute().amount, 700.0, "the nearest category counts")

    def test_a_row_is_written_when_a_term_has_changed(self):
        first = self._compute()
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.assertEqual(self._compute(), first)
            self.merchant_a.tier_id.deposit_amount = 600.0
            second = self._compute()
            self.assertNotEqual(second, first)
            self.assertEqual(first.amount, 500.0, "what counted yesterday stays")
            self.merchant_a.tier_id.deposit_amount = 700.0
            self.assertEqual(self._compute(), second, "one row a day")
            self.assertEqual(second.amount, 700.0)

    def test_the_number_of_queries_does_not_grow_with_merchants(self):
        self.env.flush_all()
        Requirement = self.env['marketplace.deposit.requirement']
        Requirement._compute_requirements(self.merchant_a)
        before = self.env.cr.sql_log_count
        Requirement._compute_requirements(self.merchant_a)
        one = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        Requirement._compute_requirements()
        self.assertLessEqual(self.env.cr.sql_log_count - before, one)

    def test_the_formula_is_explained_in_words(self):
        self.bowl.categ_id.marketplace_deposit_factor = 1000.0
        self._paid()
        row = self._compute()
        values = [value for _label, value, _note in row._terms()]
        for amount in (123.0, 1230.0, 500.0):
            self.assertIn(row._format(amount), values)
        half, twice, _orders = row._what_if()
        self.assertIn(row._format(615.0), half)
        self.assertIn(row._format(2460.0), twice)
        self.assertIn(row._format(1230.0), row.explanation)

    def test_rows_are_neither_typed_in_nor_deleted(self):
        row = self._compute()
        for call in (lambda: row.write({'amount': 1.0}), row.unlink):
            with self.assertRaises(UserError):
                call()


@tagged('post_install', '-at_install')
class TestDepositDemand(DepositCommon):

    def _run(self):
        self.env['marketplace.deposit.requirement']._cron_deposits()
        return self.env['marketplace.deposit.demand'].search(
            [('merchant_id', '=', self.merchant_a.id)]
        )

    def test_what_is_missing_is_asked_for_once_with_a_day(self):
        demand = self._run()
        today = fields.Date.context_today(demand)
        self.assertRecordValues(demand, [{
            'amount': 500.0, 'state': 'open', 'date_due': today + timedelta(days=14),
            'notice': 'marketplace_settlement.mail_template_deposit_demand',
        }])  # fmt: skip
        self.assertEqual(self._run(), demand)
        due = self.merchant_a.requirement_due_ids.filtered(
            lambda due: due.requirement_id == self.requirement
        )
        self.assertRecordValues(due, [{'date': demand.date_due, 'mail_on': False}])

    def test_each_one_reads_in_the_own_language_why_it_is_asked_for(self):
        self.env['res.lang']._activate_lang('zh_CN')
        demand = self._run()
        label = self.env['ir.model.fields.selection'].search([
            ('field_id', '=', self.env['ir.model.fields']._get(demand._name, 'cause').id),
            ('value', '=', 'required'),
        ])
        label.update_field_translations('name', {'zh_CN': "您的保证金尚未足额。"})
        self.assertIn("your open orders ask for", demand.reason)
        self.assertEqual(demand.with_context(lang='zh_CN').reason, "您的保证金尚未足额。")

    def test_paying_in_meets_the_demand(self):
        demand = self._run()
        self._receive(200.0, "T1")
        self.assertEqual(demand.state, 'open')
        self.assertEqual(demand.missing, 300.0)
        self._receive(300.0, "T2")
        self.assertEqual(demand.state, 'met')
        self.assertFalse(demand.deadline)

    def test_orders_stop_after_the_day_and_go_on_when_it_is_paid(self):
        demand = self._run()
        self.merchant_a._update_order_stop()
        self.assertFalse(self.merchant_a.is_order_stopped)
        with freeze_time(fields.Datetime.now() + timedelta(days=15)):
            self._pass_deadline(demand)
            self.assertEqual(demand.state, 'overdue')
            self.assertTrue(self.merchant_a.is_order_stopped)
            self._receive(500.0, "T3")
            self.assertEqual(demand.state, 'met')
            self.assertFalse(self.merchant_a.is_order_stopped)

    def test_the_merchant_is_reminded_before_the_day(self):
        demand = self._run()
        demand.notice = False
        with freeze_time(demand.deadline + timedelta(minutes=1)):
            self._pass_deadline(demand)
            self.assertEqual(demand.state, 'open')
            self.assertTrue(demand.notice)
            self.assertGreater(demand.deadline, fields.Datetime.now())

    def test_a_manager_gives_another_week(self):
        demand = self._run()
        day = demand.date_due
        with self.assertRaises(AccessError):
            demand.with_user(self.officer).action_extend(reason="Please")
        with self.assertRaises(UserError):
            demand.with_user(self.maker).action_extend(reason="")
        demand.with_user(self.maker).action_extend(reason="The bank is slow")
        self.assertEqual(demand.date_due, day + timedelta(days=7))
        due = self.merchant_a.requirement_due_ids.filtered(
            lambda due: due.requirement_id == self.requirement
        )
        self.assertEqual(due.date, demand.date_due)

    def test_who_leaves_is_not_asked_any_more(self):
        demand = self._run()
        self.env.cr.execute(
            "UPDATE marketplace_merchant SET state = 'exiting' WHERE id = %s",
            [self.merchant_a.id],
        )
        self.merchant_a.invalidate_recordset()
        self._run()
        self.assertEqual(demand.state, 'cancelled')

    def test_payouts_keep_back_what_is_missing_only_by_option(self):
        self.assertEqual(self.merchant_a._deposit_shortfall(), 0.0)
        self.company.marketplace_deposit_keep_back = True
        self.assertEqual(self.merchant_a._deposit_shortfall(), 500.0)
        self._receive(450.0, "T4")
        self.assertEqual(self.merchant_a._deposit_shortfall(), 50.0)


@tagged('post_install', '-at_install')
class TestDepositMoney(DepositCommon):

    def test_a_transfer_is_booked_once(self):
        movement = self._receive(500.0, " BANK 77 ")
        self.assertRecordValues(movement, [
            {'kind': 'pay_in', 'amount': 500.0, 'bank_reference': "BANK 77"},
        ])  # fmt: skip
        self.assertEqual(self._balances(movement.move_id | movement.payment_id.move_id), {
            movement.payment_id.outstanding_account_id: 500.0,
            self.company.marketplace_deposit_account_id: -500.0,
        })
        self.assertEqual(self.merchant_a.deposit_account_ids.balance, 500.0)
        with self.assertRaisesRegex(UserError, "booked already"):
            self._receive(500.0, "BANK  77")
        self.assertEqual(self.merchant_a.deposit_balance, 500.0)
        self.assertBooksAgree()

    def test_a_transfer_needs_sense_and_an_officer(self):
        for amount, reference in ((0.0, "X"), (-5.0, "X"), (5.0, " ")):
            with self.assertRaises(UserError):
                self._receive(amount, reference)
        for user in (self.finance_a, self.shopper, self.clerk_a):
            with self.assertRaises(AccessError):
                self.env['marketplace.deposit.receipt'].with_user(user).create({
                    'merchant_id': self.merchant_a.id, 'amount': 5.0, 'reference': "Y",
                    'journal_id': self.bank_journal.id,
                })

    def test_a_transfer_stays_as_it_is(self):
        movement = self._receive(500.0, "BANK 1")
        for move in movement.move_id | movement.payment_id.move_id:
            with self.assertRaises(UserError):
                move.button_draft()

    def test_a_deposit_never_falls_below_zero(self):
        self._receive(100.0, "BANK 2")
        Account = self.env['marketplace.deposit.account']
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), \
                self.env.cr.savepoint():
            Account._add([(self.merchant_a.id, self.company.id, -100.01)])
        account = self.merchant_a.deposit_account_ids
        for call in (
            lambda: account.write({'balance': 5.0}), account.unlink,
            lambda: Account.create({'merchant_id': self.merchant_b.id}),
        ):
            with self.assertRaises(UserError):
                call()

    def test_the_checker_sees_a_deposit_that_differs_from_its_movements(self):
        self._receive(100.0, "BANK 3")
        self.env.cr.execute(
            "UPDATE marketplace_deposit_account SET balance = balance + 0.01"
            " WHERE merchant_id = %s", [self.merchant_a.id],
        )
        findings = self.env['marketplace.checker']._check()
        self.assertEqual([item['invariant'] for item in findings], ['deposit_account'])

    def test_the_statement_of_the_deposit_adds_up(self):
        self._receive(100.0, "BANK 4")
        self._receive(50.0, "BANK 5")
        entry = self._owe(30.0)
        self._recover(entry, 'deposit')
        account = self.merchant_a.deposit_account_ids
        self.assertEqual([balance for _movement, balance in account._history()], [100, 150, 120])
        html = self.env['ir.actions.report']._render_qweb_html(
            'marketplace_settlement.report_deposit_statement', account.ids
        )[0].decode()
        self.assertIn("BANK 5", html)
        self.assertIn("120.00", html)

    # === REFUND === #

    def _refund(self, **values):
        return self.env['marketplace.deposit.refund'].with_user(self.officer).create({
            'merchant_id': self.merchant_a.id, 'amount': 100.0, 'reason': "Too much",
            **values,
        })  # fmt: skip

    def test_a_surplus_goes_to_the_bank_account(self):
        self._receive(600.0, "BANK 6")
        refund = self._refund(way='bank', journal_id=self.bank_journal.id)
        with self.assertRaises(AccessError):
            refund.action_approve()
        refund.with_user(self.approver).action_approve()
        self.assertEqual(refund.state, 'booked')
        moves = refund.sudo().movement_id.move_id | refund.sudo().payment_id.move_id
        self.assertEqual(self._balances(moves), {
            self.company.marketplace_deposit_account_id: 100.0,
            refund.sudo().payment_id.outstanding_account_id: -100.0,
        })
        self.assertEqual(self.merchant_a.deposit_balance, 500.0)
        self.assertBooksAgree()

    def test_a_surplus_goes_into_the_next_statement(self):
        self._receive(600.0, "BANK 7")
        self._refund(way='statement').with_user(self.approver).action_approve()
        self.assertEqual(self._wallet().available, 100.0)
        statement = self._statement()
        self.assertEqual(statement.amount_net, 100.0)
        self.assertBooksAgree()

    def test_only_what_is_too_much_goes_back(self):
        self._receive(550.0, "BANK 8")
        with self.assertRaisesRegex(UserError, "more than is required"):
            self._refund(amount=50.01)
        refund = self._refund(amount=50.0)
        self.merchant_a.tier_id.deposit_amount = 540.0
        with self.assertRaisesRegex(UserError, "more than is required"):
            refund.with_user(self.approver).action_approve()
        self.assertEqual(self.merchant_a.deposit_balance, 550.0)

    def test_nothing_goes_to_an_account_that_is_not_verified(self):
        self._receive(600.0, "BANK 9")
        self.env.cr.execute(
            "UPDATE marketplace_bank_account SET state = 'draft' WHERE merchant_id = %s",
            [self.merchant_a.id],
        )
        self.merchant_a.bank_account_ids.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "no verified bank account"):
            self._refund(way='bank', journal_id=self.bank_journal.id)
