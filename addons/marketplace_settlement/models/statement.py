# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.models.guard_mixin import CONVERSATION_PREFIXES
from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate_member

from ..tools import crash
from .balance_entry import in_statements
from .batch_mixin import BATCH_SIZE
from .statement_terms import PERIODS

OFFICER = 'marketplace_settlement.group_finance_officer'
SILENCE_DAYS = 3
# What may still change on a posted statement: how it is paid, never what it says.
PAYMENT_FIELDS = {'state', 'payout_id', 'deadline', 'notice'}
GUARD = """
    CREATE OR REPLACE FUNCTION marketplace_statement_guard() RETURNS trigger AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM marketplace_balance_entry entry
             WHERE entry.statement_id = old.id AND (entry.closed_statement_id = old.id
                   OR entry.is_open AND entry.merchant_id = old.merchant_id)) THEN
            RAISE EXCEPTION 'A statement with entries cannot be deleted.'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN old;
    END
    $$ LANGUAGE plpgsql;

    CREATE OR REPLACE TRIGGER marketplace_statement_guard
    BEFORE DELETE ON marketplace_statement FOR EACH ROW
    EXECUTE FUNCTION marketplace_statement_guard();
"""


class MarketplaceStatement(models.Model):
    """What a merchant has earned since its last statement, and what of it is paid out.

    Generated from the available balance entries, sent to the merchant, confirmed by it (or by its
    silence), posted to the books and paid. A posted statement never changes.
    """

    _name = 'marketplace.statement'
    _description = "Merchant Statement"
    _inherit = [
        'mail.thread',
        'mail.activity.mixin',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.mixin',
        'marketplace.notice.mixin',
        'marketplace.batch.mixin',
    ]
    _order = 'id desc'
    _allow_sudo_commands = False

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'sent', by=(OFFICER, 'system')),
        Move('sent', 'confirmed', by=('member_finance', 'system')),
        Move('confirmed', 'posted', by=(OFFICER, 'system')),
        Move('posted', 'paid', by=('system',)),
        Move('posted', 'reversed', by=('system',), reason=True),
        Move('paid', 'posted', by=('system',)),
    )

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
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
    run_id = fields.Many2one(
        comodel_name='marketplace.statement.run', string="Drawn Up by", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    period = fields.Selection(
        selection=PERIODS, string="Kind of Period", readonly=True, copy=False,
        help="Of which period this is the statement; empty: drawn up by hand.",
    )  # fmt: skip
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('sent', "Sent"),
            ('confirmed', "Confirmed"),
            ('posted', "Posted"),
            ('paid', "Paid"),
            ('reversed', "Reversed"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    entry_ids = fields.One2many(
        comodel_name='marketplace.balance.entry', inverse_name='statement_id', readonly=True
    )
    entry_count = fields.Integer(compute='_compute_entry_count')
    amount_gross = fields.Monetary(
        string="Gross", readonly=True, help="Sales, freight and all else but the fees."
    )
    amount_fee = fields.Monetary(
        string="Fees", readonly=True, help="Commissions and service fees with tax, less returns."
    )
    amount_net = fields.Monetary(string="To Be Paid", readonly=True, tracking=True)
    move_id = fields.Many2one(
        comodel_name='account.move', string="Settlement Entry", readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    fee_move_id = fields.Many2one(
        comodel_name='account.move', string="Fee Invoice", readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    netting_move_id = fields.Many2one(
        comodel_name='account.move', string="Netting Entry", readonly=True, copy=False,
        ondelete='restrict',
    )  # fmt: skip
    payout_id = fields.Many2one(
        comodel_name='marketplace.payout', readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip

    _draft_uniq = models.UniqueIndex(
        "(merchant_id, company_id, currency_id) WHERE state = 'draft'",
        "The merchant already has a draft statement: send that one first.",
    )
    _period_uniq = models.UniqueIndex(
        "(merchant_id, company_id, currency_id, period, date_to) WHERE period IS NOT NULL",
        "The statement of this period was drawn up already.",
    )

    # === SETUP === #

    def init(self):
        """A statement that entries are in can't be deleted; see `StatementLink`."""
        self.env.cr.execute(GUARD)

    # === COMPUTE METHODS === #

    def _compute_entry_count(self):
        groups = self.env['marketplace.balance.entry']._read_group(
            [('statement_id', 'in', self.ids)], ['statement_id'], ['__count']
        )
        counts = {statement.id: count for statement, count in groups}
        for statement in self:
            statement.entry_count = counts.get(statement.id, 0)

    def _amounts_by_kind(self):
        """Return the sums of the entries in the order of the statement's printed lines.

        :return: (kind, label, amount) for each kind that occurs
        :rtype: list[tuple]
        """
        self.ensure_one()
        Entry = self.env['marketplace.balance.entry'].sudo()
        groups = Entry._read_group([('statement_id', '=', self.id)], ['kind'], ['amount:sum'])
        amounts = dict(groups)
        labels = Entry._fields['kind']._description_selection(self.env)
        return [(kind, label, amounts[kind]) for kind, label in labels if kind in amounts]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Statements are drawn up by the system only."))
        return super().create(vals_list)

    def write(self, vals):
        fixed = {
            name
            for name in vals.keys() - PAYMENT_FIELDS
            if not name.startswith(CONVERSATION_PREFIXES)
        }
        if fixed and any(statement.state in ('posted', 'paid', 'reversed') for statement in self):
            raise UserError(
                self.env._(
                    "A posted statement cannot be changed. What is wrong with it is corrected in"
                    " the merchant's next statement."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("A statement cannot be deleted: its entries would be lost to the merchant.")
        )

    # === ACTION METHODS === #

    def action_send(self):
        """Send the statements to their merchants, who have some days to object."""
        self.check_access('read')
        self.sudo()._move_to('sent')

    def action_post(self):
        """Post the statements to the books."""
        statements = self.sudo()
        # Checks first whether the user may do this at all; the rest of it is then posted.
        for statement in statements:
            statement._check_move(statement.state, 'posted', '', False)
        statements._post_many()

    @api.model
    def action_generate(self):
        """Draw up the statements of what is available until today, and show them.

        Those of thousands of merchants appear in the list as they are drawn up. If there are none,
        the empty list says why.
        """
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Statements are drawn up by finance officers."))
        today = fields.Date.context_today(self)
        run = self.env['marketplace.statement.run']._start(today, self._any_period(today))
        merchant_ids = self._merchants_to_settle()
        if len(merchant_ids) <= BATCH_SIZE:
            run._draw(merchant_ids)
            run.write({'is_done': True, 'date_done': fields.Datetime.now()})
        else:
            self.env.ref('marketplace_settlement.ir_cron_generate_statements')._trigger()
        action = run.with_env(self.env).action_view_statements()
        if run.is_done and not run.statement_count:
            action['help'] = self._why_nothing_due()
        return action

    def action_view_entries(self):
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_balance_entry_action',
            [('statement_id', '=', self.id)],
        )

    def action_view_moves(self):
        """Open the journal entries of the statement, with what reversed them."""
        self.ensure_one()
        moves = self.move_id | self.fee_move_id | self.netting_move_id
        moves |= moves.reversal_move_ids
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Journal Entries"),
            'res_model': 'account.move',
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': [('id', 'in', moves.ids)],
        }

    # === PORTAL METHODS === #

    def portal_confirm(self):
        """Confirm the statement for the merchant.

        :raise AccessError: unless the user is a member with the finance role
        :raise UserError: when the statement does not wait for a confirmation
        """
        statement_sudo = elevate_member(self, 'finance')
        statement_sudo._move_to('confirmed')

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'sent':
            self.deadline = self._deadline_in(days=SILENCE_DAYS)
            self._send_mail()
        elif target == 'confirmed':
            self.deadline = False

    def _on_deadline(self):
        """Silence confirms."""
        if self.state == 'sent':
            self._move_to('confirmed', system=True)

    def _send_mail(self):
        self._give_notice('marketplace_settlement.mail_template_statement')

    def _add_reserves(self):
        """Hook: keep a part of what these drafts pay, by entries in them and ones for later.

        Called for many drafts at once, with their entries in them and before they are added up.
        """

    def _settle(self):
        """Note that the merchant has its money: the entries are paid for good."""
        self._move_to('paid', system=True)
        self.env['marketplace.balance.entry'].sudo()._change_state(
            'in_statement', 'paid', in_statements('entry', self.ids)
        )
        crash.point('statement_settled')
