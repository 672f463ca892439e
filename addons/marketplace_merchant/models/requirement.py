# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceRequirement(models.Model):
    """What must be there before a merchant may do something; a row of the operator's rules.

    Staff edit its wording by hand. What changes whom it hits goes through the wizard that shows
    this first.
    """

    _name = 'marketplace.requirement'
    _inherit = ['marketplace.guard.mixin', 'marketplace.requirement.rule']
    _description = "Requirement"
    _order = 'sequence, id'

    _guard_editable = ('name', 'sequence', 'description', 'link')

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _document_set = models.Constraint(
        "CHECK (kind != 'document' OR qualification_type_id IS NOT NULL)",
        "Please choose which document is required.",
    )
    _agreement_set = models.Constraint(
        "CHECK (kind != 'agreement' OR agreement_kind IS NOT NULL)",
        "Please choose which agreement is required.",
    )
    _numbers_positive = models.Constraint(
        'CHECK (due_days >= 0 AND valid_months >= 0 AND minimum_goods >= 0)',
        "The days, months and goods cannot be negative.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._(
                "Please use “New Requirement”: it shows first whom the rule would hit."
            ))
        return super().create(vals_list)

    # === ACTION METHODS === #

    def action_view_lacking(self):
        """Show the merchants that lack it now."""
        self.ensure_one()
        self.check_access('read')
        lacking = self._gaps(self._all_merchants())[self]
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.merchant_action', [('id', 'in', lacking.ids)], name=self.name
        )

    # === BUSINESS METHODS === #

    @api.model
    def _in_use(self):
        """Return all requirements that apply; an operator has some dozens at most."""
        return self.sudo().search([('active', '=', True)])

    @api.model
    def _for_capability(self, capability, profile):
        """Return what is required for a capability.

        :param str capability: list, take_orders, be_paid or advertise
        :param dict profile: country, entity_type, categories, tier of whom it is required from
        """
        requirements = self.sudo().search([('capability', '=', capability)])
        return requirements.filtered(lambda requirement: requirement._concerns(profile))

    @api.model
    def _for_stages(self, stages, profile):
        """Return what an applicant is asked for, whatever it is needed for.

        :param stages: submit, approval
        :param dict profile: as for :meth:`_for_capability`
        """
        requirements = self.sudo().search([('stage', 'in', stages)])
        return requirements.filtered(lambda requirement: requirement._concerns(profile))

    def _concerns(self, profile):
        """Return whether it is required from whom the profile describes."""
        self.ensure_one()
        return (
            (not self.country_ids or profile['country'] in self.country_ids)
            and (not self.entity_type or profile['entity_type'] == self.entity_type)
            and (not self.tier_ids or profile['tier'] in self.tier_ids)
            and (
                not self.category_ids
                or bool(profile['categories']._marketplace_within(self.category_ids))
            )
        )
