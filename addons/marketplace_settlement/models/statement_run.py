# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from .statement_terms import period_ends


class MarketplaceStatementRun(models.Model):
    """One run that draws up statements: of the periods that have ended, or by hand of all.

    Its batches are jobs and the cron's own work at the same time. It is done when all its batches
    are; until then the cron goes on with it, and a batch that is repeated finds nothing due.
    """

    _name = 'marketplace.statement.run'
    _description = "Statement Run"
    _inherit = ['marketplace.batch.mixin', 'marketplace.guard.mixin']
    _order = 'id desc'
    _rec_name = 'date'
    _allow_sudo_commands = False

    date = fields.Date(string="Drawn Up on", required=True, readonly=True)
    is_periodic = fields.Boolean(
        string="By Period", readonly=True,
        help="Of the periods that have ended; otherwise by hand, of everyone.",
    )  # fmt: skip
    ends = fields.Json(readonly=True, help="The last day of each kind of period.")
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", required=True, readonly=True, ondelete='restrict'
    )
    is_done = fields.Boolean(string="Done", readonly=True)
    date_done = fields.Datetime(string="Done on", readonly=True)
    statement_ids = fields.One2many(
        comodel_name='marketplace.statement', inverse_name='run_id', readonly=True
    )
    statement_count = fields.Integer(compute='_compute_statement_count', string="Statements")

    _date_uniq = models.UniqueIndex("(date) WHERE is_periodic")

    # === COMPUTE METHODS === #

    def _compute_statement_count(self):
        groups = self.env['marketplace.statement']._read_group(
            [('run_id', 'in', self.ids)], ['run_id'], ['__count']
        )
        counts = {run.id: count for run, count in groups}
        for run in self:
            run.statement_count = counts.get(run.id, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Statement runs are started by “Draw Up Statements Now”."))
        return super().create(vals_list)

    # === ACTION METHODS === #

    def action_view_statements(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_statement_action', [('run_id', '=', self.id)]
        )

    # === BUSINESS METHODS === #

    @api.model
    def _start(self, date_to, ends, is_periodic=False):
        return self.sudo().create({
            'date': date_to,
            'is_periodic': is_periodic,
            'ends': {period: fields.Date.to_string(end) for period, end in ends.items()},
            'user_id': self.env.uid,
        })

    @api.model
    def _periodic_run(self, today):
        """Return the run of the periods that ended since the last one; the one of today if any.

        Of two schedulers that start at the same moment, both go on with the run of one of them.
        """
        last = self.search([('is_periodic', '=', True)], order='date desc', limit=1)
        if last.date == today or last and not last.is_done:
            return last
        ends = {
            period: end for period, end in period_ends(today).items()
            if not last or end >= last.date
        }  # fmt: skip
        with self._unless_done():
            return self._start(today, ends, is_periodic=True)
        # What the faster one has committed is seen by a new transaction only.
        self.env['ir.cron']._commit_progress()
        return self.search([('is_periodic', '=', True), ('date', '=', today)])

    def _work(self):
        """Draw up what is due of this run; the run is done when no batch is left."""
        self.ensure_one()
        merchant_ids = self.env['marketplace.statement']._merchants_to_settle()
        if self._run_batches('_draw', merchant_ids):
            with self._unless_done():
                self.write({'is_done': True, 'date_done': fields.Datetime.now()})

    def _draw(self, merchant_ids):
        """Draw up the statements of a batch of merchants."""
        ends = {period: fields.Date.to_date(end) for period, end in self.ends.items()}
        self.env['marketplace.statement'].sudo()._generate_batch(merchant_ids, ends, self)

    @api.model
    def _run_due(self):
        """Draw up the statements whose period has ended, and those that a person asked for."""
        self._periodic_run(fields.Date.context_today(self))
        for run in self.search([('is_done', '=', False)], order='id'):
            run._work()
        if not self.search_count([('is_done', '=', False)], limit=1):
            self.env['marketplace.heartbeat']._beat('statements')
