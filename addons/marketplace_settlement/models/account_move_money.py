# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

# What is booked by other money than sales: the field that names the entry.
BOOKED_BY = (
    ('marketplace.debt.recovery', 'move_id'),
    ('marketplace.advance', 'move_id'),
    ('marketplace.deposit.movement', 'payment_id.move_id'),
    ('marketplace.balance.entry', 'move_line_id.move_id'),
)


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _marketplace_payments(self):
        return super()._marketplace_payments() or any(
            self.env[model].search_count([(name, 'in', self.ids)], limit=1)
            for model, name in BOOKED_BY
        )
