# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

{
    'name': "Marketplace: Conduct",
    'icon': '/marketplace_merchant/static/description/icon.png',
    'summary': "Complaints between shoppers and merchants, and what the platform decides",
    'version': '19.0.1.0.0',
    'category': 'Sales/Marketplace',
    'author': "Marketplace Suite contributors",
    'website': "https://github.com/marketplace-suite/marketplace",
    'license': 'LGPL-3',
    'depends': ['marketplace_settlement'],
    'data': [
        # Security
        'security/res_groups.xml',
        'security/ir.model.access.csv',
        'security/ir_rules.xml',
        # Data
        'data/ir_sequence_data.xml',
        'data/mail_template_data.xml',
        # Views
        'views/complaint_views.xml',
        'views/marketplace_menus.xml',
        # Home cards point at the actions above
        'data/marketplace_home_card_data.xml',
    ],
    'installable': True,
}
