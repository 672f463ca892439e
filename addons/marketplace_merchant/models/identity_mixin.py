# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import keyed_hash


class MarketplaceIdentityMixin(models.AbstractModel):
    """By what a seller is recognised when it comes back: licence, phone, e-mail, representative.

    Each is looked up by its keyed hash, so that one indexed query finds it whatever way it was
    written, and a copy of the table tells nobody's number.
    """

    _name = 'marketplace.identity.mixin'
    _inherit = ['marketplace.licence.mixin']
    _description = "Recognised Identity"

    phone = fields.Char()
    email = fields.Char()
    legal_representative = fields.Char()
    country_id = fields.Many2one(comodel_name='res.country')
    phone_hash = fields.Char(
        compute='_compute_phone_hash', store=True, groups=NO_ACCESS, index='btree_not_null'
    )
    email_hash = fields.Char(
        compute='_compute_email_hash', store=True, groups=NO_ACCESS, index='btree_not_null'
    )
    representative_hash = fields.Char(
        compute='_compute_representative_hash', store=True, groups=NO_ACCESS,
        index='btree_not_null',
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('phone', 'country_id')
    def _compute_phone_hash(self):
        for record in self:
            record.phone_hash = keyed_hash(self.env, record._phone_plain())

    @api.depends('email')
    def _compute_email_hash(self):
        for record in self:
            record.email_hash = keyed_hash(self.env, record.email)

    @api.depends('legal_representative')
    def _compute_representative_hash(self):
        for record in self:
            record.representative_hash = keyed_hash(self.env, record.legal_representative)

    # === BUSINESS METHODS === #

    def _phone_plain(self):
        """Return the number with the country's prefix, as typed where it is no valid number."""
        self.ensure_one()
        try:
            number = self._phone_format(
                number=self.phone, country=self.country_id, raise_exception=True
            )
        except UserError:
            number = False
        return number or self.phone
