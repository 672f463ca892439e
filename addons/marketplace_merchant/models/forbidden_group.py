# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceForbiddenGroup(models.Model):
    """A reason why words must not stand in listings: a law, or a rule of the marketplace."""

    _name = 'marketplace.forbidden.group'
    _description = "Group of Forbidden Words"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    source = fields.Char(
        translate=True, help="Where the rule stands: the law and its article, or a house rule."
    )
    advice = fields.Char(
        string="Message to the Merchant",
        required=True,
        translate=True,
        help="One sentence that tells the merchant what is wrong with such a word.",
    )
    term_ids = fields.One2many(
        comodel_name='marketplace.forbidden.term', inverse_name='group_id', string="Words"
    )
    term_count = fields.Integer(string="Number of Words", compute='_compute_term_count')

    # === COMPUTE METHODS === #

    def _compute_term_count(self):
        counts = dict(self.env['marketplace.forbidden.term']._read_group(
            [('group_id', 'in', self.ids)], ['group_id'], ['__count']
        ))
        for group in self:
            group.term_count = counts.get(group, 0)
