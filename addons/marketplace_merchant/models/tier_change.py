# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceTierChange(models.Model):
    """One move of a merchant to another tier, with its reason. Creating it makes the move."""

    _name = 'marketplace.tier.change'
    _inherit = ['marketplace.guard.mixin']
    _description = "Tier Change"
    _order = 'id desc'
    _rec_name = 'new_tier_id'

    _guard_frozen = ('merchant_id', 'old_tier_id', 'new_tier_id', 'reason')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    old_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', string="From", readonly=True, ondelete='restrict'
    )
    new_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', string="To", required=True, ondelete='restrict'
    )
    reason = fields.Text(required=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            merchant = self.env['marketplace.merchant'].browse(vals.get('merchant_id'))
            vals['old_tier_id'] = merchant.tier_id.id
        changes = super().create(vals_list)
        for change in changes:
            change._apply()
        return changes

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The history of tiers cannot be changed."))

    # === BUSINESS METHODS === #

    def _apply(self):
        self.ensure_one()
        self.merchant_id.check_access('write')
        if self.old_tier_id == self.new_tier_id:
            raise UserError(self.env._(
                "%(merchant)s is in the tier %(tier)s already.",
                merchant=self.merchant_id.display_name, tier=self.new_tier_id.name,
            ))
        self.merchant_id.sudo().tier_id = self.new_tier_id
        self.env['marketplace.audit.log']._log(
            self.merchant_id,
            'change',
            reason=self.reason,
            before={'tier': self.old_tier_id.name},
            after={'tier': self.new_tier_id.name},
        )
