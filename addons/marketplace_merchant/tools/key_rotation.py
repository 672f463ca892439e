# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Writes the encrypted values of a database anew with the key that is in use.

Each batch of rows is committed alone. Killed at any point, it goes on where it was when it is
called again, as a value says itself which key it was written with. The server may run meanwhile:
it reads values of both keys, and a row that somebody is just changing is taken later.
"""

import logging
import time
from collections import namedtuple

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tools import SQL

from . import secret

_logger = logging.getLogger(__name__)

BATCH = 500
PASSES = 10
PAUSE_SECONDS = 1

Column = namedtuple('Column', 'model_name table field')
Result = namedtuple('Result', 'column rewritten unreadable left')


def secret_columns(env):
    """Return the columns that hold encrypted values."""
    return [
        Column(model_name, model._table, field)
        for model_name, model in sorted(env.items())
        if model._auto and not model._abstract
        for field in model._secret_fields
    ]


def count_by_key(env, column):
    """Return how many values of the column were written with which key: {key id: count}."""
    env.cr.execute(SQL(
        "SELECT split_part(%(field)s, ':', 1), count(*) FROM %(table)s"
        " WHERE %(field)s <> '' GROUP BY 1 ORDER BY 1",
        field=SQL.identifier(column.field), table=SQL.identifier(column.table),
    ))
    return dict(env.cr.fetchall())


def rotate(env, commit, batch=BATCH):
    """Write all values anew that were written with another key than the one in use.

    :param commit: is called after each batch
    :return: one result per column; ``unreadable`` are the ids of rows whose value can't be
        decrypted, because its key is gone or it was altered: they are left as they are
    :rtype: list[Result]
    """
    results = []
    for column in secret_columns(env):
        result = _rotate_column(env, column, commit, batch)
        if result.rewritten or result.unreadable:
            env['marketplace.audit.log']._log_event(
                column.model_name, column.field, 'change', system=True, reason="Key rotation",
                after={
                    'key': secret.current_key(env),
                    'rewritten': result.rewritten,
                    'unreadable': len(result.unreadable),
                },
            )
            commit()
        results.append(result)
    return results


def _rotate_column(env, column, commit, batch):
    rewritten, unreadable = 0, set()
    for attempt in range(PASSES):
        last_id = 0
        while rows := _next_rows(env, column, last_id, batch):
            try:
                rewritten += _rewrite(env, column, rows, unreadable)
                commit()
                last_id = rows[-1][0]
            except SerializationFailure:
                env.cr.rollback()
        if _count_left(env, column) <= len(unreadable):
            break
        # The rest is being changed by somebody just now.
        time.sleep(PAUSE_SECONDS * bool(attempt))
    left = _count_left(env, column) - len(unreadable)
    return Result(column, rewritten, sorted(unreadable), left)


def _next_rows(env, column, last_id, batch):
    """Lock the next rows to write, without waiting for those that somebody else has locked."""
    env.cr.execute(SQL(
        "SELECT id, %(field)s FROM %(table)s WHERE id > %(last_id)s AND %(is_old)s"
        " ORDER BY id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED",
        field=SQL.identifier(column.field), table=SQL.identifier(column.table),
        last_id=last_id, batch=batch, is_old=_is_old(env, column),
    ))
    return env.cr.fetchall()


def _is_old(env, column):
    return SQL(
        "(%(field)s <> '' AND NOT starts_with(%(field)s, %(prefix)s))",
        field=SQL.identifier(column.field), prefix=secret.current_key(env) + secret.SEPARATOR,
    )


def _count_left(env, column):
    env.cr.execute(SQL(
        "SELECT count(*) FROM %s WHERE %s",
        SQL.identifier(column.table), _is_old(env, column),
    ))
    return env.cr.fetchone()[0]


def _rewrite(env, column, rows, unreadable):
    """Write the rows anew; note those that can't be read."""
    written = []
    for row_id, token in rows:
        try:
            written.append((row_id, secret.encrypt(env, secret.decrypt(env, token))))
        except UserError:
            unreadable.add(row_id)
            _logger.error("%s %s: %s can't be decrypted", column.model_name, row_id, column.field)
    if written:
        env.cr.execute(SQL(
            "UPDATE %(table)s row SET %(field)s = fresh.token"
            " FROM unnest(%(ids)s::int[], %(tokens)s::text[]) AS fresh(id, token)"
            " WHERE row.id = fresh.id",
            table=SQL.identifier(column.table), field=SQL.identifier(column.field),
            ids=[row_id for row_id, _token in written],
            tokens=[token for _row_id, token in written],
        ))
    return len(written)
