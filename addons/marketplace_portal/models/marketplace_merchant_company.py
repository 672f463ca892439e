# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _portal_company(self):
        """Return the legal data on file, for owners: label and value of each."""
        self.ensure_one()
        _ = self.env._
        entity_types = dict(self._fields['entity_type']._description_selection(self.env))
        partner = self.partner_id
        place = " ".join(filter(None, (partner.zip, partner.city)))
        address = ", ".join(filter(None, (partner.street, place, partner.country_id.name)))
        return [
            {'label': label, 'value': value}
            for label, value in (
                (_("Name"), partner.name),
                (_("Kind of business"), entity_types.get(self.entity_type)),
                (_("Licence number"), self.licence_number),
                (_("Legal representative"), self.legal_representative),
                (_("Address"), address),
            )
        ]
