# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL


class MarketplaceMerchant(models.Model):
    """How the merchant stands in its tier."""

    _inherit = 'marketplace.merchant'

    tier_since = fields.Date(
        string="In Tier since", readonly=True, copy=False, default=fields.Date.context_today
    )
    tier_pin_id = fields.Many2one(
        comodel_name='marketplace.tier.pin', string="Pinned", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff', index='btree_not_null',
    )  # fmt: skip
    tier_pinned_until = fields.Date(
        related='tier_pin_id.until', string="Pinned until",
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    # === BUSINESS METHODS === #

    def _tier_metric_queries(self):
        """Return how the figures of these merchants, of all if there are none, are measured.

        The addons that know figures extend this: sales_12m (amount in the currency of the
        merchant's company), score (0 to 100), refund_rate, complaint_rate and late_rate (percent).
        What one query finds out together it measures once.

        :return: the figures that each query measures, and the query: a column merchant_id and one
            named after each figure. A merchant without a row or a value is not measured.
        :rtype: list[tuple[tuple[str], odoo.tools.SQL]]
        """
        return []

    def _tier_metrics(self):
        """Return the merchant's figures by metric, those that are measured.

        :rtype: dict[str, float]
        """
        self.ensure_one()
        self.env.flush_all()
        found = {}
        for metrics, query in self._tier_metric_queries():
            rows = self.env.execute_query(SQL(
                "SELECT %s FROM (%s) AS measured WHERE merchant_id = %s",
                SQL(", ").join(SQL("%s::float8", SQL.identifier(metric)) for metric in metrics),
                query, self.id,
            ))  # fmt: skip
            found.update(zip(metrics, rows[0] if rows else [None] * len(metrics), strict=True))
        return found

    def _tier_outlook(self):
        """Return how far the merchant is from each threshold, in the words of the reader.

        :return: ``upper``: the next tier, may be empty; ``stay`` and ``entry``: the tests to stay
            in the tier, and to enter the next one
        :rtype: dict
        """
        self.ensure_one()
        policy = self.env['marketplace.tier']._policy(self.company_id)
        ladder = self.env['marketplace.tier'].browse(tier['id'] for tier in policy['tiers'])
        upper = next(
            (above for tier, above in zip(ladder, ladder[1:], strict=False)
             if tier == self.tier_id),
            ladder.browse(),
        )  # fmt: skip
        metrics = self._tier_metrics()
        return {
            'upper': upper,
            'stay': self._tier_prospects(policy, self.tier_id, 'stay', metrics),
            'entry': self._tier_prospects(policy, upper, 'entry', metrics),
        }

    def _tier_prospects(self, policy, tier, purpose, metrics):
        """Return the tests of a tier with the merchant's figure and what it lacks.

        :return: dicts of label, value, threshold, gap (texts), passed (``None``: not measured),
            is_minimum (the figure has to be at least that) and progress (0 to 100)
        :rtype: list[dict]
        """
        Test = self.env['marketplace.tier.test']
        prospects = []
        for test in policy['tests']:
            if (test['tier_id'], test['purpose']) != (tier.id, purpose):
                continue
            metric, value = test['metric'], metrics.get(test['metric'])
            passed = Test._is_passed(test, value)
            gap = passed is False and abs(test['threshold'] - value)
            prospects.append({
                'label': Test._metric_label(metric),
                'value': Test._format_metric(metric, value, self.currency_id),
                'threshold': Test._format_threshold(test, self.currency_id),
                'gap': gap and Test._format_metric(metric, gap, self.currency_id),
                'passed': passed,
                'is_minimum': test['operator'] == '>=',
                'progress': Test._progress(test, value),
            })
        return prospects
