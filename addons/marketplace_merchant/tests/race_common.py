# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import threading

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import SQL, mute_logger

MEET_TIMEOUT_SECONDS = 20


class RaceCase(BaseCase):
    """People who act at the very same moment, each in a transaction of its own.

    What the tests write is committed, and taken out again after each test: every row that is
    newer than the test.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.newest = self._newest_ids()
        self.addCleanup(self._take_out)

    # === ONE AFTER THE OTHER === #

    def _do(self, call):
        """Call with an environment of the superuser, as a request would, and commit."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(lambda: call(env), env)

    # === AT THE SAME MOMENT === #

    def _race(self, *calls):
        """Let each call act on what it saw before the others did anything.

        Like a request, a call starts again when the database says that another was faster.

        :param calls: functions of an environment
        :return: for each call what it returned, or the exception with which it ended
        """
        start = threading.Barrier(len(calls), timeout=MEET_TIMEOUT_SECONDS)
        results = [None] * len(calls)

        def run(position):
            tries = []

            def attempt():
                # The first query fixes what this transaction sees.
                env.cr.execute("SELECT 1 FROM res_users LIMIT 1")
                tries.append(True)
                if len(tries) == 1:
                    start.wait()
                return calls[position](env)

            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    results[position] = retrying(attempt, env)
            except Exception as error:
                results[position] = error

        threads = [
            threading.Thread(target=run, args=(position,)) for position in range(len(calls))
        ]
        with mute_logger('odoo.sql_db'):  # that one transaction loses is what is tested
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return results

    # === CLEANING UP === #

    def _newest_ids(self):
        with self.registry.cursor() as cr:
            return {table: self._newest_id(cr, table) for table in self._tables(cr)}

    def _tables(self, cr):
        cr.execute("""
            SELECT columns.table_name FROM information_schema.columns
              JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = 'public' AND column_name = 'id' AND table_type = 'BASE TABLE'
               AND data_type IN ('integer', 'bigint')
        """)
        return [table for (table,) in cr.fetchall()]

    def _newest_id(self, cr, table):
        cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
        return cr.fetchone()[0]

    def _take_out(self):
        """Delete what is newer than the test, in whatever order the database allows."""
        with self.registry.cursor() as cr:
            log = SQL.identifier('marketplace_audit_log')
            cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", log))
            left = {
                table for table, newest in self.newest.items()
                if self._newest_id(cr, table) > newest
            }
            while left:
                deleted = {table for table in left if self._delete_newer(cr, table)}
                self.assertTrue(deleted, f"These cannot be taken out: {left}")
                left -= deleted
            cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", log))
        self.registry.clear_all_caches()
        self.registry.signal_changes()

    def _delete_newer(self, cr, table):
        """Return whether the rows are gone; other rows may still refer to them."""
        cr.execute("SAVEPOINT take_out")
        try:
            cr.execute(
                SQL("DELETE FROM %s WHERE id > %s", SQL.identifier(table), self.newest[table]),
                log_exceptions=False,
            )
        except IntegrityError:
            cr.execute("ROLLBACK TO SAVEPOINT take_out")
            return False
        cr.execute("RELEASE SAVEPOINT take_out")
        return True
