# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    amount_sales = fields.Monetary(
        string="Sales of the Merchant", readonly=True, groups='marketplace_merchant.group_staff',
        help="Goods with tax, less the discounts that the merchant pays for. Counts towards the"
        " brackets of commission rules.",
    )  # fmt: skip

    # The sales of a merchant in a month, which brackets of commission rules ask for.
    _month_idx = models.Index('(merchant_id, create_date)')
