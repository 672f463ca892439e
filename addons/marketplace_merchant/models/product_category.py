# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    marketplace_open = fields.Boolean(
        string="Open to Merchants",
        help="Merchants may apply for this category and list goods in it.",
    )
    marketplace_sample = fields.Boolean(
        string="Sample Before Approval",
        help="Who applies for this category, or one below it, sends a sample that a person looks"
        " at before the application is approved.",
    )

    # === BUSINESS METHODS === #

    def _marketplace_needs_sample(self):
        """Return whether applicants for this category have to send a sample."""
        self.ensure_one()
        path = [int(part) for part in (self.parent_path or '').split('/') if part]
        return any(self.browse(path).mapped('marketplace_sample'))

    def _marketplace_within(self, categories):
        """Return those of ``self`` that are one of ``categories`` or lie below one."""
        return self.filtered(
            lambda category: any(
                (category.parent_path or '').startswith(scope.parent_path or '-')
                for scope in categories
            )
        )
