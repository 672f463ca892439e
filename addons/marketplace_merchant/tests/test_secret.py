# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from odoo.addons.marketplace_merchant.tools import secret

NUMBER = "6222 0212 3456 7890 123"


@tagged('post_install', '-at_install')
class TestSecret(TransactionCase):

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / 'keys.json'
        environment = patch.dict(os.environ, {'MARKETPLACE_KEY_FILE': str(self.path)})
        environment.start()
        self.addCleanup(environment.stop)

    def _rewrite(self, **changes):
        content = json.loads(self.path.read_text()) | changes
        self.path.write_text(json.dumps(content))
        # File systems with coarse clocks would hide a change within the same tick.
        os.utime(self.path, ns=(0, os.stat(self.path).st_mtime_ns + 10**9))

    def test_decrypting_gives_the_text_back(self):
        token = secret.encrypt(self.env, NUMBER)
        self.assertNotIn("6222", token)
        self.assertEqual(secret.decrypt(self.env, token), NUMBER)

    def test_the_same_text_never_looks_the_same(self):
        self.assertNotEqual(secret.encrypt(self.env, NUMBER), secret.encrypt(self.env, NUMBER))

    def test_an_altered_token_is_refused(self):
        key_id, _separator, sealed = secret.encrypt(self.env, NUMBER).partition(':')
        data = bytearray(base64.b64decode(sealed))
        data[-1] ^= 1
        for token in (f'{key_id}:{base64.b64encode(data).decode()}', f'{key_id}:', f'{key_id}:é'):
            with self.assertRaisesRegex(UserError, "altered"):
                secret.decrypt(self.env, token)

    def test_the_key_file_is_made_for_its_owner_only(self):
        secret.check_keys(self.env)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual(os.listdir(self.folder), ['keys.json'])

    def test_a_process_that_comes_second_uses_the_first_ones_keys(self):
        token = secret.encrypt(self.env, NUMBER)
        secret._create_key_file(self.path)
        self.assertEqual(secret.decrypt(self.env, token), NUMBER)

    def test_keys_rotate(self):
        old_token = secret.encrypt(self.env, NUMBER)
        old_hash = secret.keyed_hash(self.env, NUMBER)
        keys = json.loads(self.path.read_text())['keys']
        self._rewrite(current='2', keys=keys | {'2': secret._new_key()})
        new_token = secret.encrypt(self.env, NUMBER)
        self.assertTrue(new_token.startswith('2:'))
        self.assertEqual(secret.decrypt(self.env, old_token), NUMBER)
        self.assertEqual(secret.decrypt(self.env, new_token), NUMBER)
        self.assertEqual(secret.keyed_hash(self.env, NUMBER), old_hash)

    def test_a_token_relabelled_to_another_key_is_refused(self):
        token = secret.encrypt(self.env, NUMBER)
        keys = json.loads(self.path.read_text())['keys']
        self._rewrite(keys=keys | {'2': keys['1']})
        with self.assertRaisesRegex(UserError, "altered"):
            secret.decrypt(self.env, token.replace('1:', '2:', 1))

    def test_a_lost_key_is_named(self):
        token = secret.encrypt(self.env, NUMBER)
        self._rewrite(current='new', keys={'new': secret._new_key()})
        with self.assertRaisesRegex(UserError, "“1”"):
            secret.decrypt(self.env, token)

    def test_a_required_key_file_is_never_made_silently(self):
        with (
            patch.dict(os.environ, {'MARKETPLACE_KEY_REQUIRED': 'True'}),
            self.assertRaisesRegex(UserError, "is missing"),
        ):
            secret.encrypt(self.env, NUMBER)
        self.assertFalse(self.path.exists())

    def test_odoo_does_not_start_without_a_required_key(self):
        with (
            patch.dict(os.environ, {'MARKETPLACE_KEY_REQUIRED': '1'}),
            self.assertRaisesRegex(UserError, "is missing"),
        ):
            self.env['marketplace.bank.account']._register_hook()

    def test_a_damaged_key_file_is_refused_and_kept(self):
        for content in ('', '[]', '{"current": "1", "keys": {"1": "c2hvcnQ="}, "hash_key": "x"}'):
            self.path.write_text(content)
            with self.assertRaisesRegex(UserError, "can't be used"):
                secret.check_keys(self.env)
            self.assertEqual(self.path.read_text(), content)

    def test_the_settings_come_from_the_configuration_file(self):
        other = self.folder / 'other.json'
        odoo_conf = self.folder / 'odoo.conf'
        odoo_conf.write_text(f"[marketplace]\nkey_file = {other}\n")
        del os.environ['MARKETPLACE_KEY_FILE']
        with patch.dict(config.options, {'config': str(odoo_conf)}):
            secret.check_keys(self.env)
        self.assertTrue(other.exists())

    def test_a_number_is_found_however_it_is_typed(self):
        stored = secret.keyed_hash(self.env, NUMBER)
        for typed in ("62220212 34567890123", "6222-0212-3456-7890-123", "６２２２021234567890123"):
            self.assertEqual(secret.keyed_hash(self.env, typed), stored)
        self.assertNotEqual(secret.keyed_hash(self.env, "6222"), stored)
        self.assertFalse(secret.keyed_hash(self.env, " - "))

    def test_a_mask_hides_most_of_it(self):
        self.assertEqual(secret.mask("1234567890"), "******7890")
        self.assertEqual(secret.mask("13800138000", start=3, end=2), "138******00")
        self.assertEqual(secret.mask("12345"), "*****")
        self.assertEqual(secret.mask(False), "")
