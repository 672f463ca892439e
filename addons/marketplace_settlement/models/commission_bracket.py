# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceCommissionBracket(models.Model):
    """The percentage for the part of a merchant's monthly sales that lies above an amount."""

    _name = 'marketplace.commission.bracket'
    _description = "Commission Bracket"
    _order = 'rule_id, amount_from'

    rule_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', required=True, index=True, ondelete='cascade'
    )
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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        brackets = super().create(vals_list)
        brackets._check_draft()
        return brackets

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def _check_draft(self):
        if any(rule.state != 'draft' for rule in self.rule_id):
            raise UserError(self.env._(
                "The brackets of a published commission rule cannot be changed. Use “Replace” to"
                " make a new version."
            ))
