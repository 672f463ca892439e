# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Command


class MarketplaceDemo(models.AbstractModel):
    """What merchants are charged: now, soon, and by a draft that may be simulated."""

    _inherit = 'marketplace.demo'

    @api.model
    def _set_commissions(self):
        """Replace the starting point by the rates of the contracts."""
        Rule = self.env['marketplace.commission.rule'].with_user(self._user('financemanager'))
        self._next_commission(
            self.env.ref('marketplace_settlement.commission_rule_default'), percent=8
        ).action_publish()
        Rule.create({'percent': 6, 'categ_id': self._category('electronics').id}).action_publish()

    @api.model
    def _announce_commissions(self):
        """Announce new rates for electronics, and leave a draft of new rates for everything."""
        Rule = self.env['marketplace.commission.rule']
        electronics = Rule.search([
            ('state', '=', 'active'), ('categ_id', '=', self._category('electronics').id),
        ])  # fmt: skip
        self._next_commission(
            electronics, percent=7,
            amount_ids=self._commission_amounts(CNY=(3, 200), USD=(0.5, 30)),
            bracket_ids=[Command.create({'amount_from': 20000, 'percent': 5})],
        ).action_publish()
        general = Rule.search([
            ('state', '=', 'active'), ('merchant_id', '=', False), ('tier_id', '=', False),
            ('commission_group', '=', False), ('categ_id', '=', False),
        ])  # fmt: skip
        self._next_commission(
            general, percent=8.5, include_freight=True,
            amount_ids=self._commission_amounts(**{self.env.company.currency_id.name: (0.5, 0)}),
            bracket_ids=[Command.create({'amount_from': 10000, 'percent': 7})],
        )

    def _commission_amounts(self, **limits):
        """Return the commands that give a rule a minimum and a maximum per currency."""
        currencies = self.env['res.currency'].with_context(active_test=False).search(
            [('name', 'in', list(limits))]
        )
        currencies.active = True
        return [Command.create({
            'currency_id': currency.id,
            'minimum': limits[currency.name][0],
            'maximum': limits[currency.name][1],
        }) for currency in currencies]  # fmt: skip

    @api.model
    def _next_commission(self, rule, **values):
        """Return a draft of the next version of a rule."""
        manager = self._user('financemanager')
        draft = rule.browse(rule.with_user(manager).action_replace()['res_id']).with_user(manager)
        draft.write(values)
        return draft
