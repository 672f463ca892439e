# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceCommissionPartMixin(models.AbstractModel):
    """A row of a commission rule: it changes while the rule is a draft, and never after that."""

    _name = 'marketplace.commission.part.mixin'
    _description = "Part of a Commission Rule"

    # Indexed by the unique constraints of the models.
    rule_id = fields.Many2one(
        comodel_name='marketplace.commission.rule', required=True, ondelete='cascade'
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_draft()
        return parts

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        # A row does not move into a published rule either.
        self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def _check_draft(self):
        if any(rule.state != 'draft' for rule in self.rule_id):
            raise UserError(self.env._(
                "The brackets and amounts of a published commission rule cannot be changed. Use"
                " “Replace” to make a new version."
            ))
