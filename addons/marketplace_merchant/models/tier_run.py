# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json
from collections import Counter

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL, get_lang
from odoo.tools.misc import babel_locale_parse

from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate

from .tier_run_line import MOVES

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceTierRun(models.Model):
    """A review of the tiers of all active merchants of a company: who moves, and why.

    It is previewed, and then applied by a person. What is applied is what the preview showed: if
    the figures ask for other moves by then, the preview is made anew and nothing moves. All steps
    are set-based: the number of statements does not grow with the number of merchants.
    """

    _name = 'marketplace.tier.run'
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _description = "Review of Tiers"
    _order = 'id desc'

    _guard_frozen = ('company_id',)
    _state_moves = (
        Move('draft', 'previewed', by=(MANAGER, 'system')),
        Move('previewed', 'applied', by=(MANAGER,)),
        Move('draft', 'cancelled', by=(MANAGER,)),
        Move('previewed', 'cancelled', by=(MANAGER,)),
    )

    name = fields.Char(compute='_compute_name')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='restrict',
        default=lambda self: self.env.company,
    )  # fmt: skip
    date = fields.Date(
        string="Figures of", required=True, readonly=True, default=fields.Date.context_today
    )
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('previewed', "Previewed"),
            ('applied', "Applied"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    policy = fields.Json(
        readonly=True, copy=False, help="The tiers and their tests, as the review found them."
    )
    drift_count = fields.Integer(
        string="Changed since the Preview",
        readonly=True,
        copy=False,
        help="Merchants whose figures asked for something else when the review was to be applied.",
    )
    applied_by_id = fields.Many2one(
        comodel_name='res.users', string="Applied by", readonly=True, copy=False
    )
    applied_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name='marketplace.tier.run.line', inverse_name='run_id', readonly=True
    )
    move_ids = fields.One2many(
        comodel_name='marketplace.tier.run.line', inverse_name='run_id', string="Moves",
        domain=[('outcome', 'in', MOVES)], readonly=True,
    )  # fmt: skip
    merchant_count = fields.Integer(string="Merchants", compute='_compute_counts')
    up_count = fields.Integer(string="Move up", compute='_compute_counts')
    down_count = fields.Integer(string="Move down", compute='_compute_counts')
    held_count = fields.Integer(
        string="Held back",
        compute='_compute_counts',
        help="Merchants that would move, but for a pin, the minimum stay or a full tier.",
    )

    _open_uniq = models.UniqueIndex(
        "(company_id) WHERE state IN ('draft', 'previewed')",
        "There is an open review of tiers already.",
    )

    # === COMPUTE METHODS === #

    @api.depends('date')
    @api.depends_context('lang')
    def _compute_name(self):
        for run in self:
            run.name = self.env._("Review of tiers, %s", format_skeleton(
                'yMMMM', run.date, locale=babel_locale_parse(get_lang(self.env).code)
            ))

    @api.depends('line_ids.outcome')
    def _compute_counts(self):
        groups = self.env['marketplace.tier.run.line']._read_group(
            [('run_id', 'in', self.ids)], ['run_id', 'outcome'], ['__count']
        )
        counts = Counter({(run.id, outcome): count for run, outcome, count in groups})
        for run in self:
            run.up_count, run.down_count = counts[run.id, 'up'], counts[run.id, 'down']
            run.held_count = sum(counts[run.id, held] for held in ('pinned', 'waiting', 'full'))
            run.merchant_count = run.up_count + run.down_count + run.held_count + (
                counts[run.id, 'stay']
            )

    # === ACTION METHODS === #

    def action_open_current(self):
        """Open the company's review that is to be applied, with figures of today."""
        self.browse().check_access('create')
        run = elevate(self)._open_run(self.env.company)
        run.with_env(self.env).action_preview()
        return run.with_env(self.env)._get_records_action()

    def action_preview(self):
        """Find out who would move by the figures of today; nothing moves yet."""
        self._locked()._preview()

    def action_apply(self):
        """Make the moves that the preview shows.

        If the figures ask for other moves by now, only the preview changes: a person looks at it
        again.
        """
        run = self._locked()
        run._check_move(run.state, 'applied', "", system=False)
        drift_count = run._count_drift()
        if drift_count:
            run._preview()
        else:
            run._carry_out()
            run._move_to('applied')
            run.write({'applied_by_id': self.env.uid, 'applied_on': fields.Datetime.now()})
        run.drift_count = drift_count

    def action_cancel(self):
        """Leave all merchants where they are."""
        self._locked()._move_to('cancelled')

    def action_view_lines(self):
        """Open what the review found for every merchant."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_merchant.tier_run_line_action'
        )
        return dict(action, domain=[('run_id', '=', self.id)], display_name=self.name)

    # === BUSINESS METHODS === #

    def _locked(self):
        """Return the run with full rights, for the one transaction that may work on it now."""
        self.ensure_one()
        self.check_access('write')
        run = elevate(self)
        try:
            run.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(self.env._(
                "Somebody else is working on this review at this moment. Please try again."
            )) from error
        return run

    @api.model
    def _open_run(self, company):
        """Return the company's open run; there is at most one."""
        return self.search(
            [('company_id', '=', company.id), ('state', 'in', ('draft', 'previewed'))]
        ) or self.create({'company_id': company.id})

    def _preview(self, system=False):
        self.ensure_one()
        if self.state != 'previewed':
            self._move_to('previewed', system=system)
        self.drift_count = 0
        self._grade()

    def _count_drift(self):
        """Return for how many merchants the figures ask for another move than the preview shows."""
        policy = self.env['marketplace.tier']._policy(self.company_id)
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """
            SELECT count(*)
              FROM (SELECT id AS merchant_id, old_tier_id, new_tier_id FROM (%(graded)s) AS graded
                     WHERE outcome = ANY(%(moves)s)) AS asked
         FULL JOIN (SELECT merchant_id, old_tier_id, new_tier_id FROM marketplace_tier_run_line
                     WHERE run_id = %(run)s AND outcome = ANY(%(moves)s)) AS shown
                ON shown.merchant_id = asked.merchant_id
             WHERE (shown.old_tier_id, shown.new_tier_id)
                   IS DISTINCT FROM (asked.old_tier_id, asked.new_tier_id)
            """,
            graded=self._graded_query(policy), moves=list(MOVES), run=self.id,
        ))[0][0]  # fmt: skip

    # === GRADING === #

    def _grade(self):
        """Write one line for each active merchant: where the figures want it, where it goes."""
        self.ensure_one()
        policy = self.env['marketplace.tier']._policy(self.company_id)
        self.write({'date': fields.Date.context_today(self), 'policy': policy})
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "DELETE FROM marketplace_tier_run_line WHERE run_id = %s", self.id
        ))
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_tier_run_line (run_id, merchant_id, old_tier_id, aim_tier_id,
                   new_tier_id, outcome, held_until, metrics, sales_12m)
            SELECT %s, id, old_tier_id, aim_tier_id, new_tier_id, outcome, held_until, metrics,
                   sales_12m
              FROM (%s) AS graded
            """,
            self.id, self._graded_query(policy),
        ))  # fmt: skip
        self.env['marketplace.tier.run.line'].invalidate_model()
        self.invalidate_recordset()

    def _graded_query(self, policy):
        """Return what becomes of every merchant, by the figures and policy of now."""
        graded = self._single_query(policy)
        if policy['share_cap']:
            # From the top: who leaves a tier upwards makes room in it.
            for tier in reversed(policy['tiers'][1:]):
                graded = self._capped_query(graded, tier)
        return graded

    def _single_query(self, policy):
        """Return what becomes of every merchant by itself, the shares of the tiers left aside.

        A figure that is not measured does not count; but without one measured test to enter, a
        tier is entered by hand only. To enter takes the tests to stay as well, so that nobody
        drops out by the figures that it came in with.
        """
        tiers = policy['tiers']
        ladder = [
            {
                'id': tier['id'],
                'minimum_stay_days': tier['minimum_stay_days'],
                'lower': tiers[rank - 1]['id'] if rank else None,
                'upper': tiers[rank + 1]['id'] if rank + 1 < len(tiers) else None,
            }
            for rank, tier in enumerate(tiers)
        ]
        return SQL(
            """
            WITH ladder AS (
                SELECT * FROM jsonb_to_recordset(%(ladder)s)
                    AS t(id int, minimum_stay_days int, lower int, upper int)
            ), test AS (
                SELECT * FROM jsonb_to_recordset(%(tests)s)
                    AS t(tier_id int, purpose text, metric text, operator text, threshold float8)
            ), metric AS (%(metrics)s
            ), merchant AS (
                SELECT merchant.id, merchant.tier_id, ladder.lower, ladder.upper,
                       pin.until AS pinned_until,
                       GREATEST(
                           merchant.tier_since + ladder.minimum_stay_days,
                           (date_trunc('month', merchant.tier_since) + interval '1 month')::date
                       ) AS free_from
                  FROM marketplace_merchant merchant
                  JOIN ladder ON ladder.id = merchant.tier_id
             LEFT JOIN marketplace_tier_pin pin
                    ON pin.id = merchant.tier_pin_id AND pin.until >= %(date)s
                 WHERE merchant.company_id = %(company)s AND merchant.state = 'active'
            ), verdict AS (
                SELECT merchant.id AS merchant_id, test.tier_id, test.purpose,
                       bool_and(CASE test.operator WHEN '>=' THEN metric.value >= test.threshold
                                ELSE metric.value <= test.threshold END) AS passed
                  FROM merchant
                  JOIN test ON test.tier_id = merchant.upper
                            OR test.tier_id = merchant.tier_id AND test.purpose = 'stay'
             LEFT JOIN metric ON metric.merchant_id = merchant.id AND metric.metric = test.metric
              GROUP BY merchant.id, test.tier_id, test.purpose
            ), aimed AS (
                SELECT merchant.*,
                       CASE WHEN stay.passed IS FALSE
                            THEN COALESCE(merchant.lower, merchant.tier_id)
                            WHEN entry.passed AND upper_stay.passed IS NOT FALSE THEN merchant.upper
                            ELSE merchant.tier_id END AS aim
                  FROM merchant
             LEFT JOIN verdict stay ON stay.merchant_id = merchant.id
                   AND stay.tier_id = merchant.tier_id AND stay.purpose = 'stay'
             LEFT JOIN verdict entry ON entry.merchant_id = merchant.id
                   AND entry.tier_id = merchant.upper AND entry.purpose = 'entry'
             LEFT JOIN verdict upper_stay ON upper_stay.merchant_id = merchant.id
                   AND upper_stay.tier_id = merchant.upper AND upper_stay.purpose = 'stay'
            ), figures AS (
                SELECT merchant_id, jsonb_object_agg(metric, value) AS metrics
                  FROM metric GROUP BY merchant_id
            ), decided AS (
                SELECT aimed.*, figures.metrics,
                       CASE WHEN aim = tier_id THEN 'stay'
                            WHEN pinned_until IS NOT NULL THEN 'pinned'
                            WHEN free_from > %(date)s THEN 'waiting'
                            WHEN aim = upper THEN 'up' ELSE 'down' END AS outcome
                  FROM aimed LEFT JOIN figures ON figures.merchant_id = aimed.id
            )
            SELECT id, tier_id AS old_tier_id, aim AS aim_tier_id,
                   CASE WHEN outcome IN ('up', 'down') THEN aim ELSE tier_id END AS new_tier_id,
                   outcome, metrics, (metrics->>'sales_12m')::numeric AS sales_12m,
                   CASE outcome WHEN 'pinned' THEN pinned_until WHEN 'waiting' THEN free_from END
                       AS held_until
              FROM decided
            """,
            ladder=json.dumps(ladder), tests=json.dumps(policy['tests']),
            metrics=self._metrics_query(), date=fields.Date.context_today(self),
            company=self.company_id.id,
        )  # fmt: skip

    def _metrics_query(self):
        """Return all figures that somebody measures, as rows of merchant, metric and value."""
        parts = [SQL("SELECT NULL::int AS merchant_id, NULL AS metric, NULL::float8 AS value"
                     " WHERE false")]  # fmt: skip
        for metrics, query in self.env['marketplace.merchant']._tier_metric_queries():
            parts.append(SQL(
                "SELECT measured.merchant_id, figure.* FROM (%s) AS measured"
                " CROSS JOIN LATERAL (VALUES %s) AS figure(metric, value)",
                query,
                SQL(", ").join(
                    SQL("(%s, measured.%s::float8)", metric, SQL.identifier(metric))
                    for metric in metrics
                ),
            ))  # fmt: skip
        return SQL(" UNION ALL ").join(parts)

    def _capped_query(self, graded, tier):
        """Return the same, but that only the best rise into a tier, as far as it has room.

        Who drops into it from above takes a place before who rises, and drops even if it is full.
        """
        return SQL(
            """
            SELECT id, old_tier_id, aim_tier_id, metrics, sales_12m, held_until,
                   CASE WHEN is_left THEN old_tier_id ELSE new_tier_id END AS new_tier_id,
                   CASE WHEN is_left THEN 'full' ELSE outcome END AS outcome
              FROM (
                SELECT graded.*,
                       outcome = 'up' AND new_tier_id = %(tier)s AND row_number() OVER (
                           PARTITION BY outcome, new_tier_id
                           ORDER BY sales_12m DESC NULLS LAST,
                                    (metrics->>'score')::float8 DESC NULLS LAST, id
                       ) > floor(count(*) OVER () * %(cap)s::numeric / 100) - count(*) FILTER (
                           WHERE new_tier_id = %(tier)s AND outcome != 'up'
                       ) OVER () AS is_left
                  FROM (%(graded)s) AS graded
              ) AS ranked
            """,
            graded=graded, tier=tier['id'], cap=tier['share_cap'],
        )  # fmt: skip

    # === CARRYING OUT === #

    def _carry_out(self):
        """Move the merchants, write their history, and tell them by and by."""
        self.ensure_one()
        Merchant = self.env['marketplace.merchant']
        rows = self.env.execute_query(SQL(
            """
            UPDATE marketplace_merchant merchant
               SET tier_id = line.new_tier_id, tier_since = %s, write_uid = %s,
                   write_date = now() AT TIME ZONE 'UTC'
              FROM marketplace_tier_run_line line
             WHERE line.run_id = %s AND line.outcome = ANY(%s) AND merchant.id = line.merchant_id
         RETURNING merchant.id
            """,
            fields.Date.context_today(self), self.env.uid, self.id, list(MOVES),
        ))  # fmt: skip
        merchants = Merchant.browse(row[0] for row in rows)
        merchants.invalidate_recordset(['tier_id', 'tier_since'])
        merchants.modified(['tier_id'])
        self.env['marketplace.tier.change']._record_moves(self)

    # === CRON === #

    @api.model
    def _cron_preview(self):
        """Prepare the monthly review of each company, for a manager to look at and apply."""
        groups = self.env['marketplace.merchant']._read_group(
            [('state', '=', 'active')], ['company_id']
        )
        for (company,) in groups:
            self.with_company(company)._open_run(company)._preview(system=True)
            self.env['ir.cron']._commit_progress(1)
