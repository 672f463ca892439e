# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged

from odoo.addons.marketplace_settlement.tools.payout_file import (
    NAMESPACE,
    NotExpressible,
    build_csv,
    build_pain001,
    is_iban,
)

from .payout_common import PayoutCommon

RULES = etree.XMLSchema(etree.parse(Path(__file__).parent / 'payout_rules.xsd'))
NS = {'p': NAMESPACE}


def _transfer(**values):
    return {
        'key': 'a' * 32, 'name': "PAY/2026/00001", 'amount': "113.96", 'currency': 'CNY',
        'holder': "杭州瓷器有限公司", 'bank': "招商银行", 'account': "6222020000000001", **values,
    }  # fmt: skip


def _order(*transfers):
    return {
        'id': "PAYRUN/2026/0001", 'created': datetime(2026, 4, 1, 8, 30, tzinfo=UTC),
        'date': date(2026, 4, 1), 'initiator': "Marketplace & Söhne GmbH",
        'account': "DE89 3704 0044 0532 0130 00", 'bic': "COBADEFFXXX",
        'transfers': list(transfers),
    }  # fmt: skip


@tagged('post_install', '-at_install')
class TestPayoutFileRules(BaseCase):
    """The files themselves, against the rules of the message."""

    def _build(self, *transfers, **options):
        root = etree.fromstring(build_pain001(_order(*transfers), **options))
        RULES.assertValid(root)
        return root

    def _texts(self, root, path):
        return [element.text for element in root.findall(f'.//{path}', NS)]

    def test_the_message_keeps_the_rules(self):
        root = self._build(_transfer(), _transfer(amount="0.04", key='b' * 32))
        self.assertEqual(self._texts(root, 'p:GrpHdr/p:NbOfTxs'), ['2'])
        self.assertEqual(self._texts(root, 'p:GrpHdr/p:CtrlSum'), ['114.00'])
        self.assertEqual(self._texts(root, 'p:EndToEndId'), ['a' * 32, 'b' * 32])
        self.assertEqual(self._texts(root, 'p:BtchBookg'), ['false'])
        self.assertEqual(self._texts(root, 'p:DbtrAcct//p:IBAN'), ['DE89370400440532013000'])
        self.assertEqual(self._texts(root, 'p:CdtrAcct//p:Othr/p:Id'), ['6222020000000001'] * 2)
        self.assertEqual(self._texts(root, 'p:Cdtr/p:Nm'), ["杭州瓷器有限公司"] * 2)

    def test_the_rules_of_the_test_can_fail(self):
        content = build_pain001(_order(_transfer()))
        for before, after in (
            (b'<EndToEndId>', b'<EndToEndId>' + b'x' * 40), (b'Ccy="CNY"', b'Ccy="yuan"'),
            (b'>TRF<', b'>CHK<'), (b'>113.96<', b'>-1<'),
        ):  # fmt: skip
            self.assertFalse(RULES.validate(etree.fromstring(content.replace(before, after))))

    def test_each_currency_is_a_payment_of_its_own(self):
        root = self._build(
            _transfer(), _transfer(currency='JPY', amount="500"), _transfer(currency='CNY'),
        )  # fmt: skip
        self.assertEqual(self._texts(root, 'p:PmtInf/p:NbOfTxs'), ['2', '1'])
        sums = self._texts(root, 'p:PmtInf/p:CtrlSum')
        self.assertEqual(sums, ['227.92', '500'])
        total = self._texts(root, 'p:GrpHdr/p:CtrlSum')[0]
        self.assertEqual(Decimal(total), sum(map(Decimal, sums)))
        self.assertEqual(len(set(self._texts(root, 'p:PmtInfId'))), 2)

    def test_texts_are_cut_to_what_the_bank_takes(self):
        root = self._build(
            _transfer(holder="A" * 200 + "\x07\n", name="X" * 50, bank="B\tC", account="DE00 1")
        )
        self.assertEqual(self._texts(root, 'p:Cdtr/p:Nm'), ["A" * 140])
        self.assertEqual(self._texts(root, 'p:InstrId'), ["X" * 35])
        self.assertEqual(self._texts(root, 'p:CdtrAgt//p:Nm'), ["B C"])
        self.assertEqual(self._texts(root, 'p:CdtrAcct//p:Othr/p:Id'), ["DE001"])

    def test_latin_letters_only(self):
        root = self._build(_transfer(holder="Müller & Père <SARL>", bank="Bank"), latin=True)
        self.assertEqual(self._texts(root, 'p:Cdtr/p:Nm'), ["Muller Pere SARL"])
        with self.assertRaises(NotExpressible) as raised:
            build_pain001(_order(_transfer()), latin=True)
        self.assertIn(raised.exception.args[0], ("招商银行", "杭州瓷器有限公司"))

    def test_an_account_number_is_never_cut(self):
        with self.assertRaises(NotExpressible):
            build_pain001(_order(_transfer(account="1" * 35)))

    def test_ibans_have_check_digits(self):
        self.assertTrue(is_iban('DE75512108001245126199'))
        self.assertFalse(is_iban('DE88370400440532013000'))
        self.assertFalse(is_iban('6222020000000001'))

    def test_a_sheet_has_no_live_formula(self):
        header = ["Reference", "Payout", "Holder", "Bank", "Account", "Currency", "Amount"]
        content = build_csv(_order(_transfer(holder="=cmd|' /C calc'!A0")), header).decode()
        self.assertIn("'=cmd", content)
        self.assertNotIn(",=cmd", content)
        self.assertIn("113.96", content)


