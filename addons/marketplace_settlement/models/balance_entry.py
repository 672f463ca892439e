# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import SQL, sql

# The wallet's column that holds the entries of a state; what is pending can't be spent: no column.
BUCKETS = {'available': 'available', 'held': 'held', 'in_statement': 'in_transit', 'paid': 'paid'}
CLEARING_KINDS = (
    'sale', 'shipping', 'discount', 'sale_refund', 'shipping_refund', 'discount_refund',
    'deposit_release', 'deposit_deduction', 'debt_invoice', 'write_off',
)  # fmt: skip
FEE_KINDS = ('commission', 'commission_refund', 'service_fee', 'service_fee_refund')

# How far the money has come; all else about an entry is fixed from the beginning.
CHANGING_COLUMNS = {
    'state', 'statement_id', 'hold_id', 'write_date', 'write_uid', 'is_open', 'closed_statement_id',
}  # fmt: skip
# No index is on the state or the statement: PostgreSQL then stamps an entry in its page and leaves
# all indexes alone, which takes a quarter of the time. Two columns that follow from those, and
# change when the merchant is paid, are what open and paid entries are found by.
INDEXES = """
    ALTER TABLE marketplace_balance_entry
      ADD COLUMN IF NOT EXISTS is_open bool GENERATED ALWAYS AS (state <> 'paid') STORED,
      ADD COLUMN IF NOT EXISTS closed_statement_id int4 GENERATED ALWAYS AS (
          CASE WHEN state = 'paid' THEN statement_id END) STORED,
      SET (fillfactor = 50);

    CREATE INDEX IF NOT EXISTS marketplace_balance_entry_open_merchant_idx
        ON marketplace_balance_entry (merchant_id) WHERE is_open;

    CREATE INDEX IF NOT EXISTS marketplace_balance_entry_closed_statement_idx
        ON marketplace_balance_entry (closed_statement_id) WHERE closed_statement_id IS NOT NULL;
"""
GUARDS = """
    CREATE OR REPLACE FUNCTION marketplace_balance_entry_guard() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'Balance entries are append-only.' USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION marketplace_balance_entry_guard_leave() RETURNS trigger AS $$
    BEGIN
        IF new.statement_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM marketplace_statement
             WHERE id = old.statement_id AND state IN ('posted', 'paid')) THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'Balance entries stay in a posted statement.'
            USING ERRCODE = 'restrict_violation';
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE FUNCTION marketplace_balance_entry_guard_statement() RETURNS trigger AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM (
                SELECT DISTINCT statement_id, merchant_id, company_id, currency_id
                  FROM changed WHERE statement_id IS NOT NULL) AS claimed
              LEFT JOIN marketplace_statement statement ON statement.id = claimed.statement_id
             WHERE statement.id IS NULL
                OR (statement.merchant_id, statement.company_id, statement.currency_id)
                   <> (claimed.merchant_id, claimed.company_id, claimed.currency_id)) THEN
            RAISE EXCEPTION 'Balance entries are settled by a statement of their own merchant.'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard
    AFTER UPDATE ON marketplace_balance_entry FOR EACH ROW
    WHEN ((%(old)s) IS DISTINCT FROM (%(new)s)
          OR (old.state = 'paid' AND new.state NOT IN ('paid', 'in_statement')))
    EXECUTE FUNCTION marketplace_balance_entry_guard();

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard_leave
    AFTER UPDATE ON marketplace_balance_entry FOR EACH ROW
    WHEN (old.statement_id IS NOT NULL AND new.statement_id IS DISTINCT FROM old.statement_id)
    EXECUTE FUNCTION marketplace_balance_entry_guard_leave();

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard_insert_statement
    AFTER INSERT ON marketplace_balance_entry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION marketplace_balance_entry_guard_statement();

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard_update_statement
    AFTER UPDATE ON marketplace_balance_entry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION marketplace_balance_entry_guard_statement();

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard_delete
    BEFORE DELETE ON marketplace_balance_entry FOR EACH ROW
    EXECUTE FUNCTION marketplace_balance_entry_guard();

    CREATE OR REPLACE TRIGGER marketplace_balance_entry_guard_truncate
    BEFORE TRUNCATE ON marketplace_balance_entry FOR EACH STATEMENT
    EXECUTE FUNCTION marketplace_balance_entry_guard();
"""
# What entries say that never changes, as one short text; wherever a byte of it was changed, it is
# another text. PostgreSQL's own notation of a row keeps the values apart.
DIGEST = SQL(
    """
    encode(sha256(convert_to(string_agg(ROW(
        entry.id, entry.merchant_id, entry.company_id, entry.currency_id, entry.kind, entry.amount,
        entry.order_id, entry.sale_line_id, entry.move_line_id, entry.source_model, entry.source_id,
        entry.date, entry.reason)::text, '' ORDER BY entry.id), 'UTF8')), 'hex')
    """
)


