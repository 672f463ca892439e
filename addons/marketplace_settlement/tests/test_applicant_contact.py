# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.people_common import PeopleCommon


@tagged('post_install', '-at_install')
class TestApplicantContact(PeopleCommon):
    """An applicant may have been a shopper before: its purchases never become the merchant's."""

    def _book(self, partner):
        """Return journal items in the name of a partner."""
        accounts = self.env['account.account'].search(
            [('account_type', 'in', ('income', 'expense'))], limit=2
        )
        move = self.env['account.move'].create({
            'move_type': 'entry',
            'line_ids': [
                Command.create({
                    'partner_id': partner.id, 'account_id': account.id, 'name': "Tea",
                    'debit': debit, 'credit': 10 - debit,
                })
                for account, debit in zip(accounts, (10, 0), strict=True)
            ],
        })  # fmt: skip
        return move.line_ids

    def test_a_contact_without_history_joins_the_merchant(self):
        merchant = self._approved()
        self.assertEqual(self.applicant.partner_id.parent_id, merchant.partner_id)

    def test_a_shopper_stays_a_contact_of_its_own(self):
        contact = self.applicant.partner_id
        self.env['sale.order'].create({'partner_id': contact.id})
        merchant = self._approved()
        self.assertEqual(merchant.member_ids.user_id, self.applicant)
        self.assertFalse(contact.parent_id)

    def test_journal_items_stay_with_the_person_whatever_its_tax_number(self):
        contact = self.applicant.partner_id
        for vat in (False, 'CN910000000000000000'):
            with self.subTest(vat=vat):
                contact.vat = vat
                items = self._book(contact)
                merchant = self._approved()
                self.assertEqual(merchant.state, 'active')
                self.assertEqual(items.partner_id, contact)
                self._expel(merchant, "Next one")
                self.env['marketplace.blacklist'].search([]).active = False

    def test_a_company_as_applicant_stays_one(self):
        contact = self.applicant.partner_id
        contact.write({'is_company': True, 'vat': 'CN910000000000000000'})
        self._approved()
        self.assertFalse(contact.parent_id)
        self.assertTrue(contact.is_company)
