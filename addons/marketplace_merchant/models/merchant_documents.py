# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL


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

    def _serialise_papers(self):
        """Let one paper of a merchant be handed in after the other.

        Two at once would not see, and so not replace, each other: the second one starts again.
        """
        self.env.cr.execute(SQL(
            "UPDATE marketplace_merchant SET write_date = write_date WHERE id = ANY(%s)", self.ids
        ))

    def _erase_personal_data(self):
        """Forget what the merchant confirmed; that it was asked and what came of it remains."""
        lines_sudo = self.sudo().reverification_line_ids
        lines_sudo.write({'confirmed_data': False, 'answer_note': False, 'remark': False})
        lines_sudo.message_ids.unlink()
        return super()._erase_personal_data()

    def _required_document_kinds(self):
        """Return the kinds of documents that the merchant needs as a whole."""
        self.ensure_one()
        profile = self._requirement_profile()
        return self.env['marketplace.requirement'].sudo().search(
            [('kind', '=', 'document')]
        ).filtered(lambda rule: rule._concerns(profile)).qualification_type_id
