# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class ResUsers(models.Model):
    _inherit = 'res.users'

    def _marketplace_members(self):
        """Return this user's memberships, sudoed, oldest first: the order of the switcher."""
        self.ensure_one()
        return (
            self.env['marketplace.merchant.member']
            .sudo()
            .search([('user_id', '=', self.id)], order='id')
        )

    def _marketplace_merchants(self, role=None):
        """Return the merchants, sudoed, for which this user acts, in that role if one is given."""
        return self._marketplace_members().merchant_id.filtered(lambda m: m._is_member(role))
