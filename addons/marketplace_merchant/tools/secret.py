# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Secrets that a database dump must not give away: identity and bank numbers.

The keys live in a file outside the database. Its place, first one found:

1. environment variable ``MARKETPLACE_KEY_FILE``;
2. ``key_file`` in section ``[marketplace]`` of odoo.conf;
3. ``marketplace_keys.json`` in Odoo's data directory.

A missing file is made on first use, which suits development. In production set
``key_required = True`` in section ``[marketplace]`` (or ``MARKETPLACE_KEY_REQUIRED=1``): then a
missing file is an error, because a key made silently would hide that the real one is lost.

The file is JSON; every key is 32 random bytes in base64::

    {"current": "2026-01", "keys": {"2025-07": "…", "2026-01": "…"}, "hash_key": "…"}

New texts use the key named as ``current``; each names the key it was written with, so that old and
new ones are readable side by side. The command ``odoo marketplace_keys`` adds a key and writes
everything anew with it. ``hash_key`` stays, or numbers stored before could no longer be found.
"""

import base64
import binascii
import fcntl
import hashlib
import hmac
import json
import logging
import os
import secrets
import tempfile
import unicodedata
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odoo.exceptions import UserError
from odoo.tools import config, str2bool

_logger = logging.getLogger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12
SEPARATOR = ':'
MASK_CHARACTER = '*'


def keyed_hash(env, value):
    """Fingerprint by which an encrypted value is found again.

    Case, width, spaces and punctuation don't count: ``ab-1 2`` and ``AB12`` are the same value.

    :return: 64 hexadecimal digits, or False when nothing is left of the value.
    :raise UserError: if the key file is missing or damaged.
    """
    normalised = ''.join(filter(str.isalnum, unicodedata.normalize('NFKC', value or '').casefold()))
    if not normalised:
        return False
    return hmac.new(_load_keys(env)['hash_key'], normalised.encode(), hashlib.sha256).hexdigest()


def encrypt(env, text):
    """Encrypt with AES-256-GCM under the current key.

    :return: ``<key id>:<base64 of nonce and ciphertext>``; different for each call.
    :raise UserError: if the key file is missing or damaged.
    """
    keys = _load_keys(env)
    key_id = keys['current']
    nonce = secrets.token_bytes(NONCE_BYTES)
    # The key id is authenticated too: a token can't be relabelled to another key.
    sealed = AESGCM(keys['keys'][key_id]).encrypt(nonce, text.encode(), key_id.encode())
    return key_id + SEPARATOR + base64.b64encode(nonce + sealed).decode()


def decrypt(env, token):
    """Give back the text that :func:`encrypt` was called with.

    :raise UserError: if the key of the token is missing, or the token was altered.
    """
    key_id, _separator, sealed = token.partition(SEPARATOR)
    key = _load_keys(env)['keys'].get(key_id)
    if not key:
        raise UserError(env._(
            "This value was encrypted with the key “%(key)s”, which the key file no longer has."
            " Ask your administrator to put it back.", key=key_id,
        ))
    try:
        sealed = base64.b64decode(sealed, validate=True)
        text = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key_id.encode())
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise UserError(env._(
            "This encrypted value can't be read: it was altered, or the key is the wrong one."
        )) from error
    return text.decode()


def mask(text, start=0, end=4):
    """Hide the middle of a text. A text too short to hide most of it is hidden completely.

    :param int start: how many characters stay visible at the beginning.
    :param int end: how many characters stay visible at the end.
    """
    text = text or ''
    hidden = len(text) - start - end
    if hidden < start + end:
        return MASK_CHARACTER * len(text)
    return text[:start] + MASK_CHARACTER * hidden + text[len(text) - end:]


def current_key(env):
    """Return the name of the key that new texts are encrypted with."""
    return _load_keys(env)['current']


def key_names(env):
    """Return the names of all keys of the file, the one added last at the end."""
    return list(_load_keys(env)['keys'])


def check_keys(env):
    """Fail at start-up rather than at the first secret.

    :raise UserError: if the key file is required and missing, or damaged.
    """
    _load_keys(env)


def add_key(env, key_id=None):
    """Add a key to the file, without using it yet.

    Every process reads a changed file by itself. Other servers need their copy of the file before
    the key is used: until then they could not read what is written with it.

    :param str key_id: the name of the key; the day and a number if none is given
    :return: the name
    :raise UserError: if there is such a key already, or the file can't be written
    """
    check_keys(env)
    with _edit_key_file(env) as content:
        keys = content['keys']
        if not key_id:
            today = date.today().isoformat()
            key_id = next(
                name for name in (today, *(f"{today}-{n}" for n in range(2, len(keys) + 3)))
                if name not in keys
            )
        if key_id in keys or SEPARATOR in key_id:
            raise UserError(env._(
                "“%s” can't be the name of a new key: it is taken, or has a colon.", key_id,
            ))
        keys[key_id] = _new_key()
    return key_id


def use_key(env, key_id=None):
    """Encrypt with this key from now on; with the one added last if none is named.

    :return: the name of the key in use
    :raise UserError: if there is no such key, or the file can't be written
    """
    keys = _load_keys(env)
    key_id = key_id or list(keys['keys'])[-1]
    if key_id not in keys['keys']:
        raise UserError(env._("The key file has no key “%s”.", key_id))
    if key_id != keys['current']:
        with _edit_key_file(env) as content:
            content['current'] = key_id
    return key_id


# === KEY FILE === #

def _setting(name):
    """Value from the environment, else from section [marketplace] of odoo.conf.

    A section of our own, because Odoo warns of every option that it does not know in its own.
    """
    if value := os.environ.get(f'MARKETPLACE_{name.upper()}'):
        return value
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(config.get('config') or [])
    except ConfigParserError:
        return None
    return parser.get('marketplace', name, fallback=None)


def _key_path():
    return Path(_setting('key_file') or Path(config['data_dir']) / 'marketplace_keys.json')


def _load_keys(env):
    """Keys as bytes; read again when the file changes, so a rotation needs no restart."""
    path = _key_path()
    if not path.exists():
        if str2bool(_setting('key_required') or '', False):
            raise UserError(env._(
                "The key file %(path)s is missing, so bank and identity numbers can be neither"
                " stored nor read. Restore it from your backup, or create it if this is a new"
                " installation.", path=path,
            ))
        _create_key_file(path)
    try:
        return _parse_key_file(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(env._(
            "The key file %(path)s can't be used: it can't be read, or is not as described in the"
            " operations guide.", path=path,
        )) from error


@lru_cache(maxsize=4)
def _parse_key_file(path, _modified):
    content = json.loads(path.read_text(encoding='utf-8'))
    keys = {key_id: _decode_key(key) for key_id, key in content['keys'].items()}
    if content['current'] not in keys or any(SEPARATOR in key_id for key_id in keys):
        raise ValueError('current')
    return {
        'current': content['current'],
        'keys': keys,
        'hash_key': _decode_key(content['hash_key']),
    }


@contextmanager
def _edit_key_file(env):
    """Give the content of the key file to be changed, and replace the file by it.

    One at a time: of two keys added at once, none may be lost. Whoever reads meanwhile finds the
    old file or the new one, complete, with the same owner and rights.
    """
    path = _key_path().resolve()
    try:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            content = json.loads(path.read_text(encoding='utf-8'))
            yield content
            temporary = _write_beside(path, content)
            status = path.stat()
            os.chown(temporary, status.st_uid, status.st_gid)
            os.chmod(temporary, status.st_mode & 0o777)
            os.replace(temporary, path)
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise UserError(env._(
            "The key file %(path)s can't be changed: %(error)s", path=path, error=error.strerror,
        )) from error


def _write_beside(path, content):
    """Write the content to a new file in the same folder, which only its owner can read."""
    # Files of mkstemp are readable by their owner alone from the first moment.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, 'w', encoding='utf-8') as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _decode_key(text):
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(len(key))
    return key


def _create_key_file(path):
    """Write a key file that only its owner can read; of several processes the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _write_beside(path, {
        'current': '1',
        'keys': {'1': _new_key()},
        'hash_key': _new_key(),
    })
    try:
        # A link, unlike a rename, never replaces the file of a faster process.
        os.link(temporary, path)
        _logger.info("Created the key file %s for bank and identity numbers; back it up.", path)
    except FileExistsError:
        _logger.info("The key file %s was created by another process.", path)
    finally:
        os.unlink(temporary)


def _new_key():
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
