# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    marketplace_open = fields.Boolean(
        string="Open to Merchants",
        help="Merchants may apply for this category and list goods in it.",
    )

    # === BUSINESS METHODS === #

    def _marketplace_within(self, categories):
        """Return those of ``self`` that are one of ``categories`` or lie below one."""
        return self.filtered(
            lambda category: any(
                (category.parent_path or '').startswith(scope.parent_path or '-')
                for scope in categories
            )
        )
