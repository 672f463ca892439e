# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceReturnLine(models.Model):
    """How much of one article comes back."""

    _name = 'marketplace.return.line'
    _inherit = ['marketplace.guard.mixin']
    _description = "Returned Goods"
    _rec_name = 'product_id'

    _guard_frozen = ('return_id', 'sale_line_id', 'quantity')

    return_id = fields.Many2one(
        comodel_name='marketplace.return', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(related='return_id.merchant_id', store=True)
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', string="Order Line", required=True, readonly=True,
        index=True, ondelete='restrict',
    )  # fmt: skip
    product_id = fields.Many2one(related='sale_line_id.product_id')
    product_uom_id = fields.Many2one(related='sale_line_id.product_uom_id')
    quantity = fields.Float(digits='Product Unit', required=True, readonly=True)

    _line_uniq = models.Constraint(
        'UNIQUE (return_id, sale_line_id)', "Each article can be in a return once."
    )
    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', "The quantity to return must be more than zero."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('sale_line_id', 'return_id')
    def _check_sale_line(self):
        for line in self:
            if line.sale_line_id.marketplace_order_id != line.return_id.order_id:
                raise ValidationError(self.env._(
                    "%s is not part of the order that is returned.", line.product_id.display_name
                ))
