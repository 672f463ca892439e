# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The accountants at work, by clicking: payouts by a bank file, deposits, adjustments, debts."""

from journey_common import StaffTourCase
from lxml import etree

from odoo import fields
from odoo.tests import tagged

NS = {'p': 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'}
TWICE = "We paid the postage twice"


@tagged('post_install', '-at_install')
class TestStaffMoneyTours(StaffTourCase):

    # === PAYOUTS === #

    def test_a_batch_leaves_as_a_file_and_the_bank_s_statement_pays_it(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, "Journey Tea Set", 113): 1})
        part = self._complete(self._part(order, merchant))
        self._mature(part)
        statement = self._state_statement(merchant)
        channel = self._file_channel()

        self._click_through('batch_propose', self.accountant)
        payout = statement.payout_id
        batch = payout.batch_id
        self.assertEqual((batch.create_uid, batch.channel_id), (self.accountant, channel))
        self._click_through('finance_manager', self.finance_manager)
        self.assertEqual(batch.approved_by_id, self.finance_manager)
        self._click_through('batch_send', self.accountant)
        self.assertEqual((batch.state, payout.state), ('sent', 'sent'))
        content = self._downloaded(batch)
        self.assertEqual(self._amount_in(content, payout), '113.96')

        line = self.env['account.bank.statement.line'].create({
            'journal_id': channel.journal_id.id, 'amount': -113.96, 'ref': "BANK-0002",
            'payment_ref': f"Transfer {payout.key}", 'date': fields.Date.today(),
        })  # fmt: skip
        self._click_through('batch_match', self.accountant)
        self.assertRecordValues(payout, [{'state': 'paid', 'bank_reference': "BANK-0002"}])
        self.assertTrue(line.is_reconciled)
        self.assertEqual(statement.state, 'paid')
        self.assertBooksAgree()

    def _file_channel(self):
        """Connect the bank by a payment file as finance manager, in the place of the demo's."""
        Channel = self.env['marketplace.payout.channel']
        Channel.search([]).active = False
        journal = self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1
        )
        journal.bank_account_id = self.env['res.partner.bank'].create({
            'acc_number': 'DE75512108001245126199', 'partner_id': self.company.partner_id.id,
        })  # fmt: skip
        return Channel.with_user(self.finance_manager).create({
            'name': "Journey Bank", 'kind': 'file_pain001', 'journal_id': journal.id,
        })  # fmt: skip

    def _downloaded(self, batch):
        """Return the file that the accountant downloaded in the browser; it is on record."""
        export = self.env['marketplace.audit.log'].search([
            ('model_name', '=', batch._name), ('res_id', '=', batch.id),
            ('action', '=', 'export'),
        ])  # fmt: skip
        self.assertEqual(export.user_id, self.accountant)
        self.assertEqual(export.after, {'sha256': batch.file_hash})
        return batch.with_user(self.accountant)._read_file()[2]

    def _amount_in(self, content, payout):
        for transfer in etree.fromstring(content).iterfind('.//p:CdtTrfTxInf', NS):
            if transfer.findtext('.//p:EndToEndId', namespaces=NS) == payout.key:
                return transfer.findtext('.//p:InstdAmt', namespaces=NS)
        return None

    # === DEPOSITS === #

    def test_a_deposit_makes_a_debt_good_and_is_topped_up(self):
        merchant = self._become_merchant()
        required = merchant.deposit_required
        self._charge(merchant, 36.0)

        self._click_through('deposit_deduct', self.accountant)
        recovery = self.env['marketplace.debt.recovery'].search(
            [('merchant_id', '=', merchant.id)]
        )
        self.assertRecordValues(recovery, [{
            'kind': 'deposit', 'amount': 36.0, 'state': 'proposed',
            'create_uid': self.accountant.id,
        }])  # fmt: skip
        self._click_through('deposit_approve', self.finance_manager)
        self.assertEqual(recovery.approved_by_id, self.finance_manager)
        self.assertEqual(merchant.deposit_missing, 36.0)
        demand = merchant.deposit_demand_ids
        self.assertRecordValues(demand, [{'state': 'open', 'amount': 36.0}])

        self._click_through('deposit_receive', self.accountant)
        self.assertEqual(demand.state, 'met')
        self.assertEqual(merchant.deposit_balance, required)
        top_up = merchant.deposit_movement_ids[0]
        self.assertRecordValues(top_up, [{
            'kind': 'top_up', 'amount': 36.0, 'bank_reference': "TOPUP-1",
        }])  # fmt: skip
        deposits = self.company.marketplace_deposit_account_id
        self.assertEqual(self._balance(deposits, merchant), -required)
        self.assertBooksAgree()

    def _charge(self, merchant, amount):
        """Let the merchant owe an amount that no sale covers."""
        adjustment = self.env['marketplace.adjustment'].with_user(self.accountant).create({
            'merchant_id': merchant.id, 'amount': -amount, 'reason_code': 'mistake',
            'reason': TWICE,
        })  # fmt: skip
        adjustment.with_user(self.finance_manager).action_approve()
        self.assertEqual(self._wallet(merchant).debt, -amount)

    # === ADJUSTMENTS AND WRITE-OFFS === #

    def test_two_people_adjust_a_balance_and_write_the_debt_off(self):
        merchant = self._become_merchant()
        self._click_through('adjust_propose', self.accountant)
        adjustment = self.env['marketplace.adjustment'].search(
            [('merchant_id', '=', merchant.id)]
        )
        self.assertRecordValues(adjustment, [{
            'amount': -60.0, 'reason_code': 'mistake', 'reason': TWICE, 'state': 'proposed',
            'create_uid': self.accountant.id,
        }])  # fmt: skip
        self.assertFalse(self._wallet(merchant).debt)
        self._click_through('adjust_approve', self.finance_manager)
        self.assertEqual(adjustment.approved_by_id, self.finance_manager)
        self.assertEqual(self._wallet(merchant).debt, -60.0)

        self._click_through('write_off_propose', self.accountant)
        self.assertEqual(self._wallet(merchant).debt, -60.0)
        self._click_through('write_off_approve', self.finance_manager)
        recovery = self.env['marketplace.debt.recovery'].search(
            [('merchant_id', '=', merchant.id)]
        )
        self.assertRecordValues(recovery, [{
            'kind': 'write_off', 'amount': 60.0, 'state': 'booked',
            'approved_by_id': self.finance_manager.id,
        }])  # fmt: skip
        self.assertEqual(self._wallet(merchant).debt, 0.0)
        lost = self.company.marketplace_writeoff_account_id
        self.assertEqual(
            recovery.move_id.line_ids.filtered(lambda item: item.account_id == lost).balance, 60.0
        )
        self.assertBooksAgree()
