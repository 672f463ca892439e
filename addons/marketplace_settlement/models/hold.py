# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_datetime

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .balance_entry import in_statements

# Kinds that keep single entries; the others keep all of an order, or all of a merchant.
ENTRY_KINDS = ('contest', 'reserve')
# Kinds that keep all of a merchant, if they name no order.
MERCHANT_KINDS = ('risk', 'manual')
# What a person says when setting a hold by hand; all the rest follows.
TYPED_FIELDS = ('merchant_id', 'order_id', 'reason', 'deadline')


class MarketplaceHold(models.Model):
    """Why something that a merchant earned may not be paid yet, and until when.

    Of an order, of all that a merchant has, or of single entries: a contested line of a statement,
    and the reserve that is kept of one.
    """

    _name = 'marketplace.hold'
    _description = "Hold"
    _inherit = [
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.batch.mixin',
    ]
    _order = 'id desc'
    _rec_name = 'reason'
    _allow_sudo_commands = False

    _state_initial = 'active'
    _state_moves = (
        Move(
            'active',
            'released',
            by=('system', 'marketplace_settlement.group_finance_manager'),
        ),
    )

    kind = fields.Selection(
        selection=[
            ('dispute', "Complaint"),
            ('risk', "Risk Check"),
            ('contest', "Contested Line"),
            ('reserve', "Reserve"),
            ('manual', "By Hand"),
            ('unpaid', "Payment Undone"),
        ],
        required=True,
        readonly=True,
        default='dispute',
    )
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    order_id = fields.Many2one(
        comodel_name='marketplace.order', readonly=True, index='btree_not_null',
        ondelete='restrict', help="Empty: all that the merchant has, or the entries below.",
    )  # fmt: skip
    reason = fields.Char(required=True, readonly=True, help="The merchant reads it.")
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field='source_model', required=True, readonly=True
    )
    state = fields.Selection(
        selection=[('active', "Active"), ('released', "Released")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    until = fields.Datetime(
        related='deadline', string="Held Until", help="The hold ends by itself then, if it is set."
    )
    release_condition = fields.Char(
        compute='_compute_release_condition', help="What has to happen for the hold to end."
    )
    entry_ids = fields.One2many(
        comodel_name='marketplace.balance.entry', inverse_name='hold_id', readonly=True
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_amount', compute_sudo=True
    )
    amount = fields.Monetary(
        compute='_compute_amount', compute_sudo=True,
        help="What it keeps now, with what of it is still pending.",
    )  # fmt: skip

    _source_uniq = models.UniqueIndex(
        "(source_model, source_id, merchant_id, COALESCE(order_id, 0)) WHERE state = 'active'",
        "This is held already.",
    )
    _order_idx = models.Index("(order_id) WHERE state = 'active' AND order_id IS NOT NULL")
    _merchant_idx = models.Index(
        "(merchant_id) WHERE state = 'active' AND order_id IS NULL AND kind IN ('risk', 'manual')"
    )

    # === COMPUTE METHODS === #

    @api.depends('reason', 'source_model', 'source_id')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """Each one reads the reason in the own language, where the document behind it tells it."""
        for hold in self:
            hold.display_name = hold._reason_text()

    def _reason_text(self):
        """Return the reason as its reader understands it; by default as it was written."""
        self.ensure_one()
        return self.reason

    def _compute_amount(self):
        Entry = self.env['marketplace.balance.entry']
        groups = Entry._read_group(
            [('hold_id', 'in', self.ids)], ['hold_id', 'currency_id'], ['amount:sum']
        )
        held = {hold: (currency, amount) for hold, currency, amount in groups}
        broad = self.filtered(lambda hold: hold.state == 'active' and hold.kind not in ENTRY_KINDS)
        orders = broad.order_id
        merchants = broad.filtered(lambda hold: not hold.order_id).merchant_id
        pending = {
            owner: amount
            for name, owners in (('order_id', orders), ('merchant_id', merchants))
            for owner, amount in Entry._read_group(
                [(name, 'in', owners.ids), ('state', '=', 'pending')], [name], ['amount:sum']
            )
        }
        for hold in self:
            currency, amount = held.get(hold, (hold.company_id.currency_id, 0.0))
            owner = hold in broad and (hold.order_id or hold.merchant_id)
            hold.currency_id = currency
            hold.amount = amount + pending.get(owner, 0.0)

    @api.depends('kind', 'deadline', 'state')
    @api.depends_context('lang')
    def _compute_release_condition(self):
        for hold in self:
            hold.release_condition = hold.state == 'active' and hold._describe_release()

    def _describe_release(self):
        """Return in words what ends the hold."""
        _ = self.env._
        if self.kind == 'reserve':
            return _("Released on %s.", format_date(self.env, self.deadline.date()))
        if self.kind == 'unpaid':
            return _("Released when the shopper has paid.")
        if self.kind == 'contest':
            return _("Released when the contested line is answered.")
        if self.kind == 'manual':
            return self.deadline and _(
                "Released on %s, if not before.",
                format_datetime(self.env, self.deadline, dt_format='short'),
            ) or _("Released when the check is over.")
        if self.deadline:
            return _(
                "Released on %s, or when the case is closed before.",
                format_datetime(self.env, self.deadline, dt_format='short'),
            )
        if self.kind == 'dispute':
            return _("Released when the complaint is closed.")
        return _("Released when the check is over.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self.check_access('create')
            vals_list = [self._prepare_typed(vals) for vals in vals_list]
        holds = super().create(vals_list)
        for hold in holds.filtered(lambda hold: hold.kind not in ENTRY_KINDS):
            hold._take()
        return holds

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A hold cannot be deleted, only released."))

    @api.model
    def _prepare_typed(self, vals):
        """Return the values of a hold that a finance officer sets by hand.

        :raise ValidationError: when no reason is given, or the values don't fit together
        """
        typed = {name: vals[name] for name in TYPED_FIELDS if vals.get(name)}
        order = self.env['marketplace.order'].browse(typed.get('order_id'))
        merchant = self.env['marketplace.merchant'].browse(typed.get('merchant_id'))
        merchant = merchant or order.merchant_id
        if not merchant:
            raise ValidationError(self.env._("Please choose whose money is held."))
        if order and order.merchant_id != merchant:
            raise ValidationError(self.env._("The order is another merchant's."))
        if not typed.get('reason', '').strip():
            raise ValidationError(
                self.env._("Please give a reason: the people concerned will read it.")
            )
        end = fields.Datetime.to_datetime(typed.get('deadline'))
        if end and end <= fields.Datetime.now():
            raise ValidationError(self.env._("The hold would be over already."))
        return {
            **typed,
            'kind': 'manual',
            'merchant_id': merchant.id,
            'company_id': (order or merchant).company_id.id,
            'source_model': 'res.users',
            'source_id': self.env.uid,
        }

    # === ACTION METHODS === #

    def action_release(self):
        """End the holds before whoever set them does."""
        self.check_access('read')
        self.sudo()._move_to('released')

    def action_view_entries(self):
        """Show what the hold keeps."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_balance_entry_bucket_action'
        )
        domain = Domain('hold_id', '=', self.id)
        if self.state == 'active' and self.kind not in ENTRY_KINDS:
            domain |= Domain(self._scope()) & Domain('state', '=', 'pending')
        return dict(action, domain=list(domain), context={})

    # === BUSINESS METHODS === #

    @api.model
    def _entry_is_free(self):
        """Return the SQL condition that no active hold keeps an ``entry`` out of statements.

        A hold of an order or of a whole merchant concerns what is still pending as well. The
        holds of single entries need no condition: what they keep is in the state *held*. Active
        holds are few, so PostgreSQL reads them once and looks each entry up in memory.
        """
        return SQL(
            """
            COALESCE(entry.order_id NOT IN (
                SELECT order_id FROM marketplace_hold
                 WHERE state = 'active' AND order_id IS NOT NULL), TRUE)
            AND (entry.merchant_id, entry.company_id) NOT IN (
                SELECT merchant_id, company_id FROM marketplace_hold
                 WHERE state = 'active' AND order_id IS NULL AND kind IN ('risk', 'manual'))
            """
        )

    def _release(self):
        """End the holds; the entries become available unless another hold is on them."""
        active = self.sudo().filtered(lambda hold: hold.state == 'active')
        if active:
            active._move_to('released', system=True)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'released':
            self.deadline = False
            self._let_go()

    def _advance(self):
        """The time of these holds is over."""
        self._move_set('active', 'released')._let_go()
        self._reschedule()

    def _next_deadline(self, state):
        return False

    def _take(self):
        """Hold what can be paid; what is owed by it is not held, but stays a debt.

        That is what is available, and what is in statements that are not posted.
        """
        self.ensure_one()
        Entry = self.env['marketplace.balance.entry'].sudo()
        groups = Entry._read_group(
            [*self._scope(), ('state', '=', 'available')],
            ['currency_id'], ['amount:sum', 'id:array_agg'],
        )  # fmt: skip
        for currency, amount, ids in groups:
            if currency.compare_amounts(amount, 0.0) > 0:
                Entry._change_state(
                    'available', 'held', SQL("entry.id = ANY(%s)", ids), {'hold_id': self.id}
                )
        self.env['marketplace.statement'].sudo()._hold_back(self)

    def _scope(self):
        """Return the domain of the entries that a hold of an order or a merchant concerns."""
        name = 'order_id' if self.order_id else 'merchant_id'
        return [(name, '=', self[name].id), ('company_id', '=', self.company_id.id)]

    @api.model
    def _of_merchants(self, merchants, companies):
        """Return the active holds of all that some merchants have: nothing is paid to those."""
        return self.sudo().search([
            ('merchant_id', 'in', merchants.ids), ('company_id', 'in', companies.ids),
            ('order_id', '=', False), ('kind', 'in', MERCHANT_KINDS), ('state', '=', 'active'),
        ])  # fmt: skip

    @api.model
    def _on_statements(self, statements):
        """Return the active holds of orders in these statements, and of their merchants."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            SELECT hold.id
              FROM marketplace_balance_entry entry
              JOIN marketplace_hold hold ON hold.order_id = entry.order_id
             WHERE hold.state = 'active' AND %s
             UNION
            SELECT hold.id
              FROM marketplace_statement statement
              JOIN marketplace_hold hold ON hold.merchant_id = statement.merchant_id
               AND hold.company_id = statement.company_id
             WHERE hold.state = 'active' AND hold.order_id IS NULL
               AND hold.kind IN %s AND statement.id = ANY(%s)
             ORDER BY 1
            """,
            in_statements('entry', statements.ids), MERCHANT_KINDS, statements.ids,
        ))  # fmt: skip
        return self.sudo().browse(row[0] for row in rows)

    def _let_go(self):
        """Make available what these holds kept, or leave it to another hold that is on it.

        What came to a held order later names no hold: it goes with the rest of its order.
        """
        Entry = self.env['marketplace.balance.entry'].sudo()
        kept = SQL(
            "(entry.hold_id = ANY(%(holds)s) OR (entry.hold_id IS NULL AND (entry.order_id ="
            " ANY(%(orders)s) OR entry.order_id IN (SELECT sibling.order_id"
            " FROM marketplace_balance_entry sibling WHERE sibling.hold_id = ANY(%(holds)s)))))",
            holds=self.ids, orders=self.order_id.ids,
        )  # fmt: skip
        self._hand_over(kept)
        Entry._change_state('held', 'available', kept, {'hold_id': None})

    def _hand_over(self, kept):
        """Let other active holds keep what is theirs as well."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE marketplace_balance_entry entry SET hold_id = other.id
              FROM marketplace_hold other
             WHERE entry.state = 'held' AND entry.is_open AND %s
               AND other.state = 'active' AND other.company_id = entry.company_id
               AND (other.order_id = entry.order_id
                    OR (other.order_id IS NULL AND other.kind IN ('risk', 'manual')
                        AND other.merchant_id = entry.merchant_id))
            """,
            kept,
        ))  # fmt: skip
        self.env['marketplace.balance.entry'].invalidate_model(['hold_id'])
