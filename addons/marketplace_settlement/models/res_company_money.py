# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    """How large a deposit has to be, how debts are recovered, what takes whose approval."""

    _inherit = 'res.company'

    marketplace_deposit_window = fields.Integer(
        string="Days of the Dispute Rate", default=90,
        help="The dispute rate looks at the orders sent in this many days.",
    )  # fmt: skip
    marketplace_deposit_min_orders = fields.Integer(
        string="Orders for a Dispute Rate", default=20,
        help="With fewer orders the standard rate counts: one dispute of three says little.",
    )  # fmt: skip
    marketplace_deposit_default_rate = fields.Float(
        string="Standard Dispute Rate (%)", digits=(5, 2), default=1.0,
        help="Counts for merchants with few orders.",
    )  # fmt: skip
    marketplace_deposit_demand_days = fields.Integer(
        string="Days to Top Up", default=14,
        help="How long a merchant has to pay in what its deposit lacks.",
    )  # fmt: skip
    marketplace_deposit_keep_back = fields.Boolean(
        string="Payouts Keep Back what the Deposit Lacks",
        help="A payout leaves as much with the marketplace as the deposit is short of.",
    )
    marketplace_debt_deposit = fields.Selection(
        selection=[
            ('never', "Never"),
            ('proposal', "Two people decide"),
            ('automatic', "By itself, after some days"),
        ],
        string="Debts from the Deposit",
        required=True,
        default='proposal',
        help="Whether the accepted agreement lets the deposit make good what a merchant owes.",
    )
    marketplace_debt_deposit_days = fields.Integer(
        string="Days until the Deposit", default=30,
        help="Only of debts of this age the deposit is used by itself: new sales come first.",
    )  # fmt: skip
    marketplace_provision_30 = fields.Float(
        string="Provision, 31 to 60 Days (%)", digits=(5, 2), default=10.0
    )
    marketplace_provision_60 = fields.Float(
        string="Provision, 61 to 90 Days (%)", digits=(5, 2), default=50.0
    )
    marketplace_provision_90 = fields.Float(
        string="Provision, over 90 Days (%)", digits=(5, 2), default=100.0
    )
    marketplace_adjustment_limit = fields.Monetary(
        string="Adjustments by Officers", default=10_000.0,
        help="What a finance officer may propose at most; above it two managers adjust.",
    )  # fmt: skip
    marketplace_advance_case_cap = fields.Monetary(
        string="Advance per Case", default=500_000.0,
        help="What shoppers get in advance at most in one case.",
    )  # fmt: skip
    marketplace_advance_day_cap = fields.Monetary(
        string="Advances per Merchant and Day", default=1_000_000.0,
        help="What is paid in advance for one merchant on one day at most.",
    )  # fmt: skip
    marketplace_advance_direct = fields.Monetary(
        string="Advances without Approval", default=1_000.0,
        help="Up to this amount what was decided in a case is paid at once; above it a finance"
        " manager approves first.",
    )  # fmt: skip

    _marketplace_deposit_sane = models.Constraint(
        'CHECK (marketplace_deposit_window > 0 AND marketplace_deposit_min_orders > 0'
        ' AND marketplace_deposit_demand_days > 0'
        ' AND marketplace_deposit_default_rate BETWEEN 0 AND 100)',
        "The deposit needs at least one day to look back on, one order and one day to top up, and"
        " a rate between 0 and 100 %.",
    )
    _marketplace_provision_sane = models.Constraint(
        'CHECK (marketplace_provision_30 BETWEEN 0 AND 100'
        ' AND marketplace_provision_60 BETWEEN 0 AND 100'
        ' AND marketplace_provision_90 BETWEEN 0 AND 100'
        ' AND marketplace_debt_deposit_days >= 0)',
        "A provision is between 0 and 100 %, and the days until the deposit is used are not"
        " negative.",
    )
    _marketplace_caps_sane = models.Constraint(
        'CHECK (marketplace_adjustment_limit >= 0 AND marketplace_advance_case_cap >= 0'
        ' AND marketplace_advance_day_cap >= 0 AND marketplace_advance_direct >= 0)',
        "Limits cannot be negative.",
    )
