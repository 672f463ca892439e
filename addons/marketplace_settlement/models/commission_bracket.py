# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceCommissionBracket(models.Model):
    """The percentage for the part of a merchant's monthly sales that lies above an amount."""

    _name = 'marketplace.commission.bracket'
    _description = "Commission Bracket"
    _inherit = ['marketplace.commission.part.mixin']
    _order = 'rule_id, amount_from'

    currency_id = fields.Many2one(related='rule_id.currency_id')
    amount_from = fields.Monetary(
        string="Sales Above",
        required=True,
        help="Sales of a calendar month: goods with tax, less the discounts that the merchant pays"
        " for, without cancelled orders.",
    )
    percent = fields.Float(string="Percentage", digits=(16, 4), required=True)

    _amount_uniq = models.Constraint(
        'UNIQUE (rule_id, amount_from)', "Two brackets of a rule cannot begin at the same amount."
    )
    _amount_positive = models.Constraint(
        'CHECK (amount_from > 0)',
        "A bracket begins above zero: up to there the rule's own percentage is charged.",
    )
    _percent_range = models.Constraint(
        'CHECK (percent >= 0 AND percent <= 100)', "The percent lies between 0 and 100."
    )
