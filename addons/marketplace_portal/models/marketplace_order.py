# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

from odoo.addons.marketplace_risk.models.order import COMPLAINT_STATES

# The way of a parcel as its shopper sees it.
PARCEL_STATES = ('to_accept', 'to_ship', 'shipped', 'delivered', 'completed')


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    # === BUSINESS METHODS === #

    def _get_parcel_steps(self):
        """Return the steps of the parcel's way as its shopper sees them.

        :return: one dict per step: label and status (``done``, ``current`` or ``todo``); none for
            a cancelled parcel
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.state not in PARCEL_STATES:
            return []
        current = PARCEL_STATES.index(self.state)
        last = len(PARCEL_STATES) - 1
        return [
            {
                'label': label,
                'status': 'done'
                if position < current or current == last
                else 'current'
                if position == current
                else 'todo',
            }
            for position, label in enumerate(self._get_parcel_labels())
        ]

    def _get_parcel_labels(self):
        _ = self.env._
        return [_("Ordered"), _("Accepted"), _("Shipped"), _("Delivered"), _("Completed")]

    def _may_confirm_receipt(self):
        """Return whether the acting user may confirm that this parcel arrived."""
        self.ensure_one()
        return self._state_actor_shopper() and self.state in ('shipped', 'delivered')

    def _may_complain(self):
        """Return whether the acting user may complain about this parcel now."""
        self.ensure_one()
        if not self._state_actor_shopper():
            return False
        return self.state in COMPLAINT_STATES and not self.complaint_ids._filtered_open()
