# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class AccountChartTemplate(models.AbstractModel):
    _inherit = 'account.chart.template'

    def _load(self, template_code, company, install_demo, force_create=True):
        """Add the marketplace's accounts and journals to whatever chart is loaded."""
        result = super()._load(template_code, company, install_demo, force_create=force_create)
        company._marketplace_setup_accounting()
        return result
