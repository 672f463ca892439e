# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools import mute_logger

from .storefront_common import StorefrontCommon


@tagged('post_install', '-at_install')
class TestShopperPages(StorefrontCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part = cls._shipped()
        cls.order = cls.part.sale_order_id
        cls.order_path = f'/my/orders/{cls.order.id}'
        cls.part_path = f'/my/parcels/{cls.part.id}'
        cls.me = cls.shopper.login

    def _complain(self, **values):
        form = {'kind': 'quality', 'subject': "Cracked", 'description': "A crack.", **values}
        return self._post(f'{self.part_path}/complain', form, self.me)

    # === ORDER PAGE === #

    def test_order_page_shows_parcel_with_tracking_and_actions(self):
        page = self._page(self.order_path, self.me)
        self.assertShows(page, f'id="parcel_{self.part.id}"')
        self.assertShows(page, "SF100200")
        for action in ('confirm', 'return', 'complain'):
            self.assertShows(page, f'{self.part_path}/{action}')

    def test_guest_with_link_sees_the_parcel_and_can_do_nothing(self):
        page = self._page(f'{self.order_path}?access_token={self.order._portal_ensure_token()}')
        self.assertShows(page, "SF100200")
        self.assertHides(page, '/my/parcels/')
        self.assertShows(page, f'/web/login?redirect=/my/orders/{self.order.id}')

    def test_who_has_an_account_is_not_asked_to_sign_in(self):
        self.assertHides(self._page(self.order_path, self.me), 'o_parcel_visitor')

    def test_guest_gets_the_way_to_an_account_by_mail(self):
        guest = self.env['res.partner'].create({'name': "Guest", 'email': 'guest@store.example'})
        order = self._cart({self.bowl: 1}, guest)
        order.action_confirm()
        path = f'/my/orders/{order.id}'
        token = order._portal_ensure_token()
        self.assertShows(self._page(f'{path}?access_token={token}'), f'{path}/invite')
        foreign = self._post(f'{path}/invite', {'access_token': 'wrong'}, None)
        self.assertEqual((foreign.status_code, guest.user_ids), (404, self.env['res.users']))
        for answer in ("We have sent a mail", "has an account already"):
            response = self._post(f'{path}/invite', {'access_token': token}, None)
            self.assertShows(response.text, answer)
        self.assertEqual(guest.user_ids.login, 'guest@store.example')
        mail = self.env['mail.mail'].search([('model', '=', 'res.users')], order='id desc', limit=1)
        self.assertEqual((mail.res_id, mail.recipient_ids), (guest.user_ids.id, guest))

    def test_address_of_another_account_is_not_taken(self):
        email = 'taken@store.example'
        self.stranger.login = email
        guest = self.env['res.partner'].create({'name': "Guest", 'email': email})
        order = self._cart({self.bowl: 1}, guest)
        order.action_confirm()
        form = {'access_token': order._portal_ensure_token()}
        response = self._post(f'/my/orders/{order.id}/invite', form, None)
        self.assertShows(response.text, "Please write to us.")
        self.assertFalse(guest.user_ids)

    def test_cancelled_parts_are_not_counted_among_the_senders(self):
        order = self._order({self.bowl: 1, self.vase: 1, self.lamp: 1})
        path = f'/my/orders/{order.id}'
        self.assertShows(self._page(path, self.me), "merchants send your goods")
        self._part(order).with_user(self.clerk_a).portal_refuse("Broken")
        self.assertHides(self._page(path, self.me), "merchants send your goods")

    def test_parcel_that_waits_offers_no_actions(self):
        part = self._part(self._order())
        page = self._page(f'/my/orders/{part.sale_order_id.id}', self.me)
        self.assertShows(page, f'id="parcel_{part.id}"')
        self.assertShows(page, f'/my/parcels/{part.id}/cancel')
        for action in ('confirm', 'return', 'complain'):
            self.assertHides(page, f'/my/parcels/{part.id}/{action}')

    def test_order_without_merchants_shows_no_parcels(self):
        order = self._order({self.lamp: 1})
        self.assertHides(self._page(f'/my/orders/{order.id}', self.me), 'o_marketplace_parcels')

    def test_order_list_says_where_the_merchants_are(self):
        self.part._move_to('delivered', system=True)
        page = self._page('/my/orders', self.me)
        self.assertShows(page, 'o_state_delivered')
        self.assertHides(page, "Partially Delivered")

    # === RECEIPT === #

    def test_confirm_receipt(self):
        response = self._post(f'{self.part_path}/confirm', {}, self.me)
        self.assertShows(response.text, "Enjoy your purchase")
        self.assertTrue(self.part.date_received)

    def test_confirming_twice_says_why_not(self):
        self._post(f'{self.part_path}/confirm', {}, self.me)
        response = self._post(f'{self.part_path}/confirm', {}, self.me)
        self.assertShows(response.text, "there is no receipt to confirm")

    @mute_logger('odoo.http')
    def test_form_without_csrf_token_is_refused(self):
        self.assertEqual(self._status(f'{self.part_path}/confirm', self.me, data={'a': 1}), 400)
        self.assertFalse(self.part.date_received)

    def test_foreign_pages_are_not_found(self):
        self._complain()
        complaint = self.part.complaint_ids
        paths = [
            f'{self.part_path}/return',
            f'{self.part_path}/complain',
            f'/my/complaints/{complaint.id}',
            f'/my/complaints/{complaint.id}/file/1',
            '/my/parcels/999999999/return',
        ]
        for path in paths:
            self.assertEqual(self._status(path, self.stranger.login), 404, path)
        response = self._post(f'{self.part_path}/confirm', {}, self.stranger.login)
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.part.state, 'shipped')

    def test_anonymous_visitors_log_in_first(self):
        for path in (f'{self.part_path}/return', '/my/complaints'):
            self.assertEqual(self._status(path), 303, path)

    # === RETURNS === #

    def test_request_a_return(self):
        line = self.part._goods_lines()
        form = {
            'kind': 'return_refund', 'reason': "Too small", 'reason_code': 'other',
            f'quantity_{line.id}': '1',
        }  # fmt: skip
        self._post(f'{self.part_path}/return', form, self.me)
        request = self.part.return_ids
        self.assertRecordValues(request, [{'kind': 'return_refund', 'reason': "Too small"}])
        page = self._page(f'/my/returns/{request.id}', self.me)
        self.assertShows(page, "Too small")
        request.with_user(self.clerk_a).portal_approve()
        self._post(
            f'/my/returns/{request.id}', {'action': 'ship', 'tracking_ref': "YT1"}, self.me
        )
        self.assertRecordValues(request, [{'state': 'in_transit', 'tracking_ref': "YT1"}])

    def test_withdraw_a_return(self):
        line = self.part._goods_lines()
        request_id = self.part.with_user(self.shopper).portal_request_return(
            'return_refund', "Too small", {line.id: 1}
        )
        path, form = f'/my/returns/{request_id}', {'action': 'withdraw'}
        self.assertEqual(self._post(path, form, self.stranger.login).status_code, 404)
        self.assertIn('o_return_withdraw', self._page(path, self.me))
        self.assertShows(self._post(path, form, self.me).text, "You have withdrawn this return")
        self.assertNotIn('o_return_withdraw', self._page(path, self.me))
        self.assertEqual(self.part.return_ids.state, 'withdrawn')

    def test_mails_about_orders_and_returns_lead_to_their_pages(self):
        line = self.part._goods_lines()
        request = self.env['marketplace.return'].browse(
            self.part.with_user(self.shopper).portal_request_return(
                'return_refund', "Too small", {line.id: 1}
            )
        )
        self.assertIn(f'#parcel_{self.part.id}', self.part._party_url('shopper'))
        for record, party, path in (
            (self.part, 'merchant', f'/my/merchant/orders/{self.part.id}'),
            (request, 'shopper', f'/my/returns/{request.id}'),
            (request, 'merchant', f'/my/merchant/returns/{request.id}'),
        ):
            self.assertEqual(record._party_url(party), f'{record.get_base_url()}{path}')

    def test_a_photo_of_what_is_wrong(self):
        line = self.part._goods_lines()
        form = {
            'kind': 'return_refund', 'reason': "A crack", 'reason_code': 'defect',
            f'quantity_{line.id}': '1',
        }  # fmt: skip
        response = self._post(f'{self.part_path}/return', form, self.me)
        self.assertShows(response.text, "Please add a photo")
        photo = self._upload("crack.jpg", self._picture())
        self._post(f'{self.part_path}/return', form, self.me, photo)
        request = self.part.return_ids
        path = f'file/{request.attachment_ids.id}'
        for base, user, expected in (
            ('/my/returns', self.me, 200),
            ('/my/merchant/returns', self.clerk_a.login, 200),
            ('/my/returns', self.stranger.login, 404),
            ('/my/merchant/returns', self.clerk_b.login, 404),
        ):
            self.assertEqual(self._status(f'{base}/{request.id}/{path}', user), expected)

    def test_mistakes_in_a_return_are_said_at_the_field_and_nothing_is_saved(self):
        line = self.part._goods_lines()
        for quantity in ('0', '5', 'two', '-1', ''):
            form = {'kind': 'return_refund', 'reason': "Why", f'quantity_{line.id}': quantity}
            response = self._post(f'{self.part_path}/return', form, self.me)
            self.assertShows(response.text, 'invalid-feedback')
            self.assertShows(response.text, ">Why</textarea>")
        self.assertFalse(self.part.return_ids)

    # === COMPLAINTS === #

    def test_complain_with_a_photo_and_read_the_thread(self):
        response = self._post(
            f'{self.part_path}/complain',
            {'kind': 'quality', 'subject': "Cracked", 'description': "A crack in the foot."},
            self.me,
            files=self._upload('crack.jpg', self._picture()),
        )
        complaint = self.part.complaint_ids
        self.assertIn(f'/my/complaints/{complaint.id}', response.url)
        self.assertShows(response.text, "A crack in the foot.")
        photo = complaint.message_line_ids.attachment_ids
        file = self.url_open(f'/my/complaints/{complaint.id}/file/{photo.id}')
        self.assertEqual(file.headers['Content-Type'], 'image/jpeg')
        self.assertShows(self._page('/my/complaints', self.me), "Cracked")

    def test_other_files_are_refused_and_nothing_is_saved(self):
        response = self._post(
            f'{self.part_path}/complain',
            {'kind': 'quality', 'subject': "Cracked", 'description': "A crack."},
            self.me,
            files=self._upload('crack.jpg', b'<script>alert(1)</script>'),
        )
        self.assertShows(response.text, "neither a picture")
        self.assertFalse(self.part.complaint_ids)

    def test_talk_escalate_and_withdraw(self):
        self._complain()
        complaint = self.part.complaint_ids
        path = f'/my/complaints/{complaint.id}'
        self._post(path, {'action': 'reply', 'body': "It <b>leaks</b> too."}, self.me)
        self.assertShows(self._page(path, self.me), "It &lt;b&gt;leaks&lt;/b&gt; too.")
        self._post(path, {'action': 'withdraw'}, self.me)
        self.assertEqual(complaint.state, 'withdrawn')
        response = self._post(path, {'action': 'reply', 'body': "One more thing"}, self.me)
        self.assertShows(response.text, "no messages can be added")

    def test_unknown_buttons_are_not_found(self):
        self._complain()
        path = f'/my/complaints/{self.part.complaint_ids.id}'
        for action in ('decide', '', 'unlink'):
            self.assertEqual(
                self._post(path, {'action': action}, self.me).status_code, 404, action
            )

    def test_mails_lead_each_party_to_its_own_page(self):
        self._complain()
        complaint = self.part.complaint_ids
        self.assertTrue(complaint._party_url('shopper').endswith(f'/my/complaints/{complaint.id}'))
        self.assertTrue(
            complaint._party_url('merchant').endswith(f'/my/merchant/complaints/{complaint.id}')
        )