def in_statements(alias, ids):
    """Return the condition on entries: in one of these statements, found by an index.

    :param str alias: as which the table of the entries is known
    :param list ids: of statements
    :rtype: SQL
    """
    return SQL(
        """
        (%(alias)s.statement_id = ANY(%(ids)s) AND (%(alias)s.closed_statement_id = ANY(%(ids)s)
         OR %(alias)s.is_open AND %(alias)s.merchant_id = ANY(ARRAY(
            SELECT merchant_id FROM marketplace_statement WHERE id = ANY(%(ids)s)))))
        """,
        alias=SQL.identifier(alias), ids=list(ids),
    )


class StatementLink(fields.Many2one):
    """The statement of an entry, without index and foreign key: both cost more than the stamp.

    It is looked up by other columns. That the statement is there, and is one of the entry's own
    merchant, company and currency, is checked once for all entries that a query changes: a foreign
    key asks once for each, which takes half of the time of settling.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        if field_expr == self.name and operator == 'in' and isinstance(value, COLLECTION_TYPES):
            if value and all(value):
                return in_statements(alias, value)
        return super().condition_to_sql(field_expr, operator, value, model, alias, query)

    def update_db_foreign_key(self, model, column):
        """The triggers of the entry and of the statement stand for it."""


class MarketplaceBalanceEntry(models.Model):
    """One signed movement of what a merchant is owed.

    Append-only: a database trigger refuses deletion, and every change but that of the state, the
    statement and the hold. Corrections are new entries. The journal items are the ledger of
    record; entries explain them per merchant and order.
    """

    _name = 'marketplace.balance.entry'
    _description = "Balance Entry"
    _inherit = ['marketplace.batch.mixin', 'marketplace.fixed.mixin']
    _order = 'date desc, id desc'
    _rec_name = 'kind'
    _allow_sudo_commands = False

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency', required=True, readonly=True, ondelete='restrict'
    )
    kind = fields.Selection(
        selection=[
            ('sale', "Sale"),
            ('shipping', "Freight"),
            ('discount', "Discount"),
            ('subsidy', "Discount Paid by the Marketplace"),
            ('commission', "Commission"),
            ('service_fee', "Service Fee"),
            ('sale_refund', "Sale Refunded"),
            ('shipping_refund', "Freight Refunded"),
            ('discount_refund', "Discount Taken Back"),
            ('subsidy_refund', "Subsidy Taken Back"),
            ('commission_refund', "Commission Returned"),
            ('service_fee_refund', "Service Fee Returned"),
            ('penalty', "Penalty"),
            ('compensation', "Compensation"),
            ('return_freight', "Freight of Returns"),
            ('adjustment', "Adjustment"),
            ('logistics_subsidy', "Freight Paid by the Marketplace"),
            ('logistics_subsidy_refund', "Freight Subsidy Taken Back"),
            ('reserve', "Reserve Kept"),
            ('reserve_release', "Reserve Released"),
            ('deposit_release', "Deposit Released"),
            ('deposit_deduction', "Taken from the Deposit"),
            ('debt_invoice', "Debt Invoiced"),
            ('write_off', "Debt Written Off"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(
        required=True, readonly=True, help="What the merchant is owed (+) or owes (−)."
    )
    state = fields.Selection(
        selection=[
            ('pending', "Pending"),
            ('available', "Available"),
            ('held', "Held"),
            ('in_statement', "In Statement"),
            ('paid', "Paid"),
        ],
        required=True,
        readonly=True,
        default='pending',
    )
    order_id = fields.Many2one(
        comodel_name='marketplace.order', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', string="Order Line", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    move_line_id = fields.Many2one(
        comodel_name='account.move.line', string="Journal Item", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field='source_model', required=True, readonly=True
    )
    statement_id = StatementLink(
        comodel_name='marketplace.statement', readonly=True, ondelete='restrict'
    )
    hold_id = fields.Many2one(
        comodel_name='marketplace.hold', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    reason = fields.Char(readonly=True)

    _source_uniq = models.UniqueIndex(
        '(kind, source_model, source_id)', "This movement has already been booked."
    )

    # === SETUP === #

    def init(self):
        """Guard the rows in the database itself: even the superuser's raw SQL is refused.

        What may change is compared in the conditions of the triggers, so that settling a million
        entries calls no function. An entry may leave a statement that is not posted.
        """
        fixed = [name for name in sql.table_columns(self.env.cr, self._table)
                 if name not in CHANGING_COLUMNS]
        self.env.cr.execute(INDEXES)
        self.env.cr.execute(SQL(
            GUARDS,
            old=SQL(', ').join(SQL("old.%s", SQL.identifier(name)) for name in fixed),
            new=SQL(', ').join(SQL("new.%s", SQL.identifier(name)) for name in fixed),
        ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries.flush_recordset()
        self.env['marketplace.wallet']._add([
            (entry.merchant_id.id, entry.company_id.id, entry.currency_id.id,
             {BUCKETS[entry.state]: entry.amount})
            for entry in entries
            if entry.state in BUCKETS
        ])  # fmt: skip
        return entries

    def _fixed_error(self):
        return UserError(self.env._(
            "Balance entries are written by the system: corrections are new entries."
        ))

    # === BUSINESS METHODS === #

    @api.model
    def _change_state(self, source, target, where, columns=None):
        """Take the entries that ``where`` selects from a state to another, wallets included.

        One SQL statement for the entries and one for the wallets, however many there are. The
        loser of a race for the same entry gets a serialization failure and starts again.

        :param str source, target: states
        :param SQL where: condition on the table, known as ``entry``
        :param dict columns: further columns to set
        :return: rows (merchant_id, company_id, currency_id, amount, number of entries)
        :rtype: list[tuple]
        """
        self.env.flush_all()
        sets = SQL(', ').join(
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in {'state': target, **(columns or {})}.items()
        )
        rows = self.env.execute_query(SQL(
            """
            WITH changed AS (
                UPDATE marketplace_balance_entry entry SET %s
                 WHERE entry.state = %s AND entry.is_open = %s AND %s
             RETURNING merchant_id, company_id, currency_id, amount
            )
            SELECT merchant_id, company_id, currency_id, SUM(amount), COUNT(*)
              FROM changed
             GROUP BY merchant_id, company_id, currency_id
             ORDER BY merchant_id, company_id, currency_id
            """,
            sets, source, source != 'paid', where,
        ))  # fmt: skip
        self.invalidate_model(['state', 'statement_id', 'hold_id'])
        self.env['marketplace.wallet']._transfer(rows, source, target)
        return rows

    @api.model
    def _book(self, merchant, kind, amount, reason, source, order=None):
        """Book a movement that no invoice makes: penalty, compensation, service fee, adjustment.

        :param str kind: one of those
        :param float amount: what the merchant gains (+) or loses (−)
        :param str reason: shown on the statement
        :param source: the record that causes the movement; it does so once per kind
        :param order: the `marketplace.order` concerned, if any
        :return: the entry; the existing one if ``source`` has been booked already
        """
        company = order.company_id if order else merchant.company_id or self.env.company
        return self._booked(kind, source) or self.sudo().create({
            'merchant_id': merchant.id,
            'company_id': company.id,
            'currency_id': (order.currency_id if order else company.currency_id).id,
            'kind': kind,
            'amount': amount,
            # What the merchant gains waits with the order; what it loses counts at once.
            'state': order._entry_state(amount) if order and amount > 0 else 'available',
            'order_id': order.id if order else False,
            'source_model': source._name,
            'source_id': source.id,
            'reason': reason,
        })

    @api.model
    def _booked(self, kind, source):
        return self.sudo().search([
            ('kind', '=', kind), ('source_model', '=', source._name), ('source_id', '=', source.id),
        ])  # fmt: skip

    # === CRON === #

    @api.model
    def _cron_mature(self):
        """Make available what orders have earned once their return window has closed."""
        if self._run_batches('_mature', self._merchants_to_mature()):
            self.env['marketplace.heartbeat']._beat('mature')

    @api.model
    def _merchants_to_mature(self):
        self.env.flush_all()
        return [row[0] for row in self.env.execute_query(SQL(
            """
            SELECT DISTINCT entry.merchant_id
              FROM marketplace_balance_entry entry
             WHERE entry.state = 'pending' AND entry.is_open AND %s
             ORDER BY entry.merchant_id
            """,
            self._is_mature(),
        ))]  # fmt: skip

    @api.model
    def _mature(self, merchant_ids):
        """Mature the pending entries of some merchants; one SQL statement for all of them."""
        return self._change_state(
            'pending',
            'available',
            SQL("entry.merchant_id = ANY(%s) AND %s", list(merchant_ids), self._is_mature()),
        )

    @api.model
    def _is_mature(self):
        """Return the condition on ``entry`` under which nothing keeps it pending any longer.

        Either the waiting time after completion is over, or the order was cancelled and all of it
        refunded; the shopper has paid; and nobody holds the order.
        """
        return SQL(
            """
            EXISTS (
                SELECT 1 FROM marketplace_order o
                 WHERE o.id = entry.order_id
                   AND ((o.state = 'completed' AND o.available_date <= %s)
                        OR (o.state = 'cancelled' AND NOT EXISTS (
                            SELECT 1 FROM marketplace_balance_entry sibling
                             WHERE sibling.order_id = o.id AND sibling.kind IN %s
                            HAVING SUM(sibling.amount) <> 0))))
            AND NOT EXISTS (
                SELECT 1
                  FROM marketplace_balance_entry sold
                  JOIN account_move_line line ON line.id = sold.move_line_id
                  JOIN account_move invoice ON invoice.id = line.move_id
                 WHERE sold.order_id = entry.order_id
                   AND invoice.move_type = 'out_invoice'
                   AND invoice.payment_state NOT IN ('in_payment', 'paid', 'reversed'))
            AND %s
            """,
            fields.Date.context_today(self),
            CLEARING_KINDS,
            self.env['marketplace.hold']._entry_is_free(),
        )
