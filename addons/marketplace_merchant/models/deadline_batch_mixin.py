# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

RUN_BATCH = 2000
REMINDER_MAX_DAYS = 365


def read_reminders(env, text):
    """Return on how many days before the end reminders go out, the first one first.

    :param str text: numbers as people write them: 60, 30, 15
    :raise ValidationError: if that is no list of days
    """
    parts = re.split(r'[,，、;\s]+', (text or '').strip())
    days = {int(part) for part in parts if part.isdecimal()}
    if not days or not all(map(str.isdecimal, parts)) or max(days) > REMINDER_MAX_DAYS:
        raise ValidationError(env._(
            "Please write the days of the reminders as numbers up to %s: 60, 30, 15, 7, 1.",
            REMINDER_MAX_DAYS,
        ))
    return sorted(days, reverse=True)


class MarketplaceDeadlineBatchMixin(models.AbstractModel):
    """A clock for records that are due by the thousand: they move on batch by batch.

    What is done for a batch takes a number of statements that does not grow with it.
    """

    _name = 'marketplace.deadline.batch.mixin'
    _inherit = ['marketplace.deadline.mixin']
    _description = "Deadline of Many"

    # === BUSINESS METHODS === #

    def _advance(self):
        """Do for these records, all of them due, what follows, and set their deadlines anew."""
        raise NotImplementedError()

    def _next_deadline(self, state):
        """Return when a record in this state is due next, if ever."""
        raise NotImplementedError()

    def _reschedule(self):
        """Set the deadlines anew, as the states of the records say."""
        self.flush_recordset(['deadline'])
        deadlines = [record._next_deadline(record.state) or None for record in self]
        self.env.cr.execute(SQL(
            "UPDATE %s AS record SET deadline = plan.deadline"
            " FROM unnest(%s::int[], %s::timestamp[]) AS plan(id, deadline)"
            " WHERE record.id = plan.id",
            SQL.identifier(self._table), self.ids, deadlines,
        ))  # fmt: skip
        self.invalidate_recordset(['deadline'])

    @api.model
    def _process_deadlines(self):
        due = [('deadline', '<=', fields.Datetime.now())]
        model = self.sudo()
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=model.search_count(due))
        while batch := model.search(
            due, order='deadline, id', limit=RUN_BATCH
        ).try_lock_for_update():
            batch._process_batch()
            if not cron._commit_progress(len(batch)):
                break

    def _process_batch(self):
        """Advance a batch; if one record breaks it, each has its turn alone."""
        try:
            with self.env.cr.savepoint():
                self._advance()
        except Exception:
            _logger.exception("%s could not be processed together, now one by one", self._name)
            for record in self:
                record._process_deadline()

    def _on_deadline(self):
        self._advance()
