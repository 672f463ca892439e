# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

{
    'name': "Marketplace: Settlement",
    'summary': "What was sold and what is owed: merchant orders, returns, commissions, payouts",
    'version': '19.0.1.0.0',
    'category': 'Sales/Marketplace',
    'author': "Marketplace Suite contributors",
    'website': "https://github.com/marketplace-suite/marketplace",
    'license': 'LGPL-3',
    'depends': [
        'marketplace_merchant',
        'sale_stock',
        'stock_delivery',
        'sale_loyalty_delivery',
        'account_payment',
    ],
    'data': [
        # Security (groups first)
        'security/res_groups.xml',
        'security/ir.model.access.csv',
        'security/ir_rules.xml',
        # Security: money

        # Data: orders
        'data/delivery_carrier_data.xml',
        'data/ir_sequence_data.xml',
        # Data: money

        # Reports: orders
        'report/packing_slip_templates.xml',
        'report/packing_slip_reports.xml',
        # Reports: money

        # Views: orders
        'views/marketplace_order_views.xml',
        'views/marketplace_return_views.xml',
        'views/freight_template_views.xml',
        'views/loyalty_program_views.xml',
        'views/sale_order_views.xml',
        'views/stock_views.xml',
        'views/res_config_settings_views.xml',
        # Views: money

        # Menus: orders (actions above)
        'views/marketplace_order_menus.xml',
        # Menus: money

        # Home cards point at the actions above
        'data/home_card_data.xml',
    ],
    'demo': [],
    'installable': True,
}
