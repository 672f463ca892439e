# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import csv
import io
from contextlib import suppress
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.models import audit_log

from .people_common import LICENCES, PeopleCommon

VERIFICATION = 'odoo.addons.marketplace_merchant.models.audit_verification'


class AuditCommon(PeopleCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Log = cls.env['marketplace.audit.log']
        cls.merchant = cls._merchant("Audited Ltd", LICENCES[1], cls.applicant)
        cls.start_id = cls.Log.search([], limit=1, order='id desc').id

    def _new_rows(self, **values):
        domain = [(name, '=', value) for name, value in values.items()]
        return self.Log.search([('id', '>', self.start_id), *domain], order='id')


@tagged('post_install', '-at_install')
class TestAuditVerification(AuditCommon):

    def setUp(self):
        super().setUp()
        self.Log._log(self.merchant, 'change', reason="first")
        self.Log._log(self.merchant, 'change', reason="second")
        self.Log._log(self.merchant, 'change', reason="third")
        while self.Log._seal():
            pass
        self.rows = self._new_rows()[-3:]

    def _verify(self):
        with mute_logger(VERIFICATION):
            action = self.Log.with_user(self.auditor).action_verify_chain()
        return self.env[action['res_model']].browse(action['res_id'])

    def _tamper(self, query, *values):
        """Do what only the owner of the database can: switch the guard off, change, switch on."""
        switch = "ALTER TABLE marketplace_audit_log %s TRIGGER marketplace_audit_log_guard"
        self.env.flush_all()
        self.env.cr.execute(switch % 'DISABLE')
        self.env.cr.execute(query, values)
        self.env.cr.execute(switch % 'ENABLE')
        self.env.invalidate_all()

    def test_an_untouched_log_is_intact(self):
        verification = self._verify()
        self.assertRecordValues(verification, [{
            'state': 'intact', 'finding_count': 0, 'create_uid': self.auditor.id,
            'position': self.rows[-1].seal_number, 'head_hash': self.rows[-1].hash,
        }])

    def test_a_changed_entry_is_named(self):
        self._tamper(
            "UPDATE marketplace_audit_log SET reason = 'other' WHERE id = %s", self.rows[1].id
        )
        verification = self._verify()
        self.assertEqual((verification.state, verification.finding_count), ('broken', 1))
        self.assertIn(f"(ID {self.rows[1].id})", verification.findings)

    def test_an_entry_taken_out_is_noticed(self):
        number = self.rows[1].seal_number
        self._tamper("DELETE FROM marketplace_audit_log WHERE id = %s", self.rows[1].id)
        self.assertIn(f"Entries {number} to {number}", self._verify().findings)

    def test_a_log_cut_off_at_its_end_is_noticed_by_the_next_check(self):
        self.assertEqual(self._verify().state, 'intact')
        self._tamper("DELETE FROM marketplace_audit_log WHERE id = %s", self.rows[2].id)
        verification = self._verify()
        self.assertEqual(verification.state, 'broken')
        self.assertIn("is gone", verification.findings)

    def test_a_guard_that_is_switched_off_is_noticed(self):
        self.env.cr.execute(
            "ALTER TABLE marketplace_audit_log DISABLE TRIGGER marketplace_audit_log_guard"
        )
        self.assertIn("switched off", self._verify().findings)

    def test_a_long_log_is_checked_in_steps(self):
        self.patch(self.env.registry['marketplace.audit.verification'], '_finish', lambda v: None)
        self.patch_batch(2)
        verification = self.env['marketplace.audit.verification'].sudo().create({})
        self.assertTrue(verification._step())
        self.assertEqual(verification.position, 2)
        self.assertTrue(verification._step())
        self.assertEqual(verification.position, 4)
        self.assertFalse(verification.findings)

    def patch_batch(self, size):
        from odoo.addons.marketplace_merchant.models import audit_verification
        self.patch(audit_verification, 'BATCH', size)

    def test_the_night_finishes_what_was_begun(self):
        begun = self.env['marketplace.audit.verification'].sudo().create({})
        cron = self.env.ref('marketplace_merchant.ir_cron_verify_audit_log')
        with self.enter_registry_test_mode(), mute_logger(VERIFICATION):
            cron.method_direct_trigger()
            self.assertEqual(begun.state, 'intact')
            cron.method_direct_trigger()
        self.assertEqual(
            self.env['marketplace.audit.verification'].search_count([('id', '>', begun.id)]), 1
        )

    def test_results_are_kept_and_nobody_writes_them(self):
        verification = self._verify()
        as_auditor = verification.with_user(self.auditor)
        for attempt in (
            lambda: as_auditor.write({'state': 'broken'}),
            lambda: as_auditor.create({}),
            as_auditor.unlink,
            lambda: self.Log.with_user(self.officer).action_verify_chain(),
            lambda: verification.with_user(self.officer).read(['state']),
        ):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(UserError):
            verification.unlink()

    def test_broken_checks_burn_on_the_auditors_home(self):
        card = self.env.ref('marketplace_merchant.home_card_audit_broken').with_user(self.auditor)
        before = card.count
        self._tamper(
            "UPDATE marketplace_audit_log SET reason = 'other' WHERE id = %s", self.rows[1].id
        )
        self._verify()
        card.invalidate_recordset()
        self.assertEqual(card.count, before + 1)


@tagged('post_install', '-at_install')
class TestAuditEntries(AuditCommon):

    # === RIGHTS === #

    def test_roles_given_and_taken_are_noted(self):
        group = self.env.ref('marketplace_merchant.group_merchant_manager')
        self.officer.write({'group_ids': [Command.link(group.id)]})
        self.officer.write({'group_ids': [Command.unlink(group.id)]})
        group.write({'user_ids': [Command.link(self.officer.id)]})
        rows = self._new_rows(action='access', model_name='res.users', res_id=self.officer.id)
        officer, both = "Onboarding Officer", "Onboarding Officer, Merchant Manager"
        self.assertEqual(
            [(row.before['roles'], row.after['roles']) for row in rows],
            [(officer, both), (both, officer), (officer, both)],
        )

    def test_new_and_archived_staff_are_noted(self):
        user = self._staff('people_new', 'auditor')
        user.active = False
        rows = self._new_rows(action='access', res_id=user.id, model_name='res.users')
        self.assertEqual(
            [(row.before['roles'], row.after['roles']) for row in rows],
            [("", "Auditor"), ("Auditor", "")],
        )

    def test_a_role_that_comes_with_another_group_is_noted(self):
        clerk = self.env.ref('base.group_partner_manager')
        user = self.env['res.users'].create({
            'name': "Clerk", 'login': 'people_clerk', 'group_ids': [Command.set(clerk.ids)],
        })
        clerk.implied_ids += self.env.ref('marketplace_merchant.group_auditor')
        row = self._new_rows(action='access', res_id=user.id, model_name='res.users')
        self.assertEqual(row.after, {'roles': "Auditor"})

    def test_a_new_group_that_gives_a_role_is_noted(self):
        self.env['res.groups'].create({
            'name': "Side door",
            'implied_ids': [Command.link(self.ref('marketplace_merchant.group_auditor'))],
            'user_ids': [Command.link(self.officer.id)],
        })
        row = self._new_rows(action='access', res_id=self.officer.id, model_name='res.users')
        self.assertEqual(row.after, {'roles': "Onboarding Officer, Auditor"})

    def test_other_groups_leave_no_entry(self):
        self.officer.write({'group_ids': [Command.link(self.ref('base.group_partner_manager'))]})
        self._portal_user('people_visitor')
        self.assertFalse(self._new_rows(action='access'))

    # === EXPORTS === #

    def test_an_export_of_marketplace_records_is_noted(self):
        group = self.env.ref('base.group_allow_export')
        self.manager.write({'group_ids': [Command.link(group.id)]})
        self.merchant.with_user(self.manager).export_data(['name', 'phone'])
        row = self._new_rows(action='export')
        self.assertRecordValues(row, [{
            'user_id': self.manager.id, 'model_name': 'marketplace.merchant',
            'after': {'count': 1, 'fields': "name, phone"},
        }])

    def test_an_export_of_other_records_is_not(self):
        self.env.company.export_data(['name'])
        self.assertFalse(self._new_rows(action='export'))

    # === THE LOG AS A FILE === #

    def _export(self, **values):
        wizard = self.env['marketplace.audit.export'].with_user(self.auditor).create({
            'reason': "Yearly audit", **values,
        })
        wizard.action_export()
        text = base64.b64decode(wizard.content).decode('utf-8-sig')
        return list(csv.DictReader(io.StringIO(text)))

    def test_the_auditor_takes_the_log_away_and_that_is_noted(self):
        self.Log._log(self.merchant, 'reveal', reason="=HYPERLINK(\"http://evil\")")
        rows = self._export(action='reveal')
        self.assertEqual(rows[-1]['reason'], "'=HYPERLINK(\"http://evil\")")
        self.assertEqual(rows[-1]['user_id'], self.env.user.login)
        self.assertEqual({row['action'] for row in rows}, {'reveal'})
        self.assertRecordValues(self._new_rows(action='export'), [{
            'user_id': self.auditor.id, 'model_name': self.Log._name, 'reason': "Yearly audit",
            'after': {'count': len(rows)},
        }])

    def test_the_file_keeps_to_days_and_people(self):
        self.Log._log(self.merchant.with_user(self.manager), 'change')
        self.Log.with_user(self.manager)._log(self.merchant, 'change', reason="mine")
        rows = self._export(user_ids=[Command.set(self.manager.ids)])
        self.assertEqual({row['user_id'] for row in rows}, {self.manager.login})
        past = fields.Date.to_date('2020-01-01')
        self.assertFalse(self._export(date_from=past, date_to=past))

    def test_days_the_wrong_way_round_are_refused(self):
        with self.assertRaisesRegex(UserError, "first day"):
            self._export(date_from=fields.Date.to_date('2999-01-01'))

    def test_only_the_auditor_exports(self):
        with self.assertRaises(AccessError):
            self.env['marketplace.audit.export'].with_user(self.manager).create({'reason': "No"})

    # === SCREENS === #

    def test_an_entry_leads_to_its_document(self):
        self.Log._log(self.merchant, 'change')
        row = self._new_rows()[-1].with_user(self.auditor)
        self.assertEqual((row.document_type, row.has_document), ("Merchant", True))
        action = row.action_open_document()
        self.assertEqual((action['res_model'], action['res_id']), (
            'marketplace.merchant', self.merchant.id,
        ))

    def test_entries_about_what_is_gone_are_still_readable(self):
        for model_name in ('model.of.a.removed.addon', 'ir.http', 'marketplace.merchant'):
            self.Log._log_event(model_name, "Gone", 'denied')
        rows = self._new_rows(res_name="Gone").with_user(self.auditor)
        self.assertEqual(rows.mapped('has_document'), [False] * 3)
        self.assertEqual(rows[0].document_type, 'model.of.a.removed.addon')
        with self.assertRaisesRegex(UserError, "not there"):
            rows[0].action_open_document()


@tagged('post_install', '-at_install')
class TestAuditDenied(HttpCase, AuditCommon):

    def _call(self, user, model, method, args):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            f'/web/dataset/call_kw/{model}/{method}',
            {'model': model, 'method': method, 'args': args, 'kwargs': {}},
        )

    def test_a_refused_call_leaves_an_entry_though_its_work_is_rolled_back(self):
        with mute_logger('odoo.http'):
            with self.assertRaisesRegex(JsonRpcException, 'AccessError'):
                self._call(
                    self.stranger, 'marketplace.merchant', 'read', [[self.merchant.id], ['note']]
                )
        row = self._new_rows(action='denied')
        self.assertRecordValues(row, [{
            'user_id': self.stranger.id, 'session_user_id': self.stranger.id,
            'model_name': 'marketplace.merchant', 'res_id': self.merchant.id,
        }])
        self.assertIn('read', row.res_name)
        self.assertTrue(row.reason)

    def test_no_address_keeps_a_refusal_out_of_the_log(self):
        with mute_logger('odoo.http'), self.assertRaisesRegex(JsonRpcException, 'AccessError'):
            self.authenticate(self.stranger.login, self.stranger.login)
            self.make_jsonrpc_request('/web/dataset/call_kw/any%00thing', {
                'model': 'marketplace.merchant', 'method': 'read', 'kwargs': {},
                'args': [[self.merchant.id], ['note']],
            })
        self.assertEqual(self._new_rows(action='denied').res_id, self.merchant.id)

    def test_a_refused_portal_method_leaves_an_entry(self):
        with mute_logger('odoo.http'), self.assertRaisesRegex(JsonRpcException, 'AccessError'):
            self._call(
                self.stranger, 'marketplace.merchant', 'portal_set_bank_account',
                [[self.merchant.id], "A", "B", "12345678"],
            )
        self.assertEqual(self._new_rows(action='denied').user_id, self.stranger)

    @mute_logger('odoo.http')
    def test_who_tries_again_and_again_does_not_fill_the_log(self):
        self.authenticate(self.stranger.login, self.stranger.login)
        with patch.object(audit_log, 'DENIED_PER_MINUTE', 3):
            for method in ('read', 'read', 'read', 'read', 'write'):
                path = f'/web/dataset/call_kw/marketplace.merchant/{method}'
                with suppress(JsonRpcException):
                    self.make_jsonrpc_request(path, {
                        'model': 'marketplace.merchant', 'method': method, 'kwargs': {},
                        'args': [[self.merchant.id], ['note'] if method == 'read' else {}],
                    })
        rows = self._new_rows(action='denied')
        self.assertEqual(len(rows), 4, "Three for reading, one for writing")
        self.assertEqual(
            ["not written down" in row.reason for row in rows], [False, False, True, False]
        )

    def test_what_is_allowed_or_just_wrong_leaves_none(self):
        self._call(self.auditor, 'marketplace.merchant', 'read', [[self.merchant.id], ['name']])
        with mute_logger('odoo.http'), self.assertRaises(JsonRpcException):
            self._call(self.auditor, 'marketplace.merchant', 'no_such_method', [[]])
        self.assertFalse(self._new_rows(action='denied'))

    @mute_logger('odoo.http')
    def test_nonsense_in_the_request_is_logged_as_far_as_it_makes_sense(self):
        for ids in ([2**40], 'x', {'a': 1}, [['deep']], None):
            with suppress(JsonRpcException):
                self._call(self.stranger, 'marketplace.audit.log', 'read', [ids])
        self.assertEqual(set(self._new_rows(action='denied').mapped('res_id')), {0})
