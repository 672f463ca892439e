# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged('post_install', '-at_install')
class TestMechanisms(TransactionCase):
    """The state machine, the clock and the audit log, on the application as their example."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.applicant = new_test_user(cls.env, 'mech_applicant', groups='base.group_portal')
        cls.officer = new_test_user(
            cls.env, 'mech_officer', groups='marketplace_merchant.group_onboarding_officer'
        )
        cls.Application = cls.env['marketplace.merchant.application']
        cls.application = cls.Application.create({'applicant_id': cls.applicant.id})

    def _another_applicant(self):
        return new_test_user(self.env, 'mech_another', groups='base.group_portal')

    # === STATE MACHINE === #

    def test_write_of_the_state_is_refused(self):
        for user in (self.officer, self.env.user):
            with self.assertRaises(UserError):
                self.application.with_user(user).write({'state': 'approved'})
        self.assertEqual(self.application.state, 'draft')

    def test_write_in_sudo_is_refused(self):
        with self.assertRaises(UserError):
            self.application.with_user(self.applicant).sudo().write({'state': 'approved'})

    def test_a_forged_key_in_the_context_opens_nothing(self):
        for key in (True, 'STATE_KEY', object()):
            forged = self.application.with_context(marketplace_state_key=key)
            with self.assertRaises(UserError):
                forged.write({'state': 'approved'})

    def test_create_with_another_state_is_refused(self):
        with self.assertRaises(UserError):
            self.Application.create({'applicant_id': self.applicant.id, 'state': 'approved'})

    def test_default_state_in_the_context_is_ignored(self):
        application = self.Application.with_context(default_state='approved').create(
            {'applicant_id': self._another_applicant().id}
        )
        self.assertEqual(application.state, 'draft')

    def test_import_with_another_state_is_refused(self):
        result = self.Application.load(
            ['applicant_id/.id', 'state'], [[str(self.applicant.id), 'approved']]
        )
        self.assertFalse(result['ids'])
        self.assertTrue(result['messages'])

    def test_copy_starts_again(self):
        self.application._move_to('withdrawn', system=True)
        self.assertNotIn('state', self.application.copy_data()[0])

    def test_an_edge_that_is_not_in_the_graph_is_refused(self):
        with self.assertRaisesRegex(UserError, "Reload the page"):
            self.application.with_user(self.officer)._move_to('approved', "because")

    def test_an_actor_who_may_not_take_the_edge_is_refused(self):
        with self.assertRaises(AccessError):
            self.application.with_user(self.officer).sudo()._move_to('submitted')

    def test_a_move_leaves_an_audit_row_with_the_real_actor(self):
        self.application.with_user(self.applicant).sudo()._move_to('withdrawn')
        row = self._rows(self.application)[0]
        self.assertRecordValues(
            row, [{'user_id': self.applicant.id, 'action': 'state', 'system': False}]
        )
        self.assertEqual((row.before, row.after), ({'state': 'draft'}, {'state': 'withdrawn'}))

    # === CLOCK === #

    def test_the_cron_acts_on_what_is_due_and_only_on_that(self):
        late, early = self.application, self.Application.create(
            {'applicant_id': self._another_applicant().id}
        )
        for application in late + early:
            application._move_to('withdrawn', system=True)
        past = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        late.deadline, early.deadline = past, self.Application._deadline_in(hours=1)
        seen = []
        self.patch(
            self.registry['marketplace.merchant.application'],
            '_on_deadline',
            lambda application: seen.append(application.id),
        )
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_deadlines').method_direct_trigger()
        self.assertIn(late.id, seen)
        self.assertNotIn(early.id, seen)
        self.assertFalse(late.deadline)

    def test_a_failing_deadline_waits_and_changes_nothing(self):
        def fail(application):
            application.company_name = "Half done"
            raise UserError("No")

        self.patch(self.registry['marketplace.merchant.application'], '_on_deadline', fail)
        self.application.deadline = fields.Datetime.now()
        with mute_logger('odoo.addons.marketplace_merchant.models.deadline_mixin'):
            self.application._process_deadline()
        self.assertNotEqual(self.application.company_name, "Half done")
        self.assertGreater(self.application.deadline, fields.Datetime.now())

    # === AUDIT LOG === #

    def test_nobody_changes_the_log_through_the_orm(self):
        row = self._log("kept")
        for action in (lambda: row.write({'reason': "other"}), row.unlink):
            with self.assertRaises(UserError):
                action()
        with self.assertRaises(UserError):
            row.with_user(self.officer).create({'action': 'create'})

    @mute_logger('odoo.sql_db')
    def test_raw_sql_on_the_log_is_refused(self):
        row = self._log("kept")
        self.env['marketplace.audit.log']._seal()
        for query in (
            "UPDATE marketplace_audit_log SET reason = 'other' WHERE id = %s",
            "UPDATE marketplace_audit_log SET hash = NULL WHERE id = %s",
            "UPDATE marketplace_audit_log SET hash = 'other' WHERE id = %s",
            "DELETE FROM marketplace_audit_log WHERE id = %s",
        ):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, [row.id])
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute("TRUNCATE marketplace_audit_log")

    @mute_logger('odoo.sql_db')
    def test_raw_sql_on_a_row_not_yet_sealed_is_refused(self):
        row = self._log("kept")
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE marketplace_audit_log SET reason = 'x', hash = 'y' WHERE id = %s", [row.id]
            )

    def _log(self, reason):
        Log = self.env['marketplace.audit.log']
        Log._log(self.application, 'change', reason=reason)
        self.env.flush_all()
        return self._rows(self.application)[0]

    def _rows(self, records):
        return self.env['marketplace.audit.log'].search(
            [('model_name', '=', records._name), ('res_id', 'in', records.ids)]
        )
