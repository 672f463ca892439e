# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductImage(models.Model):
    _inherit = 'product.image'

    listing_change_id = fields.Many2one(
        comodel_name='marketplace.listing.change',
        readonly=True,
        index='btree_not_null',
        ondelete='cascade',
        help="The change of a listing with which this picture waits for approval.",
    )
