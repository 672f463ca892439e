# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceMerchant(models.Model):
    """The papers of a merchant: what it needs, and who hands it in."""

    _inherit = 'marketplace.merchant'

    reverification_line_ids = fields.One2many(
        comodel_name='marketplace.reverification.line', inverse_name='merchant_id',
        string="Re-verifications", readonly=True,
    )  # fmt: skip

    # === BUSINESS METHODS === #

    def _check_papers_owner(self):
        """Raise unless the acting user may hand in papers of the merchant.

        Suspended and leaving merchants may: papers are how they put things right.

        :raise AccessError, UserError: see :meth:`_check_member`
        """
        if self.sudo().state not in ('suspended', 'exiting') or not self._is_member('owner'):
            self._check_member('owner')

    def _required_document_kinds(self):
        """Return the kinds of documents that the merchant needs as a whole."""
        self.ensure_one()
        profile = self._requirement_profile()
        return self.env['marketplace.requirement'].sudo().search(
            [('kind', '=', 'document')]
        ).filtered(lambda rule: rule._concerns(profile)).qualification_type_id
