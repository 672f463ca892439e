# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MANAGER = 'marketplace_settlement.group_finance_manager'

# What has to run: the cron of each kind of work.
WORK = {
    'mature': 'marketplace_settlement.ir_cron_mature_entries',
    'statements': 'marketplace_settlement.ir_cron_generate_statements',
    'matching': 'marketplace_settlement.ir_cron_match_statements',
    'check': 'marketplace_settlement.ir_cron_check_books',
    'deposits': 'marketplace_settlement.ir_cron_deposits',
    'debts': 'marketplace_settlement.ir_cron_recover_debts',
    'service_fees': 'marketplace_settlement.ir_cron_service_fees',
    'payouts': 'marketplace_settlement.ir_cron_payout_gateway',
    'bank_lines': 'marketplace_settlement.ir_cron_payout_bank_lines',
    'refunds': 'marketplace_settlement.ir_cron_send_refunds',
}
MISSED_INTERVALS = 2


class MarketplaceHeartbeat(models.Model):
    """When each kind of money work was last done to the end.

    Odoo switches off a cron that keeps failing and says so in its log only. So each work notes its
    good runs here, and finance managers are told when one is older than two of its intervals.
    """

    _name = 'marketplace.heartbeat'
    _description = "Heartbeat of Settlement Work"
    _inherit = ['mail.thread', 'mail.activity.mixin', 'marketplace.batch.mixin']
    _order = 'id'
    _allow_sudo_commands = False

    name = fields.Char(compute='_compute_name')
    work = fields.Char(required=True, readonly=True)
    cron_id = fields.Many2one(
        comodel_name='ir.cron', string="Scheduled Action", readonly=True, ondelete='set null'
    )
    last_good = fields.Datetime(string="Last Done", required=True, readonly=True)
    due = fields.Datetime(
        compute='_compute_due', help="Finance managers are told when it was not done by then."
    )
    is_late = fields.Boolean(compute='_compute_due', search='_search_is_late')

    _work_uniq = models.UniqueIndex('(work)')

    # === COMPUTE METHODS === #

    @api.depends('cron_id')
    def _compute_name(self):
        for beat in self:
            beat.name = beat.sudo().cron_id.name or beat.work

    @api.depends('last_good', 'cron_id.interval_number', 'cron_id.interval_type')
    def _compute_due(self):
        now = fields.Datetime.now()
        for beat in self:
            cron = beat.sudo().cron_id
            unit, factor = (cron.interval_type or 'days'), MISSED_INTERVALS
            beat.due = fields.Datetime.add(
                beat.last_good, **{unit: (cron.interval_number or 1) * factor}
            )
            beat.is_late = beat.due < now

    def _search_is_late(self, operator, value):
        if operator != 'in':
            return NotImplemented
        late = self.sudo().search(self._known()).filtered('is_late')
        return [('id', 'in' if True in value else 'not in', late.ids)]

    # === BUSINESS METHODS === #

    @api.model
    def _beat(self, work):
        """Note that a kind of work was done to the end just now."""
        cron = self.env.ref(WORK[work], raise_if_not_found=False)
        with self._unless_done():
            self.env.cr.execute(SQL(
                """
                INSERT INTO marketplace_heartbeat (work, cron_id, last_good)
                VALUES (%s, %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (work) DO UPDATE
                   SET last_good = EXCLUDED.last_good, cron_id = EXCLUDED.cron_id
                """,
                work, cron.id if cron else None,
            ))  # fmt: skip
        self.invalidate_model()

    @api.model
    def _each(self, work, records):
        """Yield records for a cron, one by one; when all of them are done, so is the work."""
        if (yield from self.env['ir.cron']._marketplace_each(records)):
            self._beat(work)

    @api.model
    def _known(self):
        """Return the domain of the work that still exists."""
        return [('work', 'in', list(WORK))]

    @api.model
    def _check_ground(self):
        """Raise if the database drops idle transactions: two workers could do the same work.

        A cron's lock lives on an idle transaction. With that timeout, common where PostgreSQL is
        hosted, the lock vanishes in the middle of a long run.
        """
        self.env.cr.execute("SHOW idle_in_transaction_session_timeout")
        timeout = self.env.cr.fetchone()[0]
        if timeout != '0':
            raise UserError(
                self.env._(
                    "Money is not moved while the database ends idle transactions after %s: set"
                    " idle_in_transaction_session_timeout to 0 for Odoo's database user.",
                    timeout,
                )
            )

    # === CRON === #

    @api.model
    def _cron_watch(self):
        """Tell finance managers about work that was not done for two intervals."""
        self._start_watching()
        for beat in self.search(self._known()):
            beat._tell()
            self.env['ir.cron']._commit_progress(1)

    @api.model
    def _start_watching(self):
        """Count from now for work that was never done: a new marketplace is not late."""
        watched = set(self.search(self._known()).mapped('work'))
        for work in WORK.keys() - watched:
            self._beat(work)

    def _tell(self):
        """Give each finance manager one activity while the work is late; none when it is done."""
        self.ensure_one()
        summary = 'marketplace_settlement.mail_activity_heartbeat'
        if not self.is_late:
            self.activity_unlink([summary])
            return
        managers = self.env.ref(MANAGER).all_user_ids
        for user in managers - self.activity_search([summary]).user_id:
            self.activity_schedule(
                summary, user_id=user.id,
                note=self.env._(
                    "%(work)s was last done on %(date)s. Look at Settings > Technical > Scheduled"
                    " Actions: it may be switched off, or the log says why it fails.",
                    work=self.name, date=fields.Datetime.to_string(self.last_good),
                ),
            )  # fmt: skip
