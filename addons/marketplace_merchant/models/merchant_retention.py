# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import secret

# What documents say about the persons behind a merchant: {model: columns to empty}. Their files,
# messages and activities go as well.
PERSONAL_COLUMNS = {
    'marketplace.bank.account': ('contact_emails',),
    'marketplace.closure': (),
    'marketplace.exit': (),
    'marketplace.insurance.policy': ('filename',),
    'marketplace.merchant.application': ('street', 'city', 'zip', 'note', 'data_on_file'),
    'marketplace.merchant.check': ('value', 'machine_note', 'remark', 'fingerprint'),
    'marketplace.merchant.member': (),
    'marketplace.qualification': ('number', 'filename', 'remark'),
    'marketplace.requirement.submission': ('answer', 'filename', 'remark'),
    'marketplace.reverification.line': ('confirmed_data', 'answer_note', 'remark'),
    'marketplace.verification.request': ('note', 'problem'),
}


class MarketplaceMerchant(models.Model):
    """What is forgotten of a merchant when the time of retention is over.

    Trade documents stay, with the name and address that they are made out to: orders, invoices,
    statements, payouts, the deposit, accepted agreements, the audit log. The rest goes for good.
    """

    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _erase_personal_data(self):
        """Erase the persons behind merchants that are gone; other addons add what they keep."""
        for merchant in self.sudo().with_context(active_test=False):
            merchant._erase_contact()
            merchant._erase_bank_numbers()
            merchant._erase_conversations(merchant)
            for model, columns in PERSONAL_COLUMNS.items():
                documents = merchant._personal_documents(model)
                merchant._erase_conversations(documents)
                merchant._erase_columns(documents, columns)
        self.sudo().member_ids.unlink()

    def _erase_contact(self):
        """Forget whom to call and write to; an individual is forgotten as a licence holder too."""
        blank = {
            'contact_name': False, 'phone': False, 'email': False, 'legal_representative': False,
        }  # fmt: skip
        identity = {'licence_number': False, 'licence_secret': False, 'licence_hash': False}
        for record in (self, *self.application_ids):
            person = record.entity_type == 'individual'
            record.write(blank | (identity if person else {}))
        self.partner_id.write({'phone': False, 'email': False})
        self.write({'note': False})

    def _erase_bank_numbers(self):
        """Make the numbers unreadable; the last digits stay with the payouts that went there."""
        self.bank_account_ids.flush_recordset()
        for account in self.bank_account_ids:
            self.env.cr.execute(SQL(
                "UPDATE marketplace_bank_account SET number_encrypted = %s, number_hash = %s,"
                " contact_emails = NULL WHERE id = %s",
                secret.encrypt(self.env, "-"), f"erased-{account.id}", account.id,
            ))  # fmt: skip

    def _personal_documents(self, model):
        """Return the documents of a model about the merchant and its applications."""
        documents = self.env[model]
        return documents.search(Domain.OR(
            Domain(name, 'in', ids)
            for name, ids in (
                ('merchant_id', self.ids), ('application_id', self.application_ids.ids),
            )
            if name in documents._fields
        ))  # fmt: skip

    def _erase_conversations(self, documents):
        """Delete the files, messages, mails and activities of documents."""
        for table, model_field, more in (
            ('ir.attachment', 'res_model', Domain('res_field', '!=', False)),
            ('ir.attachment', 'res_model', Domain('res_field', '=', False)),
            ('mail.message', 'model', Domain.TRUE),
            ('mail.activity', 'res_model', Domain.TRUE),
        ):
            self.env[table].search(
                Domain(model_field, '=', documents._name)
                & Domain('res_id', 'in', documents.ids) & more
            ).unlink()

    def _erase_columns(self, documents, columns):
        """Empty columns that the documents themselves never let anybody change."""
        documents.flush_recordset()
        if documents and columns:
            self.env.cr.execute(SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s)",
                SQL.identifier(documents._table),
                SQL(', ').join(SQL("%s = NULL", SQL.identifier(name)) for name in columns),
                documents.ids,
            ))  # fmt: skip
        documents.invalidate_recordset()
