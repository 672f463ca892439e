# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.addons.marketplace_merchant.tests.race_common import RaceCase

GUARDED = ('marketplace_balance_entry', 'marketplace_audit_log')


class MoneyRaceCase(RaceCase):
    """People who settle at the very same moment; taken out again although the books are guarded."""

    def _take_out(self):
        """The guards of the books let nobody delete, so they rest while the test cleans up."""
        with self.registry.cursor() as cr:
            for table in GUARDED:
                cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            # A statement and its journal entries name each other.
            cr.execute(
                "UPDATE marketplace_statement SET move_id = NULL, fee_move_id = NULL,"
                " netting_move_id = NULL WHERE id > %s", [self.newest['marketplace_statement']],
            )
        super()._take_out()
        with self.registry.cursor() as cr:
            for table in GUARDED:
                cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
