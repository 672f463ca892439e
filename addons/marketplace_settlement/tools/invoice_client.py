# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The small interface behind which every e-invoice service is plugged in.

The marketplace sends ``POST`` with a JSON object, ``Authorization: Bearer <token>`` and an
``Idempotency-Key``, the same for each repetition of a document::

    {"key": "9f…", "document": {"number": "INV/2026/0007", …}, "signature": "5b…"}

``signature`` is the HMAC-SHA256, in hexadecimal and with the token as its key, of the JSON of key
and document with sorted keys and no spaces. The service answers with status 200 and::

    {"key": "9f…", "result": "accepted", "reference": "25317000000012345678", "note": ""}

``result`` is ``accepted``, or ``rejected`` with the reason in ``note``. Whatever else comes back is
no answer, and the document is sent again with the same key.
"""

import hashlib
import hmac
import json

from odoo.addons.marketplace_merchant.tools.verification_client import (
    NOTE_MAX_LENGTH,
    NoAnswer,
    ask,
)

RESULTS = ('accepted', 'rejected')


def hand_over(url, secret, key, document, timeout):
    """Send a document once.

    :return: result, reference and note
    :rtype: dict
    :raise NoAnswer: when there is no usable answer
    """
    message = {'key': key, 'document': document}
    answer = ask(
        url, dict(message, signature=sign(message, secret)), token=secret, key=key, timeout=timeout
    )
    if not isinstance(answer, dict) or answer.get('result') not in RESULTS:
        raise NoAnswer('nonsense')
    if answer.get('key') != key:
        raise NoAnswer('other_subject')
    return {
        'result': answer['result'],
        'reference': _text(answer.get('reference')),
        'note': _text(answer.get('note')),
    }


def sign(message, secret):
    """Return the signature of a message."""
    payload = json.dumps(message, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def _text(value):
    text = ' '.join(value.split()) if isinstance(value, str) else ''
    return text.replace('\0', '')[:NOTE_MAX_LENGTH]
