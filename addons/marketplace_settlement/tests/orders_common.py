# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user


class OrdersCommon(TransactionCase):
    """Two merchants with goods in stock, the platform's own goods, and a shopper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['marketplace.requirement'].search([]).active = False
        cls.env['loyalty.program'].search([]).active = False
        cls.company = cls.env.company
        cls.warehouse = cls.env['stock.warehouse'].search(
            [('company_id', '=', cls.company.id)], limit=1
        )
        cls.category = cls.env['product.category'].create(
            {'name': "Tableware", 'marketplace_open': True}
        )
        cls.manager = new_test_user(
            cls.env, 'orders_manager', groups='marketplace_merchant.group_merchant_manager'
        )
        cls.shopper = cls._portal_user('orders_shopper')
        cls.stranger = cls._portal_user('orders_stranger')
        cls.merchant_a = cls._merchant("Orders A", 'ORDA')
        cls.merchant_b = cls._merchant("Orders B", 'ORDB')
        cls.clerk_a = cls._member(cls.merchant_a, 'orders')
        cls.clerk_b = cls._member(cls.merchant_b, 'orders')
        cls.catalogue_a = cls._member(cls.merchant_a, 'catalogue')
        cls.bowl = cls._product("Bowl", 113.0, cls.merchant_a, stock=10)
        cls.cup = cls._product("Cup", 40.0, cls.merchant_a, stock=10)
        cls.vase = cls._product("Vase", 60.0, cls.merchant_b, stock=10)
        cls.lamp = cls._product("Lamp", 25.0, stock=10)
        cls.carrier = cls.env.ref('marketplace_settlement.delivery_carrier_marketplace')
        cls.carrier.marketplace_platform_amount = 5.0
        cls.env['marketplace.freight.template'].create([
            {'merchant_id': cls.merchant_a.id, 'base_amount': 10.0, 'free_from': 200.0},
            {'merchant_id': cls.merchant_b.id, 'base_amount': 8.0},
        ])

    # === FACTORIES === #

    @classmethod
    def _portal_user(cls, login):
        return new_test_user(cls.env, login, groups='base.group_portal')

    @classmethod
    def _merchant(cls, name, code):
        merchant = cls.env['marketplace.merchant'].create({
            'code': code,
            'partner_id': cls.env['res.partner'].create({'name': name, 'is_company': True}).id,
            'tier_id': cls.env['marketplace.tier'].search([], limit=1).id,
            'entity_type': 'company',
            'category_ids': [Command.set(cls.category.ids)],
        })
        cls._member(merchant, 'owner')
        return merchant._move_to('active', system=True)

    @classmethod
    def _member(cls, merchant, role):
        user = cls._portal_user(f'{merchant.code}_{role}'.lower())
        cls.env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': user.id, f'role_{role}': True,
        })
        return user

    @classmethod
    def _product(cls, name, price, merchant=None, stock=0):
        product = cls.env['product.product'].create({
            'name': name,
            'type': 'consu',
            'is_storable': True,
            'list_price': price,
            'categ_id': cls.category.id,
            'taxes_id': [Command.clear()],
            'merchant_id': merchant.id if merchant else False,
        })
        if merchant and stock:
            product._set_merchant_stock(stock)
        elif stock:
            cls.env['stock.quant']._update_available_quantity(
                product, cls.warehouse.lot_stock_id, stock
            )
        return product

    @classmethod
    def _cart(cls, quantities, partner=None):
        """Return a quotation of these products: {product: quantity}."""
        return cls.env['sale.order'].create({
            'partner_id': (partner or cls.shopper.partner_id).id,
            'warehouse_id': cls.warehouse.id,
            'pricelist_id': False,
            'order_line': [
                Command.create({'product_id': product.id, 'product_uom_qty': quantity})
                for product, quantity in quantities.items()
            ],
        })

    @classmethod
    def _order(cls, quantities=None):
        """Return a confirmed sales order; of merchant A's bowl by default."""
        order = cls._cart(quantities or {cls.bowl: 1})
        order.action_confirm()
        return order

    @classmethod
    def _part(cls, order, merchant=None):
        """Return a merchant's part of an order; merchant A's by default."""
        merchant = merchant or cls.merchant_a
        return order.marketplace_order_ids.filtered(lambda part: part.merchant_id == merchant)

    @classmethod
    def _shipped(cls, quantities=None):
        """Return merchant A's part of a new order, shipped."""
        part = cls._part(cls._order(quantities))
        part.with_user(cls.clerk_a).portal_accept()
        part.with_user(cls.clerk_a).portal_ship("SF Express", "SF100200")
        return part

    @classmethod
    def _received(cls, quantities=None):
        """Return merchant A's part of a new order, its receipt confirmed by the shopper."""
        part = cls._shipped(quantities)
        part.with_user(cls.shopper).portal_confirm_receipt()
        return part

    @classmethod
    def _pass_deadline(cls, record):
        """Let the record's deadline pass, as the cron sees it."""
        record.deadline = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        record._process_deadline()

    # === ASSERTIONS === #

    def _on_hand(self, product, merchant):
        quants = self.env['stock.quant'].search([
            ('product_id', '=', product.id),
            ('location_id', '=', merchant._get_stock_location(self.warehouse).id),
        ])
        for quant in quants.filtered('quantity'):
            self.assertEqual(quant.owner_id, merchant.partner_id)
        return sum(quants.mapped('quantity'))
