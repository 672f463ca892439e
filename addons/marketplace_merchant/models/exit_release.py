# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models


class MarketplaceExitRelease(models.Model):
    """One part of the deposit of a merchant that leaves, and when it goes back."""

    _name = 'marketplace.exit.release'
    _description = "Release of a Deposit"
    _order = 'exit_id, days, id'
    _rec_name = 'date'
    _allow_sudo_commands = False

    exit_id = fields.Many2one(
        comodel_name='marketplace.exit', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    days = fields.Integer(readonly=True, required=True)
    percent = fields.Float(string="Share (%)", digits=(5, 2), readonly=True, required=True)
    date = fields.Date(
        string="Due", compute='_compute_date', store=True,
        help="Moves on as long as orders are open.",
    )  # fmt: skip
    currency_id = fields.Many2one(related='exit_id.currency_id')
    amount = fields.Monetary(string="Released", readonly=True)
    date_released = fields.Date(string="Released on", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('days', 'exit_id.date_base')
    def _compute_date(self):
        for release in self:
            base = release.exit_id.date_base
            release.date = base and base + timedelta(days=release.days)

    # === BUSINESS METHODS === #

    def _release_due(self, today):
        """Give back the parts of one exit whose day has come, each once."""
        for release in self.filtered(
            lambda release: not release.date_released and release.date <= today
        ):
            amount = release._amount_due()
            release.exit_id.merchant_id._release_deposit(release, amount)
            release.write({'amount': amount, 'date_released': today})

    def _amount_due(self):
        """Return what this stage gives back of what is left of the deposit."""
        self.ensure_one()
        stages = self.exit_id.release_ids
        balance = self.currency_id.round(self.exit_id.merchant_id._deposit_balance())
        if not stages.filtered(lambda stage: stage.days > self.days):
            return balance
        before = stages.filtered(lambda stage: stage.days < self.days)
        gone = sum(before.mapped('amount'))
        share = sum((before | self).mapped('percent')) / 100.0
        amount = self.currency_id.round((balance + gone) * share) - gone
        return min(max(self.currency_id.round(amount), 0.0), balance)
