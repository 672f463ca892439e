# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import hashlib
import json
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL

from ..tools.identity_number import redact_identity_numbers

_logger = logging.getLogger(__name__)

# How many refusals of the same kind are written down in a minute, so that nobody who tries
# all day buries the rest of the log
DENIED_PER_MINUTE = 10
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
    _inherit = ['marketplace.fixed.mixin']
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
    model_name = fields.Char(string="Model", readonly=True, required=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field='model_name', readonly=True, required=True
    )
    res_name = fields.Char(string="Document", readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    change = fields.Char(compute='_compute_change')
    document_type = fields.Char(compute='_compute_document', help="What kind of document it was.")
    has_document = fields.Boolean(compute='_compute_document')
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

    @api.depends('before', 'after', 'model_name')
    @api.depends_context('lang')
    def _compute_change(self):
        for row in self:
            before, after = row.before or {}, row.after or {}
            changes = []
            for key in sorted(before.keys() | after.keys()):
                label, values = row._words(key)
                old, new = (
                    values.get(value, value) if isinstance(value, str) else value
                    for value in (before.get(key, ''), after.get(key, ''))
                )
                changes.append(f"{label}: {old} → {new}")
            row.change = ", ".join(changes)

    def _words(self, key):
        """Return how people call a value of the document, and its states: (label, labels)."""
        model = self.env.get(self.model_name)
        field = model is not None and model._fields.get(key)
        if not field:
            return key, {}
        states = field.type == 'selection' and field._description_selection(self.env)
        return field._description_string(self.env), dict(states or ())

    @api.depends('model_name', 'res_id')
    @api.depends_context('lang')
    def _compute_document(self):
        for model_name, rows in self.grouped('model_name').items():
            label = self.env['ir.model'].sudo()._get(model_name).name
            there = self._existing(model_name, rows.mapped('res_id'))
            for row in rows:
                row.document_type = label or model_name
                row.has_document = row.res_id in there

    @api.model
    def _existing(self, model_name, ids):
        """Return which of the documents are still there, of a kind that may be gone as well."""
        model = self.env.get(model_name)
        if model is None or model._abstract:
            return set()
        return set(model.sudo().browse(filter(None, ids)).exists().ids)

    # === CRUD METHODS === #

    def _fixed_error(self):
        return UserError(
            self.env._("The audit log is written by the system and cannot be changed.")
        )

    # === BUSINESS METHODS === #

    @api.model
    def _log(
        self, records, action, reason=None, before=None, after=None, system=False, names=None
    ):
        """Append one row per record, in one statement however many there are.

        :param records: the documents concerned, all of one model
        :param str action: one of the selection of ``action``
        :param reason: why, in the actor's words; for all records, or a list with one for each
        :param before, after: the changed values, masked where secret; one dict for all records,
            or a list with one dict per record
        :param bool system: the engine acted, not the user in person
        :param list names: how the records are called, where the caller knows it already
        """
        if not records:
            return
        if names is None:
            names = [record.display_name for record in records.sudo()]
        self._append(records._name, records.ids, names, {'action': action, 'system': system}, [
            self._log_column(records, reason),
            self._log_column(records, before, json.dumps),
            self._log_column(records, after, json.dumps),
        ])

    @api.model
    def _log_event(self, model_name, name, action, reason=None, after=None, system=False, res_id=0):
        """Append one row about something that is not a change of single documents.

        :param str model_name: the kind of documents concerned
        :param str name: what it was about, in words
        :param int res_id: the one document concerned, if there is one
        """
        values = {'action': action, 'system': system}
        columns = [[redact_identity_numbers(reason) or None], [None], [
            json.dumps(after) if after else None
        ]]
        self._append(model_name, [res_id], [name], values, columns)

    @api.model
    def _log_denied(self, model_name, res_id, name, reason):
        """Append a row that stays, although what the caller wanted is rolled back.

        It takes a connection of its own; if there is none, the refusal stands without a row.
        """
        # An id that no document can have is not worth an error of the database.
        fits = isinstance(res_id, int) and 0 < res_id < 2**31
        # Nor are characters that it cannot store: they would keep the refusal out of the log.
        name, reason = (
            text.replace('\0', '').encode(errors='replace').decode() for text in (name, reason)
        )
        try:
            with self.env.registry.cursor() as cr:
                log = self.with_env(self.env(cr=cr))
                room = DENIED_PER_MINUTE - log._count_denied(model_name, name)
                if room == 1:
                    reason = self.env._(
                        "%s (More of the same in this minute are not written down.)", reason
                    )
                if room > 0:
                    log._log_event(
                        model_name, name, 'denied', reason=reason, res_id=res_id if fits else 0
                    )
        except psycopg2.Error:
            _logger.exception("The refusal of %s could not be logged", name)

    @api.model
    def _count_denied(self, model_name, name):
        """Return how often the same was refused to this user, from there, in the last minute."""
        origin = self._log_origin()
        return self.env.execute_query(SQL(
            """
            SELECT count(*) FROM marketplace_audit_log
             WHERE action = 'denied' AND user_id = %s AND address IS NOT DISTINCT FROM %s
               AND model_name = %s AND res_name = %s AND create_date > %s
            """,
            origin['user_id'], origin['address'], model_name, name,
            origin['create_date'] - timedelta(minutes=1),
        ))[0][0]  # fmt: skip

    @api.model
    def _append(self, model_name, ids, names, values, columns):
        """Insert rows; ``columns`` are reason, before and after, each with one item per row."""
        values = dict(self._log_origin(), model_name=model_name, **values)
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_audit_log (%s, res_id, res_name, reason, before, after)
            SELECT %s, entry.*
              FROM unnest(%s::int[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[]) AS entry
            """,
            SQL(', ').join(map(SQL.identifier, values)),
            SQL(', ').join(SQL("%s", value) for value in values.values()),
            ids, names, *columns,
        ))  # fmt: skip

    @api.model
    def _log_column(self, records, value, convert=str):
        """Return the value of each record: its own of a list, else the one of all."""
        def write(item):
            return redact_identity_numbers(convert(item)) if item else None

        if not isinstance(value, list):
            return [write(value)] * len(records)
        return [write(item) for item in value]

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
        seals = []
        for values in rows.read(HASHED_FIELDS, load=None):
            number += 1
            digest = self._digest(values, digest)
            seals.append((values['id'], number, digest))
        if seals:
            self.env.cr.execute(SQL(
                "UPDATE marketplace_audit_log row SET seal_number = seal.number, hash = seal.hash"
                "  FROM unnest(%s::int[], %s::int[], %s::text[]) AS seal(id, number, hash)"
                " WHERE row.id = seal.id",
                *map(list, zip(*seals, strict=True)),
            ))
        rows.invalidate_recordset(['seal_number', 'hash'])
        return len(rows) == SEAL_BATCH

    @api.model
    def _seal_head(self):
        """Return number and hash of the row that was sealed last."""
        self.env.cr.execute(
            "SELECT seal_number, hash FROM marketplace_audit_log"
            " WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1"
        )
        return self.env.cr.fetchone() or (0, GENESIS)

    @api.model
    def _digest(self, values, previous):
        """Return the SHA-256 of a row's values chained to the ``previous`` digest."""
        payload = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256((previous + payload).encode()).hexdigest()

    # === ACTION METHODS === #

    def action_verify_chain(self):
        """Check that nobody tampered with the log; the result is kept."""
        self.check_access('read')
        verification_sudo = self.env['marketplace.audit.verification'].sudo().create({})
        verification_sudo._start()
        return verification_sudo._get_records_action()

    def action_open_document(self):
        """Open the document that an entry is about, if it is still there."""
        self.ensure_one()
        if not self.has_document:
            raise UserError(self.env._("This document is not there any more."))
        return self.env[self.model_name].browse(self.res_id)._get_records_action()
