# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestOrderStates(OrdersCommon):

    def test_accept_ship_deliver_confirm_complete(self):
        with freeze_time('2030-01-01 10:00:00'):
            part = self._part(self._order())
            self.assertEqual(str(part.deadline), '2030-01-03 10:00:00')
            part.with_user(self.clerk_a).portal_accept()
            self.assertEqual(str(part.ship_deadline), '2030-01-04 10:00:00')
            self.assertEqual(part.deadline, part.ship_deadline)
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF100200")
        self.assertRecordValues(part, [{
            'state': 'shipped', 'carrier_name': "SF Express", 'tracking_ref': "SF100200",
        }])
        self.assertEqual(part.picking_ids.state, 'done')
        self.assertEqual(part.line_ids.qty_delivered, 1)
        with freeze_time('2030-01-05 10:00:00'):
            part.with_user(self.clerk_a).portal_mark_delivered()
            self.assertFalse(part.date_received)
            part.with_user(self.shopper).portal_confirm_receipt()
        self.assertEqual(str(part.deadline), '2030-01-12 10:00:00')
        with freeze_time('2030-01-12 10:00:01'):
            part._process_deadline()
        self.assertEqual(part.state, 'completed')
        self.assertEqual(str(part.date_completed), '2030-01-12 10:00:01')
        days = part.settlement_days
        self.assertEqual(days, self.merchant_a.tier_id.settlement_days)
        self.assertEqual(part.available_date, part.date_completed.date() + timedelta(days=days))

    def test_an_order_nobody_accepts_is_cancelled(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        part = self._part(order)
        self._pass_deadline(part)
        self.assertEqual(part.state, 'cancelled')
        self.assertIn("in time", part.cancel_reason)
        self.assertEqual(part.picking_ids.state, 'cancel')
        other = self._part(order, self.merchant_b)
        self.assertEqual(other.state, 'to_accept')
        self.assertEqual(other.picking_ids.state, 'assigned')

    def test_silence_means_received(self):
        part = self._shipped()
        self.assertEqual((part.deadline - part.date_shipped).days, 10)
        self._pass_deadline(part)
        self.assertEqual(part.state, 'delivered')
        self.assertTrue(part.date_received)
        self._pass_deadline(part)
        self.assertEqual(part.state, 'completed')

    def test_silence_after_the_merchants_word_means_received(self):
        part = self._shipped()
        part.with_user(self.clerk_a).portal_mark_delivered()
        self._pass_deadline(part)
        self.assertEqual(part.state, 'delivered')
        self.assertEqual(part.deadline, part.date_return_end)

    def test_the_settings_move_the_deadlines(self):
        self.company.write({
            'marketplace_accept_hours': 5,
            'marketplace_ship_hours': 7,
            'marketplace_confirm_days': 3,
            'marketplace_return_days': 30,
        })
        part = self._part(self._order())
        self.assertLess(part.deadline, fields.Datetime.now() + timedelta(hours=5, minutes=1))
        part.with_user(self.clerk_a).portal_accept()
        self.assertLess(part.deadline, fields.Datetime.now() + timedelta(hours=7, minutes=1))
        part = self._received()
        self.assertEqual((part.deadline - part.date_received).days, 30)
        part = self._shipped()
        self.assertEqual((part.deadline - part.date_shipped).days, 3)

    # === SENT LATE === #

    def test_who_is_late_stays_late(self):
        part = self._part(self._order({self.bowl: 2}))
        part.with_user(self.clerk_a).portal_accept()
        line = part._goods_lines()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1", {line.id: 1})
        self.assertEqual(part.deadline, part.ship_deadline)
        self._pass_deadline(part)
        self.assertRecordValues(part, [{'state': 'to_ship', 'is_late': True, 'deadline': False}])
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF2")
        self.assertRecordValues(part, [{'state': 'shipped', 'is_late': True}])
        self.assertGreater(part.deadline, part.ship_deadline)

    def test_who_sends_in_time_is_not_late(self):
        part = self._shipped()
        self._pass_deadline(part)
        self.assertFalse(part.is_late)

    def test_what_is_late_can_be_cancelled(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        part, other = self._part(order), self._part(order, self.merchant_b)
        for user, late in ((self.clerk_a, part), (self.clerk_b, other)):
            late.with_user(user).portal_accept()
            self._pass_deadline(late)
        part.with_user(self.manager).action_cancel(reason="Nobody answers the phone")
        other.with_user(self.shopper).portal_cancel("It takes too long")
        self.assertEqual((part | other).mapped('state'), ['cancelled', 'cancelled'])
        self.assertEqual((part | other).mapped('is_late'), [True, True])

    def test_merchants_promise_less_but_never_more(self):
        template = self.merchant_a.freight_template_ids
        for promise, hours in ((24, 24), (0, 72), (500, 72)):
            template.ship_hours = promise
            self.assertEqual(self.merchant_a._ship_hours(), hours)
            self.assertIn(f" {hours} hours ", self.bowl.product_tmpl_id._ship_sentence())
            part = self._part(self._order())
            part.with_user(self.clerk_a).portal_accept()
            limit = fields.Datetime.now() + timedelta(hours=hours, minutes=1)
            self.assertLess(part.ship_deadline, limit)
            self.assertGreater(part.ship_deadline, limit - timedelta(minutes=2))

    # === CANCELLED === #

    def test_refusing_cancels_one_part_for_good(self):
        order = self._order({self.bowl: 1, self.vase: 1})
        part = self._part(order).with_user(self.clerk_a)
        with self.assertRaises(FieldErrors):
            part.portal_refuse("  ")
        part.portal_refuse("The last one broke")
        part = self._part(order)
        self.assertEqual((part.state, part.cancel_reason), ('cancelled', "The last one broke"))
        self.assertEqual(part.picking_ids.state, 'cancel')
        self.assertEqual(order.state, 'sale')
        with self.assertRaises(UserError):
            part.with_user(self.clerk_a).portal_accept()

    def test_the_manager_cancels_with_a_reason(self):
        part = self._part(self._order()).with_user(self.manager)
        part.action_cancel(reason="Recalled by the maker")
        self.assertEqual(part.state, 'cancelled')
        auditor = self.env['res.users'].create({
            'name': "Auditor", 'login': 'orders_auditor',
            'group_ids': [(6, 0, self.env.ref('marketplace_merchant.group_auditor').ids)],
        })
        with self.assertRaises(AccessError):
            self._part(self._order()).with_user(auditor).action_cancel(reason="No")

    def test_a_parcel_needs_carrier_and_number(self):
        part = self._part(self._order()).with_user(self.clerk_a)
        part.portal_accept()
        with self.assertRaises(FieldErrors) as raised:
            part.portal_ship("", "")
        self.assertEqual(set(raised.exception.field_errors), {'carrier_name', 'tracking_ref'})
        self.assertEqual(part.state, 'to_ship')

    def test_goods_do_not_leave_before_acceptance(self):
        part = self._part(self._order())
        with self.assertRaises(UserError):
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        with self.assertRaisesRegex(UserError, "accepted"):
            part.picking_ids.button_validate()

    def test_the_warehouse_ships_as_well(self):
        part = self._part(self._order({self.bowl: 2}))
        part.with_user(self.clerk_a).portal_accept()
        picking = part.picking_ids
        picking.carrier_tracking_ref = "WH1"
        picking.move_ids.write({'quantity': 1, 'picked': True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(part.state, 'to_ship')
        backorder = part.picking_ids - picking
        self.assertEqual(backorder.location_id, picking.location_id)
        backorder.button_validate()
        self.assertEqual(part.state, 'shipped')

    def test_receipt_is_confirmed_once_and_only_by_the_shopper(self):
        part = self._shipped()
        for user in (self.stranger, self.clerk_a, self.clerk_b):
            with self.assertRaises(AccessError):
                part.with_user(user).portal_confirm_receipt()
        part.with_user(self.shopper).portal_confirm_receipt()
        with self.assertRaises(UserError):
            part.with_user(self.shopper).portal_confirm_receipt()
        with self.assertRaises(UserError):
            self._part(self._order()).with_user(self.shopper).portal_confirm_receipt()

    def test_only_the_merchants_clerk_acts_for_it(self):
        part = self._part(self._order())
        for user in (self.clerk_b, self.catalogue_a, self.shopper):
            for method, args in (
                ('portal_accept', ()),
                ('portal_refuse', ("No",)),
                ('portal_ship', ("SF", "1")),
                ('portal_mark_delivered', ()),
            ):
                with self.assertRaises(AccessError):
                    getattr(part.with_user(user), method)(*args)
        missing = part.browse(part.id + 100000).with_user(self.clerk_a)
        with self.assertRaises(AccessError) as foreign:
            part.with_user(self.clerk_b).portal_accept()
        with self.assertRaises(AccessError) as absent:
            missing.portal_accept()
        self.assertEqual(str(foreign.exception), str(absent.exception))

    def test_who_reads_a_part(self):
        part = self._part(self._order())
        Order = self.env['marketplace.order']
        for user in (self.clerk_a, self.shopper, self.manager):
            self.assertEqual(Order.with_user(user).search([('id', '=', part.id)]), part)
        for user in (self.clerk_b, self.catalogue_a, self.stranger):
            self.assertFalse(Order.with_user(user).search([('id', '=', part.id)]))
            with self.assertRaises(AccessError):
                part.with_user(user).read(['name'])
        with self.assertRaises(AccessError):
            part.with_user(self.shopper).read(['amount_commission'])
        for user in (self.clerk_a, self.shopper):
            self.assertFalse(part.with_user(user).has_access('write'))
            with self.assertRaises(UserError):
                part.with_user(user).write({'tracking_ref': "X"})

    def _packing_slip(self, part):
        return self.env['ir.actions.report']._render_qweb_html(
            'marketplace_settlement.action_report_packing_slip', part.ids
        )[0].decode()

    def test_the_packing_slip_shows_the_goods_of_one_merchant(self):
        part = self._part(self._order({self.bowl: 2, self.vase: 1}))
        slip = self._packing_slip(part)
        self.assertIn(part.name, slip)
        self.assertIn("Bowl", slip)
        self.assertNotIn("Vase", slip)
        self.assertIn("until 7 days after receipt", slip)

    def test_the_packing_slip_lists_what_leaves_next(self):
        part = self._part(self._order({self.bowl: 5}))
        part.with_user(self.clerk_a).portal_accept()
        self.assertIn(">5.00<", self._packing_slip(part))
        line = part._goods_lines()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF1", {str(line.id): 2})
        slip = self._packing_slip(part)
        self.assertIn(">3.00<", slip)
        self.assertIn("What was sent before is not listed", slip)
        self.assertNotIn("SF1<", slip)
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF2")
        slip = self._packing_slip(part)
        self.assertIn(">5.00<", slip)
        self.assertIn("SF2<", slip)
