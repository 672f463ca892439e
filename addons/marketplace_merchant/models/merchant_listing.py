# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.elevate import elevate
from ..tools.field_errors import FieldErrors
from ..tools.form_reader import TEXT_MAX_LENGTH, FormReader

PRICE_MAX = 100_000_000
WEIGHT_MAX = 100_000
CODE_MAX_LENGTH = 64


class MarketplaceMerchant(models.Model):
    """The catalogue of a merchant."""

    _inherit = 'marketplace.merchant'

    product_ids = fields.One2many(
        comodel_name='product.template', inverse_name='merchant_id', string="Goods"
    )

    listing_count = fields.Integer(string="Goods on Sale", compute='_compute_listing_count')

    # === COMPUTE METHODS === #

    def _compute_listing_count(self):
        counts = dict(self.env['product.template']._read_group(
            [('merchant_id', 'in', self.ids), ('is_sellable', '=', True)],
            ['merchant_id'], ['__count'],
        ))
        for merchant in self:
            merchant.listing_count = counts.get(merchant, 0)

    # === ACTION METHODS === #

    def action_open_listings(self):
        """Show the goods of the merchant, on sale or not."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.product_template_action_listings', [('merchant_id', '=', self.id)]
        )

    def action_open_listing_imports(self):
        """Show the sheets with goods that the merchant uploaded."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_merchant.listing_import_action', [('merchant_id', '=', self.id)]
        )

    # === PORTAL METHODS === #

    def portal_create_listing(self, values):
        """Draft goods of the merchant.

        :param dict values: ``name``, ``description_sale``, ``list_price``, ``categ_id``,
            ``brand_id``, ``barcode``, ``default_code``, ``weight`` and ``image``, a dict of
            ``filename`` and base64 ``content``; anything else is ignored
        :return: the goods, a draft
        :raise FieldErrors: with a message for each wrong value
        """
        self.ensure_one()
        merchant_sudo = elevate(self).exists()
        merchant_sudo._check_member('catalogue')
        listing_sudo = self.env['product.template'].browse()
        values = merchant_sudo._read_listing(values, listing_sudo)
        merchant_sudo._check_sku_free(values, listing_sudo)
        return merchant_sudo._create_listings([values]).with_env(self.env)

    # === BUSINESS METHODS === #

    def _create_listings(self, values_list):
        """Draft goods of one merchant.

        :param list values_list: a dict for each, as returned by :meth:`_read_listing`
        """
        common = self._prepare_listing_values()
        # Not a follower: who leaves the team must not go on receiving messages about the goods.
        listings = self.env['product.template'].with_context(mail_create_nosubscribe=True).create(
            [dict(common, **values) for values in values_list]
        )
        for listing in listings.filtered(lambda listing: not listing.default_code):
            # By its SKU a sheet finds the goods again.
            listing.default_code = f'{self.code}-{listing.id}'
        return listings

    def _check_sku_free(self, values, listing):
        """Raise if other goods of the merchant have the SKU: it tells them apart.

        :param dict values: of a listing, as returned by :meth:`_read_listing`
        :param listing: the goods to which the SKU is given; may be none yet
        :raise FieldErrors: with the goods that have it
        """
        others = values.get('default_code') and self.env['product.template'].search([
            ('merchant_id', '=', self.id),
            ('default_code', '=', values['default_code']),
            ('id', 'not in', listing.ids),
        ], limit=1)
        if others:
            raise FieldErrors({'default_code': self.env._(
                "“%s” has this SKU already. Each of your goods needs its own.", others.name,
            )})

    def _prepare_listing_values(self):
        """What a merchant does not choose for its goods."""
        self.ensure_one()
        return {
            'merchant_id': self.id,
            'company_id': self.company_id.id,
            'type': 'consu',
            'purchase_ok': False,
        }

    def _listing_categories(self):
        """Return the categories in which the merchant may list goods."""
        self.ensure_one()
        return self.env['product.category'].search([('id', 'child_of', self.category_ids.ids)])

    def _listing_choices(self):
        """Return what may be chosen for the values of a listing that are records."""
        self.ensure_one()
        return {
            'categ_id': self._listing_categories(),
            'brand_id': self.env['marketplace.brand']._offered(),
        }

    def _read_listing(self, values, listing, choices=None):
        """Check what was sent for goods.

        :param dict values: see :meth:`portal_create_listing`
        :param listing: the goods to change; those without it are new and need a name and a price
        :param dict choices: as of :meth:`_listing_choices`, for those who read many listings
        :return: values to write
        :raise FieldErrors: with a message for each wrong value
        """
        self.ensure_one()
        reader = FormReader(self.env, values)
        choices = choices or self._listing_choices()
        for name, read in self._listing_readers(reader, choices).items():
            if name in reader.values or (not listing and name in ('name', 'list_price')):
                read()
        return reader.check()

    def _listing_readers(self, reader, choices):
        """Return for each value of a listing how it is read."""
        _ = self.env._
        return {
            'name': lambda: reader.text('name', _("Name")),
            'description_sale': lambda: reader.text(
                'description_sale', _("Description"),
                required=False, limit=TEXT_MAX_LENGTH, multiline=True,
            ),
            'list_price': lambda: self._read_price(reader),
            'categ_id': lambda: reader.record('categ_id', _("Category"), choices['categ_id']),
            'brand_id': lambda: reader.record(
                'brand_id', _("Brand"), choices['brand_id'], required=False
            ),
            'barcode': lambda: reader.text(
                'barcode', _("Barcode"), required=False, limit=CODE_MAX_LENGTH
            ),
            'default_code': lambda: reader.text(
                'default_code', _("SKU"), required=False, limit=CODE_MAX_LENGTH
            ),
            'weight': lambda: reader.number(
                'weight', _("Weight"), maximum=WEIGHT_MAX, required=False
            ),
            'image': lambda: self._read_picture(reader),
        }

    def _read_price(self, reader):
        reader.number('list_price', self.env._("Price"), maximum=PRICE_MAX)
        price = reader.clean.get('list_price')
        if price is None:
            return
        price = self.currency_id.round(price)
        if self.currency_id.compare_amounts(price, 0) > 0:
            reader.clean['list_price'] = price
        else:
            reader.fail('list_price', self.env._("The price must be more than zero."))

    def _read_picture(self, reader):
        """Read the picture; none sent means that it stays."""
        file = reader.values['image']
        if not file:
            return
        if not isinstance(file, dict):
            reader.fail('image', self.env._("Please upload the picture as a file."))
            return
        try:
            _name, content, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                file.get('filename'), file.get('content')
            )
        except UserError as error:
            reader.fail('image', str(error))
            return
        if mimetype.startswith('image/'):
            reader.clean['image_1920'] = base64.b64encode(content)
        else:
            reader.fail('image', self.env._("Please upload a picture (JPG or PNG)."))

    def _role_partners(self, role):
        """Return the contacts of the members with a role, owners included.

        :param str role: catalogue, orders, finance or service
        """
        return self.sudo().member_ids.filtered(
            lambda member: member.role_owner or member[f'role_{role}']
        ).user_id.partner_id
