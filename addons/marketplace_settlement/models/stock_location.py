# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class StockLocation(models.Model):
    _inherit = 'stock.location'

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        help="The goods in this location are this merchant's property, not the company's.",
    )

    _merchant_uniq = models.UniqueIndex(
        '(merchant_id, location_id) WHERE merchant_id IS NOT NULL',
        "This merchant already has a location here.",
    )
