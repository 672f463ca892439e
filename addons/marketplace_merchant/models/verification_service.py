# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import ipaddress
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import decrypt, encrypt, mask

# The checks of an application that a service can answer.
SERVICE_CHECKS = [
    ('licence', "Licence number"),
    ('register', "Company and representative"),
    ('phone', "Phone number"),
    ('reputation', "Reputation and credit"),
]
TIMEOUT_MAX_SECONDS = 60


class MarketplaceVerificationService(models.Model):
    """A service outside that knows more than the machine: a register, a credit agency.

    What it is asked and must answer stands in ``tools/verification_client.py``.
    """

    _name = 'marketplace.verification.service'
    _description = "Verification Service"
    _order = 'sequence, id'

    _secret_fields = ('token_secret',)

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="Of several for the same check the first is asked.")
    active = fields.Boolean(default=True)
    check_code = fields.Selection(selection=SERVICE_CHECKS, string="Check", required=True)
    country_ids = fields.Many2many(
        comodel_name='res.country', string="Countries", help="Empty: all countries."
    )
    url = fields.Char(
        string="Address", required=True, help="Where questions are sent to, with https://."
    )
    token = fields.Char(
        string="Access Token", compute='_compute_token', inverse='_inverse_token',
        help="Sent with each question. Stored encrypted; only its end is shown. Another address"
        " takes a token of its own: type it in together with the address.",
    )  # fmt: skip
    token_secret = fields.Char(copy=False, groups=NO_ACCESS)
    timeout = fields.Integer(
        string="Time-out (seconds)", required=True, default=10,
        help="How long an answer may take, from the first to the last byte.",
    )  # fmt: skip
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

    _timeout_range = models.Constraint(
        f'CHECK (timeout BETWEEN 1 AND {TIMEOUT_MAX_SECONDS})',
        "The time-out is between 1 and 60 seconds.",
    )
    _tries_range = models.Constraint(
        'CHECK (max_tries BETWEEN 1 AND 20)', "A service is asked between 1 and 20 times."
    )

    # === COMPUTE METHODS === #

    @api.depends('token_secret')
    def _compute_token(self):
        for service in self:
            secret = service.sudo().token_secret
            service.token = mask(decrypt(self.env, secret)) if secret else False

    def _inverse_token(self):
        for service in self:
            service.sudo().token_secret = service.token and encrypt(self.env, service.token)

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

    # === CONSTRAINT METHODS === #

    @api.constrains('url')
    def _check_url(self):
        """Identities and the token travel to this address: encrypted, or not off this machine."""
        for service in self:
            parts = urlsplit(service.url or '')
            secure = parts.scheme == 'https' or (
                parts.scheme == 'http' and _is_loopback(parts.hostname)
            )
            if not (secure and parts.hostname):
                raise ValidationError(self.env._(
                    "“%s” cannot be used: the address has to start with https://. Only a service"
                    " on this very machine may be asked without encryption.", service.url,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services.invalidate_recordset(['token'])
        self.env['marketplace.audit.log']._log(services, 'create', after=[
            {'url': service.url, 'check': service.check_code} for service in services
        ])
        return services

    def write(self, vals):
        before = [{'url': service.url, 'active': service.active} for service in self]
        if 'token' not in vals and any(
            service.url != vals.get('url', service.url) for service in self
        ):
            # A token is for the address that it was typed in for.
            vals = dict(vals, token=False)
        result = super().write(vals)
        # From here on the token shows as everybody sees it: by its end.
        self.invalidate_recordset(['token'])
        after = [{'url': service.url, 'active': service.active} for service in self]
        if 'token' in vals:
            after = [dict(row, token=self.env._("replaced")) for row in after]
        if before != after:
            self.env['marketplace.audit.log']._log(self, 'change', before=before, after=after)
        return result

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

    def _access_token(self):
        """Return the token itself; for the call only."""
        self.ensure_one()
        secret = self.sudo().token_secret
        return decrypt(self.env, secret) if secret else False


def _is_loopback(hostname):
    try:
        return ipaddress.ip_address(hostname or '').is_loopback
    except ValueError:
        return hostname == 'localhost'
