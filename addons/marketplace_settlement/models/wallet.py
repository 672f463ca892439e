# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .balance_entry import BUCKETS

COLUMNS = ('available', 'held', 'in_transit', 'paid')


class MarketplaceWallet(models.Model):
    """What a merchant can be paid, in one currency of one company.

    Its columns repeat the sums of the balance entries by state, because a sum can be spent twice
    by two transactions that don't see each other, and a row cannot: every change is an
    ``UPDATE … SET available = available - x``, the loser of a race starts again and then meets
    the ``CHECK``. What is pending is no column: nobody can spend it, so selling never waits here.
    """

    _name = 'marketplace.wallet'
    _description = "Merchant Wallet"
    _inherit = ['marketplace.fixed.mixin']
    _rec_name = 'merchant_id'
    _order = 'merchant_id, id'
    _allow_sudo_commands = False

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='restrict'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True, ondelete='restrict'
    )
    pending = fields.Monetary(
        compute='_compute_pending', help="Of orders whose waiting time is not over."
    )
    available = fields.Monetary(readonly=True, help="Goes into the next statement.")
    held = fields.Monetary(readonly=True, help="Waits for a complaint or a check.")
    in_transit = fields.Monetary(readonly=True, help="In a statement that is not paid yet.")
    paid = fields.Monetary(readonly=True)
    debt = fields.Monetary(
        readonly=True, help="What refunds took after the payout; the next sales make it good."
    )

    _owner_uniq = models.UniqueIndex('(merchant_id, company_id, currency_id)')
    _available_positive = models.Constraint(
        'CHECK (available >= 0)', "The merchant's available balance does not cover this."
    )
    _held_positive = models.Constraint('CHECK (held >= 0)', "Less than nothing cannot be held.")
    _in_transit_positive = models.Constraint(
        'CHECK (in_transit >= 0)', "Less than nothing cannot be on its way."
    )
    _debt_negative = models.Constraint('CHECK (debt <= 0)', "A debt is a negative amount.")

    # === COMPUTE METHODS === #

    def _compute_pending(self):
        # Entries can't be read by everyone who may see the sum.
        groups = self.env['marketplace.balance.entry'].sudo()._read_group(
            [('merchant_id', 'in', self.merchant_id.ids), ('state', '=', 'pending')],
            ['merchant_id', 'company_id', 'currency_id'],
            ['amount:sum'],
        )
        sums = {tuple(record.id for record in key): amount for *key, amount in groups}
        for wallet in self:
            key = (wallet.merchant_id.id, wallet.company_id.id, wallet.currency_id.id)
            wallet.pending = sums.get(key, 0.0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise self._fixed_error()

    def _fixed_error(self):
        return UserError(self.env._("A wallet is changed by balance entries only."))

    # === BUSINESS METHODS === #

    @api.model
    def _transfer(self, rows, source, target):
        """Move amounts between the columns of two states.

        :param list rows: (merchant_id, company_id, currency_id, amount, …) as of `_change_state`
        :param str source, target: states of balance entries; one without a column has no effect
        """
        self._add(self._changes(rows, source, target))

    @api.model
    def _changes(self, rows, source, target):
        """Return what `_add` needs to move the amounts of ``rows`` between two states."""
        changes = []
        for merchant, company, currency, amount, *_rest in rows:
            deltas = {}
            if source in BUCKETS:
                deltas[BUCKETS[source]] = -amount
            if target in BUCKETS:
                deltas[BUCKETS[target]] = amount
            changes.append((merchant, company, currency, deltas))
        return changes

    @api.model
    def _add(self, changes):
        """Add to the columns; what is available nets with the debt.

        :param list changes: (merchant_id, company_id, currency_id, {column: amount})
        """
        totals = {}
        for *key, deltas in changes:
            total = totals.setdefault(tuple(key), dict.fromkeys(COLUMNS, 0))
            for column, amount in deltas.items():
                total[column] += amount
        if not totals:
            return
        keys = sorted(totals)
        # A row that is missing is made first: a CHECK looks at what an INSERT proposes, conflict
        # or not.
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_wallet (
                merchant_id, company_id, currency_id, available, held, in_transit, paid, debt)
            VALUES %s
            ON CONFLICT (merchant_id, company_id, currency_id) DO NOTHING
            """,
            SQL(', ').join(SQL("(%s, %s, %s, 0, 0, 0, 0, 0)", *key) for key in keys),
        ))  # fmt: skip
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_wallet wallet
               SET available = GREATEST(wallet.available + wallet.debt + delta.available, 0),
                   debt = LEAST(wallet.available + wallet.debt + delta.available, 0),
                   held = wallet.held + delta.held,
                   in_transit = wallet.in_transit + delta.in_transit,
                   paid = wallet.paid + delta.paid
              FROM (VALUES %s) AS delta (
                    merchant_id, company_id, currency_id, available, held, in_transit, paid)
             WHERE wallet.merchant_id = delta.merchant_id
               AND wallet.company_id = delta.company_id
               AND wallet.currency_id = delta.currency_id
            """,
            SQL(', ').join(self._delta_row(key, totals[key]) for key in keys),
        ))  # fmt: skip
        self.invalidate_model()

    @api.model
    def _delta_row(self, key, total):
        # The noise of adding floats stays out of the exact columns.
        amounts = SQL(', ').join(SQL("%s::numeric", round(total[name], 6)) for name in COLUMNS)
        return SQL("(%s, %s, %s, %s)", *key, amounts)

    @api.model
    def _spend(self, rows, column):
        """Take amounts out of what is available; refused by the ``CHECK`` if it is not there.

        :param list rows: (merchant_id, company_id, currency_id, amount); a negative amount takes
            a debt along
        :param str column: where the amounts go
        """
        if not rows:
            return
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_wallet wallet
               SET available = wallet.available + wallet.debt - claim.amount, debt = 0,
                   %(column)s = wallet.%(column)s + claim.amount
              FROM (VALUES %(rows)s) AS claim (merchant_id, company_id, currency_id, amount)
             WHERE wallet.merchant_id = claim.merchant_id
               AND wallet.company_id = claim.company_id
               AND wallet.currency_id = claim.currency_id
            """,
            column=SQL.identifier(column),
            rows=SQL(', ').join(SQL("(%s, %s, %s, %s::numeric)", *row) for row in rows),
        ))  # fmt: skip
        self.invalidate_model()
