# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.elevate import elevate

COMPLAINT_STATES = ('shipped', 'delivered', 'completed')


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    complaint_ids = fields.One2many(
        comodel_name='marketplace.complaint', inverse_name='order_id', string="Complaints"
    )

    # === PORTAL METHODS === #

    def portal_complain(self, kind, subject, description, files=None):
        """Complain about this order as its shopper; the order's money waits until it is settled.

        :param str kind: one of the kinds of ``marketplace.complaint``
        :param str subject: in one line
        :param str description: what happened, what the shopper wants
        :param files: list of dicts ``{'filename', 'content'}``, the content base64-encoded
        :return: the complaint
        :raise AccessError: when the order is not the acting user's
        :raise UserError: when nothing was shipped yet, a complaint is open, or a value is wrong
        """
        order_sudo = self._portal_shopper()
        order_sudo._check_may_complain()
        complaint = elevate(self.env['marketplace.complaint'])._open(
            order_sudo, kind, subject, description, files
        )
        return self.env['marketplace.complaint'].browse(complaint.id)

    # === BUSINESS METHODS === #

    def _check_may_complain(self):
        self.ensure_one()
        # The unique index on open complaints has to see what was closed a moment ago.
        self.complaint_ids.flush_recordset(['state'])
        if self.state not in COMPLAINT_STATES:
            raise UserError(
                self.env._("You can complain about this parcel once it is on its way.")
            )
        if self.complaint_ids._filtered_open():
            raise UserError(
                self.env._(
                    "There is an open complaint about this parcel already."
                    " Add what you want to say to that one."
                )
            )
