# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestSplit(OrdersCommon):

    def test_each_merchant_gets_its_own_part(self):
        order = self._order({self.bowl: 2, self.cup: 1, self.vase: 1, self.lamp: 1})
        self.assertEqual(len(order.marketplace_order_ids), 2)
        part_a, part_b = self._part(order), self._part(order, self.merchant_b)
        self.assertEqual(part_a.name, f"{order.name}-ORDA")
        self.assertEqual(part_a.line_ids.product_id, self.bowl | self.cup)
        self.assertEqual(part_b.line_ids.product_id, self.vase)
        self.assertRecordValues(part_a | part_b, [
            {'state': 'to_accept', 'amount_goods': 266.0, 'amount_total': 266.0},
            {'state': 'to_accept', 'amount_goods': 60.0, 'amount_total': 60.0},
        ])
        lamp_line = order.order_line.filtered(lambda line: line.product_id == self.lamp)
        self.assertFalse(lamp_line.merchant_id or lamp_line.marketplace_order_id)

    def test_a_repeated_split_adds_nothing(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        parts = order.marketplace_order_ids
        order._marketplace_split()
        self.assertEqual(order.marketplace_order_ids, parts)

    def test_the_database_refuses_a_second_part(self):
        part = self._part(self._order())
        with mute_logger('odoo.sql_db'), self.assertRaises(psycopg2.errors.UniqueViolation):
            part.create({
                'name': "Twice",
                'sale_order_id': part.sale_order_id.id,
                'merchant_id': part.merchant_id.id,
            })

    def test_one_transfer_per_merchant_from_its_own_stock(self):
        order = self._order({self.bowl: 2, self.cup: 1, self.vase: 1, self.lamp: 1})
        self.assertEqual(len(order.picking_ids), 3)
        for merchant in (self.merchant_a, self.merchant_b):
            picking = self._part(order, merchant).picking_ids
            self.assertEqual(len(picking), 1)
            self.assertEqual(picking.location_id, merchant._get_stock_location(self.warehouse))
            self.assertEqual(picking.move_ids.merchant_id, merchant)
            self.assertEqual(picking.move_line_ids.owner_id, merchant.partner_id)
            self.assertEqual(picking.state, 'assigned')
        own = order.picking_ids.filtered(lambda picking: not picking.marketplace_order_id)
        self.assertEqual(own.location_id, self.warehouse.lot_stock_id)
        self.assertEqual(own.move_ids.product_id, self.lamp)

    def test_an_order_of_own_goods_is_as_ever(self):
        order = self._order({self.lamp: 2})
        self.assertFalse(order.marketplace_order_ids)
        move = order.picking_ids.move_ids
        self.assertEqual(move.location_id, self.warehouse.lot_stock_id)
        self.assertFalse(move.merchant_id or move.restrict_partner_id)
        self.assertFalse(move.move_line_ids.owner_id)
        order.picking_ids.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(order.invoice_status, 'to invoice')

    def test_multi_step_deliveries_stay_apart(self):
        self.warehouse.delivery_steps = 'pick_ship'
        order = self._order({self.bowl: 1, self.vase: 1})
        part = self._part(order)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        self.assertEqual(part.state, 'shipped')
        self.assertEqual(set(part.picking_ids.mapped('state')), {'done'})
        self.assertEqual(part.picking_ids.move_ids.merchant_id, self.merchant_a)
        self.assertEqual(part.line_ids.qty_delivered, 1)
        self.assertFalse(self._part(order, self.merchant_b).line_ids.qty_delivered)

    def test_parcels_stay_apart_when_they_leave_the_shelves_together(self):
        self.warehouse.delivery_steps = 'pick_ship'
        order = self._order({self.bowl: 1, self.vase: 1})
        self._part(order).with_user(self.clerk_a).portal_accept()
        self._part(order, self.merchant_b).with_user(self.clerk_b).portal_accept()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        for part in order.marketplace_order_ids:
            last = part.picking_ids.filtered(lambda picking: picking.state == 'assigned')
            self.assertEqual(last.move_ids.merchant_id, part.merchant_id)
            self.assertEqual(last.picking_type_code, 'outgoing')
            self.assertEqual(part.state, 'to_ship')

    def test_goods_of_merchants_are_not_added_to_a_confirmed_order(self):
        order = self._order({self.bowl: 1})
        with self.assertRaisesRegex(UserError, "new order"):
            order.order_line = [Command.create({'product_id': self.vase.id})]

    def test_the_merchant_of_a_line_is_that_of_its_goods(self):
        order = self._cart({self.bowl: 1})
        with self.assertRaisesRegex(ValidationError, "another merchant"):
            order.order_line.merchant_id = self.merchant_b

    def test_cancelling_the_order_cancels_its_parts(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        self._part(order).with_user(self.clerk_a).portal_accept()
        order._action_cancel()
        self.assertEqual(set(order.marketplace_order_ids.mapped('state')), {'cancelled'})
        self.assertEqual(set(order.picking_ids.mapped('state')), {'cancel'})
        order.action_draft()
        with self.assertRaisesRegex(UserError, "duplicate"):
            order.action_confirm()

    def test_an_order_whose_goods_have_left_is_not_cancelled(self):
        part = self._shipped()
        with self.assertRaisesRegex(UserError, "have left"):
            part.sale_order_id._action_cancel()

    def test_staff_cannot_type_into_a_part(self):
        part = self._part(self._order()).with_user(self.manager)
        with self.assertRaises(UserError):
            part.amount_total = 1
        with self.assertRaises(UserError):
            part.state = 'completed'
