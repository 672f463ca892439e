# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import math
from collections import namedtuple

from odoo import api, fields, models, tools

from ..utils import EPSILON

# What freight is counted by: goods with tax in the merchant's currency, pieces, and kilograms.
FreightBasis = namedtuple('FreightBasis', 'amount piece weight')


class MarketplaceFreightRate(models.AbstractModel):
    """What sending costs: a first size, and each further step."""

    _name = 'marketplace.freight.rate'
    _description = "Freight Rate"

    currency_id = fields.Many2one(comodel_name='res.currency')
    is_served = fields.Boolean(
        string="Delivers There", default=True, help="Whether the merchant sends goods there at all."
    )
    first_size = fields.Float(
        string="Up to", digits=(16, 3), default=1.0,
        help="In pieces, kilograms or money, as the template counts.",
    )  # fmt: skip
    base_amount = fields.Monetary(
        string="Basic Freight", help="What the shopper pays for up to this size."
    )
    next_size = fields.Float(
        string="Each Further", digits=(16, 3), default=1.0, help="The size of a further step."
    )
    next_amount = fields.Monetary(
        string="Costs", help="What each further step costs. 0: the first freight is for all."
    )
    free_from = fields.Monetary(
        help="From this amount of the merchant's goods on, freight is free. 0 means never.",
    )

    _amounts_positive = models.Constraint(
        'CHECK (base_amount >= 0 AND free_from >= 0 AND next_amount >= 0)',
        "Freight cannot be negative.",
    )
    _sizes_positive = models.Constraint(
        'CHECK (first_size >= 0 AND next_size > 0)',
        "A step of the freight has to be larger than zero.",
    )

    # === BUSINESS METHODS === #

    def _get_amount(self, size, goods_amount):
        """Return the freight for goods of this size and amount; ``None`` if they don't go there."""
        self.ensure_one()
        if not self.is_served:
            return None
        if self.free_from and self.currency_id.compare_amounts(goods_amount, self.free_from) >= 0:
            return 0.0
        steps = math.ceil((size - self.first_size) / self.next_size - EPSILON)
        return self.currency_id.round(self.base_amount + max(steps, 0) * self.next_amount)


class MarketplaceFreightTemplate(models.Model):
    """What a merchant charges for sending its part of an order.

    The rate of the template itself is for all addresses that none of its zones has.
    """

    _name = 'marketplace.freight.template'
    _inherit = ['marketplace.guard.mixin', 'marketplace.freight.rate']
    _description = "Freight Template"
    _rec_name = 'merchant_id'
    _order = 'merchant_id'

    _guard_editable = (
        'basis', 'ship_hours', 'is_served', 'first_size', 'base_amount', 'next_size', 'next_amount',
        'free_from', 'zone_ids',
    )  # fmt: skip
    _guard_frozen = ('merchant_id',)

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='merchant_id.company_id', store=True)
    currency_id = fields.Many2one(related='merchant_id.currency_id')
    basis = fields.Selection(
        selection=[
            ('piece', "Pieces"), ('weight', "Weight (kg)"), ('amount', "Amount of the goods"),
        ],
        string="Counted by", required=True, default='piece',
    )  # fmt: skip
    ship_hours = fields.Integer(
        string="Sends within (hours)",
        help="Of its acceptance, as shoppers read it. 0, or more than the marketplace allows: what"
        " the marketplace allows.",
    )
    zone_ids = fields.One2many(
        comodel_name='marketplace.freight.zone', inverse_name='template_id', string="Zones"
    )

    _merchant_uniq = models.Constraint(
        'UNIQUE (merchant_id)',
        "This merchant already has a freight template. Please change that one.",
    )
    _ship_hours_positive = models.Constraint(
        'CHECK (ship_hours >= 0)', "Nobody sends goods before they are ordered."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _get_freight(self, goods, address=None):
        """Return the freight of each merchant's part of an order.

        :param dict goods: `FreightBasis` per merchant, in the merchants' currency; a merchant
            without template sends for free
        :param address: the partner that the goods go to
        :return: amount per merchant; ``None`` where the merchant doesn't send to the address
        :rtype: dict[marketplace.merchant, float]
        """
        merchants = self.env['marketplace.merchant'].concat(*goods)
        templates = {t.merchant_id: t for t in merchants.sudo().freight_template_ids}
        return {
            merchant: templates[merchant]._get_part_amount(basis, address)
            if merchant in templates else 0.0
            for merchant, basis in goods.items()
        }

    def _sentence(self):
        """Return what sending costs as shoppers read it before anybody knows where to.

        Without a template the merchant sends for free.
        """
        served = [rate for rate in (self, *self.zone_ids) if rate.is_served]
        if not any(rate.base_amount or rate.next_amount for rate in served):
            return self.env._("Free delivery.")
        lowest = min(rate.base_amount for rate in served)
        amount = tools.format_amount(self.env, lowest, self.currency_id)
        thresholds = {rate.free_from for rate in served}
        if len(thresholds) == 1 and (free_from := thresholds.pop()):
            return self.env._(
                "Delivery from %(amount)s, free from %(free_from)s of this seller's goods.",
                amount=amount,
                free_from=tools.format_amount(self.env, free_from, self.currency_id),
            )
        return self.env._("Delivery from %s, by address and quantity.", amount)

    def _get_part_amount(self, basis, address):
        self.ensure_one()
        rate = self._get_zone(address) or self
        return rate._get_amount(getattr(basis, self.basis), basis.amount)

    def _get_zone(self, address):
        """Return the first zone that has this address, if any."""
        address = address or self.env['res.partner']
        state, country = address.sudo().state_id, address.sudo().country_id
        return self.zone_ids.filtered(
            lambda zone: state in zone.state_ids if zone.state_ids else country in zone.country_ids
        )[:1]


class MarketplaceFreightZone(models.Model):
    """Regions to which a merchant sends at another rate, or not at all."""

    _name = 'marketplace.freight.zone'
    _inherit = ['marketplace.freight.rate']
    _description = "Freight Zone"
    _order = 'template_id, sequence, id'

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="The first zone that has an address counts.")
    template_id = fields.Many2one(
        comodel_name='marketplace.freight.template', required=True, index=True, ondelete='cascade'
    )
    merchant_id = fields.Many2one(related='template_id.merchant_id', store=True, index=True)
    currency_id = fields.Many2one(related='template_id.currency_id')
    country_ids = fields.Many2many(
        comodel_name='res.country', string="Countries",
        help="Whole countries; provinces count if there are any.",
    )  # fmt: skip
    state_ids = fields.Many2many(comodel_name='res.country.state', string="Provinces")
