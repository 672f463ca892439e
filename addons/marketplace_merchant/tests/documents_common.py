# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.fields import Command, Date, Datetime

from odoo.addons.marketplace_merchant.tests.listing_common import make_upload
from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon


class DocumentsCommon(PeopleCommon):
    """A merchant that sells food and fashion; food needs a permit, one brand an authorisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['marketplace.requirement'].search([]).active = False
        # The runs commit after each batch; a test can't.
        cls.classPatch(cls.registry['ir.cron'], '_commit_progress', lambda *_, **__: 3600.0)
        cls.owner = cls._portal_user('documents_owner')
        cls.merchant = cls._merchant("Documents Ltd", LICENCES[1], cls.owner)
        cls.merchant.category_ids = [Command.set((cls.food + cls.fashion).ids)]
        cls.brand_type = cls.env.ref('marketplace_merchant.qualification_type_brand')
        cls.brand_type.covers_brands = True
        cls.brand, cls.other_brand, cls.free_brand = cls.env['marketplace.brand'].create([
            {'name': "Tiger Test", 'needs_authorisation': True},
            {'name': "Lotus Test", 'needs_authorisation': True},
            {'name': "Nobody's Test"},
        ])
        cls.food_rule, cls.brand_rule = cls.env['marketplace.requirement'].create([
            {
                'name': "Food permit", 'kind': 'document', 'capability': 'list',
                'qualification_type_id': cls.food_type.id,
                'category_ids': [Command.set(cls.food.ids)],
            },
            {
                'name': "Brands", 'kind': 'document', 'capability': 'list',
                'qualification_type_id': cls.brand_type.id,
            },
        ])  # fmt: skip
        cls.tea = cls._listing("Tea", cls.food)
        cls.honey = cls._listing("Honey", cls.food)
        cls.scarf = cls._listing("Scarf", cls.fashion)

    # === FACTORIES === #

    @classmethod
    def _day(cls, days):
        """Return the day so many days from today."""
        return Date.today() + timedelta(days=days)

    @classmethod
    def _listing(cls, name, category, brand=None, merchant=None):
        """Return goods that wait for their review, as if they had been handed in."""
        merchant = merchant or cls.merchant
        listing = merchant.with_user(cls.owner).portal_create_listing({
            'name': name, 'list_price': 10, 'categ_id': category.id, 'image': make_upload(),
            'brand_id': brand.id if brand else '',
        })  # fmt: skip
        return listing.with_user(cls.env.user)

    @classmethod
    def _go_live(cls, *listings):
        for listing in listings:
            listing.with_user(cls.owner).portal_submit_listing()
            if listing.listing_state == 'in_review':
                listing.with_user(cls.officer).action_approve_listing()

    @classmethod
    def _upload(cls, kind, days=400, brands=None, number="N-1"):
        document_id = cls.merchant.with_user(cls.owner).portal_upload(
            kind.id, "scan.png", cls.scan, number, str(cls._day(days)),
            brands.ids if brands else None,
        )
        return cls.env['marketplace.qualification'].browse(document_id)

    @classmethod
    def _accepted(cls, kind, days=400, brands=None, number="N-1"):
        """Return an accepted document that is valid for so many more days."""
        document = cls._upload(kind, days, brands, number)
        document.with_user(cls.officer).action_approve()
        return document

    @classmethod
    def _expire(cls, *documents, days=30):
        """Let the last day of documents be so many days ago, and the clock do the rest."""
        for document in documents:
            document.valid_until = cls._day(-days)
            document._reschedule()
        cls._run_clock()

    @classmethod
    def _run_clock(cls):
        cls.env['marketplace.qualification']._process_deadlines()

    # === READING === #

    def _audit(self, record, action='state'):
        return self.env['marketplace.audit.log'].search([
            ('model_name', '=', record._name), ('res_id', '=', record.id), ('action', '=', action),
        ], order='id')

    def _write_mails(self):
        self.env['marketplace.notice.mixin']._cron_send_notices()

    def _soon(self, **delta):
        return Datetime.now() + timedelta(**delta)
