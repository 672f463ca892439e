# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import Form, new_test_user, tagged

from .orders_common import OrdersCommon

STAFF = (
    'marketplace_merchant.group_merchant_manager',
    'marketplace_merchant.group_auditor',
    'marketplace_settlement.group_finance_officer',
)


@tagged('post_install', '-at_install')
class TestOrderScreens(OrdersCommon):

    def test_staff_opens_orders_and_returns(self):
        part = self._received({self.bowl: 1, self.vase: 1})
        request_id = part.with_user(self.shopper).portal_request_return(
            'return_refund', "It has a crack", {part._goods_lines().id: 1}
        )
        request = self.env['marketplace.return'].browse(request_id)
        for number, group in enumerate(STAFF):
            user = new_test_user(self.env, f'orders_staff_{number}', groups=group)
            form = Form(part.with_user(user))
            self.assertEqual(form.amount_total, 113.0)
            self.assertEqual(len(form.line_ids), 1)
            self.assertEqual(len(Form(request.with_user(user)).line_ids), 1)

    def test_the_manager_sets_freight(self):
        template = self.env['marketplace.freight.template'].with_user(self.manager).search([
            ('merchant_id', '=', self.merchant_b.id),
        ])
        with Form(template) as form:
            form.base_amount = 12.0
        self.assertEqual(self.merchant_b.freight_template_ids.base_amount, 12.0)

    def test_the_order_shows_its_merchants(self):
        order = self._order({self.bowl: 1, self.vase: 1, self.lamp: 1})
        action = order.action_view_marketplace_orders()
        self.assertEqual(self.env[action['res_model']].search_count(action['domain']), 2)
        Form(order)
        Form(order.picking_ids[0])

    def test_salespeople_read_orders_whole_as_before(self):
        salesman = new_test_user(
            self.env, 'orders_salesman', groups='sales_team.group_sale_salesman_all_leads'
        )
        order = self._order({self.bowl: 1}).with_user(salesman)
        self.assertNotIn('marketplace_order_ids', order.read()[0])
        self.assertTrue(order.order_line.read())
        self.assertTrue(order.order_line.product_id.product_tmpl_id.read())
