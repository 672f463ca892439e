# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyProgram(models.Model):
    _inherit = 'loyalty.program'

    platform_share = fields.Float(
        string="Funded by the Marketplace (%)",
        default=100.0,
        help="Which part of the discount on merchants' goods the marketplace pays. The merchants"
        " bear the rest, each on its own goods.",
    )

    _platform_share_percent = models.Constraint(
        'CHECK (platform_share BETWEEN 0 AND 100)',
        "The marketplace funds between 0 and 100 percent of a discount.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('platform_share', 'reward_ids')
    def _check_platform_share(self):
        self.reward_ids._check_gift_funding()


class LoyaltyReward(models.Model):
    _inherit = 'loyalty.reward'

    # === CONSTRAINT METHODS === #

    @api.constrains('reward_type', 'reward_product_id', 'reward_product_tag_id')
    def _check_gift_funding(self):
        """A free product has no price that a share of could be paid to its merchant."""
        for reward in self.filtered(lambda reward: reward.reward_type == 'product'):
            gift = reward.reward_product_ids.filtered('merchant_id')[:1]
            if gift and reward.program_id.platform_share:
                raise ValidationError(self.env._(
                    "%s is a merchant's: as a free product the merchant gives it away. Set “Funded"
                    " by the Marketplace” to 0, or give a discount of 100 %% on it instead.",
                    gift.display_name,
                ))
