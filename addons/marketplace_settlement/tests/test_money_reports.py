# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io

import openpyxl

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyReports(MoneyCommon):
    """Month end, trades against invoices, merchants' income."""

    def _report(self, model, user=None, **values):
        report = self.env[model].with_user(user or self.officer).create(
            {'company_id': self.company.id, **values}
        )
        return report, report.action_show()

    def _rows(self, action, *columns, merchants=None):
        lines = self.env[action['res_model']].search(action['domain'])
        if merchants is not None:
            lines = lines.filtered(lambda line: line.merchant_id in merchants)
        return [tuple(line[column] for column in columns) for line in lines]

    def _sheet_of(self, report):
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.content)))
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    def _receive(self, part):
        """Let a part be shipped and received, and its return window close now."""
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", "SF100")
        part.with_user(self.shopper).portal_confirm_receipt()
        self._pass_deadline(part)

    # === CUT-OFF === #

    def _cutoff(self, date, user=None):
        """Return {section: (amount, age_30, age_60, age_90, age_more)} of merchant A."""
        _report, action = self._report('marketplace.cutoff', user, date=date)
        rows = self._rows(
            action, 'section', 'amount', 'age_30', 'age_60', 'age_90', 'age_more',
            merchants=self.merchant_a,
        )  # fmt: skip
        return {section: amounts for section, *amounts in rows}

    def test_what_is_sold_and_not_billed_at_the_month_end(self):
        """A later print of the same day is the same, whatever has happened since."""
        with freeze_time('2026-08-10'):
            order = self._paid()
        with freeze_time('2026-09-01'):
            printed = self._cutoff('2026-08-31')
        self.assertEqual(printed, {
            'clearing': [123.00, 123.00, 0.0, 0.0, 0.0],
            'fee': [9.04, 9.04, 0.0, 0.0, 0.0],
        })  # fmt: skip
        with freeze_time('2026-09-05'):
            self._receive(self._part(order))
        with freeze_time('2026-10-20'):
            self._mature()
            statement = self._statement()
            self.assertEqual(self._cutoff('2026-10-20'), {
                'payable': [113.96, 113.96, 0.0, 0.0, 0.0],
            })  # fmt: skip
            self._pay_out()
            part = self._part(order)
            part._refund(dict.fromkeys(part.line_ids, 1.0), "Fake", part)
            self.assertEqual(self._cutoff('2026-10-20'), {
                'clearing': [-123.00, -123.00, 0.0, 0.0, 0.0],
                'fee': [-9.04, -9.04, 0.0, 0.0, 0.0],
                'debt': [-113.96, -113.96, 0.0, 0.0, 0.0],
            })  # fmt: skip
            self.assertEqual(self._cutoff('2026-08-31'), printed)
            self.assertEqual(self._cutoff('2026-10-19')['clearing'], [123.0, 0.0, 0.0, 123.0, 0.0])
        self.assertEqual(statement.state, 'paid')
        self.assertBooksAgree()

    def test_refunds_to_be_expected(self):
        """80 % of the year's sales came back, so 80 % of the open 113.00 is expected to."""
        with freeze_time('2026-06-10'):
            sold = self._cart({self.bowl: 5})
            self._pay(sold)
            part = self._part(sold)
            part._refund({part.line_ids: 0.8}, "Broken", part)
            self._receive(part)
        with freeze_time('2026-08-20'):
            order = self._cart({self.bowl: 1})
            self._pay(order)
        with freeze_time('2026-09-01'):
            _report, action = self._report('marketplace.cutoff', date='2026-08-31')
            columns = ('section', 'amount', 'base', 'rate', 'open_returns')
            rows = [
                row for row in self._rows(action, *columns, merchants=self.merchant_a)
                if row[0] == 'refund'
            ]  # fmt: skip
        # Sold 565.00 + 113.00, refunded 452.00: 452 / 678 = 66.67 %; of 113.00 that is 75.33.
        self.assertEqual(rows, [('refund', 75.33, 113.0, 0.6667, 0.0)])

    def test_an_open_return_is_expected_in_full(self):
        with freeze_time('2026-08-20'):
            order = self._cart({self.bowl: 2})
            self._pay(order)
            part = self._part(order)
            part.with_user(self.clerk_a).portal_accept()
            part.with_user(self.clerk_a).portal_ship("SF Express", "SF100")
            part.with_user(self.shopper).portal_confirm_receipt()
            part.with_user(self.shopper).portal_request_return(
                'return_refund', "Too small", {part.line_ids.id: 1}
            )
        self.env.flush_all()
        # The day on which a row was made is that of the transaction, whatever the test says.
        self.env.cr.execute(
            "UPDATE marketplace_return SET create_date = '2026-08-20' WHERE id = %s",
            part.return_ids.ids,
        )
        with freeze_time('2026-09-01'):
            printed = self._cutoff('2026-08-31')
        self.assertEqual(printed['refund'][0], 113.00)
        with freeze_time('2026-09-02'):
            part.return_ids.with_user(self.clerk_a).portal_reject("Worn")
            self.assertEqual(self._cutoff('2026-08-31')['refund'][0], 113.00)
            self.assertNotIn('refund', self._cutoff('2026-09-02'))

    def test_deposits_and_reserves_stand_by_age(self):
        with freeze_time('2026-06-15'):
            transaction = self._transaction(
                500.0, self.merchant_a.partner_id, deposit_merchant_id=self.merchant_a.id
            )
            transaction._set_done()
            transaction._post_process()
        with freeze_time('2026-09-01'):
            self.assertEqual(
                self._cutoff('2026-08-31'), {'deposit': [500.0, 0.0, 0.0, 500.0, 0.0]}
            )

    def test_the_lines_open_their_documents_and_the_sheet(self):
        self._paid()
        today = fields.Date.context_today(self.company)
        report, action = self._report('marketplace.cutoff', date=today)
        lines = self.env[action['res_model']].search(action['domain'])
        for line in lines.filtered(lambda line: line.merchant_id == self.merchant_a):
            found = line.action_open_documents()
            records = self.env[found['res_model']].search(found['domain'])
            if line.section == 'clearing':
                self.assertEqual(-sum(records.mapped('balance')), 123.00)
            elif line.section == 'fee':
                self.assertEqual(-sum(records.mapped('amount')), 9.04)
        report.action_xlsx()
        rows = self._sheet_of(report)
        self.assertEqual(len(rows), len(report.line_ids) + 1)
        self.assertIn("Fees earned, not billed", [row[0] for row in rows])

    # === TRADES === #

    def _trades(self, **values):
        today = fields.Date.context_today(self.company)
        report, action = self._report(
            'marketplace.trade.report', **{'date_from': today, 'date_to': today, **values}
        )
        rows = self._rows(action, 'section', 'tax_label', 'untaxed', 'tax', 'total')
        return report, {(row[0], row[1]): row[2:] for row in rows}

    def test_sold_invoiced_credited_and_taxed(self):
        """Freight has no tax here; the merchant is liable for the 13 % in the goods."""
        with freeze_time('2027-02-10'):
            order = self._paid()
            waiting = self._order({self.cup: 1})
            part = self._part(order)
            part._refund_amount(23.0, "Scratch", part)
            _report, rows = self._trades(date_from='2027-02-01', date_to='2027-02-28')
            label = self.vat.name
            self.assertEqual(rows, {
                ('sold', label): (135.40, 17.60, 153.00),
                ('sold', "No tax"): (10.00, 0.0, 10.00),
                ('waiting', label): (-35.40, -4.60, -40.00),
                ('invoiced', label): (113.00, 0.0, 113.00),
                ('invoiced', "No tax"): (10.00, 0.0, 10.00),
                ('credited', label): (-21.13, 0.0, -21.13),
                ('credited', "No tax"): (-1.87, 0.0, -1.87),
            })  # fmt: skip
        with freeze_time('2027-03-10'):
            waiting._force_lines_to_invoice_policy_order()
            waiting._create_invoices().action_post()
            _report, rows = self._trades(date_from='2027-03-01', date_to='2027-03-31')
            self.assertEqual(rows, {
                ('sold_before', label): (35.40, 4.60, 40.00),
                ('invoiced', label): (40.00, 0.0, 40.00),
            })  # fmt: skip

    def test_the_deemed_suppliers_tax_and_that_of_the_fees_are_in_the_journals(self):
        self.merchant_a.vat_liability = 'platform'
        with freeze_time('2027-02-10'):
            self._complete(self._paid())
            self._statement()
            report, rows = self._trades(date_from='2027-02-01', date_to='2027-02-28')
            self.assertEqual(rows['invoiced', self.vat.name], (100.0, 13.0, 113.0))
            self.assertEqual(rows['fee', self.fee_vat.name], (8.53, 0.51, 9.04))
            self.assertEqual(rows['booked', self.vat.name][1], 13.0)
            self.assertEqual(rows['booked', self.fee_vat.name][1], 0.51)
            self.assertFalse([key for key in rows if 'difference' in key[0]])
            for line in report.line_ids:
                action = line.action_open_documents()
                self.assertEqual(
                    self.env[action['res_model']].search_count(action['domain']), line.count,
                    line.section,
                )  # fmt: skip

    def test_what_is_left_over_is_named(self):
        with freeze_time('2027-02-10'):
            order = self._paid()
            line = order.invoice_ids.line_ids.filtered('merchant_id')[:1]
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE account_move_line SET price_total = price_total + 0.01 WHERE id = %s",
                [line.id],
            )
            _report, rows = self._trades(date_from='2027-02-01', date_to='2027-02-28')
            self.assertEqual([total for (section, _tax), (_untaxed, _t, total) in rows.items()
                              if section == 'difference'], [-0.01])  # fmt: skip

    def test_the_days_are_in_order(self):
        with self.assertRaisesRegex(UserError, "after the last"):
            self._trades(date_from='2027-03-01', date_to='2027-02-28')

    # === INCOME === #

    def test_the_income_of_a_quarter(self):
        with freeze_time('2027-02-10'):
            order = self._paid()
            self._paid({self.cup: 1, self.vase: 1})
            part = self._part(order)
            part._refund_amount(23.0, "Scratch", part)
        with freeze_time('2027-04-02'):
            report, action = self._report('marketplace.income.report')
            self.assertEqual((report.year, report.quarter), (2027, '1'))
            rows = self._rows(
                action, 'merchant_code', 'sales', 'refunds', 'net', 'order_count', 'commission'
            )
        # A: 123 + 50 sold, 23 back; fees 9.04 + 3.20 − 1.69. B: 60 + 8, fee 4.80.
        self.assertEqual(rows, [
            ('ORDB', 68.0, 0.0, 68.0, 1, 4.8), ('ORDA', 173.0, 23.0, 150.0, 2, 10.55),
        ])  # fmt: skip
        report, action = self._report('marketplace.income.report', year=2027, quarter='2')
        self.assertEqual(self._rows(action, 'net'), [])

    def test_identities_are_written_out_in_the_sheet_only(self):
        self.merchant_a.sudo().write({
            'entity_type': 'individual', 'licence_number': '110101199003077758',
        })  # fmt: skip
        with freeze_time('2027-02-10'):
            self._paid()
        values = {'year': 2027, 'quarter': '1'}
        report, action = self._report('marketplace.income.report', **values)
        self.assertEqual(self._rows(action, 'licence_number'), [('110***********7758',)])
        with self.assertRaises(AccessError):
            report.action_xlsx()
        report, _action = self._report('marketplace.income.report', self.maker, **values)
        report.action_xlsx()
        self.assertIn('110101199003077758', self._sheet_of(report)[1])
        row = self.env['marketplace.audit.log'].search(
            [('model_name', '=', 'marketplace.merchant'), ('action', '=', 'export')], limit=1
        )
        self.assertEqual((row.res_id, row.user_id), (self.merchant_a.id, self.maker))

    # === TIME === #

    def _proposed(self, user):
        """Return the times that reports propose."""
        return [
            str(self.env[f'marketplace.{model}'].with_user(user).new({})[name])
            for model, name in (
                ('cutoff', 'date'), ('trade.report', 'date_from'), ('trade.report', 'date_to'),
                ('income.report', 'year'), ('income.report', 'quarter'),
            )
        ]  # fmt: skip

    def test_reports_are_about_what_is_over_unless_nothing_was_booked_by_then(self):
        young = self.env['res.company'].create({'name': "Young Operator"})
        beginner = new_test_user(
            self.env, 'money_beginner', groups='marketplace_settlement.group_finance_officer',
            company_id=young.id, company_ids=[Command.set(young.ids)],
        )  # fmt: skip
        with freeze_time('2027-02-10'):
            self._paid()
        with freeze_time('2027-04-02'):
            self.assertEqual(
                self._proposed(self.officer),
                ['2027-03-31', '2027-03-01', '2027-03-31', '2027', '1'],
            )
            self.assertEqual(
                self._proposed(beginner),
                ['2027-04-02', '2027-04-01', '2027-04-02', '2027', '2'],
            )

    # === ACCESS === #

    def test_reports_are_for_accountants_and_their_companies(self):
        today = fields.Date.context_today(self.company)
        self._paid()
        report, action = self._report('marketplace.cutoff', date=today)
        with self.assertRaises(AccessError):
            report.with_user(self.maker).read(['date'])
        self.assertFalse(self.env[action['res_model']].with_user(self.maker).search([]))
        with self.assertRaises(UserError):
            report.line_ids.write({'amount': 1.0})
        with self.assertRaises(AccessError):
            self._report('marketplace.cutoff', self.finance_a, date=today)
        other = self.env['res.company'].create({'name': "Other Operator"})
        with self.assertRaises(AccessError):
            self._report('marketplace.cutoff', company_id=other.id)
