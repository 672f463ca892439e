# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from ast import literal_eval

from odoo import api, fields, models


class MarketplaceHomeCard(models.Model):
    """One card of the app's home: a pile of work that waits for the people of some groups."""

    _name = 'marketplace.home.card'
    _description = "Marketplace Home Card"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=10)
    icon = fields.Char(default='fa-inbox', help="A Font Awesome class, as in fa-inbox.")
    action_id = fields.Many2one(
        comodel_name='ir.actions.act_window', required=True, ondelete='cascade'
    )
    model_name = fields.Char(related='action_id.res_model')
    domain = fields.Char(required=True, default='[]', help="What waits, of the action's model.")
    group_ids = fields.Many2many(comodel_name='res.groups', required=True)
    urgent = fields.Boolean(help="Shown in red while something waits.")
    count = fields.Integer(compute='_compute_count')

    # === COMPUTE METHODS === #

    @api.depends_context('uid')
    def _compute_count(self):
        for card in self:
            model = self.env.get(card.sudo().model_name)
            allowed = model is not None and model.has_access('read')
            card.count = model.search_count(card._waiting_domain()) if allowed else 0

    def _waiting_domain(self):
        return literal_eval(self.domain)

    # === ACTION METHODS === #

    def action_open(self):
        """Open the documents that the card counts."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id(self.sudo().action_id.xml_id)
        context = literal_eval(action['context'] or '{}')
        return dict(
            action,
            domain=self._waiting_domain(),
            context={k: v for k, v in context.items() if not k.startswith('search_default_')},
            display_name=self.name,
        )
