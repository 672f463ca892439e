# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re

from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidFormat
from stdnum.exceptions import ValidationError as NumberError

from .secret import mask

IDENTITY_FORMAT = re.compile(r'\d{17}[\dX]', re.ASCII)
# As people type it into a text: groups of digits with a space, a dot or a hyphen between them.
IDENTITY_IN_TEXT = re.compile(r'(?<![0-9A-Za-z])(?:\d[ .-]?){17}[\dXx](?![0-9A-Za-z])')
SEPARATORS = re.compile(r'[ .-]')


def validate_identity_number(number):
    """Validate length, birth date and check digit of a Chinese identity number.

    ``ric.validate`` also looks up the place of birth, in a list that can't be found within Odoo,
    whose import hook for stdnum hides the data files of that library.

    :raise NumberError: when the number cannot exist
    """
    number = ric.compact(number)
    if not IDENTITY_FORMAT.fullmatch(number):
        raise InvalidFormat()
    if ric.calc_check_digit(number) != number[-1]:
        raise InvalidChecksum()
    ric.get_birth_date(number)


def is_identity_number(text):
    """Return whether a text is the identity number of a person, however it is separated."""
    try:
        validate_identity_number(SEPARATORS.sub('', text or '').upper())
    except NumberError:
        return False
    return True


def redact_identity_numbers(text):
    """Return a text in which every identity number is masked."""
    return IDENTITY_IN_TEXT.sub(
        lambda found: mask(found[0], 3, 4) if is_identity_number(found[0]) else found[0],
        text or '',
    )
