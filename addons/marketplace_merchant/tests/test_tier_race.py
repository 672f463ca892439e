# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.api import SUPERUSER_ID, Environment
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name, new_test_user
from odoo.tools import SQL, mute_logger

TABLES = (
    'marketplace_tier_run_line', 'marketplace_tier_change', 'marketplace_tier_run',
    'marketplace_merchant',
)  # fmt: skip


@tagged('post_install', '-at_install')
class TestTwoManagersAtOnce(BaseCase):
    """One review in two browsers, each with its own transaction, on committed data.

    Companies and users cannot be deleted: they are archived afterwards, and used again.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        # Nobody sells anything: the tests to stay take the merchant down by one step.
        cls.classPatch(
            cls.registry['marketplace.merchant'], '_tier_metric_queries', cls._measure
        )
        cls.addClassCleanup(cls._tear_down)
        with cls.registry.cursor() as cr:
            cls._build(Environment(cr, SUPERUSER_ID, {}))

    @classmethod
    def _measure(cls):
        return [(('sales_12m',), SQL(
            "SELECT id AS merchant_id, 0 AS sales_12m FROM marketplace_merchant"
        ))]  # fmt: skip

    @classmethod
    def _build(cls, env):
        company = cls._reused(env['res.company'], 'name', "Race Platform") or (
            env['res.company'].create({'name': "Race Platform"})
        )
        users = [
            cls._reused(env['res.users'], 'login', login) or new_test_user(
                env, login, groups='marketplace_merchant.group_merchant_manager',
                company_id=company.id, company_ids=[Command.set(company.ids)],
            )
            for login in ('race_manager_1', 'race_manager_2')
        ]  # fmt: skip
        partner = env['res.partner'].create({'name': "Race Shop"})
        merchant = env['marketplace.merchant'].create({
            'code': 'RACE1', 'partner_id': partner.id, 'company_id': company.id,
            'tier_id': env.ref('marketplace_merchant.tier_growth').id,
            'tier_since': fields.Date.subtract(fields.Date.today(), days=400),
        })._move_to('active', system=True)  # fmt: skip
        run = env['marketplace.tier.run']._open_run(company)
        run._preview()
        cls.company_id, cls.run_id, cls.merchant_id = company.id, run.id, merchant.id
        cls.user_ids, cls.partner_id = [user.id for user in users], partner.id

    @classmethod
    def _reused(cls, model, name, value):
        record = model.with_context(active_test=False).search([(name, '=', value)])
        record.active = True
        return record

    @classmethod
    def _tear_down(cls):
        with cls.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            for table in TABLES:
                column = {
                    'marketplace_tier_run': 'company_id', 'marketplace_merchant': 'id',
                }.get(table, 'merchant_id')  # fmt: skip
                value = cls.company_id if column == 'company_id' else cls.merchant_id
                cr.execute(f"DELETE FROM {table} WHERE {column} = %s", [value])
            env['res.users'].browse(cls.user_ids).active = False
            env['res.company'].browse(cls.company_id).active = False
            env['res.partner'].browse(cls.partner_id).unlink()

    def _as(self, cr, number):
        """Return the run as a manager's browser sees it, in a transaction that has begun."""
        context = {'allowed_company_ids': [self.company_id]}
        run = Environment(cr, self.user_ids[number], context)['marketplace.tier.run'].browse(
            self.run_id
        )
        self.assertEqual(run.state, 'previewed')
        return run

    def test_one_effect(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            winner, loser = self._as(first, 0), self._as(second, 1)
            winner.action_apply()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                loser.action_apply()
            first.commit()
            # The server tries this one again, and it then finds the review applied.
            with mute_logger('odoo.sql_db'), self.assertRaises(SerializationFailure):
                loser.action_apply()
            second.rollback()
            loser.env.invalidate_all()
            with self.assertRaisesRegex(UserError, "Applied"):
                loser.action_apply()
            second.rollback()
        with self.registry.cursor() as cr:
            merchant = Environment(cr, SUPERUSER_ID, {})['marketplace.merchant'].browse(
                self.merchant_id
            )
            self.assertEqual(merchant.tier_id.code, 'basic')
            self.assertEqual(len(merchant.tier_change_ids), 1)
            self.assertEqual(merchant.tier_change_ids.create_uid.id, self.user_ids[0])
