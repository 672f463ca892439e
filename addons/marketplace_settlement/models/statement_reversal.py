# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.state_mixin import Move

from .balance_entry import in_statements
from .payout import MANAGER, OFFICER

# Compared with `is`: a remote caller can send any context, but cannot build this object.
REVERSAL_KEY = object()


class MarketplaceStatementReversal(models.Model):
    """The undoing of a posted statement that is not paid yet: one person asks, another approves.

    Odoo reverses the journal entries of the statement; its balance entries become available
    again, for the next one. Which they were is kept here.
    """

    _name = 'marketplace.statement.reversal'
    _description = "Reversal of a Statement"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _order = 'id desc'
    _rec_name = 'statement_id'
    _allow_sudo_commands = False
    _reason_actions = ('action_refuse',)

    _state_initial = 'requested'
    _state_moves = (
        Move('requested', 'done', by=(MANAGER,)),
        Move('requested', 'refused', by=(OFFICER,), reason=True),
    )

    statement_id = fields.Many2one(
        comodel_name='marketplace.statement', required=True, readonly=True, ondelete='restrict'
    )
    merchant_id = fields.Many2one(related='statement_id.merchant_id', store=True, index=True)
    company_id = fields.Many2one(related='statement_id.company_id', store=True)
    currency_id = fields.Many2one(related='statement_id.currency_id')
    amount = fields.Monetary(related='statement_id.amount_net')
    reason = fields.Text(required=True, readonly=True, help="The merchant reads it.")
    requested_by_id = fields.Many2one(
        comodel_name='res.users', string="Requested by", required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    decided_by_id = fields.Many2one(
        comodel_name='res.users', string="Decided by", readonly=True, ondelete='restrict'
    )
    answer = fields.Text(string="Why Refused", readonly=True)
    state = fields.Selection(
        selection=[('requested', "To Approve"), ('done', "Done"), ('refused', "Refused")],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    entry_ids = fields.Many2many(
        comodel_name='marketplace.balance.entry', relation='marketplace_statement_reversal_entry',
        column1='reversal_id', column2='entry_id', string="Lines of the Statement", readonly=True,
    )  # fmt: skip

    _statement_uniq = models.UniqueIndex(
        "(statement_id) WHERE state <> 'refused'",
        "The reversal of this statement was requested already.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("A reversal is requested on its statement."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A reversal is kept, whatever came of it."))

    # === ACTION METHODS === #

    def action_approve(self):
        """Reverse the statements; another person than the one who asked for it."""
        self.check_access('read')
        for reversal in self.sudo():
            reversal._check_move(reversal.state, 'done', '', False)
            if self.env.user == reversal.requested_by_id:
                raise AccessError(
                    self.env._(
                        "A statement is reversed by two people: another finance manager than the"
                        " one who asked for it approves it."
                    )
                )
            reversal.entry_ids = [Command.set(reversal.statement_id.entry_ids.ids)]
            reversal.statement_id._reverse(reversal.reason)
            reversal._move_to('done')
            reversal.decided_by_id = self.env.user
            self.env['mail.template']._marketplace_send(
                'marketplace_settlement.mail_template_statement_reversed', reversal
            )

    def action_refuse(self, reason=None):
        """Leave the statements as they are."""
        self.check_access('read')
        self.sudo()._move_to('refused', reason=reason)
        self.sudo().write({'decided_by_id': self.env.uid, 'answer': reason})


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'
    _reason_actions = ('action_request_reversal',)

    reversal_ids = fields.One2many(
        comodel_name='marketplace.statement.reversal', inverse_name='statement_id', readonly=True,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    reversal_state = fields.Selection(
        selection=[('requested', "Reversal requested")], compute='_compute_reversal_state',
        compute_sudo=True,
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('reversal_ids.state')
    def _compute_reversal_state(self):
        for statement in self:
            states = statement.reversal_ids.mapped('state')
            statement.reversal_state = 'requested' in states and 'requested'

    # === ACTION METHODS === #

    def action_request_reversal(self, reason=None):
        """Ask for the reversal of a posted statement; a finance manager approves it."""
        self.check_access('read')
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Reversals are requested by finance officers."))
        if not (reason or '').strip():
            raise UserError(
                self.env._("Please give a reason: the people concerned will read it.")
            )
        for statement in self:
            statement.sudo()._check_reversible()
            Reversal = self.env['marketplace.statement.reversal'].sudo()
            if Reversal.search_count(
                [('statement_id', '=', statement.id), ('state', '!=', 'refused')], limit=1
            ):
                raise UserError(
                    self.env._("The reversal of %s was requested already.", statement.name)
                )
            Reversal.create({
                'statement_id': statement.id,
                'reason': reason.strip(),
                'requested_by_id': self.env.uid,
            })

    # === BUSINESS METHODS === #

    def _check_reversible(self):
        """Raise unless the statement is posted, and in nobody's payout."""
        self.ensure_one()
        if self.state != 'posted':
            raise UserError(
                self.env._(
                    "Only a posted statement can be reversed. What is wrong with a paid one is"
                    " corrected in the next."
                )
            )
        if self.payout_id:
            raise UserError(
                self.env._(
                    "The statement is in payout %s. Cancel its batch first.", self.payout_id.name
                )
            )
        wallet = self.env['marketplace.wallet'].sudo().search([
            (name, '=', self[name].id) for name in ('merchant_id', 'company_id', 'currency_id')
        ])  # fmt: skip
        if self.currency_id.compare_amounts(wallet.in_transit, self.amount_net) < 0:
            raise UserError(
                self.env._(
                    "A later statement took a debt out of what this one pays. Reverse that one"
                    " first."
                )
            )

    def _reverse(self, reason):
        """Undo the posting: the journal entries are reversed, the lines available again.

        What is on hold by now does not become available.
        """
        self.ensure_one()
        # Who pays the statement at this moment makes one of the two start again.
        self.env.cr.execute(SQL(
            "UPDATE marketplace_statement SET write_date = write_date WHERE id = %s", self.id
        ))
        self._check_reversible()
        moves = self.move_id | self.fee_move_id | self.netting_move_id
        moves.with_context(marketplace_reversal_key=REVERSAL_KEY)._reverse_moves(
            [
                {
                    'ref': self.env._("Reversal of %s", move.ref or self.name),
                    'date': fields.Date.context_today(self),
                    'invoice_date': move.is_invoice() and fields.Date.context_today(self),
                    # What is undone is undone at its own rate, whatever the day's is.
                    'invoice_currency_rate': move.invoice_currency_rate,
                    'marketplace_statement_id': self.id,
                }
                for move in moves
            ],
            cancel=True,
        )
        self._move_to('reversed', reason=reason, system=True)
        holds = self.env['marketplace.hold']._on_statements(self)
        self.env['marketplace.balance.entry']._change_state(
            'in_statement', 'available', in_statements('entry', self.ids),
            {'statement_id': None},
        )  # fmt: skip
        for hold in holds:
            hold._take()
        self.invalidate_recordset(['entry_ids'])

    def _printed_entries(self):
        if self.state == 'reversed':
            done = self.sudo().reversal_ids.filtered(lambda reversal: reversal.state == 'done')
            return done.entry_ids.sorted('id')
        return super()._printed_entries()


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """What belongs to a statement is reversed with all of it, not document by document."""
        if (
            self.sudo().marketplace_statement_id
            and self.env.context.get('marketplace_reversal_key') is not REVERSAL_KEY
        ):
            raise UserError(
                self.env._(
                    "This entry belongs to the statement of a merchant. Reverse the statement:"
                    " all its entries are reversed together."
                )
            )
        return super()._reverse_moves(default_values_list, cancel)
