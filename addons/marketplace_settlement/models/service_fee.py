# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .deposit_requirement import SELLING_STATES
from .proposal_mixin import MANAGER

_logger = logging.getLogger(__name__)

CHARGE_BATCH = 500
STEPS = {'month': relativedelta(months=1), 'year': relativedelta(years=1)}
# A start long ago does not charge a merchant for more periods than these.
PERIODS_MAX = 24


class MarketplaceServiceFee(models.Model):
    """A service that merchants are charged for: once, every month or every year.

    Of one merchant, of some, or of tiers. What a period costs is charged when it begins, once: a
    row of `marketplace.service.charge` says so.
    """

    _name = 'marketplace.service.fee'
    _description = "Service Fee"
    _inherit = ['mail.thread', 'marketplace.state.mixin']
    _order = 'date_start desc, id desc'

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'active', by=(MANAGER,)),
        Move('active', 'ended', by=(MANAGER, 'system')),
    )

    name = fields.Char(required=True, translate=True, help="The merchant reads it.")
    description = fields.Text(translate=True)
    kind = fields.Selection(
        selection=[
            ('service', "Service Provided"),
            ('subscription', "Subscription"),
            ('advertising', "Advertising"),
        ],
        required=True,
        default='service',
    )
    interval = fields.Selection(
        selection=[('once', "Once"), ('month', "Every month"), ('year', "Every year")],
        string="How Often",
        required=True,
        default='once',
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, ondelete='restrict',
        default=lambda self: self.env.company,
    )  # fmt: skip
    currency_id = fields.Many2one(related='company_id.currency_id')
    amount = fields.Monetary(required=True, help="For each period, the tax of fees included.")
    date_start = fields.Date(
        string="Charged from", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        string="Until", tracking=True, help="No period begins after it. Empty: until it is ended."
    )
    merchant_ids = fields.Many2many(
        comodel_name='marketplace.merchant', string="Merchants",
        domain="[('company_id', '=', company_id)]",
    )  # fmt: skip
    tier_ids = fields.Many2many(
        comodel_name='marketplace.tier', string="Tiers",
        help="Every merchant of these tiers that sells, as long as it is in them.",
    )
    charge_ids = fields.One2many(
        comodel_name='marketplace.service.charge', inverse_name='fee_id', readonly=True
    )
    charged = fields.Monetary(compute='_compute_charged', string="Charged so Far")
    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "Being Charged"), ('ended', "No Longer Charged")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        default='draft',
    )

    _amount_positive = models.Constraint('CHECK (amount > 0)', "A fee is more than zero.")
    _dates_sane = models.Constraint(
        'CHECK (date_end IS NULL OR date_end >= date_start)', "The fee ends before it begins."
    )

    # === COMPUTE METHODS === #

    def _compute_charged(self):
        groups = self.env['marketplace.service.charge']._read_group(
            [('fee_id', 'in', self.ids), ('credit_entry_id', '=', False)], ['fee_id'],
            ['amount:sum'],
        )  # fmt: skip
        sums = {fee.id: amount for fee, amount in groups}
        for fee in self:
            fee.charged = sums.get(fee.id, 0.0)

    # === CRUD METHODS === #

    def write(self, vals):
        """What merchants are charged by stays as it is: end the fee, and open another one."""
        fixed = {'amount', 'interval', 'date_start', 'company_id', 'kind'} & vals.keys()
        if fixed and any(fee.state != 'draft' for fee in self):
            raise UserError(self.env._(
                "Merchants are charged by this fee: its amount, period and start stay. End it, and"
                " open another one."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        if any(fee.state != 'draft' for fee in self):
            raise UserError(self.env._("Only drafts can be deleted: end the fee instead."))

    # === ACTION METHODS === #

    def action_activate(self):
        """Open the fee: from now on its periods are charged."""
        self.check_access('write')
        for fee in self:
            if not fee.merchant_ids and not fee.tier_ids:
                raise UserError(self.env._("Please choose the merchants or tiers that pay it."))
        self.sudo()._move_to('active')
        self.env.ref('marketplace_settlement.ir_cron_service_fees').sudo()._trigger()

    def action_end(self):
        """Charge no further period; what was charged stays."""
        self.check_access('read')
        self.sudo()._move_to('ended')

    def action_view_charges(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_service_charge_action', [('fee_id', '=', self.id)]
        )

    # === BUSINESS METHODS === #

    def _periods(self, today):
        """Return the first days of the periods that have begun, oldest first."""
        self.ensure_one()
        last = min(today, self.date_end) if self.date_end else today
        if self.interval == 'once':
            return [self.date_start] if self.date_start <= last else []
        step, days = STEPS[self.interval], []
        while (day := self.date_start + step * len(days)) <= last:
            days.append(day)
        return days[-PERIODS_MAX:]

    def _charge(self, today):
        """Charge every period that has begun and was not charged, each merchant once.

        One SQL statement writes the charges; what another run has written is left out. A merchant
        that came later is charged from its first period on, not for those before it was approved.

        :return: the new charges
        """
        self.ensure_one()
        days = self._periods(today)
        Charge = self.env['marketplace.service.charge'].sudo()
        if not days:
            return Charge
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_service_charge
                   (fee_id, merchant_id, company_id, date, amount,
                    create_uid, create_date, write_uid, write_date)
            SELECT %(fee)s, merchant.id, %(company)s, period.date, %(amount)s,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM marketplace_merchant merchant
              JOIN unnest(%(days)s::date[]) WITH ORDINALITY AS period (date, position) ON TRUE
             WHERE merchant.company_id = %(company)s AND merchant.state IN %(selling)s
               AND (period.position = %(count)s
                    OR COALESCE(period.date >= merchant.date_approved, TRUE))
               AND (merchant.tier_id = ANY(%(tiers)s) OR merchant.id = ANY(%(merchants)s))
                ON CONFLICT (fee_id, merchant_id, date) DO NOTHING
         RETURNING id
            """,
            fee=self.id, company=self.company_id.id, amount=self.amount, uid=self.env.uid,
            days=days, count=len(days), selling=SELLING_STATES, tiers=self.tier_ids.ids,
            merchants=self.merchant_ids.ids,
        ))  # fmt: skip
        self.invalidate_recordset(['charge_ids'])
        return Charge.browse(row[0] for row in rows)

    # === CRON === #

    @api.model
    def _cron_charge(self):
        """Charge what is due of every fee; each fee and batch of merchants by itself."""
        today = fields.Date.context_today(self)
        fees = self.sudo().search([('state', '=', 'active'), ('date_start', '<=', today)])
        for fee in self.env['marketplace.heartbeat']._each('service_fees', fees):
            try:
                with self.env.cr.savepoint():
                    fee._charge_and_book(today)
            except Exception:
                _logger.exception("Service fee %s could not be charged, the others go on", fee.id)

    def _charge_and_book(self, today):
        charges = self._charge(today)
        for batch in split_every(CHARGE_BATCH, charges.ids, charges.browse):
            batch._book()
        if self._is_over(today):
            self._move_to('ended', system=True)

    def _is_over(self, today):
        """Return whether nobody will be charged by it any more."""
        self.ensure_one()
        if self.date_end and self.date_end < today:
            return True
        paid = self.interval == 'once' and not self.tier_ids
        return paid and not self.merchant_ids - self.charge_ids.merchant_id
