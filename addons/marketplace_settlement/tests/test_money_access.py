# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .money_common import MoneyCommon

MERCHANT_MODELS = (
    'marketplace.balance.entry', 'marketplace.wallet', 'marketplace.statement',
    'marketplace.payout', 'marketplace.deposit.movement',
)  # fmt: skip
STAFF_MODELS = (
    'marketplace.payout.batch', 'marketplace.hold', 'marketplace.commission.rule',
    'marketplace.reconciliation', 'marketplace.reconciliation.line',
)  # fmt: skip


@tagged('post_install', '-at_install')
class TestMoneyAccess(MoneyCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for quantities in ({cls.bowl: 1}, {cls.vase: 1}):
            cls._complete(cls._paid(quantities))
        cls.statement_a = cls._statement()
        cls.statement_b = cls._statement(cls.merchant_b)
        cls._pay_out()

    def test_merchants_read_their_own_money_and_change_nothing(self):
        for name in MERCHANT_MODELS[:-1]:
            records = self.env[name].with_user(self.finance_a).search([])
            self.assertEqual(records.sudo().merchant_id, self.merchant_a, name)
            for call in (
                lambda records=records: records[:1].write({'merchant_id': self.merchant_b.id}),
                lambda records=records: records[:1].unlink(),
                lambda name=name: self.env[name].with_user(self.finance_a).create({}),
            ):
                with self.assertRaises(UserError):
                    call()
            other = self.env[name].search([('merchant_id', '=', self.merchant_b.id)])
            with self.assertRaises(AccessError):
                other.with_user(self.finance_a).read(['merchant_id'])

    def test_those_without_the_finance_role_read_nothing(self):
        for user in (self.clerk_a, self.shopper):
            for name in MERCHANT_MODELS:
                self.assertFalse(self.env[name].with_user(user).search([]), name)

    def test_salespeople_do_not_set_what_merchants_are_settled_by(self):
        seller = self._staff('money_seller', 'group_finance_officer')
        seller.group_ids = [Command.set(self.env.ref('sales_team.group_sale_manager').ids)]
        frozen = self.statement_a.entry_ids.sale_line_id[:1].with_user(seller)
        for values in (
            {'marketplace_amount': 1.0}, {'marketplace_frozen': False},
            {'marketplace_order_id': False},
        ):
            with self.assertRaises(UserError):
                frozen.write(values)
        order = self.env['sale.order'].with_user(seller).create({
            'partner_id': self.shopper.partner_id.id,
            'order_line': [Command.create({
                'product_id': self.bowl.id, 'marketplace_frozen': True, 'marketplace_amount': 1.0,
            })],
        })
        self.assertRecordValues(order.order_line, [
            {'marketplace_frozen': False, 'marketplace_amount': 0.0},
        ])

    def test_portal_users_do_not_reach_the_staffs_documents(self):
        for name in STAFF_MODELS:
            with self.assertRaises(AccessError):
                self.env[name].with_user(self.finance_a).search([])

    def test_drafts_are_not_shown_to_merchants(self):
        self._complete(self._paid())
        today = self.statement_a.date_to
        draft = self.env['marketplace.statement']._generate(today, self.merchant_a)
        Statement = self.env['marketplace.statement'].with_user(self.finance_a)
        self.assertNotIn(draft, Statement.search([]))

    def test_the_auditor_reads_all_and_changes_nothing(self):
        auditor = self._staff('money_auditor', 'group_finance_officer')
        auditor.group_ids = [(6, 0, self.env.ref('marketplace_merchant.group_auditor').ids)]
        for name in (*MERCHANT_MODELS, *STAFF_MODELS[:3]):
            records = self.env[name].with_user(auditor).search([])
            for call in (
                lambda records=records: records[:1].write({'create_date': False}),
                lambda name=name: self.env[name].with_user(auditor).create({}),
            ):
                with self.assertRaises(UserError):
                    call()
        self._complete(self._paid())
        today = self.statement_a.date_to
        draft = self.env['marketplace.statement']._generate(today, self.merchant_a)
        with self.assertRaises(AccessError):
            draft.with_user(auditor).action_send()

    def test_staff_cannot_write_money_by_hand(self):
        for name, values in (
            ('marketplace.balance.entry', {'merchant_id': self.merchant_a.id, 'amount': 1000.0}),
            ('marketplace.wallet', {'merchant_id': self.merchant_a.id}),
            ('marketplace.statement', {'merchant_id': self.merchant_a.id}),
            ('marketplace.payout', {'merchant_id': self.merchant_a.id, 'amount': 1000.0}),
            ('marketplace.deposit.movement', {'merchant_id': self.merchant_a.id}),
        ):
            with self.assertRaises(UserError):
                self.env[name].with_user(self.approver).create(values)
