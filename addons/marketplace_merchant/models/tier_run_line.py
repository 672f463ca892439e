# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import format_date

# Outcomes by which a merchant changes its tier
MOVES = ('up', 'down')


class MarketplaceTierRunLine(models.Model):
    """What a review of tiers found for one merchant. Written by the review only, in sets."""

    _name = 'marketplace.tier.run.line'
    _inherit = ['marketplace.guard.mixin']
    _description = "Result of a Review of Tiers"
    _order = 'new_tier_id desc, sales_12m desc, id'
    _rec_name = 'merchant_id'
    _log_access = False

    run_id = fields.Many2one(
        comodel_name='marketplace.tier.run', required=True, readonly=True, ondelete='cascade',
    )  # fmt: skip
    company_id = fields.Many2one(related='run_id.company_id')
    currency_id = fields.Many2one(related='run_id.company_id.currency_id')
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='cascade',
    )  # fmt: skip
    old_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    aim_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', string="By the Figures", required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    new_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    outcome = fields.Selection(
        string="Result",
        selection=[
            ('up', "Up"),
            ('down', "Down"),
            ('full', "Held: tier is full"),
            ('waiting', "Held: minimum stay"),
            ('pinned', "Held: pinned"),
            ('stay', "Stays"),
        ],
        required=True,
        readonly=True,
    )
    held_until = fields.Date(readonly=True)
    metrics = fields.Json(string="Figures", readonly=True)
    sales_12m = fields.Monetary(string="Sales of 12 Months", readonly=True)
    reason = fields.Text(string="Why", compute='_compute_reason')

    _merchant_uniq = models.Constraint(
        'UNIQUE (run_id, merchant_id)', "The review has graded this merchant already."
    )

    # === COMPUTE METHODS === #

    @api.depends('outcome', 'metrics', 'held_until', 'run_id.policy')
    @api.depends_context('lang')
    def _compute_reason(self):
        for run, lines in self.grouped('run_id').items():
            policy = run.policy
            for line in lines:
                line.reason = getattr(line, f'_reason_{line.outcome}')(policy)

    def _reason_up(self, policy):
        return self.env._(
            "Reaches what %(tier)s takes: %(figures)s.",
            tier=self.aim_tier_id.name,
            figures=self._figures(policy, self.aim_tier_id, 'entry', passed=True),
        )

    def _reason_down(self, policy):
        return self.env._(
            "No longer reaches what %(tier)s takes: %(figures)s.",
            tier=self.old_tier_id.name,
            figures=self._figures(policy, self.old_tier_id, 'stay', passed=False),
        )

    def _reason_stay(self, policy):
        upper = self._upper_tier(policy)
        failed = upper and self._figures(policy, upper, 'entry', passed=False)
        if not failed:
            return self.env._("Keeps its tier.")
        return self.env._(
            "Keeps its tier. For %(tier)s: %(figures)s.", tier=upper.name, figures=failed
        )

    def _reason_pinned(self, _policy):
        return self.env._(
            "Would move to %(tier)s, but is pinned until %(date)s.",
            tier=self.aim_tier_id.name, date=format_date(self.env, self.held_until),
        )

    def _reason_waiting(self, _policy):
        return self.env._(
            "Would move to %(tier)s, but not before %(date)s: it has to stay in its tier for a"
            " while first.",
            tier=self.aim_tier_id.name, date=format_date(self.env, self.held_until),
        )

    def _reason_full(self, _policy):
        return self.env._(
            "Reaches what %(tier)s takes, but all places there are taken by merchants with higher"
            " figures.", tier=self.aim_tier_id.name,
        )

    def _upper_tier(self, policy):
        """Return the next tier up, as the ladder was when the review was made."""
        ladder = [tier['id'] for tier in policy['tiers']]
        rank = ladder.index(self.old_tier_id.id) + 1
        return self.env['marketplace.tier'].browse(ladder[rank:rank + 1])

    def _figures(self, policy, tier, purpose, passed=None):
        """Return the tests of a tier with the merchant's figures in words.

        :param bool passed: leave out the tests with another result
        """
        Test = self.env['marketplace.tier.test']
        metrics = self.metrics or {}
        tests = [
            test for test in policy['tests']
            if (test['tier_id'], test['purpose']) == (tier.id, purpose)
            and passed in (None, Test._is_passed(test, metrics.get(test['metric'])))
        ]
        return Test._describe(tests, metrics, self.currency_id)
