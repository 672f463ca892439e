# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

# What is booked by other money than sales: the field that names the entry.
BOOKED_BY = (
    ('marketplace.debt.recovery', 'move_id'),
    ('marketplace.advance', 'move_id'),
    ('marketplace.return', 'freight_move_id'),
    ('marketplace.deposit.movement', 'payment_id.move_id'),
)


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _marketplace_payments(self):
        return (
            super()._marketplace_payments()
            # What was sold on an invoice is credited by a credit note, by hand as well.
            or self.filtered(lambda move: move.move_type == 'entry').line_ids._has_entries()
            or any(
                self.env[model].search_count([(name, 'in', self.ids)], limit=1)
                for model, name in BOOKED_BY
            )
        )
