# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyExample(MoneyCommon):
    """Every event of the worked example, account by account."""

    def setUp(self):
        super().setUp()
        company = self.company
        self.clearing = company.marketplace_clearing_account_id
        self.payable = company.marketplace_payable_account_id
        self.commission = company.marketplace_commission_account_id
        self.receivable = self.shopper.partner_id.property_account_receivable_id
        self.merchant_receivable = self.merchant_a.partner_id.property_account_receivable_id
        self.before = {
            account: self._ledger(account)
            for account in (self.clearing, self.payable, self.commission)
        }

    def _change(self, account):
        return self.currency.round(self._ledger(account) - self.before[account])

    def test_the_invoice_owes_the_merchant_all_of_it(self):
        order = self._paid()
        self.assertEqual(order.amount_total, 123.0)
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, 'posted')
        self.assertEqual(
            self._balances(invoice), {self.receivable: 123.0, self.clearing: -123.0}
        )
        self.assertEqual(
            self._entries(order, 'pending'),
            {'sale': 113.0, 'shipping': 10.0, 'commission': -9.04},
        )
        self.assertBooksAgree()

    def test_the_payment_pays_the_invoice(self):
        order = self._paid()
        payment = order.transaction_ids.payment_id
        self.assertEqual(order.invoice_ids.payment_state, 'paid')
        self.assertEqual(self._balances(payment.move_id)[self.receivable], -123.0)

    def test_nothing_is_available_before_the_waiting_time(self):
        order = self._paid()
        self._mature()
        self.assertFalse(self._entries(order, 'available'))
        self.assertFalse(self._wallet())
        self._complete(order)
        self.assertEqual(self._wallet().available, 113.96)
        self.assertBooksAgree()

    def test_the_statement_is_settled_netted_and_paid(self):
        order = self._paid()
        self._complete(order)
        statement = self._statement()
        self.assertRecordValues(statement, [{
            'state': 'posted', 'amount_gross': 123.0, 'amount_fee': 9.04, 'amount_net': 113.96,
        }])  # fmt: skip
        self.assertEqual(
            self._balances(statement.move_id), {self.clearing: 123.0, self.payable: -123.0}
        )
        self.assertEqual(
            self._balances(statement.fee_move_id),
            {self.merchant_receivable: 9.04, self.commission: -8.53, self.tax_account: -0.51},
        )
        self.assertEqual(
            self._balances(statement.netting_move_id),
            {self.payable: 9.04, self.merchant_receivable: -9.04},
        )
        self.assertEqual(statement.fee_move_id.payment_state, 'paid')
        self.assertEqual(self._wallet().in_transit, 113.96)
        self.assertBooksAgree()
        self._pay_out()
        payout = statement.payout_id
        self.assertRecordValues(payout, [{'state': 'paid', 'amount': 113.96}])
        balances = self._balances(payout.payment_id.move_id)
        self.assertEqual(balances.pop(self.payable), 113.96)
        self.assertEqual(list(balances.values()), [-113.96])
        self.assertEqual(statement.state, 'paid')
        self.assertEqual(self._wallet().paid, 113.96)
        self.assertEqual(self._change(self.clearing), 0.0)
        self.assertEqual(self._ledger(self.payable, self.merchant_a), 0.0)
        self.assertEqual(self._change(self.commission), -8.53)
        self.assertBooksAgree()

    def test_every_open_item_is_matched_in_the_end(self):
        order = self._paid()
        statement = self._settle(order)
        self.env['marketplace.statement']._match(statement.ids)
        moves = (
            order.invoice_ids
            | statement.move_id
            | statement.fee_move_id
            | statement.netting_move_id
            | statement.payout_id.payment_id.move_id
        )
        accounts = self.clearing | self.payable | self.receivable | self.merchant_receivable
        open_items = moves.line_ids.filtered(
            lambda line: line.account_id in accounts and not line.reconciled
        )
        self.assertFalse(open_items)

    def test_the_fee_is_the_same_with_a_tax_on_top(self):
        for percent in (6.0, 19.0, 7.7):
            self.company.marketplace_fee_tax_id = self._tax(percent, included=False)
            order = self._paid()
            self._complete(order)
            statement = self._statement()
            self.assertEqual(statement.fee_move_id.amount_total, 9.04)
        self.assertBooksAgree()

    def test_a_replay_of_the_payment_changes_nothing(self):
        order = self._paid()
        before = self._entries(order)
        order.transaction_ids._post_process()
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(self._entries(order), before)
        self.assertEqual(len(order.transaction_ids.payment_id), 1)

    def test_the_platforms_own_goods_stay_as_in_odoo(self):
        order = self._cart({self.lamp: 1})
        self._pay(order)
        self.assertFalse(order.invoice_ids)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFalse(invoice.line_ids.merchant_id)
        self.assertNotIn(self.clearing, self._balances(invoice))
        self.assertEqual(invoice.amount_tax, order.amount_tax)
        self.assertBooksAgree()

    def test_merchants_and_the_platform_in_one_order(self):
        order = self._paid({self.bowl: 2, self.vase: 1, self.lamp: 1})
        invoice = order.invoice_ids
        self.assertEqual(invoice.amount_total, order.amount_total)
        lamp_line = invoice.invoice_line_ids.filtered(lambda li: li.product_id == self.lamp)
        self.assertEqual(lamp_line.price_total, 25.0)
        self.assertEqual(lamp_line.tax_ids, self.vat)
        clearing = invoice.line_ids.filtered(lambda li: li.account_id == self.clearing)
        by_merchant = clearing.grouped('merchant_id')
        self.assertEqual(sum(by_merchant[self.merchant_a].mapped('balance')), -236.0)
        self.assertEqual(sum(by_merchant[self.merchant_b].mapped('balance')), -68.0)
        self._complete(order)
        self.assertEqual(self._statement().amount_net, 217.92)
        self.assertEqual(self._statement(self.merchant_b).amount_net, 63.2)
        self._pay_out()
        self.assertBooksAgree()

    def test_prices_without_tax(self):
        self.bowl.write({'list_price': 100.0, 'taxes_id': [(6, 0, self._tax(13.0, False).ids)]})
        order = self._paid()
        self.assertEqual(order.amount_total, 123.0)
        self.assertEqual(order.invoice_ids.amount_total, 123.0)
        self.assertEqual(
            self._entries(order), {'sale': 113.0, 'shipping': 10.0, 'commission': -9.04}
        )
        self.assertEqual(self._settle(order).amount_net, 113.96)
        self.assertBooksAgree()

    def test_the_deemed_supplier_owes_the_tax_itself(self):
        self.merchant_a.vat_liability = 'platform'
        order = self._paid()
        invoice = order.invoice_ids
        self.assertEqual(invoice.amount_total, 123.0)
        self.assertEqual(invoice.amount_tax, 13.0)
        self.assertEqual(
            self._balances(invoice),
            {self.receivable: 123.0, self.clearing: -110.0, self.tax_account: -13.0},
        )
        self.assertEqual(
            self._entries(order), {'sale': 100.0, 'shipping': 10.0, 'commission': -9.04}
        )
        self.assertEqual(self._settle(order).amount_net, 100.96)
        self.assertBooksAgree()

    def test_amounts_add_up_where_taxes_are_rounded_globally(self):
        self.company.tax_calculation_rounding_method = 'round_globally'
        taxes = self._tax(13.0, included=False)
        prices = {self.bowl: 0.99, self.cup: 3.33, self.vase: 1.11, self.lamp: 7.77}
        for product, price in prices.items():
            product.write({'list_price': price, 'taxes_id': [(6, 0, taxes.ids)]})
        for product in self.bowl | self.cup | self.vase:
            product._set_merchant_stock(50)
        for liability in ('merchant', 'platform'):
            self.merchant_a.vat_liability = liability
            for quantities in (
                {self.bowl: 3, self.cup: 7, self.vase: 3},
                {self.bowl: 1, self.cup: 1, self.vase: 1, self.lamp: 1},
                {self.bowl: 7, self.vase: 3, self.lamp: 3},
            ):
                order = self._paid(quantities)
                self.assertEqual(
                    self.currency.compare_amounts(
                        order.invoice_ids.amount_total, order.amount_total
                    ),
                    0,
                    f"{liability}: {order.invoice_ids.amount_total} {order.amount_total}",
                )
        self.assertBooksAgree()

    def test_a_merchant_waits_until_the_shopper_has_paid(self):
        order = self._cart({self.bowl: 1})
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        self._complete(order)
        entries = order.marketplace_order_ids.entry_ids
        self.assertEqual(set(entries.mapped('state')), {'pending'})
        self._register_payment(order.invoice_ids)
        self._mature()
        self.assertEqual(set(entries.mapped('state')), {'available'})
        self.assertBooksAgree()

    def test_orders_in_a_foreign_currency(self):
        foreign = self.env['res.currency'].create({
            'name': 'MPX', 'symbol': 'X', 'rounding': 0.01,
            'rate_ids': [Command.create({
                'name': '2020-01-01', 'rate': 2.0, 'company_id': self.company.id,
            })],
        })  # fmt: skip
        pricelist = self.env['product.pricelist'].create({
            'name': "Foreign", 'currency_id': foreign.id,
        })
        order = self._cart({self.bowl: 1})
        order.pricelist_id = pricelist
        order._recompute_prices()
        self.assertEqual(order.amount_total, 226.0)
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        order._create_invoices().action_post()
        self.assertEqual(self._entries(order), {'sale': 226.0, 'commission': -18.08})
        self._register_payment(order.invoice_ids)
        self._complete(order)
        statement = self._statement()
        self.assertRecordValues(
            statement, [{'currency_id': foreign.id, 'amount_net': 207.92}]
        )
        foreign.rate_ids.rate = 1.6
        self._pay_out()
        self.assertEqual(self._ledger(self.clearing, self.merchant_a), 0.0)
        self.assertTrue(all(statement._payable_items().mapped('reconciled')))
        self.assertBooksAgree()
