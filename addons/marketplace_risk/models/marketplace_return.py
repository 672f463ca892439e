# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError


class MarketplaceReturn(models.Model):
    """A return on which shopper and merchant disagree becomes a complaint."""

    _inherit = 'marketplace.return'

    complaint_id = fields.Many2one(
        comodel_name='marketplace.complaint', readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict', help="Where the marketplace decides about this return.",
    )  # fmt: skip

    # === BUSINESS METHODS === #

    def _open_case(self):
        """Open a complaint in the shopper's name, or join the one that is open."""
        super()._open_case()
        complaint = self.order_id.complaint_ids._filtered_open()[:1]
        if not complaint:
            reason = "\n\n".join(filter(None, (self.reason_id.name, self.reason, self.answer)))
            complaint = self.env['marketplace.complaint']._open(
                self.order_id, 'after_sales', self.env._("Return %s", self.name), reason, None
            )
        self.complaint_id = complaint

    def _check_decidable(self):
        super()._check_decidable()
        waiting = self.sudo().complaint_id._filtered_open()
        if waiting:
            raise UserError(self.env._(
                "This return is decided with the complaint %s.",
                ", ".join(waiting.mapped('name')),
            ))

    def _is_decided_elsewhere(self):
        # The remedies of the complaint have refunded the shopper already.
        return super()._is_decided_elsewhere() or bool(self.complaint_id)

    def _close_with_complaint(self):
        """End a return the way its complaint did."""
        for request in self.filtered(lambda request: request.state == 'escalated'):
            complaint = request.complaint_id
            is_refunded = complaint.state == 'executed' and complaint.refund_amount
            request._move_to(
                'refunded' if is_refunded else 'rejected', system=True,
                reason=complaint.decision or self.env._("The complaint was withdrawn."),
            )
            if is_refunded:
                request.amount_refunded = complaint.refund_amount


class MarketplaceComplaint(models.Model):
    _inherit = 'marketplace.complaint'

    return_ids = fields.One2many(
        comodel_name='marketplace.return', inverse_name='complaint_id', string="Returns",
        readonly=True,
    )  # fmt: skip

    def _state_entered(self, target, reason):
        result = super()._state_entered(target, reason)
        if target in ('executed', 'withdrawn', 'closed'):
            self.return_ids._close_with_complaint()
        return result
