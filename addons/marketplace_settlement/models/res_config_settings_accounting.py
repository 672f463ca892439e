# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


def company_setting(name):
    return fields.Many2one(related=f'company_id.{name}', readonly=False)


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_clearing_account_id = company_setting('marketplace_clearing_account_id')
    marketplace_payable_account_id = company_setting('marketplace_payable_account_id')
    marketplace_deposit_account_id = company_setting('marketplace_deposit_account_id')
    marketplace_reserve_account_id = company_setting('marketplace_reserve_account_id')
    marketplace_advance_account_id = company_setting('marketplace_advance_account_id')
    marketplace_commission_account_id = company_setting('marketplace_commission_account_id')
    marketplace_service_account_id = company_setting('marketplace_service_account_id')
    marketplace_penalty_account_id = company_setting('marketplace_penalty_account_id')
    marketplace_subsidy_account_id = company_setting('marketplace_subsidy_account_id')
    marketplace_writeoff_account_id = company_setting('marketplace_writeoff_account_id')
    marketplace_vat_account_id = company_setting('marketplace_vat_account_id')
    marketplace_settlement_journal_id = company_setting('marketplace_settlement_journal_id')
    marketplace_fee_journal_id = company_setting('marketplace_fee_journal_id')
    marketplace_fee_tax_id = company_setting('marketplace_fee_tax_id')
