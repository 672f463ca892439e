# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import RestrictViolation

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
