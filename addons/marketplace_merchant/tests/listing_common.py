# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image

from odoo import Command
from odoo.tests import TransactionCase, new_test_user


def make_picture(size=(8, 8), color='red', file_format='PNG'):
    """Bytes of a small picture."""
    output = io.BytesIO()
    Image.new('RGB', size, color).save(output, format=file_format)
    return output.getvalue()


def make_upload(content=None, filename="picture.png"):
    """A file as the portal sends it."""
    return {'filename': filename, 'content': base64.b64encode(content or make_picture()).decode()}


def expel(merchant, proposer, decider, reason="Counterfeits"):
    """Expel a merchant, which takes two people."""
    merchant.with_user(proposer).action_propose_expulsion(reason)
    merchant.with_user(decider).action_expel()


class ListingCommon(TransactionCase):
    """Two merchants with their teams, and the staff who review them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What a merchant must have before it may list goods is tested elsewhere.
        cls.env['marketplace.requirement'].search([]).active = False
        cls.officer = cls._staff('onboarding_officer')
        cls.manager = cls._staff('merchant_manager')
        cls.second_manager = cls._staff('merchant_manager')
        cls.auditor = cls._staff('auditor')
        cls.shopper = cls._portal_user("listing_shopper")
        cls.category = cls.env['product.category'].create(
            {'name': "Kitchen", 'marketplace_open': True}
        )
        cls.subcategory = cls.env['product.category'].create(
            {'name': "Knives", 'parent_id': cls.category.id}
        )
        cls.other_category = cls.env['product.category'].create({'name': "Medicine"})
        cls.merchant = cls._active_merchant("Listing Maker", 'TESTA')
        cls.rival = cls._active_merchant("Listing Rival", 'TESTB')
        cls.owner = cls._member(cls.merchant, 'owner')
        cls.clerk = cls._member(cls.merchant, 'catalogue')
        cls.orders_clerk = cls._member(cls.merchant, 'orders')
        cls.finance_clerk = cls._member(cls.merchant, 'finance')
        cls.rival_owner = cls._member(cls.rival, 'owner')

    # === FACTORIES === #

    @classmethod
    def _staff(cls, role):
        number = cls.env['res.users'].search_count([])
        return new_test_user(
            cls.env, f'listing_{role}_{number}', groups=f'marketplace_merchant.group_{role}'
        )

    @classmethod
    def _portal_user(cls, login):
        return new_test_user(cls.env, login, groups='base.group_portal')

    @classmethod
    def _active_merchant(cls, name, code):
        tier = cls.env['marketplace.tier'].search([], limit=1) or cls.env[
            'marketplace.tier'
        ].create({'name': "Basic", 'code': 'basic'})
        merchant = cls.env['marketplace.merchant'].create({
            'code': code,
            'partner_id': cls.env['res.partner'].create({'name': name, 'is_company': True}).id,
            'tier_id': tier.id,
            'entity_type': 'company',
            'category_ids': [Command.set(cls.category.ids)],
        })
        return merchant._move_to('active', system=True)

    @classmethod
    def _member(cls, merchant, role):
        user = cls._portal_user(f'listing_{merchant.code}_{role}'.lower())
        cls.env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': user.id, f'role_{role}': True,
        })
        return user

    @classmethod
    def _values(cls, **values):
        return {
            'name': "Chef's knife",
            'description_sale': "20 cm, forged",
            'list_price': 49.9,
            'categ_id': cls.subcategory.id,
            'image': make_upload(),
            **values,
        }

    @classmethod
    def _draft(cls, user=None, **values):
        user = user or cls.clerk
        merchant = cls.rival if user == cls.rival_owner else cls.merchant
        return merchant.with_user(user).portal_create_listing(cls._values(**values))

    @classmethod
    def _submitted(cls, user=None, **values):
        listing = cls._draft(user, **values)
        listing.portal_submit_listing()
        return listing

    @classmethod
    def _live(cls, user=None, **values):
        listing = cls._submitted(user, **values)
        listing.with_user(cls.officer).action_approve_listing()
        return listing

    # === ASSERTIONS === #

    def _mails_about(self, record):
        return self.env['mail.mail'].sudo().search([
            ('model', '=', record._name), ('res_id', '=', record.id),
        ])
