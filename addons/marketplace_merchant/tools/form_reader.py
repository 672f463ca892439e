# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import math
import re
import unicodedata
from datetime import date

from odoo.tools import email_normalize

from .field_errors import FieldErrors

NAME_MAX_LENGTH = 128
TEXT_MAX_LENGTH = 4000
PHONE_PATTERN = re.compile(r'\+?[0-9 ()./-]{5,32}')


class FormReader:
    """Reads what a person typed into a form, or a program sent, and collects every mistake.

    Each method reads one value, as text, and puts what it means into ``clean``, or a message for
    the field into ``errors``. Values that nobody reads are ignored.

    :param env: gives language and records
    :param dict values: what was sent; anything else counts as an empty form
    """

    def __init__(self, env, values):
        self.env = env
        self.values = values if isinstance(values, dict) else {}
        self.errors = {}
        self.clean = {}

    def check(self):
        """Return the clean values.

        :raise FieldErrors: if anything was wrong
        """
        if self.errors:
            raise FieldErrors(self.errors)
        return self.clean

    # === ONE VALUE === #

    def text(self, name, label, required=True, limit=NAME_MAX_LENGTH, multiline=False):
        """Read a text of at most ``limit`` characters; any script and emoji are welcome."""
        value = self._raw(name, label, required)
        if value is None:
            return
        # Browsers send another line ending than people's programs: the same text stays the same.
        value = value.replace('\r\n', '\n') if multiline else ' '.join(value.split())
        if any(unicodedata.category(char) == 'Cc' and char not in '\r\n\t' for char in value):
            self.fail(name, self.env._("%s contains characters that can't be read.", label))
        elif len(value) > limit:
            self.fail(name, self.env._(
                "%(label)s may have at most %(limit)s characters; these are %(length)s.",
                label=label, limit=limit, length=len(value),
            ))
        else:
            self.clean[name] = value

    def pattern(self, name, label, pattern, message, required=True):
        """Read a text that must match ``pattern`` completely, else ``message`` is the mistake."""
        self.text(name, label, required=required)
        if self.clean.get(name) and not pattern.fullmatch(self.clean[name]):
            self.fail(name, message)

    def email(self, name, label, required=True):
        """Read one e-mail address."""
        self.text(name, label, required=required)
        if not self.clean.get(name):
            return
        if address := email_normalize(self.clean[name]):
            self.clean[name] = address
        else:
            self.fail(name, self.env._(
                "“%s” is not an e-mail address. It should look like name@example.com.",
                self.clean[name],
            ))

    def phone(self, name, label, required=True):
        """Read a phone number as people write it."""
        self.pattern(name, label, PHONE_PATTERN, self.env._(
            "%s should have digits only, with the country's prefix if it is abroad:"
            " +86 138 0013 8000.", label,
        ), required=required)

    def choice(self, name, label, options, required=True):
        """Read one of ``options``."""
        value = self._raw(name, label, required)
        if value is None:
            return
        if value in options:
            self.clean[name] = value
        else:
            self.fail(name, self.env._("Please choose one of the offered values: %s.", label))

    def day(self, name, label, required=True):
        """Read a date as year-month-day."""
        value = self._raw(name, label, required)
        if value is None:
            return
        try:
            self.clean[name] = date.fromisoformat(value)
        except ValueError:
            self.fail(name, self.env._(
                "%s should be a date: year-month-day, as in 2030-12-31.", label,
            ))

    def number(self, name, label, minimum=0.0, maximum=None, required=True):
        """Read a number; whoever sends one need not write it as text."""
        value = self._raw(name, label, required)
        if value is None:
            return
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(name, self.env._("%s should be a number, as in 12.50.", label))
        elif number < minimum:
            self.fail(name, self.env._(
                "%(label)s should be at least %(limit)s.", label=label, limit=f'{minimum:,.10g}'
            ))
        elif maximum is not None and number > maximum:
            self.fail(name, self.env._(
                "%(label)s can be at most %(limit)s.", label=label, limit=f'{maximum:,.10g}'
            ))
        else:
            self.clean[name] = number

    def record(self, name, label, offered, required=True):
        """Read the id of one of the ``offered`` records."""
        value = self._raw(name, label, required)
        if value is None:
            return
        if value.isascii() and value.isdecimal() and int(value) in offered.ids:
            self.clean[name] = int(value)
        else:
            self.fail(name, self.env._("Please choose one of the offered values: %s.", label))

    def records(self, name, label, offered, required=True):
        """Read a list of ids of the ``offered`` records."""
        value = self.values.get(name) or []
        ids = [str(item) for item in (value if isinstance(value, list | tuple) else [value])]
        if not ids and required:
            self.fail(name, self._missing(label))
        elif not set(ids) <= {str(item) for item in offered.ids}:
            self.fail(name, self.env._("Please choose from the offered values: %s.", label))
        else:
            self.clean[name] = sorted({int(item) for item in ids})

    def fail(self, name, message):
        """Note a mistake at a field."""
        self.clean.pop(name, None)
        self.errors[name] = message

    # === HELPERS === #

    def _raw(self, name, label, required):
        """Return the stripped text; note it when it is missing or no text at all."""
        value = self.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value in (None, False):
            value = ''
        if not isinstance(value, str):
            self.fail(name, self.env._("Please type a text: %s.", label))
            return None
        value = unicodedata.normalize('NFC', value).strip()
        if value:
            return value
        if required:
            self.fail(name, self._missing(label))
        else:
            self.clean[name] = False
        return None

    def _missing(self, label):
        return self.env._("Please fill in: %s.", label)
