# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

# Besides the first picture, which is the product's own.
MAX_PICTURES = 8


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # === PORTAL METHODS === #

    def portal_add_picture(self, filename, content):
        """Add a further picture; shoppers of goods that are on sale see it once it is approved.

        :param str filename: as the member's computer names it
        :param str content: the picture, in base64
        :return: the picture
        :raise FieldErrors: if it is no picture, or one too many
        """
        listing_sudo = self._portal_listing()
        listing_sudo._check_content_may_change()
        picture = listing_sudo._read_further_picture(filename, content)
        owner = {'product_tmpl_id': listing_sudo.id}
        change = listing_sudo.listing_change_ids.browse()
        if listing_sudo._was_approved():
            change = listing_sudo._portal_pending_change()
            change = change or listing_sudo.listing_change_ids._start(listing_sudo)
            owner = {'listing_change_id': change.id}
        picture_sudo = listing_sudo.env['product.image'].create(
            {'name': listing_sudo.name, 'image_1920': picture, **owner}
        )
        change._start_review()
        return picture_sudo.with_env(self.env)

    def portal_remove_picture(self, picture_id):
        """Remove a further picture, or one that waits; showing less needs no review."""
        listing_sudo = self._portal_listing()
        listing_sudo._check_content_may_change()
        picture_sudo = listing_sudo._further_pictures().filtered(
            lambda picture: str(picture.id) == str(picture_id)
        )
        if not picture_sudo:
            raise UserError(self.env._("This picture has been removed already."))
        picture_sudo.unlink()

    # === BUSINESS METHODS === #

    def _portal_refused_change(self):
        """Return the last change if it was rejected; may be empty."""
        self.ensure_one()
        return self.listing_change_ids[:1].filtered(lambda change: change.state == 'rejected')

    def _further_pictures(self):
        """Return the pictures besides the first one, with those that wait for approval."""
        return self.product_template_image_ids | self._portal_pending_change().picture_ids

    def _read_further_picture(self, filename, content):
        """Return the harmless picture in base64."""
        if len(self._further_pictures()) >= MAX_PICTURES:
            raise FieldErrors({'pictures': self.env._(
                "A product has at most %s further pictures. Remove one first.", MAX_PICTURES,
            )})
        try:
            _name, content, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                filename, content
            )
        except UserError as error:
            raise FieldErrors({'pictures': str(error)}) from error
        if not mimetype.startswith('image/'):
            raise FieldErrors({'pictures': self.env._("Please upload pictures (JPG or PNG).")})
        return base64.b64encode(content)
