# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestReturns(OrdersCommon):

    def _request(self, part, kind='return_refund', quantity=1, product=None):
        line = part._goods_lines().filtered(
            lambda line: line.product_id == (product or self.bowl)
        )
        request_id = part.with_user(self.shopper).portal_request_return(
            kind, "It has a crack", {str(line.id): quantity}
        )
        return self.env['marketplace.return'].browse(request_id)

    def test_return_and_refund(self):
        part = self._received({self.bowl: 2})
        stock = self._on_hand(self.bowl, self.merchant_a)
        request = self._request(part)
        self.assertRecordValues(request, [{
            'state': 'requested', 'amount': 113.0, 'merchant_id': self.merchant_a.id,
        }])
        request.with_user(self.clerk_a).portal_approve()
        self.assertEqual(request.picking_id.marketplace_order_id, part)
        request.with_user(self.shopper).portal_ship("YT9")
        self.assertEqual((request.state, request.tracking_ref), ('in_transit', "YT9"))
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.state, 'refunded')
        self.assertEqual(request.picking_id.state, 'done')
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), stock + 1)
        self.assertEqual(self.bowl.total_value, 0)
        self.assertEqual(part.line_ids.qty_delivered, 1)

    def test_refund_without_return(self):
        part = self._received()
        request = self._request(part, 'refund_only')
        request.with_user(self.clerk_a).portal_approve()
        self.assertEqual(request.state, 'refunded')
        self.assertFalse(request.picking_id)

    def test_exchange_sends_the_same_goods_again(self):
        part = self._received()
        request = self._request(part, 'exchange')
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.shopper).portal_ship("YT9")
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.state, 'received')
        replacement = request.replacement_picking_id
        location = self.merchant_a._get_stock_location(self.warehouse)
        self.assertEqual(replacement.location_id, location)
        self.assertEqual(replacement.move_line_ids.owner_id, self.merchant_a.partner_id)
        request.with_user(self.clerk_a).portal_send_replacement("SF Express", "SF2")
        self.assertEqual(request.state, 'exchanged')
        self.assertEqual(replacement.state, 'done')
        self.assertEqual(part.line_ids.qty_delivered, 1)

    def test_silence_of_the_merchant_is_consent(self):
        request = self._request(self._received())
        self._pass_deadline(request)
        self.assertEqual(request.state, 'approved')

    def test_silence_of_the_shopper_ends_the_return(self):
        part = self._received()
        request = self._request(part)
        request.with_user(self.clerk_a).portal_approve()
        self._pass_deadline(request)
        self.assertEqual(request.state, 'rejected')
        self.assertEqual(request.picking_id.state, 'cancel')
        self.assertTrue(part.deadline)

    def test_a_deduction_has_its_limit(self):
        request = self._request(self._received())
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.shopper).portal_ship("YT9")
        for deduction, message in (
            (500, "Deduction can be at most 113."), (-1, "Deduction should be at least 0."),
        ):
            with self.assertRaises(FieldErrors) as raised:
                request.with_user(self.clerk_a).portal_inspect(deduction=deduction, reason="Box")
            self.assertEqual(raised.exception.field_errors['deduction'], message)
        self.assertEqual(request.state, 'in_transit')

    def test_goods_on_their_way_count_as_received(self):
        request = self._request(self._received())
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.shopper).portal_ship("YT9")
        self._pass_deadline(request)
        self.assertEqual(request.state, 'refunded')

    def test_the_warehouse_receives_as_well(self):
        request = self._request(self._received())
        request.with_user(self.clerk_a).portal_approve()
        request.picking_id.button_validate()
        self.assertEqual(request.state, 'received')
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.state, 'refunded')

    def test_the_shopper_withdraws_a_return_and_may_ask_again(self):
        part = self._received()
        request = self._request(part)
        self._pass_deadline(part)
        with self.assertRaises(AccessError):
            request.with_user(self.clerk_a).portal_withdraw()
        request.with_user(self.clerk_a).portal_approve()
        request.with_user(self.shopper).portal_withdraw()
        self.assertEqual((request.state, request.picking_id.state), ('withdrawn', 'cancel'))
        self.assertFalse(request.deadline)
        self.assertEqual(part.deadline, part.date_return_end)
        told = self.env['mail.mail'].search(
            [('subject', '=', f"A return was withdrawn: {request.name}")]
        )
        self.assertEqual(told.recipient_ids, self.merchant_a._role_partners('orders'))
        with self.assertRaises(UserError):
            request.with_user(self.clerk_a).portal_receive()
        again = self._request(part)
        again.with_user(self.clerk_a).portal_approve()
        again.with_user(self.shopper).portal_ship("YT9")
        with self.assertRaises(UserError):
            again.with_user(self.shopper).portal_withdraw()
        again.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(again.state, 'refunded')

    def test_an_open_return_keeps_the_order_open(self):
        part = self._received()
        request = self._request(part)
        self._pass_deadline(part)
        self.assertEqual(part.state, 'delivered')
        request.with_user(self.clerk_a).portal_reject("It was fine")
        self.assertEqual(part.deadline, part.date_return_end)
        self._pass_deadline(part)
        self.assertEqual(part.state, 'completed')
        with self.assertRaisesRegex(UserError, "complaint"):
            self._request(part)

    def test_a_rejected_return_goes_to_the_marketplace_once(self):
        # Without an arbitration, which other addons bring, managers decide.
        self.patch(self.env.registry['marketplace.return'], '_open_case', lambda request: None)
        part = self._received()
        request = self._request(part)
        request.with_user(self.clerk_a).portal_reject("It was fine")
        request.with_user(self.shopper).portal_escalate("It was not")
        with self.assertRaises(AccessError):
            request.with_user(self.clerk_a).action_refund(reason="No")
        request.with_user(self.manager).action_reject(reason="The photo shows no crack")
        self.assertEqual((request.state, request.answer), ('rejected', "The photo shows no crack"))
        with self.assertRaises(UserError):
            request.with_user(self.shopper).portal_escalate("Again")
        other = self._request(part)
        other.with_user(self.clerk_a).portal_reject("No")
        other.with_user(self.shopper).portal_escalate("Yes")
        other.with_user(self.manager).action_refund(reason="The shopper is right")
        self.assertEqual(other.state, 'refunded')

    def test_no_more_is_returned_than_was_bought(self):
        part = self._received({self.bowl: 2})
        with self.assertRaises(FieldErrors):
            self._request(part, quantity=3)
        self._request(part, quantity=2)
        with self.assertRaises(FieldErrors):
            self._request(part, quantity=1)

    def test_goods_that_are_in_another_return_are_not_brought_before_the_marketplace(self):
        self.patch(self.env.registry['marketplace.return'], '_open_case', lambda request: None)
        part = self._received({self.bowl: 2})
        request = self._request(part)
        request.with_user(self.clerk_a).portal_reject("It was fine")
        other = self._request(part, kind='exchange', quantity=2)
        with self.assertRaisesRegex(UserError, "Bowl is in another return"):
            request.with_user(self.shopper).portal_escalate("It was not")
        self.assertEqual(request.state, 'rejected')
        other.with_user(self.clerk_a).portal_reject("It was fine, too")
        request.with_user(self.shopper).portal_escalate("It was not")
        self.assertEqual(request.state, 'escalated')

    def test_a_request_says_all_that_is_wrong(self):
        part = self._received()
        foreign = self._part(self._order({self.vase: 1}), self.merchant_b).line_ids
        for quantities in ({}, None, "x", {'x': 1}, {str(foreign.id): 1}, {part.line_ids.id: -1}):
            with self.assertRaises(FieldErrors) as raised:
                part.with_user(self.shopper).portal_request_return('gift', "", quantities)
            self.assertEqual(set(raised.exception.field_errors), {'kind', 'reason', 'quantities'})
        self.assertFalse(part.return_ids)

    def test_the_return_window_closes_on_time(self):
        part = self._received()
        part.date_received = fields.Datetime.subtract(fields.Datetime.now(), days=7, minutes=1)
        with self.assertRaisesRegex(UserError, "complaint"):
            self._request(part)

    def test_nothing_is_returned_before_it_was_sent(self):
        with self.assertRaisesRegex(UserError, "not been sent"):
            self._request(self._part(self._order()))

    def test_each_acts_on_its_own_returns_only(self):
        part = self._received()
        with self.assertRaises(AccessError):
            part.with_user(self.stranger).portal_request_return('exchange', "X", {})
        request = self._request(part)
        for user in (self.clerk_b, self.shopper, self.catalogue_a):
            with self.assertRaises(AccessError):
                request.with_user(user).portal_approve()
        for user in (self.clerk_a, self.stranger):
            with self.assertRaises(AccessError):
                request.with_user(user).portal_ship("X")
        Return = self.env['marketplace.return']
        Line = self.env['marketplace.return.line']
        for user, expected in (
            (self.clerk_a, True), (self.shopper, True), (self.manager, True),
            (self.clerk_b, False), (self.stranger, False), (self.catalogue_a, False),
        ):
            found = Return.with_user(user).search([('id', '=', request.id)])
            self.assertEqual(bool(found), expected)
            found = Line.with_user(user).search([('return_id', '=', request.id)])
            self.assertEqual(bool(found), expected)
