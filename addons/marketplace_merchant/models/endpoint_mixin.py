# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import ipaddress
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import decrypt, encrypt, mask

TIMEOUT_MAX_SECONDS = 60


class MarketplaceEndpointMixin(models.AbstractModel):
    """An address outside that is called over HTTP, with a token of its own.

    The token is encrypted, shows by its end only, and belongs to the address that it was typed in
    for. Every change leaves an audit row.
    """

    _name = 'marketplace.endpoint.mixin'
    _description = "Address Outside"

    _secret_fields = ('token_secret',)
    # What the audit row of a change shows.
    _endpoint_audited = ('url',)

    url = fields.Char(string="Address", help="Where questions are sent to, with https://.")
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

    _timeout_range = models.Constraint(
        f'CHECK (timeout BETWEEN 1 AND {TIMEOUT_MAX_SECONDS})',
        "The time-out is between 1 and 60 seconds.",
    )

    # === COMPUTE METHODS === #

    @api.depends('token_secret')
    def _compute_token(self):
        for endpoint in self:
            secret = endpoint.sudo().token_secret
            endpoint.token = mask(decrypt(self.env, secret)) if secret else False

    def _inverse_token(self):
        for endpoint in self:
            endpoint.sudo().token_secret = endpoint.token and encrypt(self.env, endpoint.token)

    # === CONSTRAINT METHODS === #

    @api.constrains('url')
    def _check_url(self):
        """Identities and the token travel to this address: encrypted, or not off this machine."""
        for endpoint in self.filtered('url'):
            parts = urlsplit(endpoint.url)
            secure = parts.scheme == 'https' or (
                parts.scheme == 'http' and _is_loopback(parts.hostname)
            )
            if not (secure and parts.hostname):
                raise ValidationError(self.env._(
                    "“%s” cannot be used: the address has to start with https://. Only a service"
                    " on this very machine may be asked without encryption.", endpoint.url,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        endpoints = super().create(vals_list)
        endpoints.invalidate_recordset(['token'])
        self.env['marketplace.audit.log']._log(
            endpoints, 'create', after=endpoints._endpoint_state()
        )
        return endpoints

    def write(self, vals):
        before = self._endpoint_state()
        if 'token' not in vals and any(
            endpoint.url != vals.get('url', endpoint.url) for endpoint in self
        ):
            # A token is for the address that it was typed in for.
            vals = dict(vals, token=False)
        result = super().write(vals)
        # From here on the token shows as everybody sees it: by its end.
        self.invalidate_recordset(['token'])
        after = self._endpoint_state()
        if 'token' in vals:
            after = [dict(row, token=self.env._("replaced")) for row in after]
        if before != after:
            self.env['marketplace.audit.log']._log(self, 'change', before=before, after=after)
        return result

    # === BUSINESS METHODS === #

    def _endpoint_state(self):
        """Return what the audit log shows of each record."""
        return [
            {name: endpoint[name] for name in self._endpoint_audited} for endpoint in self
        ]

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
