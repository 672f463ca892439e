# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplacePayout(models.Model):
    _inherit = 'marketplace.payout'

    # === BUSINESS METHODS === #

    def _portal_state(self):
        """Return in the merchant's words where the payout is: (label, sentence)."""
        self.ensure_one()
        _ = self.env._
        under_way = _("Being paid")
        again = _("The money is yours and comes with another payout.")
        return {
            'approved': (_("Being prepared"), _("It goes to the bank with our next run.")),
            'queued': (_("Being prepared"), _("It goes to the bank within minutes.")),
            'sent': (under_way, _(
                "The bank has it. It usually takes one to three working days."
            )),
            'unknown': (under_way, _(
                "We are finding out at the bank where it is. You need do nothing, and nothing is"
                " lost."
            )),
            'paid': (_("Paid"), _("The bank's reference is %s.", self.bank_reference or "–")),
            'failed': (_("Not paid"), f"{self.failure_reason or ''} {again}".strip()),
            'returned': (_("Came back"), _(
                "Your bank sent it back: %(reason)s Please see whether your bank account is still"
                " right. %(again)s", reason=self.failure_reason or '', again=again,
            )),
        }.get(self.state, (self._state_label(self.state), ''))  # fmt: skip
