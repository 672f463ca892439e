# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.tests.people_common import (
    IDENTITY,
    LICENCES,
    PeopleCommon,
)


class LifeCommon(PeopleCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant = cls._merchant("Lotus", LICENCES[0], cls.applicant)
        cls.owner = cls.merchant.with_user(cls.applicant)
        cls.env.company.partner_id.tz = 'UTC'
        cls.today = fields.Date.today()

    @classmethod
    def _goods(cls, name, *states):
        """Return goods of the merchant that went through these states."""
        goods = cls.env['product.template'].create({
            'name': name, 'merchant_id': cls.merchant.id, 'categ_id': cls.fashion.id,
            'list_price': 10.0, 'type': 'consu', 'image_1920': cls.scan,
        })  # fmt: skip
        people = {
            'live': cls.env.user, 'in_review': cls.applicant, 'paused': cls.applicant,
            'taken_down': cls.officer,
        }  # fmt: skip
        for state in states:
            person = people[state]
            if state == 'live':
                person = cls.officer
            goods.with_user(person).sudo()._move_to(state, reason="Test")
        return goods

    def _wait(self, record):
        """Let the clock strike for a record."""
        record.deadline = fields.Datetime.now()
        record._process_deadline()


@tagged('post_install', '-at_install')
class TestSuspension(LifeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.portal_upload(cls.licence_type.id, "licence.png", cls.scan, LICENCES[0])
        cls.merchant.qualification_ids.with_user(cls.officer).action_approve()

    def test_the_same_goods_come_back_as_they_were(self):
        live = self._goods("Live", 'in_review', 'live')
        blocked = self._goods("Blocked", 'in_review', 'live')
        paused = self._goods("Paused", 'in_review', 'live', 'paused')
        down = self._goods("Taken down", 'in_review', 'live', 'taken_down')
        waiting = self._goods("Waiting", 'in_review')
        self.env['marketplace.listing.block']._block(blocked, self.merchant, "Expired")
        everything = live | blocked | paused | down | waiting
        states = everything.mapped('listing_state')
        manager = self.merchant.with_user(self.manager)
        for off, on in (
            (lambda: manager.action_suspend("Late"), lambda: manager.action_resume("Better")),
            (self._close_now, self.owner.portal_reopen_shop),
        ):
            self.assertEqual(everything.filtered('is_sellable'), live)
            off()
            self.assertFalse(everything.filtered('is_sellable'))
            self.assertFalse(everything.filtered('sale_ok'))
            on()
            self.assertEqual(everything.filtered('is_sellable'), live)
            self.assertEqual(everything.mapped('listing_state'), states)

    def _close_now(self):
        self.owner.portal_close_shop({
            'date_from': str(self.today), 'date_to': str(self.today), 'note': "Stocktaking",
        })

    def test_goods_that_expire_during_the_suspension_stay_away(self):
        live, blocked = (self._goods(name, 'in_review', 'live') for name in ("One", "Two"))
        manager = self.merchant.with_user(self.manager)
        manager.action_suspend("Late")
        self.env['marketplace.listing.block']._block(blocked, self.merchant, "Expired")
        manager.action_resume("Better")
        self.assertEqual((live | blocked).filtered('is_sellable'), live)


@tagged('post_install', '-at_install')
class TestClosure(LifeCommon):
    """The merchant closes its shop for a while."""

    def _close(self, start=0, end=3, **changes):
        return self.owner.portal_close_shop({
            'date_from': str(self.today + timedelta(days=start)),
            'date_to': str(self.today + timedelta(days=end)),
            'note': "Spring festival",
            **changes,
        }).sudo()

    def test_a_shop_closes_at_once_and_opens_by_itself(self):
        closure = self._close()
        self.assertEqual(closure.state, 'running')
        self.assertTrue(self.merchant.is_closed_temporarily)
        self.assertFalse(self.merchant.is_selling)
        self.assertEqual(closure.deadline.date(), self.today + timedelta(days=4))
        self._wait(closure)
        self.assertEqual(closure.state, 'ended')
        self.assertTrue(self.merchant.is_selling)
        self.assertEqual(len(self._mails(closure)), 2)

    def test_a_planned_closure_begins_on_its_day(self):
        closure = self._close(start=2)
        self.assertEqual(closure.state, 'planned')
        self.assertTrue(self.merchant.is_selling)
        self.assertEqual(closure.deadline.date(), self.today + timedelta(days=2))
        self._wait(closure)
        self.assertEqual(closure.state, 'running')
        self.assertFalse(self.merchant.is_selling)

    def test_days_are_those_of_the_marketplace(self):
        self.env.company.partner_id.tz = 'Asia/Shanghai'
        closure = self._close(start=5, end=6)
        self.assertEqual(closure.deadline.hour, 16)

    def test_the_owner_opens_earlier_or_drops_the_plan(self):
        for start, state in ((0, 'ended'), (2, 'cancelled')):
            closure = self._close(start=start)
            self.owner.portal_reopen_shop()
            self.assertEqual(closure.state, state)
            self.assertTrue(self.merchant.is_selling)
        with self.assertRaises(UserError):
            self.owner.portal_reopen_shop()

    def test_a_second_closure_waits_for_the_end_of_the_first(self):
        self._close(start=10, end=12)
        with self.assertRaisesRegex(UserError, "already"):
            self._close()

    def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(self):
        for values, field in (
            ({'start': -1}, 'date_from'),
            ({'start': 3, 'end': 2}, 'date_to'),
            ({'end': 90}, 'date_to'),
            ({'date_from': 'tomorrow'}, 'date_from'),
            ({'note': ''}, 'note'),
            ({'note': "x" * 501}, 'note'),
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError) as error:
                self._close(**values)
            self.assertEqual(list(error.exception.field_errors), [field])
        self.assertFalse(self.merchant.closure_ids)
        self._close(end=89)

    def test_only_owners_close_and_managers_may_open(self):
        helper = self._portal_user('life_helper')
        self.env['marketplace.merchant.member'].create({
            'merchant_id': self.merchant.id, 'user_id': helper.id, 'role_orders': True,
        })
        values = {'date_from': str(self.today), 'date_to': str(self.today), 'note': "X"}
        for user in (helper, self.stranger, self.officer):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).portal_close_shop(values)
        closure = self._close()
        # Owners have a button of their own.
        for user in (self.officer, self.applicant, self.stranger):
            with self.assertRaises(AccessError):
                closure.with_user(user).action_end()
        closure.with_user(self.manager).action_end()
        self.assertTrue(self.merchant.is_selling)

    def test_a_suspended_shop_is_not_closed_by_its_owner(self):
        self.merchant.with_user(self.manager).action_suspend("Late")
        with self.assertRaises(UserError):
            self._close()

    def test_only_owners_and_staff_read_it(self):
        closure = self._close()
        leaving = self.merchant.with_user(self.manager)._start_exit(
            self.env.ref('marketplace_merchant.exit_reason_other'), "Retires"
        )
        helper = self._portal_user('life_reader')
        self.env['marketplace.merchant.member'].create({
            'merchant_id': self.merchant.id, 'user_id': helper.id, 'role_service': True,
        })
        for record in (closure, leaving, leaving.release_ids[0]):
            for user in (self.applicant, self.officer, self.auditor):
                self.assertTrue(record.with_user(user).read(['create_date']))
            for user in (helper, self.stranger):
                with self.assertRaises(AccessError):
                    record.with_user(user).read(['create_date'])
            for user in (self.applicant, self.officer, self.auditor):
                with self.assertRaises(UserError):
                    record.with_user(user).write({'create_date': False})
        with self.assertRaises(AccessError):
            leaving.with_user(self.applicant).read(['lesson'])

    def test_leaving_ends_the_closure(self):
        closure = self._close()
        self.merchant.with_user(self.manager).action_start_exit("Retires")
        self.assertEqual(closure.state, 'ended')
        self.assertFalse(self.merchant.is_selling)


@tagged('post_install', '-at_install')
class TestInsurance(LifeCommon):

    def _policy(self, until=400, **changes):
        return self.owner.portal_upload_insurance({
            'insurer': "Pacific Insurance", 'number': "P-1", 'cover': '1000000',
            'valid_from': str(self.today - timedelta(days=5)),
            'valid_until': str(self.today + timedelta(days=until)),
            'file': {'filename': "policy.png", 'content': self.scan},
            **changes,
        }).sudo()

    def test_an_officer_verifies_a_policy(self):
        policy = self._policy()
        self.assertEqual(self.merchant.insurance_cover, 0.0)
        for user in (self.auditor, self.applicant, self.stranger):
            with self.assertRaises(AccessError):
                policy.with_user(user).action_approve()
        policy.with_user(self.officer).action_approve()
        self.assertEqual(self.merchant.insurance_cover, 1000000.0)
        self.assertTrue(policy.with_user(self.officer).file)
        with self.assertRaises(AccessError):
            policy.with_user(self.applicant).read(['file'])

    def test_a_rejected_policy_says_why(self):
        policy = self._policy()
        policy.with_user(self.officer).action_reject("Another insurer signed it")
        self.assertIn("Another insurer", self._mails(policy).body_html)

    def test_a_new_upload_replaces_the_one_that_waits(self):
        first = self._policy()
        second = self._policy(number="P-2")
        self.assertEqual((first.state, second.state), ('superseded', 'pending'))

    def test_reminders_come_once_each_and_it_expires(self):
        policy = self._policy(until=31)
        policy.with_user(self.officer).action_approve()
        self.assertEqual(len(self._mails(policy)), 1)
        for left, reminders in ((30, 1), (7, 2), (1, 3)):
            self.assertEqual(
                policy.deadline.date(), policy.valid_until - timedelta(days=left)
            )
            self.env.cr.execute(
                "UPDATE marketplace_insurance_policy SET valid_until = %s WHERE id = %s",
                [self.today + timedelta(days=left), policy.id],
            )
            policy.invalidate_recordset()
            self._wait(policy)
            self.assertEqual(len(self._mails(policy)), 1 + reminders)
        self.assertTrue(policy.is_expiring)
        self.assertIn(policy, policy.search([('is_expiring', '=', True)]))
        self.env.cr.execute(
            "UPDATE marketplace_insurance_policy SET valid_until = %s WHERE id = %s",
            [self.today - timedelta(days=1), policy.id],
        )
        policy.invalidate_recordset()
        self._wait(policy)
        self.assertEqual((policy.state, policy.deadline), ('expired', False))
        self.assertEqual(self.merchant.insurance_cover, 0.0)

    def test_nobody_is_reminded_who_has_renewed(self):
        policy = self._policy(until=20)
        policy.with_user(self.officer).action_approve()
        self._policy(number="P-2")
        mails = len(self._mails(policy))
        self._wait(policy)
        self.assertEqual(len(self._mails(policy)), mails)

    def test_what_is_wrong_is_said_at_its_field(self):
        for values, field in (
            ({'insurer': ""}, 'insurer'),
            ({'cover': '0'}, 'cover'),
            ({'cover': '-5'}, 'cover'),
            ({'cover': 'a lot'}, 'cover'),
            ({'until': -1}, 'valid_until'),
            ({'valid_from': str(self.today + timedelta(days=500))}, 'valid_until'),
            ({'file': {'filename': "x.exe", 'content': base64.b64encode(b"MZ").decode()}}, 'file'),
            ({'file': None}, 'file'),
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError) as error:
                self._policy(**values)
            self.assertEqual(list(error.exception.field_errors), [field])
        self.assertFalse(self.merchant.insurance_policy_ids)


@tagged('post_install', '-at_install')
class TestCare(LifeCommon):

    def _plan(self, user, responsible=None):
        return self.merchant.with_user(user).activity_schedule(
            'marketplace_merchant.activity_type_visit', summary="See the warehouse",
            user_id=(responsible or user).id,
        )  # fmt: skip

    def test_officers_plan_visits_and_keep_what_came_of_them(self):
        visit = self._plan(self.officer)
        visit.with_user(self.officer).action_feedback("Clean and dry")
        self.assertEqual(self.merchant.with_user(self.officer).contact_count, 1)
        action = self.merchant.with_user(self.officer).action_open_contacts()
        found = self.env['mail.activity'].with_user(self.officer).with_context(
            **action['context']
        ).search(action['domain'])
        self.assertRecordValues(found, [{'feedback': "Clean and dry", 'active': False}])
        with self.assertRaises(AccessError):
            self._plan(self.applicant, self.officer)

    def test_what_was_planned_goes_along_to_the_next_manager(self):
        self.merchant.manager_id = self.manager
        mine = self._plan(self.manager)
        others = self._plan(self.officer)
        done = self._plan(self.manager)
        done.with_user(self.manager).action_feedback("Done")
        wizard = self.env['marketplace.handover.wizard'].with_user(self.manager).with_context(
            active_model='marketplace.merchant', active_ids=self.merchant.ids
        ).create({'manager_id': self.second_officer.id, 'note': "Pays late"})
        wizard.action_confirm()
        self.assertEqual(self.merchant.manager_id, self.second_officer)
        self.assertEqual(mine.user_id, self.second_officer)
        self.assertEqual(others.user_id, self.officer)
        self.assertEqual(done.user_id, self.manager)
        self.assertIn("Pays late", self.merchant.message_ids[0].body)

    def test_only_managers_hand_over(self):
        with self.assertRaises(AccessError):
            self.env['marketplace.handover.wizard'].with_user(self.officer).create({
                'manager_id': self.officer.id,
                'merchant_ids': [Command.set(self.merchant.ids)],
            })


@tagged('post_install', '-at_install')
class TestAfterTheEnd(LifeCommon):
    """What former members still see, and what is forgotten when."""

    PRIVATE = ("Tang Qiumei", IDENTITY[-4:], "13800138000", "lotus.test", "L-1", "rang twice")

    def setUp(self):
        super().setUp()
        self.person = self._approved(
            entity_type='individual', licence_number=IDENTITY, company_name="Wang Li",
            legal_representative="", contact_name="Tang Qiumei",
        )
        self.person.with_user(self.applicant).portal_set_bank_account(
            "Wang Li", "Bank of Test", "6222021234567890123"
        )
        self.person.message_post(body="He rang twice")

    def _fill(self, user=None, **changes):
        application = super()._fill(user, **changes)
        identity = self.env.ref('marketplace_merchant.qualification_type_identity')
        application.portal_upload(identity.id, "id.png", self.scan, "L-1", "2099-12-31")
        return application

    def _close(self):
        manager = self.person.with_user(self.manager)
        manager.action_start_exit("Retires")
        manager.action_close("All settled")
        return self.person.exit_id

    def test_former_members_read_everything_and_change_nothing(self):
        self._close()
        owner = self.person.with_user(self.applicant)
        self.assertEqual(owner.state, 'closed')
        self.assertTrue(owner.qualification_ids.mapped('name'))
        self.assertTrue(owner.exit_ids.mapped('date_closed'))
        self.assertTrue(owner.bank_account_ids.mapped('number_masked'))
        for change in (
            lambda: owner.portal_update_shop({'name': "New"}),
            lambda: owner.portal_upload(self.licence_type.id, "l.png", self.scan, "L-9"),
            lambda: owner.portal_set_bank_account("Wang Li", "Bank", "6222021234567890123"),
            lambda: owner.portal_close_shop({}),
            lambda: owner.portal_upload_insurance({}),
            lambda: owner.portal_invite({'email': "new@lotus.test", 'roles': ['orders']}),
        ):
            with self.assertRaisesRegex(UserError, "closed"):
                change()

    def test_personal_data_is_erased_on_its_day_and_no_earlier(self):
        leaving = self._close()
        self.assertEqual(leaving.date_erase, fields.Date.add(self.today, years=3))
        self.assertEqual(leaving.deadline.date(), leaving.date_erase)
        self._wait(leaving)
        self.assertTrue(self.person.contact_name)
        self.assertEqual(leaving.deadline.date(), leaving.date_erase)
        self.env.company.marketplace_retention_years = 0
        self.assertEqual(leaving.deadline.date(), self.today)
        before = self._found()
        self.assertEqual(before, list(self.PRIVATE))
        leaving._process_deadline()
        self.assertEqual(leaving.date_erased, self.today)
        self.assertFalse(self._found())
        self.assertFalse(self.person.member_ids)
        self.assertFalse(self.person.qualification_ids.with_user(self.officer).mapped('file')[0])
        self.assertNotEqual(self.person.bank_account_ids._number(), "6222021234567890123")
        self.assertTrue(self.person.agreement_acceptance_ids)
        self.assertEqual(self.person.name, "Wang Li")
        log = self.env['marketplace.audit.log'].search(
            [('model_name', '=', 'marketplace.merchant'), ('res_id', '=', self.person.id)], limit=1
        )
        self.assertEqual(log.after, {'personal_data': 'erased'})

    def _found(self):
        """Return which of the person's data is still found in any document about the merchant."""
        self.env.flush_all()
        rows = ''
        self.env.cr.execute("""
            SELECT table_name, array_agg(column_name::text)
              FROM information_schema.columns
              JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = 'public' AND table_name LIKE 'marketplace%' AND
                   column_name IN ('merchant_id', 'application_id') AND table_type = 'BASE TABLE'
             GROUP BY table_name
        """)
        wheres = {
            table: SQL(" OR ").join(
                SQL("%s = ANY(%s)", SQL.identifier(column), ids)
                for column, ids in (
                    ('merchant_id', self.person.ids),
                    ('application_id', self.person.application_ids.ids),
                )
                if column in columns
            )
            for table, columns in self.env.cr.fetchall()
        }
        wheres['marketplace_merchant'] = SQL("id = %s", self.person.id)
        wheres['mail_message'] = SQL("model LIKE 'marketplace%%'")
        for table, where in wheres.items():
            rows += "\n".join(row[0] for row in self.env.execute_query(SQL(
                "SELECT to_jsonb(entry)::text FROM %s AS entry WHERE %s",
                SQL.identifier(table), where,
            )))  # fmt: skip
        plain = rows.replace(" ", "")
        return [text for text in self.PRIVATE if text in rows or text in plain]
