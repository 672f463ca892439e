# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from .statement_drawing import OPEN_STATES


class MarketplaceHold(models.Model):
    _inherit = 'marketplace.hold'

    statement_ids = fields.Many2many(
        comodel_name='marketplace.statement', relation='marketplace_statement_hold',
        column1='hold_id', column2='statement_id', string="Taken Out of", readonly=True,
        help="Statements that were not posted yet and go on without what is held.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    def _reason_text(self):
        contests = self.env['marketplace.statement.contest'].sudo()
        if self.source_model == contests._name:
            return self.env._("Contested: %s", contests.browse(self.source_id).display_name)
        return super()._reason_text()


class MarketplaceStatement(models.Model):
    """What is held leaves the statements that are not posted; those go on with the rest."""

    _inherit = 'marketplace.statement'

    hold_ids = fields.Many2many(
        comodel_name='marketplace.hold', relation='marketplace_statement_hold',
        column1='statement_id', column2='hold_id', string="Held Out of It", readonly=True,
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    # === BUSINESS METHODS === #

    @api.model
    def _hold_back(self, hold):
        """Take what a hold concerns out of statements that are not posted.

        Where the merchant would owe by it, it stays: a hold never makes a debt good.
        """
        groups = self.env['marketplace.balance.entry']._read_group(
            [*hold._scope(), ('state', '=', 'in_statement')],
            ['statement_id'], ['amount:sum', 'id:array_agg'],
        )  # fmt: skip
        taken = {
            statement: (amount, [*ids, *statement._reserves_without(amount)])
            for statement, amount, ids in groups
            if statement.state in OPEN_STATES
            and statement.currency_id.compare_amounts(amount, 0.0) > 0
        }
        if not taken:
            return
        ids = [entry_id for _amount, entry_ids in taken.values() for entry_id in entry_ids]
        self._take_out(SQL("entry.id = ANY(%s)", ids), 'held', {'hold_id': hold.id})
        hold.sudo().statement_ids = [Command.link(statement.id) for statement in taken]
        for statement, (amount, _ids) in taken.items():
            statement._leave_note(
                self.env._(
                    "%s is held and left the statement.", statement.currency_id.format(amount)
                ),
                hold.reason,
            )

    def _reserves_without(self, amount):
        """Return the ids of the reserves kept of it, if what is left no longer bears them.

        :param float amount: what leaves the statement
        """
        self.ensure_one()
        reserves = self.entry_ids.filtered(lambda entry: entry.kind == 'reserve')
        kept = self.currency_id.round(amount + sum(reserves.mapped('amount')))
        rest = self.currency_id.round(self.amount_net - amount)
        return reserves.ids if rest < 0 <= kept else []
