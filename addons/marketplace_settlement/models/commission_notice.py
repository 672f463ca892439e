# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceCommissionNotice(models.Model):
    """What one merchant was told about commission rules that begin, end or are called off."""

    _name = 'marketplace.commission.notice'
    _description = "Notice of Commission Rules"
    _inherit = ['marketplace.notice.mixin']
    _order = 'id desc'
    _rec_name = 'merchant_id'

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    kind = fields.Selection(
        selection=[('begins', "New fees"), ('ends', "Fees end"), ('cancelled', "Called off")],
        required=True,
        readonly=True,
    )
    rule_ids = fields.Many2many(
        comodel_name='marketplace.commission.rule', string="Rules", readonly=True
    )

    # === BUSINESS METHODS === #

    @api.model
    def _tell(self, rules, kind):
        """Let each merchant that rules concern have one mail about all of them."""
        concerned = {}
        for rule in rules:
            for merchant in rule._concerned_merchants():
                concerned.setdefault(merchant.id, []).append(rule.id)
        notices = self.sudo().create([
            {'merchant_id': merchant_id, 'kind': kind, 'rule_ids': [fields.Command.set(rule_ids)]}
            for merchant_id, rule_ids in concerned.items()
        ])
        notices._give_notice('marketplace_settlement.mail_template_commission_notice')
