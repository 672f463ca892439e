# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon

OWN_MODELS = (
    'marketplace.merchant', 'marketplace.merchant.member', 'marketplace.merchant.application',
    'marketplace.qualification', 'marketplace.agreement.acceptance',
)  # fmt: skip
PUBLISHED_MODELS = (
    'marketplace.shop', 'marketplace.tier', 'marketplace.qualification.type',
    'marketplace.agreement',
)  # fmt: skip
STAFF_MODELS = (
    'marketplace.merchant.check', 'marketplace.requirement', 'marketplace.blacklist',
    'marketplace.tier.change',
)  # fmt: skip


@tagged('post_install', '-at_install')
class TestPeopleAccess(PeopleCommon):
    """Merchant A, its clerk, merchant B, a shopper and staff: who reads what."""

    def setUp(self):
        super().setUp()
        self.merchant = self._approved()
        self.rival = self._approved(
            self.stranger, licence_number=LICENCES[1], shop_name="Peony", email="b@peony.test",
            phone="+8613900139000",
        )  # fmt: skip
        member_id = self.merchant.with_user(self.applicant).portal_invite(
            {'email': "clerk@shop.test", 'roles': ['orders']}
        )
        self.clerk = self.env['marketplace.merchant.member'].browse(member_id).user_id
        self.shopper = self._portal_user('people_shopper')

    def _owned(self, model, merchant):
        field = 'id' if model == 'marketplace.merchant' else 'merchant_id'
        return self.env[model].sudo().search([(field, '=', merchant.id)])

    def _own_fields(self, records):
        """Return the fields of this addon that the user has; those of others have own tests."""
        return [
            name for name in records.fields_get()
            if records._fields[name]._module == 'marketplace_merchant'
        ]

    def test_an_owner_reads_its_own_and_nothing_of_the_rival(self):
        for model in OWN_MODELS:
            with self.subTest(model=model):
                mine, theirs = (self._owned(model, m) for m in (self.merchant, self.rival))
                self.assertTrue(mine and theirs)
                visible = self.env[model].with_user(self.applicant).search([])
                self.assertEqual(visible & (mine | theirs), mine)
                with self.assertRaises(AccessError):
                    theirs.with_user(self.applicant).read(['id', 'create_date'])

    def test_a_member_reads_its_shop_before_it_opens(self):
        self.merchant.with_user(self.manager).action_suspend("Late")
        for user in (self.applicant, self.clerk):
            self.assertTrue(self.merchant.shop_id.with_user(user).read(['name']))
        with self.assertRaises(AccessError):
            self.merchant.shop_id.with_user(self.stranger).read(['name'])

    def test_a_clerk_reads_no_papers(self):
        for model, count in (
            ('marketplace.merchant', 1),
            ('marketplace.merchant.member', 1),
            ('marketplace.merchant.application', 0),
            ('marketplace.qualification', 0),
            ('marketplace.agreement.acceptance', 0),
        ):
            with self.subTest(model=model):
                records = self._owned(model, self.merchant) | self._owned(model, self.rival)
                visible = self.env[model].with_user(self.clerk).search([('id', 'in', records.ids)])
                self.assertEqual(len(visible), count)

    def test_a_shopper_reads_nothing_of_merchants(self):
        for model in OWN_MODELS:
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(self.shopper).search([]))

    def test_leaving_the_team_ends_the_access_at_once(self):
        merchants = self.env['marketplace.merchant'].with_user(self.clerk)
        self.assertEqual(merchants.search([]), self.merchant)
        member = self.merchant.member_ids.filtered(lambda member: member.user_id == self.clerk)
        member.with_user(self.applicant).portal_remove()
        self.assertFalse(merchants.search([]))

    def test_portal_users_write_nothing(self):
        for model in OWN_MODELS + PUBLISHED_MODELS:
            for user in (self.applicant, self.clerk, self.shopper):
                with self.subTest(model=model, user=user.login):
                    records = self.env[model].with_user(user)
                    for operation in ('create', 'write', 'unlink'):
                        self.assertFalse(records.has_access(operation))

    def test_models_of_staff_are_closed_to_portal_users(self):
        for model in STAFF_MODELS:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.applicant).search([])

    def test_an_applicant_does_not_see_who_reviews_and_how(self):
        application = self._owned('marketplace.merchant.application', self.merchant)
        names = application.with_user(self.applicant).fields_get()
        for hidden in ('check_ids', 'reviewer_id', 'recommended_by_id', 'licence_hash'):
            self.assertNotIn(hidden, names)

    def test_merchants_and_shoppers_do_not_see_who_decided(self):
        for model, name in (
            ('marketplace.listing.change', 'reviewer_id'),
            ('marketplace.requirement.submission', 'decided_by_id'),
            ('marketplace.reverification.line', 'decided_by_id'),
            ('product.template', 'listing_reviewer_id'),
        ):  # fmt: skip
            for user in (self.applicant, self.shopper):
                with self.subTest(model=model, user=user.login):
                    self.assertNotIn(name, self.env[model].with_user(user).fields_get())

    def test_a_merchant_does_not_see_how_many_of_its_goods_are_looked_at(self):
        tier = self.merchant.tier_id.with_user(self.applicant)
        with self.assertRaises(AccessError):
            tier.read(['listing_sampling_rate'])
        with self.assertRaises(AccessError):
            tier.search([('listing_sampling_rate', '<', 100)])

    def test_nobody_reads_fingerprints_and_ciphertexts(self):
        for model in ('marketplace.merchant', 'marketplace.merchant.application'):
            for user in (self.applicant, self.officer, self.administrator):
                records = self._owned(model, self.merchant).with_user(user)
                for name in ('licence_hash', 'licence_secret'):
                    with self.subTest(user=user.login, name=name):
                        with self.assertRaises(AccessError):
                            records.read([name])
                        with self.assertRaises(AccessError):
                            records.search([(name, '!=', False)])

    def test_the_auditor_reads_all_and_changes_nothing(self):
        for model in OWN_MODELS + PUBLISHED_MODELS + STAFF_MODELS:
            with self.subTest(model=model):
                records = self.env[model].with_user(self.auditor)
                self.assertTrue(records.has_access('read'))
                for operation in ('create', 'write', 'unlink'):
                    self.assertFalse(records.has_access(operation))

    def test_staff_opens_every_document(self):
        for model in OWN_MODELS + PUBLISHED_MODELS + STAFF_MODELS:
            for user in (self.officer, self.manager, self.auditor, self.administrator):
                with self.subTest(model=model, user=user.login):
                    records = self.env[model].with_user(user).search([], limit=5)
                    names = self._own_fields(records)
                    self.env.invalidate_all()
                    records.read(names)

    def test_members_open_every_document_of_theirs(self):
        for model in OWN_MODELS + PUBLISHED_MODELS:
            with self.subTest(model=model):
                records = self.env[model].with_user(self.applicant).search([])
                names = self._own_fields(records)
                self.env.invalidate_all()
                self.assertTrue(records.read(names))

    def test_employees_without_a_role_see_nothing(self):
        employee = new_test_user(self.env, 'people_employee', groups='base.group_user')
        for model in OWN_MODELS + PUBLISHED_MODELS + STAFF_MODELS:
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(employee).has_access('read'))

    def test_staff_of_another_company_sees_other_merchants_only(self):
        company = self.env['res.company'].create({'name': "Other Market"})
        officer = new_test_user(
            self.env, 'people_elsewhere', company_id=company.id, company_ids=company.ids,
            groups='marketplace_merchant.group_onboarding_officer',
        )  # fmt: skip
        for model in ('marketplace.merchant', 'marketplace.merchant.application',
                      'marketplace.merchant.check', 'marketplace.qualification'):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(officer).search([]))
