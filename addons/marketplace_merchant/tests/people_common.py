# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo.fields import Command, Date
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.marketplace_merchant.tests.listing_common import expel, make_picture

# Made-up numbers with right checksums
LICENCES = ('91110105MA01ABCD13', '91310115MA1K4BCD29', '92440300MA5F1ABC38')
IDENTITY = '11010519491231002X'


class PeopleCommon(TransactionCase):
    """Applicants and the staff who decide about them, each a real user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Deposits are the matter of another addon, and of its tests.
        cls.classPatch(
            cls.registry['marketplace.merchant'], '_deposit_missing', lambda merchant: 0.0
        )
        cls.china = cls.env.ref('base.cn')
        cls.officer = cls._staff('people_officer', 'onboarding_officer')
        cls.second_officer = cls._staff('people_officer_two', 'onboarding_officer')
        cls.manager = cls._staff('people_manager', 'merchant_manager')
        cls.second_manager = cls._staff('people_manager_two', 'merchant_manager')
        cls.administrator = cls._staff('people_admin', 'administrator')
        cls.auditor = cls._staff('people_auditor', 'auditor')
        cls.applicant = cls._portal_user('people_applicant')
        cls.stranger = cls._portal_user('people_stranger')
        cls.licence_type = cls.env.ref(
            'marketplace_merchant.qualification_type_business_licence'
        )
        cls.food_type = cls.env.ref('marketplace_merchant.qualification_type_food')
        cls.fashion = cls.env.ref('marketplace_merchant.category_fashion')
        cls.food = cls.env.ref('marketplace_merchant.category_food')
        cls.agreement = cls.env['marketplace.agreement']._in_force('service')
        cls.scan = base64.b64encode(make_picture()).decode()

    # === FACTORIES === #

    @classmethod
    def _staff(cls, login, role):
        return new_test_user(
            cls.env, login, groups=f'marketplace_merchant.group_{role}', email=f'{login}@mp.test',
            name=login.replace('_', ' ').title(),
        )  # fmt: skip

    @classmethod
    def _portal_user(cls, login):
        return new_test_user(
            cls.env, login, groups='base.group_portal', email=f'{login}@shop.test',
            name=login.replace('_', ' ').title(),
        )  # fmt: skip

    @classmethod
    def _steps(cls, **changes):
        """Return what an applicant types, by step; ``changes`` replace single fields."""
        steps = {
            'company': {
                'company_name': "Lotus Textiles Ltd",
                'entity_type': 'company',
                'licence_number': LICENCES[0],
                'legal_representative': "Li Na",
                'country_id': str(cls.china.id),
                'street': "1 Silk Road",
                'city': "Hangzhou",
                'zip': "310000",
            },
            'contact': {
                'contact_name': "Wang Fang",
                'phone': "+86 138 0013 8000",
                'email': "Wang.Fang@lotus.test",
            },
            'shop': {
                'shop_name': "Lotus 👘 Silk",
                'shop_description': "Silk since 1920\n真丝",
                'category_ids': [str(cls.fashion.id)],
            },
        }
        for values in steps.values():
            values.update({key: value for key, value in changes.items() if key in values})
        return steps

    def _fill(self, user=None, **changes):
        """Return an application that a portal user has filled in completely."""
        user = user or self.applicant
        application = self.env['marketplace.merchant.application'].with_user(user).portal_start()
        for step, values in self._steps(**changes).items():
            application.portal_save(step, values)
        application.portal_upload(self.licence_type.id, "licence.png", self.scan, "L-1")
        application.portal_accept_agreement(self.agreement.id)
        return application

    def _submitted(self, user=None, **changes):
        application = self._fill(user, **changes)
        application.portal_submit()
        return application

    def _in_review(self, user=None, **changes):
        """Return a submitted application, as its reviewer sees it."""
        application = self._submitted(user, **changes).with_user(self.officer)
        application.action_start_review()
        return application

    def _recommended(self, user=None, **changes):
        application = self._in_review(user, **changes)
        for check in application.check_ids:
            if check.machine_result == 'failed':
                check.action_accept_anyway("Verified by phone")
            else:
                check.action_accept()
        application.action_recommend()
        return application

    def _approved(self, user=None, **changes):
        """Return the merchant of an approved application."""
        application = self._recommended(user, **changes)
        application.with_user(self.second_officer).action_approve()
        return application.sudo().merchant_id.with_user(self.env.user)

    @classmethod
    def _merchant(cls, name, licence, owner):
        """Return an active merchant without its application."""
        merchant = cls.env['marketplace.merchant'].create({
            'partner_id': cls.env['res.partner'].create({'name': name, 'is_company': True}).id,
            'tier_id': cls.env.ref('marketplace_merchant.tier_basic').id,
            'licence_number': licence,
            'phone': "+8613800138001",
            'email': f'{owner.login}@firm.test',
            'category_ids': [Command.set(cls.fashion.ids)],
            'date_approved': Date.today(),
        })
        cls.env['marketplace.merchant.member'].create(
            {'merchant_id': merchant.id, 'user_id': owner.id, 'role_owner': True}
        )
        cls.env['marketplace.shop'].create({
            'merchant_id': merchant.id,
            'name': name,
            'slug': cls.env['marketplace.shop']._make_slug(name, merchant.code),
        })
        return merchant._move_to('active', system=True)

    # === ACTING === #

    def _expel(self, merchant, reason="Counterfeits"):
        expel(merchant, self.manager, self.second_manager, reason)

    # === READING === #

    def _check(self, application, code):
        return application.sudo().check_ids.filtered(lambda check: check.code == code)

    def _mails(self, record):
        """Return the subjects of the mails about a record, oldest first."""
        return self.env['mail.mail'].sudo().search(
            [('model', '=', record._name), ('res_id', 'in', record.ids)], order='id'
        )
