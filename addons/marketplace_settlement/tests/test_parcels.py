# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestParcels(MoneyCommon):

    def _accepted(self, quantities):
        part = self._part(self._paid(quantities))
        part.with_user(self.clerk_a).portal_accept()
        return part

    def _line(self, part, product):
        return part._goods_lines().filtered(lambda line: line.product_id == product)

    def _ship(self, part, number, quantities=None):
        parcel_id = part.with_user(self.clerk_a).portal_ship("SF Express", number, quantities)
        return self.env['marketplace.parcel'].browse(parcel_id)

    # === SEVERAL PARCELS === #

    def test_an_order_goes_in_several_parcels(self):
        part = self._accepted({self.bowl: 3, self.cup: 1})
        bowls, cups = self._line(part, self.bowl), self._line(part, self.cup)
        first = self._ship(part, "SF1", {str(bowls.id): 2})
        self.assertEqual(part.state, 'to_ship')
        self.assertEqual(part.sale_order_id.marketplace_state, 'partly_shipped')
        self.assertRecordValues(first, [{
            'name': f"{part.name}/1", 'tracking_ref': "SF1", 'state': 'shipped',
        }])
        self.assertEqual(part._unsent_quantities(), {bowls: 1, cups: 1})
        second = self._ship(part, "SF2")
        self.assertEqual(part.state, 'shipped')
        self.assertEqual(part.tracking_ref, "SF1, SF2")
        self.assertEqual(
            {line.sale_line_id: line.quantity for line in second.line_ids}, {bowls: 1, cups: 1}
        )
        self.assertEqual(set(part.picking_ids.mapped('state')), {'done'})
        self.assertEqual(bowls.qty_delivered, 3)
        first.with_user(self.clerk_a).portal_mark_delivered()
        self.assertEqual(part.state, 'shipped')
        second.with_user(self.shopper).portal_confirm_receipt()
        self.assertEqual(part.state, 'delivered')
        self.assertTrue(part.date_received)
        self.assertBooksAgree()

    def test_a_parcel_that_arrives_before_the_rest_leaves_does_not_end_the_order(self):
        part = self._accepted({self.bowl: 2})
        first = self._ship(part, "SF1", {self._line(part, self.bowl).id: 1})
        first.with_user(self.shopper).portal_confirm_receipt()
        self.assertEqual((part.state, part.date_received), ('to_ship', False))
        self._ship(part, "SF2")
        self.assertEqual(part.state, 'shipped')
        part.with_user(self.shopper).portal_confirm_receipt()
        self.assertEqual(set(part.parcel_ids.mapped('state')), {'delivered'})

    def test_several_steps_in_the_warehouse(self):
        self.warehouse.delivery_steps = 'pick_ship'
        part = self._accepted({self.bowl: 3, self.cup: 1})
        bowls = self._line(part, self.bowl)
        self._ship(part, "SF1", {bowls.id: 2})
        self.assertEqual(bowls.qty_delivered, 2)
        self._ship(part, "SF2")
        self.assertEqual((part.state, bowls.qty_delivered), ('shipped', 3))

    def test_a_form_sent_twice_makes_one_parcel(self):
        part = self._accepted({self.bowl: 2})
        wanted = {self._line(part, self.bowl).id: 1}
        self._ship(part, "SF1", wanted)
        with self.assertRaises(FieldErrors) as raised:
            self._ship(part, "SF1", wanted)
        self.assertEqual(set(raised.exception.field_errors), {'tracking_ref'})
        self.assertEqual(len(part.parcel_ids), 1)

    def test_a_parcel_says_all_that_is_wrong(self):
        part = self._accepted({self.bowl: 2})
        line = self._line(part, self.bowl)
        for quantities in ({}, "x", {line.id: 3}, {line.id: -1}, {0: 1}):
            with self.assertRaises(FieldErrors) as raised:
                part.with_user(self.clerk_a).portal_ship("", "", quantities, "much")
            self.assertEqual(
                set(raised.exception.field_errors),
                {'carrier_name', 'tracking_ref', 'quantities', 'cost'},
            )
        self.assertFalse(part.parcel_ids)

    def test_a_quantity_that_is_no_number_is_called_so(self):
        part = self._accepted({self.bowl: 2})
        line = self._line(part, self.bowl)
        with self.assertRaises(FieldErrors) as raised:
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF1", {line.id: "two"})
        self.assertEqual(raised.exception.field_errors, {
            'quantities': "Quantity should be a number, as in 12.50.",
        })

    def test_the_warehouse_makes_parcels_as_well(self):
        part = self._accepted({self.bowl: 2})
        picking = part.picking_ids
        picking.carrier_tracking_ref = "WH1"
        picking.move_ids.write({'quantity': 1, 'picked': True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(part.parcel_ids.tracking_ref, "WH1")
        (part.picking_ids - picking).button_validate()
        self.assertEqual((part.state, len(part.parcel_ids)), ('shipped', 2))

    def test_what_the_warehouse_gives_up_is_refunded(self):
        part = self._accepted({self.bowl: 2})
        picking = part.picking_ids
        picking.move_ids.write({'quantity': 1, 'picked': True})
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        ).button_validate()
        self.assertEqual(part.state, 'shipped')
        self.assertEqual(part.amount_refunded, 113.0)
        self.assertBooksAgree()

    # === CARRIERS AND COST === #

    def test_an_unknown_carrier_gives_no_tracking_page(self):
        part = self._part(self._order())
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("My cousin's van", "V1")
        self.assertFalse(part.parcel_ids.tracking_url)

    def test_a_known_carrier_gives_the_tracking_page(self):
        carrier = self.env['delivery.carrier'].create({
            'name': "SF Express", 'product_id': self.carrier.product_id.id,
            'marketplace_offered': True, 'tracking_url': "https://sf.example/<shipmenttrackingnumber>",
        })
        part = self._accepted({self.bowl: 1})
        parcel_id = part.with_user(self.clerk_a).portal_ship("sf express", "SF1", cost="7.5")
        parcel = self.env['marketplace.parcel'].browse(parcel_id)
        self.assertRecordValues(parcel, [{
            'carrier_id': carrier.id, 'cost': 7.5, 'tracking_url': "https://sf.example/SF1",
        }])
        self.assertEqual(part.amount_logistics_cost, 7.5)
        self.assertEqual(part.amount_logistics_result, 2.5)
        unknown = self._accepted({self.bowl: 1})
        parcel = self._ship(unknown, "X1")
        parcel.with_user(self.clerk_a).portal_set_cost("12")
        self.assertEqual(parcel.cost, 12)
        with self.assertRaises(AccessError):
            parcel.with_user(self.clerk_b).portal_set_cost("1")
        with self.assertRaises(FieldErrors):
            parcel.with_user(self.clerk_a).portal_set_cost("-1")

    def test_the_tier_pays_a_part_of_the_freight(self):
        self.merchant_a.tier_id.logistics_subsidy = 30
        order = self._paid({self.bowl: 2})
        part = self._part(order)
        self.assertEqual(self._entries(order)['logistics_subsidy'], 3.0)
        self.assertEqual(part.amount_logistics_subsidy, 3.0)
        delivery = part.line_ids.filtered('is_delivery')
        part._refund({delivery: 0.5}, "Half of the freight", part)
        self.assertEqual(self._entries(order)['logistics_subsidy_refund'], -1.5)
        part._refund(dict.fromkeys(part.line_ids, 1.0), "All", part)
        self.assertEqual(self._entries(order)['logistics_subsidy_refund'], -3.0)
        self.assertBooksAgree()

    def test_the_subsidy_is_settled(self):
        self.merchant_a.tier_id.logistics_subsidy = 30
        statement = self._settle(self._paid())
        self.assertEqual(statement.amount_net, 116.96)
        self.assertBooksAgree()

    # === CANCELLING === #

    def test_the_shopper_cancels_before_anything_is_sent(self):
        part = self._accepted({self.bowl: 1})
        for user in (self.stranger, self.clerk_b):
            with self.assertRaises(AccessError):
                part.with_user(user).portal_cancel("No")
        part.with_user(self.shopper).portal_cancel("Ordered twice")
        self.assertEqual((part.state, part.cancel_reason), ('cancelled', "Ordered twice"))
        self.assertEqual(part.amount_refunded, part.amount_total)
        self.assertEqual(part.picking_ids.state, 'cancel')
        with self.assertRaises(UserError):
            part.with_user(self.clerk_a).portal_ship("SF", "1")
        self.assertBooksAgree()

    def test_nobody_cancels_what_is_partly_on_its_way(self):
        part = self._accepted({self.bowl: 2})
        self._ship(part, "SF1", {self._line(part, self.bowl).id: 1})
        self.assertFalse(part.with_user(self.shopper)._may_cancel())
        with self.assertRaisesRegex(UserError, "on its way"):
            part.with_user(self.shopper).portal_cancel("Too late")
        with self.assertRaisesRegex(UserError, "on its way"):
            part.with_user(self.clerk_a).portal_refuse("No")
        with self.assertRaisesRegex(UserError, "on its way"):
            part.with_user(self.manager).action_cancel(reason="No")

    def test_the_rest_is_cancelled_and_refunded(self):
        part = self._accepted({self.bowl: 3, self.cup: 1})
        line = self._line(part, self.bowl)
        with self.assertRaises(UserError):
            part.with_user(self.clerk_a).portal_cancel_rest("Broken")
        self._ship(part, "SF1", {line.id: 2})
        part.with_user(self.clerk_a).portal_cancel_rest("Broken")
        self.assertEqual(part.state, 'shipped')
        self.assertEqual(part.amount_refunded, 153.0)
        self.assertEqual(part._returnable_quantities(), {line: 2})
        with self.assertRaises(UserError):
            part.with_user(self.clerk_a).portal_cancel_rest("Broken")
        self.assertBooksAgree()
        other = self._accepted({self.bowl: 2})
        self._ship(other, "SF2", {self._line(other, self.bowl).id: 1})
        with self.assertRaises(AccessError):
            other.with_user(self.officer).action_cancel_rest(reason="No")
        other.with_user(self.manager).action_cancel_rest(reason="Recalled")
        self.assertEqual((other.state, other.amount_refunded), ('shipped', 113.0))

    def test_what_was_cancelled_is_not_invoiced_later(self):
        part = self._part(self._order({self.bowl: 2}))
        line = self._line(part, self.bowl)
        part.with_user(self.clerk_a).portal_accept()
        self._ship(part, "SF1", {line.id: 1})
        part.with_user(self.clerk_a).portal_cancel_rest("Broken")
        self.assertFalse(part.amount_refunded)
        self.assertEqual(line._marketplace_qty_to_invoice(), 1)

    def test_what_has_arrived_is_returned_once_the_rest_has_left(self):
        part = self._accepted({self.bowl: 2})
        line = self._line(part, self.bowl)
        first = self._ship(part, "SF1", {line.id: 1})
        first.with_user(self.shopper).portal_confirm_receipt()
        shopper = part.with_user(self.shopper)
        with self.assertRaisesRegex(UserError, "rest of it was sent or cancelled"):
            shopper.portal_request_return('return_refund', "Cracked", {line.id: 1})
        part.with_user(self.clerk_a).portal_cancel_rest("Broken")
        self.assertTrue(
            shopper.portal_request_return('return_refund', "Cracked", {line.id: 1})
        )

    # === WHAT THE PARTS MAKE TOGETHER === #

    def test_the_state_of_the_whole_follows_its_parts(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        part_a, part_b = self._part(order), self._part(order, self.merchant_b)
        states = [order.marketplace_state]
        part_a.with_user(self.clerk_a).portal_accept()
        part_b.with_user(self.clerk_b).portal_accept()
        states.append(order.marketplace_state)
        self._ship(part_a, "SF1")
        states.append(order.marketplace_state)
        part_b.with_user(self.clerk_b).portal_refuse("Broken")
        states.append(order.marketplace_state)
        part_a.with_user(self.shopper).portal_confirm_receipt()
        states.append(order.marketplace_state)
        self._pass_deadline(part_a)
        states.append(order.marketplace_state)
        self.assertEqual(states, [
            'to_accept', 'to_ship', 'partly_shipped', 'shipped', 'delivered', 'completed',
        ])
        other = self._order({self.bowl: 1})
        self._part(other).with_user(self.clerk_a).portal_refuse("No")
        self.assertEqual(other.marketplace_state, 'cancelled')
        self.assertFalse(self._order({self.lamp: 1}).marketplace_state)

    def test_a_merchant_accepts_at_once(self):
        with self.assertRaises(AccessError):
            self.merchant_a.with_user(self.clerk_b).portal_set_auto_accept(True)
        self.merchant_a.with_user(self.clerk_a).portal_set_auto_accept(True)
        order = self._order({self.bowl: 1, self.vase: 1})
        self.assertEqual(self._part(order).state, 'to_ship')
        self.assertTrue(self._part(order).ship_deadline)
        self.assertEqual(self._part(order, self.merchant_b).state, 'to_accept')
        self.company.marketplace_auto_accept = True
        self.assertEqual(self._part(self._order({self.vase: 1}), self.merchant_b).state, 'to_ship')

    # === SOLD OUT === #

    def test_what_is_not_there_is_not_sold(self):
        self.bowl._set_merchant_stock(1)
        order = self._cart({self.bowl: 2, self.vase: 1})
        with self.assertRaisesRegex(UserError, "Bowl"):
            order.action_confirm()

    def test_who_pays_for_the_last_one_too_late_gets_the_money_back(self):
        self.bowl._set_merchant_stock(1)
        first = self._cart_with_freight({self.bowl: 1})
        second = self._cart_with_freight({self.bowl: 1, self.vase: 1})
        self._pay(first)
        with self._provider_refunds():
            paid = self._pay(second)
        self.assertEqual(sum(paid.child_transaction_ids.mapped('amount')), -123.0)
        self.assertEqual(self._part(first).state, 'to_accept')
        lost = self._part(second)
        self.assertEqual(lost.state, 'cancelled')
        self.assertIn("Bowl", lost.cancel_reason)
        self.assertEqual(self._part(second, self.merchant_b).state, 'to_accept')
        self.assertEqual(self._part(second, self.merchant_b)._refundable_amount(), 68.0)
        self.assertBooksAgree()

    def test_a_warehouse_that_reserves_by_hand_oversells_nothing(self):
        self.warehouse.out_type_id.reservation_method = 'manual'
        self.bowl._set_merchant_stock(1)
        self._order({self.bowl: 1})
        with self.assertRaisesRegex(UserError, "Bowl"):
            self._order({self.bowl: 1})

    # === WHO SEES WHAT === #

    def test_who_reads_a_parcel(self):
        part = self._accepted({self.bowl: 1})
        parcel = self._ship(part, "SF1")
        Parcel, Line = self.env['marketplace.parcel'], self.env['marketplace.parcel.line']
        for user, expected in (
            (self.clerk_a, True), (self.shopper, True), (self.manager, True),
            (self.officer, True), (self.clerk_b, False), (self.stranger, False),
            (self.catalogue_a, False),
        ):
            found = Parcel.with_user(user).search([('id', '=', parcel.id)])
            self.assertEqual(bool(found), expected, user.login)
            found = Line.with_user(user).search([('parcel_id', '=', parcel.id)])
            self.assertEqual(bool(found), expected, user.login)
        for user in (self.clerk_a, self.shopper):
            self.assertFalse(parcel.with_user(user).has_access('write'))
        parcel.with_user(self.officer).cost = 3
        with self.assertRaises(UserError):
            parcel.with_user(self.officer).tracking_ref = "X"
        for user in (self.stranger, self.clerk_b):
            with self.assertRaises(AccessError):
                parcel.with_user(user).portal_confirm_receipt()
            with self.assertRaises(AccessError):
                parcel.with_user(user).portal_mark_delivered()
