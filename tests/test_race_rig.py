# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Twenty people press the same money button at once, and two schedulers run beside them.

Real processes serve real HTTP and commit. However often a button is pressed, it moves money once,
and everybody else is told so politely.
"""

import os

from rig import Client, Refused, copied_database, registry_of, start_script, together, web_server

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

CLIENTS = 20
SCHEDULERS = 2
AMOUNT = 100.0
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
        cls.people = {
            login: Client(address, cls.database, login)
            for login in ('race_officer', 'race_maker', 'race_approver')
        }

    @classmethod
    def _committed(cls, call):
        """Call with an environment of the superuser, and commit."""
        with cls.registry.cursor() as cr:
            return call(api.Environment(cr, SUPERUSER_ID, {}))

    @classmethod
    def _set_up_people(cls, env):
        env['marketplace.requirement'].search([]).active = False
        for login, group in (
            ('race_officer', 'group_finance_officer'),
            ('race_maker', 'group_finance_manager'),
            ('race_approver', 'group_finance_manager'),
        ):
            new_test_user(env, login, groups=f'marketplace_settlement.{group}')

    # === STEPS === #

    def _earn(self, count=2):
        """Let some merchants be owed an amount; return their ids."""
        return self._committed(lambda env: self._book_for(env, count))

    def _book_for(self, env, count):
        merchants = env['marketplace.merchant'].create([
            {
                'code': f'RACE{env.cr.now().timestamp():.0f}{number}',
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
        journal_id = self._committed(
            lambda env: env['account.journal'].search([('type', '=', 'bank')], limit=1).id
        )
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
