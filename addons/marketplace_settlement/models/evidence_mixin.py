# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .ir_attachment_evidence import EVIDENCE_KEY

MAX_FILES = 5


class MarketplaceEvidenceMixin(models.AbstractModel):
    """A document with files that prove something: nobody adds, alters or removes one afterwards."""

    _name = 'marketplace.evidence.mixin'
    _description = "Evidence"

    attachment_ids = fields.One2many(
        comodel_name='ir.attachment',
        inverse_name='res_id',
        domain=lambda self: [('res_model', '=', self._name)],
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
        for record in self:
            record.evidence_ids = record.attachment_ids

    # === BUSINESS METHODS === #

    @api.model
    def _read_files(self, files):
        """Return the values of the attachments, checked and made harmless.

        :param files: list of dicts ``{'filename', 'content'}``, the content base64-encoded
        :raise FieldErrors: when there are too many files, or one of them is not acceptable
        """
        files = files or []
        if not isinstance(files, list) or not all(map(self._is_file, files)):
            raise FieldErrors({
                'files': self.env._("The files arrived damaged. Please upload them again.")
            })
        if len(files) > MAX_FILES:
            raise FieldErrors({
                'files': self.env._("Send at most %s files with one message.", MAX_FILES)
            })
        return [self._read_file(file) for file in files]

    @api.model
    def _is_file(self, file):
        return isinstance(file, dict) and all(
            isinstance(file.get(key), str) for key in ('filename', 'content')
        )

    @api.model
    def _read_file(self, file):
        try:
            name, content, mimetype = self.env['ir.attachment']._marketplace_check_upload(
                file['filename'], file['content']
            )
        except UserError as error:
            raise FieldErrors({'files': str(error)}) from error
        return {'name': name, 'raw': content, 'mimetype': mimetype}

    def _attach(self, documents):
        """Keep the checked files with this record, as the step to which they belong is taken.

        :param documents: list of values of ``ir.attachment``, as of :meth:`_read_files`
        """
        self.ensure_one()
        attachments = self.env['ir.attachment'].sudo()
        attachments.with_context(marketplace_evidence_key=EVIDENCE_KEY).create([
            dict(document, res_model=self._name, res_id=self.id) for document in documents
        ])
