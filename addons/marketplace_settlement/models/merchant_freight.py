# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import math

from odoo import models
from odoo.exceptions import MissingError
from odoo.fields import Command

from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.form_reader import FormReader

SIZE_MAXIMUM = 1_000_000
AMOUNT_MAXIMUM = 1_000_000
ZONES_MAXIMUM = 40


class MarketplaceMerchant(models.Model):
    """What a merchant charges for sending, as it sets it by itself."""

    _inherit = 'marketplace.merchant'

    # === PORTAL METHODS === #

    def portal_set_freight(self, values):
        """Set how freight is counted, and the rate for all addresses that no zone has.

        :param dict values: basis, ship_hours, is_served, first_size, base_amount, next_size,
            next_amount, free_from; as text or numbers
        :raise FieldErrors: everything that is wrong
        """
        merchant_sudo = self._portal_freight()
        template = merchant_sudo.freight_template_ids
        reader = FormReader(self.env, values)
        bases = dict(self.env['marketplace.freight.template']._fields['basis'].selection)
        reader.choice('basis', self.env._("Counted by"), bases)
        self._read_freight_rate(reader)
        limit = merchant_sudo.company_id.marketplace_ship_hours
        reader.number('ship_hours', self.env._("Sent within"), 1, limit, required=False)
        clean = reader.check()
        clean['ship_hours'] = math.ceil(clean['ship_hours'] or 0)
        if template:
            template.write(clean)
        else:
            template = template.create(dict(clean, merchant_id=self.id))
        self.env['marketplace.audit.log']._log(template, 'change', after=clean)

    def portal_set_freight_zone(self, values, zone_id=None):
        """Add a zone, or change one.

        :param dict values: as of :meth:`portal_set_freight` without basis; name, country_ids and
            state_ids as lists of ids
        :param int zone_id: the zone to change; a new one without it
        :raise FieldErrors: everything that is wrong
        """
        merchant_sudo = self._portal_freight()
        zone = merchant_sudo._freight_zone(zone_id) if zone_id else None
        reader = FormReader(self.env, values)
        reader.text('name', self.env._("Name of the zone"))
        self._read_freight_rate(reader)
        self._read_regions(reader)
        template = merchant_sudo.freight_template_ids
        if not zone and len(template.zone_ids) >= ZONES_MAXIMUM:
            reader.fail('name', self.env._("There can be at most %s zones.", ZONES_MAXIMUM))
        clean = reader.check()
        clean.update({
            name: [Command.set(clean[name])] for name in ('country_ids', 'state_ids')
        })
        if zone:
            zone.write(clean)
        else:
            template = template or template.create({'merchant_id': self.id})
            zone = template.zone_ids.create(dict(clean, template_id=template.id))
        self.env['marketplace.audit.log']._log(
            template, 'change', after={'zone': zone.name, 'base_amount': zone.base_amount}
        )
        return zone.id

    def portal_remove_freight_zone(self, zone_id):
        """Remove a zone: its addresses cost what the rest does."""
        merchant_sudo = self._portal_freight()
        zone = merchant_sudo._freight_zone(zone_id)
        self.env['marketplace.audit.log']._log(
            zone.template_id, 'change', before={'zone': zone.name}, after={'zone': False}
        )
        zone.unlink()

    # === BUSINESS METHODS === #

    def _ship_hours(self):
        """Return within how many hours of its acceptance the merchant sends an order."""
        self.ensure_one()
        limit = self.company_id.marketplace_ship_hours
        return min(self.freight_template_ids.ship_hours or limit, limit)

    def _portal_freight(self):
        self.ensure_one()
        self._check_member('orders')
        return elevate(self)

    def _freight_zone(self, zone_id):
        zone = self.freight_template_ids.zone_ids.filtered(lambda zone: zone.id == zone_id)
        if not zone:
            raise MissingError(self.env._("This zone is not there any more. Reload the page."))
        return zone

    def _read_freight_rate(self, reader):
        _ = self.env._
        reader.clean['is_served'] = reader.values.get('is_served') not in (
            None, False, '', '0', 'False',
        )  # fmt: skip
        sizes = {'first_size': _("Up to"), 'next_size': _("Each further")}
        amounts = {
            'base_amount': _("First freight"),
            'next_amount': _("Freight of each further step"),
            'free_from': _("Free from"),
        }
        for name, label in sizes.items():
            minimum = 0.0 if name == 'first_size' else 0.001
            reader.number(name, label, minimum, SIZE_MAXIMUM, required=False)
            reader.clean[name] = reader.clean.get(name) or 1.0
        for name, label in amounts.items():
            # Who sends goods for nothing says 0: a field left empty is no gift.
            required = name == 'base_amount' and reader.clean['is_served']
            reader.number(name, label, maximum=AMOUNT_MAXIMUM, required=required)
            reader.clean[name] = self.sudo().currency_id.round(reader.clean.get(name) or 0.0)

    def _read_regions(self, reader):
        # All that a merchant may choose from: some hundreds of countries and provinces.
        # pylint: disable=no-search-all
        countries = self.env['res.country'].sudo().search([])
        states = self.env['res.country.state'].sudo().search([])
        reader.records('country_ids', self.env._("Countries"), countries, required=False)
        reader.records('state_ids', self.env._("Provinces"), states, required=False)
        if not (reader.clean.get('country_ids') or reader.clean.get('state_ids')):
            reader.errors.setdefault(
                'state_ids', self.env._("Please choose at least one province or country.")
            )
