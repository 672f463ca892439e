# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon


@tagged('post_install', '-at_install')
class TestMoneyCasesCurrencies(MoneyCasesCommon):
    """Orders in another currency than the company's, of docs/accounting.md.

    2 of the foreign currency are worth 1 of the company's, until a case says otherwise.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._currency('MPX', 2.0)

    @classmethod
    def _buy_in(cls, currency, quantities):
        """Sell in another currency; the shopper pays the invoice by bank transfer."""
        order = cls._cart_in(currency, quantities)
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        cls._register_payment(order.invoice_ids)
        return order

    def _wallet_in(self, currency):
        return self._wallet().filtered(lambda wallet: wallet.currency_id == currency)

    def _on_merchant_accounts(self):
        """Return what clearing and payable of merchant A hold, in all currencies together."""
        company = self.company
        accounts = (
            company.marketplace_clearing_account_id | company.marketplace_payable_account_id
        )
        return [self._ledger(account, self.merchant_a) for account in accounts]

    def _exchange_moves(self, moves):
        """Return the entries that Odoo made for the exchange differences of ``moves``."""
        lines = moves.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        return partials.exchange_move_id

    def test_case_41_one_rate_all_the_way(self):
        order = self._buy_in(self.foreign, {self.bowl: 1})
        self.assertEqual(order.amount_total, 226.00)
        self.assertItems(order.invoice_ids, receivable=113.00, clearing=-113.00)
        self.assertEntries(order, sale=226.00, commission=-18.08)
        self._complete(order)
        statement = self._statement()
        self.assertEqual(statement.currency_id, self.foreign)
        self.assertStatement(
            statement,
            settlement={'clearing': 113.00, 'payable': -113.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=207.92,
        )
        self.assertPaidOut(payable=103.96, bank=-103.96)
        self.assertEqual(self._on_merchant_accounts(), [0.0, 0.0])

    def test_case_42_the_rate_changes_before_statement_and_payout(self):
        """Sold at 2.00, settled at 1.60, paid out at 1.25.

        The fee of 18.08 is 11.30 at 1.60. What is paid out, 207.92, is 166.34 at 1.25 and stands
        in the books at 113.00 − 11.30 = 101.70: the difference of 64.64 is the platform's loss.
        """
        order = self._buy_in(self.foreign, {self.bowl: 1})
        self._complete(order)
        self.foreign.rate_ids.rate = 1.6
        statement = self._statement()
        self.assertStatement(
            statement,
            settlement={'clearing': 113.00, 'payable': -113.00},
            fees={'receivable': 11.30, 'commission': -10.66, 'tax': -0.64},
            netting={'payable': 11.30, 'receivable': -11.30},
            net=207.92,
        )
        self.foreign.rate_ids.rate = 1.25
        self.assertPaidOut(payable=166.34, bank=-166.34)
        differences = self._exchange_moves(
            statement.move_id | statement.netting_move_id | statement.payout_id.payment_id.move_id
        )
        self.assertItems(differences, payable=-64.64, exchange=64.64)
        payable = self.company.marketplace_payable_account_id
        closing = differences.line_ids.filtered(lambda item: item.account_id == payable)
        self.assertEqual(closing.merchant_id, self.merchant_a)
        self.assertTrue(all(closing.mapped('reconciled')))
        self.assertTrue(all(statement._payable_items().mapped('reconciled')))
        self.assertEqual(self._on_merchant_accounts(), [0.0, 0.0])

    def test_case_43_refund_after_the_payout_at_another_rate(self):
        """226 refunded at 1.60 are 141.25; two bowls at 1.60 are 361.60, their fee is 28.93.

        The next statement clears 361.60 − 226.00 = 135.60, that is 84.75. Of the fees
        28.93 − 18.08 = 10.85, that is 6.78, 10.24 are income and 0.61 tax.
        """
        order = self._buy_in(self.foreign, {self.bowl: 1})
        self._complete(order)
        statement = self._statement()
        statement._match(statement.ids)
        self._pay_out()
        self.foreign.rate_ids.rate = 1.6
        credit_note = self._refund_goods(order, 1.0)
        self.assertItems(credit_note, receivable=-141.25, clearing=141.25)
        self.assertEqual(self._wallet_in(self.foreign).debt, -207.92)
        self._complete(self._buy_in(self.foreign, {self.bowl: 2}))
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 84.75, 'payable': -84.75},
            fees={'receivable': 6.78, 'commission': -6.40, 'tax': -0.38},
            netting={'payable': 6.78, 'receivable': -6.78},
            net=124.75,
        )
        self.assertPaidOut(payable=77.97, bank=-77.97)
        self.assertEqual(self._on_merchant_accounts(), [0.0, 0.0])

    def test_case_44_a_currency_without_cents(self):
        """2260 × 8 % = 180.8 is 181; of it 181 / 1.06 = 170.75 is 171, and 10 is tax."""
        whole = self._currency('MPJ', 20.0, rounding=1.0)
        order = self._buy_in(whole, {self.bowl: 1})
        self.assertEqual(order.amount_total, 2260)
        self.assertEntries(order, sale=2260.0, commission=-181.0)
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 113.00, 'payable': -113.00},
            fees={'receivable': 9.05, 'commission': -8.55, 'tax': -0.50},
            netting={'payable': 9.05, 'receivable': -9.05},
            net=2079.0,
        )
        self.assertPaidOut(payable=103.95, bank=-103.95)

    def test_case_45_a_wallet_a_statement_and_a_payout_per_currency(self):
        home = self._buy({self.bowl: 1})
        abroad = self._buy_in(self.foreign, {self.bowl: 1})
        self._complete(home)
        self._complete(abroad)
        self.assertEqual(self._wallet_in(self.currency).available, 103.96)
        self.assertEqual(self._wallet_in(self.foreign).available, 207.92)
        statements = self.env['marketplace.statement']._generate(
            self.env.cr.now().date(), self.merchant_a
        )
        self.assertEqual(
            {statement.currency_id: statement.amount_net for statement in statements},
            {self.currency: 103.96, self.foreign: 207.92},
        )
        for statement in statements:
            statement.with_user(self.officer).action_send()
            statement.with_user(self.finance_a).portal_confirm()
            statement.with_user(self.officer).action_post()
        payouts = self._pay_out().payout_ids.filtered(
            lambda payout: payout.merchant_id == self.merchant_a
        )
        self.assertEqual(
            {payout.currency_id: payout.amount for payout in payouts},
            {self.currency: 103.96, self.foreign: 207.92},
        )
        self.assertEqual(self._wallet_in(self.currency).paid, 103.96)
        self.assertEqual(self._wallet_in(self.foreign).paid, 207.92)
        self.assertBooksAgree()

    def test_case_46_amounts_of_a_rule_per_currency(self):
        """8 %, at least 10.60; in the foreign currency plus 1.00, at most 10.60.

        113 × 8 % = 9.04 → 10.60. 226 × 8 % + 1.00 = 19.08 → 10.60. The third currency has no row:
        10.60 × 20 = 212; 2260 × 8 % = 181 → 212. Of each fee 6 / 106 are tax.
        """
        whole = self._currency('MPJ', 20.0, rounding=1.0)
        self._rule(percent=8.0, merchant_id=self.merchant_a.id, amount_ids=[
            self._amounts(minimum=10.6), self._amounts(self.foreign, fixed=1.0, maximum=10.6),
        ])  # fmt: skip
        orders = self._buy({self.bowl: 1})
        for currency in (self.foreign, whole):
            orders |= self._buy_in(currency, {self.bowl: 1})
        self.assertEqual(
            {entry.currency_id: entry.amount for entry in self.env['marketplace.balance.entry']
             .search([('order_id', 'in', orders.marketplace_order_ids.ids),
                      ('kind', '=', 'commission')])},
            {self.currency: -10.6, self.foreign: -10.6, whole: -212.0},
        )  # fmt: skip
        self._complete(orders)
        statements = self.env['marketplace.statement']._generate(
            self.env.cr.now().date(), self.merchant_a
        )
        for statement in statements:
            statement.with_user(self.officer).action_send()
            statement.with_user(self.finance_a).portal_confirm()
            statement.with_user(self.officer).action_post()
        self.assertEqual(
            {statement.currency_id: statement.amount_net for statement in statements},
            {self.currency: 102.4, self.foreign: 215.4, whole: 2048.0},
        )
        self.assertEqual(
            {statement.currency_id: self._items(statement.fee_move_id) for statement in statements},
            {
                self.currency: {'receivable': 10.6, 'commission': -10.0, 'tax': -0.6},
                self.foreign: {'receivable': 5.3, 'commission': -5.0, 'tax': -0.3},
                whole: {'receivable': 10.6, 'commission': -10.0, 'tax': -0.6},
            },
        )
        self.assertBooksAgree()

    # === WHAT THE RATE DOES BETWEEN === #

    def test_nothing_is_left_of_a_refund_before_the_invoice_is_matched(self):
        """Settled at 2.00, refunded at 3.10 before the job has matched what was settled."""
        order = self._buy_in(self.foreign, {self.bowl: 1})
        self._complete(order)
        statement = self._statement()
        self.foreign.rate_ids.rate = 3.1
        part = self._part(order)
        part._refund({part._goods_lines(): 1.0}, "Broken", part)
        debt = self.env['marketplace.statement']._offset_debts(self.company).filtered(
            lambda debt: debt.merchant_id == self.merchant_a
        )
        self.assertEqual(debt.amount_net, -statement.amount_net)
        self.env['marketplace.statement']._match((statement | debt).ids)
        self.assertEqual(self._on_merchant_accounts(), [0.0, 0.0])
        self.assertBooksAgree()

    def test_nothing_is_left_of_a_sale_that_is_refunded_in_the_same_statement(self):
        order = self._buy_in(self.foreign, {self.bowl: 1})
        part = self._part(order)
        self.foreign.rate_ids.rate = 3.1
        part._refund({part._goods_lines(): 1.0}, "Broken", part)
        self._complete(order)
        self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'adjustment', 20.0, "Goodwill", part, part
        )
        statement = self._statement()
        self.assertEqual(statement.amount_net, 20.0)
        self.assertFalse(statement.move_id.line_ids.filtered(
            lambda line: line.account_id == self.company.marketplace_clearing_account_id
        ))
        self.assertPaidOut(payable=6.45, bank=-6.45)
        self.assertEqual(self._on_merchant_accounts(), [0.0, 0.0])

    def test_nothing_is_left_of_a_reserve(self):
        """22.60 are kept at 2.00, that is 11.30, and released at 3.10, that is 7.29."""
        rule = self.env['marketplace.reserve.rule'].create({'percent': 10, 'days': 30})
        rule.with_user(self.maker).action_activate()
        self._complete(self._buy_in(self.foreign, {self.bowl: 1}))
        self._statement()
        account = self.company.marketplace_reserve_account_id
        self.assertEqual(self._ledger(account, self.merchant_a), -11.3)
        rule.with_user(self.maker).action_retire()
        self._pass_deadline(self.env['marketplace.hold'].search(
            [('kind', '=', 'reserve'), ('merchant_id', '=', self.merchant_a.id)]
        ))
        self.foreign.rate_ids.rate = 3.1
        released = self._statement()
        self.assertEqual(released.amount_net, 22.6)
        self.env['marketplace.statement']._match(released.ids)
        self.assertEqual(self._ledger(account, self.merchant_a), 0.0)
        self.assertBooksAgree()

    def test_a_statement_is_reversed_at_its_own_rates(self):
        self._complete(self._buy_in(self.foreign, {self.bowl: 1}))
        statement = self._statement()
        self.foreign.rate_ids.rate = 3.1
        statement.with_user(self.maker).action_request_reversal("Wrong month")
        statement.reversal_ids.with_user(self.approver).action_approve()
        credit_note = statement.fee_move_id.reversal_move_ids
        self.assertEqual(self._balances(statement.fee_move_id | credit_note), {})
        self.assertBooksAgree()
