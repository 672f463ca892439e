# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceMerchantApplication(models.Model):
    _inherit = 'marketplace.merchant.application'

    # === BUSINESS METHODS === #

    def _portal_timeline(self):
        """Return the application's way so far, latest step first, for the applicant.

        :return: dicts with date, state, label and reason
        :rtype: list[dict]
        """
        self.ensure_one()
        rows = self.env['marketplace.audit.log'].sudo().search(
            [('model_name', '=', self._name), ('res_id', '=', self.id), ('action', '=', 'state')]
        )
        timeline = [
            {
                'date': row.create_date,
                'state': row.after['state'],
                'label': self._state_label(row.after['state']),
                'reason': row.reason,
            }
            for row in rows
        ]
        started = {
            'date': self.create_date, 'state': 'draft', 'label': self.env._("Started"),
            'reason': False,
        }  # fmt: skip
        return [*timeline, started]

    def _get_portal_path(self):
        return {
            'open': '/my/merchant/apply',
            'change': '/my/merchant/company',
            'leave': '/my/merchant/exit',
        }[self.kind]
