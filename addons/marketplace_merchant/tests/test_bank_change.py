# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .listing_common import ListingCommon, expel

NUMBER = "6222021234567890123"
OTHER_NUMBER = "GB82 WEST 1234 5698 7654 32"


@tagged('post_install', '-at_install')
class TestBankChange(ListingCommon):
    """A thief with a merchant's session enters an account of his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant.email = "office@maker.test"
        cls.owner.email = "owner@maker.test"
        cls.finance_clerk.email = "finance@maker.test"
        cls.old = cls._enter(NUMBER)
        cls.old.with_user(cls.manager).action_verify()

    @classmethod
    def _enter(cls, number=OTHER_NUMBER, user=None, holder="Listing Maker", **values):
        user = user or cls.finance_clerk
        values.setdefault('password', user.login)
        return cls.merchant.with_user(user).portal_set_bank_account(
            holder, "Bank of China", number, **values
        )

    def _changed(self):
        account = self._enter()
        account.with_user(self.manager).action_verify()
        return account

    # === COOLING-OFF === #

    def test_the_first_account_is_paid_to_at_once(self):
        self.assertFalse(self.old.is_cooling)
        self.assertLessEqual(self.old.usable_from, fields.Datetime.now())
        self.old._check_usable()

    def test_a_change_cools_off_for_the_time_of_the_company(self):
        self.merchant.company_id.marketplace_bank_cooling_hours = 48
        account = self._changed()
        wait = account.usable_from - fields.Datetime.now()
        self.assertAlmostEqual(wait / timedelta(hours=1), 48, delta=0.1)
        self.assertTrue(account.is_cooling)
        with self.assertRaisesRegex(UserError, "start on"):
            account._check_usable()
        with freeze_time(account.usable_from + timedelta(minutes=1)):
            account.invalidate_recordset()
            account._check_usable()

    def test_no_time_means_no_waiting(self):
        self.merchant.company_id.marketplace_bank_cooling_hours = 0
        self._changed()._check_usable()

    def test_a_shorter_time_does_not_end_a_cooling_off_that_runs(self):
        account = self._changed()
        until = account.usable_from
        self.merchant.company_id.marketplace_bank_cooling_hours = 0
        self.assertEqual(account.usable_from, until)
        with self.assertRaises(UserError):
            account.write({'usable_from': fields.Datetime.now()})
        with self.assertRaises(UserError):
            account.with_user(self.manager).write({'usable_from': fields.Datetime.now()})

    def test_an_account_that_is_not_verified_is_never_usable(self):
        for account in (self._enter(), self.old):
            if account == self.old:
                self._changed()
            with self.assertRaisesRegex(UserError, "not the merchant's verified"):
                account._check_usable()

    def test_the_setting_is_no_negative_time_and_its_change_is_logged(self):
        company = self.merchant.company_id
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
            with self.env.cr.savepoint():
                company.marketplace_bank_cooling_hours = -1
                self.env.flush_all()
        company.marketplace_bank_cooling_hours = 24
        row = self.env['marketplace.audit.log'].search(
            [('model_name', '=', 'res.company'), ('res_id', '=', company.id)], limit=1
        )
        self.assertEqual((row.before, row.after), ({'hours': 72}, {'hours': 24}))

    # === PASSWORD === #

    def _refused(self, password):
        """Enter an account with a password that is refused; return the row of it, if any."""
        Log = self.env['marketplace.audit.log']
        last_id = Log.search([], limit=1).id
        with self.enter_registry_test_mode():
            # `assertRaises` would undo what another connection wrote: in tests it is the same one.
            try:
                self._enter(password=password)
                self.fail("The password was accepted.")
            except FieldErrors as error:
                self.assertEqual(set(error.field_errors), {'password'})
        return Log.search([('id', '>', last_id)])

    def test_a_change_takes_the_password(self):
        for password in (None, "", 5, {'x': 1}):
            self.assertFalse(self._refused(password))
        self.assertFalse(self.merchant.bank_account_ids.filtered(lambda a: a.state == 'draft'))

    def test_an_api_key_is_no_password(self):
        key = self.env['res.users.apikeys'].with_user(self.finance_clerk).sudo()._generate(
            'rpc', "Key", fields.Datetime.now() + timedelta(days=1)
        )
        self.assertTrue(self._refused(key))

    def test_a_wrong_password_is_noted(self):
        row = self._refused("wrong")
        self.assertEqual((row.action, row.user_id), ('denied', self.finance_clerk))
        self.assertEqual((row.model_name, row.res_id), (self.merchant._name, self.merchant.id))
        self.assertNotIn("wrong", f"{row.after}{row.res_name}")

    def test_the_password_of_another_member_does_not_count(self):
        self.assertTrue(self._refused(self.owner.login))

    def test_nobody_goes_on_guessing(self):
        for guess in range(5):
            self.assertTrue(self._refused(f"guess {guess}"))
        self.assertFalse(self._refused(self.finance_clerk.login), "Not even the right one.")
        self._enter(user=self.owner)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            self._enter()

    def test_the_first_account_takes_none(self):
        account = self.rival.with_user(self.rival_owner).portal_set_bank_account(
            "Listing Rival", "Bank of China", OTHER_NUMBER
        )
        self.assertEqual(account.state, 'draft')

    # === HOLDER === #

    def test_another_holder_takes_a_reason(self):
        account = self._enter(holder="Somebody Else").with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Verify Other Holder"):
            account.action_verify()
        with self.assertRaisesRegex(UserError, "Please say why"):
            account.action_verify_other_holder(reason=" ")
        account.action_verify_other_holder(reason="Parent company, contract of 3 May")
        self.assertEqual(account.state, 'verified')
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', account._name), ('res_id', '=', account.id),
            ('action', '=', 'state'),
        ], limit=1)
        self.assertEqual(row.reason, "Parent company, contract of 3 May")
        self.assertFalse(account.reason, "What staff notes is not for the merchant.")

    def test_spelling_does_not_make_another_holder(self):
        for holder in ("LISTING  MAKER", "Listing-Maker", "Ｌｉｓｔｉｎｇ　Ｍａｋｅｒ"):
            self.assertTrue(self._enter(holder=holder).sudo().is_holder_merchant, holder)
        self.assertFalse(self._enter(holder="Listing Makers").sudo().is_holder_merchant)

    def test_a_sole_trader_may_hold_the_account_in_person(self):
        account = self._enter(holder="Li Na").sudo()
        self.merchant.sudo().legal_representative = "Li Na"
        account.invalidate_recordset()
        self.assertFalse(account.is_holder_merchant, "A company's money is not its director's.")
        self.merchant.sudo().entity_type = 'sole_trader'
        account.invalidate_recordset()
        self.assertTrue(account.is_holder_merchant)

    # === NOTICE === #

    def _notice(self, account):
        return self._mails_about(account).sorted('id')[:1]

    def test_those_known_before_are_told_though_their_addresses_were_changed(self):
        self.finance_clerk.email = "thief@evil.test"
        self.owner.email = "thief@evil.test"
        account = self._enter()
        mail = self._notice(account)
        self.assertEqual(
            set(mail.email_to.split(", ")),
            {"finance@maker.test", "office@maker.test", "owner@maker.test"},
        )
        self.assertEqual(mail.recipient_ids, (self.owner + self.finance_clerk).partner_id)

    def test_nobody_is_told_twice(self):
        mail = self._notice(self._enter())
        self.assertEqual(mail.email_to, "office@maker.test")

    def test_the_mail_says_from_when_payouts_go_there(self):
        account = self._changed()
        body = self._mails_about(account).sorted('id')[-1].body_html
        self.assertIn("not earlier", body)
        self.assertNotIn("from now on", body)
        self.assertIn("from now on", self._mails_about(self.old).sorted('id')[-1].body_html)

    def test_addresses_go_with_the_other_personal_data(self):
        self.assertIn("owner@maker.test", self.old.sudo().contact_emails)
        self.merchant.sudo()._erase_bank_numbers()
        self.env.invalidate_all()
        self.assertFalse(self.old.sudo().contact_emails)

    # === STOP === #

    def test_a_stopped_change_gives_the_account_before_back(self):
        account = self._changed()
        self.assertEqual(account.replaces_id, self.old)
        account.with_user(self.second_manager).action_stop(reason="The owner called: not ours")
        self.assertEqual((account.state, self.old.state), ('rejected', 'verified'))
        self.merchant.invalidate_recordset()
        self.assertEqual(self.merchant.bank_account_id, self.old)
        self.old._check_usable()
        body = self._mails_about(account).sorted('id')[-1].body_html
        self.assertIn("The owner called", body)
        self.assertIn(self.old.display_name, body)

    def test_after_the_cooling_off_nobody_alone_gives_an_old_account_back(self):
        account = self._changed()
        with freeze_time(account.usable_from + timedelta(minutes=1)):
            account.invalidate_recordset()
            account.with_user(self.manager).action_stop(reason="Closed by the bank")
        self.assertEqual((account.state, self.old.state), ('rejected', 'replaced'))

    def test_an_account_on_the_blacklist_is_not_given_back(self):
        account = self._changed()
        self.env['marketplace.blacklist'].create({
            'kind': 'bank_account', 'value': NUMBER, 'reason': "A thief's",
        })
        self.old.invalidate_recordset()
        account.with_user(self.manager).action_stop(reason="Not ours")
        self.assertEqual(self.old.state, 'replaced')

    def test_an_only_account_that_is_stopped_leaves_none(self):
        self.old.with_user(self.manager).action_stop(reason="Closed by the bank")
        self.merchant.invalidate_recordset()
        self.assertFalse(self.merchant.bank_account_id)
        self.assertTrue(self.merchant._has_paid_account(), "The next one is a change as well.")

    def test_only_verified_accounts_are_stopped_by_managers_for_a_reason(self):
        account = self._enter()
        with self.assertRaisesRegex(UserError, "Only a verified"):
            account.with_user(self.manager).action_stop(reason="No")
        account.with_user(self.manager).action_verify()
        with self.assertRaisesRegex(UserError, "reason"):
            account.with_user(self.manager).action_stop(reason=" ")
        for user in (self.officer, self.auditor, self.owner, self.rival_owner):
            with self.assertRaises(AccessError):
                account.with_user(user).action_stop(reason="No")
            with self.assertRaises(AccessError):
                account.with_user(user).action_verify_other_holder(reason="No")
        self.assertEqual(account.state, 'verified')

    # === BLACKLIST === #

    def test_an_account_of_an_expelled_merchant_is_not_verified_for_another(self):
        expel(self.merchant, self.manager, self.second_manager)
        account = self.rival.with_user(self.rival_owner).portal_set_bank_account(
            "Listing Rival", "Bank", "6222 0212 3456 7890 123"
        ).with_user(self.second_manager)
        self.assertEqual(account.blacklist_ids.merchant_id, self.merchant)
        with self.assertRaisesRegex(UserError, "blacklist"):
            account.action_verify()
        account.blacklist_ids.active = False
        account.invalidate_recordset()
        account.action_verify()
        self.assertEqual(account.state, 'verified')
