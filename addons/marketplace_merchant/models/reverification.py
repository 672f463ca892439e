# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .deadline_batch_mixin import read_reminders
from .state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'
# The terms of a campaign; merchants read them once it runs.
TERMS = (
    'due_date', 'reminder_days', 'consequence', 'tier_ids', 'category_ids', 'country_ids',
    'includes_suspended', 'type_ids', 'needs_new_files', 'confirms_data', 'note',
)  # fmt: skip


class MarketplaceReverification(models.Model):
    """A campaign in which merchants show their documents and confirm their data again."""

    _name = 'marketplace.reverification'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Re-verification"
    _order = 'due_date desc, id desc'

    _guard_editable = ('name', 'is_yearly', *TERMS)
    _guard_frozen = ('company_id',)
    _state_moves = (
        Move('draft', 'running', by=(MANAGER, 'system')),
        Move('running', 'closed', by=(MANAGER,)),
    )

    name = fields.Char(required=True, default=lambda self: self._default_name())
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True,
        default=lambda self: self.env.company,
    )  # fmt: skip
    state = fields.Selection(
        selection=[('draft', "Draft"), ('running', "Running"), ('closed', "Closed")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    started_on = fields.Date(readonly=True, copy=False)
    due_date = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self) + relativedelta(days=30)
    )
    reminder_days = fields.Char(
        string="Remind Before (days)", required=True, default="14, 7, 1",
        help="So many days before the due date who has not answered gets a reminder.",
    )  # fmt: skip
    consequence = fields.Selection(
        selection=[
            ('none', "None: it is shown as overdue"),
            ('goods', "Goods leave the shop until the merchant has answered"),
        ],
        string="When It Is Overdue",
        required=True,
        default='none',
    )
    is_yearly = fields.Boolean(
        string="Every Year", help="A year after the start, the next one starts by itself."
    )

    # Of whom
    tier_ids = fields.Many2many(
        comodel_name='marketplace.tier', string="Tiers", help="Empty: all tiers."
    )
    category_ids = fields.Many2many(
        comodel_name='product.category', string="Categories",
        help="Empty: all. Categories below the chosen ones are included.",
    )  # fmt: skip
    country_ids = fields.Many2many(
        comodel_name='res.country', string="Countries", help="Empty: all countries."
    )
    includes_suspended = fields.Boolean(string="Suspended Merchants, too", default=True)
    audience_count = fields.Integer(
        string="Merchants Concerned", compute='_compute_audience_count',
        help="Whom it would reach if it started now.",
    )  # fmt: skip

    # What
    confirms_data = fields.Boolean(
        string="Confirm the Data on File", default=True,
        help="Name, registration, address and contact.",
    )  # fmt: skip
    type_ids = fields.Many2many(
        comodel_name='marketplace.qualification.type', string="Documents to Show",
        help="Each merchant shows those of them that it needs or has handed in before.",
    )  # fmt: skip
    needs_new_files = fields.Boolean(
        string="Hand In Anew",
        help="A new scan of each document is needed, even if the one on file is still valid.",
    )
    note = fields.Text(string="What Merchants Read", translate=True)

    line_ids = fields.One2many(
        comodel_name='marketplace.reverification.line', inverse_name='reverification_id',
        string="Merchants", readonly=True,
    )  # fmt: skip
    line_count = fields.Integer(string="Asked", compute='_compute_progress')
    answered_count = fields.Integer(string="To Decide", compute='_compute_progress')
    done_count = fields.Integer(string="Done", compute='_compute_progress')
    overdue_count = fields.Integer(string="Overdue", compute='_compute_progress')
    progress = fields.Float(compute='_compute_progress')

    # === DEFAULT METHODS === #

    @api.model
    def _default_name(self):
        return self.env._("Re-verification %s", fields.Date.context_today(self).year)

    # === COMPUTE METHODS === #

    @api.depends('tier_ids', 'category_ids', 'country_ids', 'includes_suspended', 'company_id')
    def _compute_audience_count(self):
        for campaign in self:
            campaign.audience_count = self.env['marketplace.merchant'].sudo().search_count(
                campaign._audience_domain()
            )

    @api.depends('line_ids.state')
    def _compute_progress(self):
        counts = {
            (campaign, state): count
            for campaign, state, count in self.env['marketplace.reverification.line'].sudo()
            ._read_group(
                [('reverification_id', 'in', self.ids)], ['reverification_id', 'state'],
                ['__count'],
            )
        }  # fmt: skip
        for campaign in self:
            by_state = {state: count for (row, state), count in counts.items() if row == campaign}
            campaign.line_count = sum(by_state.values())
            campaign.answered_count = by_state.get('answered', 0)
            campaign.done_count = by_state.get('accepted', 0) + by_state.get('waived', 0)
            campaign.overdue_count = by_state.get('overdue', 0)
            campaign.progress = (
                100 * campaign.done_count / campaign.line_count if campaign.line_count else 0
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('reminder_days', 'confirms_data', 'type_ids')
    def _check_terms(self):
        for campaign in self:
            read_reminders(self.env, campaign.reminder_days)
            if not campaign.confirms_data and not campaign.type_ids:
                raise ValidationError(self.env._(
                    "Please choose what merchants have to confirm or to show."
                ))

    # === CRUD METHODS === #

    def write(self, vals):
        if set(TERMS) & vals.keys() and any(campaign.state != 'draft' for campaign in self):
            raise UserError(self.env._(
                "Merchants have been asked already: the terms of “%s” can't be changed any more.",
                self[:1].name,
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if any(campaign.state != 'draft' for campaign in self):
            raise UserError(self.env._("Only campaigns that have not started can be deleted."))

    # === ACTION METHODS === #

    def action_start(self):
        """Ask the merchants."""
        self.check_access('write')
        for campaign in self:
            campaign.sudo()._start()

    def action_close(self):
        """End the campaign: nobody is asked any more, and goods that are off sale come back."""
        self.check_access('write')
        for campaign in self:
            campaign.sudo()._move_to('closed')

    def action_open_lines(self):
        """Show the merchants and how far each is."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.reverification_line_action', [('reverification_id', '=', self.id)]
        )

    # === BUSINESS METHODS === #

    def _audience_domain(self):
        """Return the domain of the merchants that the campaign is about."""
        self.ensure_one()
        states = ['active', 'suspended'] if self.includes_suspended else ['active']
        domain = Domain('state', 'in', states) & Domain('company_id', '=', self.company_id.id)
        if self.tier_ids:
            domain &= Domain('tier_id', 'in', self.tier_ids.ids)
        if self.country_ids:
            domain &= Domain('partner_id.country_id', 'in', self.country_ids.ids)
        if self.category_ids:
            # A merchant of a category may sell what lies below it: above and below both count.
            domain &= (
                Domain('category_ids', 'child_of', self.category_ids.ids)
                | Domain('category_ids', 'parent_of', self.category_ids.ids)
            )
        return domain

    def _start(self, system=False):
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self.due_date <= today:
            raise UserError(self.env._("Please give merchants some time: the due date has come."))
        merchants = self.env['marketplace.merchant'].search(self._audience_domain())
        if not merchants:
            raise UserError(self.env._(
                "No merchant is concerned. Please look at the filter again."
            ))
        self._move_to('running', system=system)
        self.write({
            'started_on': today,
            'deadline': self.is_yearly and self._deadline_in(days=365),
        })
        self.env['marketplace.reverification.line']._ask(self, merchants)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'closed':
            self.line_ids._close()

    def _on_deadline(self):
        """A year has passed: the next campaign of the same terms begins."""
        if not self.is_yearly:
            return
        following = self.copy({
            'due_date': self.due_date + relativedelta(years=1),
            'company_id': self.company_id.id,
        })
        following._start(system=True)
        if self.state == 'running':
            self.line_ids._close()

    def copy_data(self, default=None):
        return [
            dict(vals, name=self._default_name()) for vals in super().copy_data(default=default)
        ]

    def _reminders(self):
        return read_reminders(self.env, self.reminder_days)
