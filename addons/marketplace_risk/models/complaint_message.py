# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from .ir_attachment import EVIDENCE_KEY


class MarketplaceComplaintMessage(models.Model):
    """What one side of a complaint said and showed. Nobody alters it, not even the platform."""

    _name = 'marketplace.complaint.message'
    _description = "Complaint Message"
    _order = 'id'
    _rec_name = 'complaint_id'

    complaint_id = fields.Many2one(
        comodel_name='marketplace.complaint',
        readonly=True,
        required=True,
        ondelete='restrict',
        index=True,
    )
    author_id = fields.Many2one(
        comodel_name='res.partner', readonly=True, required=True, ondelete='restrict'
    )
    party = fields.Selection(
        selection=[('shopper', "Shopper"), ('merchant', "Merchant"), ('platform', "Platform")],
        readonly=True,
        required=True,
    )
    body = fields.Text(string="Message", readonly=True, required=True)
    attachment_ids = fields.One2many(
        comodel_name='ir.attachment',
        inverse_name='res_id',
        domain=[('res_model', '=', 'marketplace.complaint.message')],
        string="Evidence",
        readonly=True,
        # Odoo gives portal users no access to attachments: they read them through their pages.
        groups='base.group_user',
    )
    evidence_ids = fields.Many2many(
        comodel_name='ir.attachment',
        string="Evidence with Preview",
        compute='_compute_evidence_ids',
        groups='base.group_user',
        help="The same files, for the widget that shows thumbnails.",
    )

    # === COMPUTE METHODS === #

    @api.depends('attachment_ids')
    def _compute_evidence_ids(self):
        for message in self:
            message.evidence_ids = message.attachment_ids

    # === CRUD METHODS === #

    def write(self, vals):
        if self:
            raise UserError(
                self.env._("A message of a complaint cannot be changed. Send a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A message of a complaint cannot be removed. Send a new one."))

    # === BUSINESS METHODS === #

    def _attach(self, documents):
        """Keep the checked files with this message; called once, right after its creation.

        :param documents: list of values of ``ir.attachment``
        """
        self.ensure_one()
        attachments = self.env['ir.attachment'].sudo()
        attachments.with_context(marketplace_evidence_key=EVIDENCE_KEY).create([
            dict(document, res_model=self._name, res_id=self.id) for document in documents
        ])
