# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceMerchant(models.Model):
    """Whether the merchant's goods are in the shop at all."""

    _inherit = 'marketplace.merchant'

    is_closed_temporarily = fields.Boolean(
        string="Closed for a While", readonly=True, copy=False,
        help="The merchant has closed its shop until it opens it again.",
    )  # fmt: skip
    is_order_stopped = fields.Boolean(
        string="Orders Stopped", readonly=True, copy=False,
        help="Something that is required to take orders is overdue.",
    )  # fmt: skip
    is_selling = fields.Boolean(
        string="Selling", compute='_compute_is_selling', store=True,
        help="Active, and neither closed for a while nor stopped. Only then its goods are on sale.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('state', 'is_closed_temporarily', 'is_order_stopped')
    def _compute_is_selling(self):
        for merchant in self:
            merchant.is_selling = (
                merchant.state == 'active'
                and not merchant.is_closed_temporarily
                and not merchant.is_order_stopped
            )
