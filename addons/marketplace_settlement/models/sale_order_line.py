# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        compute='_compute_merchant_id',
        store=True,
        precompute=True,
        readonly=False,
        copy=True,
        index='btree_not_null',
        ondelete='restrict',
        help="For whom this is sold; empty for the marketplace's own goods.",
    )
    marketplace_order_id = fields.Many2one(
        comodel_name='marketplace.order',
        string="Merchant Order",
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
    )

    # === COMPUTE METHODS === #

    @api.depends('product_id')
    def _compute_merchant_id(self):
        for line in self:
            # Freight and discounts are made for a merchant; their generic products have none.
            is_generic = line.is_delivery or (
                line.reward_id and line.reward_id.reward_type != 'product'
            )
            line.merchant_id = line.merchant_id if is_generic else line.product_id.merchant_id

    # === CONSTRAINT METHODS === #

    @api.constrains('product_id', 'merchant_id', 'marketplace_order_id')
    def _check_merchant_id(self):
        for line in self:
            owner = line.product_id.merchant_id
            part = line.sudo().marketplace_order_id
            if (owner and owner != line.merchant_id) or (
                part and (part.merchant_id, part.sale_order_id) != (line.merchant_id, line.order_id)
            ):
                raise ValidationError(self.env._(
                    "%s is sold for another merchant.", line.product_id.display_name
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_not_confirmed()
        return lines

    def unlink(self):
        """Keep what was sold: Odoo takes the rewards off an order that is cancelled."""
        kept = self.filtered(lambda line: (
            line.is_reward_line and line.state == 'cancel' and line.order_id.marketplace_order_count
        ))
        return super(SaleOrderLine, self - kept).unlink()

    def _check_not_confirmed(self):
        """Raise for a merchant's line on an order that is split already."""
        for line in self:
            if line.merchant_id and line.state == 'sale':
                raise UserError(self.env._(
                    "%(order)s is confirmed: goods of merchants can't be added any more. Please"
                    " make a new order for %(product)s.",
                    order=line.order_id.name, product=line.product_id.display_name,
                ))

    def _check_line_unlink(self):
        """A merchant is settled by its lines, freight included, once the order is confirmed."""
        sold = self.filtered(lambda line: line.state == 'sale' and line.marketplace_order_id)
        return super()._check_line_unlink() | sold

    # === STOCK === #

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if merchant := self.sudo().merchant_id:
            values.update(
                merchant_id=merchant.id,
                restrict_partner_id=merchant.partner_id.id,
                merchant_location_id=merchant._get_stock_location(self.warehouse_id),
            )
        return values
