# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

from ..tools.identity_number import is_identity_number
from ..tools.secret import mask


class MarketplaceQualification(models.Model):
    """Identity cards and the like: the scan shows the number to those who may see scans; beside it
    the number is kept masked."""

    _inherit = 'marketplace.qualification'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._mask_identity(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._mask_identity(vals))

    # === BUSINESS METHODS === #

    @api.model
    def _mask_identity(self, vals):
        if not is_identity_number(vals.get('number')):
            return vals
        return dict(vals, number=mask(vals['number'], 3, 4))
