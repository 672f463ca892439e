# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

# The checks of an application that a service can answer.
SERVICE_CHECKS = [
    ('licence', "Licence number"),
    ('register', "Company and representative"),
    ('phone', "Phone number"),
    ('reputation', "Reputation and credit"),
]


class MarketplaceVerificationService(models.Model):
    """A service outside that knows more than the machine: a register, a credit agency.

    What it is asked and must answer stands in ``tools/verification_client.py``.
    """

    _name = 'marketplace.verification.service'
    _description = "Verification Service"
    _inherit = ['marketplace.endpoint.mixin']
    _order = 'sequence, id'

    _endpoint_audited = ('url', 'check_code', 'active')

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="Of several for the same check the first is asked.")
    active = fields.Boolean(default=True)
    check_code = fields.Selection(selection=SERVICE_CHECKS, string="Check", required=True)
    country_ids = fields.Many2many(
        comodel_name='res.country', string="Countries", help="Empty: all countries."
    )
    url = fields.Char(required=True)
    max_tries = fields.Integer(
        string="Tries", required=True, default=6,
        help="With growing pauses in between. After the last one the check is left to a person.",
    )  # fmt: skip
    request_ids = fields.One2many(
        comodel_name='marketplace.verification.request', inverse_name='service_id'
    )
    request_count = fields.Integer(string="Questions", compute='_compute_request_counts')
    waiting_count = fields.Integer(string="Waiting", compute='_compute_request_counts')
    given_up_count = fields.Integer(string="Given Up", compute='_compute_request_counts')

    _tries_range = models.Constraint(
        'CHECK (max_tries BETWEEN 1 AND 20)', "A service is asked between 1 and 20 times."
    )

    # === COMPUTE METHODS === #

    @api.depends('request_ids.state')
    def _compute_request_counts(self):
        counts = {
            (service, state): count
            for service, state, count in self.env['marketplace.verification.request']._read_group(
                [('service_id', 'in', self.ids)], ['service_id', 'state'], ['__count']
            )
        }
        for service in self:
            service.waiting_count = counts.get((service, 'waiting'), 0)
            service.given_up_count = counts.get((service, 'given_up'), 0)
            service.request_count = sum(
                count for (asked, _state), count in counts.items() if asked == service
            )

    # === ACTION METHODS === #

    def action_view_requests(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_merchant.verification_request_action'
        )
        return dict(action, domain=[('service_id', '=', self.id)], display_name=self.name)

    # === BUSINESS METHODS === #

    @api.model
    def _for_check(self, code, country):
        """Return the service to ask for a check about somebody of this country; may be empty."""
        return self.sudo().search([
            ('check_code', '=', code),
            '|', ('country_ids', '=', False), ('country_ids', 'in', country.ids),
        ], limit=1)  # fmt: skip
