# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

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
                seen = Model.search([]).sudo().company_id
                self.assertLessEqual(set(seen), set(companies), name)
                checked.add(name)
        self.assertLessEqual({
            'marketplace.balance.entry', 'marketplace.wallet', 'marketplace.statement',
            'marketplace.payout', 'marketplace.payout.batch', 'marketplace.deposit.movement',
            'marketplace.order', 'marketplace.return', 'marketplace.hold',
        }, checked)  # fmt: skip

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
