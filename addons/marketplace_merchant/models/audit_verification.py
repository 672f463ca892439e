# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .audit_log import GENESIS, HASHED_FIELDS

_logger = logging.getLogger(__name__)

BATCH = 5000
# How long the person who pressed the button waits; what is left is done in the background.
PATIENCE_SECONDS = 10
FINDINGS_SHOWN = 20


class MarketplaceAuditVerification(models.Model):
    """One check that nobody tampered with the audit log, and what it found.

    Each entry's hash covers the entry and the hash before it, so an entry that was changed, taken
    out or put in breaks the chain. What was cut off at the end breaks no chain: that shows because
    each check keeps how far the chain went, and later ones look whether that entry is still there.
    """

    _name = 'marketplace.audit.verification'
    _description = "Audit Log Verification"
    _order = 'id desc'
    _rec_name = 'create_date'
    _allow_sudo_commands = False

    create_date = fields.Datetime(string="When", readonly=True)
    create_uid = fields.Many2one(comodel_name='res.users', string="Started by", readonly=True)
    date_end = fields.Datetime(string="Finished", readonly=True)
    state = fields.Selection(
        selection=[('running', "Running"), ('intact', "Intact"), ('broken', "Broken")],
        required=True,
        readonly=True,
        default='running',
    )
    position = fields.Integer(
        string="Entries Checked", readonly=True, help="Number of the last entry looked at."
    )
    head_hash = fields.Char(
        string="Hash of the Last Entry", readonly=True, default=GENESIS,
        help="Kept elsewhere, it proves later that the entries up to here are the same.",
    )  # fmt: skip
    finding_count = fields.Integer(string="Findings", readonly=True)
    findings = fields.Text(
        string="What Was Found", readonly=True, help="The first findings, one per line."
    )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Results of checks are kept: they belong to the audit log."))

    # === BUSINESS METHODS === #

    @api.model
    def _cron_verify(self):
        """Finish the checks that were begun, else make one; called every night."""
        running = self.search([('state', '=', 'running')], order='id') or self.create({})
        for verification in running:
            while verification._step():
                if not self.env['ir.cron']._commit_progress(BATCH):
                    return
            self.env['ir.cron']._commit_progress(1)

    def _start(self):
        """Check for a moment; a log that takes longer is finished in the background."""
        self.ensure_one()
        stop = time.monotonic() + PATIENCE_SECONDS
        while self._step():
            if time.monotonic() > stop:
                self.env.ref('marketplace_merchant.ir_cron_verify_audit_log')._trigger()
                return

    def _step(self):
        """Check the next entries.

        :return: whether there are more of them
        :rtype: bool
        """
        self.ensure_one()
        Log = self.env['marketplace.audit.log']
        rows = Log.search(
            [('seal_number', '>', self.position)], order='seal_number', limit=BATCH
        )
        number, digest, found = self.position, self.head_hash, []
        for values in rows.read([*HASHED_FIELDS, 'seal_number', 'hash'], load=None):
            seal_number, seal = values.pop('seal_number'), values.pop('hash')
            if seal_number != number + 1:
                found.append(self.env._(
                    "Entries %(first)s to %(last)s were taken out.",
                    first=number + 1, last=seal_number - 1,
                ))
            elif seal != Log._digest(values, digest):
                found.append(self.env._(
                    "Entry %(number)s (ID %(id)s) is not as it was written.",
                    number=seal_number, id=values['id'],
                ))
            number, digest = seal_number, seal
        rows.invalidate_recordset()
        self.write({'position': number, 'head_hash': digest})
        if len(rows) == BATCH:
            self._note(found)
            return True
        self._note(found + self._find_cut_off() + self._find_guard_off())
        self._finish()
        return False

    def _find_cut_off(self):
        """Look whether the entries at which earlier checks ended are still the same."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """
            SELECT earlier.position, earlier.create_date
              FROM marketplace_audit_verification earlier
         LEFT JOIN marketplace_audit_log row ON row.seal_number = earlier.position
             WHERE earlier.id < %s AND earlier.position > 0
               AND row.hash IS DISTINCT FROM earlier.head_hash
          ORDER BY earlier.position
             LIMIT 1
            """,
            self.id,
        ))  # fmt: skip
        return [
            self.env._(
                "On %(day)s the log ended with entry %(number)s, which is gone or another one now.",
                day=day, number=number,
            )
            for number, day in self.env.cr.fetchall()
        ]

    def _find_guard_off(self):
        """Look whether the database still refuses changes of the log."""
        self.env.cr.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'marketplace_audit_log'::regclass"
            " AND tgname LIKE 'marketplace_audit_log_guard%' AND tgenabled IN ('O', 'A')"
        )
        if self.env.cr.fetchone()[0] == 2:
            return []
        return [self.env._("The database's guard against changes of the log is switched off.")]

    def _note(self, found):
        if not found:
            return
        lines = [*(self.findings or '').splitlines(), *found]
        self.write({
            'finding_count': self.finding_count + len(found),
            'findings': "\n".join(lines[:FINDINGS_SHOWN]),
        })

    def _finish(self):
        """Keep the result, here and in the server's log, which the database's owner can't edit."""
        broken = bool(self.finding_count)
        self.write({'state': 'broken' if broken else 'intact', 'date_end': fields.Datetime.now()})
        _logger.log(
            logging.ERROR if broken else logging.INFO,
            "The audit log is %s up to entry %s, hash %s. Findings: %s",
            self.state, self.position, self.head_hash, self.findings or "none",
        )
