# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.guard_mixin import CONVERSATION_PREFIXES
from odoo.addons.marketplace_merchant.models.merchant_exit import LEAVING_STATES
from odoo.addons.marketplace_merchant.models.state_mixin import Move
from odoo.addons.marketplace_merchant.tools.elevate import elevate

from .balance_entry import FEE_KINDS

_logger = logging.getLogger(__name__)

OFFICER = 'marketplace_settlement.group_finance_officer'
SILENCE_DAYS = 3
# What may still change on a posted statement: how it is paid, never what it says.
PAYMENT_FIELDS = {'state', 'payout_id', 'deadline'}


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
    ]
    _order = 'id desc'
    _allow_sudo_commands = False

    _state_initial = 'draft'
    _state_moves = (
        Move('draft', 'sent', by=(OFFICER, 'system')),
        Move('sent', 'confirmed', by=('member_finance', 'system')),
        Move('confirmed', 'posted', by=(OFFICER, 'system')),
        Move('posted', 'paid', by=('system',)),
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
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('sent', "Sent"),
            ('confirmed', "Confirmed"),
            ('posted', "Posted"),
            ('paid', "Paid"),
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
        if fixed and any(statement.state in ('posted', 'paid') for statement in self):
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
        for statement in self:
            statement_sudo = statement.sudo()
            # Checks first whether the user may do this at all; the rest of it is then posted.
            statement_sudo._check_move(statement.state, 'posted', '', False)
            statement_sudo._post()
            statement_sudo._move_to('posted')
            if statement_sudo.currency_id.is_zero(statement_sudo.amount_net):
                statement_sudo._settle()

    @api.model
    def action_generate(self):
        """Draw up the statements of what is available until today, and show them."""
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Statements are drawn up by finance officers."))
        statements = self._generate(fields.Date.context_today(self))
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_statement_action'
        )
        return dict(action, domain=[('id', 'in', statements.ids)], context={})

    def action_view_entries(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_balance_entry_action'
        )
        return dict(action, domain=[('statement_id', '=', self.id)], context={})

    def action_view_moves(self):
        """Open the journal entries of the statement."""
        self.ensure_one()
        moves = self.move_id | self.fee_move_id | self.netting_move_id
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Journal Entries"),
            'res_model': 'account.move',
            'view_mode': 'list,form',
            'domain': [('id', 'in', moves.ids)],
        }

    # === PORTAL METHODS === #

    def portal_confirm(self):
        """Confirm the statement for the merchant.

        :raise AccessError: unless the user is a member with the finance role
        :raise UserError: when the statement does not wait for a confirmation
        """
        self.ensure_one()
        statement_sudo = elevate(self).exists()
        statement_sudo.merchant_id.with_env(self.env)._check_member('finance')
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
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_statement', self
        )

    @api.model
    def _cron_generate(self):
        """Draw up the statements that are due, one transaction for each merchant."""
        date_to = fields.Date.context_today(self)
        due = self._due(date_to)
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=len(due))
        for key in due:
            try:
                with self.env.cr.savepoint():
                    self._generate_one(*key, date_to)
            except Exception:
                _logger.exception("Statement of merchant %s failed, the others go on", key[0])
            if not cron._commit_progress(1):
                break

    @api.model
    def _generate(self, date_to, merchants=None):
        """Draw up the statements of what is available until a day.

        :param date date_to: the last day of the statements
        :param merchants: only these merchants
        :return: the draft statements
        """
        statements = self.sudo().browse()
        for key in self._due(date_to, merchants):
            statements |= self._generate_one(*key, date_to)
        return statements.with_env(self.env)

    @api.model
    def _due(self, date_to, merchants=None):
        """Return whose entries come to a payable sum: (merchant, company, currency) ids.

        Who leaves gets a statement of a debt that is just made good, too: nothing else will come.
        Who already has a draft waits until that one is sent.
        """
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """
            SELECT merchant_id, company_id, currency_id
              FROM marketplace_balance_entry entry
             WHERE entry.state = 'available' AND %s AND %s
               AND NOT EXISTS (
                    SELECT 1 FROM marketplace_statement draft
                     WHERE draft.merchant_id = entry.merchant_id
                       AND draft.company_id = entry.company_id
                       AND draft.currency_id = entry.currency_id AND draft.state = 'draft')
             GROUP BY merchant_id, company_id, currency_id
            HAVING SUM(amount) > 0
                OR SUM(amount) = 0 AND EXISTS (
                    SELECT 1 FROM marketplace_merchant merchant
                     WHERE merchant.id = entry.merchant_id AND merchant.state IN %s)
             ORDER BY merchant_id, company_id, currency_id
            """,
            self._claimable(date_to),
            SQL("merchant_id = ANY(%s)", merchants.ids) if merchants is not None else SQL("TRUE"),
            LEAVING_STATES,
        ))  # fmt: skip

    @api.model
    def _claimable(self, date_to):
        """Return the condition on ``entry``: until the day, but all that the merchant owes.

        A hold is asked for once more: one that was set while entries matured did not see them.
        """
        return SQL(
            """
            (entry.amount < 0 OR (entry.date <= %s AND NOT EXISTS (
                SELECT 1 FROM marketplace_hold hold
                 WHERE hold.order_id = entry.order_id AND hold.state = 'active')))
            """,
            date_to,
        )

    @api.model
    def _generate_one(self, merchant_id, company_id, currency_id, date_to):
        """Draw up one statement; empty if another transaction was faster, or nothing is left.

        Since the list of who is due was made, a refund or a hold may have taken it away.
        """
        merchant = self.env['marketplace.merchant'].browse(merchant_id)
        if (merchant_id, company_id, currency_id) not in self._due(date_to, merchant):
            return self.sudo().browse()
        try:
            with self.env.cr.savepoint():
                statement = self.sudo().create({
                    'name': self.env['ir.sequence'].sudo().next_by_code(self._name),
                    'merchant_id': merchant_id,
                    'company_id': company_id,
                    'currency_id': currency_id,
                    'date_to': date_to,
                })
        except UniqueViolation:
            return self.sudo().browse()
        statement._claim()
        return statement

    def _claim(self):
        """Take the merchant's available entries into the statement, each into one only.

        Two transactions that claim the same entries collide on the rows: the loser starts again
        and finds nothing left. The wallet is the second lock.
        """
        self.ensure_one()
        self.env['marketplace.balance.entry'].sudo()._change_state(
            'available',
            'in_statement',
            SQL(
                "entry.merchant_id = %s AND entry.company_id = %s AND entry.currency_id = %s"
                " AND %s",
                self.merchant_id.id,
                self.company_id.id,
                self.currency_id.id,
                self._claimable(self.date_to),
            ),
            {'statement_id': self.id},
            spend=True,
        )
        self._add_reserves()
        self.invalidate_recordset(['entry_ids'])
        fees = -sum(amount for kind, _label, amount in self._amounts_by_kind() if kind in FEE_KINDS)
        net = sum(self.entry_ids.mapped('amount'))
        self.write({
            'date_from': min(self.entry_ids.mapped('date')),
            'amount_net': net,
            'amount_fee': fees,
            'amount_gross': net + fees,
        })

    def _add_reserves(self):
        """Hook: keep a part of what these drafts pay, by entries in them and ones for later.

        Called for many drafts at once, with their entries in them and before they are added up.
        """

    def _settle(self):
        """Note that the merchant has its money: the entries are paid for good."""
        self._move_to('paid', system=True)
        self.env['marketplace.balance.entry'].sudo()._change_state(
            'in_statement', 'paid', SQL("entry.statement_id = ANY(%s)", self.ids)
        )
