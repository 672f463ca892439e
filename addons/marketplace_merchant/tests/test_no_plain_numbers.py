# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import logging
import re
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, config, mute_logger

from odoo.addons.marketplace_merchant.tools import key_rotation, secret
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .people_common import PeopleCommon

# Made up, with right checksums; nobody else's fixtures have them.
IDENTITY = '330106198805170012'
CARD = '6217003810099887766'
OTHER_CARD = '6217003810055443322'
IBAN = 'DE02120300000000202051'
NUMBERS = (IDENTITY, CARD, OTHER_CARD, IBAN)
# Full-width digits and letters, as Chinese keyboards type them
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
BATCH_BYTES = 1 << 20


def spellings(number):
    """Return the pattern that matches a number with any separators, in any case and width."""
    return r'[^0-9A-Za-z\\]{0,3}'.join(
        f'[{"".join(sorted({c, c.lower(), c.translate(WIDE), c.lower().translate(WIDE)}))}]'
        for c in number
    )


def coded(number):
    """Return what is left of a number in base64, whatever stands before it, and in hexadecimal."""
    pieces = [number.encode().hex(), number.encode('utf-16-le').hex()]
    for offset in range(3):
        text = base64.b64encode(b'x' * offset + number.encode()).decode()
        pieces.append(text[(0, 2, 4)[offset]:len(text) - len(text) % 4 - 4])
    return pieces


