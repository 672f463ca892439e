# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import escape_psql

SLUG_MAX_LENGTH = 64


class MarketplaceShop(models.Model):
    """What the public sees of a merchant. It never carries anything of the merchant's file."""

    _name = 'marketplace.shop'
    _inherit = ['marketplace.guard.mixin']
    _description = "Shop"
    _order = 'name, id'

    _guard_editable = ('name', 'slug', 'tagline', 'description', 'logo')
    _guard_frozen = ('merchant_id',)

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    name = fields.Char(required=True, index='trigram')
    slug = fields.Char(
        required=True, copy=False,
        help="The last part of the shop's address; letters a to z, digits and dashes.",
    )  # fmt: skip
    tagline = fields.Char(help="One line below the name.")
    description = fields.Text()
    logo = fields.Image(max_width=512, max_height=512)
    is_open = fields.Boolean(compute='_compute_is_open', store=True, index=True)
    product_count = fields.Integer(string="Goods on Sale", compute='_compute_product_count')

    _merchant_uniq = models.Constraint('UNIQUE (merchant_id)', "A merchant has one shop.")
    _slug_uniq = models.Constraint('UNIQUE (slug)', "Another shop has this address.")
    _slug_format = models.Constraint(
        "CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')",
        "The address of a shop takes letters a to z, digits and single dashes only.",
    )

    # === COMPUTE METHODS === #

    @api.depends('merchant_id.state')
    def _compute_is_open(self):
        for shop in self:
            shop.is_open = shop.sudo().merchant_id.state == 'active'

    def _compute_product_count(self):
        counts = dict(self.env['product.template'].sudo()._read_group(
            [('merchant_id', 'in', self.sudo().merchant_id.ids), ('is_sellable', '=', True)],
            ['merchant_id'],
            ['__count'],
        ))
        for shop in self:
            shop.product_count = counts.get(shop.sudo().merchant_id, 0)

    # === BUSINESS METHODS === #

    @api.model
    def _make_slug(self, name, fallback):
        """Return a free address made of ``name``.

        :param str fallback: used when no Latin letter or digit is left of the name
        """
        ascii_name = unicodedata.normalize('NFKD', name or '').encode('ascii', 'ignore').decode()
        base = '-'.join(re.findall(r'[a-z0-9]+', ascii_name.lower()))[:SLUG_MAX_LENGTH].strip('-')
        base = base or fallback.lower()
        taken = set(self.sudo().search([('slug', '=like', f'{base}%')]).mapped('slug'))
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f'{base}-{number}'
        return slug

    @api.model
    def _is_name_taken(self, name):
        return bool(self.sudo().search_count(
            [('name', '=ilike', escape_psql(name)), ('id', 'not in', self.ids)], limit=1
        ))

    def _read_logo(self, reader, logo):
        try:
            _name, content, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                'logo', logo
            )
        except UserError as error:
            reader.fail('logo', str(error))
            return
        if not mimetype.startswith('image/'):
            reader.fail('logo', self.env._("The logo should be a picture: JPG or PNG."))
            return
        reader.clean['logo'] = base64.b64encode(content)
