# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

from odoo.addons.marketplace_risk.models.order import COMPLAINT_STATES
from odoo.addons.marketplace_settlement.models.marketplace_order import SENT_STATES

# The way of a parcel as its shopper sees it.
PARCEL_STATES = ('to_accept', 'to_ship', 'shipped', 'delivered', 'completed')


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    # === BUSINESS METHODS === #

    def _get_parcel_steps(self):
        """Return the steps of the parcel's way as its shopper sees them.

        :return: one dict per step: label, and status (``done``, ``current`` or ``todo``); none for
            a cancelled parcel
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.state not in PARCEL_STATES:
            return []
        here = PARCEL_STATES.index(self.state)
        labels = self._get_parcel_labels()
        statuses = ['done'] * here + ['current'] + ['todo'] * (len(labels) - here - 1)
        if self.state == 'completed':
            statuses[-1] = 'done'
        return [
            {'label': label, 'status': status}
            for label, status in zip(labels, statuses, strict=True)
        ]

    def _get_parcel_labels(self):
        """Return what the shopper reads at each of the states of ``PARCEL_STATES``."""
        _ = self.env._
        return [
            _("Order placed"), _("Order accepted"), _("Shipped"), _("Delivered"), _("Completed"),
        ]  # fmt: skip

    def _party_url(self, party):
        self.ensure_one()
        if party == 'shopper':
            return f'{super()._party_url(party)}#parcel_{self.id}'
        return f'{self.get_base_url()}/my/merchant/orders/{self.id}'

    def _commission_returned(self):
        """Return how much of the commission was given back with refunds."""
        self.ensure_one()
        returned = self.entry_ids.filtered(lambda entry: entry.kind == 'commission_refund')
        return sum(returned.mapped('amount'))

    def _may_confirm_receipt(self):
        """Return whether the acting user may confirm that this parcel arrived."""
        self.ensure_one()
        return (
            self._state_actor_shopper() and self.state in SENT_STATES and not self.date_received
        )

    def _may_request_return(self):
        """Return whether the acting user may ask to return goods of this parcel now."""
        self.ensure_one()
        if not self._state_actor_shopper() or self.state not in SENT_STATES:
            return False
        return bool(self._returnable_quantities())

    def _may_complain(self):
        """Return whether the acting user may complain about this parcel now."""
        self.ensure_one()
        if not self._state_actor_shopper() or self.state not in COMPLAINT_STATES:
            return False
        return not self.complaint_ids._filtered_open()

    def _portal_return_terms(self):
        """Return the terms of return of this parcel's goods, those of the same terms together.

        :return: dicts with ``goods``, empty if the terms are the same for all, and ``sentences``
        :rtype: list[dict]
        """
        self.ensure_one()
        Policy = self.env['marketplace.return.policy']
        lines = self.sudo()._goods_lines()
        groups = lines.grouped(lambda line: tuple(Policy._sentences(line._return_terms())))
        return [
            {
                'goods': part._get_product_list() if len(groups) > 1 else '',
                'sentences': sentences,
            }
            for sentences, part in groups.items()
        ]
