# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io
import json

import openpyxl

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .money_common import MoneyCommon

# What everybody sees, whichever company it belongs to.
PUBLIC = {'marketplace.shop'}


@tagged('post_install', '-at_install')
class TestMoneyCompanies(MoneyCommon):
    """Two operators in one database: what one earns and owes is no business of the other's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env['res.company'].create({
            'name': "Other Operator",
            'country_id': cls.env.ref('base.de').id,
            'currency_id': cls.env.ref('base.EUR').id,
        })  # fmt: skip
        cls.env['account.chart.template'].try_loading('generic_coa', cls.other, install_demo=False)
        cls.other.marketplace_fee_tax_id = False
        cls.stranger = new_test_user(
            cls.env, 'money_stranger', groups='marketplace_settlement.group_finance_manager',
            company_id=cls.other.id, company_ids=[Command.set(cls.other.ids)],
        )  # fmt: skip
        cls.other_approver = new_test_user(
            cls.env, 'money_stranger_2', groups='marketplace_settlement.group_finance_manager',
            company_id=cls.other.id, company_ids=[Command.set(cls.other.ids)],
        )  # fmt: skip
        cls.merchant_c = cls._merchant_of(cls.other)
        cls.finance_c = cls._member(cls.merchant_c, 'finance')
        cls._member(cls.merchant_c, 'orders')
        cls._bank_account(cls.merchant_c)
        cls.mug = cls._product("Mug", 50.0, cls.merchant_c)
        cls.mug.is_storable = False
        cls.other_bank = cls.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', cls.other.id)], limit=1
        )

    @classmethod
    def _merchant_of(cls, company):
        merchant = cls.env['marketplace.merchant'].with_company(company).create({
            'code': 'ORDC',
            'partner_id': cls.env['res.partner'].create({'name': "Other Orders"}).id,
            'tier_id': cls.merchant_a.tier_id.id,
            'company_id': company.id,
            'category_ids': [Command.set(cls.category.ids)],
        })
        cls._member(merchant, 'owner')
        return merchant._move_to('active', system=True)

    @classmethod
    def _sold_by_other(cls):
        """Return an order of the other company, paid by bank transfer."""
        env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.other.ids))
        order = env['sale.order'].create({
            'partner_id': cls.shopper.partner_id.id,
            'company_id': cls.other.id,
            'pricelist_id': False,
            'order_line': [Command.create({'product_id': cls.mug.id, 'price_unit': 50.0})],
        })
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        env['account.payment.register'].with_context(
            active_model='account.move', active_ids=order.invoice_ids.ids
        ).create({'journal_id': cls.other_bank.id})._create_payments()
        return order

    def _statement_of_other(self):
        today = fields.Date.context_today(self.merchant_c)
        statement = self.env['marketplace.statement']._generate(today, self.merchant_c)
        statement.with_user(self.stranger).action_send()
        statement.with_user(self.finance_c).portal_confirm()
        statement.with_user(self.stranger).action_post()
        return statement

    def _pay_out_other(self):
        batch = self.env['marketplace.payout.batch'].with_user(self.stranger).create(
            {'journal_id': self.other_bank.id, 'company_id': self.other.id}
        )
        batch.with_user(self.other_approver).action_approve()
        batch.with_user(self.stranger).action_send()
        for payout in batch.payout_ids:
            payout.with_user(self.stranger).action_mark_paid(f"BANK {payout.name}")
        return batch

    def test_each_company_books_on_its_own_accounts_and_journals(self):
        accounts = [
            self.company[f'marketplace_{name}_account_id']
            for name in ('clearing', 'payable', 'commission')
        ]
        before = [self._ledger(account) for account in accounts]
        order = self._sold_by_other()
        self.assertEqual(self._entries(order), {'sale': 50.0, 'commission': -4.0})
        self._complete(order)
        statement = self._statement_of_other()
        self.assertRecordValues(statement, [{
            'company_id': self.other.id, 'currency_id': self.other.currency_id.id,
            'amount_net': 46.0,
        }])  # fmt: skip
        moves = statement.move_id | statement.fee_move_id | statement.netting_move_id
        self.assertEqual(moves.company_id, self.other)
        self.assertEqual(
            moves.journal_id,
            self.other.marketplace_settlement_journal_id | self.other.marketplace_fee_journal_id,
        )
        self.assertEqual(
            self._ledger(self.other.marketplace_payable_account_id, self.merchant_c), -46.0
        )
        self._pay_out_other()
        self.assertEqual(statement.state, 'paid')
        for name in ('clearing', 'payable'):
            account = self.other[f'marketplace_{name}_account_id']
            self.assertEqual(self._ledger(account, self.merchant_c), 0.0)
        self.assertEqual([self._ledger(account) for account in accounts], before)
        self.assertBooksAgree()

    def test_a_batch_pays_its_companys_merchants_only(self):
        mine = self._paid()
        other = self._sold_by_other()
        self._complete(mine)
        self._complete(other)
        self._statement()
        self._statement_of_other()
        batch = self._pay_out()
        self.assertNotIn(self.merchant_c, batch.payout_ids.merchant_id)
        self.assertEqual(set(batch.payout_ids.mapped('company_id')), {self.company})
        batch = self._pay_out_other()
        self.assertEqual(batch.payout_ids.merchant_id, self.merchant_c)
        self.assertBooksAgree()

    def test_nothing_of_a_company_shows_in_the_other(self):
        """Every model of the marketplace that has a company, whoever adds one later."""
        (self.officer | self.stranger).group_ids += self.env.ref('base.group_allow_export')
        mine, other = self._paid(), self._sold_by_other()
        self._complete(mine)
        self._complete(other)
        self._statement()
        self._statement_of_other()
        self._pay_out()
        self._pay_out_other()
        checked = set()
        for name, model in self.env.registry.items():
            if (
                not name.startswith('marketplace.')
                or name in PUBLIC
                or model._abstract
                or model._transient
                or 'company_id' not in model._fields
                or not model._fields['company_id'].store
            ):
                continue
            for user, companies in ((self.officer, self.company), (self.stranger, self.other)):
                Model = self.env[name].with_user(user)
                if not Model.has_access('read'):
                    continue
                self._check_seen(Model, companies)
                checked.add(name)
        self.assertLessEqual({
            'marketplace.balance.entry', 'marketplace.wallet', 'marketplace.statement',
            'marketplace.payout', 'marketplace.payout.batch', 'marketplace.deposit.movement',
            'marketplace.order', 'marketplace.return', 'marketplace.hold',
        }, checked)  # fmt: skip

    def _check_seen(self, Model, companies):
        """Whichever way they are asked for, the records are those of these companies."""
        records = Model.search([])
        name, ids = Model._name, set(records.ids)
        self.assertLessEqual(set(records.sudo().company_id), set(companies), name)
        groups = Model._read_group([], ['company_id'], ['__count'])
        self.assertLessEqual({company.id for company, _count in groups}, {*companies.ids, False})
        self.assertEqual(sum(count for _company, count in groups), len(ids), name)
        self.assertLessEqual({res_id for res_id, _name in Model.name_search(limit=None)}, ids)
        others = Model.sudo().search([]).sudo(False) - records
        if others:
            with self.assertRaises(AccessError):
                others[:1].export_data(['id', 'company_id'])

    # === THE ACCOUNTANT'S REPORTS === #

    def _both_sold(self):
        """Sell for a merchant of each company; the names of the other's are what nobody reads."""
        self.secrets = {
            self.officer: (self.merchant_c.name, self.merchant_c.code),
            self.stranger: (self.merchant_a.name, self.merchant_a.code),
        }
        self._paid()
        self._sold_by_other()

    def _report(self, model, user, **values):
        """Return a report of the user's company and its lines, as the user sees them."""
        report = self.env[model].with_user(user).create(values)
        self.assertEqual(report.company_id, user.company_id)
        action = report.action_show()
        return report, self.env[action['res_model']].with_user(user).search(action['domain'])

    def _documents(self, line):
        action = line.action_open_documents()
        return line.env[action['res_model']].search(action['domain'])

    def _check_report(self, model, **values):
        """Check lines, documents and sheet of a report for a person of each company."""
        self._both_sold()
        # The stranger's role includes the sheet of each report, the officer's does not.
        self.officer.group_ids |= self.env.ref('marketplace_settlement.group_finance_manager')
        for user in (self.officer, self.stranger):
            report, lines = self._report(model, user, **values)
            self.assertTrue(lines, user.name)
            if 'merchant_id' in lines:
                self.assertEqual(lines.merchant_id.sudo().company_id, user.company_id)
            for line in lines:
                documents = self._documents(line)
                self.assertTrue(documents, line.display_name)
                self.assertEqual(documents.sudo().company_id, user.company_id)
            report.action_xlsx()
            sheet = str(self._sheet_cells(report))
            for secret in self.secrets[user]:
                self.assertNotIn(secret, sheet)
        self._check_refused(model, values)

    def _check_refused(self, model, values):
        """Nobody asks for the other company's report, nor turns the own one into it."""
        with self.assertRaises(AccessError):
            self._report(model, self.officer, company_id=self.other.id, **values)
        report, _lines = self._report(model, self.officer, **values)
        with self.assertRaises(AccessError):
            report.company_id = self.other
            self.env.flush_all()
            report.action_show()

    def _sheet_cells(self, report):
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.content)))
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    def test_the_cut_off_is_one_companys(self):
        self._check_report(
            'marketplace.cutoff', date=fields.Date.context_today(self.company)
        )

    def test_trades_are_one_companys(self):
        today = fields.Date.context_today(self.company)
        self._check_report('marketplace.trade.report', date_from=today, date_to=today)

    def test_the_income_report_is_one_companys(self):
        today = fields.Date.context_today(self.company)
        self._check_report(
            'marketplace.income.report', year=today.year, quarter=str((today.month + 2) // 3)
        )

    def test_the_export_of_invoices_is_one_companys(self):
        self._both_sold()
        for user in (self.officer, self.stranger):
            export = self.env['marketplace.invoice.export'].with_user(user).create({})
            export.action_export()
            content = base64.b64decode(export.content).decode()
            for document in json.loads(content)['documents']:
                self.assertEqual(document['seller']['name'], user.company_id.name)
            for secret in self.secrets[user]:
                self.assertNotIn(secret, content)
        with self.assertRaises(AccessError):
            self.env['marketplace.invoice.export'].with_user(self.officer).create(
                {'company_id': self.other.id}
            ).action_export()

    def test_invoices_are_handed_over_to_ones_own_service(self):
        channels = self.env['marketplace.invoice.channel'].create([
            {'name': company.name, 'url': 'https://invoices.test', 'company_id': company.id}
            for company in (self.company, self.other)
        ])
        self._both_sold()
        for user, channel in zip((self.officer, self.stranger), channels, strict=True):
            seen = self.env['marketplace.invoice.handover'].with_user(user).search([])
            self.assertIn(channel, seen.sudo().channel_id)
            self.assertEqual(seen.sudo().move_id.company_id, user.company_id)
            self.assertLessEqual(
                set(self.env['marketplace.invoice.channel'].with_user(user).search([]).ids),
                set(channels.search([('company_id', '=', user.company_id.id)]).ids),
            )

    def test_records_are_counted_company_by_company(self):
        self._both_sold()
        for user in (self.officer, self.stranger):
            lines = self.env['marketplace.retention.report'].with_user(user).search([])
            self.assertEqual(lines.company_id, user.company_id)
            for line in lines:
                action = line.action_open_records()
                records = line.env[action['res_model']].search(action['domain'])
                self.assertEqual(len(records), line.count, line.kind)
                self.assertEqual(records.sudo().company_id, user.company_id)

    def test_differences_are_shown_to_their_own_company(self):
        self._both_sold()
        self.env.cr.execute(
            "UPDATE marketplace_balance_entry SET state = 'in_statement' WHERE merchant_id = %s",
            [self.merchant_c.id],
        )
        self.env.invalidate_all()
        Check = self.env['marketplace.reconciliation']
        with self.assertLogs('odoo.addons.marketplace_settlement.models.checker', 'WARNING'):
            check = Check.browse(Check.with_user(self.officer).action_check()['res_id'])
        for user, is_clean in ((self.officer, True), (self.stranger, False)):
            self.env.invalidate_all()  # each in a request of its own
            seen = check.with_user(user)
            self.assertEqual(seen.is_clean, is_clean)
            self.assertEqual(seen.invariant_ids.company_id, user.company_id)
            self.assertEqual('entry_state' in seen.line_ids.mapped('invariant'), not is_clean)
            for line in seen.line_ids:
                self.assertTrue(self._documents(line))
            action = Check.with_user(user).action_open_accounts()
            items = self.env['account.move.line'].with_user(user).search(action['domain'])
            self.assertEqual(items.company_id, user.company_id)
            self.assertEqual(items.merchant_id.sudo().company_id, user.company_id)

    def test_nobody_acts_on_the_other_companys_money(self):
        order = self._paid()
        self._complete(order)
        statement = self.env['marketplace.statement']._generate(
            fields.Date.context_today(self.merchant_a), self.merchant_a
        )
        for call in (
            statement.with_user(self.stranger).action_send,
            statement.with_user(self.stranger).action_post,
            self.merchant_a.with_user(self.stranger).action_view_balance_entries,
        ):
            with self.assertRaises(AccessError):
                call()
                self.env['marketplace.balance.entry'].with_user(self.stranger).browse(
                    statement.entry_ids.ids
                ).read(['amount'])
        with self.assertRaises(AccessError):
            self.env['marketplace.payout.batch'].with_user(self.stranger).create(
                {'journal_id': self.bank_journal.id, 'company_id': self.company.id}
            )

    def test_a_rule_for_all_companies_is_ended_by_who_has_them_all(self):
        successor, later, own = (
            self.rule.with_user(self.maker).copy(dict(values, replaces_id=self.rule.id))
            for values in (
                {'percent': 7.0}, {'percent': 9.0}, {'percent': 7.0, 'company_id': self.company.id}
            )
        )
        for call in (
            self.rule.with_user(self.maker).action_retire,
            self.rule.with_user(self.stranger).action_retire,
            self.rule.with_user(self.maker).action_replace,
            successor.action_publish, later.action_publish, own.action_publish,
        ):
            with self.assertRaisesRegex(AccessError, "for all companies"):
                call()
            self.assertEqual((self.rule.state, self.rule.date_to), ('active', False))
        # What is for one company, or for its merchant, stays its own matter.
        for values in ({'company_id': self.company.id}, {'merchant_id': self.merchant_a.id}):
            draft = self.rule.with_user(self.maker).create({'percent': 7.0, **values})
            draft.action_publish()
            draft.action_retire()
        self.maker.company_ids |= self.other
        self.rule.with_user(self.maker).action_retire()
        self.assertTrue(self.rule.date_to)

    def test_a_company_sells_for_its_own_merchants(self):
        with self.assertRaisesRegex(ValidationError, "is sold through"):
            self._cart({self.mug: 1})

    def test_a_branch_sells_for_its_companys_merchants(self):
        branch = self.env['res.company'].create(
            {'name': "Branch", 'parent_id': self.company.id}
        )
        self.env['sale.order'].create({
            'partner_id': self.shopper.partner_id.id,
            'company_id': branch.id,
            'pricelist_id': False,
            'order_line': [Command.create({'product_id': self.bowl.id})],
        })
