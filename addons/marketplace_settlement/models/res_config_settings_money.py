# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


def company_setting(name, field=fields.Integer, **values):
    return field(related=f'company_id.{name}', readonly=False, **values)


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_deposit_window = company_setting('marketplace_deposit_window')
    marketplace_deposit_min_orders = company_setting('marketplace_deposit_min_orders')
    marketplace_deposit_default_rate = company_setting(
        'marketplace_deposit_default_rate', fields.Float
    )
    marketplace_deposit_demand_days = company_setting('marketplace_deposit_demand_days')
    marketplace_deposit_keep_back = company_setting('marketplace_deposit_keep_back', fields.Boolean)
    marketplace_debt_deposit = company_setting(
        'marketplace_debt_deposit', fields.Selection, required=True
    )
    marketplace_debt_deposit_days = company_setting('marketplace_debt_deposit_days')
    marketplace_provision_30 = company_setting('marketplace_provision_30', fields.Float)
    marketplace_provision_60 = company_setting('marketplace_provision_60', fields.Float)
    marketplace_provision_90 = company_setting('marketplace_provision_90', fields.Float)
    marketplace_adjustment_limit = company_setting(
        'marketplace_adjustment_limit', fields.Monetary, currency_field='currency_id'
    )
    marketplace_advance_case_cap = company_setting(
        'marketplace_advance_case_cap', fields.Monetary, currency_field='currency_id'
    )
    marketplace_advance_day_cap = company_setting(
        'marketplace_advance_day_cap', fields.Monetary, currency_field='currency_id'
    )
    marketplace_advance_direct = company_setting(
        'marketplace_advance_direct', fields.Monetary, currency_field='currency_id'
    )
