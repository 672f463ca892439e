# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .deposit_requirement import SELLING_STATES
from .proposal_mixin import MANAGER

OPEN_STATES = ('open', 'overdue')
# Days before the last day on which the merchant is reminded.
REMINDER_DAYS = (7, 3, 1)
EXTENSION_DAYS = 7


class MarketplaceDepositDemand(models.Model):
    """A merchant is asked to pay in what its deposit lacks, by a day.

    The day is given to the requirements of the kind *deposit*: once it is over, they close what
    they are for (listing goods, taking orders), and open it again when the deposit is complete.
    """

    _name = 'marketplace.deposit.demand'
    _description = "Demand to Top Up"
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
        'marketplace.notice.mixin',
    ]
    _order = 'date_due, id'
    _rec_name = 'merchant_id'
    _allow_sudo_commands = False

    _reason_actions = ('action_extend', 'action_cancel')
    _state_initial = 'open'
    _state_moves = (
        Move('open', 'overdue', by=('system',)),
        Move('open', 'met', by=('system',)),
        Move('overdue', 'met', by=('system',)),
        Move('overdue', 'open', by=(MANAGER,), reason=True),
        Move('open', 'cancelled', by=(MANAGER, 'system'), reason=True),
        Move('overdue', 'cancelled', by=(MANAGER, 'system'), reason=True),
    )

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    amount = fields.Monetary(
        string="Demanded", required=True, readonly=True, help="What was missing that day."
    )
    missing = fields.Monetary(related='merchant_id.deposit_missing', string="Amount Still Missing")
    date_due = fields.Date(string="Pay until", required=True, readonly=True, tracking=True)
    cause = fields.Selection(
        selection=[
            ('used', "The deposit was used, and is not complete any more."),
            ('required', "The deposit that your tier and your open orders ask for is not"
             " complete."),
        ],
        required=True,
        readonly=True,
        default='used',
    )
    reason = fields.Char(compute='_compute_reason', help="The cause, in the reader's language.")
    state = fields.Selection(
        selection=[
            ('open', "To Be Paid In"),
            ('overdue', "Overdue"),
            ('met', "Complete Again"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='open',
    )

    _open_uniq = models.UniqueIndex(
        "(merchant_id) WHERE state IN ('open', 'overdue')",
        "This merchant is asked to top up already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('cause')
    @api.depends_context('lang')
    def _compute_reason(self):
        labels = dict(self._fields['cause']._description_selection(self.env))
        for demand in self:
            demand.reason = labels.get(demand.cause)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Deposits are asked for by the system."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Demands are kept for the record."))

    # === ACTION METHODS === #

    def action_extend(self, reason=None):
        """Give the merchant another week, for a reason it reads."""
        self.check_access('read')
        for demand in self.sudo():
            if demand.state == 'overdue':
                demand._move_to('open', reason=reason)
            else:
                demand._check_move('open', 'cancelled', reason, False)  # who may end it may extend
            today = fields.Date.context_today(demand)
            demand.date_due = max(demand.date_due, today) + timedelta(days=EXTENSION_DAYS)
            demand.message_post(body=reason)
            demand._announce()
        self._deposits_reopen()

    def action_cancel(self, reason=None):
        """Drop the demand; the next run asks anew if the deposit still lacks something."""
        self.check_access('read')
        self.sudo()._move_to('cancelled', reason=reason)

    # === BUSINESS METHODS === #

    @api.model
    def _follow(self, merchants, cause):
        """Ask merchants that sell for what their deposit lacks, and close what is complete.

        :param str cause: why it is asked for now
        """
        asked = self.search([
            ('merchant_id', 'in', merchants.ids), ('state', 'in', OPEN_STATES),
        ])  # fmt: skip
        lacking = merchants.filtered(
            lambda merchant: merchant.state in SELLING_STATES
            and merchant.currency_id.compare_amounts(merchant.deposit_missing, 0.0) > 0
        )
        ended = asked.filtered(lambda demand: demand.merchant_id not in lacking)
        gone = ended.filtered(lambda demand: demand.merchant_id.state not in SELLING_STATES)
        if gone:
            gone._move_to('cancelled', self.env._("The merchant does not sell any more."), True)
        if met := ended - gone:
            met._move_to('met', system=True)
        today = fields.Date.context_today(self)
        demands = self.create([
            {
                'merchant_id': merchant.id,
                'amount': merchant.deposit_missing,
                'date_due': today + timedelta(
                    days=merchant.company_id.marketplace_deposit_demand_days
                ),
                'cause': cause,
            }
            for merchant in lacking - asked.merchant_id
        ])
        demands._announce()

    def _announce(self):
        """Give the requirements their day, the clock its next step, and the merchants a mail."""
        Requirement = self.env['marketplace.requirement'].sudo()
        gaps = Requirement.search([('kind', '=', 'deposit')])._gaps(self.merchant_id)
        Due = self.env['marketplace.requirement.due'].sudo()
        Due._give([
            (requirement, demand.merchant_id, demand.date_due, demand.reason)
            for requirement, lacking in gaps.items()
            for demand in self
            if demand.merchant_id in lacking
        ])
        # The demand's own mails say what to pay and by when: one letter is enough.
        Due.search([
            ('requirement_id.kind', '=', 'deposit'), ('merchant_id', 'in', self.merchant_id.ids),
        ]).mail_on = False
        for demand in self:
            demand.deadline = demand._next_step()
        self._give_notice('marketplace_settlement.mail_template_deposit_demand')

    def _next_step(self):
        """Return when the merchant is reminded next, or the demand is overdue."""
        self.ensure_one()
        days = [self.date_due - timedelta(days=days) for days in REMINDER_DAYS]
        days.append(self.date_due + timedelta(days=1))
        now = fields.Datetime.now()
        steps = (datetime.combine(day, time()) for day in days)
        return next((step for step in steps if step > now), now)

    def _on_deadline(self):
        """Remind at each step; what is not paid in time has its consequence."""
        if self.state != 'open':
            return
        if self.date_due >= fields.Date.context_today(self):
            self.deadline = self._next_step()
            self._give_notice('marketplace_settlement.mail_template_deposit_demand')
            return
        self._move_to('overdue', system=True)
        self._give_notice('marketplace_settlement.mail_template_deposit_demand')
        self._deposits_reopen()

    def _deposits_reopen(self):
        """Close or open what the merchants may do, now that the day has come or was moved."""
        self.merchant_id.sudo()._update_order_stop()

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target in ('met', 'cancelled'):
            self.deadline = False
