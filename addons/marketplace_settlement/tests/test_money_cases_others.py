# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon
from .test_money_deposit_rules import DepositCommon


@tagged('post_install', '-at_install')
class TestMoneyCasesOthers(MoneyCasesCommon, DepositCommon):
    """Brackets, reserves, exchanges, deposits and debts of docs/accounting.md."""

    def _debt_after_payout(self):
        """Sell a bowl, pay out 103.96, refund it: the merchant owes 103.96."""
        order = self._buy({self.bowl: 1})
        self._settle(order)
        self._refund_goods(order, 1.0)
        self.assertWallet(paid=103.96, debt=-103.96)
        return order

    def _recover_all(self, kind):
        """Recover all that merchant A owes in one way; return the recoveries."""
        debts = self.env['marketplace.debt']._current(
            [('merchant_id', '=', self.merchant_a.id)]
        )
        recoveries = self.env['marketplace.debt.recovery']
        for debt in debts:
            recoveries |= self._recover(debt.entry_id, kind)
        return recoveries

    def test_case_51_brackets_crossed_in_a_month(self):
        """10 % up to 150.00 a month, 5 % above. 113: 11.30. The next 113: 37 at 10 %, 76 at 5 %."""
        rule = self.env['marketplace.commission.rule'].create({
            'percent': 10.0, 'merchant_id': self.merchant_a.id,
            'bracket_ids': [Command.create({'amount_from': 150.0, 'percent': 5.0})],
        })  # fmt: skip
        rule._move_to('active')
        first, second = self._buy({self.bowl: 1}), self._buy({self.bowl: 1})
        self.assertEntries(first, sale=113.00, commission=-11.30)
        self.assertEntries(second, sale=113.00, commission=-7.50)
        self._complete(first | second)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 226.00, 'payable': -226.00},
            fees={'receivable': 18.80, 'commission': -17.74, 'tax': -1.06},
            netting={'payable': 18.80, 'receivable': -18.80},
            net=207.20,
        )

    def test_case_52_a_reserve_kept_and_released(self):
        """10 % of 123.00 waits for 30 days: 113.96 − 12.30 now, 12.30 later."""
        rule = self.env['marketplace.reserve.rule'].create({'percent': 10, 'days': 30})
        rule.with_user(self.maker).action_activate()
        order = self._paid()
        self._complete(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 123.00, 'reserve': -12.30, 'payable': -110.70},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=101.66,
        )
        self.assertWallet(in_transit=101.66, held=12.30)
        self.assertPaidOut(payable=101.66, bank=-101.66)
        rule.with_user(self.maker).action_retire()
        self._pass_deadline(self.env['marketplace.hold'].search(
            [('kind', '=', 'reserve'), ('merchant_id', '=', self.merchant_a.id)]
        ))
        self.assertWallet(paid=101.66, available=12.30)
        self.assertStatement(
            self._statement(), settlement={'reserve': 12.30, 'payable': -12.30}, fees={},
            netting={}, net=12.30,
        )  # fmt: skip

    def test_case_53_an_exchange_moves_goods_and_no_money(self):
        order = self._buy({self.bowl: 1})
        part = self._part(order)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        part.with_user(self.shopper).portal_request_return(
            'exchange', "Scratched", {part.line_ids.id: 1}
        )
        request = part.return_ids
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.shopper).portal_ship("SF2")
        request.with_user(self.clerk_a).portal_inspect()
        request.with_user(self.clerk_a).portal_send_replacement("SF Express", "SF3")
        self.assertEqual(request.state, 'exchanged')
        self.assertEqual(order.invoice_ids.mapped('amount_total'), [113.00])
        self.assertEntries(order, sale=113.00, commission=-9.04)
        self._pass_deadline(part)
        self._complete(order)
        self.assertEqual(self._statement().amount_net, 103.96)
        self.assertBooksAgree()

    def test_case_54_a_debt_is_taken_from_the_deposit(self):
        movement = self._receive(500.00, "BANK 1")
        self.assertItems(movement.move_id, receivable=500.00, deposit=-500.00)
        self._debt_after_payout()
        recoveries = self._recover_all('deposit')
        self.assertItems(recoveries.move_id, deposit=103.96, clearing=-103.96)
        self.assertWallet(paid=103.96)
        self.assertEqual(self.merchant_a.deposit_balance, 396.04)
        self.assertBooksAgree()

    def test_case_55_a_debt_is_written_off(self):
        self._debt_after_payout()
        recoveries = self._recover_all('write_off')
        self.assertItems(recoveries.move_id, writeoff=103.96, clearing=-103.96)
        self.assertWallet(paid=103.96)
        self.assertBooksAgree()
