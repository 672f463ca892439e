# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from .people_common import IDENTITY, LICENCES, PeopleCommon

CARD = '6217003810099887766'
IBAN = 'DE02120300000000202051'


@tagged('post_install', '-at_install')
class TestBlacklist(PeopleCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Blacklist = cls.env['marketplace.blacklist']
        cls.merchant = cls._merchant("Expelled Ltd", LICENCES[1], cls.applicant)
        cls.merchant.write({'legal_representative': "Li Na", 'email': "li@expelled.test"})
        owner = cls.merchant.with_user(cls.applicant)
        account = owner.portal_set_bank_account("Expelled Ltd", "Bank", CARD)
        account.with_user(cls.manager).action_verify()
        owner.portal_set_bank_account("Expelled Ltd", "Bank", IBAN, cls.applicant.login)

    def _banned(self):
        self._expel(self.merchant)
        return self.Blacklist.search([('merchant_id', '=', self.merchant.id)])

    def test_everything_that_would_come_back_is_on_the_list(self):
        entries = self._banned()
        self.assertEqual(
            sorted(entries.mapped('kind')),
            ['bank_account', 'bank_account', 'email', 'licence', 'phone', 'representative'],
        )
        self.assertEqual(set(entries.mapped('reason')), {"Counterfeits"})
        self.assertNotIn(CARD, f"{entries.read()}")

    def test_each_identity_is_found_however_it_is_typed(self):
        self._banned()
        for kind, typed in (
            ('licence', LICENCES[1].lower()), ('representative', " LI  NA "),
            ('email', "LI@expelled.test"), ('phone', "+86 138 0013 8001"),
            ('bank_account', "6217 0038 1009 9887 766"), ('bank_account', ["1", IBAN.lower()]),
        ):
            self.assertEqual(self.Blacklist._find({kind: typed}).kind, kind, typed)
        self.assertFalse(self.Blacklist._find({'phone': CARD}), "Kinds are not mixed up.")
        self.assertFalse(self.Blacklist._find({'licence': False, 'bank_account': []}))
        self.assertFalse(self.Blacklist._find({}))

    def test_several_identities_take_one_query(self):
        self._banned()
        identities = self.merchant._identities()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(len(self.Blacklist._find(identities)._ids), 6)

    def test_a_name_alone_is_only_a_hint(self):
        self.assertEqual(
            self._banned().filtered('is_hint').mapped('kind'), ['representative']
        )

    def test_expelling_twice_lifts_nothing_and_doubles_nothing(self):
        entries = self._banned()
        entries.filtered(lambda entry: entry.kind == 'email').active = False
        self.Blacklist._ban(self.merchant, self.merchant._identities(), "Again")
        again = self.Blacklist.with_context(active_test=False).search(
            [('merchant_id', '=', self.merchant.id)]
        )
        self.assertEqual(again, entries)
        self.assertTrue(all(again.mapped('active')))
        self.assertEqual(set(again.mapped('reason')), {"Counterfeits"})

    def test_a_manager_types_one_in_by_hand(self):
        entry = self.Blacklist.with_user(self.manager).create(
            {'kind': 'bank_account', 'value': "6222 0000 1111 2222", 'reason': "Police"}
        )
        self.assertEqual(entry.value_masked, "62***************22")
        self.assertEqual(self.Blacklist._find({'bank_account': '6222000011112222'}), entry)
        with self.assertRaises(UserError):
            self.Blacklist.with_user(self.manager).create(
                {'kind': 'bank_account', 'value': " - ", 'reason': "Nothing"}
            )

    def test_an_individual_is_found_by_the_identity_number(self):
        person = self._merchant("Zhang San", 'X-1', self.stranger)
        person.write({'entity_type': 'individual', 'licence_number': IDENTITY})
        self._expel(person, "Fraud")
        self.assertEqual(self.Blacklist._find({'licence': IDENTITY}).merchant_id, person)
