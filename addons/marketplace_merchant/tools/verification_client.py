# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The small interface behind which every verification service is plugged in.

The marketplace sends ``POST`` with a JSON object, ``Authorization: Bearer <token>`` and an
``Idempotency-Key``, the same for each repetition of a question::

    {"check": "register",
     "subject": {"number": "91330106MA7JRNE023", "name": "…", "representative": "…",
                 "country": "CN", "entity_type": "company"}}

For the check ``phone`` the subject is ``{"phone": "+8613800138000", "name": "…"}``. The service
answers with status 200 and a JSON object that names whom it is about::

    {"number": "91330106MA7JRNE023", "result": "passed", "note": "Registered since 2021."}

``result`` is ``passed``, ``failed``, or ``unknown`` for somebody whom the service does not know.
Whatever else comes back is no answer.
"""

import json
from time import monotonic

import requests

ANSWER_MAX_BYTES = 64 * 1024
RESULTS = ('passed', 'failed', 'unknown')
NOTE_MAX_LENGTH = 500


class NoAnswer(Exception):
    """A question without a usable answer.

    :param str kind: unreachable, timeout, status, too_long, nonsense or other_subject
    :param detail: the HTTP status, for ``status``
    """

    def __init__(self, kind, detail=None):
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


def ask(url, question=None, token=None, key=None, timeout=10, method='POST'):
    """Ask a service once.

    :param question: what is sent as JSON, if anything
    :param int timeout: seconds that the whole exchange may take
    :return: the JSON that it answered, whatever it is
    :raise NoAnswer: when there is none
    """
    headers = {'Accept': 'application/json', 'Idempotency-Key': key or ''}
    if token:
        headers['Authorization'] = f'Bearer {token}'
    deadline = monotonic() + timeout
    try:
        # A redirection would carry token and identity to an address that nobody has approved.
        with requests.request(
            method, url, json=question, headers=headers, timeout=timeout, stream=True,
            allow_redirects=False,
        ) as response:  # fmt: skip
            if response.status_code != 200:
                raise NoAnswer('status', response.status_code)
            return json.loads(_read_body(response, deadline))
    except requests.Timeout as error:
        raise NoAnswer('timeout') from error
    except requests.RequestException as error:
        raise NoAnswer('unreachable') from error
    except (ValueError, RecursionError) as error:
        raise NoAnswer('nonsense') from error


def _read_body(response, deadline):
    """Return the whole body; one that trickles in or never ends is cut off.

    Byte by byte: a bigger piece would wait for its last byte, however slowly the others come.
    """
    body = bytearray()
    for chunk in response.iter_content(1):
        body += chunk
        if len(body) > ANSWER_MAX_BYTES:
            raise NoAnswer('too_long')
        if monotonic() > deadline:
            raise NoAnswer('timeout')
    return bytes(body)


def read_answer(answer, subject, key):
    """Return result and note of an answer about ``subject[key]``.

    :raise NoAnswer: when it makes no sense, or is about somebody else
    """
    if not isinstance(answer, dict) or answer.get('result') not in RESULTS:
        raise NoAnswer('nonsense')
    if _plain(answer.get(key)) != _plain(subject[key]):
        raise NoAnswer('other_subject')
    note = answer.get('note')
    note = ' '.join(note.split()) if isinstance(note, str) else ''
    return answer['result'], note.replace('\0', '')[:NOTE_MAX_LENGTH]


def _plain(value):
    return ''.join(filter(str.isalnum, str(value or ''))).casefold()
