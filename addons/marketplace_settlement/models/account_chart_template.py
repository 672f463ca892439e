# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = 'account.chart.template'

    def _load(self, template_code, company, install_demo, force_create=True):
        """Add the marketplace's accounts and journals to whatever chart is loaded."""
        result = super()._load(template_code, company, install_demo, force_create=force_create)
        company._marketplace_setup_accounting()
        return result

    def _load_translations(self, langs=None, companies=None, template_data=None):
        """Name the marketplace's accounts and journals in a language that is loaded later."""
        super()._load_translations(langs=langs, companies=companies, template_data=template_data)
        companies = companies or self.env['res.company'].search([('chart_template', '!=', False)])
        companies._marketplace_translate_accounting(langs)
