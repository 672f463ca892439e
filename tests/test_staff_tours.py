# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The platform's people at work, by clicking: each role does its steps of the journey.

The figures are those of docs/accounting.md.
"""

from journey_common import LICENCES, StaffTourCase

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

GOODS = "Journey Tea Set"


@tagged('post_install', '-at_install')
class TestStaffTours(StaffTourCase):

    # === ONBOARDING OFFICERS === #

    def test_officers_review_and_approve_an_application(self):
        application = self._apply('journey_owner', LICENCES[0])
        self._click_through('officer_ask', self.officer)
        self.assertEqual(application.state, 'info_required')
        self.assertEqual(application.sudo().reviewer_id, self.officer)
        asked = application.sudo().check_ids.filtered(lambda check: check.decision == 'info')
        self.assertEqual(asked.code, 'document')
        self.assertEqual(asked.remark, "The stamp cannot be read.")

        self._hand_in_papers(application)
        application.portal_submit()
        self._click_through('officer_recommend', self.officer)
        self.assertEqual(application.state, 'in_review')
        self.assertEqual(application.sudo().recommended_by_id, self.officer)

        self._click_through('officer_approve', self.second_officer)
        self.assertEqual(application.state, 'approved')
        merchant = application.sudo().merchant_id
        self.assertEqual(merchant.state, 'onboarding')
        self.assertEqual(merchant.shop_ids.name, "Cloud Leaf")
        self.assertEqual(application.sudo().approved_by_id, self.second_officer)

    def test_an_officer_approves_a_listing(self):
        merchant = self._become_merchant()
        listing = self._submit_listing(merchant)
        self._click_through('officer_listing', self.officer)
        self.assertEqual(listing.listing_state, 'live')
        self.assertTrue(listing.sudo().is_sellable)

    # === ACCOUNTANTS === #

    def test_the_accountants_pay_a_merchant(self):
        merchant = self._earn()
        self._click_through('accountant_send', self.accountant)
        statement = self._statement_of(merchant)
        self.assertRecordValues(statement, [{
            'state': 'sent', 'amount_gross': 123.0, 'amount_fee': 9.04, 'amount_net': 113.96,
        }])  # fmt: skip

        statement.with_user(self._owner(merchant)).portal_confirm()
        self._click_through('accountant_post', self.accountant)
        self.assertEqual(statement.state, 'posted')
        self.assertEqual(self._items(statement.move_id), {'clearing': 123.0, 'payable': -123.0})
        self.assertEqual(
            self._items(statement.fee_move_id),
            {'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
        )
        payout = statement.payout_id
        self.assertEqual(payout.batch_id.create_uid, self.accountant)
        self.assertRecordValues(payout, [{'state': 'draft', 'amount': 113.96}])

        self._click_through('finance_manager', self.finance_manager)
        self.assertEqual(payout.batch_id.approved_by_id, self.finance_manager)

        with mute_logger('odoo.http'):  # forgets the bank's reference at first
            self._click_through('accountant_pay', self.accountant)
        self.assertRecordValues(payout, [{'state': 'paid', 'bank_reference': "BANK-0001"}])
        self.assertEqual(
            self._items(payout.payment_id.move_id), {'payable': 113.96, 'money': -113.96}
        )
        self.assertEqual(statement.state, 'paid')
        self.assertEqual(self._wallet(merchant).paid, 113.96)
        for role in ('clearing', 'payable'):
            account = self.company[f'marketplace_{role}_account_id']
            self.assertEqual(self._balance(account, merchant), 0.0)
        self.assertBooksAgree()

    def test_a_contested_line_is_upheld_by_two_and_the_rest_is_posted(self):
        merchant = self._earn()
        self._click_through('accountant_send', self.accountant)
        statement = self._statement_of(merchant)
        self.start_tour(
            '/my/merchant', 'marketplace_statement_contest', login=self._owner(merchant).login
        )
        self.env.invalidate_all()
        self.assertEqual((statement.state, statement.amount_net), ('confirmed', 113.96))
        with mute_logger('odoo.http'):  # forgets the reason at first
            self._click_through('contest_answer', self.accountant)
        self.assertEqual(statement.contest_ids.sudo().answered_by_id, self.accountant)
        self._click_through('contest_approve', self.finance_manager)
        self.assertRecordValues(statement.contest_ids.correction_id, [{
            'kind': 'commission_refund', 'amount': 3.0, 'state': 'available',
        }])  # fmt: skip
        self._click_through('statement_post', self.accountant)
        self.assertEqual(statement.state, 'posted')
        self.assertEqual(self._wallet(merchant).available, 3.0)
        self.assertBooksAgree()

    def test_a_posted_statement_is_reversed_by_two(self):
        merchant = self._earn()
        statement = self._state_statement(merchant)
        self._click_through('reversal_request', self.accountant)
        self.assertEqual(statement.reversal_ids.requested_by_id, self.accountant)
        self._click_through('reversal_approve', self.finance_manager)
        self.assertEqual(statement.state, 'reversed')
        self.assertEqual(self._wallet(merchant).available, 113.96)
        self.assertBooksAgree()

    def test_a_hold_by_hand_is_set_and_released(self):
        merchant = self._earn()
        self._click_through('accountant_send', self.accountant)
        statement = self._statement_of(merchant)
        self._click_through('hold', self.accountant)
        self.assertEqual((statement.amount_net, self._wallet(merchant).held), (0.0, 113.96))
        self._click_through('hold_release', self.finance_manager)
        self.assertEqual(self._wallet(merchant).available, 113.96)
        self.assertBooksAgree()

    # === MANAGERS AND AUDITORS === #

    def test_a_manager_stops_a_change_of_account_and_the_auditor_sees_it(self):
        merchant = self._become_merchant()
        first = merchant.bank_account_ids
        owner = self._owner(merchant)
        account = merchant.with_user(owner).portal_set_bank_account(
            merchant.partner_id.name, "China Merchants Bank", '6225880123456789', owner.login
        )
        self._click_through('manager_bank', self.manager)
        self.assertEqual((account.state, first.state), ('rejected', 'verified'))
        auditor = new_test_user(
            self.env, 'journey_auditor', groups='marketplace_merchant.group_auditor'
        )
        self._click_through('auditor', auditor)
        verification = self.env['marketplace.audit.verification'].search([], limit=1)
        self.assertRecordValues(
            verification, [{'state': 'intact', 'create_uid': auditor.id}]
        )

    def test_a_manager_cancels_a_late_order_and_follows_a_parcel(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        goods = self._list_product(merchant, GOODS, 113)
        late = self._part(self._buy({goods: 1}), merchant)
        late.with_user(self._owner(merchant)).portal_accept()
        late.deadline = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        late._process_deadline()
        sent = self._ship(self._part(self._buy({goods: 1}), merchant))

        self._click_through('manager_orders', self.manager)
        self.assertRecordValues(late, [{
            'state': 'cancelled', 'cancel_reason': "Nobody answers.", 'amount_refunded': 123.0,
        }])  # fmt: skip
        self.assertRecordValues(sent, [{
            'state': 'delivered', 'date_received': False, 'amount_logistics_cost': 7.5,
        }])  # fmt: skip
        self.assertBooksAgree()

    # === ARBITRATORS === #

    def test_an_arbitrator_decides_a_complaint(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, GOODS, 113): 1})
        part = self._receive(self._part(order, merchant))
        complaint = self._escalated_complaint(part)

        self._click_through('arbitrator', self.arbitrator)
        self.assertEqual(complaint.state, 'executed')
        self.assertEqual(complaint.sudo().arbitrator_id, self.arbitrator)
        self.assertEqual(part.amount_refunded, 61.5)
        entries = self._entries(part)
        self.assertEqual((entries['sale_refund'], entries['shipping_refund']), (-56.5, -5.0))
        self.assertEqual(entries['commission_refund'], 4.52)
        credit_note = order.invoice_ids.filtered(lambda move: move.move_type == 'out_refund')
        self.assertEqual(credit_note.state, 'posted')
        self.assertEqual(self._items(credit_note), {'receivable': -61.5, 'clearing': 61.5})
        self.assertBooksAgree()

    # === HELPERS === #

    def _earn(self):
        """Return a merchant with the 113.96 of the worked example available."""
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, GOODS, 113): 1})
        self._mature(self._complete(self._part(order, merchant)))
        return merchant

    def _statement_of(self, merchant):
        return self.env['marketplace.statement'].search([('merchant_id', '=', merchant.id)])

    def _submit_listing(self, merchant):
        listing = merchant.with_user(self._owner(merchant)).portal_create_listing({
            'name': GOODS,
            'list_price': 113,
            'categ_id': self.category.id,
            'image': {'filename': 'picture.jpg', 'content': self._picture()},
        })
        listing.portal_set_stock(10)
        listing.portal_submit_listing()
        return listing.with_env(self.env)

    def _escalated_complaint(self, part):
        """Complain as the shopper and answer as the merchant, who don't agree."""
        complaint = part.with_user(self.shopper).portal_complain(
            'quality', "A crack in the journey's glaze", "The glaze is cracked.",
            [{'filename': 'crack.jpg', 'content': self._picture()}],
        )  # fmt: skip
        complaint.with_user(self._owner(part.merchant_id)).portal_reply("It left us in one piece.")
        complaint.portal_escalate()
        return complaint.with_env(self.env)
