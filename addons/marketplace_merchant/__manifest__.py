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
        # Data
        'data/ir_cron_data.xml',
        # Views
        'views/audit_log_views.xml',
        'views/home_card_views.xml',
        'wizards/reason_wizard_views.xml',
        'views/marketplace_menus.xml',
        'views/res_config_settings_views.xml',
        # Home cards point at the actions above
    ],
    'demo': [],
    'application': True,
    'installable': True,
}
