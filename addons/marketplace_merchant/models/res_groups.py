# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class ResGroups(models.Model):
    _inherit = 'res.groups'

    # === CRUD METHODS === #

    def write(self, vals):
        """Giving a role from the side of the group is noted at the users who get or lose it."""
        if not {'user_ids', 'implied_ids', 'implied_by_ids'} & vals.keys():
            return super().write(vals)
        # Whom it will concern is not known before. Shoppers and merchants have no role.
        outside = self.env.ref('base.group_portal') + self.env.ref('base.group_public')
        users = self.env['res.users'].sudo().search([('all_group_ids', 'not in', outside.ids)])
        before = users._marketplace_roles()
        result = super().write(vals)
        users._marketplace_log_roles(before)
        return result
