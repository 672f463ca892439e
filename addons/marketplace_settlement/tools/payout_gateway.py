# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The small interface behind which every payment gateway is plugged in.

The marketplace calls three addresses under the one of the channel, with ``Authorization: Bearer
<token>``; amounts are texts, as they are printed::

    POST /payouts            the instruction, with ``Idempotency-Key: <key>``
    {"key": "9f…", "name": "PAY/0007", "amount": "113.96", "currency": "CNY",
     "creditor": {"name": "…", "bank": "…", "account": "6222…"}}

    GET /payouts/<key>       what has become of it
    GET /payouts             the instructions received last: {"payouts": [{"key": "9f…"}, …]}

The first two are answered with status 200 and a JSON object that names the instruction::

    {"key": "9f…", "status": "paid", "amount": "113.96", "currency": "CNY",
     "reference": "CMB-77", "reason": ""}

``status`` is ``accepted``, ``paid``, ``rejected``, ``returned`` (the money came back after it was
paid), or ``none`` for a key that the gateway has never seen. A gateway carries out a key once,
however often it is sent. Whatever else comes back is no answer.

Of what happens later the gateway tells by ``POST`` to the callback address of the channel: the
same object with ``"event"``, a text that no other event has. ``X-Timestamp`` is the time in seconds
since 1970, ``X-Signature`` the HMAC-SHA256 in hexadecimal digits, under the channel's secret, of
the timestamp, a full stop and the body.
"""

import hmac
from collections import namedtuple
from decimal import Decimal, InvalidOperation
from time import time

from odoo.addons.marketplace_merchant.tools.verification_client import NoAnswer, ask

STATUSES = ('accepted', 'paid', 'rejected', 'returned', 'none')
TEXT_MAX_LENGTH = 140
CLOCK_TOLERANCE_SECONDS = 300

Endpoint = namedtuple('Endpoint', 'url token timeout')
# What the bank says of one payout.
Word = namedtuple('Word', 'status reference reason', defaults=('', ''))


# === QUESTIONS === #

def send(endpoint, instruction):
    """Give the bank one instruction.

    :param dict instruction: see above
    :return: the bank's word
    :raise NoAnswer: when it is not known whether the bank has it
    """
    answer = ask(
        f'{endpoint.url}/payouts', instruction, endpoint.token, instruction['key'],
        endpoint.timeout,
    )  # fmt: skip
    return read_word(answer, instruction)


def look_up(endpoint, instruction):
    """Ask the bank what it knows of an instruction, by its key.

    :raise NoAnswer: when there is no usable answer
    """
    answer = ask(
        f'{endpoint.url}/payouts/{instruction["key"]}', token=endpoint.token,
        timeout=endpoint.timeout, method='GET',
    )  # fmt: skip
    return read_word(answer, instruction)


def recent_keys(endpoint):
    """Return the keys of the instructions that the bank got last."""
    answer = ask(
        f'{endpoint.url}/payouts', token=endpoint.token, timeout=endpoint.timeout, method='GET'
    )
    try:
        return [_text(payout['key']) for payout in answer['payouts']]
    except (TypeError, KeyError) as error:
        raise NoAnswer('nonsense') from error


# === ANSWERS === #

def read_word(answer, instruction):
    """Return the bank's word in an answer about an instruction.

    :param dict instruction: with key, amount and currency, which the answer has to repeat
    :raise NoAnswer: when it makes no sense, or is about another key, amount or currency
    """
    if not isinstance(answer, dict) or answer.get('status') not in STATUSES:
        raise NoAnswer('nonsense')
    if answer.get('key') != instruction['key']:
        raise NoAnswer('other_subject')
    if answer['status'] != 'none' and not (
        _is_amount(answer.get('amount'), instruction['amount'])
        and answer.get('currency') == instruction['currency']
    ):
        raise NoAnswer('other_subject')
    return Word(answer['status'], _text(answer.get('reference')), _text(answer.get('reason')))


def _is_amount(text, amount):
    try:
        return Decimal(str(text)) == Decimal(amount)
    except InvalidOperation:
        return False


def _text(value):
    text = ' '.join(value.split()) if isinstance(value, str) else ''
    return text.replace('\0', '')[:TEXT_MAX_LENGTH]


# === SIGNATURES === #

def sign(secret, timestamp, body):
    """Return the signature of a callback.

    :param str secret: shared with the gateway
    :param str timestamp: seconds since 1970
    :param bytes body: as it travels
    """
    return hmac.new(secret.encode(), f'{timestamp}.'.encode() + body, 'sha256').hexdigest()


def is_signed(secret, timestamp, signature, body):
    """Return whether the callback comes from who knows the secret, and not from long ago."""
    if not (secret and timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
        return False
    fresh = abs(time() - int(timestamp[:20])) <= CLOCK_TOLERANCE_SECONDS
    return hmac.compare_digest(sign(secret, timestamp, body), signature.lower()) and fresh
