# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon


@tagged('post_install', '-at_install')
class TestPains(MoneyCasesCommon):
    """What users of other marketplaces complain about; each test names where they did."""

    # === REFUNDS AND SHARES === #

    def test_dokan_905_a_refund_lowers_the_balance(self):
        order = self._paid()
        self._complete(order)
        self.assertWallet(available=113.96)
        part = self._part(order)
        part._refund_amount(23.00, "Scratch", part)
        self.assertWallet(available=92.65)
        self.assertBooksAgree()

    def test_dokan_3391_a_refund_without_lines_does_not_leak(self):
        """An amount is spread over what is left of all lines, the commission with it."""
        order = self._paid({self.bowl: 1, self.cup: 1})
        part = self._part(order)
        part._refund_amount(81.50, "Goodwill", part)
        # Half of 113 + 40 + 10, so half of the commission of 12.24.
        self.assertEntries(
            order, sale=153.00, shipping=10.00, commission=-12.24,
            sale_refund=-76.50, shipping_refund=-5.00, commission_refund=6.12,
        )  # fmt: skip
        self.assertBooksAgree()

    def test_multivendorx_976_the_commission_is_returned_with_the_goods(self):
        order = self._buy({self.bowl: 1})
        self._refund_goods(order, 1.0)
        self.assertEntries(
            order, sale=113.00, commission=-9.04, sale_refund=-113.00, commission_refund=9.04
        )
        self.assertBooksAgree()

    def test_dokan_3324_the_shares_are_what_the_customer_paid(self):
        """6.45 became 6.44 there, because both shares were rounded down."""
        prices = (6.45, 0.05, 0.15, 1.25, 3.335, 6.44, 9.99, 12.345, 0.01)
        for percent in (10.0, 7.5, 12.5, 33.3333):
            rule = self._rule(percent=percent, merchant_id=self.merchant_a.id)
            order = self._buy({self._goods_for(price): 1 for price in prices})
            entries = self.env['marketplace.balance.entry'].search(
                [('order_id', 'in', order.marketplace_order_ids.ids)]
            )
            for line in order.order_line:
                mine = entries.filtered(lambda entry, line=line: entry.sale_line_id == line)
                fee = -sum(mine.filtered(lambda e: e.kind == 'commission').mapped('amount'))
                self.assertEqual(
                    self.currency.compare_amounts(sum(mine.mapped('amount')) + fee,
                                                  line.price_total), 0,
                )  # fmt: skip
            self.assertEqual(
                self.currency.compare_amounts(
                    sum(entries.mapped('amount')) + sum(line.marketplace_commission
                                                        for line in order.order_line),
                    order.amount_total,
                ), 0,
            )  # fmt: skip
            rule._move_to('retired')
        self.assertBooksAgree()

    def test_dokan_2267_who_keeps_the_fee_of_a_refund_is_a_choice(self):
        """The rule says how much of 9.04 goes back: all, half, or nothing."""
        for percent, returned in ((100.0, 9.04), (50.0, 4.52), (0.0, 0.0)):
            rule = self._rule(
                percent=8.0, refund_percent=percent, merchant_id=self.merchant_a.id
            )
            order = self._buy({self.bowl: 1})
            part = self._part(order)
            part._refund_amount(56.50, "Half", part)
            part._refund_amount(56.50, "The rest", part)
            self.assertEqual(self._entries(order).get('commission_refund', 0.0), returned)
            rule._move_to('retired')
        self.assertBooksAgree()

    # === WHAT THE MERCHANT SEES === #

    def test_dokan_1588_a_payout_is_broken_down_to_its_orders(self):
        orders = self._paid() | self._paid({self.cup: 2})
        self._complete(orders)
        statement = self._statement()
        self._pay_out()
        payout = statement.payout_id.with_user(self.finance_a)
        entries = payout.statement_ids.entry_ids
        self.assertEqual(
            self.currency.compare_amounts(sum(entries.mapped('amount')), payout.amount), 0
        )
        self.assertEqual(
            entries.order_id.ids, orders.marketplace_order_ids.sorted('id', reverse=True).ids
        )
        for entry in entries:
            self.assertTrue(entry.product_name)
            if entry.kind == 'commission':
                self.assertIn("8 %", entry.explanation)

    def test_dokan_2032_the_commission_is_invoiced_to_the_merchant(self):
        self._complete(self._paid())
        statement = self._statement()
        self.assertRecordValues(statement.fee_move_id, [{
            'move_type': 'out_invoice', 'state': 'posted', 'amount_total': 9.04,
            'partner_id': self.merchant_a.partner_id.id, 'payment_state': 'paid',
        }])  # fmt: skip
        self.assertEqual(statement.with_user(self.finance_a).amount_fee, 9.04)

    def test_dokan_1839_a_fine_shows_on_the_statement_with_its_reason(self):
        self._complete(self._paid())
        self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'penalty', -20.0, "Shipped ten days late, rule 4.2", self.merchant_a
        )
        statement = self._statement().with_user(self.finance_a)
        fine = statement.entry_ids.filtered(lambda entry: entry.kind == 'penalty')
        self.assertEqual(fine.explanation, "Shipped ten days late, rule 4.2")
        page = self.env['ir.actions.report'].with_user(self.officer)._render_qweb_html(
            'marketplace_settlement.report_statement', statement.ids
        )[0].decode()
        self.assertIn("Shipped ten days late, rule 4.2", page)

    # === WHAT IS PAID OUT === #

    def test_dokan_189_nothing_is_paid_out_twice(self):
        self._complete(self._paid())
        self._statement()
        first = self._batch()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._batch()
        first.with_user(self.approver).action_approve()
        first.with_user(self.officer).action_send()
        payout = first.payout_ids.filtered(lambda p: p.merchant_id == self.merchant_a)
        payout.with_user(self.officer).action_mark_paid("BANK 1")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payout.with_user(self.officer).action_mark_paid("BANK 2")
        self.assertWallet(paid=113.96)
        self.assertBooksAgree()

    def test_dokan_1331_no_more_than_is_owed_is_paid_out(self):
        """A balance that is refunded away meanwhile leaves nothing to draw up."""
        order = self._paid()
        self._complete(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
        self.assertFalse(
            self.env['marketplace.statement']._generate(
                fields.Date.context_today(part), self.merchant_a
            )
        )
        self.assertWallet()

    def test_cscart_2955_a_merchant_cannot_credit_itself(self):
        """Nothing that a merchant can call writes an entry, a wallet or a statement."""
        order = self._paid()
        self._settle(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
        self.assertWallet(paid=113.96, debt=-113.96)
        Entry = self.env['marketplace.balance.entry'].with_user(self.finance_a)
        for call in (
            lambda: Entry.create({'merchant_id': self.merchant_a.id, 'kind': 'adjustment',
                                  'amount': 200.0}),
            lambda: self._wallet().with_user(self.finance_a).write({'available': 200.0}),
            lambda: self.env['marketplace.adjustment'].with_user(self.finance_a).create({
                'merchant_id': self.merchant_a.id, 'amount': 200.0, 'reason': "Mine"}),
        ):  # fmt: skip
            with self.assertRaises(UserError):
                call()
        self.assertWallet(paid=113.96, debt=-113.96)

    def test_dokan_2234_nothing_is_paid_before_delivery_and_the_waiting_time(self):
        """Paid orders that were never sent stay pending, however long ago it was."""
        order = self._paid()
        part = self._part(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET date_order = now() - interval '400 days' WHERE id = %s",
            [order.id],
        )
        self._mature()
        self.assertFalse(self._entries(order, 'available'))
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        self._mature()
        self.assertFalse(self._entries(order, 'available'))
        self._pass_deadline(part)
        part.settlement_days = 7
        self._mature()
        self.assertFalse(self._entries(order, 'available'))
        part.date_completed = fields.Datetime.subtract(part.date_completed, days=8)
        self._mature()
        self.assertWallet(available=113.96)

    def test_dokan_2956_a_negative_balance_is_shown_and_recovered_first(self):
        order = self._paid()
        self._settle(order)
        part = self._part(order)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "Chargeback", part)
        wallet = self._wallet().with_user(self.finance_a)
        self.assertEqual(wallet.debt, -113.96)
        self._complete(self._buy({self.bowl: 1}))
        self.assertEqual((wallet.available, wallet.debt), (0.0, -10.0))
        self._complete(self._buy({self.cup: 1}))
        self.assertEqual((wallet.available, wallet.debt), (26.80, 0.0))
        self.assertBooksAgree()

    # === ORDERS === #

    def test_dokan_1987_one_checkout_makes_each_part_once(self):
        order = self._cart({self.bowl: 1, self.vase: 1})
        transaction = self._pay(order)
        for _replay in range(3):
            transaction._post_process()
            order._action_confirm()
        self.assertEqual(len(order.marketplace_order_ids), 2)
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEntries(order, sale=173.00, commission=-13.84)
        self.assertBooksAgree()

    def test_dokan_253_a_cancelled_part_stays_cancelled(self):
        order = self._paid({self.bowl: 1, self.vase: 1})
        part, other = self._part(order), self._part(order, self.merchant_b)
        part.with_user(self.clerk_a).portal_refuse("Out of stock")
        self.assertEqual((part.state, other.state), ('cancelled', 'to_accept'))
        for target in ('to_ship', 'shipped', 'completed'):
            with self.assertRaises(UserError):
                part._move_to(target, system=True)
        order.transaction_ids._post_process()
        other.with_user(self.clerk_b).portal_accept()
        self.assertEqual(part.state, 'cancelled')
        self.assertEqual(order.marketplace_state, 'to_ship')
        self.assertBooksAgree()

    def test_dokan_1529_a_refunded_part_gives_its_stock_back(self):
        before = self.bowl.free_qty
        order = self._paid({self.bowl: 2})
        self.bowl.invalidate_recordset()
        self.assertEqual(self.bowl.free_qty, before - 2)
        self._part(order).with_user(self.clerk_a).portal_refuse("Broken in the warehouse")
        self.bowl.invalidate_recordset()
        self.assertEqual(self.bowl.free_qty, before)

    # === MERCHANTS === #

    def test_dokan_1439_suspending_and_resuming_publishes_nothing_new(self):
        """What was not on sale before the suspension is not on sale after it."""
        draft = self._goods_for(10.0).product_tmpl_id
        paused = self._goods_for(12.0).product_tmpl_id
        goods = self.bowl.product_tmpl_id
        self.env.flush_all()
        for state, product in (('live', goods), ('draft', draft), ('paused', paused)):
            self.env.cr.execute(
                "UPDATE product_template SET listing_state = %s WHERE id = %s", [state, product.id]
            )
        self.env.invalidate_all()
        states = (goods | draft | paused).mapped('listing_state')
        self.merchant_a._move_to('suspended', reason="Check")
        self.assertFalse(goods.is_sellable)
        self.merchant_a._move_to('active', reason="All right")
        self.assertEqual((goods | draft | paused).mapped('listing_state'), states)
        self.assertTrue(goods.is_sellable)
        self.assertFalse(draft.is_sellable or paused.is_sellable)

    # === FINES === #

    def test_caixin_2024_a_deduction_takes_a_reason_and_two_people(self):
        """Fines there came without reason, evidence or a way to object."""
        Adjustment = self.env['marketplace.adjustment'].with_user(self.officer)
        values = {'merchant_id': self.merchant_a.id, 'amount': -50.0, 'reason_code': 'goodwill'}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            Adjustment.create(values | {'reason': ""})
        adjustment = Adjustment.create(values | {'reason': "Packaging against rule 3"})
        with self.assertRaises(AccessError):
            adjustment.action_approve()
        self.assertFalse(self._wallet())
        adjustment.with_user(self.approver).action_approve()
        self.assertEqual(adjustment.sudo().entry_id.explanation, "Packaging against rule 3")

    def test_pandaily_2024_a_merchant_contests_a_fine_and_gets_the_rest(self):
        self._complete(self._paid())
        fine = self.env['marketplace.balance.entry']._book(
            self.merchant_a, 'penalty', -20.0, "Late", self.merchant_a
        )
        statement = self.env['marketplace.statement']._generate(
            fields.Date.context_today(fine), self.merchant_a
        )
        statement.with_user(self.officer).action_send()
        statement.with_user(self.finance_a).portal_contest(
            fine.id, {'amount': "20", 'reason': "The carrier was late"}
        )
        self.assertEqual(statement.contest_ids.state, 'open')
        statement.with_user(self.finance_a).portal_confirm()
        statement.with_user(self.officer).action_post()
        self.assertEqual(statement.amount_net, 93.96)
        self.assertBooksAgree()

    # === EARNINGS === #

    def test_dokan_929_earnings_with_tax_coupon_and_quantity(self):
        """Of 3 × 113 less 15 %, 288.15, a coupon of 10 % that the platform pays: 28.82."""
        program = self.env['loyalty.program'].create({
            'name': "Coupon", 'program_type': 'promo_code', 'trigger': 'with_code',
            'applies_on': 'current', 'platform_share': 100.0,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'PAIN'})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'percent', 'discount': 10,
            })],
        })  # fmt: skip
        order = self._cart({self.bowl: 3})
        order.order_line.discount = 15.0
        for coupon, rewards in order._try_apply_code('PAIN').items():
            order._apply_program_reward(rewards, coupon)
        order._update_programs_and_rewards()
        self._pay(order)
        program.active = False
        self.assertEqual(order.amount_total, 259.33)
        self.assertEntries(
            order, sale=288.15, discount=-28.82, subsidy=28.82, commission=-23.05
        )
        self._complete(order)
        statement = self._statement()
        self.assertEqual((statement.amount_net, statement.amount_fee), (265.10, 23.05))
        self.assertItems(statement.fee_move_id, receivable=23.05, commission=-21.75, tax=-1.30)
        self.assertBooksAgree()
