# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import itertools
import json
import time

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_settlement.tools import payout_gateway

from .payout_common import SECRET, GatewayCommon


@tagged('post_install', '-at_install')
class TestPayoutEvents(HttpCase, GatewayCommon):
    """What a gateway tells by itself: signed, once, in any order (I20)."""

    def setUp(self):
        super().setUp()
        self.payout = self._queued()
        self._exchange()

    def _exchange(self):
        self.env.ref('marketplace_settlement.ir_cron_payout_gateway').method_direct_trigger()
        self.env.invalidate_all()

    def _message(self, event, status, **values):
        return {
            'event': event, 'key': self.payout.key, 'status': status, 'amount': '113.96',
            'currency': self.currency.name, 'reference': "CMB-1", 'reason': "", **values,
        }  # fmt: skip

    def _tell(self, message, secret=SECRET, timestamp=None, url=None, body=None):
        """Return the HTTP status of a callback."""
        body = json.dumps(message).encode() if body is None else body
        timestamp = str(int(time.time())) if timestamp is None else timestamp
        response = self.url_open(
            url or f'/marketplace/payout/callback/{self.channel.callback_code}', data=body,
            headers={'Content-Type': 'application/json', 'X-Timestamp': timestamp,
                     'X-Signature': payout_gateway.sign(secret, timestamp, body)},
        )  # fmt: skip
        self.env.invalidate_all()
        return response.status_code

    def test_paid_and_told_again(self):
        message = self._message('e1', 'paid')
        self.assertEqual(self._tell(message), 200)
        self.assertRecordValues(self.payout, [{'state': 'paid', 'bank_reference': 'CMB-1'}])
        payment = self.payout.payment_id
        self.assertEqual(self._tell(message), 200)
        self.assertEqual(self._tell(self._message('e2', 'paid')), 200)
        self.assertEqual(self.payout.payment_id, payment)
        self.assertEqual(
            self.env['account.payment'].search_count([('memo', 'ilike', self.payout.name)]), 1
        )
        self.assertBooksAgree()

    def test_any_order_ends_the_same(self):
        words = ('accepted', 'paid', 'returned')
        for order in itertools.permutations(words):
            with self.subTest(order=order), self.env.cr.savepoint() as savepoint:
                for status in (*order, *order):
                    self.payout._take_word(payout_gateway.Word(status, "CMB-1", "Account closed"))
                self.assertEqual(self.payout.state, 'returned')
                self.assertEqual(self._wallet().in_transit, 113.96)
                self.assertFalse(self.payout.contradiction)
                self.assertBooksAgree()
                savepoint.rollback()

    def test_who_is_not_the_gateway_is_refused(self):
        message = self._message('e1', 'paid')
        old = str(int(time.time()) - 3600)
        body = json.dumps(message).encode()
        refused = [
            self._tell(message, secret='another-secret-of-callbacks'),
            self._tell(message, timestamp=old),
            self._tell(message, timestamp='²'),
            self._tell(message, url='/marketplace/payout/callback/nobody'),
            self.url_open(
                f'/marketplace/payout/callback/{self.channel.callback_code}', data=body
            ).status_code,
        ]
        self.assertEqual(set(refused), {401})
        self.channel.callback_secret = False
        self.assertEqual(self._tell(message, secret=''), 401)
        self.assertEqual(self.payout.state, 'sent')
        self.assertFalse(self.env['marketplace.payout.event'].search([]))

    def test_another_amount_or_nonsense_changes_nothing(self):
        for message in (
            self._message('e1', 'paid', amount='1.00'), self._message('e1', 'paid', currency='XXX'),
            self._message('', 'paid'), self._message('e1', 'none'), self._message('e1', 'gone'),
            self._message(5, 'paid'), [], "paid", None, {'event': 'e1'},
            self._message('e1', 'paid', key=['x']), self._message('e1', 'paid', key=''),
        ):  # fmt: skip
            self.assertEqual(self._tell(message), 400)
        self.assertEqual(self._tell(None, body=b'{"event":'), 400)
        self.assertEqual(self._tell(None, body=b'x' * 100_000), 413)
        self.assertEqual(self.payout.state, 'sent')

    def test_a_key_that_the_books_do_not_know_stops_the_channel(self):
        self.assertEqual(self._tell(self._message('e1', 'paid', key='f' * 32)), 200)
        self.assertIn('f' * 32, self.channel.block_reason)

    def test_what_was_told_stays(self):
        self._tell(self._message('e1', 'paid'))
        event = self.env['marketplace.payout.event'].search([('channel_id', '=', self.channel.id)])
        self.assertRecordValues(event, [{'event': 'e1', 'status': 'paid'}])
        for change in (lambda: event.write({'status': 'x'}), event.unlink):
            with self.assertRaises(UserError):
                change()

    def test_the_file_is_for_finance_only(self):
        channel = self._channel('file_csv')
        self.payout._take_word(payout_gateway.Word('paid', "CMB-1"))
        self._posted()
        batch = self._approved(channel)
        batch.with_user(self.officer).action_send()
        path = f'/marketplace/payout/file/{batch.id}'
        for user in (self.finance_a, self.shopper):
            self.authenticate(user.login, user.login)
            self.assertIn(self.url_open(path).status_code, (403, 404))
        self.authenticate(None, None)
        self.assertIn('/web/login', self.url_open(path).url)
        self.authenticate(self.officer.login, self.officer.login)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        self.assertIn('attachment', response.headers['Content-Disposition'])
        self.assertIn(b'113.96', response.content)
        self.assertEqual(self.url_open('/marketplace/payout/file/999999999').status_code, 404)
