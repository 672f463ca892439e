# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceBalanceEntry(models.Model):
    _inherit = 'marketplace.balance.entry'

    fee_explanation = fields.Char(
        string="Why This Fee", compute='_compute_fee_explanation', compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends('kind', 'sale_line_id')
    @api.depends_context('lang')
    def _compute_fee_explanation(self):
        for entry in self:
            is_fee = entry.sale_line_id and entry.kind in ('commission', 'commission_refund')
            entry.fee_explanation = is_fee and entry.sale_line_id._marketplace_fee_explanation()
