# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._marketplace_log_roles([""] * len(users))
        return users

    def write(self, vals):
        if not {'group_ids', 'active'} & vals.keys():
            return super().write(vals)
        before = self._marketplace_roles()
        result = super().write(vals)
        self._marketplace_log_roles(before)
        return result

    # === BUSINESS METHODS === #

    def _marketplace_roles(self):
        """Return for each user the names of the roles on the marketplace, those implied included.

        Somebody whose account is archived has none.
        """
        privilege = self.env.ref('marketplace_merchant.privilege_marketplace', False)
        return [
            ", ".join(
                user.all_group_ids.filtered(lambda group: group.privilege_id == privilege)
                .sorted('sequence').mapped('name')
            ) if privilege and user.active else ""
            for user in self.sudo()
        ]  # fmt: skip

    def _marketplace_log_roles(self, before):
        """Note whose roles are not what they were ``before``."""
        after = self._marketplace_roles()
        changed = [index for index, roles in enumerate(before) if roles != after[index]]
        self.env['marketplace.audit.log']._log(
            self.browse([self.ids[index] for index in changed]),
            'access',
            before=[{'roles': before[index]} for index in changed],
            after=[{'roles': after[index]} for index in changed],
        )