@tagged('post_install', '-at_install')
class TestNoPlainNumbers(PeopleCommon):
    """A dump of the database and its files gives no identity or bank number away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text_pattern = '|'.join(map(spellings, NUMBERS))
        cls.coded_pieces = [piece for number in NUMBERS for piece in coded(number)]
        everything = '|'.join([cls.text_pattern, *map(re.escape, cls.coded_pieces)])
        cls.pattern = re.compile(everything)
        cls.bytes_pattern = re.compile(everything.encode())

    # === LOOKING === #

    def _tables(self):
        self.env.cr.execute(
            "SELECT c.relname, array_agg(a.attname) FILTER (WHERE a.atttypid = 'bytea'::regtype)"
            "  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relkind IN ('r', 'm') AND c.relnamespace = current_schema::regnamespace"
            " GROUP BY c.relname ORDER BY c.relname"
        )
        return self.env.cr.fetchall()

    def _found_in_database(self, only=None):
        """Return the tables with a row that holds one of the numbers, in any column."""
        self.env.flush_all()
        found = set()
        for table, binaries in self._tables():
            if only and table != only:
                continue
            # What stands in binary columns is looked at as the bytes that it is.
            texts = [SQL("row::text")] + [
                SQL("encode(row.%s, 'escape')", SQL.identifier(name)) for name in binaries or ()
            ]
            condition = SQL(" OR ").join(
                SQL("%(text)s ~ %(pattern)s OR %(text)s LIKE ANY(%(pieces)s)",
                    text=text, pattern=self.text_pattern,
                    pieces=[f'%{piece}%' for piece in self.coded_pieces])
                for text in texts
            )
            self.env.cr.execute(SQL(
                "SELECT 1 FROM %s AS row WHERE %s LIMIT 1", SQL.identifier(table), condition
            ))
            if self.env.cr.rowcount:
                found.add(table)
        return found

    def _found_in_files(self):
        """Return the files of the filestore that hold one of the numbers."""
        return {
            path.name
            for path in Path(config.filestore(self.env.cr.dbname)).rglob('*')
            if path.is_file() and self.bytes_pattern.search(path.read_bytes())
        }

    def _found_in_log(self):
        return [line for line in self.log if self.pattern.search(line)]

    def _listen(self):
        """Collect all that is logged from now on, queries included."""
        self.log = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: self.log.append(record.getMessage())
        # Below this level every query would be in it, with the addresses and names as well.
        logger = logging.getLogger('odoo.addons')
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.INFO)
        for name in ('odoo.addons', 'odoo.sql_db', 'odoo.models', 'odoo.http'):
            logging.getLogger(name).addHandler(handler)
            self.addCleanup(logging.getLogger(name).removeHandler, handler)

    # === ONBOARDING === #

    def _onboard(self):
        """Take an individual in, with all the mistakes and questions of real life, and expel it."""
        application = self._apply()
        merchant = self._approve(application)
        self._change_bank_account(merchant)
        merchant.with_user(self.manager).action_reveal_licence(reason="Call from the bank")
        merchant.message_post(body=f"He says that his number is {IDENTITY}.")
        self._expel(merchant)
        self._come_back()
        return merchant

    def _apply(self):
        application = self._fill(
            company_name="Zhang San", entity_type='company', licence_number=IDENTITY
        )
        # First as a company by mistake, with other separators; corrected afterwards.
        company = dict(self._steps()['company'], company_name="Zhang San")
        application.portal_save('company', dict(
            company, entity_type='individual', licence_number=IDENTITY.lower()
        ))
        self._hand_in(application)
        return application

    def _hand_in(self, application):
        for kind in application._portal_form_options()['document_types']:
            until = '2999-12-31' if kind.needs_expiry else None
            application.portal_upload(kind.id, "card.png", self.scan, IDENTITY, until)
        application.portal_submit()

    def _approve(self, application):
        reviewed = application.with_user(self.officer)
        reviewed.action_start_review()
        reviewed.action_reveal_licence(reason=f"Compared with the card {IDENTITY[:6]}")
        wizard = self.env['marketplace.reason.wizard'].with_user(self.officer).with_context(
            active_model=reviewed._name, active_ids=reviewed.ids,
            marketplace_action='action_reject',
        ).create({'reason': "x"})
        wizard.reason = f"No such person: {IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}"
        with self.assertRaisesRegex(UserError, "leave the identity number out"):
            wizard.action_confirm()
        wizard.unlink()
        for check in reviewed.check_ids.filtered(lambda check: check.decision == 'none'):
            if check.machine_result == 'failed':
                check.action_accept_anyway("Seen the card")
            else:
                check.action_accept()
        reviewed.action_recommend()
        application.with_user(self.second_officer).action_approve()
        return application.sudo().merchant_id.with_user(self.env.user)

    def _change_bank_account(self, merchant):
        owner = merchant.with_user(self.applicant)
        with self.assertRaises(FieldErrors):
            owner.portal_set_bank_account("", "Bank of China", CARD)
        for number in (" ".join(re.findall('.{1,4}', CARD)), IBAN, OTHER_CARD.translate(WIDE)):
            try:
                account = owner.portal_set_bank_account(
                    "Zhang San", "Bank of China", number, self.applicant.login
                )
            except FieldErrors:
                # Full-width digits are refused; they must not be left behind either.
                continue
            account.with_user(self.manager).action_verify()
            account.with_user(self.manager).action_reveal(reason="The bank asked")

    def _come_back(self):
        """Somebody else comes with the same identity and is noticed."""
        application = self._fill(
            self.stranger, company_name="Li Si", entity_type='individual',
            licence_number=IDENTITY, shop_name="Second Try",
        )
        self._hand_in(application)
        check = self._check(application, 'blacklist')
        self.assertEqual(check.machine_result, 'failed')

    # === TESTS === #

    def test_a_dump_after_onboarding_gives_no_number_away(self):
        self._listen()
        merchant = self._onboard()
        self.assertEqual(merchant.state, 'expelled')
        self.assertEqual(merchant._licence_plain(), IDENTITY, "The number is there, encrypted.")
        self.env['marketplace.audit.log']._seal()
        self.assertEqual(self._found_in_database(), set())
        self.assertEqual(self._found_in_files(), set())
        self.assertEqual(self._found_in_log(), [])
        self._check_tokens()

    def test_the_search_finds_what_is_there(self):
        """Each spelling in each kind of place: a search that finds nothing anywhere is no proof."""
        spelled = (
            IDENTITY, CARD.translate(WIDE), "-".join(re.findall('.{1,4}', CARD)),
            IBAN.lower(), " ".join(IBAN), base64.b64encode(f"a{CARD}b".encode()).decode(),
            base64.b64encode(f"ab{IDENTITY}".encode()).decode(), OTHER_CARD.encode().hex(),
        )
        partner = self.env['res.partner'].create({'name': "Plain"})
        for text in spelled:
            partner.comment = f"<p>My number: {text}.</p>"
            self.assertTrue(self._found_in_database('res_partner'), text)
        partner.unlink()
        self.env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
        attachment = self.env['ir.attachment'].create({
            'name': "x.bin", 'raw': f"\x00Card {CARD}".encode(), 'mimetype': 'application/x-x',
        })
        self.assertTrue(self._found_in_database('ir_attachment'))
        attachment.unlink()
        self.env['ir.config_parameter'].set_param('ir_attachment.location', 'file')
        attachment = self.env['ir.attachment'].create({
            'name': "y.bin", 'raw': f"\x00Card {CARD}!".encode(), 'mimetype': 'application/x-x',
        })
        path = Path(attachment._full_path(attachment.store_fname))
        self.assertIn(path.name, self._found_in_files())
        path.unlink()
        self._listen()
        logging.getLogger('odoo.addons').info("Paid to %s", IBAN)
        self.assertTrue(self._found_in_log())

    def _check_tokens(self):
        """Encrypted values stand only where the rotation of keys finds them."""
        token = re.escape(secret.current_key(self.env)) + r':[A-Za-z0-9+/]{40,}={0,2}'
        known = {
            (column.table, column.field) for column in key_rotation.secret_columns(self.env)
        }
        self.env.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema AND data_type IN ('text', 'character varying')"
        )
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(SQL(
                "SELECT 1 FROM %s WHERE %s ~ %s LIMIT 1",
                SQL.identifier(table), SQL.identifier(column), f'^{token}$',
            ))
            if self.env.cr.rowcount:
                self.assertIn((table, column), known)

    @mute_logger('odoo.addons.mail.models.mail_thread')
    def test_texts_about_merchants_are_stored_without_identity_numbers(self):
        merchant = self._merchant("Chatty Ltd", '91310115MA1K4BCD29', self.applicant)
        typed = f"{IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}"
        message = merchant.message_post(body=f"It is {typed}, I think", subject=IDENTITY)
        self.assertNotIn(IDENTITY[6:14], message.body + message.subject)
        self.assertIn("0012, I think", message.body)
        message.write({'body': f"No, {IDENTITY}"})
        self.assertNotIn(IDENTITY, message.body)
        other = self.env['res.partner'].create({'name': "Elsewhere"}).message_post(body=IDENTITY)
        self.assertIn(IDENTITY, other.body, "Conversations of other apps are not ours.")
        order = "Parcel 330106198805170018 is late"
        self.assertIn(order, merchant.message_post(body=order).body, "No identity: no such check.")
        Log = self.env['marketplace.audit.log']
        Log._log(merchant, 'change', reason=f"He is {IDENTITY}", after={'x': IDENTITY})
        row = Log.search([('res_id', '=', merchant.id)], limit=1)
        self.assertNotIn(IDENTITY[6:14], f"{row.reason}{row.after}")

    def test_no_text_of_a_merchants_paper_is_indexed(self):
        merchant = self._merchant("Paper Ltd", '91310115MA1K4BCD29', self.applicant)
        attachment = self.env['ir.attachment'].create({
            'name': "card.txt", 'raw': IDENTITY.encode(), 'mimetype': 'text/plain',
            'res_model': merchant._name, 'res_id': merchant.id,
        })
        self.assertFalse(attachment.index_content)
        attachment.raw = f"Again {IDENTITY}".encode()
        self.assertFalse(attachment.index_content)
        attachment.res_model = False
        attachment.raw = b"Something else"
        self.assertEqual(attachment.index_content, "Something else")
        attachment.res_model = merchant._name
        self.assertFalse(attachment.index_content)

    def test_a_number_typed_as_a_business_is_sealed_when_it_is_a_persons(self):
        application = self._fill(entity_type='company', licence_number=IDENTITY)
        self.assertEqual(application.sudo().licence_number, '330***********0012')
        merchant = self._merchant("Firm", 'HRB12345', self.applicant)
        self.assertEqual(merchant.licence_number, 'HRB12345')
        merchant.entity_type = 'individual'
        self.assertNotEqual(merchant.licence_number, 'HRB12345')
        self.assertEqual(merchant._licence_plain(), 'HRB12345')
