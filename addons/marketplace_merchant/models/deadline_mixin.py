# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

BATCH_SIZE = 200
RETRY_DELAY = timedelta(hours=1)


class MarketplaceDeadlineMixin(models.AbstractModel):
    """A stored deadline, so that lists sort by what burns, and what happens when it passes."""

    _name = 'marketplace.deadline.mixin'
    _description = "Deadline"

    deadline = fields.Datetime(
        string="Due",
        readonly=True,
        copy=False,
        index='btree_not_null',
        help="When the next step is due. What happens after it happens by itself.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _deadline_in(self, **delta):
        """Return the moment ``delta`` (as of ``datetime.timedelta``) from now."""
        return fields.Datetime.now() + timedelta(**delta)

    def _on_deadline(self):
        """Do what follows from the silence; called once per record, as superuser, when it is due.

        The deadline is already cleared: set a new one to be called again.
        """
        raise NotImplementedError()

    # === CRON === #

    @api.model
    def _cron_deadlines(self):
        """Call ``_on_deadline`` of every record that is due, model by model."""
        for model in self._deadline_models():
            model._process_deadlines()

    @api.model
    def _deadline_models(self):
        return [
            self.env[name]
            for name in sorted(self.env.registry.descendants([self._name], '_inherit'))
            if not self.env[name]._abstract
        ]

    @api.model
    def _process_deadlines(self):
        due = [('deadline', '<=', fields.Datetime.now())]
        records = self.sudo().with_context(active_test=False).search(due, order='deadline, id')
        for record in self.env['ir.cron']._marketplace_each(records):
            record = record.try_lock_for_update().filtered_domain(due)
            if record:
                record._process_deadline()

    def _process_deadline(self):
        """Process one due record; a failing one waits, so that the others get their turn."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.deadline = False
                self._on_deadline()
        except Exception:
            _logger.exception("Deadline of %s failed, it is tried again later", self)
            self.deadline = fields.Datetime.now() + RETRY_DELAY
