# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL

NOTICE_BATCH = 100


class MarketplaceNoticeMixin(models.AbstractModel):
    """A mail that is still to be written about a record.

    A run over thousands of records must not write thousands of mails: it notes in one statement
    what is to be said, and a cron writes the mails afterwards.
    """

    _name = 'marketplace.notice.mixin'
    _description = "Mail to Write"

    notice = fields.Char(
        string="Mail to Write", readonly=True, copy=False, index='btree_not_null',
        help="The template of the mail that is still to be written about this.",
    )  # fmt: skip

    # === BUSINESS METHODS === #

    def _give_notice(self, xmlid):
        """Let a mail be written about each record, soon after the transaction."""
        if not self:
            return
        self.flush_model(['notice'])
        self.env.cr.execute(SQL(
            "UPDATE %s SET notice = %s WHERE id = ANY(%s)",
            SQL.identifier(self._table), xmlid, self.ids,
        ))  # fmt: skip
        self.invalidate_recordset(['notice'])
        self.env.ref('marketplace_merchant.ir_cron_notices')._trigger()

    # === CRON === #

    @api.model
    def _cron_send_notices(self):
        """Write the mails that wait, model by model."""
        for name in sorted(self.env.registry.descendants([self._name], '_inherit')):
            if not self.env[name]._abstract:
                self.env[name].sudo()._send_notices()

    @api.model
    def _send_notices(self):
        waiting = [('notice', '!=', False)]
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=self.search_count(waiting))
        while records := self.search(waiting, limit=NOTICE_BATCH).try_lock_for_update():
            for xmlid, group in records.grouped('notice').items():
                self.env['mail.template']._marketplace_send(xmlid, group)
            records.notice = False
            if not cron._commit_progress(len(records)):
                break
