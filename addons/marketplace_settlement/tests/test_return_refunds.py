# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestReturnRefunds(MoneyCommon):

    def _return(self, part, quantity=1):
        """Return bowls of a part that the shopper has received; the merchant agrees."""
        if part.state == 'to_accept':
            part.with_user(self.clerk_a).portal_accept()
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
            part.with_user(self.shopper).portal_confirm_receipt()
        line = part.line_ids.filtered(lambda line: line.product_id == self.bowl)
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'return_refund', "It has a crack", {line.id: quantity}
            )
        )
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.clerk_a).portal_inspect()
        return request

    def test_the_goods_are_refunded_the_freight_is_not(self):
        part = self._part(self._paid({self.bowl: 2}))
        request = self._return(part)
        self.assertEqual((request.state, request.amount), ('refunded', 113.0))
        self.assertEqual(part.amount_refunded, 113.0)
        self._return(part)
        self.assertEqual(part.amount_refunded, 226.0)
        self.assertEqual(part._refundable_amount(), part.amount_freight)

    def test_the_refund_is_what_was_paid_after_discounts(self):
        program = self.env['loyalty.program'].create({
            'name': "Sale",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'SPLIT'})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'percent', 'discount': 10,
            })],
        })
        order = self._cart({self.bowl: 3, self.vase: 1})
        for coupon, rewards in order._try_apply_code('SPLIT').items():
            self.assertEqual(rewards, program.reward_ids)
            order._apply_program_reward(rewards, coupon)
        self._pay(order)
        part = self._part(order)
        self.assertEqual(part.amount_total, 305.1)
        request = self._return(part)
        self.assertEqual(request.amount, 101.7)
        self.assertEqual(part.amount_refunded, 101.7)
        self._return(part, quantity=2)
        self.assertEqual(part.amount_refunded, 305.1)
        self.assertEqual(self._part(order, self.merchant_b).amount_refunded, 0.0)

    def test_an_order_nobody_accepts_is_refunded(self):
        order = self._paid({self.bowl: 1, self.vase: 1})
        part = self._part(order)
        self._pass_deadline(part)
        self.assertEqual(part.amount_refunded, part.amount_total)
        self.assertFalse(self._part(order, self.merchant_b).amount_refunded)

    def test_an_exchange_refunds_nothing(self):
        part = self._part(self._paid())
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        line = part.line_ids.filtered(lambda line: line.product_id == self.bowl)
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'exchange', "It has a crack", {line.id: 1}
            )
        )
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.clerk_a).portal_inspect()
        request.with_user(self.clerk_a).portal_send_replacement("SF Express", "SF2")
        self.assertEqual(request.state, 'exchanged')
        self.assertFalse(part.amount_refunded)
