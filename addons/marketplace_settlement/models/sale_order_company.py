# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import ValidationError


class SaleOrderLine(models.Model):
    """A company is an operator of its own: it sells for its own merchants, and for no others."""

    _inherit = 'sale.order.line'

    # === CONSTRAINT METHODS === #

    @api.constrains('merchant_id', 'company_id')
    def _check_merchant_company(self):
        for line in self.filtered('merchant_id'):
            operator = line.sudo().merchant_id.company_id
            # A branch sells for the merchants of its company.
            if line.company_id.sudo().root_id != operator.root_id:
                raise ValidationError(
                    self.env._(
                        "“%(goods)s” is sold through %(operator)s and cannot be on an order of"
                        " %(company)s.",
                        goods=line.product_id.display_name,
                        operator=operator.name,
                        company=line.company_id.name,
                    )
                )
