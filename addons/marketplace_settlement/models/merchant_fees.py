# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Domain

# How long the fees of the past are shown: what the guideline on platform fees of China's market
# regulator asks for.
HISTORY_YEARS = 3


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    def _fee_schedule(self):
        """Return what the merchant is charged now, what comes, and what it was.

        :return: `rules_now`, `rules_next` and `rules_past` (commission rules), `month_sales`
            where brackets count
        :rtype: dict
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        today = company._marketplace_today()
        Rule = self.env['marketplace.commission.rule'].sudo()
        covering = Rule._covering_domain(self)
        now = Rule.search(covering & Rule._in_force_domain(company, self, today))._that_count()
        coming = Domain('state', '=', 'active') & Domain('date_from', '>', today)
        over = Domain('state', '!=', 'draft') & Domain('id', 'not in', now.ids) & Domain(
            'date_to', '>=', fields.Date.subtract(today, years=HISTORY_YEARS)
        )
        has_begun = Domain('date_from', '=', False) | Domain('date_from', '<=', today)
        sales = 0.0
        if any(rule._has_brackets() for rule in now):
            sales = Rule._month_sales(self, company, self.currency_id, today)[self.id]
        return {
            'rules_now': now,
            'rules_next': Rule.search(covering & coming, order='date_from, id'),
            'rules_past': Rule.search(covering & over & has_begun, order='date_to desc, id desc'),
            'month_sales': sales,
        }
