# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .money_cases_common import MoneyCasesCommon
from .test_return_policy import PHOTO


@tagged('post_install', '-at_install')
class TestMoneyCasesReturns(MoneyCasesCommon):
    """Returns of docs/accounting.md, with goods, credit notes, entries and commission."""

    def _request(self, order, kind, code='other', quantity=1):
        """Return what the shopper asks for once it has the goods, as its merchant approves it."""
        part = self._part(order)
        if part.state == 'to_accept':
            part.with_user(self.clerk_a).portal_accept()
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
            part.with_user(self.shopper).portal_confirm_receipt()
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                kind, "Cracked", {part._goods_lines().id: quantity}, code, [PHOTO]
            )
        )
        request.with_user(self.clerk_a).portal_approve()
        return request

    def _sent_back(self, order, kind, code='defect', quantity=1):
        """Return a request whose goods the shopper has sent for 12.00, by the receipt."""
        request = self._request(order, kind, code, quantity)
        request.with_user(self.shopper).portal_ship("YT1", "SF", "12.00", [PHOTO])
        return request

    def _close(self, order):
        """Let the return window of an order pass, and the waiting time after it."""
        self._pass_deadline(self._part(order))
        self._complete(order)

    def assertFreightPaidBack(self, request):
        self.assertItems(request.freight_move_id, receivable=-12.00, advance=12.00)

    def test_case_61_a_refund_of_goods_that_the_shopper_keeps(self):
        order = self._paid()
        self._request(order, 'refund_only')
        stock = self._on_hand(self.bowl, self.merchant_a)
        self.assertEqual(stock, 9)
        credit_note = order.invoice_ids.filtered(lambda move: move.move_type == 'out_refund')
        self.assertItems(credit_note, receivable=-113.00, clearing=113.00)
        self.assertEntries(
            order, sale=113.00, shipping=10.00, commission=-9.04,
            sale_refund=-113.00, commission_refund=9.04,
        )  # fmt: skip
        self._close(order)
        self.assertStatement(
            self._statement(), settlement={'clearing': 10.00, 'payable': -10.00}, fees={},
            netting={}, net=10.00,
        )  # fmt: skip

    def test_case_62_two_sent_back_one_accepted_for_less(self):
        """18.08 × 100 / 226 = 8.00 of the commission go back; the other bowl stays sold."""
        order = self._buy({self.bowl: 2})
        request = self._request(order, 'return_refund', quantity=2)
        request.with_user(self.shopper).portal_ship("YT1")
        request.with_user(self.clerk_a).portal_inspect(
            {request.line_ids.id: {'quantity': 1, 'condition': 'opened'}}, '13', "One is missing"
        )
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 9)
        self.assertEntries(
            order, sale=226.00, commission=-18.08, sale_refund=-100.00, commission_refund=8.00
        )
        self._close(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 126.00, 'payable': -126.00},
            fees={'receivable': 10.08, 'commission': -9.51, 'tax': -0.57},
            netting={'payable': 10.08, 'receivable': -10.08},
            net=115.92,
        )

    def test_case_63_all_comes_back_with_the_freight_of_both_ways(self):
        """The next sale, 113.00 less 9.04, makes the 12.00 good."""
        order = self._paid()
        request = self._sent_back(order, 'return_refund')
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 10)
        self.assertEqual(request.amount_refunded, 123.00)
        self.assertFreightPaidBack(request)
        self.assertEntries(
            order, sale=113.00, shipping=10.00, commission=-9.04, sale_refund=-113.00,
            shipping_refund=-10.00, commission_refund=9.04, return_freight=-12.00,
        )  # fmt: skip
        self.assertWallet(debt=-12.00)
        self.assertBooksAgree()
        self._close(order)
        self._complete(self._buy({self.bowl: 1}))
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 113.00, 'advance': -12.00, 'payable': -101.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=91.96,
        )
        self.assertEqual(self._ledger(self.company.marketplace_advance_account_id), 0.00)

    def test_case_64_an_exchange_with_the_freight_back(self):
        order = self._buy({self.bowl: 1})
        request = self._sent_back(order, 'exchange')
        request.with_user(self.clerk_a).portal_inspect()
        self.assertFalse(request.freight_move_id)
        request.with_user(self.clerk_a).portal_send_replacement("SF Express", "SF3")
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), 9)
        self.assertFreightPaidBack(request)
        self.assertEntries(order, sale=113.00, commission=-9.04, return_freight=-12.00)
        self._close(order)
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 113.00, 'advance': -12.00, 'payable': -101.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=91.96,
        )

    def test_case_65_a_refusal_that_is_overturned_after_the_payout(self):
        """Debt 123.00 − 9.04 + 12.00 = 125.96; then 226.00 less 18.08 are sold."""
        # Without an arbitration, which other addons bring, managers decide.
        self.patch(self.env.registry['marketplace.return'], '_open_case', lambda request: None)
        order = self._paid()
        request = self._sent_back(order, 'return_refund')
        request.with_user(self.clerk_a).portal_inspect(
            {request.line_ids.id: {'quantity': 0, 'condition': 'damaged'}}, reason="Dropped"
        )
        self.assertFalse(request.freight_move_id)
        self._close(order)
        self._statement()
        self._pay_out()
        self.assertWallet(paid=113.96)
        request.with_user(self.shopper).portal_escalate("It was cracked before")
        request.with_user(self.manager).action_refund(reason="The photo shows it")
        self.assertFreightPaidBack(request)
        self.assertWallet(paid=113.96, debt=-125.96)
        self._complete(self._buy({self.bowl: 2}))
        self.assertStatement(
            self._statement(),
            settlement={'clearing': 103.00, 'advance': -12.00, 'payable': -91.00},
            fees={'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
            netting={'payable': 9.04, 'receivable': -9.04},
            net=81.96,
        )
