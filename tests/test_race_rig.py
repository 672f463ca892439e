# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Twenty people press the same money button at once, and two schedulers run beside them.

Real processes serve real HTTP and commit. However often a button is pressed, it moves money once,
and everybody else is told so politely.
"""

import os

from rig import Client, Refused, copied_database, registry_of, start_script, together, web_server

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

CLIENTS = 20
SCHEDULERS = 2
AMOUNT = 100.0
DEPOSIT = 60.0
PEOPLE = {
    'race_officer': 'marketplace_settlement.group_finance_officer',
    'race_maker': 'marketplace_settlement.group_finance_manager',
    'race_approver': 'marketplace_settlement.group_finance_manager',
    'race_manager': 'marketplace_merchant.group_merchant_manager',
    'race_arbitrator': 'marketplace_risk.group_arbitrator',
}
RUN_STATEMENTS = "env['marketplace.statement']._cron_generate()\nenv.cr.commit()\n"


@tagged('post_install', '-at_install')
class TestRaceRig(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(
            copied_database(get_db_name(), f'marketplace_race_{os.getpid()}')
        )
        cls.registry = cls.enterClassContext(registry_of(cls.database))
        cls._committed(cls._set_up_people)
        address = cls.enterClassContext(web_server(cls.database))
        cls.people = {login: Client(address, cls.database, login) for login in PEOPLE}

    @classmethod
    def _committed(cls, call):
        """Call with an environment of the superuser, and commit."""
        with cls.registry.cursor() as cr:
            return call(api.Environment(cr, SUPERUSER_ID, {}))

    @classmethod
    def _set_up_people(cls, env):
        env['marketplace.requirement'].search([]).active = False
        for login, group in PEOPLE.items():
            new_test_user(env, login, groups=group)

    # === STEPS === #

    def _earn(self, count=2):
        """Let some merchants be owed an amount; return their ids."""
        return self._committed(lambda env: self._book_for(env, count))

    def _book_for(self, env, count):
        merchants = env['marketplace.merchant'].create([
            {
                'code': f'RACE{env.cr.now().timestamp() * 1000:.0f}{number}',
                'partner_id': env['res.partner'].create({'name': f"Racer {number}"}).id,
                'tier_id': env['marketplace.tier'].search([], limit=1).id,
                'entity_type': 'company',
            }
            for number in range(count)
        ])
        merchants._move_to('active', system=True)
        for merchant in merchants:
            env['marketplace.bank.account'].create(merchant._prepare_bank_account_values(
                merchant.name, "Race Bank", f'62{merchant.id:014d}'
            ))
            env['marketplace.balance.entry']._book(
                merchant, 'adjustment', AMOUNT, "Goodwill", merchant
            )
        env.cr.execute(
            "UPDATE marketplace_bank_account SET state = 'verified' WHERE merchant_id = ANY(%s)",
            [merchants.ids],
        )
        env.invalidate_all()
        return merchants.ids

    def _statements(self, state):
        """Take what merchants are owed to statements in a state; return their ids."""
        merchant_ids = self._earn()
        return self._committed(lambda env: self._draw_up(env, merchant_ids, state))

    def _draw_up(self, env, merchant_ids, state):
        merchants = env['marketplace.merchant'].browse(merchant_ids)
        Statement = env['marketplace.statement']
        Statement._generate(fields.Date.context_today(Statement), merchants)
        statements = Statement.search([
            ('merchant_id', 'in', merchant_ids), ('state', '=', 'draft'),
        ])  # fmt: skip
        if state in ('sent', 'confirmed', 'posted'):
            statements._move_to('sent', system=True)
        if state in ('confirmed', 'posted'):
            statements._move_to('confirmed', system=True)
        if state == 'posted':
            statements._post_many()
        return statements.ids

    def _bank(self, env):
        return env['account.journal'].search([('type', '=', 'bank')], limit=1)

    def _rush(self, login, model, method, *args):
        """Let everybody press the button at once; return what came of it."""
        client = self.people[login]
        results = together([lambda: client.call(model, method, *args)] * CLIENTS)
        refused = [result for result in results if isinstance(result, Refused)]
        for refusal in refused:
            self.assertTrue(refusal.is_polite, refusal)
        return [result for result in results if not isinstance(result, Refused)], refused

    # === ASSERTIONS === #

    def assertBooksAgree(self):
        self.assertEqual(self._committed(lambda env: env['marketplace.checker']._check()), [])

    def assertPayable(self, merchant_ids, before, difference):
        self.assertAlmostEqual(self._payable(merchant_ids), before + difference)

    def _payable(self, merchant_ids):
        def read(env):
            account = env.company._marketplace_account('marketplace_payable_account_id')
            (amount,) = env['account.move.line']._read_group(
                [
                    ('account_id', '=', account.id), ('merchant_id', 'in', merchant_ids),
                    ('parent_state', '=', 'posted'),
                ],
                [], ['balance:sum'],
            )[0]  # fmt: skip
            return -(amount or 0.0)

        return self._committed(read)

    # === STATEMENTS === #

    @mute_logger('odoo.sql_db')
    def test_twenty_clicks_and_two_schedulers_draw_up_each_statement_once(self):
        merchant_ids = self._earn()
        schedulers = [
            start_script(self.database, RUN_STATEMENTS) for _number in range(SCHEDULERS)
        ]
        self._rush('race_officer', 'marketplace.statement', 'action_generate')
        for scheduler in schedulers:
            output, _errors = scheduler.communicate()
            self.assertEqual(scheduler.returncode, 0, output)
        entries = self._committed(lambda env: env['marketplace.balance.entry'].search_read(
            [('merchant_id', 'in', merchant_ids), ('kind', '=', 'adjustment'),
             ('amount', '=', AMOUNT)],
            ['state', 'statement_id'],
        ))  # fmt: skip
        self.assertEqual({entry['state'] for entry in entries}, {'in_statement'})
        self.assertBooksAgree()

    def test_twenty_clicks_post_a_statement_once(self):
        statement_ids = self._statements('confirmed')
        merchant_ids, nets = self._merchants_of(statement_ids)
        before = self._payable(merchant_ids)
        done, refused = self._rush(
            'race_officer', 'marketplace.statement', 'action_post', statement_ids
        )
        self.assertEqual((len(done), len(refused)), (1, CLIENTS - 1))
        self.assertPayable(merchant_ids, before, nets)
        self.assertBooksAgree()

    def _merchants_of(self, statement_ids):
        """Return the ids of their merchants, and what the statements come to."""

        def read(env):
            statements = env['marketplace.statement'].browse(statement_ids)
            return statements.merchant_id.ids, sum(statements.mapped('amount_net'))

        return self._committed(read)

    # === PAYOUTS === #

    def test_twenty_clicks_pay_a_merchant_once(self):
        merchant_ids, _nets = self._merchants_of(self._statements('posted'))
        journal_id = self._committed(lambda env: self._bank(env).id)
        Batch, Payout = 'marketplace.payout.batch', 'marketplace.payout'
        made, _refused = self._rush(
            'race_maker', Batch, 'create', {'journal_id': journal_id}
        )
        self.assertEqual(len(made), 1, _refused)
        batch_id = made[0]
        for login, method in (('race_approver', 'action_approve'), ('race_officer', 'action_send')):
            done, _refused = self._rush(login, Batch, method, [batch_id])
            self.assertEqual(len(done), 1, method)
        payout_ids = self._committed(
            lambda env: env[Batch].browse(batch_id).payout_ids.filtered(
                lambda payout: payout.merchant_id.id in merchant_ids
            ).ids
        )
        before = self._payable(merchant_ids)
        paid = self._committed(
            lambda env: sum(env[Payout].browse(payout_ids).mapped('amount'))
        )
        done, _refused = self._rush(
            'race_officer', Payout, 'action_mark_paid', payout_ids, "BANK 1"
        )
        self.assertEqual(len(done), 1)
        self.assertPayable(merchant_ids, before, -paid)
        self.assertBooksAgree()

    def test_twenty_clicks_take_a_payout_back_once(self):
        """What the bank did not pay, or sent back, waits for one new payout."""
        for method, is_paid in (('action_mark_failed', False), ('action_mark_returned', True)):
            with self.subTest(method):
                merchant_ids, nets = self._merchants_of(self._statements('posted'))
                payout_ids = self._committed(lambda env, merchant_ids=merchant_ids, is_paid=is_paid:
                                             self._sent_payouts(env, merchant_ids, is_paid))
                before = self._payable(merchant_ids)
                done, _refused = self._rush(
                    'race_officer', 'marketplace.payout', method, payout_ids, "Account closed"
                )
                self.assertEqual(len(done), 1)
                self.assertPayable(merchant_ids, before, nets if is_paid else 0.0)
                self.assertBooksAgree()

    def _sent_payouts(self, env, merchant_ids, is_paid):
        officer, maker, approver = (
            env['res.users'].search([('login', '=', f'race_{name}')])
            for name in ('officer', 'maker', 'approver')
        )
        batch = env['marketplace.payout.batch'].with_user(maker).create(
            {'journal_id': self._bank(env).id}
        )
        batch.with_user(approver).action_approve()
        batch.with_user(officer).action_send()
        payouts = batch.payout_ids.filtered(lambda payout: payout.merchant_id.id in merchant_ids)
        if is_paid:
            payouts.with_user(officer).action_mark_paid("BANK 2")
        return payouts.ids

    # === ALL OTHER BUTTONS THAT MOVE MONEY === #

    def test_twenty_clicks_on_any_other_button_move_money_once(self):
        """What is ready to be pressed, by whom, and what the merchant is owed afterwards."""
        for login, prepare, method, values, balance in (
            ('race_approver', self._adjustment, 'action_approve', (), AMOUNT + 5.0),
            ('race_approver', self._recovery_deposit, 'action_approve', (), 0.0),
            ('race_approver', self._recovery_invoice, 'action_approve', (), 0.0),
            ('race_approver', self._recovery_write_off, 'action_approve', (), 0.0),
            ('race_approver', self._deposit_to_balance, 'action_approve', (), AMOUNT + DEPOSIT),
            ('race_approver', self._deposit_to_bank, 'action_approve', (), AMOUNT),
            ('race_officer', self._receipt, 'action_book', (), AMOUNT),
            ('race_maker', self._charge, 'action_credit', ("Not delivered",), AMOUNT),
            ('race_maker', self._hold, 'action_release', (), AMOUNT),
            ('race_approver', self._reversal, 'action_approve', (), AMOUNT),
            ('race_approver', self._contest, 'action_approve', (), AMOUNT + 5.0),
        ):
            with self.subTest(prepare.__name__):
                merchant_id, model, res_id = self._committed(prepare)
                done, refused = self._rush(login, model, method, [res_id], *values)
                self.assertEqual((len(done), len(refused)), (1, CLIENTS - 1))
                self.assertEqual(self._balance(merchant_id), balance)
                self.assertBooksAgree()

    def test_twenty_clicks_refund_a_shopper_once(self):
        for login, prepare, method, values in (
            ('race_manager', self._order, 'action_cancel', ("Sold out",)),
            ('race_arbitrator', self._complaint, 'action_execute', ()),
            ('race_approver', self._advance, 'action_approve', ()),
        ):
            with self.subTest(prepare.__name__):
                order_id, model, res_id = self._committed(prepare)
                before = self._credit_notes(order_id)
                done, _refused = self._rush(login, model, method, [res_id], *values)
                self.assertEqual(len(done), 1)
                self.assertEqual(self._credit_notes(order_id), before + 1)
                self.assertBooksAgree()

    # === WHAT IS READY TO BE PRESSED === #

    def _balance(self, merchant_id):
        return self._committed(lambda env: sum(env['marketplace.balance.entry'].search(
            [('merchant_id', '=', merchant_id)]
        ).mapped('amount')))

    def _credit_notes(self, order_id):
        """Return how many credit notes the shopper of an order has."""
        return self._committed(lambda env: env['account.move'].search_count([
            ('move_type', '=', 'out_refund'), ('state', '=', 'posted'),
            ('commercial_partner_id', '=',
             env['marketplace.order'].browse(order_id).partner_id.commercial_partner_id.id),
        ]))  # fmt: skip

    def _merchant(self, env):
        return env['marketplace.merchant'].browse(self._book_for(env, 1))

    def _as(self, env, model, name):
        return env[model].with_user(env['res.users'].search([('login', '=', f'race_{name}')]))

    def _propose(self, env, model, merchant, **values):
        record = self._as(env, model, 'maker').create({'reason': "Race", **values})
        return merchant.id, model, record.id

    def _adjustment(self, env):
        merchant = self._merchant(env)
        return self._propose(
            env, 'marketplace.adjustment', merchant, merchant_id=merchant.id, amount=5.0,
            reason_code='goodwill',
        )  # fmt: skip

    def _recovery(self, env, kind):
        """Let a merchant owe 50."""
        merchant = self._merchant(env)
        debt = env['marketplace.balance.entry']._book(
            merchant, 'penalty', -AMOUNT - 50.0, "Late", merchant
        )
        if kind == 'deposit':
            self._pay_deposit(env, merchant)
        return self._propose(
            env, 'marketplace.debt.recovery', merchant, kind=kind, entry_id=debt.id, amount=50.0
        )

    def _recovery_deposit(self, env):
        return self._recovery(env, 'deposit')

    def _recovery_invoice(self, env):
        return self._recovery(env, 'invoice')

    def _recovery_write_off(self, env):
        return self._recovery(env, 'write_off')

    def _prepare_receipt(self, env, merchant, amount):
        return self._as(env, 'marketplace.deposit.receipt', 'officer').create({
            'merchant_id': merchant.id, 'amount': amount, 'journal_id': self._bank(env).id,
            'reference': f"RACE {merchant.id}",
        })  # fmt: skip

    def _pay_deposit(self, env, merchant):
        self._prepare_receipt(env, merchant, merchant.deposit_required + DEPOSIT).action_book()

    def _receipt(self, env):
        merchant = self._merchant(env)
        receipt = self._prepare_receipt(env, merchant, DEPOSIT)
        return merchant.id, receipt._name, receipt.id

    def _deposit_refund(self, env, **values):
        merchant = self._merchant(env)
        self._pay_deposit(env, merchant)
        return self._propose(
            env, 'marketplace.deposit.refund', merchant, merchant_id=merchant.id, amount=DEPOSIT,
            **values,
        )  # fmt: skip

    def _deposit_to_balance(self, env):
        return self._deposit_refund(env, way='statement')

    def _deposit_to_bank(self, env):
        return self._deposit_refund(env, way='bank', journal_id=self._bank(env).id)

    def _charge(self, env):
        merchant = self._merchant(env)
        fee = self._as(env, 'marketplace.service.fee', 'maker').create({
            'name': "Shop window", 'amount': 53.0, 'merchant_ids': merchant.ids,
        })  # fmt: skip
        fee.action_activate()
        fee.sudo()._charge_and_book(fields.Date.context_today(fee))
        return merchant.id, 'marketplace.service.charge', fee.sudo().charge_ids.id

    def _hold(self, env):
        merchant = self._merchant(env)
        hold = self._as(env, 'marketplace.hold', 'officer').create(
            {'merchant_id': merchant.id, 'reason': "Check"}
        )
        return merchant.id, hold._name, hold.id

    def _reversal(self, env):
        merchant = self._merchant(env)
        statement_ids = self._draw_up(env, merchant.ids, 'posted')
        statement = self._as(env, 'marketplace.statement', 'maker').browse(statement_ids)
        statement.action_request_reversal("Wrong month")
        return merchant.id, 'marketplace.statement.reversal', statement.sudo().reversal_ids.id

    def _contest(self, env):
        merchant = self._merchant(env)
        statement = env['marketplace.statement'].browse(
            self._draw_up(env, merchant.ids, 'sent')
        )
        contest = env['marketplace.statement.contest']._contest(
            statement, statement.entry_ids[:1].id, {'amount': 5, 'reason': "Too little"}, None
        )
        as_maker = self._as(env, contest._name, 'maker').browse(contest.id)
        as_maker.answer = "Right"
        as_maker.action_propose()
        return merchant.id, contest._name, contest.id

    def _order(self, env):
        """Find an order that is paid and not sent."""
        order = env['marketplace.order'].search([('state', '=', 'to_ship')]).filtered(
            lambda part: part.sale_order_id.invoice_ids and not part.parcel_ids
        )[:1]
        return order.id, order._name, order.id

    def _complaint(self, env):
        """Decide a complaint for the shopper."""
        complaint = self._as(env, 'marketplace.complaint', 'arbitrator').search(
            [('state', '=', 'arbitration')], limit=1
        )
        complaint.action_take()
        complaint.write({
            'decision': "Half of it goes back.",
            'remedy_ids': [Command.create({'kind': 'refund', 'amount': 5.0})],
        })  # fmt: skip
        complaint.action_decide()
        return complaint.sudo().order_id.id, complaint._name, complaint.id

    def _advance(self, env):
        order = env['marketplace.order'].search([('state', '=', 'completed')], limit=1)
        advance = self._as(env, 'marketplace.advance', 'maker').create(
            {'order_id': order.id, 'amount': 5.0, 'reason': "Goodwill"}
        )
        return order.id, advance._name, advance.id
