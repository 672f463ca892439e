# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceFreightTemplate(models.Model):
    """What a merchant charges for sending its part of an order."""

    _name = 'marketplace.freight.template'
    _inherit = ['marketplace.guard.mixin']
    _description = "Freight Template"
    _rec_name = 'merchant_id'
    _order = 'merchant_id'

    _guard_editable = ('base_amount', 'free_from')
    _guard_frozen = ('merchant_id',)

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='merchant_id.company_id', store=True)
    currency_id = fields.Many2one(related='merchant_id.currency_id')
    base_amount = fields.Monetary(string="Freight per Order", help="What the shopper pays.")
    free_from = fields.Monetary(
        help="From this amount of the merchant's goods on, freight is free. 0 means never.",
    )

    _merchant_uniq = models.Constraint(
        'UNIQUE (merchant_id)',
        "This merchant already has a freight template. Please change that one.",
    )
    _amounts_positive = models.Constraint(
        'CHECK (base_amount >= 0 AND free_from >= 0)',
        "Freight cannot be negative.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _get_freight(self, goods):
        """Return the freight of each merchant's part of an order.

        :param dict goods: goods' amount with tax per merchant, in the merchants' currency; a
            merchant without template sends for free
        :rtype: dict[marketplace.merchant, float]
        """
        merchants = self.env['marketplace.merchant'].concat(*goods)
        templates = {t.merchant_id: t for t in merchants.sudo().freight_template_ids}
        return {
            merchant: templates[merchant]._get_amount(amount) if merchant in templates else 0.0
            for merchant, amount in goods.items()
        }

    def _get_amount(self, goods_amount):
        """Return the freight for goods of this amount."""
        self.ensure_one()
        is_free = self.free_from and self.currency_id.compare_amounts(
            goods_amount, self.free_from
        ) >= 0
        return 0.0 if is_free else self.base_amount
