# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

{
    'name': "Marketplace: Settlement",
    'icon': '/marketplace_merchant/static/description/icon.png',
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
        'queue_job',
    ],
    'data': [
        # Security (groups first)
        'security/res_groups.xml',
        'security/ir.model.access.csv',
        'security/ir_rules.xml',
        'security/ir_rules_shipping.xml',
        # Security: money
        'security/ir_rules_money.xml',
        'security/ir_rules_payout.xml',
        'security/ir_rules_commission.xml',

        # Data: orders
        'data/delivery_carrier_data.xml',
        'data/ir_cron_order_data.xml',
        'data/ir_sequence_data.xml',
        'data/mail_template_order_data.xml',
        'data/mail_template_shipping_data.xml',
        # Data: money
        'data/ir_sequence_money_data.xml',
        'data/ir_cron_money_data.xml',
        'data/heartbeat_data.xml',
        'data/queue_job_data.xml',
        'data/ir_cron_payout_data.xml',
        'data/ir_cron_commission_data.xml',
        'data/commission_rule_data.xml',

        # Reports: orders
        'report/packing_slip_templates.xml',
        'report/packing_slip_reports.xml',
        # Reports: money
        'report/statement_templates.xml',
        'report/statement_reports.xml',
        'data/mail_template_money_data.xml',
        'data/mail_template_payout_data.xml',
        'data/mail_template_commission_data.xml',

        # Views: orders
        'views/marketplace_order_views.xml',
        'views/marketplace_return_views.xml',
        'views/freight_template_views.xml',
        'views/loyalty_program_views.xml',
        'views/sale_order_views.xml',
        'views/stock_views.xml',
        'views/res_config_settings_views.xml',
        'views/marketplace_parcel_views.xml',
        # Views: money
        'views/commission_rule_views.xml',
        'views/balance_views.xml',
        'views/statement_views.xml',
        'views/statement_run_views.xml',
        'views/statement_terms_views.xml',
        'views/heartbeat_views.xml',
        'views/payout_views.xml',
        'views/payout_channel_views.xml',
        'views/account_views.xml',
        'views/marketplace_order_money_views.xml',
        'views/res_config_settings_money_views.xml',
        'views/commission_fee_views.xml',
        'wizards/reconciliation_views.xml',
        'views/retention_views.xml',

        # Menus: orders (actions above)
        'views/marketplace_order_menus.xml',
        # Menus: money
        'views/settlement_menus.xml',

        # Home cards point at the actions above
        'data/home_card_data.xml',
        'data/home_card_money_data.xml',
    ],
    'demo': [],
    'post_init_hook': 'post_init_hook',
    'installable': True,
}
