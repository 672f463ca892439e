# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from itertools import product

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyGuards(MoneyCommon):
    """What accountants and stock users cannot do by hand, in a form or by a remote call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._staff('money_accountant', 'group_finance_manager')
        cls.accountant.group_ids += (
            cls.env.ref('account.group_account_manager') | cls.env.ref('stock.group_stock_manager')
        )

    # === LINKS === #

    def test_a_journal_item_stays_with_its_merchant(self):
        line = self._paid().invoice_ids.line_ids.filtered('merchant_id')[:1]
        for values in ({'merchant_id': self.merchant_b.id}, {'merchant_id': False},
                       {'is_total_included': False}):
            with self.assertRaisesRegex(UserError, "set by the marketplace"):
                line.with_user(self.accountant).write(values)
        line.with_user(self.accountant).write({'merchant_id': line.merchant_id.id})

    def test_an_item_that_is_booked_for_a_merchant_stays_as_it_is(self):
        self._complete(self._paid())
        statement = self._statement()
        invoice = self.env['sale.order.line'].search(
            [('merchant_id', '=', self.merchant_a.id)], limit=1, order='id desc'
        ).order_id.invoice_ids
        sold = invoice.invoice_line_ids[:1].with_user(self.accountant)
        settled = statement.move_id.line_ids[:1].with_user(self.accountant)
        for line, values in (
            (sold, {'account_id': self.tax_account.id}),
            (sold, {'price_unit': 5.0}),
            (sold, {'sale_line_ids': [Command.clear()]}),
            (settled, {'account_id': self.tax_account.id}),
            (settled, {'balance': 5.0}),
        ):
            with self.assertRaisesRegex(UserError, "set by the marketplace"):
                line.write(values)
        sold.write({'name': "Bowl, blue", 'price_unit': sold.price_unit})
        for move in invoice | statement.move_id | statement.fee_move_id:
            for state in ('draft', 'cancel'):
                with self.assertRaisesRegex(UserError, "stays as it is"):
                    move.with_user(self.accountant).write({'state': state})
        self.assertBooksAgree()

    def test_a_draft_keeps_the_account_of_the_merchants(self):
        invoice = self._order()._create_invoices().with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "set by the marketplace"):
            invoice.invoice_line_ids.account_id = self.tax_account

    def test_the_payment_of_a_payout_stays_as_it_is(self):
        self._complete(self._paid())
        self._statement()
        payment = self._pay_out().payout_ids.payment_id.with_user(self.accountant)
        for change in (
            lambda: payment.write({'amount': 5.0}), payment.action_draft, payment.action_cancel,
            payment.action_reject,
        ):  # fmt: skip
            with self.assertRaisesRegex(UserError, "belongs to a merchant's payout"):
                change()
        payment.memo = "Seen"
        self.assertBooksAgree()

    def test_stock_stays_with_its_merchant(self):
        picking = self._part(self._paid()).picking_ids
        other = self._part(self._order({self.vase: 1}), self.merchant_b)
        location = self.merchant_a._get_stock_location(self.warehouse)
        for record, values in (
            (picking, {'marketplace_order_id': other.id}),
            (picking.move_ids, {'merchant_id': self.merchant_b.id}),
            (location, {'merchant_id': self.merchant_b.id}),
        ):
            with self.assertRaisesRegex(UserError, "set by the marketplace"):
                record.with_user(self.accountant).write(values)

    def test_a_copy_of_an_invoice_is_nobodys(self):
        copy = self._paid().invoice_ids.with_user(self.accountant).copy()
        self.assertFalse(copy.line_ids.merchant_id)
        copy.invoice_date = fields.Date.context_today(copy)
        with self.assertRaisesRegex(UserError, "kept by the marketplace"):
            copy.action_post()

    def test_a_credit_note_by_hand_is_the_merchants(self):
        invoice = self._paid().invoice_ids
        credit_note = invoice.with_user(self.accountant)._reverse_moves()
        credit_note.action_post()
        self.assertEqual(credit_note.sudo().line_ids.merchant_id, self.merchant_a)
        self.assertBooksAgree()

    # === MERCHANT ACCOUNTS === #

    def test_nobody_books_on_a_merchant_account_by_hand(self):
        for name, merchant in product(
            ('clearing', 'payable', 'deposit', 'reserve'), (False, self.merchant_a.id)
        ):
            account = self.company[f'marketplace_{name}_account_id']
            move = self.env['account.move'].with_user(self.accountant).create({
                'move_type': 'entry',
                'line_ids': [
                    Command.create({
                        'account_id': account.id, 'debit': 5.0, 'merchant_id': merchant,
                    }),
                    Command.create({'account_id': self.tax_account.id, 'credit': 5.0}),
                ],
            })
            with self.assertRaisesRegex(UserError, "kept by the marketplace"):
                move.action_post()
        self.assertBooksAgree()

    def test_nobody_reverses_what_settles_a_merchant(self):
        self._complete(self._paid())
        statement = self._statement()
        self._pay_out()
        for move in (statement.move_id, statement.fee_move_id, statement.netting_move_id,
                     statement.payout_id.payment_id.move_id):
            with self.assertRaisesRegex(UserError, "This entry belongs to"):
                move.with_user(self.accountant)._reverse_moves()
        self.assertBooksAgree()

    # === TAXES WITHOUT AN ACCOUNT === #

    def test_a_tax_without_account_does_not_end_up_with_the_merchant(self):
        repartition = self.vat.invoice_repartition_line_ids | self.vat.refund_repartition_line_ids
        repartition.account_id = False
        self.merchant_a.vat_liability = 'platform'
        order = self._paid()
        self.assertEqual(
            self._balances(order.invoice_ids)[self.company.marketplace_vat_account_id], -13.0
        )
        part = self._part(order)
        credit_note = part._refund(dict.fromkeys(part.line_ids, 1.0), "Broken", part)
        self.assertEqual(
            self._balances(credit_note)[self.company.marketplace_vat_account_id], 13.0
        )
        self.assertBooksAgree()

    def test_a_fee_tax_without_account_is_no_income(self):
        repartition = self.fee_vat.invoice_repartition_line_ids
        repartition.account_id = False
        self._complete(self._paid())
        balances = self._balances(self._statement().fee_move_id)
        self.assertEqual(balances[self.company.marketplace_commission_account_id], -8.53)
        self.assertEqual(balances[self.company.marketplace_vat_account_id], -0.51)

    def test_other_documents_keep_odoos_way(self):
        repartition = self.vat.invoice_repartition_line_ids
        repartition.account_id = False
        order = self._cart({self.lamp: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertNotIn(self.company.marketplace_vat_account_id, self._balances(invoice))

    # === RETENTION === #

    def test_trade_records_are_kept(self):
        order = self._paid()
        self._complete(order)
        part = self._part(order)
        for record in (part, order.invoice_ids, order.transaction_ids, order):
            with self.assertRaisesRegex(UserError, "record of trade and is kept until"):
                record._unlink_except_retained()
            with self.assertRaises(UserError):
                record.with_user(self.accountant).unlink()

    def test_the_files_of_trade_records_are_kept_as_long(self):
        order = self._paid()
        self._complete(order)
        part = self._part(order)
        files = self.env['ir.attachment'].create([
            {'name': "Proof.txt", 'raw': b"Proof", 'res_model': record._name, 'res_id': record.id}
            for record in (part, order, order.invoice_ids)
        ])
        for file in files:
            with self.assertRaisesRegex(UserError, "record of trade and is kept until"):
                file.unlink()
        part.date_completed = fields.Datetime.subtract(
            fields.Datetime.now(), years=self.company.marketplace_trade_years, days=1
        )
        files[:2].unlink()
        quotation = self._cart({self.bowl: 1})
        self.env['ir.attachment'].create({
            'name': "Note.txt", 'raw': b"x", 'res_model': quotation._name, 'res_id': quotation.id,
        }).unlink()  # fmt: skip

    def test_the_journal_entry_of_the_shoppers_payment_is_kept(self):
        payment = self._paid().transaction_ids.payment_id
        move = payment.move_id
        payment.with_user(self.accountant).action_draft()
        for record in (payment, move):
            with self.assertRaisesRegex(UserError, "record of trade and is kept until"):
                record.with_user(self.accountant).unlink()

    def test_the_time_counts_from_the_completion(self):
        order = self._paid()
        self._complete(order)
        part = self._part(order)
        self.company.marketplace_trade_years = 3
        part.date_completed = fields.Datetime.subtract(
            fields.Datetime.now(), years=3, days=-1
        )
        with self.assertRaisesRegex(UserError, "kept until"):
            part._unlink_except_retained()
        part.date_completed = fields.Datetime.subtract(fields.Datetime.now(), years=3, days=1)
        part._unlink_except_retained()
        row = self.env['marketplace.audit.log'].search(
            [('model_name', '=', part._name), ('res_id', '=', part.id)], limit=1
        )
        self.assertEqual(row.after, {'deleted': True})

    def test_an_order_under_way_is_never_deleted(self):
        part = self._part(self._paid())
        self.assertEqual(part._trade_date(), fields.Date.context_today(part))

    def test_a_quotation_is_no_record_of_trade(self):
        self._cart({self.bowl: 1}).unlink()

    @mute_logger('odoo.sql_db')
    def test_three_years_at_least(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.company.marketplace_trade_years = 2
            self.company.flush_recordset()

    def test_the_report_counts_what_is_kept(self):
        self._complete(self._paid())
        self._statement()
        year = str(fields.Date.context_today(self.company).year)
        Report = self.env['marketplace.retention.report'].with_user(self.officer)
        rows = Report.search([('company_id', '=', self.company.id), ('year', '=', year)])
        counts = dict(zip(rows.mapped('kind'), rows.mapped('count'), strict=True))
        self.assertGreaterEqual(counts['entry'], 3)
        self.assertGreaterEqual(counts['statement'], 1)
        for row in rows:
            action = row.action_open_records()
            found = self.env[action['res_model']].search_count(action['domain'])
            self.assertEqual(found, row.count, row.kind)
            self.assertGreater(row.kept_until, fields.Date.context_today(row))

    def test_the_settings_show_the_years(self):
        with Form(self.env['res.config.settings']) as settings:
            self.assertEqual(
                settings.marketplace_trade_years, self.company.marketplace_trade_years
            )
