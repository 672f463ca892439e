# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class MarketplaceFixedMixin(models.AbstractModel):
    """Rows that the system writes once, and that stay as they were written.

    No caller changes or deletes one, not even in ``sudo``; the inheriting model says why. Totals
    that SQL alone adds to are such rows as well.
    """

    _name = 'marketplace.fixed.mixin'
    _description = "Rows That Stay"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise self._fixed_error()
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise self._fixed_error()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise self._fixed_error()

    # === BUSINESS METHODS === #

    def _fixed_error(self):
        """Return the error that says how such rows come about, and why they stay."""
        raise NotImplementedError
