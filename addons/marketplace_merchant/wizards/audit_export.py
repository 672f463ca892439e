# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import csv
import io
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_ROWS = 500_000
BATCH = 10_000
DEFAULT_DAYS = 30
COLUMNS = (
    'id', 'seal_number', 'hash', 'create_date', 'user_id', 'session_user_id', 'address', 'system',
    'action', 'model_name', 'res_id', 'res_name', 'before', 'after', 'reason',
)  # fmt: skip
# A spreadsheet would calculate what begins like this.
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')


class MarketplaceAuditExport(models.TransientModel):
    """Take entries of the audit log out of the system; doing so is an entry as well."""

    _name = 'marketplace.audit.export'
    _inherit = ['marketplace.download.mixin']
    _description = "Export of the Audit Log"

    _guard_editable = ('date_from', 'date_to', 'user_ids', 'action', 'reason')

    date_from = fields.Date(
        string="First Day", required=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=DEFAULT_DAYS),
    )
    date_to = fields.Date(
        string="Last Day", required=True, default=fields.Date.context_today,
        help="This day included.",
    )
    user_ids = fields.Many2many(
        comodel_name='res.users', string="Only What These People Did",
        context={'active_test': False},
    )
    action = fields.Selection(
        selection=lambda self: self.env['marketplace.audit.log']._fields['action'].selection,
        string="Only This Kind",
    )
    reason = fields.Char(required=True, help="Kept in the audit log.")

    # === ACTION METHODS === #

    def action_export(self):
        """Make the file and let the browser fetch it."""
        self.ensure_one()
        Log = self.env['marketplace.audit.log']
        Log.check_access('read')
        if self.date_from > self.date_to:
            raise UserError(self.env._("The first day is after the last one."))
        count = Log.search_count(self._domain())
        if count > MAX_ROWS:
            raise UserError(self.env._(
                "These are %(count)s entries; a file holds at most %(limit)s. Please choose a"
                " shorter time.", count=count, limit=MAX_ROWS,
            ))
        action = self._download(f"audit-log-{self.date_from}-{self.date_to}.csv", self._csv())
        Log._log_event(
            Log._name, self.filename, 'export', reason=self.reason, after={'count': count}
        )
        return action

    # === BUSINESS METHODS === #

    def _domain(self):
        """Days are those of UTC, as the times in the file."""
        domain = [
            ('create_date', '>=', datetime.combine(self.date_from, time.min)),
            ('create_date', '<=', datetime.combine(self.date_to, time.max)),
        ]
        if self.user_ids:
            domain += [('user_id', 'in', self.user_ids.ids)]
        if self.action:
            domain += [('action', '=', self.action)]
        return domain

    def _csv(self):
        """Return the entries, oldest first; with hashes, so that the chain can be checked."""
        Log = self.env['marketplace.audit.log']
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(COLUMNS)
        last_id = 0
        while rows := Log.search(
            [*self._domain(), ('id', '>', last_id)], order='id', limit=BATCH
        ):
            last_id = rows[-1].id
            people = (rows.user_id | rows.session_user_id).sudo()
            logins = {user.id: user.login for user in people}
            for values in rows.read(COLUMNS, load=None):
                for name in ('user_id', 'session_user_id'):
                    values[name] = logins.get(values[name], "")
                writer.writerow([self._cell(values[name]) for name in COLUMNS])
            rows.invalidate_recordset()
        # Spreadsheets tell the encoding by the mark at the beginning.
        return output.getvalue().encode('utf-8-sig')

    @api.model
    def _cell(self, value):
        """Return the value as text that a spreadsheet does not calculate."""
        text = "" if value is None or value is False else str(value)
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
