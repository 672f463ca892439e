# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Command


class MarketplaceDepositMovement(models.Model):
    """The deposit that goes back to a merchant that leaves."""

    _inherit = 'marketplace.deposit.movement'

    exit_release_id = fields.Many2one(
        comodel_name='marketplace.exit.release', string="Stage of the Exit", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    _exit_release_uniq = models.UniqueIndex(
        '(exit_release_id) WHERE exit_release_id IS NOT NULL',
        "This part of the deposit was already released.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _release(self, release, amount):
        """Give a part of the deposit back: it becomes available for the next statement.

        A debt of the merchant is made good by it first, and the payout brings the rest.

        :param release: the stage of the merchant's exit
        :param float amount: in the currency of the company
        :return: the movement
        """
        merchant = release.exit_id.merchant_id
        reason = self.env._("Deposit released: %s", release.exit_id.name)
        move = self._post_release(merchant, amount, reason)
        movement = self.create({
            'merchant_id': merchant.id,
            'company_id': merchant.company_id.id,
            'kind': 'release',
            'amount': -amount,
            'reason': reason,
            'move_id': move.id,
            'exit_release_id': release.id,
        })
        clearing = merchant.company_id._marketplace_clearing_account()
        self.env['marketplace.balance.entry'].create({
            'merchant_id': merchant.id,
            'company_id': merchant.company_id.id,
            'currency_id': merchant.currency_id.id,
            'kind': 'deposit_release',
            'amount': amount,
            'state': 'available',
            'move_line_id': move.line_ids.filtered(lambda line: line.account_id == clearing).id,
            'source_model': movement._name,
            'source_id': movement.id,
            'reason': reason,
        })
        self.env['marketplace.audit.log']._log(
            movement, 'create', after={'amount': -amount}, system=True
        )
        return movement

    @api.model
    def _post_release(self, merchant, amount, reason):
        """Post Dr Merchant deposits · Cr Merchant clearing; the statement takes it from there."""
        company = merchant.company_id
        common = {'name': reason, 'partner_id': merchant.partner_id.id, 'merchant_id': merchant.id}
        move = self.env['account.move'].with_company(company).create({
            'move_type': 'entry',
            'journal_id': company._marketplace_account('marketplace_settlement_journal_id').id,
            'date': fields.Date.context_today(self),
            'ref': self.env._("Deposit of %s", merchant.display_name),
            'line_ids': [
                Command.create({
                    **common,
                    'account_id': company._marketplace_account(name).id,
                    'balance': balance,
                })
                for name, balance in (
                    ('marketplace_deposit_account_id', amount),
                    ('marketplace_clearing_account_id', -amount),
                )
            ],
        })
        move._post(soft=False)
        return move
