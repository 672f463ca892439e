# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.fields import Command, Date
from odoo.tests import tagged

from .merchant_common import MerchantCommon

DOCUMENT_PATH = '/my/merchant/documents'
CALENDAR_PATH = f'{DOCUMENT_PATH}/calendar'
REVERIFICATION_PATH = '/my/merchant/reverification'


@tagged('post_install', '-at_install')
class TestMerchantDocuments(MerchantCommon):
    """What owners see of their documents, what hangs on them, and what they confirm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env['marketplace.qualification.type'].create({
            'name': "Permit of tableware", 'number_example': "T-1", 'file_max_size': 2,
            'issuing_body': "Bureau of Bowls",
        })  # fmt: skip
        cls.env['marketplace.requirement'].create({
            'name': "Permit", 'kind': 'document', 'capability': 'list',
            'qualification_type_id': cls.kind.id, 'category_ids': [Command.set(cls.category.ids)],
        })  # fmt: skip
        cls.permit = cls.env['marketplace.qualification'].create({
            'merchant_id': cls.merchant_a.id, 'type_id': cls.kind.id, 'number': "T-1",
            'valid_until': Date.today() + timedelta(days=20),
        })  # fmt: skip
        cls.permit._move_to('pending', system=True)._move_to('valid', system=True)
        cls.permit._process_deadline()

    def _campaign(self, **values):
        campaign = self.env['marketplace.reverification'].with_user(self.manager).create({
            'name': "Check 2030", 'due_date': Date.today() + timedelta(days=9),
            'category_ids': [Command.set(self.category.ids)], **values,
        })  # fmt: skip
        campaign.action_start()
        return campaign.sudo().line_ids.filtered(lambda line: line.merchant_id == self.merchant_a)

    # === CALENDAR === #

    def test_the_calendar_says_what_leaves_when(self):
        page = self._html(CALENDAR_PATH, self.owner_a)
        self.assertIn("1 of your products", self._text(page, 'o_document_sentence'))
        self.assertIn("Bowl", self._text(page, 'o_document_entry'))
        days = page.xpath('//*[contains(@class, "o_document_months")]//a')
        expected = [Date.today() + timedelta(days=days) for days in (20, 36)]
        self.assertEqual([day.text.strip() for day in days], [str(day.day) for day in expected])

    def test_the_documents_are_for_owners(self):
        for path in (CALENDAR_PATH, REVERIFICATION_PATH):
            self.assertEqual(self._status(path, self.catalogue_a.login), 403)
            self.assertEqual(self._status(path), 303)
        text = self._page(CALENDAR_PATH, self.owner_b.login)
        self.assertHides(text, "Permit of tableware")

    def test_goods_off_sale_are_shown_with_the_reason(self):
        self.permit.valid_until = Date.today() - timedelta(days=60)
        self.permit._reschedule()
        self.permit._process_deadline()
        page = self._html(f'/my/merchant/products/{self.bowl.product_tmpl_id.id}', self.owner_a)
        self.assertIn("Permit of tableware T-1", self._text(page, 'o_product_blocked'))
        page = self._html(CALENDAR_PATH, self.owner_a)
        self.assertIn("Off sale", self._text(page, 'o_document_sentence'))
        self.assertHides(self._page('/shop'), "Bowl")

    # === DOCUMENTS === #

    def test_the_form_says_what_the_kind_asks_for(self):
        text = self._page(DOCUMENT_PATH, self.owner_a.login)
        for hint in ("Bureau of Bowls", "up to 2 MB", 'placeholder="T-1"'):
            self.assertShows(text, hint)

    def test_a_document_about_brands_is_handed_in_with_them(self):
        brand_kind = self.env.ref('marketplace_merchant.qualification_type_brand')
        brand_kind.covers_brands = True
        self.env['marketplace.requirement'].create({
            'name': "Brands", 'kind': 'document', 'qualification_type_id': brand_kind.id,
        })  # fmt: skip
        brands = self.env['marketplace.brand'].create([
            {'name': f"Brand {number}", 'needs_authorisation': True} for number in range(3)
        ])
        typed = {
            'action': f'upload_{brand_kind.id}', f'valid_until_{brand_kind.id}': "2099-12-31",
        }  # fmt: skip
        page = self._html(DOCUMENT_PATH, self.owner_a)
        card = page.get_element_by_id(f'kind_{brand_kind.id}')
        self.assertIn("None of your products asks for it", card.text_content())
        self.merchant_a.with_user(self.owner_a).portal_create_listing({
            'name': "Vase", 'list_price': 10, 'categ_id': self.bowl.categ_id.id,
            'brand_id': brands[0].id,
        })  # fmt: skip
        card = self._html(DOCUMENT_PATH, self.owner_a).get_element_by_id(f'kind_{brand_kind.id}')
        self.assertNotIn("None of your products asks for it", card.text_content())
        files = [(f'document_{brand_kind.id}', self._png())]
        page = self._send(DOCUMENT_PATH, typed, self.owner_a, files)
        self.assertIn("Brands", self._mistake(page, f'document_{brand_kind.id}'))
        typed[f'brands_{brand_kind.id}'] = [str(brand.id) for brand in brands[:2]]
        files = [(f'document_{brand_kind.id}', self._png())]
        self._send(DOCUMENT_PATH, typed, self.owner_a, files)
        document = self.merchant_a.qualification_ids - self.permit
        self.assertRecordValues(document, [{'state': 'pending', 'brand_ids': brands[:2].ids}])

    # === RE-VERIFICATION === #

    def test_confirm_and_see_where_it_stands(self):
        line = self._campaign(consequence='goods', note="As every year.")
        page = self._html(REVERIFICATION_PATH, self.owner_a)
        self.assertIn("Orders A", self._text(page, 'o_data_on_file'))
        page = self._send(f'{REVERIFICATION_PATH}/{line.id}', {'note': "New phone"}, self.owner_a)
        self.assertTrue(self._mistake(page, 'confirmed'))
        self.assertEqual(self._value(page, 'note'), "New phone")
        self._send(
            f'{REVERIFICATION_PATH}/{line.id}', {'note': "", 'confirmed': '1'}, self.owner_a
        )
        self.assertRecordValues(line, [{'state': 'answered', 'answered_by_id': self.owner_a.id}])
        self.assertEqual(
            self._status(f'{REVERIFICATION_PATH}/{line.id}', self.owner_b.login), 404
        )

    def test_nothing_to_confirm(self):
        self.assertShows(
            self._page(REVERIFICATION_PATH, self.owner_a.login), "Nothing has to be confirmed."
        )

    # === BY CLICKING === #

    def test_renew_and_confirm(self):
        line = self._campaign(type_ids=[Command.set(self.kind.ids)])
        self.start_tour('/my/merchant', 'marketplace_merchant_documents', login=self.owner_a.login)
        self.env.invalidate_all()
        renewal = self.merchant_a.qualification_ids - self.permit
        self.assertRecordValues(renewal, [{
            'state': 'pending', 'number': "T-2", 'version': 2, 'previous_id': self.permit.id,
        }])  # fmt: skip
        self.assertEqual(line.state, 'answered')
