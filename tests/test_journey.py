# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""From an application to a paid merchant and a settled complaint, to the cent.

The figures are those of docs/accounting.md.
"""

from journey_common import LICENCES, JourneyCase

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged('post_install', '-at_install')
class TestJourney(JourneyCase):
    # === BECOMING A MERCHANT === #

    def test_an_applicant_becomes_an_active_merchant(self):
        application = self._apply('journey_owner', LICENCES[0])
        self.assertEqual(application.state, 'submitted')
        merchant = self._approve(application)
        self.assertEqual(merchant.state, 'onboarding')
        self.assertEqual(merchant.deposit_missing, merchant.tier_id.deposit_amount)
        self._pay_deposit(merchant)
        self.assertEqual((merchant.state, merchant.deposit_missing), ('active', 0.0))
        deposits = self.company.marketplace_deposit_account_id
        self.assertEqual(self._balance(deposits, merchant), -merchant.tier_id.deposit_amount)
        self.assertBooksAgree()

    def test_what_is_missing_is_asked_for_and_answered(self):
        application = self._apply('journey_owner', LICENCES[0])
        reviewed = application.with_user(self.officer)
        reviewed.action_start_review()
        document = reviewed.check_ids.filtered(lambda check: check.code == 'document')[:1]
        document.action_ask("The stamp cannot be read.")
        reviewed.action_request_info()
        self.assertEqual(application.state, 'info_required')
        steps = {step['key']: step for step in application._portal_progress()}
        self.assertEqual(steps['documents']['state'], 'attention')
        self.assertIn("The stamp cannot be read.", steps['documents']['remarks'].values())
        self._hand_in_papers(application)
        application.portal_submit()
        reviewed.action_accept_passed()
        reviewed.check_ids.filtered(lambda check: check.decision == 'none').action_accept()
        reviewed.action_recommend()
        with self.assertRaises(UserError):
            reviewed.action_approve()
        application.with_user(self.second_officer).action_approve()
        self.assertEqual(application.state, 'approved')

    # === THE WORKED EXAMPLE === #

    def test_the_worked_example_to_the_cent(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, "Tea Set", 113): 1})
        part = self._part(order, merchant)
        invoice = order.invoice_ids
        self.assertEqual(self._items(invoice), {'receivable': 123.0, 'clearing': -123.0})
        self.assertEqual(invoice.payment_state, invoice._get_invoice_in_payment_state())
        self.assertEqual(
            self._entries(part), {'sale': 113.0, 'shipping': 10.0, 'commission': -9.04}
        )
        self.assertEqual(set(part.entry_ids.mapped('state')), {'pending'})
        self.assertBooksAgree()

        self._complete(part)
        self._mature(part)
        self.assertEqual(set(part.entry_ids.mapped('state')), {'available'})
        self.assertEqual(self._wallet(merchant).available, 113.96)

        statement = self._state_statement(merchant)
        self.assertEqual(statement.amount_net, 113.96)
        self.assertEqual(self._items(statement.move_id), {'clearing': 123.0, 'payable': -123.0})
        self.assertEqual(
            self._items(statement.fee_move_id),
            {'receivable': 9.04, 'commission': -8.53, 'tax': -0.51},
        )
        self.assertEqual(
            self._items(statement.netting_move_id), {'payable': 9.04, 'receivable': -9.04}
        )
        self.assertEqual(self._wallet(merchant).in_transit, 113.96)
        self.assertBooksAgree()

        payout = self._pay_out(statement)
        self.assertEqual(
            self._items(payout.payment_id.move_id), {'payable': 113.96, 'money': -113.96}
        )
        self.assertEqual(statement.state, 'paid')
        self.assertEqual(set(part.entry_ids.mapped('state')), {'paid'})
        self.assertEqual(self._wallet(merchant).paid, 113.96)
        for role in ('clearing', 'payable'):
            account = self.company[f'marketplace_{role}_account_id']
            self.assertEqual(self._balance(account, merchant), 0.0)
        self.assertBooksAgree()

    # === VARIANTS === #

    def test_an_order_of_the_platforms_own_goods_is_left_to_odoo(self):
        order = self._buy({self._own_product("Poster", 50): 2}, freight=False)
        self.assertFalse(order.marketplace_order_ids)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.picking_ids.location_id, order.warehouse_id.lot_stock_id)
        order._create_invoices()._post()
        self.assertEqual(
            self._items(order.invoice_ids),
            {'receivable': 100.0, 'income': -88.5, 'tax': -11.5},
        )
        self.assertBooksAgree()

    def test_two_merchants_and_the_platform_in_one_order(self):
        tea, pots = self._two_merchants()
        order = self._buy({
            self._list_product(tea, "Tea", 113): 1,
            self._list_product(pots, "Teapot", 226): 2,
            self._own_product("Poster", 56.5): 1,
        })
        self.assertEqual(order.marketplace_order_ids.merchant_id, tea | pots)
        self.assertEqual(len(order.picking_ids), 3)
        for merchant in (tea, pots):
            picking = self._part(order, merchant).picking_ids
            self.assertEqual(picking.move_ids.restrict_partner_id, merchant.partner_id)
        items = self._items(order.invoice_ids)
        self.assertEqual(items['clearing'], -(113 + 452 + 10 + 12))
        self.assertEqual(items['tax'], -6.5)
        self.assertEqual(items['receivable'], order.amount_total)
        self.assertEqual(self._entries(self._part(order, tea))['commission'], -9.04)
        self.assertEqual(self._entries(self._part(order, pots))['commission'], -36.16)
        self._settle(self._part(order, tea))
        self._settle(self._part(order, pots))
        self.assertEqual(self._wallet(tea).paid, 113.96)
        self.assertEqual(self._wallet(pots).paid, 427.84)
        self.assertBooksAgree()

    def test_each_merchant_sees_its_own_part_only(self):
        tea, pots = self._two_merchants()
        order = self._buy({
            self._list_product(tea, "Tea", 113): 1,
            self._list_product(pots, "Teapot", 226): 1,
        })
        seen = self.env['marketplace.order'].with_user(self._owner(tea)).search(
            [('sale_order_id', '=', order.id)]
        )
        self.assertEqual(seen.with_env(self.env), self._part(order, tea))

    def test_prices_without_tax(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, "Tea Set", 100, self.vat_outside): 1})
        self.assertEqual(
            self._items(order.invoice_ids), {'receivable': 123.0, 'clearing': -123.0}
        )
        self.assertEqual(
            self._entries(self._part(order, merchant)),
            {'sale': 113.0, 'shipping': 10.0, 'commission': -9.04},
        )
        self.assertBooksAgree()

    def test_deemed_supplier(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        merchant.with_user(self.manager).vat_liability = 'platform'
        order = self._buy({self._list_product(merchant, "Tea Set", 113): 1})
        part = self._part(order, merchant)
        self.assertEqual(
            self._items(order.invoice_ids),
            {'receivable': 123.0, 'clearing': -110.0, 'tax': -13.0},
        )
        self.assertEqual(
            self._entries(part), {'sale': 100.0, 'shipping': 10.0, 'commission': -9.04}
        )
        self._settle(part)
        self.assertEqual(self._wallet(merchant).paid, 100.96)
        self.assertBooksAgree()

    def test_a_coupon_that_the_platform_pays_for(self):
        part = self._buy_with_coupon(platform_share=100)
        self.assertEqual(
            self._entries(part),
            {'sale': 113.0, 'discount': -11.3, 'subsidy': 11.3, 'commission': -9.04},
        )
        self._check_coupon_settlement(part, net=103.96, subsidy=11.3)

    def test_a_coupon_that_the_merchant_pays_for(self):
        part = self._buy_with_coupon(platform_share=0)
        self.assertEqual(
            self._entries(part), {'sale': 113.0, 'discount': -11.3, 'commission': -8.14}
        )
        self._check_coupon_settlement(part, net=93.56, subsidy=0)

    def test_a_coupon_whose_cost_is_shared(self):
        part = self._buy_with_coupon(platform_share=40)
        self.assertEqual(
            self._entries(part),
            {'sale': 113.0, 'discount': -11.3, 'subsidy': 4.52, 'commission': -8.5},
        )
        self._check_coupon_settlement(part, net=97.72, subsidy=4.52)

    # === REFUNDS AND COMPLAINTS === #

    def test_a_refund_before_the_settlement(self):
        merchant = self._become_merchant()
        self._set_freight(merchant, 10)
        order = self._buy({self._list_product(merchant, "Tea Set", 113): 1})
        part = self._receive(self._part(order, merchant))
        complaint = self._complain_and_decide(part, 61.5)
        self.assertEqual(complaint.state, 'executed')
        self.assertEqual(part.amount_refunded, 61.5)
        entries = self._entries(part)
        self.assertEqual((entries['sale_refund'], entries['shipping_refund']), (-56.5, -5.0))
        self.assertEqual(entries['commission_refund'], 4.52)
        credit_note = order.invoice_ids.filtered(lambda move: move.move_type == 'out_refund')
        self.assertEqual(self._items(credit_note), {'receivable': -61.5, 'clearing': 61.5})
        self.assertBooksAgree()
        complaint.portal_close()
        part.deadline = part.date_return_end
        self._complete_after_complaint(part)
        statement = self._state_statement(merchant)
        self.assertEqual(statement.amount_net, 56.98)
        self.assertBooksAgree()

    def test_a_refund_after_the_payout_is_a_debt_until_the_next_statement(self):
        merchant = self._become_merchant()
        product = self._list_product(merchant, "Tea Set", 113)
        part = self._part(self._buy({product: 1}, freight=False), merchant)
        self._settle(part)
        self.assertEqual(self._wallet(merchant).paid, 103.96)
        part._refund_amount(56.5, "A gesture", part)
        self.assertEqual(self._wallet(merchant).debt, -51.98)
        self.assertBooksAgree()

        following = self._part(self._buy({product: 1}, freight=False), merchant)
        self._complete(following)
        self._mature(following)
        wallet = self._wallet(merchant)
        self.assertEqual((wallet.debt, wallet.available), (0, 51.98))
        statement = self._state_statement(merchant)
        self.assertEqual(statement.amount_net, 51.98)
        self._pay_out(statement)
        self.assertEqual(self._wallet(merchant).paid, 155.94)
        self.assertBooksAgree()

    def test_an_order_with_an_open_complaint_is_not_settled(self):
        merchant = self._become_merchant()
        product = self._list_product(merchant, "Tea Set", 113)
        part = self._receive(self._part(self._buy({product: 1}, freight=False), merchant))
        part.with_user(self.shopper).portal_complain('other', "Late", "It came late.")
        self._complete_after_complaint(part)
        self.assertEqual(set(part.entry_ids.mapped('state')), {'pending'})

    # === HELPERS === #

    def _two_merchants(self):
        tea = self._become_merchant('journey_tea', LICENCES[0], shop_name="Tea House")
        pots = self._become_merchant('journey_pots', LICENCES[1], shop_name="Pot House")
        self._set_freight(tea, 10)
        self._set_freight(pots, 12)
        return tea, pots

    def _complete_after_complaint(self, part):
        part._move_to('completed', system=True)
        self._mature(part)

    def _buy_with_coupon(self, platform_share):
        self.env['loyalty.program'].create({
            'name': "Ten percent",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': platform_share,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'JOURNEY10'})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount': 10, 'discount_mode': 'percent',
                'discount_applicability': 'order',
            })],
        })  # fmt: skip
        merchant = self._become_merchant()
        product = self._list_product(merchant, "Tea Set", 113)
        order = self._buy({product: 1}, freight=False, code='JOURNEY10')
        self.assertEqual(order.amount_total, 101.7)
        self.assertEqual(self._items(order.invoice_ids)['clearing'], -101.7)
        return self._part(order, merchant)

    def _check_coupon_settlement(self, part, net, subsidy):
        statement = self._settle(part)
        self.assertEqual(statement.amount_net, net)
        self.assertEqual(self._items(statement.move_id).get('subsidy', 0.0), subsidy)
        self.assertBooksAgree()
