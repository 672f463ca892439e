# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from odoo.addons.marketplace_merchant.tools.secret import decrypt, encrypt

from ..tools.payout_file import NotExpressible, build_csv, build_pain001

OFFICER = 'marketplace_settlement.group_finance_officer'
FORMATS = {
    'file_pain001': ('xml', 'application/xml'),
    'file_csv': ('csv', 'text/csv; charset=utf-8'),
}


class MarketplacePayoutBatch(models.Model):
    """The file for the bank: made once, with the account numbers in it, and kept encrypted."""

    _inherit = 'marketplace.payout.batch'

    _secret_fields = ('file_encrypted',)

    file_encrypted = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    file_name = fields.Char(string="Bank File", readonly=True, copy=False)
    file_hash = fields.Char(
        string="Checksum of the File", readonly=True, copy=False,
        help="SHA-256: by it anybody can see that the bank got this very file.",
    )  # fmt: skip
    file_made_on = fields.Datetime(readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_download_file(self):
        """Download the file for the bank."""
        self.ensure_one()
        self._check_file_reader()
        return {'type': 'ir.actions.act_url', 'url': f'/marketplace/payout/file/{self.id}',
                'target': 'download'}  # fmt: skip

    # === BUSINESS METHODS === #

    def _make_file(self):
        """Make the file if the channel is one, and keep it; it is never made again."""
        for batch in self.filtered(lambda batch: batch.channel_id.kind in FORMATS):
            extension, _mimetype = FORMATS[batch.channel_id.kind]
            content = batch._build_file()
            batch.write({
                'file_encrypted': encrypt(self.env, base64.b64encode(content).decode()),
                'file_name': f"{batch.name.replace('/', '-')}.{extension}",
                'file_hash': hashlib.sha256(content).hexdigest(),
                'file_made_on': fields.Datetime.now(),
            })

    def _build_file(self):
        self.ensure_one()
        order = self._prepare_order()
        try:
            if self.channel_id.kind == 'file_csv':
                _ = self.env._
                return build_csv(order, [
                    _("Reference"), _("Payout"), _("Account Holder"), _("Bank"),
                    _("Account Number"), _("Currency"), _("Amount"),
                ])  # fmt: skip
            return build_pain001(order, self.channel_id.is_latin)
        except NotExpressible as problem:
            raise UserError(self.env._(
                "The bank cannot read “%s”: it takes Latin letters only, and account numbers of at"
                " most 34 characters. Take this payout off the batch, or choose another way out.",
                problem.args[0],
            )) from problem

    def _prepare_order(self):
        """Return what the file says, in plain values."""
        now = fields.Datetime.now()
        bank = self.journal_id.bank_account_id
        if self.channel_id.kind == 'file_pain001' and not bank.acc_number:
            raise UserError(self.env._(
                "Enter the account number of the bank journal “%s” first: the file names the"
                " account that is paid from.", self.journal_id.display_name,
            ))
        return {
            'id': self.name,
            'created': now,
            'date': fields.Date.context_today(self),
            'initiator': self.company_id.name,
            'account': bank.acc_number or '',
            'bic': bank.bank_bic,
            'transfers': [payout._prepare_transfer() for payout in self._list().sorted('id')],
        }

    def _check_file_reader(self):
        self.check_access('read')
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Bank files are for finance officers."))

    def _read_file(self):
        """Return name, MIME type and content of the file; that it was read leaves an audit row.

        :raise UserError: when there is none, or it was altered
        """
        self.ensure_one()
        self._check_file_reader()
        encrypted = self.sudo().file_encrypted
        if not encrypted:
            raise UserError(self.env._("This batch has no file for the bank."))
        content = base64.b64decode(decrypt(self.env, encrypted))
        if hashlib.sha256(content).hexdigest() != self.file_hash:
            raise UserError(self.env._("The file was altered: do not give it to the bank."))
        self.env['marketplace.audit.log']._log(
            self, 'export', reason=self.file_name, after={'sha256': self.file_hash}
        )
        return self.file_name, FORMATS[self.channel_id.kind][1], content


class MarketplacePayout(models.Model):
    _inherit = 'marketplace.payout'

    def _prepare_transfer(self):
        """Return what the file says of one payout."""
        creditor = self._prepare_creditor()
        return {
            'key': self.key.replace('-', ''),
            'name': self.name,
            'amount': self._printed_amount(),
            'currency': self.currency_id.name,
            'holder': creditor['name'],
            'bank': creditor['bank'],
            'account': creditor['account'],
        }
