# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import split_every


class IrCron(models.Model):
    _inherit = 'ir.cron'

    @api.model
    def _marketplace_wake(self, xmlid, at=None):
        """Run a cron soon, or at a time; while an addon is being installed it may not be there."""
        if cron := self.env.ref(xmlid, raise_if_not_found=False):
            cron.sudo()._trigger(at)

    @api.model
    def _marketplace_each(self, records, size=1):
        """Yield records batch by batch; what is done with one is committed before the next.

        It ends early when the time of the cron is over: Odoo calls the cron again for the rest.

        :param int size: records in a batch
        :return: whether all were yielded, for ``yield from``
        :rtype: bool
        """
        self._commit_progress(remaining=len(records))
        for batch in split_every(size, records.ids, records.browse):
            yield batch
            if not self._commit_progress(len(batch)):
                return False
        return True
