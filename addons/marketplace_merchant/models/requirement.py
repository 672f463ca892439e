# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketplace_merchant.models.agreement import AGREEMENT_KINDS
from odoo.addons.marketplace_merchant.models.licence_mixin import ENTITY_TYPES

CAPABILITIES = [
    ('list', "List goods"),
    ('take_orders', "Take orders"),
    ('be_paid', "Be paid"),
]
# Who may take orders may list goods; being paid has requirements of its own.
CAPABILITY_STEPS = {
    'list': ('list',),
    'take_orders': ('list', 'take_orders'),
    'be_paid': ('be_paid',),
}


class MarketplaceRequirement(models.Model):
    """What must be there before a merchant may do something; a row of the operator's rules."""

    _name = 'marketplace.requirement'
    _description = "Requirement"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=[
            ('agreement', "Agreement"),
            ('document', "Document"),
            ('deposit', "Deposit"),
            ('bank_account', "Bank account"),
        ],
        required=True,
        default='document',
    )
    capability = fields.Selection(
        selection=CAPABILITIES,
        string="Needed to",
        required=True,
        default='list',
        help="Agreements and documents needed to list goods are asked for in the application.",
    )
    qualification_type_id = fields.Many2one(
        comodel_name='marketplace.qualification.type', string="Document", ondelete='restrict',
        index='btree_not_null',
    )  # fmt: skip
    agreement_kind = fields.Selection(selection=AGREEMENT_KINDS, string="Agreement")
    country_ids = fields.Many2many(
        comodel_name='res.country', string="Countries", help="Empty: all countries."
    )
    entity_type = fields.Selection(selection=ENTITY_TYPES, help="Empty: all kinds of sellers.")
    category_ids = fields.Many2many(
        comodel_name='product.category', string="Categories",
        help="Empty: all. Categories below the chosen ones are included.",
    )  # fmt: skip
    tier_ids = fields.Many2many(
        comodel_name='marketplace.tier', string="Tiers", help="Empty: all tiers."
    )
    due_days = fields.Integer(
        string="Due Within (days)",
        help="Days after the approval by which the merchant should have it; 0: no date.",
    )

    _document_set = models.Constraint(
        "CHECK (kind != 'document' OR qualification_type_id IS NOT NULL)",
        "Please choose which document is required.",
    )
    _agreement_set = models.Constraint(
        "CHECK (kind != 'agreement' OR agreement_kind IS NOT NULL)",
        "Please choose which agreement is required.",
    )
    _due_positive = models.Constraint('CHECK (due_days >= 0)', "The days cannot be negative.")

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'capability')
    def _check_deposit_capability(self):
        """The deposit is what makes a merchant active, so it cannot come later than listing."""
        for requirement in self:
            if requirement.kind == 'deposit' and requirement.capability == 'be_paid':
                raise ValidationError(self.env._(
                    "A deposit is required to list goods or take orders, not to be paid."
                ))

    # === BUSINESS METHODS === #

    @api.model
    def _for_capability(self, capability, profile):
        """Return what is required for a capability.

        :param str capability: list, take_orders or be_paid
        :param dict profile: country, entity_type, categories, tier of whom it is required from
        """
        requirements = self.sudo().search([('capability', 'in', CAPABILITY_STEPS[capability])])
        return requirements.filtered(lambda requirement: requirement._concerns(profile))

    def _concerns(self, profile):
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
