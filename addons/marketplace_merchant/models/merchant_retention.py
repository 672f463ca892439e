# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

from ..tools import secret


class MarketplaceMerchant(models.Model):
    """What is forgotten of a merchant when the time of retention is over.

    Trade documents stay, with the name and address that they are made out to: orders, invoices,
    statements, payouts, the deposit, accepted agreements, the audit log. The rest goes for good.
    """

    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _erase_personal_data(self):
        """Erase the persons behind merchants that are gone; other addons and files add theirs."""
        for merchant in self.sudo().with_context(active_test=False):
            merchant._erase_contact()
            merchant._erase_papers()
            merchant._erase_bank_accounts()
            merchant._erase_conversations()
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
        self.application_ids.write({
            'street': False, 'city': False, 'zip': False, 'note': False, 'data_on_file': False,
        })
        self.partner_id.write({'phone': False, 'email': False})
        self.write({'note': False})

    def _erase_papers(self):
        """Delete the scans and their numbers; that there was a document remains."""
        documents = self.qualification_ids | self.application_ids.qualification_ids
        self._erase_files(documents)
        documents.write({'number': False, 'filename': False, 'remark': False})
        self._erase_files(self.insurance_policy_ids)
        self.insurance_policy_ids.write({'filename': False})

    def _erase_files(self, documents):
        """Delete what was uploaded with documents; the field itself never changes."""
        self.env['ir.attachment'].search([
            ('res_model', '=', documents._name), ('res_id', 'in', documents.ids),
            ('res_field', '!=', False),
        ]).unlink()  # fmt: skip
        documents.invalidate_recordset()

    def _erase_bank_accounts(self):
        """Make the numbers unreadable; the last digits stay with the payouts that went there."""
        self.bank_account_ids.flush_recordset()
        for account in self.bank_account_ids:
            # No edit of the account, which refuses any: the number is taken out of the database.
            self.env.cr.execute(
                "UPDATE marketplace_bank_account SET number_encrypted = %s, number_hash = %s"
                " WHERE id = %s",
                [secret.encrypt(self.env, "-"), f"erased-{account.id}", account.id],
            )
        self.bank_account_ids.invalidate_recordset()

    def _erase_conversations(self):
        """Delete messages, mails, activities and files about the merchant's onboarding and care."""
        documents = (
            self, self.application_ids, self.qualification_ids, self.bank_account_ids,
            self.member_ids, self.exit_ids, self.closure_ids, self.insurance_policy_ids,
        )  # fmt: skip
        for records in documents:
            for table, model_field in (
                ('mail.message', 'model'), ('mail.activity', 'res_model'),
                ('ir.attachment', 'res_model'),
            ):  # fmt: skip
                self.env[table].with_context(active_test=False).search(
                    [(model_field, '=', records._name), ('res_id', 'in', records.ids)]
                ).unlink()
