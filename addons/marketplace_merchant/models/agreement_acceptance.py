# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.marketplace_merchant.tools.elevate import elevate


class MarketplaceAgreementAcceptance(models.Model):
    """Who accepted which text, when and from where."""

    _name = 'marketplace.agreement.acceptance'
    _inherit = ['marketplace.guard.mixin']
    _description = "Acceptance of an Agreement"
    _order = 'id desc'
    _rec_name = 'agreement_id'

    _guard_frozen = (
        'agreement_id', 'application_id', 'merchant_id', 'user_id', 'date', 'lang', 'text_hash',
        'address',
    )  # fmt: skip

    agreement_id = fields.Many2one(
        comodel_name='marketplace.agreement', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    user_id = fields.Many2one(
        comodel_name='res.users', string="Accepted by", required=True, readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    date = fields.Datetime(
        string="Accepted on", required=True, readonly=True, default=fields.Datetime.now
    )
    lang = fields.Char(string="Language", readonly=True)
    text_hash = fields.Char(
        required=True, readonly=True, help="SHA-256 of the text as it was shown."
    )
    address = fields.Char(string="IP Address", readonly=True)

    _application_uniq = models.UniqueIndex(
        '(agreement_id, application_id) WHERE application_id IS NOT NULL',
        "This agreement is accepted already.",
    )

    _merchant_uniq = models.UniqueIndex(
        '(agreement_id, merchant_id) WHERE merchant_id IS NOT NULL',
        "This agreement is accepted already.",
    )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("An accepted agreement cannot be withdrawn by deleting it."))

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, agreement, **owner):
        """Record that the acting user accepts the text as shown in that user's language.

        :param owner: the application or the merchant it is accepted for
        """
        return elevate(self).create({
            'agreement_id': agreement.id,
            'user_id': self.env.uid,
            'lang': self.env.lang,
            'text_hash': agreement.sudo()._text_hash(),
            'address': request.httprequest.remote_addr if request else False,
            **owner,
        })

    def _accepted_text(self):
        """Return the text that was accepted, recognised by its hash.

        It is looked for in the language of the acceptance first: a translation may have come, or a
        language gone, since.

        :return: the text, or None if none of the agreement's texts has that hash
        """
        self.ensure_one()
        langs = [code for code, _name in self.env['res.lang'].get_installed()]
        for lang in dict.fromkeys([self.lang or 'en_US', 'en_US', *langs]):
            agreement = self.agreement_id.sudo().with_context(lang=lang)
            if agreement._text_hash() == self.text_hash:
                return agreement.body
        return None
