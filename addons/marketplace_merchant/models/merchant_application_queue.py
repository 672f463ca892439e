# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.marketplace_merchant.models.merchant_application import STAFF_ONLY

CLOSED_STATES = ('approved', 'rejected', 'withdrawn')
SECONDS_PER_HOUR = 3600


class MarketplaceMerchantApplication(models.Model):
    """What comes first, how long it takes, and what came before."""

    _inherit = 'marketplace.merchant.application'

    review_priority = fields.Integer(
        related='tier_id.review_priority', store=True, string="Priority", index=True
    )
    date_turn = fields.Datetime(
        string="Waiting Since", readonly=True, copy=False,
        help="Since when it is with us: handed in, or answered.",
    )  # fmt: skip
    date_decided = fields.Datetime(string="Closed on", readonly=True, copy=False)
    review_hours = fields.Float(
        string="Average Review (hours)", readonly=True, copy=False, aggregator='avg',
        digits=(16, 1), help="How long it was with us, without the time it was with the applicant.",
    )  # fmt: skip
    review_hours_max = fields.Float(
        string="Longest Review (hours)", related='review_hours', store=True, aggregator='max'
    )
    late_count = fields.Integer(
        string="Late Reviews", readonly=True, copy=False, help="Times that the review was late.",
    )  # fmt: skip
    earlier_ids = fields.Many2many(
        comodel_name='marketplace.merchant.application', string="Earlier Applications",
        compute='_compute_earlier_ids', groups=STAFF_ONLY,
        help="Of the same person, licence, phone or e-mail address.",
    )  # fmt: skip
    verification_request_ids = fields.One2many(
        comodel_name='marketplace.verification.request', inverse_name='application_id',
        string="Questions to Services", readonly=True, groups=STAFF_ONLY,
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('applicant_id', 'licence_number', 'phone', 'email')
    def _compute_earlier_ids(self):
        for application in self:
            application.earlier_ids = application.sudo().search(
                application._earlier_domain()
            ).with_env(self.env)

    def _earlier_domain(self):
        """Return what finds the applications that this one follows, by whom they are."""
        self.ensure_one()
        same = Domain('applicant_id', '=', self.applicant_id.id)
        for name in ('licence_hash', 'phone_hash', 'email_hash'):
            if value := self.sudo()[name]:
                same |= Domain(name, '=', value)
        if self.merchant_id:
            same |= Domain('merchant_id', '=', self.merchant_id.id)
        return same & Domain([
            ('id', '<', self._origin.id),
            ('state', 'in', CLOSED_STATES),
            ('company_id', '=', self.company_id.id),
        ])

    # === BUSINESS METHODS === #

    def _end_turn(self):
        """Add up how long it was with us, now that it is the applicant's again or decided."""
        now = fields.Datetime.now()
        for application in self.filtered('date_turn'):
            spent = (now - application.date_turn).total_seconds() / SECONDS_PER_HOUR
            application.write({
                'review_hours': application.review_hours + spent,
                'late_count': application.late_count + (now > application.date_review_due),
                'date_turn': False,
            })
