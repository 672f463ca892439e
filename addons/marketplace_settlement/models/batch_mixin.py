# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import SQL

from ..tools import crash

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500
ROUNDS = 3


class MarketplaceBatchMixin(models.AbstractModel):
    """Work over thousands of records, in batches that each are a transaction of seconds.

    A cron calls :meth:`_run_batches`. It hands every batch to a job, so that all processes of all
    nodes take their share, and works through the batches itself, from the other end: without a job
    runner it does them all. What a batch does must therefore be safe to repeat: it asks the
    database what is left to do, and two that do the same collide on the rows that they change.
    """

    _name = 'marketplace.batch.mixin'
    _description = "Work in Batches"

    # === BUSINESS METHODS === #

    def _run_batches(self, method, ids, size=BATCH_SIZE):
        """Call ``method`` with all ids, batch by batch, each in a transaction of its own.

        A batch that another transaction was faster with is tried again; of one that fails, the
        records are done one by one, and what still fails waits for the next run.

        :param str method: private method of the model that takes a list of ids
        :param list ids: on what to work
        :return: whether nothing is left to do
        """
        self.env['marketplace.heartbeat']._check_ground()
        batches = [ids[start:start + size] for start in range(0, len(ids), size)]
        cron = self.env['ir.cron']
        jobs = self._delay_batches(method, batches) if len(batches) > 1 else ()
        cron._commit_progress(remaining=len(ids))
        for _round in range(ROUNDS):
            left = []
            for batch in reversed(batches):
                if failed := self._try_batch(method, batch):
                    left.append(failed)
                crash.point('batch_done')
                if not cron._commit_progress(len(batch) - len(failed)):
                    return False
            batches = left
            if not left:
                break
        if jobs:
            jobs.filtered(lambda job: job.state == 'pending').button_cancelled()
        return not batches

    @contextmanager
    def _unless_done(self):
        """Do what another transaction may be doing at the moment; then that one has done it."""
        try:
            with self.env.cr.savepoint():
                yield
        except UniqueViolation as error:
            _logger.debug("Done by another transaction: %s", error)
        except OperationalError as error:
            if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise

    def _delay_batches(self, method, batches):
        """Make one job of each batch; one that waits already is not made twice."""
        keys = [self._batch_key(method, batch) for batch in batches]
        for batch, key in zip(batches, keys, strict=True):
            self.with_delay(identity_key=key, description=key)._batch_job(method, batch)
        return self.env['queue.job'].sudo().search([('identity_key', 'in', keys)])

    def _batch_key(self, method, ids):
        return f'{self._name}({",".join(map(str, self.ids))}).{method}: {ids[0]}–{ids[-1]}'

    def _batch_job(self, method, ids):
        """Do one batch as a job; what fails waits for the cron."""
        self.env['marketplace.heartbeat']._check_ground()
        return len(self.sudo()._try_batch(method, ids))

    def _try_batch(self, method, ids):
        """Call the method, unless somebody else is at this batch; return the ids that failed."""
        if not self._take_batch(method, ids):
            return ids
        try:
            with self.env.cr.savepoint():
                getattr(self, method)(ids)
        except OperationalError as error:
            if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise
            return ids
        except Exception:
            if len(ids) == 1:
                _logger.exception("%s failed for %s, the others go on", method, ids)
                return ids
            half = len(ids) // 2
            return [*self._try_batch(method, ids[:half]), *self._try_batch(method, ids[half:])]
        return []

    @api.model
    def _take_batch(self, method, ids):
        """Return whether nobody else is at this batch; only saves doing the same work twice."""
        self.env.cr.execute(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            self._batch_key(method, ids),
        ))
        return self.env.cr.fetchone()[0]
