# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


@tagged('post_install', '-at_install')
class TestTeam(PeopleCommon):
    """Who works for a merchant, and what they may do."""

    def setUp(self):
        super().setUp()
        self.merchant = self._merchant("Lotus", LICENCES[0], self.applicant)
        self.rival = self._merchant("Peony", LICENCES[1], self.stranger)
        self.mine = self.merchant.with_user(self.applicant)

    def _invite(self, email, roles=('orders',), merchant=None):
        member_id = (merchant or self.mine).portal_invite({'email': email, 'roles': list(roles)})
        return self.env['marketplace.merchant.member'].browse(member_id)

    # === INVITATION === #

    def test_a_new_person_gets_an_account_and_an_invitation(self):
        member = self._invite("New.Clerk@shop.test", ('orders', 'service'))
        self.assertRecordValues(member, [{
            'role_owner': False, 'role_catalogue': False, 'role_orders': True,
            'role_finance': False, 'role_service': True,
        }])  # fmt: skip
        user = member.user_id
        self.assertTrue(user._is_portal())
        self.assertEqual(user.login, 'new.clerk@shop.test')
        self.assertFalse(user.partner_id.parent_id)
        self.assertEqual(user.partner_id.signup_type, 'signup')

    def test_the_invitation_is_mailed_with_a_link_and_not_kept(self):
        sent = []
        self.patch(
            self.registry['mail.mail'], 'send_after_commit',
            lambda mails: sent.extend((mail.body_html, mail.recipient_ids) for mail in mails),
        )  # fmt: skip
        member = self._invite("new.clerk@shop.test")
        [(body, recipients)] = sent
        self.assertEqual(recipients, member.user_id.partner_id)
        self.assertIn("token=", body)
        self.assertIn("Lotus", body)

    def test_a_shopper_who_has_an_account_keeps_it(self):
        shopper = self._portal_user('people_shopper')
        member = self._invite("people_shopper@shop.test")
        self.assertEqual(member.user_id, shopper)
        with self.assertRaises(FieldErrors):
            self._invite("people_shopper@shop.test")

    def test_a_person_may_serve_several_merchants(self):
        shopper = self._portal_user('people_shopper')
        self._invite(shopper.email)
        self._invite(shopper.email, merchant=self.rival.with_user(self.stranger))
        self.assertTrue(self.merchant.with_user(shopper)._is_member('orders'))
        self.assertTrue(self.rival.with_user(shopper)._is_member('orders'))

    def test_staff_cannot_be_invited_and_the_answer_does_not_say_why(self):
        archived = self._portal_user('people_archived')
        archived.active = False
        messages = set()
        for address in (self.officer.email, self.officer.email.upper(), archived.email):
            with self.assertRaises(FieldErrors) as error:
                self._invite(address)
            messages.add(error.exception.field_errors['email'])
        self.assertEqual(len(messages), 1)
        self.assertNotIn("staff", messages.pop())
        self.assertTrue(self.officer._is_internal())

    def test_wrong_input_is_refused_at_the_field(self):
        for values, fields in (
            ({'email': "nobody", 'roles': ['orders']}, {'email'}),
            ({'email': "", 'roles': []}, {'email', 'roles'}),
            ({'email': "a@b.test", 'roles': ['admin']}, {'roles'}),
            ({'email': "a@b.test", 'roles': 'orders'}, {'roles'}),
            ({'email': "a@b.test", 'name': "x" * 129, 'roles': ['orders']}, {'name'}),
            (None, {'email', 'roles'}),
        ):
            with self.subTest(values=values), self.assertRaises(FieldErrors) as error:
                self.mine.portal_invite(values)
            self.assertEqual(set(error.exception.field_errors), fields)

    # === WHO MAY === #

    def test_only_owners_manage_the_team(self):
        clerk = self._invite("clerk@shop.test").user_id
        owner_row = self.merchant.member_ids.filtered('role_owner')
        for user in (clerk, self.stranger, self.officer):
            with self.assertRaises(AccessError):
                self._invite("x@shop.test", merchant=self.merchant.with_user(user))
            with self.assertRaises(AccessError):
                owner_row.with_user(user).portal_set_roles(['orders'])
            with self.assertRaises(AccessError):
                owner_row.with_user(user).portal_remove()

    def test_foreign_and_missing_members_get_the_same_answer(self):
        messages = set()
        for member in (self.rival.member_ids, self.rival.member_ids.browse(2147483647)):
            with self.assertRaises(AccessError) as error:
                member.with_user(self.applicant).portal_remove()
            messages.add(str(error.exception))
        self.assertEqual(len(messages), 1)

    def test_roles_change_and_end(self):
        member = self._invite("clerk@shop.test").with_user(self.applicant)
        clerk = member.user_id
        member.portal_set_roles(['finance'])
        self.assertTrue(self.merchant.with_user(clerk)._is_member('finance'))
        self.assertFalse(self.merchant.with_user(clerk)._is_member('orders'))
        partner = clerk.sudo().partner_id
        self.merchant.with_user(clerk).message_subscribe(partner.ids)
        self.assertIn(partner, self.merchant.message_partner_ids)
        member.portal_remove()
        self.assertFalse(self.merchant.with_user(clerk)._is_member())
        self.assertNotIn(partner, self.merchant.message_partner_ids)
        self.assertTrue(clerk.sudo().active)

    def test_who_leaves_the_finance_leaves_the_contact_that_reads_the_invoices(self):
        partner = self.applicant.partner_id
        owner_row = self.merchant.member_ids
        second = self._invite("partner@shop.test", ('owner',))
        for leave in (
            lambda: owner_row.with_user(second.user_id).portal_set_roles(['orders']),
            lambda: owner_row.with_user(second.user_id).portal_remove(),
        ):
            partner.parent_id = self.merchant.partner_id
            leave()
            self.assertFalse(partner.parent_id)
            self.assertEqual(partner.commercial_partner_id, partner)

    def test_an_owner_has_all_roles(self):
        member = self._invite("partner@shop.test", ('owner',))
        self.assertRecordValues(member, [{
            'role_owner': True, 'role_catalogue': True, 'role_orders': True, 'role_finance': True,
            'role_service': True,
        }])  # fmt: skip

    def test_the_last_owner_stays(self):
        owner_row = self.merchant.member_ids.with_user(self.applicant)
        with self.assertRaises(UserError):
            owner_row.portal_remove()
        with self.assertRaises(UserError):
            owner_row.portal_set_roles(['orders'])
        self.assertTrue(owner_row.role_owner)
        self._invite("partner@shop.test", ('owner',))
        owner_row.portal_remove()
        self.assertFalse(self.mine._is_member())

    def test_staff_is_no_member(self):
        with self.assertRaises(ValidationError):
            self.env['marketplace.merchant.member'].create({
                'merchant_id': self.merchant.id, 'user_id': self.officer.id, 'role_orders': True,
            })  # fmt: skip

    def test_changes_of_rights_are_logged(self):
        member = self._invite("clerk@shop.test")
        row = self.env['marketplace.audit.log'].search(
            [('model_name', '=', member._name), ('res_id', '=', member.id)]
        )
        self.assertRecordValues(row, [{'action': 'access', 'user_id': self.applicant.id}])
        self.assertEqual(row.after, {'roles': "orders"})

    # === CHECK OF MEMBERSHIP === #

    def test_membership_is_of_the_acting_user_and_survives_sudo(self):
        self.mine.sudo()._check_member('orders')
        for user in (self.stranger, self.administrator):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).sudo()._check_member('orders')
        with self.assertRaises(AccessError):
            self.mine.browse()._check_member('orders')
        with self.assertRaises(AccessError):
            self.mine.browse(2147483647)._check_member('orders')

    def test_the_engine_is_everywhere_at_home(self):
        self.merchant.with_user(self.env.ref('base.user_root'))._check_member('orders')

    def test_a_suspended_merchant_finishes_what_is_open(self):
        self.merchant.with_user(self.manager).action_suspend("Late")
        for role in ('orders', 'service', 'finance'):
            self.mine._check_member(role)
        for role in ('catalogue', 'owner'):
            with self.assertRaisesRegex(UserError, "suspended"):
                self.mine._check_member(role)
        self.assertTrue(self.mine._is_member('owner'))

    def test_an_expelled_merchant_changes_nothing(self):
        self._expel(self.merchant)
        for role in ('owner', 'orders', 'finance'):
            with self.assertRaisesRegex(UserError, "closed"):
                self.mine._check_member(role)
