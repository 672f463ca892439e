# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools.misc import formatLang

METRICS = [
    ('sales_12m', "Sales of 12 months"),
    ('score', "Score"),
    ('refund_rate', "Refund rate"),
    ('complaint_rate', "Complaint rate"),
    ('late_rate', "Rate of orders sent late"),
]
RATES = ('refund_rate', 'complaint_rate', 'late_rate')


class MarketplaceTierTest(models.Model):
    """One thing that a merchant must reach to enter a tier, or to stay in it."""

    _name = 'marketplace.tier.test'
    _description = "Test of a Tier"
    _order = 'tier_id, purpose, id'
    _rec_name = 'metric'

    tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, index=True, ondelete='cascade'
    )
    purpose = fields.Selection(
        selection=[('entry', "To enter"), ('stay', "To stay")],
        required=True,
        default='entry',
    )
    metric = fields.Selection(selection=METRICS, string="Figure", required=True)
    operator = fields.Selection(
        selection=[('>=', "At least"), ('<=', "At most")], required=True, default='>='
    )
    threshold = fields.Float(
        required=True,
        digits=(16, 2),
        help="Sales in the currency of the tier, rates in percent, the score in points.",
    )

    _metric_uniq = models.Constraint(
        'UNIQUE (tier_id, purpose, metric, operator)',
        "This figure is tested for this purpose already.",
    )
    _threshold_positive = models.Constraint(
        'CHECK (threshold >= 0)', "What a test asks for cannot be negative."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _metric_label(self, metric):
        return dict(self._fields['metric']._description_selection(self.env))[metric]

    @api.model
    def _format_metric(self, metric, value, currency):
        """Return a figure in words; ``None`` is one that nobody has measured."""
        if value is None:
            return self.env._("not measured")
        if metric == 'sales_12m':
            return formatLang(self.env, value, currency_obj=currency)
        number = formatLang(self.env, value, digits=2)
        return f"{number} %" if metric in RATES else number

    @api.model
    def _format_threshold(self, test, currency):
        """Return what a test asks for in words.

        :param dict test: one of the tests of ``marketplace.tier._policy``
        """
        threshold = self._format_metric(test['metric'], test['threshold'], currency)
        if test['operator'] == '>=':
            return self.env._("at least %s", threshold)
        return self.env._("at most %s", threshold)

    @api.model
    def _is_passed(self, test, value):
        """Return whether a figure passes a test; ``None`` if it is not measured."""
        if value is None:
            return None
        if test['operator'] == '>=':
            return value >= test['threshold']
        return value <= test['threshold']

    def _is_easier(self, entry):
        """Return whether this test to stay takes no more than a test to enter of the same kind."""
        if self.operator == '>=':
            return self.threshold <= entry.threshold
        return self.threshold >= entry.threshold

    @api.model
    def _progress(self, test, value):
        """Return how much of the way to a threshold is done, from 0 to 100."""
        if value is None:
            return 0
        if self._is_passed(test, value):
            return 100
        part, whole = sorted((max(value, 0.0), test['threshold']))
        return int(100 * part / whole)

    @api.model
    def _describe(self, tests, metrics, currency):
        """Return in words what the figures are and what the tests ask for.

        :param list tests: of ``marketplace.tier._policy``
        :param dict metrics: value by metric
        """
        return "; ".join(
            self.env._(
                "%(figure)s %(value)s (%(threshold)s)",
                figure=self._metric_label(test['metric']),
                value=self._format_metric(test['metric'], metrics.get(test['metric']), currency),
                threshold=self._format_threshold(test, currency),
            )
            for test in tests
        )
