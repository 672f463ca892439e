# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceCommissionAmount(models.Model):
    """Fixed part, minimum and maximum of a commission rule for sales in one currency."""

    _name = 'marketplace.commission.amount'
    _description = "Commission Amounts in a Currency"
    _inherit = ['marketplace.commission.part.mixin']
    _order = 'rule_id, id'

    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, ondelete='restrict',
        help="Sales in this currency are charged by this row.",
    )  # fmt: skip
    fixed = fields.Monetary(string="Fixed Part", help="Added once per order line; 0 for none.")
    minimum = fields.Monetary(help="The least that an order line is charged; 0 for none.")
    maximum = fields.Monetary(help="The most that an order line is charged; 0 for none.")

    _currency_uniq = models.Constraint(
        'UNIQUE (rule_id, currency_id)',
        "A rule has one row of amounts per currency: please change the row that is there.",
    )
    _amounts_positive = models.Constraint(
        'CHECK (fixed >= 0 AND minimum >= 0 AND maximum >= 0)', "The amounts cannot be negative."
    )
    _minimum_below_maximum = models.Constraint(
        'CHECK (COALESCE(maximum, 0) = 0 OR COALESCE(minimum, 0) <= maximum)',
        "The minimum cannot be above the maximum.",
    )

    # === BUSINESS METHODS === #

    def _label(self):
        """Return the amounts in words: “plus 1.00 per order line, at least 2.00”."""
        self.ensure_one()
        money = self.currency_id.format
        parts = []
        if self.fixed:
            parts.append(self.env._("plus %s per order line", money(self.fixed)))
        if self.minimum:
            parts.append(self.env._("at least %s", money(self.minimum)))
        if self.maximum:
            parts.append(self.env._("at most %s", money(self.maximum)))
        return ', '.join(parts) or self.env._("the percentage alone")
