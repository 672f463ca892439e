# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import csv
import io

from odoo.tests import tagged
from odoo.tools import mute_logger

from .merchant_common import MerchantCommon

BALANCE_PATH = '/my/merchant/balance'
FORECAST_PATH = '/my/merchant/forecast'


@tagged('post_install', '-at_install')
class TestMerchantStatements(MerchantCommon):
    """The pages of the statement room: contested lines, files, balance, forecast."""

    # === CONTESTED LINES === #

    def test_a_line_is_contested_with_proof_and_taken_back(self):
        statement = self._sent_statement()
        path = self._contest_path(statement, 'commission')
        page = self._html(path, self.finance_a)
        self.assertEqual(self._value(page, 'amount'), '9.04')
        values = {'amount': '4', 'reason': "We agreed on another rate."}
        page = self._send(path, values, self.finance_a, {'files': self._png('offer.png')})
        self.assertIn("We agreed on another rate.", self._text(page, 'o_contested'))
        contest = statement.contest_ids
        self.assertRecordValues(contest, [{'amount_claimed': 4.0, 'state': 'open'}])
        file_path = (
            f'/my/merchant/statements/contested/{contest.id}/file/{contest.attachment_ids.id}'
        )
        self.assertIn(file_path, page.xpath('//a/@href'))
        self.assertEqual(self._status(file_path, self.finance_a.login), 200)
        for user in (self.finance_b, self.clerk_a):
            self.assertEqual(self._status(file_path, user.login), 404)
        withdraw = f'/my/merchant/statements/{statement.id}/contested/{contest.id}/withdraw'
        self.assertEqual(self._post(withdraw, {}, self.finance_b.login).status_code, 404)
        self._send(withdraw, {}, self.finance_a)
        self.assertEqual(contest.state, 'withdrawn')

    def test_mistakes_are_shown_and_what_was_typed_stays(self):
        statement = self._sent_statement()
        path = self._contest_path(statement, 'commission')
        page = self._send(path, {'amount': '99', 'reason': "Too much"}, self.finance_a)
        self.assertIn("9.04", self._mistake(page, 'amount'))
        self.assertEqual(self._value(page, 'reason'), "Too much")
        page = self._send(
            path, {'amount': '4', 'reason': "x"}, self.finance_a,
            {'files': ('virus.exe', b"MZ\x90")},
        )  # fmt: skip
        self.assertTrue(self._mistake(page, 'files'))
        self.assertFalse(statement.contest_ids)

    def test_a_line_is_contested_on_its_statement_in_time_only(self):
        statement = self._sent_statement()
        path = self._contest_path(statement, 'sale')
        for user in (self.finance_b, self.clerk_a):
            self.assertEqual(self._status(path, user.login), 404)
        missing = f'/my/merchant/statements/{statement.id}/contest/{2**31 - 1}'
        self.assertEqual(self._status(missing, self.finance_a.login), 303)
        statement.with_user(self.finance_a).portal_confirm()
        page = self._send(path, {'amount': '4', 'reason': "x"}, self.finance_a)
        self.assertTrue(self.last_url.endswith(f'/statements/{statement.id}'))
        self.assertFalse(page.xpath('//a[contains(@class, "o_contest")]'))
        self.assertFalse(statement.contest_ids)

    def test_the_answer_is_shown(self):
        statement = self._sent_statement()
        entry = statement.entry_ids.filtered(lambda entry: entry.kind == 'commission')
        contest_id = statement.with_user(self.finance_a).portal_contest(
            entry.id, {'amount': 4, 'reason': "Too much"}
        )
        contest = self.env['marketplace.statement.contest'].browse(contest_id)
        contest.with_user(self.officer).answer = "It is the rate of your tier."
        contest.with_user(self.officer).action_reject()
        page = self._html(f'/my/merchant/statements/{statement.id}', self.finance_a)
        self.assertIn("It is the rate of your tier.", self._text(page, 'o_contested'))

    # === FILES === #

    def test_the_statement_is_downloaded_as_csv_and_xlsx(self):
        statement = self._sent_statement()
        path = f'/my/merchant/statements/{statement.id}'
        self.authenticate(self.finance_a.login, self.finance_a.login)
        response = self.url_open(f'{path}/csv')
        self.assertIn('attachment', response.headers['Content-Disposition'])
        rows = list(csv.reader(io.StringIO(response.content.decode('utf-8-sig'))))
        self.assertEqual(len(rows), 1 + len(statement.entry_ids))
        self.assertEqual(self.url_open(f'{path}/xlsx').content[:2], b'PK')
        self.assertEqual(self._status(f'{path}/exe', self.finance_a.login), 404)
        for file_format in ('csv', 'xlsx', 'pdf'):
            for user in (self.finance_b, self.clerk_a):
                self.assertEqual(self._status(f'{path}/{file_format}', user.login), 404)
            staff_path = f'/marketplace/statements/{statement.id}/{file_format}'
            for user in (self.finance_a, self.finance_b, self.store_officer):
                with mute_logger('odoo.http'):  # that access is refused is what is tested
                    self.assertIn(self._status(staff_path, user.login), (403, 404))
        staff_path = f'/marketplace/statements/{statement.id}/csv'
        self.assertEqual(self._status(staff_path, self.maker.login), 200)

    def test_the_invoice_of_the_fees_is_downloaded_by_its_merchant_only(self):
        statement = self._sent_statement()
        path = f'/my/merchant/statements/{statement.id}'
        self.assertEqual(self._status(f'{path}/invoice', self.finance_a.login), 404)
        statement.with_user(self.finance_a).portal_confirm()
        statement.with_user(self.officer).action_post()
        page = self._html(path, self.finance_a)
        self.assertEqual(self._text(page, 'o_fee_invoice'), statement.fee_move_id.name)
        self.authenticate(self.finance_a.login, self.finance_a.login)
        response = self.url_open(f'{path}/invoice')
        self.assertEqual(response.status_code, 200)
        self.assertIn('pdf', response.headers['Content-Type'])
        for user in (self.finance_b, self.clerk_a):
            self.assertEqual(self._status(f'{path}/invoice', user.login), 404)

    # === WHAT IS HELD === #

    def test_a_statement_says_what_left_it_and_why(self):
        statement = self._sent_statement()
        part = statement.entry_ids.order_id
        hold = part._hold("Complaint C7", part)
        path = f'/my/merchant/statements/{statement.id}'
        page = self._html(path, self.finance_a)
        said = self._text(page, 'o_held_out')
        for text in (part.name, "Complaint C7", "Released when the complaint is closed."):
            self.assertIn(text, said)
        self.assertIn("0.00", self._text(page, 'o_statement_net'))
        hold._release()
        page = self._html(path, self.finance_a)
        self.assertIn("The hold is over", self._text(page, 'o_held_out'))

    # === BALANCE AND FORECAST === #

    def test_each_bucket_lists_its_amounts_with_what_they_wait_for(self):
        order = self._paid()
        page = self._page(BALANCE_PATH, self.finance_a.login)
        self.assertShows(page, "Paid out after the shopper has received the order.")
        part = order.marketplace_order_ids
        part._hold("Complaint C7", part)
        page = self._page(f'{BALANCE_PATH}?tab=pending', self.finance_a.login)
        self.assertShows(page, "Complaint C7. Released when the complaint is closed.")
        page = self._page(f'{BALANCE_PATH}?search=Bowl&tab=paid', self.finance_a.login)
        self.assertHides(page, "Complaint C7")
        self.assertEqual(self._status(BALANCE_PATH, self.clerk_a.login), 403)
        self.assertHides(self._page(BALANCE_PATH, self.finance_b.login), part.name)

    def test_the_forecast_shows_days_and_their_amounts(self):
        statement = self._sent_statement()
        page = self._html(FORECAST_PATH, self.finance_a)
        day = statement.deadline.date()
        links = page.xpath('//table[contains(@class, "o_forecast")]//a/@href')
        self.assertEqual(links, [f'{FORECAST_PATH}/{day}'])
        page = self._page(f'{FORECAST_PATH}/{day}', self.finance_a.login)
        self.assertShows(page, statement.name)
        self.assertShows(page, "113.96")
        self.assertHides(self._page(f'{FORECAST_PATH}/later', self.finance_a.login), "113.96")
        for path in (f'{FORECAST_PATH}/tomorrow', f'{FORECAST_PATH}/2026-02-30'):
            self.assertEqual(self._status(path, self.finance_a.login), 404)
        self.assertEqual(self._status(FORECAST_PATH, self.clerk_a.login), 403)
        self.assertHides(self._page(FORECAST_PATH, self.finance_b.login), "113.96")

    def _contest_path(self, statement, kind):
        entry = statement.entry_ids.filtered(lambda entry: entry.kind == kind)
        return f'/my/merchant/statements/{statement.id}/contest/{entry.id}'
