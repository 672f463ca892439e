# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.race_common import RaceCase

CLIENTS = 20


@tagged('post_install', '-at_install')
class TestDepositRace(RaceCase):
    """Many people who use one deposit at the same moment."""

    def setUp(self):
        super().setUp()
        self.company_id = self._do(lambda env: env.ref('base.main_company').id)
        self.merchant_id = self._do(self._make_merchant)

    def _make_merchant(self, env):
        partner = env['res.partner'].create({'name': "Race"})
        merchant = env['marketplace.merchant'].create({
            'code': 'RACE', 'partner_id': partner.id, 'entity_type': 'company',
            'tier_id': env['marketplace.tier'].search([], limit=1).id,
        })
        journal = env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', merchant.company_id.id)], limit=1
        )
        env['marketplace.deposit.receipt'].create({
            'merchant_id': merchant.id, 'amount': 50.0, 'journal_id': journal.id,
            'reference': "RACE 1",
        }).action_book()
        return merchant.id

    def _propose(self, env):
        """Let the merchant owe 20 times 10, and propose to take each from the deposit of 50."""
        merchant = env['marketplace.merchant'].browse(self.merchant_id)
        sources = env['res.partner'].create([{'name': f"Case {i}"} for i in range(CLIENTS)])
        recoveries = env['marketplace.debt.recovery']
        for source in sources:
            entry = env['marketplace.balance.entry']._book(
                merchant, 'penalty', -10.0, "Late delivery", source
            )
            recoveries |= recoveries.create({
                'kind': 'deposit', 'entry_id': entry.id, 'amount': 10.0, 'reason': "Late delivery",
            })
        manager = env['res.users'].create({
            'name': "Race", 'login': 'race_manager',
            'group_ids': [Command.link(env.ref('marketplace_settlement.group_finance_manager').id)],
        })
        return recoveries.ids, manager.id

    def test_twenty_deductions_at_once_leave_nothing_below_zero(self):
        ids, manager_id = self._do(self._propose)
        results = self._race(*(
            lambda env, res_id=res_id: env['marketplace.debt.recovery'].browse(
                res_id
            ).with_user(manager_id).action_approve()
            for res_id in ids
        ))
        booked = self._do(lambda env: env['marketplace.debt.recovery'].search_count(
            [('id', 'in', ids), ('state', '=', 'booked')]
        ))
        self.assertEqual(results.count(None), booked)
        self.assertLessEqual(booked, 5)
        # Who met too many others may press again: in the end just what was there is used.
        for res_id in ids:
            self._approve_again(res_id, manager_id)
        balance, movements, state, findings = self._do(self._look)
        self.assertEqual((balance, movements, state), (0.0, 0.0, 5))
        self.assertEqual(findings, [])

    def _approve_again(self, res_id, manager_id):
        def approve(env):
            recovery = env['marketplace.debt.recovery'].browse(res_id)
            if recovery.state == 'proposed':
                recovery.with_user(manager_id).action_approve()

        try:
            self._do(approve)
        except UserError:
            return

    def _look(self, env):
        merchant = env['marketplace.merchant'].browse(self.merchant_id)
        checker = env['marketplace.checker']
        return (
            merchant.deposit_account_ids.balance,
            sum(merchant.deposit_movement_ids.mapped('amount')),
            env['marketplace.debt.recovery'].search_count(
                [('merchant_id', '=', merchant.id), ('state', '=', 'booked')]
            ),
            checker._check(),
        )

    def test_one_transfer_that_two_officers_register_is_booked_once(self):
        def register(env):
            merchant = env['marketplace.merchant'].browse(self.merchant_id)
            journal = env['account.journal'].search(
                [('type', '=', 'bank'), ('company_id', '=', merchant.company_id.id)], limit=1
            )
            env['marketplace.deposit.receipt'].create({
                'merchant_id': merchant.id, 'amount': 30.0, 'journal_id': journal.id,
                'reference': "RACE 2",
            }).action_book()

        results = self._race(register, register)
        self.assertEqual(results.count(None), 1)
        self.assertEqual(self._do(self._look)[:2], (80.0, 80.0))

    def _take_out(self):
        """The guards of the books let nobody delete, so they rest while the test cleans up."""
        tables = ('marketplace_balance_entry', 'marketplace_audit_log')
        with self.registry.cursor() as cr:
            for table in tables:
                cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        super()._take_out()
        with self.registry.cursor() as cr:
            for table in tables:
                cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
