# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import csv
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from lxml import etree
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..tools.invoice_client import sign
from .money_common import MoneyCommon

SECRET = 'secret-of-the-test'


class FakeInvoiceService(ThreadingHTTPServer):
    """An e-invoice service on this machine: keeps what it was sent, by key, and misbehaves."""

    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.behaviour = 'accept'
        self.calls = []
        self.documents = {}

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/invoices'

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Who hangs up leaves a broken pipe: nothing to report."""


class _Handler(BaseHTTPRequestHandler):

    def do_POST(self):  # the name is prescribed by http.server
        message = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        service = self.server
        service.calls.append({'headers': dict(self.headers), 'message': message})
        service.documents.setdefault(message['key'], message['document'])
        answer = {'key': message['key'], 'result': 'accepted', 'note': "",
                  'reference': f"E{len(service.documents):04d}"}  # fmt: skip
        if service.behaviour == 'drop':
            # The document has arrived, the answer does not.
            self.connection.close()
        elif service.behaviour == 'error':
            self.send_error(500)
        elif service.behaviour == 'reject':
            self._send(dict(answer, result='rejected', note="The buyer has no tax number."))
        elif service.behaviour == 'other':
            self._send(dict(answer, key='another'))
        elif service.behaviour == 'nonsense':
            self._send(["accepted"])
        else:
            self._send(answer)

    def log_message(self, format, *args):
        """Tests read what was sent, not a log."""

    def _send(self, answer):
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@tagged('post_install', '-at_install')
class TestInvoiceHandover(MoneyCommon):

    def setUp(self):
        super().setUp()
        self.service = self.enterContext(FakeInvoiceService())
        self.channel = self.env['marketplace.invoice.channel'].with_user(self.maker).create({
            'name': "Tax Service", 'url': self.service.url, 'token': SECRET, 'max_tries': 3,
            'company_id': self.company.id,
        })  # fmt: skip
        self.Handover = self.env['marketplace.invoice.handover']

    def _handover(self):
        """Return the hand-over of a new invoice to a shopper."""
        return self.Handover.search([('move_id', '=', self._paid().invoice_ids.id)])

    def _send(self):
        self.Handover.search([('state', '=', 'waiting')]).next_try = fields.Datetime.now()
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_settlement.ir_cron_invoice_handover').method_direct_trigger()
        self.Handover.invalidate_model()

    # === WHAT IS SENT === #

    def test_every_kind_of_document_is_handed_over(self):
        order = self._paid()
        part = self._part(order)
        part._refund_amount(23.0, "Scratch", part)
        self._complete(order)
        statement = self._statement()
        own = self._cart({self.lamp: 1})
        own.action_confirm()
        own._create_invoices().action_post()
        moves = order.invoice_ids | statement.fee_move_id
        self.assertEqual(self.Handover.search([]).move_id, moves)
        self._send()
        self.assertEqual(set(self.Handover.search([]).mapped('state')), {'accepted'})
        self.assertEqual(
            {document['kind'] for document in self.service.documents.values()},
            {'shopper', 'fee'},
        )
        self.assertEqual(len(self.service.calls), 3)

    def test_only_what_the_service_wants(self):
        self.channel.for_shoppers = False
        order = self._paid()
        self._complete(order)
        statement = self._statement()
        self.assertEqual(self.Handover.search([]).move_id, statement.fee_move_id)

    def test_the_document_says_all_of_it(self):
        self.merchant_a.partner_id.vat = 'CN91330106MA7JRNE023'
        handover = self._handover()
        self._send()
        document = self.service.documents[handover.key]
        self.assertEqual(document['number'], handover.move_id.name)
        self.assertEqual((document['untaxed'], document['tax'], document['total']),
                         ('123.00', '0.00', '123.00'))  # fmt: skip
        goods, freight = document['lines']
        self.assertEqual(
            (goods['issuer'], goods['merchant'], goods['tax_in_price'], goods['tax_rates']),
            ('merchant', 'ORDA', '13.00', '13.0000'),
        )
        self.assertEqual(goods['merchant_tax_number'], 'CN91330106MA7JRNE023')
        self.assertEqual((freight['total'], freight['tax_in_price']), ('10.00', '0.00'))
        self.assertEqual(document['buyer']['name'], self.shopper.partner_id.name)
        self.assertEqual(document['seller']['name'], self.company.partner_id.name)

    def test_the_deemed_suppliers_tax_is_on_the_document(self):
        self.merchant_a.vat_liability = 'platform'
        document = self._paid().invoice_ids._marketplace_invoice_data()
        self.assertEqual((document['untaxed'], document['tax']), ('110.00', '13.00'))
        self.assertEqual(
            document['taxes'],
            [{'name': self.vat.name, 'rate': '13.0000', 'base': '100.00', 'amount': '13.00'}],
        )
        self.assertEqual(document['lines'][0]['issuer'], 'platform')
        self.assertEqual(document['lines'][0]['tax_in_price'], '0.00')

    def test_it_is_signed_and_carries_its_key(self):
        handover = self._handover()
        self._send()
        call = self.service.calls[0]
        message = call['message']
        signature = message.pop('signature')
        self.assertEqual(signature, sign(message, SECRET))
        self.assertNotEqual(signature, sign(message, SECRET + 'x'))
        self.assertEqual(call['headers']['Idempotency-Key'], handover.key)
        self.assertEqual(call['headers']['Authorization'], f'Bearer {SECRET}')

    # === ANSWERS === #

    def test_an_accepted_document_has_its_number_and_is_not_sent_again(self):
        handover = self._handover()
        self._send()
        self._send()
        self.assertRecordValues(handover, [
            {'state': 'accepted', 'reference': 'E0001', 'tries': 1, 'problem': False},
        ])  # fmt: skip
        self.assertEqual(len(self.service.calls), 1)

    def test_a_lost_answer_is_asked_for_with_the_same_key(self):
        handover = self._handover()
        self.service.behaviour = 'drop'
        self._send()
        self.assertEqual(handover.state, 'waiting')
        self.assertIn("cannot be reached", handover.problem)
        self.service.behaviour = 'accept'
        self._send()
        self.assertEqual(handover.state, 'accepted')
        self.assertEqual(len(self.service.calls), 2)
        self.assertEqual(list(self.service.documents), [handover.key])

    def test_an_answer_that_cannot_be_recorded_is_asked_for_again(self):
        handover = self._handover()
        model = self.env.registry[handover._name]
        with patch.object(model, '_record', side_effect=SerializationFailure):
            self._send()
        self.assertRecordValues(handover, [{'state': 'waiting', 'tries': 1}])
        cron = self.env.ref('marketplace_settlement.ir_cron_invoice_handover')
        self.assertTrue(self.env['ir.cron.trigger'].search([
            ('cron_id', '=', cron.id), ('call_at', '=', handover.next_try),
        ]), "The cron is woken for the next try")  # fmt: skip
        self._send()
        self.assertEqual(handover.state, 'accepted')
        self.assertEqual(list(self.service.documents), [handover.key])

    def test_what_makes_no_sense_is_no_answer(self):
        handover = self._handover()
        for behaviour in ('nonsense', 'other', 'error'):
            self.service.behaviour = behaviour
            self._send()
        self.assertRecordValues(handover, [
            {'state': 'given_up', 'tries': 3, 'reference': False},
        ])  # fmt: skip
        watched = self.env['marketplace.checker']._watched()['handover']
        found = self.env['marketplace.checker']._run({'handover': watched})
        self.assertEqual(found[0]['res_ids'], handover.ids)
        self.service.behaviour = 'accept'
        handover.with_user(self.officer).action_send_again()
        self._send()
        self.assertEqual(handover.state, 'accepted')

    def test_a_rejected_document_waits_for_a_person(self):
        handover = self._handover()
        self.service.behaviour = 'reject'
        self._send()
        self.assertRecordValues(handover, [
            {'state': 'rejected', 'note': "The buyer has no tax number."},
        ])  # fmt: skip
        self._send()
        self.assertEqual(len(self.service.calls), 1)
        with self.assertRaises(AccessError):
            handover.with_user(self.finance_a).action_send_again()

    def test_a_service_that_is_switched_off_is_not_called(self):
        handover = self._handover()
        self.channel.active = False
        self._send()
        self.assertEqual((handover.state, self.service.calls), ('waiting', []))

    def test_a_posting_that_is_rolled_back_hands_nothing_over(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._paid()
            raise ZeroDivisionError
        self._send()
        self.assertFalse(self.service.calls)

    # === THE SERVICE === #

    def test_a_token_travels_encrypted(self):
        with self.assertRaises(ValidationError):
            self.channel.url = 'http://invoices.example.com/'
        with self.assertRaises(AccessError):
            self.env['marketplace.invoice.channel'].with_user(self.officer).create(
                {'name': "No", 'url': self.service.url}
            )
        self.assertNotIn(SECRET, self.channel.token)

    def test_a_document_goes_to_the_services_of_its_company(self):
        other = self.env['res.company'].create({'name': "Other Operator"})
        self.channel.sudo().company_id = other
        self.assertFalse(self._handover())

    # === EXPORT === #

    def _export(self, file_format, user=None, **values):
        export = self.env['marketplace.invoice.export'].with_user(user or self.officer).create(
            {'company_id': self.company.id, 'file_format': file_format, **values}
        )
        export.action_export()
        return base64.b64decode(export.content)

    def test_the_export_holds_the_same_in_every_format(self):
        order = self._paid({self.bowl: 1, self.vase: 1})
        self._complete(order)
        fee = self._statement().fee_move_id
        names = {order.invoice_ids.name, fee.name}
        documents = json.loads(self._export('json'))['documents']
        mine = [document for document in documents if document['number'] in names]
        self.assertEqual({document['number']: document['total'] for document in mine},
                         {order.invoice_ids.name: '191.00', fee.name: '9.04'})  # fmt: skip
        tree = etree.fromstring(self._export('xml'))
        totals = {item.findtext('number'): item.findtext('total') for item in tree}
        self.assertEqual({name: totals[name] for name in names},
                         {document['number']: document['total'] for document in mine})
        rows = list(csv.DictReader(io.StringIO(self._export('csv').decode('utf-8-sig'))))
        lines = [row for row in rows if row['number'] in names]
        self.assertEqual(len(lines), sum(len(document['lines']) for document in mine))
        self.assertEqual(
            sum(float(row['line_total']) for row in lines if row['number'] == fee.name), 9.04
        )
        kinds = json.loads(self._export('json', kind='fee'))['documents']
        self.assertEqual({document['kind'] for document in kinds}, {'fee'})

    def test_an_export_is_logged(self):
        self._paid()
        self._export('json')
        row = self.env['marketplace.audit.log'].search([('action', '=', 'export')], limit=1)
        self.assertEqual((row.model_name, row.user_id), ('account.move', self.officer))

    def test_nothing_to_export_is_said(self):
        with self.assertRaisesRegex(UserError, "no such invoices"):
            self._export('json', date_from='2001-01-01', date_to='2001-01-31')
        with self.assertRaisesRegex(UserError, "after the last"):
            self._export('json', date_from='2001-01-02', date_to='2001-01-01')
        with self.assertRaises(AccessError):
            self._export('json', self.finance_a)
