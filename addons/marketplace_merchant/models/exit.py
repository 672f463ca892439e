# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from .exit_reason import EXIT_KINDS
from .merchant import MERCHANT_STATES
from .state_mixin import Move

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceExit(models.Model):
    """How the cooperation with a merchant ends: what is open, what goes back, and when it is over.

    What is open is asked from the merchant each time (`_exit_obstacles`), never stored. The clock
    looks once a day and releases the parts of the deposit that are due.
    """

    _name = 'marketplace.exit'
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
    ]
    _description = "Merchant Exit"
    _order = 'id desc'
    _rec_names_search = ['name', 'merchant_id.name', 'merchant_id.code']

    _guard_editable = ('reason_id', 'lesson')
    _guard_frozen = ('merchant_id', 'application_id', 'date_closed')
    _reason_actions = ('action_close', 'action_withdraw')
    _state_initial = 'running'
    _state_moves = (
        Move('running', 'closed', by=(MANAGER,), reason=True),
        Move('running', 'withdrawn', by=(MANAGER,), reason=True),
    )

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    kind = fields.Selection(selection=EXIT_KINDS, required=True, readonly=True)
    reason_id = fields.Many2one(
        comodel_name='marketplace.exit.reason', required=True, tracking=True,
        ondelete='restrict', domain="[('kind', '=', kind)]",
    )  # fmt: skip
    note = fields.Text(string="In Their Words", readonly=True, help="Why, as it was written.")
    lesson = fields.Text(
        string="What We Learn", groups='marketplace_merchant.group_staff',
        help="What the marketplace could have done; for colleagues only.",
    )  # fmt: skip
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    state = fields.Selection(
        selection=[
            ('running', "Under Way"),
            ('closed', "Closed"),
            ('withdrawn', "Taken Back"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='running',
    )
    merchant_state = fields.Selection(
        selection=MERCHANT_STATES, string="State Before", readonly=True,
        help="To which the merchant returns if the exit is taken back.",
    )  # fmt: skip
    tier_id = fields.Many2one(comodel_name='marketplace.tier', readonly=True)
    date_start = fields.Date(
        string="Began on", required=True, readonly=True, default=fields.Date.context_today
    )
    months = fields.Integer(
        string="Months of Cooperation", readonly=True, aggregator='avg',
        help="From the opening of the shop to the beginning of the exit.",
    )  # fmt: skip
    date_base = fields.Date(
        string="Last Order", required=True, readonly=True, default=fields.Date.context_today,
        help="When the last order was closed, or the exit began: the stages count from here.",
    )  # fmt: skip
    date_closed = fields.Date(string="Closed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        comodel_name='res.users', readonly=True, copy=False,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    duration = fields.Integer(
        string="Days of Winding Up", compute='_compute_duration', store=True, aggregator='avg'
    )
    release_ids = fields.One2many(
        comodel_name='marketplace.exit.release', inverse_name='exit_id', readonly=True,
        string="Release of the Deposit",
    )  # fmt: skip
    plan = fields.Html(
        string="Still Open", compute='_compute_plan', sanitize=False,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    is_cleared = fields.Boolean(
        compute='_compute_plan', groups='marketplace_merchant.group_staff'
    )

    _running_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state = 'running'", "The exit of this merchant is under way already."
    )

    # === COMPUTE METHODS === #

    @api.depends('date_start', 'date_closed')
    def _compute_duration(self):
        for leaving in self:
            closed = leaving.date_closed
            leaving.duration = closed and (closed - leaving.date_start).days

    @api.depends_context('lang', 'uid')
    def _compute_plan(self):
        for leaving in self:
            merchant_sudo = leaving.sudo().merchant_id
            obstacles = leaving.state == 'running' and merchant_sudo._exit_obstacles()
            leaving.is_cleared = not obstacles
            leaving.plan = self.env['ir.qweb']._render('marketplace_merchant.exit_plan', {
                'obstacles': leaving._describe(obstacles or []), 'links': True,
            })

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('name', "/") == "/":
                vals['name'] = self.env['ir.sequence'].next_by_code('marketplace.exit')
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The exit of a merchant is kept for the record."))

    # === ACTION METHODS === #

    def action_close(self, reason):
        """End the cooperation for good; only when nothing is open any more."""
        for leaving_sudo in self.sudo():
            leaving_sudo._check_move(leaving_sudo.state, 'closed', (reason or '').strip(), False)
            leaving_sudo._close(reason)

    def action_withdraw(self, reason):
        """Take an exit back: the merchant goes on as before; what was released stays released."""
        for leaving_sudo in self.sudo():
            leaving_sudo._check_move(leaving_sudo.state, 'withdrawn', (reason or '').strip(), False)
            leaving_sudo._withdraw(reason)

    # === BUSINESS METHODS === #

    def _on_deadline(self):
        """Look once a day what is still open, and release what is due of the deposit."""
        if self.state == 'running':
            self._follow()
            self.deadline = self._deadline_in(days=1)

    def _follow(self):
        """Bring the plan up to date and give back the parts of the deposit that are due."""
        self.ensure_one()
        merchant = self.merchant_id
        self.date_base = max(filter(None, (self.date_start, merchant._last_order_end())))
        if any(obstacle['holds_deposit'] for obstacle in merchant._exit_obstacles()):
            return
        today = fields.Date.context_today(self)
        if all(self.release_ids.mapped('date_released')) and self.currency_id.compare_amounts(
            merchant._deposit_balance(), 0.0
        ) > 0:
            # Paid in after the last stage, to make a debt good
            days = (today - self.date_base).days
            self.env['marketplace.exit.release'].create(
                {'exit_id': self.id, 'days': days, 'percent': 100.0}
            )
        self.release_ids._release_due(today)

    def _close(self, reason):
        """Note that everything is cleared; whoever was expelled stays expelled.

        :raise UserError: with all that is still open
        """
        self.ensure_one()
        if obstacles := self.merchant_id._exit_obstacles():
            raise UserError("\n".join([
                self.env._("%s cannot be closed yet:", self.merchant_id.display_name),
                *(item['text'] for item in self._describe(obstacles)),
            ]))
        self._move_to('closed', reason=reason)
        self.write({
            'date_closed': fields.Date.context_today(self),
            'closed_by_id': self.env.uid,
            'deadline': False,
        })
        if self.merchant_id.state == 'exiting':
            self.merchant_id._move_to('closed', reason=reason)
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_exit_closed', self
        )

    def _withdraw(self, reason):
        """Let the merchant go on; a deposit that is missing by now is asked for like any other.

        :raise UserError: for an expulsion
        """
        self.ensure_one()
        if self.kind == 'expulsion':
            raise UserError(self.env._(
                "%s was expelled. An expulsion is not taken back.", self.merchant_id.display_name,
            ))
        self._move_to('withdrawn', reason=reason)
        self.deadline = False
        self.release_ids.filtered(lambda release: not release.date_released).unlink()
        self.merchant_id._move_to(self.merchant_state, reason=reason, system=True)
        self.merchant_id._requirements_changed()

    @api.model
    def _describe(self, obstacles):
        """Add to each obstacle a sentence of it and the names of some documents."""
        return [
            dict(
                item,
                text=self._obstacle_text(item),
                documents=self.env[item['model']].sudo().browse(item['ids'][:3]),
            )
            for item in obstacles
        ]

    @api.model
    def _obstacle_text(self, item):
        parts = [item['name']]
        if item['count']:
            parts = [self.env._("%(name)s: %(count)s", name=item['name'], count=item['count'])]
        if item['amount']:
            parts.append(formatLang(self.env, item['amount'], currency_obj=item['currency']))
        if item['until']:
            parts.append(self.env._("until %s", format_date(self.env, item['until'])))
        text = ", ".join(parts)
        return f"{text}. {item['hint']}" if item['hint'] else text
