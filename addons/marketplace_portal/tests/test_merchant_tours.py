# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged

from odoo.addons.marketplace_merchant.tests.people_common import PeopleCommon

from .merchant_common import MerchantCommon


@tagged('post_install', '-at_install')
class TestApplicantTours(PeopleCommon, HttpCase):
    """Who wants to sell, by clicking: step 1 of the journey and the answer of step 2."""

    def test_apply(self):
        self.start_tour('/sell', 'marketplace_merchant_apply')
        user = self.env['res.users'].search([('login', '=', "mei.lin@tour.test")])
        application = self.env['marketplace.merchant.application'].search(
            [('applicant_id', '=', user.id)]
        )
        self.assertRecordValues(application, [{
            'state': 'submitted',
            'company_name': "Mei Lin Tea Ltd",
            'contact_name': "Mei Lin",
            'shop_name': "West Lake Tea",
        }])
        self.assertEqual(application.qualification_ids.filename, "licence.png")
        self.assertTrue(application.agreement_acceptance_ids)

    def test_answer(self):
        application = self._in_review()
        check = application.check_ids.filtered(lambda c: c.field_name == 'phone')[:1]
        check.action_ask("Nobody answers this number")
        application.action_request_info()
        self.start_tour(
            '/my/merchant/apply', 'marketplace_merchant_answer', login=self.applicant.login
        )
        self.assertRecordValues(
            application, [{'state': 'in_review', 'phone': "+86 139 0013 9000"}]
        )


@tagged('post_install', '-at_install')
class TestMerchantTours(MerchantCommon):
    """Who sells, by clicking: steps 3, 4, 6, 7 and 8 of the journey."""

    def test_pay_the_deposit(self):
        demo = self.env['payment.provider'].search(
            [('code', '=', 'demo'), ('company_id', '=', self.company.id)]
        )
        self.provider.state = 'disabled'
        demo.write({'state': 'test', 'is_published': True})
        self.merchant_c = self._new_merchant()
        owner = self.merchant_c.member_ids.user_id
        self.start_tour('/my', 'marketplace_merchant_deposit', login=owner.login)
        self.assertEqual(self.merchant_c.state, 'active')
        self.assertEqual(self.merchant_c.deposit_balance, 500)

    def _new_merchant(self):
        tier = self.env['marketplace.tier'].search([], limit=1)
        tier.deposit_amount = 500
        self.env['marketplace.requirement'].create(
            {'name': "Deposit", 'kind': 'deposit', 'capability': 'list'}
        )
        merchant = self.env['marketplace.merchant'].create({
            'code': 'ORDC',
            'partner_id': self.env['res.partner'].create({'name': "Orders C"}).id,
            'tier_id': tier.id,
        })
        self._member(merchant, 'owner')
        self._shop(merchant, "Clay Shop", 'clay')
        return merchant

    def test_change_the_bank_account(self):
        # Test users have their log-in as password; the tour types this one.
        self.finance_a.password = "PASSWORD"
        self.start_tour('/my/merchant', 'marketplace_merchant_bank', login=self.finance_a.login)
        account = self.merchant_a.bank_account_ids.filtered(lambda a: a.state == 'draft')
        self.assertRecordValues(account, [{
            'holder_name': "Orders A", 'entered_by_id': self.finance_a.id,
        }])

    def test_list_a_product(self):
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_list', login=self.catalogue_a.login
        )
        product = self.env['product.template'].search([('name', '=', "Longjing green tea")])
        self.assertRecordValues(product, [{
            'merchant_id': self.merchant_a.id, 'listing_state': 'in_review', 'list_price': 88,
        }])  # fmt: skip
        self.assertTrue(product.image_1920)
        self.assertEqual(len(product.product_template_image_ids), 1)
        self.assertEqual(self._on_hand(product.product_variant_id, self.merchant_a), 40)

    def test_import_a_sheet(self):
        login = self.catalogue_a.login
        self.start_tour('/my/merchant/products', 'marketplace_merchant_import', login=login)
        listing_import = self.env['marketplace.listing.import'].search([], limit=1)
        self.env.ref('marketplace_merchant.ir_cron_listing_import').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((listing_import.state, listing_import.new_count), ('done', 2))
        self.start_tour(
            f'/my/merchant/imports/{listing_import.id}', 'marketplace_merchant_import_done',
            login=login,
        )
        product = self.env['product.template'].search([('default_code', '=', "T-1")])
        self.assertEqual(self._on_hand(product.product_variant_id, self.merchant_a), 5)

    def test_accept_and_ship(self):
        self.shopper.partner_id.write({'street': "7 Plum Lane", 'city': "Suzhou"})
        part = self._part(self._paid())
        self.start_tour('/my/merchant', 'marketplace_merchant_ship', login=self.clerk_a.login)
        self.assertRecordValues(part, [{
            'state': 'shipped', 'carrier_name': "SF Express", 'tracking_ref': "SF1234567890",
        }])  # fmt: skip
        self.assertEqual(part.picking_ids.state, 'done')

    def test_confirm_the_statement(self):
        statement = self._sent_statement()
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_statement', login=self.finance_a.login
        )
        self.assertEqual(statement.state, 'confirmed')

    def test_contest_a_line_and_confirm_the_rest(self):
        statement = self._sent_statement()
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_contest', login=self.finance_a.login
        )
        self.assertRecordValues(statement, [{'state': 'confirmed', 'amount_net': 10.0}])
        self.assertRecordValues(statement.contest_ids, [{
            'state': 'open', 'amount_claimed': 7.0, 'amount_aside': 103.96,
        }])  # fmt: skip
        self.assertEqual(statement.contest_ids.attachment_ids.name, "offer.png")

    def test_answer_a_complaint(self):
        complaint = self._complaint()
        self.start_tour(
            '/my/merchant', 'marketplace_merchant_complaint', login=self.service_a.login
        )
        self.assertEqual(complaint.state, 'negotiation')
        answer = complaint.message_line_ids.sorted('id')[-1]
        self.assertEqual(answer.attachment_ids.name, "packing.png")
