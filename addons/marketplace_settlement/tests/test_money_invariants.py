# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import ForeignKeyViolation, RestrictViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestMoneyInvariants(MoneyCommon):
    """Invariants that are no query: what the tables are made of."""

    def test_i11_stored_money_is_numeric(self):
        """A float column would lose cents; Odoo stores money in ``numeric`` only as Monetary."""
        self.env.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_name LIKE 'marketplace%%' AND data_type = 'numeric'"
        )
        numeric = set(self.env.cr.fetchall())
        found = 0
        for name, model in self.env.registry.items():
            if not name.startswith('marketplace.') or model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.type == 'monetary' and field.store:
                    self.assertIn((model._table, field.name), numeric)
                    found += 1
        self.assertGreater(found, 40)

    @mute_logger('odoo.sql_db')
    def test_i13_the_ledger_refuses_every_change(self):
        entry = self._paid().marketplace_order_ids.entry_ids[:1]
        self.env.flush_all()
        for query in (
            "UPDATE marketplace_balance_entry SET amount = amount + 1 WHERE id = %s",
            "UPDATE marketplace_balance_entry SET source_id = 1 WHERE id = %s",
            "UPDATE marketplace_balance_entry SET kind = 'adjustment' WHERE id = %s",
            "UPDATE marketplace_balance_entry SET date = '2020-01-01' WHERE id = %s",
            "DELETE FROM marketplace_balance_entry WHERE id = %s",
        ):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, [entry.id])
        for table in ('marketplace_balance_entry', 'marketplace_audit_log'):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(f"TRUNCATE {table} CASCADE")

    @mute_logger('odoo.sql_db')
    def test_i13_an_entry_is_settled_by_a_statement_of_its_merchant(self):
        for product in (self.cup, self.vase):
            self._complete(self._paid({product: 1}))
        Statement = self.env['marketplace.statement']
        today = fields.Date.context_today(Statement)
        other = Statement._generate(today, self.merchant_b)
        entry = self.env['marketplace.balance.entry'].search(
            [('merchant_id', '=', self.merchant_a.id), ('state', '=', 'available')], limit=1
        )
        claim = "UPDATE marketplace_balance_entry SET statement_id = %s WHERE id = %s"
        copy = (
            "INSERT INTO marketplace_balance_entry (merchant_id, company_id, currency_id, kind,"
            " amount, state, source_model, source_id, date, statement_id)"
            " SELECT merchant_id, company_id, currency_id, kind, amount, state, 'copy', id, date,"
            " %s FROM marketplace_balance_entry WHERE id = %s"
        )
        for query, values in (
            (claim, (other.id, entry.id)),
            (claim, (other.id + 1, entry.id)),
            (copy, (other.id, entry.id)),
            ("DELETE FROM marketplace_statement WHERE id = %s", (other.id,)),
        ):
            with self.assertRaises(ForeignKeyViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, values)
        statement = Statement._generate(today, self.merchant_a)
        self.env.flush_all()
        self.env.cr.execute(copy, (statement.id, entry.id))
