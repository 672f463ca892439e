# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.models.state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'
MERCHANT_STATES = [
    ('onboarding', "Onboarding"),
    ('active', "Active"),
    ('suspended', "Suspended"),
    ('exiting', "Exiting"),
    ('closed', "Closed"),
    ('expelled', "Expelled"),
]


class MarketplaceMerchant(models.Model):
    """The platform's file on a seller. What the public sees of it is its shop."""

    _name = 'marketplace.merchant'
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.identity.mixin',
        'marketplace.state.mixin',
    ]
    _description = "Merchant"
    _order = 'code desc, id desc'
    _rec_names_search = ['name', 'code', 'licence_number', 'email']

    _guard_editable = (
        'contact_name', 'phone', 'email', 'category_ids', 'manager_id', 'vat_liability', 'note',
    )  # fmt: skip
    _guard_frozen = ('partner_id', 'company_id', 'code')
    _reason_actions = (
        'action_suspend', 'action_resume', 'action_start_exit', 'action_close',
        'action_propose_expulsion', 'action_drop_expulsion', 'action_reveal_licence',
    )  # fmt: skip
    _state_initial = 'onboarding'
    _state_moves = (
        Move('onboarding', 'active', by=('system',)),
        Move('active', 'suspended', by=(MANAGER,), reason=True),
        Move('suspended', 'active', by=(MANAGER,), reason=True),
        *(
            Move(state, 'exiting', by=(MANAGER, 'system'), reason=True)
            for state in ('onboarding', 'active', 'suspended')
        ),
        Move('exiting', 'closed', by=(MANAGER,), reason=True),
        # A manager takes the exit back.
        *(
            Move('exiting', state, by=('system',), reason=True)
            for state in ('onboarding', 'active', 'suspended')
        ),
        *(
            Move(state, 'expelled', by=('expeller',), reason=True)
            for state in ('onboarding', 'active', 'suspended', 'exiting', 'closed')
        ),
    )

    name = fields.Char(related='partner_id.name', store=True, index='trigram')
    code = fields.Char(required=True, readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Contact", required=True, readonly=True, copy=False,
        ondelete='restrict', help="The legal entity: invoices and payments are in its name.",
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', string="Platform Company", required=True, readonly=True,
        index=True, default=lambda self: self.env.company,
    )  # fmt: skip
    currency_id = fields.Many2one(related='company_id.currency_id')
    state = fields.Selection(
        selection=MERCHANT_STATES,
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='onboarding',
    )
    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, readonly=True, index=True, tracking=True,
        ondelete='restrict',
    )  # fmt: skip
    manager_id = fields.Many2one(
        comodel_name='res.users', string="Account Manager", index='btree_not_null',
        domain="[('share', '=', False)]", tracking=True,
    )  # fmt: skip
    legal_representative = fields.Char(readonly=True)
    country_id = fields.Many2one(related='partner_id.country_id')
    contact_name = fields.Char(string="Contact Person")
    phone = fields.Char()
    email = fields.Char()
    category_ids = fields.Many2many(
        comodel_name='product.category', string="Categories",
        domain=[('marketplace_open', '=', True)], help="What the merchant may sell.",
    )  # fmt: skip
    vat_liability = fields.Selection(
        selection=[
            ('merchant', "The merchant"),
            ('platform', "The platform (deemed supplier)"),
        ],
        string="VAT of Sales Owed by",
        required=True,
        default='merchant',
        tracking=True,
    )
    note = fields.Html(string="Internal Note", groups='marketplace_merchant.group_staff')
    date_approved = fields.Date(string="Approved on", readonly=True, copy=False)
    date_activated = fields.Date(string="Active since", readonly=True, copy=False)

    member_ids = fields.One2many(
        comodel_name='marketplace.merchant.member', inverse_name='merchant_id', string="Team"
    )
    shop_ids = fields.One2many(
        comodel_name='marketplace.shop', inverse_name='merchant_id', string="Shops"
    )
    shop_id = fields.Many2one(
        comodel_name='marketplace.shop', compute='_compute_shop_id', search='_search_shop_id'
    )
    application_ids = fields.One2many(
        comodel_name='marketplace.merchant.application', inverse_name='merchant_id'
    )
    qualification_ids = fields.One2many(
        comodel_name='marketplace.qualification', inverse_name='merchant_id', string="Documents"
    )
    agreement_acceptance_ids = fields.One2many(
        comodel_name='marketplace.agreement.acceptance', inverse_name='merchant_id',
        string="Accepted Agreements",
    )  # fmt: skip
    tier_change_ids = fields.One2many(
        comodel_name='marketplace.tier.change', inverse_name='merchant_id',
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    _partner_uniq = models.Constraint(
        'UNIQUE (partner_id)', "This contact is a merchant already."
    )
    _code_uniq = models.Constraint('UNIQUE (code)', "This merchant code is taken.")
    _licence_uniq = models.UniqueIndex(
        "(company_id, licence_hash) WHERE licence_hash IS NOT NULL"
        " AND state NOT IN ('closed', 'expelled')",
        "There is already a merchant with this licence number.",
    )

    # === COMPUTE METHODS === #

    @api.depends('shop_ids')
    def _compute_shop_id(self):
        for merchant in self:
            merchant.shop_id = merchant.shop_ids[:1]

    def _search_shop_id(self, operator, value):
        return [('shop_ids', operator, value)]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('code', "/") == "/":
                vals['code'] = self.env['ir.sequence'].next_by_code('marketplace.merchant')
        return super().create(vals_list)

    # === ACTION METHODS === #

    def action_suspend(self, reason):
        """Take the merchant's goods out of the shop until it is resumed; orders go on."""
        self.sudo()._move_to('suspended', reason=reason)

    def action_resume(self, reason):
        """End the suspension: the same goods are back."""
        self.sudo()._move_to('active', reason=reason)

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'active':
            fresh = self.filtered(lambda merchant: not merchant.date_activated)
            fresh.date_activated = fields.Date.context_today(self)
            self._mail_templates_send('mail_template_merchant_activated', fresh)
            self._mail_templates_send('mail_template_merchant_state', self - fresh, reason)
            return
        # About the end the exit writes itself, with all that is settled.
        if target != 'closed':
            self._mail_templates_send('mail_template_merchant_state', self, reason)
        if target == 'expelled':
            for merchant in self:
                self.env['marketplace.blacklist']._ban(merchant, merchant._identities(), reason)

    @api.model
    def _mail_templates_send(self, template, merchants, reason=None):
        self.env['mail.template']._marketplace_send(
            f'marketplace_merchant.{template}', merchants, reason=reason
        )

    def _identities(self):
        """Return by kind what the merchant can be recognised by, in plain text: one or several."""
        self.ensure_one()
        return {
            'licence': self._licence_plain(),
            'representative': self.legal_representative,
            'phone': self.phone,
            'email': self.email,
            'bank_account': [account._number() for account in self.sudo().bank_account_ids],
        }

    def _public_name(self):
        """Return the name that shoppers know: of the shop, of the merchant while it has none."""
        merchant_sudo = self.sudo()
        return merchant_sudo.shop_id.name or merchant_sudo.name

    def _get_portal_path(self):
        """Return where a member works for the merchant; the pages are another addon's."""
        return '/my'

    def _activate_if_ready(self):
        """Make merchants active that have all that listing goods takes, the deposit included."""
        for merchant in self.sudo():
            if merchant.state == 'onboarding' and not merchant._is_barred('list'):
                merchant._move_to('active', system=True)
