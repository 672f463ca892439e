# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .listing_common import ListingCommon

NUMBER = "6222 0212 3456 7890 123"
DIGITS = "6222021234567890123"
OTHER_NUMBER = "GB82 WEST 1234 5698 7654 32"


@tagged('post_install', '-at_install')
class TestBankAccount(ListingCommon):

    def _enter(self, user=None, merchant=None, holder="Listing Maker", number=NUMBER):
        merchant = merchant or self.merchant
        user = user or self.finance_clerk
        # Test users have their login as password.
        return merchant.with_user(user).portal_set_bank_account(
            holder, "Bank of China", number, user.login
        )

    def _rows(self, account):
        return self.env['marketplace.audit.log'].search([
            ('model_name', '=', account._name), ('res_id', '=', account.id),
        ])

    # === ENTER AND VERIFY === #

    def test_an_account_is_used_once_somebody_else_verified_it(self):
        account = self._enter()
        self.assertEqual(account.state, 'draft')
        self.assertFalse(self.merchant.bank_account_id)
        account.with_user(self.manager).action_verify()
        self.assertRecordValues(account, [{
            'state': 'verified', 'verified_by_id': self.manager.id,
            'entered_by_id': self.finance_clerk.id,
        }])
        self.assertEqual(self.merchant.bank_account_id.id, account.id)

    def test_a_new_account_replaces_the_old_one_only_when_verified(self):
        old = self._enter()
        old.with_user(self.manager).action_verify()
        new = self._enter(number=OTHER_NUMBER)
        self.assertEqual(self.merchant.bank_account_id.id, old.id)
        new.with_user(self.manager).action_verify()
        self.assertEqual(self.merchant.bank_account_id.id, new.id)
        self.assertEqual(old.state, 'replaced')

    def test_a_second_entry_replaces_the_one_that_waits(self):
        first, second = self._enter(), self._enter(number=OTHER_NUMBER)
        self.assertEqual((first.state, second.state), ('replaced', 'draft'))

    def test_the_role_does_not_reach_other_companies(self):
        account = self._enter()
        company = self.env['res.company'].create({'name': "Elsewhere"})
        foreign = self._staff('merchant_manager')
        foreign.write({'company_ids': [Command.set(company.ids)], 'company_id': company.id})
        for record, method, *arguments in (
            (account, 'action_verify'),
            (account, 'action_reject', "No"),
            (self.merchant, 'action_suspend', "No"),
        ):
            with self.assertRaises(AccessError):
                getattr(record.with_user(foreign), method)(*arguments)
        with self.assertRaises(AccessError):
            self.env['marketplace.tier.change'].with_user(foreign).create({
                'merchant_id': self.merchant.id, 'new_tier_id': self.merchant.tier_id.id,
                'reason': "No",
            })

    def test_a_rejected_account_changes_no_payout(self):
        old = self._enter()
        old.with_user(self.manager).action_verify()
        new = self._enter(number=OTHER_NUMBER)
        new.with_user(self.manager).action_reject(reason="Another holder")
        self.assertEqual(self.merchant.bank_account_id.id, old.id)
        self.assertRecordValues(new, [{'state': 'rejected', 'reason': "Another holder"}])

    def test_a_verified_account_is_neither_verified_again_nor_rejected(self):
        account = self._enter()
        manager = account.with_user(self.manager)
        manager.action_verify()
        with self.assertRaisesRegex(UserError, "Verified"):
            manager.action_verify()
        with self.assertRaisesRegex(UserError, "stop it instead"):
            manager.action_reject(reason="No")
        self.assertEqual(self.merchant.bank_account_id.id, account.id)

    def test_everybody_who_looks_after_the_money_is_told(self):
        account = self._enter()
        mail = self._mails_about(account)
        self.assertEqual(mail.recipient_ids, (self.owner + self.finance_clerk).partner_id)
        self.assertNotIn(DIGITS, mail.body_html)
        account.with_user(self.manager).action_verify()
        self.assertEqual(len(self._mails_about(account)), 2)

    def test_wrong_numbers_are_refused_at_the_field(self):
        for number in (
            "", "12345", "6222O212345678901", "GB82 WEST 1234 5698 7654 33", None, "٣" * 10,
        ):
            with self.assertRaises(FieldErrors) as caught:
                self._enter(number=number)
            self.assertEqual(set(caught.exception.field_errors), {'number'})
        with self.assertRaises(FieldErrors) as caught:
            self.merchant.with_user(self.owner).portal_set_bank_account("", " ", "")
        self.assertEqual(
            set(caught.exception.field_errors), {'holder_name', 'bank_name', 'number'}
        )

    def test_the_verifier_is_warned(self):
        account = self._enter(holder="Somebody Else")
        theirs = self._enter(self.rival_owner, self.rival, number=DIGITS)
        self.assertFalse(account.sudo().is_holder_merchant)
        self.assertEqual(account.with_user(self.manager).duplicate_ids, self.rival)
        self.assertEqual(theirs.with_user(self.manager).duplicate_ids, self.merchant)
        self.assertTrue(self._enter(holder=" listing  MAKER").sudo().is_holder_merchant)

    # === TWO PEOPLE === #

    def test_the_person_who_entered_an_account_cannot_verify_it(self):
        account = self._enter()
        account_sudo = account.sudo().create(dict(
            self.merchant.with_user(self.manager).sudo()._prepare_bank_account_values(
                "Listing Rival", "Bank", DIGITS
            ),
            merchant_id=self.rival.id,
        ))
        with self.assertRaisesRegex(UserError, "somebody else"):
            account_sudo.with_user(self.manager).action_verify()
        self.assertFalse(account_sudo.with_user(self.manager).can_verify)
        account_sudo.with_user(self.second_manager).action_verify()
        self.assertEqual(account_sudo.state, 'verified')

    def test_others_cannot_verify_reject_or_reveal(self):
        account = self._enter()
        for user in (self.officer, self.auditor, self.owner, self.rival_owner, self.shopper):
            other = account.with_user(user)
            for attempt in (
                other.action_verify,
                lambda other=other: other.action_reject(reason="No"),
                lambda other=other: other.action_reveal(reason="Curious"),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        self.assertEqual(account.state, 'draft')

    def test_only_owner_and_finance_enter_accounts(self):
        for user in (self.clerk, self.orders_clerk, self.rival_owner, self.shopper, self.manager):
            with self.assertRaises(AccessError):
                self._enter(user)
        self.assertTrue(self._enter(self.owner))

    # === THE NUMBER === #

    def test_the_number_is_nowhere_in_plain_text(self):
        account = self._enter()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(a)::text FROM marketplace_bank_account a WHERE id = %s", [account.id]
        )
        self.assertNotIn(DIGITS[4:12], self.env.cr.fetchone()[0])
        self.assertRecordValues(account, [{
            'number_masked': "****0123",
            'display_name': "Bank of China ****0123",
        }])
        self.assertNotIn(DIGITS, json.dumps(
            self._rows(account).read(['before', 'after', 'reason', 'res_name'])
        ))

    def test_no_role_reads_or_exports_the_stored_number(self):
        account = self._enter()
        admin = self.env.ref('base.user_admin')
        for user in (self.manager, self.officer, self.auditor, self.owner, admin):
            own = account.with_user(user)
            self.assertFalse({'number_encrypted', 'number_hash'} & own.fields_get().keys())
            for field in ('number_encrypted', 'number_hash'):
                with self.assertRaises(AccessError):
                    own.read([field])
                with self.assertRaises(UserError):
                    own.export_data([field])
                with self.assertRaises(AccessError):
                    own.search([(field, '=like', '1%')])

    def test_revealing_takes_a_reason_and_leaves_a_row(self):
        account = self._enter().with_user(self.manager)
        with self.assertRaisesRegex(UserError, "reason"):
            account.action_reveal(reason=" ")
        wizard = self.env['marketplace.reason.wizard'].with_user(self.manager).with_context(
            active_model=account._name, active_ids=account.ids, marketplace_action='action_reveal',
        ).create({'reason': "The bank called"})
        action = wizard.action_confirm()
        self.assertEqual(action['params']['message'], DIGITS)
        row = self._rows(account).filtered(lambda row: row.action == 'reveal')
        self.assertRecordValues(row, [{'reason': "The bank called", 'user_id': self.manager.id}])

    # === GOING ROUND THE RULES === #

    def test_members_read_their_own_accounts_and_nobody_elses(self):
        account = self._enter()
        for user in (self.owner, self.finance_clerk, self.manager, self.officer, self.auditor):
            self.assertEqual(account.with_user(user).bank_name, "Bank of China")
        for user in (self.clerk, self.orders_clerk, self.rival_owner, self.shopper):
            self.assertFalse(account.with_user(user).search([('id', '=', account.id)]))
            with self.assertRaises(AccessError):
                account.with_user(user).read(['number_masked'])

    def test_an_account_is_never_edited_not_even_in_sudo(self):
        account = self._enter()
        account.with_user(self.manager).action_verify()
        stranger = self._enter(self.rival_owner, self.rival, number=OTHER_NUMBER).sudo()
        for values in (
            {'holder_name': "Thief"},
            {'bank_name': "Bank of Thieves"},
            {'number_encrypted': stranger.number_encrypted},
            {'number_hash': "0" * 64},
            {'number_masked': "1"},
            {'merchant_id': self.rival.id},
            {'state': 'draft'},
            {'entered_by_id': self.shopper.id},
        ):
            for record in (account.sudo(), account.with_user(self.manager)):
                with self.assertRaises(UserError):
                    record.write(values)
        with self.assertRaises(UserError):
            account.sudo().unlink()

    def test_accounts_are_made_through_the_portal_method_only(self):
        values = self.merchant.sudo()._prepare_bank_account_values("H", "B", DIGITS)
        Account = self.env['marketplace.bank.account']
        for user in (self.manager, self.officer, self.owner, self.env.ref('base.user_admin')):
            with self.assertRaises(AccessError):
                Account.with_user(user).create(values)
        with self.assertRaises(UserError):
            Account.sudo().create(dict(values, state='verified'))
        created = Account.sudo().with_context(default_state='verified').create(values)
        self.assertEqual(created.state, 'draft')

    def test_defaults_of_the_context_reach_nothing(self):
        account = self.merchant.with_user(self.finance_clerk).with_context(
            default_state='verified', default_verified_by_id=self.manager.id,
            default_entered_by_id=self.shopper.id,
        ).portal_set_bank_account("Listing Maker", "Bank of China", NUMBER)
        self.assertRecordValues(account, [{
            'state': 'draft', 'verified_by_id': False, 'entered_by_id': self.finance_clerk.id,
        }])
