# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import tools
from odoo.tests import tagged
from odoo.tools import html2plaintext

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

    # === WHAT THEY SAY === #

    def _last_mail(self, record):
        return self.env['mail.mail'].search([
            ('model', '=', record._name), ('res_id', '=', record.id),
        ], order='id desc', limit=1).body_html  # fmt: skip

    def _open_shop(self):
        self.env['marketplace.shop'].create({
            'merchant_id': self.merchant_a.id, 'name': "Orchid Shop", 'slug': 'orchid-mails',
        })

    def test_shoppers_know_merchants_by_their_shop(self):
        self._open_shop()
        part = self._shipped({self.bowl: 2})
        body = self._last_mail(part.parcel_ids)
        self.assertIn("Orchid Shop", body)
        self.assertNotIn(self.merchant_a.name, body)
        cart = self._cart({self.bowl: 1, self.vase: 1})
        cart.set_delivery_line(self.carrier, 18.0)
        self.assertEqual(
            [line.name.split(" – ")[1] for line in cart.order_line.filtered('is_delivery')],
            ["Orchid Shop", self.merchant_b.name],
        )

    def test_a_cancellation_says_how_much_comes_back(self):
        part = self._part(self._order())
        part.with_user(self.clerk_a).portal_refuse("The last one broke")
        self.assertIn("What you have paid for it comes back to you.", self._last_mail(part))
        part = self._part(self._order())
        part.sale_order_id._force_lines_to_invoice_policy_order()
        part.sale_order_id._create_invoices().action_post()
        part.with_user(self.clerk_a).portal_refuse("The last one broke")
        amount = tools.format_amount(self.env, part.amount_refunded, part.currency_id)
        self.assertEqual(part.amount_refunded, part.amount_total)
        self.assertIn(amount, self._last_mail(part))

    def test_a_mail_is_in_the_language_of_who_reads_it(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.clerk_a.lang = 'zh_CN'
        part = self._received()
        request = self.env['marketplace.return'].browse(
            part.with_user(self.shopper).portal_request_return(
                'return_refund', "It has a crack", {part._goods_lines().id: 1}
            )
        )
        request.with_user(self.clerk_a).with_context(lang='zh_CN').portal_approve()
        self.assertIn("is now: *Approved*.", html2plaintext(self._last_mail(request)))

    def test_what_silence_did_is_said_in_the_language_of_the_shopper(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.shopper.lang = 'zh_CN'
        part = self._part(self._order())
        self._pass_deadline(part)
        reason = "The merchant did not accept the order in time."
        expected = self.env(context={'lang': 'zh_CN'})._(reason)
        self.assertEqual(part.cancel_reason, expected)
        self.assertNotEqual(expected, reason)

    def test_a_shortened_order_lists_what_does_not_come(self):
        part = self._part(self._order({self.bowl: 3, self.cup: 1}))
        bowls = part._goods_lines().filtered(lambda line: line.product_id == self.bowl)
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF", "SF1", {bowls.id: 1})
        part.with_user(self.clerk_a).portal_cancel_rest("They broke")
        body = self._last_mail(part)
        for text in ("2 × Bowl", "1 × Cup", "They broke"):
            self.assertIn(text, html2plaintext(body))

    def test_only_what_leaves_in_part_is_said_to_follow(self):
        follows = "The rest of your order with this merchant follows in another parcel."
        part = self._part(self._order({self.bowl: 2}))
        part.with_user(self.clerk_a).portal_accept()
        for number in ("SF1", "SF2"):
            line = part._goods_lines()
            part.with_user(self.clerk_a).portal_ship("SF", number, {line.id: 1})
        first, last = (self._last_mail(parcel) for parcel in part.parcel_ids.sorted('id'))
        self.assertIn(follows, first)
        self.assertNotIn(follows, last)