@tagged('post_install', '-at_install')
class TestPayoutFile(PayoutCommon):
    """Batches that reach the bank as a file."""

    def _sent(self, kind='file_pain001'):
        self.bank_journal.bank_account_id = self.env['res.partner.bank'].create({
            'acc_number': 'DE75512108001245126199', 'partner_id': self.company.partner_id.id,
        })  # fmt: skip
        self._posted()
        batch = self._approved(self._channel(kind))
        batch.with_user(self.officer).action_send()
        return batch

    def test_the_file_pays_what_the_batch_says(self):
        batch = self._sent()
        payout = batch.payout_ids
        name, _mimetype, content = batch.with_user(self.officer)._read_file()
        root = etree.fromstring(content)
        RULES.assertValid(root)
        amount = root.find('.//p:InstdAmt', NS)
        self.assertEqual((amount.text, amount.get('Ccy')), ("113.96", self.currency.name))
        self.assertEqual(root.findtext('.//p:EndToEndId', namespaces=NS), payout.key)
        number = payout.sudo().bank_account_id._number()
        self.assertEqual(root.findtext('.//p:CdtrAcct//p:Othr/p:Id', namespaces=NS), number)
        self.assertEqual(batch.file_hash, hashlib.sha256(content).hexdigest())
        self.assertEqual(payout.state, 'sent')
        self.assertTrue(name.endswith('.xml'))
        payout.with_user(self.officer).action_mark_paid("CMB-1")
        self.assertBooksAgree()

    def test_the_file_is_made_once(self):
        batch = self._sent('file_csv')
        first = batch.with_user(self.officer)._read_file()
        with self.assertRaises(UserError):
            batch.with_user(self.officer).action_send()
        self.assertEqual(batch.with_user(self.officer)._read_file(), first)
        self.assertIn(b'113.96', first[2])

    def test_numbers_are_read_for_the_file_only_and_it_is_recorded(self):
        batch = self._sent()
        account = batch.payout_ids.bank_account_id
        Log = self.env['marketplace.audit.log']
        revealed = [('model_name', '=', account._name), ('res_id', '=', account.id),
                    ('action', '=', 'reveal')]  # fmt: skip
        self.assertEqual(Log.search_count(revealed), 1)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT file_encrypted FROM marketplace_payout_batch WHERE id = %s", [batch.id]
        )
        self.assertNotIn(account.sudo()._number(), self.env.cr.fetchone()[0])
        batch.with_user(self.officer)._read_file()
        exported = Log.search([('model_name', '=', batch._name), ('res_id', '=', batch.id),
                               ('action', '=', 'export')])  # fmt: skip
        self.assertEqual(exported.user_id, self.officer)
        self.assertEqual(exported.after, {'sha256': batch.file_hash})

    def test_only_finance_reads_the_file(self):
        batch = self._sent()
        auditor = self._staff('money_auditor', 'group_finance_officer')
        auditor.group_ids = self.env.ref('marketplace_merchant.group_auditor')
        for user in (auditor, self.finance_a, self.shopper):
            with self.assertRaises(AccessError):
                batch.with_user(user)._read_file()
            with self.assertRaises(AccessError):
                batch.with_user(user).action_download_file()

    def test_a_file_that_was_altered_is_not_given_out(self):
        batch = self._sent()
        batch.sudo().file_hash = '0' * 64
        with self.assertRaisesRegex(UserError, "altered"):
            batch.with_user(self.officer)._read_file()

    def test_an_account_to_pay_from_is_needed(self):
        self._posted()
        self.bank_journal.bank_account_id = False
        batch = self._approved(self._channel('file_pain001'))
        with self.assertRaisesRegex(UserError, "account number of the bank journal"):
            batch.with_user(self.officer).action_send()

    def test_only_managers_set_up_channels(self):
        for user in (self.officer, self.finance_a):
            with self.assertRaises(AccessError):
                self.env['marketplace.payout.channel'].with_user(user).create({
                    'name': "Mine", 'kind': 'file_csv', 'journal_id': self.bank_journal.id,
                })  # fmt: skip
        channel = self._channel('file_csv')
        with self.assertRaises(AccessError):
            channel.with_user(self.officer).name = "Other"

    def test_a_channel_that_was_used_stays_as_it_is(self):
        channel = self._sent('file_csv').channel_id
        with self.assertRaises(ValidationError):
            channel.with_user(self.maker).kind = 'file_pain001'
        with self.assertRaises(UserError):
            channel.with_user(self.maker).unlink()
        channel.with_user(self.maker).active = False
