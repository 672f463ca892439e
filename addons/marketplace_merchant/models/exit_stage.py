# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .exit_reason import EXIT_KINDS


class MarketplaceExitStage(models.Model):
    """When which part of the deposit goes back to a merchant that leaves: a row of the policy.

    Shoppers may return goods and complain for a while after the last order, so the deposit does
    not go back at once. The last stage gives back whatever is left.
    """

    _name = 'marketplace.exit.stage'
    _description = "Stage of the Deposit's Release"
    _order = 'kind desc, days, id'

    kind = fields.Selection(
        selection=EXIT_KINDS, string="For", required=True, default='voluntary'
    )
    days = fields.Integer(
        required=True, help="Days after the last order was closed, or the exit began."
    )
    percent = fields.Float(
        string="Share (%)", required=True, digits=(5, 2),
        help="Of the deposit; the last stage takes all that is left.",
    )  # fmt: skip

    _days_uniq = models.Constraint(
        'UNIQUE (kind, days)', "There is already a stage after as many days."
    )
    _days_positive = models.Constraint('CHECK (days >= 0)', "The days cannot be negative.")
    _percent_range = models.Constraint(
        'CHECK (percent > 0 AND percent <= 100)', "A share is more than 0 and at most 100 %."
    )

    # === COMPUTE METHODS === #

    @api.depends('kind', 'days', 'percent')
    def _compute_display_name(self):
        for stage in self:
            stage.display_name = self.env._(
                "%(percent)g %% after %(days)s days", percent=stage.percent, days=stage.days
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'percent')
    def _check_percent_total(self):
        groups = self._read_group([], ['kind'], ['percent:sum'])
        if any(total > 100 for _kind, total in groups):
            raise ValidationError(self.env._("All stages together release at most 100 %."))
