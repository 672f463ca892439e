# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

# Published as an example of an account number; the bank does not exist.
DEMO_ACCOUNT = 'DE89370400440532013000'


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    @api.model
    def _tell_orders(self):
        self._tell_channels()
        return super()._tell_orders()

    @api.model
    def _tell_channels(self):
        """The finance manager connects the bank: by a file to upload, and by a sheet in reserve."""
        company = self.env.company
        journal = self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', company.id)], limit=1
        )
        if not journal.bank_account_id:
            journal.bank_account_id = self.env['res.partner.bank'].create({
                'acc_number': DEMO_ACCOUNT, 'partner_id': company.partner_id.id,
            })  # fmt: skip
        self.env['marketplace.payout.channel'].with_user(self._user('financemanager')).create([
            {'name': "Main bank, upload of a payment file", 'kind': 'file_pain001',
             'journal_id': journal.id, 'company_id': company.id},
            {'name': "Main bank, sheet", 'kind': 'file_csv', 'journal_id': journal.id,
             'company_id': company.id, 'sequence': 20},
        ])  # fmt: skip
