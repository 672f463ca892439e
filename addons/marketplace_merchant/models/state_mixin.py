# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import namedtuple

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class Move(namedtuple('Move', 'source target by reason', defaults=(False,))):
    """One edge of a state graph.

    :param str source: state the record leaves
    :param str target: state the record enters
    :param tuple by: who may take the edge: xmlids of groups, ``'system'`` for the engine (crons,
        payment callbacks), or names of actors; an actor ``x`` is recognised by the model's
        ``_state_actor_x``
    :param bool reason: whether a reason must be given
    """

    __slots__ = ()


# Compared with `is`: a remote caller can send any context, but cannot build this object.
STATE_KEY = object()


class MarketplaceStateMixin(models.AbstractModel):
    """A state that moves only along a declared graph.

    The inheriting model declares the selection field named by ``_state_field``, the state
    ``_state_initial`` and the graph ``_state_moves``. A plain ``write`` of the state is refused,
    and ``create`` always starts at the initial state, whatever the values, the context defaults or
    the import say: ``readonly=True`` on a field does not protect it from remote calls.
    """

    _name = 'marketplace.state.mixin'
    _description = "State Machine"

    _state_field = 'state'
    _state_initial = 'draft'
    _state_moves = ()

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self._state_field in fields:
            values[self._state_field] = self._state_start({})
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            start = self._state_start(vals)
            if vals.get(self._state_field, start) != start:
                raise self._state_write_error()
            vals[self._state_field] = start
        return super().create(vals_list)

    def write(self, vals):
        if (
            self._state_field in vals
            and self.env.context.get('marketplace_state_key') is not STATE_KEY
        ):
            raise self._state_write_error()
        return super().write(vals)

    def copy_data(self, default=None):
        default = {key: v for key, v in (default or {}).items() if key != self._state_field}
        return [
            {key: v for key, v in vals.items() if key != self._state_field}
            for vals in super().copy_data(default)
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _state_start(self, vals):
        """Return the state in which a record created with ``vals`` starts."""
        return self._state_initial

    def _move_to(self, target, reason=None, system=False):
        """Take every record of ``self`` to ``target``, leaving one audit row for each.

        :param str target: the state to enter
        :param str reason: why, in the actor's words; kept in the audit log
        :param bool system: the engine acts (cron, payment callback), not the user in person
        :return: ``self``
        :raise UserError: when the graph has no such edge, or its reason is missing
        :raise AccessError: when the acting user may not take the edge
        """
        reason = (reason or '').strip()
        sources = [record[self._state_field] for record in self]
        for record, source in zip(self, sources, strict=True):
            record._check_move(source, target, reason, system)
        keyed = self.with_context(marketplace_state_key=STATE_KEY)
        keyed.write({self._state_field: target})
        self.env['marketplace.audit.log']._log(
            self,
            'state',
            reason=reason,
            before=[{self._state_field: source} for source in sources],
            after={self._state_field: target},
            system=system,
        )
        self._state_entered(target, reason)
        return self

    def _move_set(self, source, target, reason=None):
        """Let the engine take many records to ``target`` in a constant number of statements.

        For runs over thousands of records. Unlike :meth:`_move_to` it calls no hook and leaves out
        the records that are not in ``source`` any more.

        :return: the records that were moved
        :raise UserError: when the engine has no such edge
        """
        move = next(
            (move for move in self._state_moves if move[:2] == (source, target)), None
        )
        if not move or 'system' not in move.by:
            raise self._move_access_error(target)
        self.flush_model([self._state_field])
        rows = self.env.execute_query(SQL(
            "UPDATE %(table)s SET %(state)s = %(target)s, write_uid = %(uid)s,"
            " write_date = now() AT TIME ZONE 'UTC'"
            " WHERE id = ANY(%(ids)s) AND %(state)s = %(source)s RETURNING id",
            table=SQL.identifier(self._table), state=SQL.identifier(self._state_field),
            target=target, uid=self.env.uid, ids=self.ids, source=source,
        ))  # fmt: skip
        moved = self.browse(row[0] for row in rows)
        moved.invalidate_recordset([self._state_field, 'write_uid', 'write_date'])
        moved.modified([self._state_field])
        self.env['marketplace.audit.log']._log(
            moved, 'state', reason=reason, before={self._state_field: source},
            after={self._state_field: target}, system=True,
        )  # fmt: skip
        return moved

    def _check_move(self, source, target, reason, system):
        """Raise unless the acting user may take ``self`` from ``source`` to ``target``."""
        self.ensure_one()
        ways = [move for move in self._state_moves if move.target == target]
        # Whoever can never take the document there is not told where it is now.
        if ways and not any(self._may_move(way, system) for way in ways):
            raise self._move_access_error(target)
        move = next((way for way in ways if way.source == source), None)
        if not move and source == target:
            raise UserError(self.env._(
                "%(document)s is “%(state)s” already. Reload the page to see its current state.",
                document=self.sudo().display_name, state=self._state_label(source),
            ))
        if not move:
            raise UserError(
                self.env._(
                    "%(document)s is “%(state)s”: it cannot become “%(target)s” now."
                    " Reload the page to see its current state.",
                    document=self.sudo().display_name,
                    state=self._state_label(source),
                    target=self._state_label(target),
                )
            )
        if not self._may_move(move, system):
            raise self._move_access_error(target)
        if move.reason and not reason:
            raise UserError(
                self.env._("Please give a reason: the people concerned will read it.")
            )

    def _may_move(self, move, system=False):
        """Return whether the acting user, or the engine if ``system``, may take this edge."""
        self.ensure_one()
        if system:
            return 'system' in move.by
        return any(self._is_state_actor(actor) for actor in move.by if actor != 'system')

    def _is_state_actor(self, actor):
        if '.' in actor:
            # A role does not reach the documents of companies that the user may not see.
            return self.env.user.has_group(actor) and self.sudo(False).has_access('read')
        return getattr(self, f'_state_actor_{actor}')()

    def _state_entered(self, target, reason):
        """Hook called on the moved records once they are in ``target``."""

    def _state_label(self, value):
        labels = dict(self._fields[self._state_field]._description_selection(self.env))
        return labels.get(value, value)

    def _move_access_error(self, target):
        return AccessError(
            self.env._(
                "You are not allowed to set %(document)s to “%(target)s”.",
                document=self._description,
                target=self._state_label(target),
            )
        )

    def _state_write_error(self):
        return UserError(
            self.env._(
                "The state of %(document)s cannot be typed in: use the buttons of its page.",
                document=self._description,
            )
        )

    # === ACTORS === #

    def _state_actor_member_owner(self):
        return self.sudo().merchant_id._is_member('owner')

    def _state_actor_member_catalogue(self):
        return self.sudo().merchant_id._is_member('catalogue')

    def _state_actor_member_orders(self):
        return self.sudo().merchant_id._is_member('orders')

    def _state_actor_member_finance(self):
        return self.sudo().merchant_id._is_member('finance')

    def _state_actor_member_service(self):
        return self.sudo().merchant_id._is_member('service')
