# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json
import os
import shutil
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.tools import key_rotation, secret

from .listing_common import ListingCommon
from .people_common import IDENTITY

ROTATION = 'odoo.addons.marketplace_merchant.tools.key_rotation'


class Interrupted(Exception):
    """What a kill looks like from within."""


@tagged('post_install', '-at_install')
class TestKeyRotation(ListingCommon):

    def setUp(self):
        super().setUp()
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        secret.check_keys(self.env)
        # A copy: what the database holds already must stay readable.
        self.path = Path(shutil.copy(secret._key_path(), folder / 'keys.json'))
        environment = patch.dict(os.environ, {'MARKETPLACE_KEY_FILE': str(self.path)})
        environment.start()
        self.addCleanup(environment.stop)
        self.old_key = secret.current_key(self.env)
        number = 60000000
        self.accounts = self.env['marketplace.bank.account']
        for merchant in (self.merchant, self.rival):
            number += 1
            self.accounts |= self.accounts.create(
                merchant._prepare_bank_account_values(merchant.name, "Bank", str(number))
            )
        self.merchant.write({'entity_type': 'individual', 'licence_number': IDENTITY})
        self.env.flush_all()

    def _rotate(self, **kwargs):
        results = key_rotation.rotate(self.env, kwargs.pop('commit', lambda: None), **kwargs)
        self.env.invalidate_all()
        return {f'{r.column.model_name}.{r.column.field}': r for r in results}

    def _keys_in_use(self):
        return {
            key_id
            for column in key_rotation.secret_columns(self.env)
            for key_id in key_rotation.count_by_key(self.env, column)
        }

    # === THE FILE === #

    def test_a_new_key_is_there_but_not_used_yet(self):
        key = secret.add_key(self.env)
        self.assertEqual(secret.current_key(self.env), self.old_key)
        self.assertTrue(secret.encrypt(self.env, "x").startswith(f'{self.old_key}:'))
        self.assertEqual(secret.key_names(self.env)[-1], key)
        self.assertEqual(secret.use_key(self.env), key)
        self.assertTrue(secret.encrypt(self.env, "x").startswith(f'{key}:'))

    def test_keys_of_one_day_have_different_names(self):
        names = {secret.add_key(self.env) for _turn in range(3)}
        self.assertEqual(len(names), 3)
        self.assertLessEqual(names, set(secret.key_names(self.env)))

    def test_a_name_that_is_taken_or_impossible_is_refused(self):
        before = self.path.read_text()
        for name in (self.old_key, "a:b"):
            with self.assertRaisesRegex(UserError, "name of a new key"):
                secret.add_key(self.env, name)
        with self.assertRaisesRegex(UserError, "no key"):
            secret.use_key(self.env, "unknown")
        self.assertEqual(self.path.read_text(), before)

    def test_the_file_keeps_its_rights_and_its_other_keys(self):
        self.path.chmod(0o640)
        before = json.loads(self.path.read_text())
        secret.add_key(self.env)
        after = json.loads(self.path.read_text())
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o640)
        self.assertEqual(before['hash_key'], after['hash_key'])
        self.assertLessEqual(before['keys'].items(), after['keys'].items())
        self.assertEqual(os.listdir(self.path.parent), ['keys.json'])

    def test_a_file_that_cannot_be_written_is_said_so(self):
        with (
            patch.object(os, 'replace', side_effect=PermissionError(13, "Permission denied")),
            self.assertRaisesRegex(UserError, "Permission denied"),
        ):
            secret.add_key(self.env)

    # === THE VALUES === #

    def test_all_values_are_written_anew_and_read_as_before(self):
        numbers = [account._number() for account in self.accounts]
        hashes = self.accounts.mapped('number_hash')
        key = secret.use_key(self.env, secret.add_key(self.env))
        results = self._rotate()
        self.assertEqual(self._keys_in_use(), {key})
        self.assertEqual([account._number() for account in self.accounts], numbers)
        self.assertEqual(self.accounts.mapped('number_hash'), hashes)
        self.assertEqual(self.merchant._licence_plain(), IDENTITY)
        bank = results['marketplace.bank.account.number_encrypted']
        self.assertGreaterEqual(bank.rewritten, 2)
        self.assertEqual((bank.unreadable, bank.left), ([], 0))
        row = self.env['marketplace.audit.log'].search(
            [('reason', '=', "Key rotation"), ('model_name', '=', 'marketplace.bank.account')],
            limit=1,
        )
        self.assertEqual(
            row.after, {'key': key, 'rewritten': bank.rewritten, 'unreadable': 0}
        )

    def test_calling_it_again_writes_nothing(self):
        secret.use_key(self.env, secret.add_key(self.env))
        self._rotate()
        tokens = self.accounts.mapped('number_encrypted')
        self.assertEqual({result.rewritten for result in self._rotate().values()}, {0})
        self.assertEqual(self.accounts.mapped('number_encrypted'), tokens)

    def test_an_interrupted_rotation_goes_on_where_it_was(self):
        key = secret.use_key(self.env, secret.add_key(self.env))
        commits = []

        def commit():
            commits.append(1)
            if len(commits) == 2:
                raise Interrupted

        # Not with `assertRaises`: it would undo what was committed before the kill.
        try:
            self._rotate(commit=commit, batch=1)
            self.fail("Nothing interrupted it.")
        except Interrupted:
            self.env.invalidate_all()
        self.assertLessEqual({self.old_key, key}, self._keys_in_use())
        done = self._tokens(key)
        self._rotate(batch=1)
        self.assertEqual(self._keys_in_use(), {key})
        self.assertLess(done, self._tokens(key), "What was done is not done again.")

    def _tokens(self, key):
        accounts = self.env['marketplace.bank.account'].search([])
        return {
            account.number_encrypted for account in accounts
            if account.number_encrypted.startswith(f'{key}:')
        }

    def test_values_that_cannot_be_read_are_reported_and_left(self):
        account = self.accounts[0]
        broken = 'gone:' + account.number_encrypted.partition(':')[2]
        self.env.cr.execute(
            "UPDATE marketplace_bank_account SET number_encrypted = %s WHERE id = %s",
            [broken, account.id],
        )
        key = secret.use_key(self.env, secret.add_key(self.env))
        with mute_logger(ROTATION):
            result = self._rotate()['marketplace.bank.account.number_encrypted']
        self.assertEqual((result.unreadable, result.left), ([account.id], 0))
        self.assertEqual(account.number_encrypted, broken)
        self.assertEqual(self._keys_in_use(), {key, 'gone'})

    def test_every_column_for_secrets_is_known_to_the_rotation(self):
        columns = {
            (column.model_name, column.field) for column in key_rotation.secret_columns(self.env)
        }
        self.assertLessEqual({
            ('marketplace.bank.account', 'number_encrypted'),
            ('marketplace.merchant', 'licence_secret'),
            ('marketplace.merchant.application', 'licence_secret'),
        }, columns)
