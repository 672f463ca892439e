# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon


@tagged('post_install', '-at_install')
class TestMerchantOrders(MerchantCommon):

    # === AMOUNTS === #

    def test_a_cancelled_order_costs_no_commission(self):
        part = self._part(self._order())
        part.amount_commission = -9.04
        page = self._html(f'/my/merchant/orders/{part.id}', self.clerk_a)
        self.assertIn("Our commission", self._text(page, 'o_order_amounts'))
        part.with_user(self.clerk_a).portal_refuse("The last one broke")
        page = self._html(f'/my/merchant/orders/{part.id}', self.clerk_a)
        self.assertNotIn("Our commission", self._text(page, 'o_order_amounts'))

    # === LIST === #

    def test_tabs_and_search_show_what_they_say(self):
        waiting, shipped = self._part(self._order()), self._shipped()
        for query, shown, hidden in (
            ('', waiting | shipped, self.env['marketplace.order']),
            ('?tab=to_accept', waiting, shipped),
            ('?tab=shipped', shipped, waiting),
            ('?search=SF100200', shipped, waiting),
            (f'?search={waiting.name}', waiting, shipped),
            ('?tab=to_accept&search=SF100200', self.env['marketplace.order'], waiting | shipped),
            ("?tab=nonsense&search=%25';--", self.env['marketplace.order'], waiting | shipped),
        ):
            page = self._page(f'/my/merchant/orders{query}', self.clerk_a.login)
            for part in shown:
                self.assertIn(f'/my/merchant/orders/{part.id}"', page, query)
            for part in hidden:
                self.assertNotIn(f'/my/merchant/orders/{part.id}"', page, query)

    def test_foreign_orders_are_not_listed(self):
        part_b = self._part(self._order({self.bowl: 1, self.vase: 1}), self.merchant_b)
        page = self._page('/my/merchant/orders', self.clerk_a.login)
        self.assertNotIn(part_b.name, page)

    def test_a_long_list_costs_no_more_than_a_short_one(self):
        self._order()
        path = '/my/merchant/orders'
        self._page(path, self.clerk_a.login)  # fills the caches
        short = self._queries(path)
        for _number in range(8):
            self._order()
        self.assertLessEqual(self._queries(path), short + 2)

    def _queries(self, path):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.url_open(path)
        return self.env.cr.sql_log_count - before

    def test_pages_beyond_the_end_show_the_last_one(self):
        part = self._part(self._order())
        page = self._page('/my/merchant/orders/page/99', self.clerk_a.login)
        self.assertIn(part.name, page)

    def test_home_counts_what_waits(self):
        before = self._waiting()
        part = self._part(self._order())
        self.assertEqual(self._waiting(), before + 1)
        part.with_user(self.clerk_a).portal_accept()
        self.assertEqual(self._waiting(), before)

    def _waiting(self):
        page = self._html('/my/merchant', self.clerk_a)
        card = page.xpath('//a[@data-task="accept"]')
        return int(card[0].text_content().split()[0]) if card else 0

    # === ACCEPT AND REFUSE === #

    def test_accept(self):
        part = self._part(self._order())
        page = self._send(self._path(part), {'action': 'accept'}, self.clerk_a)
        self.assertEqual(part.state, 'to_ship')
        self.assertIn("Order accepted", page.text_content())
        self.assertTrue(page.xpath('//button[@value="ship"]'))

    def test_accepting_twice_says_so(self):
        part = self._part(self._order())
        self._send(self._path(part), {'action': 'accept'}, self.clerk_a)
        page = self._send(self._path(part), {'action': 'accept'}, self.clerk_a)
        self.assertIn("already", self._text(page, 'o_form_message'))

    def test_refuse_needs_a_reason_and_tells_the_shopper(self):
        part = self._part(self._order())
        page = self._send(self._path(part), {'action': 'refuse', 'reason': "  "}, self.clerk_a)
        self.assertIn("Reason", self._mistake(page, 'reason'))
        self.assertEqual(part.state, 'to_accept')
        with self._provider_refunds():
            self._send(self._path(part), {'action': 'refuse', 'reason': "Sold out"}, self.clerk_a)
        self.assertEqual((part.state, part.cancel_reason), ('cancelled', "Sold out"))

    def test_order_shows_goods_address_and_amounts(self):
        self.shopper.partner_id.write({'street': "7 Plum Lane", 'city': "Suzhou"})
        part = self._part(self._order({self.bowl: 2, self.vase: 1}))
        page = self._page(self._path(part), self.clerk_a.login)
        for text in ("7 Plum Lane", "Suzhou", "Bowl", "226.00"):
            self.assertIn(text, page)
        self.assertNotIn("Vase", page)

    # === SHIP === #

    def test_ship_needs_carrier_and_number_and_keeps_what_was_typed(self):
        part = self._accepted()
        values = {'action': 'ship', 'carrier_name': "SF Express", 'tracking_ref': ""}
        page = self._send(self._path(part), values, self.clerk_a)
        self.assertIn("Tracking number", self._mistake(page, 'tracking_ref'))
        self.assertEqual(self._value(page, 'carrier_name'), "SF Express")
        self.assertEqual(part.state, 'to_ship')
        self.assertFalse(part.carrier_name)

    def test_ship_and_deliver(self):
        part = self._accepted()
        values = {'action': 'ship', 'carrier_name': "SF Express", 'tracking_ref': "SF<b>1</b>"}
        page = self._send(self._path(part), values, self.clerk_a)
        self.assertEqual((part.state, part.tracking_ref), ('shipped', "SF<b>1</b>"))
        self.assertFalse(page.xpath('//code/b'), "What was typed is shown as text")
        self._send(self._path(part), {'action': 'deliver'}, self.clerk_a)
        self.assertEqual(part.state, 'delivered')

    def test_other_keys_of_a_form_are_ignored(self):
        part = self._accepted()
        values = {
            'action': 'ship', 'carrier_name': "SF", 'tracking_ref': "1", 'state': 'completed',
            'merchant_id': str(self.merchant_b.id), 'amount_total': '0',
        }  # fmt: skip
        self._send(self._path(part), values, self.clerk_a)
        self.assertEqual((part.state, part.merchant_id), ('shipped', self.merchant_a))
        self.assertTrue(part.amount_total)

    def test_packing_slip_is_a_file(self):
        part = self._accepted()
        self.authenticate(self.clerk_a.login, self.clerk_a.login)
        response = self.url_open(f'{self._path(part)}/packing-slip')
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertIn('attachment', response.headers['Content-Disposition'])

    # === RETURNS === #

    def test_return_is_approved_and_received(self):
        goods_return = self._return()
        path = f'/my/merchant/returns/{goods_return.id}'
        page = self._page(path, self.clerk_a.login)
        self.assertIn("Too small for me", page)
        self._send(path, {'action': 'approve'}, self.clerk_a)
        self.assertEqual(goods_return.state, 'approved')
        self._send(path, {'action': 'receive'}, self.clerk_a)
        self.assertEqual(goods_return.state, 'received')
        line = goods_return.line_ids
        found = {
            'action': 'inspect', f'quantity_{line.id}': '1', f'condition_{line.id}': 'opened',
            'deduction': '13',
        }  # fmt: skip
        page = self._send(path, found, self.clerk_a)
        self.assertTrue(self._mistake(page, 'reason'))
        with self._provider_refunds():
            self._send(path, dict(found, reason="It was used"), self.clerk_a)
        self.assertEqual(goods_return.state, 'refunded')
        self.assertEqual((goods_return.line_ids.condition, goods_return.deduction), ('opened', 13))
        page = self._html(f'/my/returns/{goods_return.id}', self.shopper)
        self.assertIn("It was used", self._text(page, 'o_return_inspection'))

    def test_return_is_rejected_with_a_reason(self):
        goods_return = self._return()
        path = f'/my/merchant/returns/{goods_return.id}'
        page = self._send(path, {'action': 'reject', 'reason': ""}, self.clerk_a)
        self.assertTrue(self._mistake(page, 'reason'))
        self._send(path, {'action': 'reject', 'reason': "It was worn"}, self.clerk_a)
        self.assertEqual((goods_return.state, goods_return.answer), ('rejected', "It was worn"))

    def test_exchange_ends_with_a_replacement(self):
        goods_return = self._return('exchange')
        path = f'/my/merchant/returns/{goods_return.id}'
        for action in ('approve', 'inspect'):
            self._send(path, {'action': action}, self.clerk_a)
        self.assertIn(path, self._page('/my/merchant/returns?tab=todo', self.clerk_a.login))
        values = {'action': 'replace', 'carrier_name': "SF", 'tracking_ref': "SF2"}
        self._send(path, values, self.clerk_a)
        self.assertEqual(goods_return.state, 'exchanged')

    # === HELPERS === #

    def _path(self, part):
        return f'/my/merchant/orders/{part.id}'

    def _accepted(self):
        part = self._part(self._order())
        part.with_user(self.clerk_a).portal_accept()
        return part
