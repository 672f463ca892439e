# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Command


class MarketplaceMerchantApplication(models.Model):
    """What comes of an approved application to open a shop."""

    _inherit = 'marketplace.merchant.application'

    # === APPROVAL === #

    def _carry_out_open(self):
        """Create the merchant with its contact, shop and owner, and hand the papers over to it."""
        self.ensure_one()
        merchant = self.env['marketplace.merchant'].create(self._prepare_merchant_values())
        self.merchant_id = merchant
        self.env['marketplace.merchant.member'].create(
            {'merchant_id': merchant.id, 'user_id': self.applicant_id.id, 'role_owner': True}
        )
        self.env['marketplace.shop'].create(self._prepare_shop_values(merchant))
        self._hand_over_documents()
        self.agreement_acceptance_ids.merchant_id = merchant
        self.requirement_submission_ids.merchant_id = merchant
        if not self._keeps_own_contact():
            self.applicant_id.partner_id.parent_id = merchant.partner_id
        merchant._activate_if_ready()

    def _keeps_own_contact(self):
        """Return whether the applicant stays a contact of its own, and not of the merchant's.

        As a person of the merchant's it reads the merchant's invoices; but whatever it has bought
        would be the merchant's too from then on. Other addons know of more such business.
        """
        contact = self.applicant_id.partner_id
        return bool(contact.parent_id or contact.is_company or contact.vat or contact.child_ids)

    def _prepare_partner_values(self):
        """Return the values of the merchant's contact: the legal entity."""
        return {
            'name': self.company_name,
            'is_company': True,
            'company_registry': False if self.licence_secret else self.licence_number,
            'phone': self.phone,
            'email': self.email,
            'street': self.street,
            'city': self.city,
            'zip': self.zip,
            'country_id': self.country_id.id,
            'lang': self.applicant_id.lang,
        }

    def _prepare_merchant_values(self):
        partner = self.env['res.partner'].create(self._prepare_partner_values())
        return {
            'partner_id': partner.id,
            'company_id': self.company_id.id,
            'tier_id': self.tier_id.id,
            'manager_id': self.reviewer_id.id,
            'entity_type': self.entity_type,
            'licence_number': self._licence_plain(),
            'legal_representative': self.legal_representative,
            'contact_name': self.contact_name,
            'phone': self.phone,
            'email': self.email,
            'category_ids': [Command.set(self.category_ids.ids)],
            'date_approved': fields.Date.context_today(self),
        }

    def _prepare_shop_values(self, merchant):
        return {
            'merchant_id': merchant.id,
            'name': self.shop_name,
            'slug': self.env['marketplace.shop']._make_slug(self.shop_name, merchant.code),
            'description': self.shop_description,
        }
