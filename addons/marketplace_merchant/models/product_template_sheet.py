# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ProductTemplate(models.Model):
    """Goods of a merchant as a row of a sheet."""

    _inherit = 'product.template'

    # === BUSINESS METHODS === #

    def _portal_pending_change(self):
        """Return the change that waits for approval; may be empty."""
        self.ensure_one()
        return self.listing_change_ids.filtered(lambda change: change.state == 'pending')

    def _listing_news(self, values):
        """Return those of the values that differ from what the merchant sent last.

        :param dict values: as returned by :meth:`MarketplaceMerchant._read_listing`
        """
        self.ensure_one()
        waiting = self._portal_pending_change()._listing_content()
        return {
            name: value for name, value in values.items()
            if self._listing_value(name, value)
            != self._listing_value(name, waiting[name] if name in waiting else self[name])
        }

    def _listing_value(self, name, value):
        """Return a value as the listing would keep it, so that two can be compared."""
        field = self._fields[name]
        if isinstance(field, fields.Image):
            return field._image_process(value, self.env) or False
        return field.convert_to_cache(value, self) or False

    def _sheet_rows(self):
        """Return what a sheet says about these goods, as the merchant sent it last.

        :return: a dict of texts and numbers for each, by column of ``marketplace.listing.import``
        :rtype: list[dict]
        """
        rows = []
        for listing in self.with_context(bin_size=True):
            waiting = listing._portal_pending_change()._listing_content()
            content = listing._listing_content() | waiting
            rows.append({
                'default_code': listing.default_code or '',
                'name': content['name'],
                'description_sale': content['description_sale'] or '',
                'categ_id': listing.categ_id.browse(content['categ_id']).complete_name or '',
                'brand_id': listing.brand_id.browse(content.get('brand_id')).name
                or listing.brand_id.name or '',
                'list_price': listing.list_price,
                'weight': listing.weight or '',
                'barcode': listing.barcode or '',
                'listing_state': listing._state_label(listing.listing_state),
            })
        return rows
