# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .orders_common import OrdersCommon


@tagged('post_install', '-at_install')
class TestOrderMails(OrdersCommon):

    def _mails(self, record):
        """Return whom the mails about a record went to, and their subjects."""
        mails = self.env['mail.mail'].search([
            ('model', '=', record._name), ('res_id', '=', record.id),
        ], order='id')  # fmt: skip
        return [(set(mail.recipient_ids.mapped('name')), mail.subject) for mail in mails]

    def _merchant_names(self):
        return set((self.clerk_a | self.merchant_a.member_ids[:1].user_id).mapped('name'))

    def _announce(self):
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_settlement.ir_cron_announce_orders').method_direct_trigger()

    def test_the_merchant_is_told_of_a_new_order_once(self):
        part = self._part(self._order())
        self.assertFalse(self._mails(part))
        self._announce()
        self._announce()
        self.assertEqual(self._mails(part), [
            (self._merchant_names(), f"New order {part.name}"),
        ])

    def test_the_shopper_is_told_what_becomes_of_it(self):
        part = self._shipped()
        shopper = {self.shopper.name}
        self.assertEqual(self._mails(part.parcel_ids), [
            (shopper, f"Your goods are on their way: {part.name}/1"),
        ])
        other = self._part(self._order())
        other.with_user(self.clerk_a).portal_refuse("The last one broke")
        self.assertEqual(self._mails(other), [
            (shopper, f"Part of your order was cancelled: {other.name}"),
        ])

    def test_who_is_late_is_reminded(self):
        part = self._part(self._order())
        part.with_user(self.clerk_a).portal_accept()
        self._pass_deadline(part)
        self.assertEqual(self._mails(part), [
            (self._merchant_names(), f"{part.name} should have left by now"),
        ])

    def test_both_are_told_of_a_return(self):
        part = self._received()
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'refund_only', "It has a crack", {part._goods_lines().id: 1}
            )
        )
        request.with_user(self.clerk_a).portal_approve()
        self.assertEqual(self._mails(request), [
            (
                self._merchant_names(),
                f"A shopper asks for a return: {request.name}",
            ),
            ({self.shopper.name}, f"Your return {request.name}"),
        ])
