# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL

GENESIS = '0' * 64
SEAL_BATCH = 5000
HASHED_FIELDS = (
    'id', 'create_date', 'user_id', 'session_user_id', 'address', 'system', 'action', 'model_name',
    'res_id', 'res_name', 'before', 'after', 'reason',
)  # fmt: skip


class MarketplaceAuditLog(models.Model):
    """Who did what to which document, and why: append-only and hash-chained.

    A database trigger refuses every change and deletion. The chain is closed by ``_seal``, called
    every few minutes, and not on insertion: a chain built on insertion would make every transaction
    wait for, or collide with, the one before it. The one update that the trigger lets through
    seals a row that has no hash yet.
    """

    _name = 'marketplace.audit.log'
    _description = "Marketplace Audit Log"
    _order = 'id desc'
    _rec_name = 'res_name'
    _log_access = False
    _allow_sudo_commands = False

    create_date = fields.Datetime(string="When", readonly=True, required=True, index=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Who", readonly=True, required=True, ondelete='restrict',
        index=True,
    )  # fmt: skip
    session_user_id = fields.Many2one(
        comodel_name='res.users', string="Logged in as", readonly=True, ondelete='restrict',
        help="The user whose session made the request.",
    )  # fmt: skip
    address = fields.Char(string="IP Address", readonly=True)
    system = fields.Boolean(
        string="Automatic", readonly=True, help="Done by the system, not by the user in person.",
    )  # fmt: skip
    action = fields.Selection(
        selection=[
            ('create', "Created"),
            ('change', "Changed"),
            ('state', "State changed"),
            ('access', "Rights changed"),
            ('reveal', "Secret revealed"),
            ('export', "Exported"),
            ('denied', "Refused"),
        ],
        readonly=True,
        required=True,
    )
    model_name = fields.Char(string="Document Type", readonly=True, required=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field='model_name', readonly=True, required=True
    )
    res_name = fields.Char(string="Document", readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    change = fields.Char(compute='_compute_change')
    reason = fields.Char(readonly=True)
    seal_number = fields.Integer(readonly=True, copy=False)
    hash = fields.Char(readonly=True, copy=False)

    _document_idx = models.Index('(model_name, res_id)')
    _seal_uniq = models.UniqueIndex('(seal_number) WHERE seal_number IS NOT NULL')
    _unsealed_idx = models.Index('(id) WHERE seal_number IS NULL')

    # === SETUP === #

    def init(self):
        """Guard the rows in the database itself: even the superuser's raw SQL is refused."""
        self.env.cr.execute("""
            CREATE OR REPLACE FUNCTION marketplace_audit_log_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.hash IS NULL AND NEW.hash IS NOT NULL AND
                       to_jsonb(NEW) - 'hash' - 'seal_number'
                       = to_jsonb(OLD) - 'hash' - 'seal_number' THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'The marketplace audit log is append-only.'
                    USING ERRCODE = 'restrict_violation';
            END
            $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER marketplace_audit_log_guard
            BEFORE UPDATE OR DELETE ON marketplace_audit_log
            FOR EACH ROW EXECUTE FUNCTION marketplace_audit_log_guard();

            CREATE OR REPLACE TRIGGER marketplace_audit_log_guard_truncate
            BEFORE TRUNCATE ON marketplace_audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION marketplace_audit_log_guard();
        """)

    # === COMPUTE METHODS === #

    @api.depends('before', 'after')
    def _compute_change(self):
        for row in self:
            before, after = row.before or {}, row.after or {}
            row.change = ", ".join(
                f"{key}: {before.get(key, '')} → {after.get(key, '')}"
                for key in sorted(before.keys() | after.keys())
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("The audit log is written by the system only."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The audit log cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The audit log cannot be changed."))

    # === BUSINESS METHODS === #

    @api.model
    def _log(self, records, action, reason=None, before=None, after=None, system=False):
        """Append one row per record, in one statement however many there are.

        :param records: the documents concerned, all of one model
        :param str action: one of the selection of ``action``
        :param reason: why, in the actor's words; for all records, or a list with one for each
        :param before, after: the changed values, masked where secret; one dict for all records,
            or a list with one dict per record
        :param bool system: the engine acted, not the user in person
        """
        if not records:
            return
        origin = dict(self._log_origin(), action=action, model_name=records._name, system=system)
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_audit_log (%s, res_id, res_name, reason, before, after)
            SELECT %s, entry.*
              FROM unnest(%s::int[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[]) AS entry
            """,
            SQL(', ').join(map(SQL.identifier, origin)),
            SQL(', ').join(SQL("%s", value) for value in origin.values()),
            records.ids,
            [record.display_name for record in records.sudo()],
            self._log_column(records, reason),
            self._log_column(records, before, json.dumps),
            self._log_column(records, after, json.dumps),
        ))  # fmt: skip

    @api.model
    def _log_column(self, records, value, convert=str):
        """Return the value of each record: its own of a list, else the one of all."""
        values = value if isinstance(value, list) else [value] * len(records)
        return [convert(item) if item else None for item in values]

    @api.model
    def _log_origin(self):
        """Return who acts, from where. ``sudo()`` keeps the user; a session may be another's."""
        return {
            'create_date': fields.Datetime.now(),
            'user_id': self.env.uid,
            'session_user_id': request.session.uid if request else None,
            'address': request.httprequest.remote_addr if request else None,
        }

    # === HASH CHAIN === #

    @api.model
    def _cron_seal(self):
        """Chain the new rows; called every few minutes."""
        while self._seal() and self.env['ir.cron']._commit_progress(SEAL_BATCH):
            pass

    @api.model
    def _seal(self):
        """Chain up to ``SEAL_BATCH`` rows that are not chained yet.

        :return: whether more rows may wait
        """
        self.flush_model()
        # One sealer at a time; the loser of the race leaves the work to the winner.
        if not self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('marketplace_audit_log_seal'))")
        )[0][0]:
            return False
        number, digest = self._seal_head()
        rows = self.sudo().search([('seal_number', '=', False)], order='id', limit=SEAL_BATCH)
        for row in rows:
            number += 1
            digest = row._digest(digest)
            self.env.cr.execute(
                SQL(
                    "UPDATE marketplace_audit_log SET seal_number = %s, hash = %s WHERE id = %s",
                    number, digest, row.id,
                )
            )  # fmt: skip
        rows.invalidate_recordset(['seal_number', 'hash'])
        return len(rows) == SEAL_BATCH

    @api.model
    def _seal_head(self):
        self.env.cr.execute(
            "SELECT seal_number, hash FROM marketplace_audit_log"
            " WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1"
        )
        return self.env.cr.fetchone() or (0, GENESIS)

    def _digest(self, previous):
        """Return the SHA-256 of this row chained to the ``previous`` digest."""
        self.ensure_one()
        values = self.read(HASHED_FIELDS, load=None)[0]
        payload = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256((previous + payload).encode()).hexdigest()

    @api.model
    def _verify_chain(self):
        """Return the sealed rows at which the chain breaks; none when nothing was tampered with."""
        broken = self.browse()
        number, digest = 0, GENESIS
        for row in self.sudo().search([('seal_number', '!=', False)], order='seal_number'):
            number += 1
            if row.seal_number != number or row.hash != row._digest(digest):
                broken |= row
                number = row.seal_number
            digest = row.hash
        return broken

    def action_verify_chain(self):
        """Tell the auditor whether the log was tampered with."""
        self.check_access('read')
        broken = self._verify_chain()
        if broken:
            message = self.env._(
                "The chain breaks at these entries: %s", ", ".join(str(row.id) for row in broken)
            )
        else:
            message = self.env._("The chain of entries is intact.")
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'message': message,
                'type': 'danger' if broken else 'success',
                'sticky': bool(broken),
            },
        }
