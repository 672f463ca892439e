# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The accountant's room, and what takes two managers, by clicking."""

from journey_common import StaffTourCase

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger


@tagged('post_install', '-at_install')
class TestStaffAccountingTours(StaffTourCase):

    def _sell(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        self._order = self._buy({self._list_product(merchant, "Journey Tea Set", 113): 1})
        return merchant

    def test_the_accountant_finds_a_difference_and_its_documents(self):
        merchant = self._sell()
        self._mature(self._complete(self._part(self._order, merchant)))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_wallet SET paid = paid + 0.01 WHERE merchant_id = %s",
            [merchant.id],
        )
        with mute_logger('odoo.addons.marketplace_settlement.models.checker'):
            self._click_through('accountant_reconcile', self.accountant)
        check = self.env['marketplace.reconciliation'].search([], limit=1)
        self.assertEqual(check.user_id, self.accountant)
        self.assertIn('wallet', check.line_ids.mapped('invariant'))

    def test_the_accountant_prints_the_cut_off(self):
        self._sell()
        self._click_through('accountant_cut_off', self.accountant)
        report = self.env['marketplace.cutoff'].search([], order='id desc', limit=1)
        self.assertEqual(report.create_uid, self.accountant)
        self.assertTrue(report.content)

    def test_the_finance_manager_takes_the_income_report_along(self):
        merchant = self._sell()
        self._click_through('finance_manager_income', self.finance_manager)
        report = self.env['marketplace.income.report'].search([], order='id desc', limit=1)
        self.assertEqual(report.create_uid, self.finance_manager)
        self.assertTrue(report.content)
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.merchant'), ('res_id', '=', merchant.id),
            ('action', '=', 'export'),
        ])  # fmt: skip
        self.assertEqual(row.user_id, self.finance_manager)

    def test_a_merchant_is_expelled_by_two_managers(self):
        merchant = self._become_merchant()
        self._click_through('manager_propose_expulsion', self.manager)
        self.assertEqual(merchant.expulsion_by_id, self.manager)
        self.assertEqual(merchant.state, 'active')
        second = new_test_user(
            self.env, 'journey_second_manager',
            groups='marketplace_merchant.group_merchant_manager',
        )
        self._click_through('manager_expel', second)
        self.assertEqual(merchant.state, 'expelled')
