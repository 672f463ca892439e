# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceListingChange(models.Model):
    _inherit = 'marketplace.listing.change'

    picture_ids = fields.One2many(
        comodel_name='product.image',
        inverse_name='listing_change_id',
        string="Further Pictures",
        readonly=True,
        help="Pictures that the merchant adds.",
    )

    # === COMPUTE METHODS === #

    @api.depends('picture_ids')
    def _compute_summary(self):
        super()._compute_summary()
        for change in self.filtered('picture_ids'):
            label = self._fields['picture_ids']._description_string(self.env)
            change.summary = ", ".join(filter(None, (change.summary, label)))

    # === BUSINESS METHODS === #

    def _fields_to_review(self):
        """Further pictures are reviewed as the first one is."""
        return super()._fields_to_review() + (['image_1920'] if self.picture_ids else [])

    @api.model
    def _propose(self, listing, values):
        """Pictures that wait go on with the change that takes over."""
        pictures = listing._portal_pending_change().picture_ids
        change = super()._propose(listing, values)
        if pictures:
            change = change or self._start(listing)
            pictures.listing_change_id = change
        return change

    @api.model
    def _start(self, listing):
        """Create a change of the listing in which nothing differs yet."""
        return self.create(
            dict(listing._listing_content(), product_tmpl_id=listing.id, lang=self.env.lang)
        )

    def _apply(self):
        super()._apply()
        self.picture_ids.write(
            {'product_tmpl_id': self.product_tmpl_id.id, 'listing_change_id': False}
        )
