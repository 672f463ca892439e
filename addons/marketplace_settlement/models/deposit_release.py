# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


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

    # === COMPUTE METHODS === #

    def _reason_text(self):
        if release := self.exit_release_id:
            return self.env._("Deposit released: %s", release.exit_id.name)
        return super()._reason_text()

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
        return self._release_to_balance(
            merchant, amount, reason, release, exit_release_id=release.id
        )

    @api.model
    def _release_to_balance(
        self, merchant, amount, reason, source, kind='release', currency=None, **values
    ):
        """Post Dr Merchant deposits · Cr Merchant clearing; the next statement takes it up.

        :param float amount: what the merchant's balance gains, in ``currency``, by default that of
            the company
        :param source: the document that causes it; it does so once
        :param str kind: of the movement: release, or deduction to make a debt good
        :return: the movement
        """
        company = merchant.company_id
        account = company._marketplace_account('marketplace_deposit_account_id')
        entry = self.env['marketplace.balance.entry']._book_cleared(
            merchant, f'deposit_{kind}', amount, reason, source, account, company, currency
        )
        move = entry.move_line_id.move_id
        movement = self.create({
            'merchant_id': merchant.id,
            'company_id': company.id,
            'kind': kind,
            'amount': self._deposit_amount(move),
            'reason': reason,
            'move_id': move.id,
            **values,
        })
        merchant._deposit_changed()
        return movement
