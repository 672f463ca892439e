# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyChecker(MoneyCommon):

    def _break(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    def _found(self):
        return {finding['invariant'] for finding in self.env['marketplace.checker']._check()}

    def _statement_of_example(self):
        order = self._paid()
        self._complete(order)
        return self._statement()

    def test_a_cent_on_the_clearing_account_is_found(self):
        order = self._paid()
        line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency + 0.01 WHERE id = %s",
            line.id,
        )
        self.assertEqual(self._found(), {'clearing', 'booked_once', 'conservation'})

    def test_an_item_without_a_merchant_is_found(self):
        order = self._paid()
        line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
        self._break("UPDATE account_move_line SET merchant_id = NULL WHERE id = %s", line.id)
        self.assertIn('owner', self._found())

    def test_a_cent_on_the_payable_account_is_found(self):
        statement = self._statement_of_example()
        line = statement._payable_items()[:1]
        self._break(
            "UPDATE account_move_line SET amount_currency = amount_currency + 0.01 WHERE id = %s",
            line.id,
        )
        self.assertEqual(self._found(), {'payable', 'statement_moves'})

    def test_a_cent_on_a_statement_is_found(self):
        statement = self._statement_of_example()
        self._break(
            "UPDATE marketplace_statement SET amount_net = amount_net + 0.01 WHERE id = %s",
            statement.id,
        )
        self.assertEqual(self._found(), {'statement', 'statement_moves', 'payable'})

    def test_a_cent_on_a_fee_invoice_is_found(self):
        statement = self._statement_of_example()
        self._break(
            "UPDATE account_move SET amount_total = amount_total + 0.01 WHERE id = %s",
            statement.fee_move_id.id,
        )
        self.assertEqual(self._found(), {'commission'})

    def test_a_cent_in_a_wallet_is_found(self):
        self._complete(self._paid())
        for column in ('available', 'held', 'in_transit', 'paid'):
            self._break(
                f"UPDATE marketplace_wallet SET {column} = {column} + 0.01 WHERE merchant_id = %s",
                self.merchant_a.id,
            )
            self.assertEqual(self._found(), {'wallet', 'conservation'})
            self._break(
                f"UPDATE marketplace_wallet SET {column} = {column} - 0.01 WHERE merchant_id = %s",
                self.merchant_a.id,
            )
        self.assertBooksAgree()

    def test_a_missing_wallet_is_found(self):
        self._complete(self._paid())
        self._break("DELETE FROM marketplace_wallet WHERE merchant_id = %s", self.merchant_a.id)
        self.assertEqual(self._found(), {'wallet_missing', 'conservation'})

    def test_a_line_of_a_statement_that_is_gone_is_found(self):
        self._complete(self._paid())
        draft = self.env['marketplace.statement']._generate(
            fields.Date.context_today(self.merchant_a), self.merchant_a
        )
        self._break("ALTER TABLE marketplace_statement DISABLE TRIGGER USER")
        self._break("DELETE FROM marketplace_statement WHERE id = %s", draft.id)
        self._break("ALTER TABLE marketplace_statement ENABLE TRIGGER USER")
        self.assertEqual(self._found(), {'entry_state'})

    def test_a_cent_on_a_payout_is_found(self):
        order = self._paid()
        payout = self._settle(order).payout_id
        self._break(
            "UPDATE marketplace_payout SET amount = amount + 0.01 WHERE id = %s", payout.id
        )
        self.assertEqual(self._found(), {'payout'})

    def test_a_cent_on_a_frozen_line_is_found(self):
        order = self._paid()
        self._break(
            "UPDATE sale_order_line SET marketplace_amount = marketplace_amount + 0.01"
            " WHERE id = %s",
            order.order_line[:1].id,
        )
        self.assertEqual(self._found(), {'frozen'})

    def test_a_difference_stops_payouts_until_it_is_gone(self):
        self._statement_of_example()
        batch = self._batch()
        change = "UPDATE marketplace_wallet SET paid = paid + %s WHERE merchant_id = %s"
        self._break(change, 0.01, self.merchant_a.id)
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            self.env['marketplace.checker']._cron_check()
        with self.assertRaisesRegex(UserError, "Reconciliation"):
            batch.with_user(self.approver).action_approve()
        self._break(change, -0.01, self.merchant_a.id)
        self.env['marketplace.checker']._cron_check()
        batch.with_user(self.approver).action_approve()

    def test_the_screen_shows_the_documents(self):
        self._complete(self._paid())
        Screen = self.env['marketplace.reconciliation'].with_user(self.officer)
        clean = Screen.browse(Screen.action_check()['res_id'])
        self.assertTrue(clean.is_clean)
        self.assertEqual(set(clean.invariant_ids.mapped('state')) - {'watched'}, {'agrees'})
        self._break(
            "UPDATE marketplace_wallet SET paid = paid + 0.01 WHERE merchant_id = %s",
            self.merchant_a.id,
        )
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            found = Screen.browse(Screen.action_check()['res_id'])
        line = found.line_ids.filtered(lambda line: line.invariant == 'wallet')
        self.assertEqual(line.document_count, 1)
        action = line.action_open_documents()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), self._wallet())
        self.assertEqual(Screen.action_open_last()['res_id'], found.id)

    def test_accountants_and_auditors_open_the_documents_of_every_check(self):
        auditor = new_test_user(
            self.env, 'money_auditor', groups='marketplace_merchant.group_auditor'
        )
        Checker = self.env['marketplace.checker']
        checks = Checker._invariants() | Checker._watched()
        check = self.env['marketplace.reconciliation'].create({})
        lines = self.env['marketplace.reconciliation.line'].create([
            {
                'reconciliation_id': check.id, 'company_id': self.company.id, 'state': 'broken',
                'invariant': key, 'model_name': model, 'res_ids': [],
            }
            for key, (_name, model, _query) in checks.items()
        ])  # fmt: skip
        for user, closed in (
            (self.officer, {'ir.model', 'marketplace.audit.log'}), (auditor, {'ir.model'}),
        ):  # fmt: skip
            seen = lines.with_user(user)
            shut = seen.filtered(lambda line: not line.can_open)
            self.assertEqual(set(shut.mapped('model_name')), closed)
            for line in seen - shut:
                action = line.action_open_documents()
                documents = line.env[action['res_model']].search(action['domain'])
                documents.read(['display_name'])
                documents.get_views([(False, 'list'), (False, 'form')])

    def test_nobody_writes_a_check(self):
        Screen = self.env['marketplace.reconciliation'].with_user(self.maker)
        Screen.action_check()
        with self.assertRaises(AccessError):
            Screen.create({})
        with self.assertRaises(AccessError):
            self.env['marketplace.reconciliation.line'].with_user(self.maker).create({})
        with self.assertRaises(AccessError):
            self.env['marketplace.reconciliation'].with_user(self.shopper).action_check()

    # === WHAT ELSE MUST HOLD === #

    def test_an_entry_of_another_merchant_is_found(self):
        order = self._paid()
        line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
        self._break(
            "UPDATE account_move_line SET merchant_id = %s WHERE id = %s",
            self.merchant_b.id, line.id,
        )  # fmt: skip
        self.assertIn('entry_owner', self._found())

    def test_an_unbalanced_journal_entry_is_found(self):
        statement = self._statement_of_example()
        line = statement.move_id.line_ids.filtered('debit')[:1]
        self._break("UPDATE account_move_line SET debit = debit + 0.01 WHERE id = %s", line.id)
        self.assertEqual(self._found(), {'balanced'})

    def test_more_charged_than_was_frozen_is_found(self):
        order = self._paid()
        self._break(
            "UPDATE sale_order_line SET marketplace_commission = 9.03"
            " WHERE order_id = %s AND marketplace_commission > 0",
            order.id,
        )
        self.assertEqual(self._found(), {'sold_line'})

    def test_a_hold_that_ended_and_still_holds_is_found(self):
        order = self._paid()
        self._complete(order)
        hold = self._part(order)._hold("Complaint", order)
        self._break("UPDATE marketplace_hold SET state = 'released' WHERE id = %s", hold.id)
        self.assertEqual(self._found(), {'held'})

    def test_a_closed_merchant_with_a_balance_is_found(self):
        self._paid()
        self._break(
            "UPDATE marketplace_merchant SET state = 'closed' WHERE id = %s", self.merchant_a.id
        )
        self.assertEqual(self._found(), {'closed'})

    def test_a_reserve_without_its_entry_is_found(self):
        statement = self._statement_of_example()
        line = statement.move_id.line_ids.filtered(
            lambda line: line.account_id == self.company.marketplace_clearing_account_id
        )
        self._break(
            "UPDATE account_move_line SET account_id = %s WHERE id = %s",
            self.company.marketplace_reserve_account_id.id, line.id,
        )  # fmt: skip
        self.assertIn('reserve', self._found())

    def test_a_guard_that_is_switched_off_is_found(self):
        for table in ('marketplace_balance_entry', 'marketplace_audit_log'):
            self._break(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            self.assertEqual(self._found(), {'guards'})
            self._break(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.assertBooksAgree()
        self._break("DROP TRIGGER marketplace_statement_guard ON marketplace_statement")
        self.assertEqual(self._found(), {'guards'})

    def test_a_byte_of_a_posted_statements_entry_is_found(self):
        statement = self._statement_of_example()
        self.assertBooksAgree()
        for column, value in (('reason', "x"), ('date', '2020-01-01'), ('source_id', 0)):
            with self.env.cr.savepoint() as changed:
                self._break("ALTER TABLE marketplace_balance_entry DISABLE TRIGGER USER")
                self._break(
                    f"UPDATE marketplace_balance_entry SET {column} = %s WHERE id = %s",
                    value, statement.entry_ids[0].id,
                )  # fmt: skip
                self._break("ALTER TABLE marketplace_balance_entry ENABLE TRIGGER USER")
                findings = self.env['marketplace.checker']._check()
                self.assertIn('entry_chain', {finding['invariant'] for finding in findings})
                changed.rollback()
            self.env.invalidate_all()
        self.assertBooksAgree()

    def test_a_gap_in_the_audit_log_is_found(self):
        AuditLog = self.env['marketplace.audit.log']
        AuditLog._log(self.merchant_a, 'change', reason="One")
        AuditLog._log(self.merchant_a, 'change', reason="Two")
        while AuditLog._seal():
            pass
        self.assertBooksAgree()
        middle = AuditLog.search([('reason', '=', "One")], limit=1)
        self._break("ALTER TABLE marketplace_audit_log DISABLE TRIGGER USER")
        self._break("DELETE FROM marketplace_audit_log WHERE id = %s", middle.id)
        self._break("ALTER TABLE marketplace_audit_log ENABLE TRIGGER USER")
        self.assertEqual(self._found(), {'audit_chain'})

    def test_a_payment_without_entries_is_watched_and_stops_nothing(self):
        order = self._cart({self.bowl: 1})
        transaction = self._transaction(
            order.amount_total, order.partner_id, sale_order_ids=[Command.set(order.ids)]
        )
        transaction._set_done()
        Checker = self.env['marketplace.checker']
        query = {'captured': Checker._watched()['captured']}
        self.assertFalse(Checker._run(query))
        transaction.last_state_change = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        query = {'captured': Checker._watched()['captured']}
        self.assertEqual(Checker._run(query)[0]['res_ids'], transaction.ids)
        self.assertBooksAgree()

    def test_what_a_bank_or_provider_does_not_answer_is_watched(self):
        order = self._paid()
        self._complete(order)
        self._statement()
        payout = self._batch().payout_ids
        refund = order.transaction_ids.sudo()._marketplace_refund(5.0)
        late = fields.Datetime.subtract(fields.Datetime.now(), minutes=59)
        for minutes, found in ((0, False), (2, True)):
            told = fields.Datetime.subtract(late, minutes=minutes)
            self._break(
                "UPDATE marketplace_payout SET state = 'queued', queued_on = %s WHERE id = %s",
                told, payout.id,
            )  # fmt: skip
            self._break(
                "UPDATE payment_transaction SET create_date = %s WHERE id = %s", told, refund.id
            )
            watched = self.env['marketplace.checker']._watched()
            for key, document in (('payout_outbox', payout), ('refund_outbox', refund)):
                findings = self.env['marketplace.checker']._run({key: watched[key]})
                seen = {res_id for finding in findings for res_id in finding['res_ids']}
                self.assertEqual(document.id in seen, found, key)

    # === COMPANIES === #

    def test_a_difference_stops_the_payouts_of_its_company_only(self):
        other = self.env['res.company'].create({'name': "Other Operator"})
        other.marketplace_clearing_account_id = self.env['account.account'].create({
            'name': "Clearing", 'code': 'MPC2', 'account_type': 'liability_current',
            'company_ids': [Command.set(other.ids)],
        })  # fmt: skip
        self._complete(self._paid())
        self._break(
            "UPDATE marketplace_wallet SET paid = paid + 0.01 WHERE merchant_id = %s",
            self.merchant_a.id,
        )
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            check = self.env['marketplace.checker']._check_and_block()
        self.assertIn(self.merchant_a.code, self.company.marketplace_payout_block)
        self.assertFalse(other.marketplace_payout_block)
        stranger = self._staff('money_other_company', 'group_finance_officer')
        stranger.write({'company_ids': [Command.set(other.ids)], 'company_id': other.id})
        seen = check.with_user(stranger).with_company(other)
        self.assertTrue(seen.is_clean)
        self.assertEqual(seen.invariant_ids.company_id, other)
