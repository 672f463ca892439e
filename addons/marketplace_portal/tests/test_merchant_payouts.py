# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon

PATH = '/my/merchant/payouts'


@tagged('post_install', '-at_install')
class TestMerchantPayouts(MerchantCommon):
    """Merchants read in words what became of their payouts."""

    def _payout(self):
        self._complete(self._paid())
        self._statement()
        batch = self._batch()
        batch.with_user(self.approver).action_approve()
        batch.with_user(self.officer).action_send()
        return batch.payout_ids.filtered(lambda payout: payout.merchant_id == self.merchant_a)

    def test_each_state_is_said_in_words(self):
        payout = self._payout()
        login = self.finance_a.login
        page = self._page(PATH, login)
        self.assertIn("113.96", page)
        self.assertIn("The bank has it.", page)
        self.assertIn(payout.statement_ids.name, page)
        payout.with_user(self.officer).action_mark_unknown(reason="Line broke")
        page = self._page(PATH, login)
        self.assertIn("nothing is lost", page)
        self.assertNotIn("Line broke", page)
        payout.with_user(self.approver).action_mark_paid("CMB-9")
        self.assertIn("CMB-9", self._page(PATH, login))
        payout.with_user(self.officer).action_mark_returned(reason="Account closed.")
        page = self._page(f'{PATH}?tab=not_paid', login)
        self.assertIn("Account closed.", page)
        self.assertIn("comes with another payout", page)

    def test_others_and_drafts_are_not_shown(self):
        payout = self._payout()
        self.assertNotIn(payout.name, self._page(PATH, self.finance_b.login))
        self.assertEqual(self._status(PATH, self.clerk_a.login), 403)
        self._complete(self._paid())
        self._statement()
        payout.with_user(self.officer).action_mark_paid("CMB-9")
        draft = self._batch().payout_ids
        self.assertEqual(draft.merchant_id, self.merchant_a)
        self.assertNotIn(draft.name, self._page(PATH, self.finance_a.login))

    def test_a_payout_is_found_by_its_reference(self):
        payout = self._payout()
        payout.with_user(self.officer).action_mark_paid("CMB-9")
        self.assertIn(payout.name, self._page(f'{PATH}?search=cmb-9', self.finance_a.login))
        self.assertNotIn(payout.name, self._page(f'{PATH}?search=xyz', self.finance_a.login))
