# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models

# How often a merchant gets a statement.
PERIODS = [
    ('day', "Every Day"),
    ('week', "Every Week"),
    ('half_month', "Twice a Month"),
    ('month', "Every Month"),
]
MID_MONTH = 15


def period_ends(today):
    """Return for each kind of period the last day of the one that ended before ``today``."""
    yesterday = today - timedelta(days=1)
    last_month = today.replace(day=1) - timedelta(days=1)
    half = today.replace(day=MID_MONTH) if today.day > MID_MONTH else last_month
    return {
        'day': yesterday,
        'week': today - timedelta(days=today.isoweekday()),
        'half_month': half,
        'month': last_month,
    }


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_statement_period = fields.Selection(
        selection=PERIODS, string="Statements", required=True, default='week',
        help="How often merchants get a statement, unless their tier or their own file says else.",
    )  # fmt: skip
    marketplace_statement_minimum = fields.Monetary(
        string="Smallest Statement",
        help="Less than this waits for the next period. Merchants that leave get all they are"
        " owed.",
    )

    _marketplace_statement_minimum_positive = models.Constraint(
        'CHECK (marketplace_statement_minimum >= 0)',
        "The smallest amount of a statement cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_statement_period = fields.Selection(
        related='company_id.marketplace_statement_period', readonly=False, required=True
    )
    marketplace_statement_minimum = fields.Monetary(
        related='company_id.marketplace_statement_minimum', readonly=False
    )


class MarketplaceTier(models.Model):
    _inherit = 'marketplace.tier'

    statement_period = fields.Selection(
        selection=PERIODS, string="Statements",
        help="How often merchants of this tier get a statement; empty: as the company says.",
    )  # fmt: skip
    statement_minimum = fields.Monetary(
        string="Smallest Statement", help="Counts if the tier has a period of its own."
    )

    _statement_minimum_positive = models.Constraint(
        'CHECK (statement_minimum >= 0)', "The smallest amount of a statement cannot be negative."
    )


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    statement_period = fields.Selection(
        selection=PERIODS, string="Statements", tracking=True,
        help="How often this merchant gets a statement; empty: as its tier or the company says.",
    )  # fmt: skip
    statement_minimum = fields.Monetary(
        string="Smallest Statement", tracking=True,
        help="Counts if the merchant has a period of its own.",
    )  # fmt: skip

    _statement_minimum_positive = models.Constraint(
        'CHECK (statement_minimum >= 0)', "The smallest amount of a statement cannot be negative."
    )

    # === BUSINESS METHODS === #

    def _check_editable(self, vals):
        """Let those who may write merchants agree on the terms of their statements as well."""
        super()._check_editable({
            name: value for name, value in vals.items()
            if name not in ('statement_period', 'statement_minimum')
        })
