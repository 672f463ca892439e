# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketplace_merchant.models.agreement import AGREEMENT_KINDS
from odoo.addons.marketplace_merchant.models.licence_mixin import ENTITY_TYPES

CAPABILITIES = [
    ('list', "List goods"),
    ('take_orders', "Take orders"),
    ('be_paid', "Be paid"),
    ('advertise', "Advertise"),
]
KINDS = [
    ('agreement', "Agreement"),
    ('profile', "Profile"),
    ('document', "Document"),
    ('bank_account', "Bank account"),
    ('deposit', "Deposit"),
    ('review', "Review"),
    ('goods', "Minimum of goods"),
    ('training', "Training"),
    ('question', "Question"),
]
STAGES = [
    ('submit', "Handing in the application"),
    ('approval', "Approval"),
    ('later', "After the approval"),
]
# What the merchant answers; a person may have to look at the answer.
ANSWERED_KINDS = ('training', 'question')
# What only a merchant has: it can't be asked from an applicant.
MERCHANT_KINDS = ('bank_account', 'deposit', 'goods')
# What can be asked of the merchant's file, and of an application unless only a shop has it.
PROFILE_FIELDS = [
    ('legal_representative', "Legal representative"),
    ('contact_name', "Contact person"),
    ('phone', "Phone"),
    ('email', "E-mail"),
    ('shop_description', "About the shop"),
    ('shop_tagline', "Line below the shop's name"),
    ('shop_logo', "Logo of the shop"),
]
SHOP_PROFILE_FIELDS = ('shop_tagline', 'shop_logo')


class MarketplaceRequirementRule(models.AbstractModel):
    """What is required, from whom, for what and by when: shared by the rule and its change."""

    _name = 'marketplace.requirement.rule'
    _description = "Terms of a Requirement"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        string="Instructions", translate=True, help="What merchants read beside it."
    )
    link = fields.Char(help="Where the merchant finds more, for example the course to take.")
    kind = fields.Selection(selection=KINDS, required=True, default='document')
    capability = fields.Selection(
        selection=CAPABILITIES, string="Needed to", required=True, default='list'
    )
    stage = fields.Selection(
        selection=STAGES, string="Asked for at", required=True, compute='_compute_stage',
        store=True, readonly=False, precompute=True,
        help="Handing in: an application without it is not accepted. Approval: it may follow, but"
        " nobody is approved without it. After the approval: until the date, the merchant may do"
        " without.",
    )  # fmt: skip

    # What
    qualification_type_id = fields.Many2one(
        comodel_name='marketplace.qualification.type', string="Document", ondelete='restrict',
        index='btree_not_null',
    )  # fmt: skip
    agreement_kind = fields.Selection(selection=AGREEMENT_KINDS, string="Agreement")
    profile_field = fields.Selection(selection=PROFILE_FIELDS, string="Must Be Filled In")
    minimum_goods = fields.Integer(string="Goods on Sale, at Least", default=1)
    answer_type = fields.Selection(
        selection=[
            ('confirm', "A tick"), ('text', "A text"), ('choice', "A choice"), ('file', "A file"),
        ],
        string="Answered by",
        required=True,
        default='confirm',
    )
    answer_choices = fields.Text(string="Choices", translate=True, help="One a line.")
    needs_decision = fields.Boolean(
        string="We Check the Answer", compute='_compute_needs_decision', store=True,
        readonly=False, precompute=True, help="Otherwise an answer counts at once.",
    )  # fmt: skip
    valid_months = fields.Integer(
        string="Counts for (months)", help="0: for good. After that it is asked for again."
    )

    # From whom
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

    # By when
    due_days = fields.Integer(
        string="Due Within (days)",
        help="Days from the approval, and again from the day on which it is missing anew. Until"
        " then the merchant may do without; 0: not at all. A deposit is due before the shop opens"
        " in any case.",
    )
    due_date = fields.Date(
        string="Due on", help="One day for everybody: until then merchants may do without."
    )

    # === COMPUTE METHODS === #

    @api.depends('kind', 'capability')
    def _compute_stage(self):
        for rule in self:
            asked = rule.kind in ('agreement', 'document') and rule.capability == 'list'
            rule.stage = 'submit' if asked else 'later'

    @api.depends('kind')
    def _compute_needs_decision(self):
        for rule in self:
            rule.needs_decision = rule.kind in ('review', 'training')

    # === CONSTRAINT METHODS === #

    @api.constrains(
        'kind', 'capability', 'stage', 'profile_field', 'answer_type', 'answer_choices', 'link',
    )  # fmt: skip
    def _check_terms(self):
        """Raise if the terms contradict each other; says all that is wrong."""
        for rule in self:
            if errors := rule._terms_errors():
                raise ValidationError("\n".join(errors))

    def _terms_errors(self):
        """Return what is wrong with the terms, in words for who writes them."""
        self.ensure_one()
        before = self.stage in ('submit', 'approval')
        shop_only = self.kind == 'profile' and self.profile_field in SHOP_PROFILE_FIELDS
        few_choices = self.answer_type == 'choice' and len(self._choices()) < 2
        good_link = (self.link or '/').startswith(('https://', 'http://', '/'))
        rules = {
            self.env._("A deposit is required to list goods or take orders, not to be paid."):
                self.kind == 'deposit' and self.capability == 'be_paid',
            self.env._(
                "Only a merchant has a deposit, a bank account and goods: ask for them after the"
                " approval."
            ): before and self.kind in MERCHANT_KINDS,
            self.env._(
                "Only a shop has a logo and a line below its name: ask for them after the approval."
            ): before and shop_only,
            self.env._(
                "A review is the work of your staff: it can't be there when the application is"
                " handed in. Ask for it at the approval."
            ): self.stage == 'submit' and self.kind == 'review',
            self.env._("Nobody can have goods on sale before being allowed to list them."):
                self.kind == 'goods' and self.capability == 'list',
            self.env._("Please choose what must be filled in."):
                self.kind == 'profile' and not self.profile_field,
            self.env._("Please write at least two choices, one a line."):
                self.kind in ANSWERED_KINDS and few_choices,
            self.env._("A link starts with https://."): not good_link,
        }  # fmt: skip
        return [message for message, wrong in rules.items() if wrong]

    # === BUSINESS METHODS === #

    def _capability_label(self):
        self.ensure_one()
        return dict(self._fields['capability']._description_selection(self.env))[self.capability]

    def _choices(self):
        return [line.strip() for line in (self.answer_choices or '').splitlines() if line.strip()]
