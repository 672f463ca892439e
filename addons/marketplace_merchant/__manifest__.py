# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

{
    'name': "Marketplace: Merchants",
    'summary': "Who may sell, and what: onboarding, qualification, listings and care of merchants",
    'version': '19.0.1.0.0',
    'category': 'Sales/Marketplace',
    'author': "Marketplace Suite contributors",
    'website': "https://github.com/marketplace-suite/marketplace",
    'license': 'LGPL-3',
    'depends': ['auth_signup', 'base_setup', 'mail', 'phone_validation', 'product'],
    'external_dependencies': {'python': ['cryptography', 'phonenumbers', 'python-stdnum']},
    'data': [
        # Security
        'security/res_groups.xml',
        'security/ir.model.access.csv',
        'security/ir_rules.xml',
        'security/ir_rules_people.xml',
        'security/ir_rules_listing.xml',
        # Data
        'data/ir_cron_data.xml',
        'data/ir_sequence_data.xml',
        'data/tier_data.xml',
        'data/requirement_data.xml',
        'data/agreement_data.xml',
        'data/mail_template_listing_data.xml',
        # Views
        'views/audit_log_views.xml',
        'views/home_card_views.xml',
        'wizards/reason_wizard_views.xml',
        'views/product_template_views.xml',
        'views/listing_change_views.xml',
        'views/bank_account_views.xml',
        'views/marketplace_menus.xml',
        'views/listing_menus.xml',
        'views/res_config_settings_views.xml',
        # Home cards point at the actions above
        'data/home_card_listing_data.xml',
    ],
    'demo': [],
    'application': True,
    'installable': True,
}
