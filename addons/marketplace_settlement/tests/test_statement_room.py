# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import csv
import io
from datetime import timedelta

import openpyxl
from lxml import etree
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.sheet import CSV, XLSX

from ..models.ir_attachment_evidence import EVIDENCE_KEY
from .money_common import MoneyCommon


class RoomCommon(MoneyCommon):

    @classmethod
    def _draft(cls, merchant=None):
        return cls.env['marketplace.statement']._generate(
            fields.Date.context_today(cls.merchant_a), merchant or cls.merchant_a
        )

    @classmethod
    def _reserve_rule(cls, **values):
        rule = cls.env['marketplace.reserve.rule'].create({'percent': 10, 'days': 30, **values})
        rule.with_user(cls.maker).action_activate()
        return rule


@tagged('post_install', '-at_install')
class TestReserve(RoomCommon):
    """Of the worked example's sales, 113.00 and 10.00 freight, a reserve of 10 % is 12.30."""

    def test_the_merchant_reads_the_reserve_in_its_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.merchant_a.partner_id.lang = 'zh_CN'
        rule = self._reserve_rule()
        self._complete(self._paid())
        self._draft()
        self.assertEqual(rule.hold_ids.reason, rule.with_context(lang='zh_CN').name)
        self.assertNotEqual(rule.hold_ids.reason, rule.name)

    def test_a_reserve_is_kept_and_released_on_its_day(self):
        self._reserve_rule()
        self._complete(self._paid())
        statement = self._statement()
        self.assertEqual(statement.amount_net, 101.66)
        wallet = self._wallet()
        self.assertEqual((wallet.in_transit, wallet.held, wallet.reserve), (101.66, 12.30, 12.30))
        account = self.company.marketplace_reserve_account_id
        self.assertEqual(self._ledger(account, self.merchant_a), -12.30)
        self.assertBooksAgree()
        self._pay_out()
        hold = self.env['marketplace.hold'].search(
            [('kind', '=', 'reserve'), ('merchant_id', '=', self.merchant_a.id)]
        )
        self.assertEqual(hold.deadline.date(), statement.date_to + timedelta(days=30))
        self.env['marketplace.hold']._process_batch()
        self.assertEqual(hold.state, 'active')
        self._pass_day(hold)
        self.assertEqual((wallet.held, wallet.available), (0.0, 12.30))
        released = self._statement()
        self.assertEqual(released.amount_net, 12.30)
        self.assertEqual(self._ledger(account, self.merchant_a), 0.0)
        self._pay_out()
        self.assertBooksAgree()

    def test_the_merchant_s_rule_counts_before_its_tier_s_and_everybody_s(self):
        self._reserve_rule(percent=1)
        self._reserve_rule(percent=2, tier_id=self.merchant_a.tier_id.id)
        self._reserve_rule(percent=4, merchant_id=self.merchant_a.id)
        self._complete(self._paid({self.bowl: 1, self.vase: 1}))
        kept = {
            statement.merchant_id: -sum(
                statement.entry_ids.filtered(lambda e: e.kind == 'reserve').mapped('amount')
            )
            for statement in self._draft(self.merchant_a | self.merchant_b)
        }
        self.assertEqual(kept, {self.merchant_a: 4.92, self.merchant_b: 1.36})
        self.assertBooksAgree()

    def test_a_rule_counts_on_its_days_only(self):
        today = fields.Date.context_today(self.merchant_a)
        self._reserve_rule(date_from=today + timedelta(days=1))
        self._reserve_rule(date_to=today - timedelta(days=1))
        self._complete(self._paid())
        self.assertNotIn('reserve', self._draft().entry_ids.mapped('kind'))

    def test_a_rule_in_use_is_replaced_never_edited(self):
        rule = self._reserve_rule()
        with self.assertRaises(UserError):
            rule.percent = 5
        with self.assertRaises(UserError):
            rule.unlink()
        version = rule.browse(rule.with_user(self.maker).action_replace()['res_id'])
        version.percent = 5
        version.with_user(self.maker).action_activate()
        self.assertEqual((rule.state, version.state), ('retired', 'active'))
        self._complete(self._paid())
        self._draft()
        self.assertEqual(version.hold_ids.amount, 6.15)
        self.assertFalse(rule.hold_ids)

    def test_nonsense_is_refused(self):
        for values in ({'percent': 0}, {'percent': 101}, {'days': 0}, {'days': 10000}):
            with (
                self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                self._reserve_rule(**values)
        with self.assertRaises(ValidationError):
            self._reserve_rule(merchant_id=self.merchant_a.id, tier_id=self.merchant_a.tier_id.id)
        with self.assertRaises(AccessError):
            self.env['marketplace.reserve.rule'].with_user(self.officer).create({'percent': 5})

    def test_refunds_reduce_it_and_it_never_exceeds_what_is_paid(self):
        self._reserve_rule(percent=100)
        order = self._paid()
        self._complete(order)
        statement = self._draft()
        # 113.96 are paid, 123.00 would be kept.
        self.assertEqual(statement.amount_net, 0.0)
        self.assertEqual(self._wallet().reserve, 113.96)
        self.assertBooksAgree()

    def test_a_merchant_that_leaves_gets_it_on_time_too(self):
        self._reserve_rule()
        self._complete(self._paid())
        self._statement()
        self._pay_out()
        hold = self.env['marketplace.hold'].search(
            [('kind', '=', 'reserve'), ('merchant_id', '=', self.merchant_a.id)]
        )
        obstacles = {o['key']: o for o in self.merchant_a._exit_obstacles()}
        self.assertEqual(obstacles['balance']['until'], hold.deadline.date())
        self._pass_day(hold)
        self.assertEqual(self._wallet().available, 12.30)

    def test_many_statements_take_no_more_queries_than_one(self):
        self._reserve_rule()
        self._complete(self._paid({self.bowl: 1, self.vase: 1}))
        drafts = self._draft(self.merchant_a | self.merchant_b)
        self.assertEqual(len(drafts), 2)
        self.env['marketplace.reserve.rule']._for_statements(drafts)
        with self.assertQueryCount(2):
            drafts._reserve_amounts(self.env['marketplace.reserve.rule']._for_statements(drafts))

    def _pass_day(self, hold):
        hold.deadline = fields.Datetime.now()
        hold._process_batch()


@tagged('post_install', '-at_install')
class TestHolds(RoomCommon):

    def test_a_hold_by_hand_keeps_an_order_until_its_end(self):
        order = self._paid()
        self._complete(order)
        part = order.marketplace_order_ids
        end = fields.Datetime.add(fields.Datetime.now(), days=3)
        hold = self.env['marketplace.hold'].with_user(self.officer).create({
            'order_id': part.id, 'reason': "Tracking number unknown", 'deadline': end,
        })
        self.assertRecordValues(hold, [{
            'kind': 'manual', 'merchant_id': self.merchant_a.id, 'company_id': self.company.id,
            'amount': 113.96,
        }])
        self.assertIn("if not before", hold.release_condition)
        self.assertFalse(self._draft())
        self.assertBooksAgree()
        hold.sudo().deadline = fields.Datetime.now()
        hold.sudo()._process_batch()
        self.assertEqual(hold.state, 'released')
        self.assertEqual(self._draft().amount_net, 113.96)

    def test_a_hold_of_a_merchant_keeps_all_it_has_and_what_comes(self):
        self._complete(self._paid())
        hold = self.env['marketplace.hold'].with_user(self.officer).create({
            'merchant_id': self.merchant_a.id, 'reason': "Check of the licence",
        })
        self.assertEqual(self._wallet().held, 113.96)
        later = self._paid()
        self._complete(later)
        self.assertEqual(self._entries(later, 'pending')['sale'], 113.0)
        self.assertFalse(self._draft())
        self.assertBooksAgree()
        with self.assertRaises(AccessError):
            hold.with_user(self.officer).action_release()
        hold.with_user(self.maker).action_release()
        self._mature()
        self.assertEqual(self._wallet().available, 227.92)
        self.assertBooksAgree()

    def test_two_holds_on_one_order_end_with_the_later(self):
        order = self._paid()
        self._complete(order)
        part = order.marketplace_order_ids
        first = part._hold("Complaint", part)
        second = part._hold("Check", order, kind='risk')
        first._release()
        self.assertEqual((self._wallet().held, second.amount), (113.96, 113.96))
        self.assertBooksAgree()
        second._release()
        self.assertEqual((self._wallet().held, self._wallet().available), (0.0, 113.96))
        self.assertBooksAgree()

    def test_a_refund_while_held_goes_with_its_order(self):
        order = self._paid()
        self._complete(order)
        part = order.marketplace_order_ids
        hold = part._hold("Complaint", part)
        part._refund_amount(50.0, "Crack", part)
        self.assertBooksAgree()
        hold._release()
        self.assertEqual(self._wallet().held, 0.0)
        self.assertBooksAgree()

    def test_a_hold_by_hand_needs_sense(self):
        part = self._paid().marketplace_order_ids
        past = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        Hold = self.env['marketplace.hold'].with_user(self.officer)
        for values in (
            {'reason': "Check"},
            {'order_id': part.id},
            {'order_id': part.id, 'reason': "  "},
            {'order_id': part.id, 'reason': "Check", 'merchant_id': self.merchant_b.id},
            {'order_id': part.id, 'reason': "Check", 'deadline': past},
        ):
            with self.assertRaises(ValidationError):
                Hold.create(values)
        forged = Hold.create({
            'order_id': part.id, 'reason': "Check", 'kind': 'reserve', 'source_id': 1,
        })
        self.assertEqual((forged.kind, forged.source_id), ('manual', self.officer.id))
        for values in ({'reason': "x"}, {'merchant_id': self.merchant_b.id}):
            with self.assertRaises(UserError):
                forged.write(values)
        with self.assertRaises(UserError):
            forged.unlink()
        with self.assertRaises(AccessError):
            self.env['marketplace.hold'].with_user(self.manager).create({'reason': "x"})


@tagged('post_install', '-at_install')
class TestExport(RoomCommon):

    def test_csv_and_xlsx_say_each_line_with_its_reason(self):
        self.bowl.name = "=HYPERLINK(\"http://evil\")"
        self.bowl.with_context(lang='en_US').name = "=HYPERLINK(\"http://evil\")"
        self._complete(self._paid())
        statement = self._statement()
        name, content, mimetype = statement._export(CSV)
        self.assertTrue(name.endswith('.csv') and 'csv' in mimetype)
        rows = list(csv.reader(io.StringIO(content.decode('utf-8-sig'))))
        self.assertEqual(len(rows), 1 + len(statement.entry_ids))
        total = self.currency.round(sum(float(row[7]) for row in rows[1:]))
        self.assertEqual(total, 113.96)
        # A formula, wherever it comes from, is a text.
        self.assertTrue(any(row[3].startswith("'=HYPERLINK") for row in rows[1:]))
        self.assertFalse(any(cell[:1] in '=+@\t\r' for row in rows for cell in row if cell))
        _name, content, _mimetype = statement._export(XLSX)
        cells = [
            cell for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row
        ]
        self.assertFalse([cell.value for cell in cells if cell.data_type == 'f'])
        # The last row says what is paid.
        self.assertEqual([cell.value for cell in cells[-2:]], [113.96, self.currency.name])

    def test_i15_what_is_made_again_later_is_the_same(self):
        self._complete(self._paid())
        statement = self._statement()
        files = {file_format: statement._export(file_format) for file_format in (CSV, XLSX)}
        printed = self.env['ir.attachment'].with_context(
            marketplace_evidence_key=EVIDENCE_KEY
        ).create({
            'name': f"{statement.name.replace('/', '-')}.pdf", 'raw': b"%PDF-1.4 as printed",
            'res_model': statement._name, 'res_id': statement.id,
        })
        self._pay_out()
        self.bowl.name = "Another name"
        self.merchant_a.partner_id.name = "Another company"
        statement.invalidate_recordset()
        for file_format, kept in files.items():
            self.assertEqual(statement._export(file_format), kept)
        pdf, _type = self.env['ir.actions.report'].with_context(
            force_report_rendering=True
        )._render_qweb_pdf('marketplace_settlement.action_report_statement', statement.ids)
        self.assertEqual(pdf, printed.raw)

    def test_nobody_puts_another_file_in_the_place_of_what_is_kept(self):
        self._complete(self._paid())
        draft = self._draft()
        name = draft.name.replace('/', '-')
        Attachment = self.env['ir.attachment'].with_user(self.officer)
        forged = {'raw': b"Other figures", 'res_model': draft._name, 'res_id': draft.id}
        for file_format in ('pdf', CSV, XLSX):
            with self.assertRaisesRegex(UserError, "evidence"):
                Attachment.create({**forged, 'name': f"{name}.{file_format}"})
        other = Attachment.create({**forged, 'name': "Letter.pdf"})
        with self.assertRaisesRegex(UserError, "evidence"):
            other.name = f"{name}.csv"
        draft.with_user(self.officer).action_send()
        draft.with_user(self.finance_a).portal_confirm()
        draft.with_user(self.officer).action_post()
        content = draft._export(CSV)[1]
        kept = Attachment.search([('res_model', '=', draft._name), ('name', '=', f"{name}.csv")])
        for call in (
            lambda: kept.write({'raw': b"Other figures"}), lambda: kept.write({'name': "x"}),
            kept.unlink, lambda: Attachment.create({**forged, 'name': f"{name}.csv"}),
        ):
            with self.assertRaisesRegex(UserError, "evidence"):
                call()
        self.assertEqual(draft._export(CSV)[1], content)

    def test_what_is_printed_first_is_kept_whoever_prints_it(self):
        self._complete(self._paid())
        statement = self._statement()
        report = self.env.ref('marketplace_settlement.action_report_statement')
        streams = {statement.id: {'attachment': None, 'stream': io.BytesIO(b"%PDF-1.4 first")}}
        auditor = new_test_user(
            self.env, 'room_auditor', groups='marketplace_merchant.group_auditor'
        )
        as_auditor = self.env['ir.actions.report'].with_user(auditor)
        self.assertFalse(as_auditor._prepare_pdf_report_attachment_vals_list(report, streams))
        self.assertEqual(report.retrieve_attachment(statement).raw, b"%PDF-1.4 first")

    def test_print_entries_journal_and_fee_invoice_say_the_same(self):
        self._complete(self._paid())
        statement = self._statement()
        net = self.currency.round(sum(statement.entry_ids.mapped('amount')))
        self.assertEqual((net, statement.amount_net, statement.amount_fee), (113.96, 113.96, 9.04))
        payable = -sum(statement._payable_items().mapped('balance'))
        self.assertEqual(self.currency.round(payable), net)
        self.assertEqual(statement.fee_move_id.amount_total, statement.amount_fee)
        html = self.env['ir.actions.report']._render_qweb_html(
            'marketplace_settlement.report_statement', statement.ids
        )[0].decode()
        page = ' '.join(etree.fromstring(html, etree.HTMLParser()).itertext())
        for amount in (*statement.entry_ids.mapped('amount'), statement.amount_gross, net):
            self.assertIn(f'{abs(amount):.2f}', page)
        self.assertIn(statement.name, page)

    def test_the_print_names_lines_products_and_what_waits(self):
        self._complete(self._paid())
        statement = self._draft()
        statement.with_user(self.officer).action_send()
        sale = statement.entry_ids.filtered(lambda entry: entry.kind == 'sale')
        statement.with_user(self.finance_a).portal_contest(sale.id, {'amount': 1, 'reason': "No"})
        html = self.env['ir.actions.report']._render_qweb_html(
            'marketplace_settlement.report_statement', statement.ids
        )[0].decode()
        for text in ("Contested, not in this statement", "103.96", "Freight"):
            self.assertIn(text, html)

    def test_before_posting_nothing_is_kept(self):
        self._complete(self._paid())
        draft = self._draft()
        before = draft._export(CSV)[1]
        draft.with_user(self.officer).action_send()
        sale = draft.entry_ids.filtered(lambda entry: entry.kind == 'sale')
        draft.with_user(self.finance_a).portal_contest(sale.id, {'amount': 1, 'reason': "Wrong"})
        after = draft._export(CSV)[1]
        self.assertNotEqual(after, before)
        self.assertEqual(len(list(csv.reader(io.StringIO(after.decode('utf-8-sig'))))), 2)


@tagged('post_install', '-at_install')
class TestReversal(RoomCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._complete(cls._paid())
        cls.statement = cls._statement()

    def test_two_people_reverse_and_the_lines_come_again(self):
        moves = (
            self.statement.move_id | self.statement.fee_move_id | self.statement.netting_move_id
        )
        lines = self.statement.entry_ids
        exported = self.statement._export(CSV)[1]
        self._reverse()
        self.assertEqual(self.statement.state, 'reversed')
        self.assertEqual(self._balances(moves | moves.reversal_move_ids), {})
        shown = self.statement.action_view_moves()['domain']
        self.assertEqual(
            self.env['account.move'].search(shown), moves | moves.reversal_move_ids
        )
        reversal = self.statement.with_user(self.officer).reversal_ids
        self.assertEqual((reversal.state, reversal.requested_by_id), ('done', self.maker))
        self.assertEqual(self.statement.fee_move_id.payment_state, 'reversed')
        self.assertEqual((self._wallet().in_transit, self._wallet().available), (0.0, 113.96))
        self.assertBooksAgree()
        self.assertEqual(self.statement._printed_entries(), lines.sorted('id'))
        self.assertEqual(self.statement._export(CSV)[1], exported)
        with self.assertRaises(UserError):
            self._batch()
        again = self._statement()
        self.assertEqual(again.entry_ids, lines)
        self.assertEqual(again.amount_net, 113.96)
        self.assertBooksAgree()
        self._pay_out()
        self.assertEqual(self._wallet().paid, 113.96)
        self.assertBooksAgree()

    def test_one_person_does_not(self):
        self.statement.with_user(self.maker).action_request_reversal("Wrong month")
        reversal = self.statement.reversal_ids
        for user in (self.maker, self.officer):
            with self.assertRaises(AccessError):
                reversal.with_user(user).action_approve()
        self.assertEqual(self.statement.state, 'posted')
        for user in (self.manager, self.finance_a):
            with self.assertRaises(AccessError):
                self.statement.with_user(user).action_request_reversal("Mine")

    def test_it_needs_a_reason_and_is_asked_for_once(self):
        with self.assertRaises(UserError):
            self.statement.with_user(self.maker).action_request_reversal(" ")
        self.statement.with_user(self.maker).action_request_reversal("Wrong month")
        with self.assertRaises(UserError):
            self.statement.with_user(self.officer).action_request_reversal("Wrong month")
        reversal = self.statement.reversal_ids
        reversal.with_user(self.approver).action_refuse("It is right.")
        self.assertEqual((reversal.state, self.statement.state), ('refused', 'posted'))
        self.statement.with_user(self.officer).action_request_reversal("Look again")

    def test_what_is_in_a_payout_or_paid_is_not_reversed(self):
        self.statement.with_user(self.maker).action_request_reversal("Wrong month")
        batch = self._batch()
        with self.assertRaisesRegex(UserError, "payout"):
            self.statement.reversal_ids.with_user(self.approver).action_approve()
        batch.with_user(self.maker).action_cancel()
        self._pay_out()
        with self.assertRaisesRegex(UserError, "posted"):
            self.statement.reversal_ids.with_user(self.approver).action_approve()
        self.assertEqual(self.statement.state, 'paid')
        self.assertBooksAgree()

    def test_its_documents_are_not_reversed_one_by_one(self):
        for move in (self.statement.move_id, self.statement.fee_move_id):
            with self.assertRaisesRegex(UserError, "Reverse the statement"):
                move._reverse_moves(cancel=True)
            with self.assertRaisesRegex(UserError, "Reverse the statement"):
                move.with_context(marketplace_reversal_key=object())._reverse_moves()

    def test_a_reserve_in_it_is_not_kept_twice(self):
        self._pay_out()
        self._reserve_rule()
        self._complete(self._paid())
        self.statement = self._statement()
        self.assertEqual(self.statement.amount_net, 101.66)
        self._reverse()
        self.assertEqual(self._wallet().reserve, 12.30)
        again = self._statement()
        self.assertEqual(again.amount_net, 101.66)
        self.assertEqual(self._wallet().reserve, 12.30)
        self.assertBooksAgree()

    def _reverse(self):
        self.statement.with_user(self.maker).action_request_reversal("Wrong month")
        self.statement.reversal_ids.filtered(
            lambda reversal: reversal.state == 'requested'
        ).with_user(self.approver).action_approve()


@tagged('post_install', '-at_install')
class TestForecast(RoomCommon):

    def test_each_amount_stands_once_with_what_it_waits_for(self):
        today = fields.Date.context_today(self.merchant_a)
        under_way = self._paid()
        self.assertForecast(('order', 113.96, False))
        part = under_way.marketplace_order_ids
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF", "SF1")
        part.with_user(self.shopper).portal_confirm_receipt()
        end = part.deadline.date()
        row = self._rows()
        self.assertEqual((row.stage, row.until), ('return_window', end))
        self.assertGreater(row.date, end)
        self._pass_deadline(part)
        self.assertEqual(self._rows().stage, 'waiting')
        part.date_completed = fields.Datetime.subtract(part.date_completed, days=400)
        self._mature()
        self.assertEqual(self._rows().stage, 'available')
        statement = self._draft()
        self.assertEqual((self._rows().stage, self._rows().statement_id), ('draft', statement))
        statement.with_user(self.officer).action_send()
        self.assertEqual((self._rows().stage, self._rows().date),
                         ('sent', statement.deadline.date()))
        statement.with_user(self.finance_a).portal_confirm()
        self.assertForecast(('confirmed', 113.96, today))
        statement.with_user(self.officer).action_post()
        self.assertForecast(('posted', 113.96, today))
        batch = self._batch()
        self.assertForecast(('payout', 113.96, today))
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        batch.payout_ids.with_user(self.officer).action_mark_unknown("No answer")
        self.assertForecast(('unknown', 113.96, False))
        batch.payout_ids.with_user(self.approver).action_mark_paid("BANK")
        self.assertFalse(self._rows())

    def test_holds_say_what_ends_them(self):
        self._reserve_rule()
        self._complete(self._paid())
        self._statement()
        self._pay_out()
        row = self._rows()
        self.assertEqual((row.stage, row.amount), ('reserve', 12.30))
        self.assertIn("Released on", row.condition)
        order = self._paid()
        part = order.marketplace_order_ids
        hold = part._hold("Complaint C1", part)
        row = self._rows().filtered('order_id')
        self.assertEqual((row.stage, row.hold_id, row.date), ('held', hold, False))
        self.assertEqual(row.condition, "Complaint C1. Released when the complaint is closed.")
        entry = part.entry_ids[:1].with_user(self.finance_a)
        self.assertEqual(entry.waits_for, row.condition)

    def test_what_the_shopper_has_not_paid_has_no_day(self):
        order = self._cart_with_freight({self.bowl: 1})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self._complete(order)
        self.assertForecast(('unpaid', 113.96, False))

    def test_the_sum_of_all_rows_is_the_open_balance(self):
        self._reserve_rule()
        self._complete(self._paid())
        self._draft()
        self._complete(self._paid({self.cup: 1}))
        self._paid()
        wallet = self._wallet()
        self.assertEqual(
            self.currency.round(sum(self._rows().mapped('amount'))),
            self.currency.round(
                wallet.pending + wallet.available + wallet.debt + wallet.held + wallet.in_transit
            ),
        )

    def test_merchants_see_their_own_and_buckets_have_their_lists(self):
        self._complete(self._paid({self.bowl: 1, self.vase: 1}))
        Forecast = self.env['marketplace.cash.forecast']
        self.assertEqual(
            Forecast.with_user(self.finance_a).search([]).merchant_id.sudo(), self.merchant_a
        )
        self.assertFalse(Forecast.with_user(self.clerk_a).search([]))
        wallet = self._wallet().with_user(self.officer)
        for bucket, amount in (('available', 113.96), ('held', 0.0), ('pending', 0.0)):
            action = wallet.with_context(marketplace_bucket=bucket).action_view_bucket()
            entries = self.env['marketplace.balance.entry'].search(action['domain'])
            self.assertEqual(self.currency.round(sum(entries.mapped('amount'))), amount)

    def _rows(self):
        rows = self.env['marketplace.cash.forecast'].search(
            [('merchant_id', '=', self.merchant_a.id)]
        )
        rows.invalidate_recordset()
        return rows

    def assertForecast(self, *expected):
        rows = [(row.stage, row.amount, row.date) for row in self._rows()]
        self.assertEqual(rows, list(expected))
