# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.marketplace_merchant.tests.race_common import RaceCase

BUYERS = 4
PIECES = 2


@tagged('post_install', '-at_install')
class TestOrderRace(RaceCase):
    """Shoppers who buy the last pieces at the same moment, and buttons that are pressed twice."""

    def setUp(self):
        super().setUp()
        self.ids = self._do(self._prepare)

    def _prepare(self, env):
        """Return the ids of a merchant's clerk and of carts for more than it has."""
        category = env['product.category'].create({'name': "Race", 'marketplace_open': True})
        merchant = env['marketplace.merchant'].create({
            'code': 'RACEORDER',
            'partner_id': env['res.partner'].create({'name': "Race Order", 'is_company': True}).id,
            'tier_id': env['marketplace.tier'].search([], limit=1).id,
            'entity_type': 'company',
            'category_ids': [Command.set(category.ids)],
        })
        clerk = new_test_user(env, 'race_order_clerk', groups='base.group_portal')
        env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': clerk.id, 'role_orders': True,
            'role_owner': True,
        })
        env['marketplace.requirement'].search([]).active = False
        merchant._move_to('active', system=True)
        env['marketplace.requirement'].with_context(active_test=False).search([]).active = True
        product = env['product.product'].create({
            'name': "Last Piece", 'type': 'consu', 'is_storable': True, 'list_price': 10.0,
            'categ_id': category.id, 'merchant_id': merchant.id, 'taxes_id': False,
        })
        warehouse = env['stock.warehouse'].search(
            [('company_id', '=', env.company.id)], limit=1
        )
        product._set_merchant_stock(PIECES)
        carts = env['sale.order'].create([
            {
                'partner_id': env['res.partner'].create({'name': f"Buyer {number}"}).id,
                'warehouse_id': warehouse.id,
                'order_line': [Command.create({'product_id': product.id})],
            }
            for number in range(BUYERS)
        ])
        return {
            'clerk': clerk.id, 'merchant': merchant.id, 'product': product.id, 'carts': carts.ids,
        }

    def _confirm(self, cart_id):
        return lambda env: env['sale.order'].browse(cart_id).action_confirm()

    def _parts(self, env):
        return env['marketplace.order'].search([('merchant_id', '=', self.ids['merchant'])])

    def _reserved(self, env):
        quants = env['stock.quant'].search([('product_id', '=', self.ids['product'])])
        return sum(quants.filtered(lambda q: q.location_id.merchant_id).mapped('reserved_quantity'))

    def test_no_piece_is_sold_twice(self):
        results = self._race(*[self._confirm(cart_id) for cart_id in self.ids['carts']])
        refused = [result for result in results if isinstance(result, UserError)]
        self.assertEqual(len(refused), BUYERS - PIECES, results)
        for error in refused:
            self.assertIn("Last Piece", str(error))
        self.assertEqual(self._do(lambda env: len(self._parts(env))), PIECES)
        self.assertEqual(self._do(self._reserved), PIECES)

    def test_who_paid_and_came_too_late_has_a_cancelled_part(self):
        self._do(self._pay_carts)
        results = self._race(*[self._confirm(cart_id) for cart_id in self.ids['carts']])
        self.assertEqual([r for r in results if isinstance(r, Exception)], [])
        states = self._do(lambda env: sorted(self._parts(env).mapped('state')))
        self.assertEqual(
            states, ['cancelled'] * (BUYERS - PIECES) + ['to_accept'] * PIECES
        )
        self.assertEqual(self._do(self._reserved), PIECES)

    def _pay_carts(self, env):
        method = env.ref('payment.payment_method_unknown')
        provider = env['payment.provider'].create({
            'name': "Race", 'code': 'none', 'state': 'test',
            'payment_method_ids': [Command.set(method.ids)],
        })
        env['payment.transaction'].create([
            {
                'provider_id': provider.id, 'payment_method_id': method.id,
                'reference': f"RACE-{cart.id}", 'amount': cart.amount_total,
                'currency_id': cart.currency_id.id, 'partner_id': cart.partner_id.id,
                'state': 'done', 'operation': 'online_direct',
                'sale_order_ids': [Command.set(cart.ids)],
            }
            for cart in env['sale.order'].browse(self.ids['carts'])
        ])

    def test_an_order_confirmed_in_two_tabs_is_split_once(self):
        cart_id = self.ids['carts'][0]
        self._race(self._confirm(cart_id), self._confirm(cart_id))
        self._do(lambda env: env['sale.order'].browse(cart_id)._marketplace_split())
        self.assertEqual(self._do(lambda env: len(self._parts(env))), 1)
        self.assertEqual(self._do(lambda env: len(self._parts(env).picking_ids)), 1)
        self.assertEqual(self._do(self._reserved), 1)

    def test_a_return_asked_for_in_two_tabs_is_asked_once(self):
        cart_id = self.ids['carts'][0]
        part_id, shopper_id = self._do(lambda env: self._send_to_shopper(env, cart_id))

        def ask(env):
            part = env['marketplace.order'].browse(part_id)
            return part.with_user(shopper_id).portal_request_return(
                'exchange', "It has a crack", {part.sudo().line_ids.id: 1}
            )

        results = self._race(ask, ask)
        self.assertEqual(len([r for r in results if isinstance(r, UserError)]), 1, results)
        self.assertEqual(self._do(lambda env: len(self._parts(env).return_ids)), 1)

    def _send_to_shopper(self, env, cart_id):
        """Return the ids of a merchant order that is sent, and of the shopper who bought it."""
        shopper = new_test_user(env, 'race_order_shopper', groups='base.group_portal')
        cart = env['sale.order'].browse(cart_id)
        cart.partner_id = shopper.partner_id
        cart.action_confirm()
        part = self._parts(env)
        part._move_to('to_ship', system=True)
        part.with_user(self.ids['clerk']).portal_ship("SF Express", "SF1")
        return part.id, shopper.id

    def test_a_parcel_entered_in_two_tabs_leaves_once(self):
        self._do(self._confirm(self.ids['carts'][0]))
        part_id = self._do(lambda env: self._parts(env).id)

        def act(name, *args):
            return lambda env: getattr(
                env['marketplace.order'].browse(part_id).with_user(self.ids['clerk']).sudo(False),
                name,
            )(*args)

        self._do(act('portal_accept'))
        ship = act('portal_ship', "SF Express", "SF1")
        self._race(ship, ship)
        self.assertEqual(self._do(lambda env: len(self._parts(env).parcel_ids)), 1)
        self.assertEqual(self._do(lambda env: self._parts(env).state), 'shipped')
