# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager

from odoo import api, models

GIVING_FIELDS = {'user_ids', 'implied_ids', 'implied_by_ids'}


class ResGroups(models.Model):
    """Roles given from the side of a group are noted at the users who get or lose them."""

    _inherit = 'res.groups'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        with self._marketplace_noting(set().union(*vals_list)):
            return super().create(vals_list)

    def write(self, vals):
        with self._marketplace_noting(vals.keys()):
            return super().write(vals)

    # === BUSINESS METHODS === #

    @contextmanager
    def _marketplace_noting(self, field_names):
        if not GIVING_FIELDS & field_names:
            yield
            return
        # Whom it will concern is not known before. Shoppers and merchants have no role.
        outside = self.env.ref('base.group_portal') + self.env.ref('base.group_public')
        users = self.env['res.users'].sudo().search([('all_group_ids', 'not in', outside.ids)])
        before = users._marketplace_roles()
        yield
        users._marketplace_log_roles(before)
