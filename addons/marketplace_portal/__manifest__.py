# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

{
    'name': "Marketplace: Portal",
    'icon': '/marketplace_merchant/static/description/icon.png',
    'summary': "Where merchants work and shoppers meet them",
    'version': '19.0.1.0.0',
    'category': 'Sales/Marketplace',
    'author': "Marketplace Suite contributors",
    'website': "https://github.com/marketplace-suite/marketplace",
    'license': 'LGPL-3',
    'depends': [
        'marketplace_risk',
        'website_sale_stock',
        'website_sale_loyalty',
        'portal',
        'auth_signup',
    ],
    'data': [
        # Security
        'security/ir.model.access.csv',
        'security/storefront_rules.xml',
        # Merchant's side
        'views/listing_views.xml',
        'views/sell_templates.xml',
        'views/merchant_layout_templates.xml',
        'views/merchant_apply_templates.xml',
        'views/merchant_company_templates.xml',
        'views/merchant_home_templates.xml',
        'views/merchant_order_templates.xml',
        'views/merchant_return_templates.xml',
        'views/merchant_shipping_templates.xml',
        'views/merchant_product_templates.xml',
        'views/merchant_import_templates.xml',
        'views/merchant_balance_templates.xml',
        'views/merchant_deposit_templates.xml',
        'views/merchant_finance_templates.xml',
        'views/merchant_fee_templates.xml',
        'views/merchant_payout_templates.xml',
        'views/merchant_complaint_templates.xml',
        'views/merchant_account_templates.xml',
        'views/merchant_tier_templates.xml',
        'views/merchant_requirement_templates.xml',
        'views/merchant_document_templates.xml',
        'data/website_menu_data.xml',
        # Shopper's side
        'views/storefront_templates.xml',
        'views/merchant_life_templates.xml',
        'views/shopper_templates.xml',
        'data/storefront_menu_data.xml',
        'data/delivery_carrier_data.xml',
    ],
    'demo': [
        'demo/res_users_demo.xml',
        'demo/product_demo.xml',
        'demo/marketplace_demo.xml',
    ],
    'assets': {
        'web.assets_frontend': [
            'marketplace_portal/static/src/scss/*.scss',
            'marketplace_portal/static/src/interactions/**/*',
        ],
        'web.assets_tests': [
            'marketplace_portal/static/tests/tours/**/*',
        ],
    },
}
