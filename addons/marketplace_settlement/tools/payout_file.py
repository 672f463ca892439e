# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Payment files for the bank: ISO 20022 pain.001.001.09, and CSV.

Both are built from plain values, without the database::

    order = {'id': "PB/0001", 'created': datetime, 'date': date, 'initiator': "Marketplace Ltd.",
             'account': "DE89…", 'bic': "COBADEFFXXX", 'transfers': [
        {'key': "9f…", 'name': "PAY/0007", 'amount': "113.96", 'currency': "CNY",
         'holder': "…", 'bank': "…", 'account': "6222…"}]}

Amounts are texts, as they are printed. Rules of the message: lengths, characters and order of the
elements as in the message definition report of ISO 20022 *Payments Initiation*.
"""

import re
import unicodedata
from collections import defaultdict
from decimal import Decimal

from lxml import etree

from odoo.addons.marketplace_merchant.tools.sheet import CSV, write_sheet

NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'
ID_MAX_LENGTH = 35
NAME_MAX_LENGTH = 140
ACCOUNT_MAX_LENGTH = 34
# The letters that every bank of the interbank networks takes (ISO 20022 usage guidelines).
NOT_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
IBAN = re.compile(r'[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}')
BIC = re.compile(r'[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?')


class NotExpressible(ValueError):
    """The argument, a name or the end of an account number, cannot be told to the bank."""


# === FILES === #

def build_pain001(order, latin=False):
    """Return the payment file in XML, as bytes.

    :param bool latin: the bank takes Latin letters only
    :raise NotExpressible: when a name has none, or an account number is too long
    """
    root = etree.Element(f'{{{NAMESPACE}}}Document', nsmap={None: NAMESPACE})
    initiation = _add(root, 'CstmrCdtTrfInitn')
    _add_header(initiation, order, latin)
    for number, (currency, transfers) in enumerate(_by_currency(order).items(), start=1):
        _add_payment(initiation, order, number, currency, transfers, latin)
    return etree.tostring(root, xml_declaration=True, encoding='UTF-8', pretty_print=True)


def build_csv(order, header):
    """Return the payment file as CSV, in which no text is a formula.

    :param list header: what the columns are called: reference, name, holder, bank, account,
        currency, amount
    """
    columns = ('key', 'name', 'holder', 'bank', 'account', 'currency', 'amount')
    rows = [[transfer[column] for column in columns] for transfer in order['transfers']]
    return write_sheet(CSV, order['id'], header, rows)


# === XML === #

def _add_header(initiation, order, latin):
    header = _add(initiation, 'GrpHdr')
    _add(header, 'MsgId', _identifier(order['id']))
    _add(header, 'CreDtTm', order['created'].strftime('%Y-%m-%dT%H:%M:%SZ'))
    _add_totals(header, order['transfers'])
    _add(_add(header, 'InitgPty'), 'Nm', _name(order['initiator'], latin))


def _add_payment(initiation, order, number, currency, transfers, latin):
    """Add the transfers in one currency."""
    payment = _add(initiation, 'PmtInf')
    _add(payment, 'PmtInfId', _identifier(f"{order['id']}-{number}"))
    _add(payment, 'PmtMtd', 'TRF')
    # Each transfer is a line of its own on the bank's statement, where it is found again.
    _add(payment, 'BtchBookg', 'false')
    _add_totals(payment, transfers)
    _add(_add(payment, 'ReqdExctnDt'), 'Dt', order['date'].isoformat())
    _add(_add(payment, 'Dbtr'), 'Nm', _name(order['initiator'], latin))
    _add_account(payment, 'DbtrAcct', order['account'])
    bank = _add(_add(payment, 'DbtrAgt'), 'FinInstnId')
    if BIC.fullmatch(order['bic'] or ''):
        _add(bank, 'BICFI', order['bic'])
    else:
        _add(_add(bank, 'Othr'), 'Id', 'NOTPROVIDED')
    for transfer in transfers:
        _add_transfer(payment, transfer, currency, latin)


def _add_transfer(payment, transfer, currency, latin):
    element = _add(payment, 'CdtTrfTxInf')
    identifiers = _add(element, 'PmtId')
    _add(identifiers, 'InstrId', _identifier(transfer['name']))
    _add(identifiers, 'EndToEndId', _identifier(transfer['key']))
    _add(_add(element, 'Amt'), 'InstdAmt', transfer['amount'], Ccy=currency)
    bank = _add(_add(element, 'CdtrAgt'), 'FinInstnId')
    _add(bank, 'Nm', _name(transfer['bank'], latin))
    _add(_add(element, 'Cdtr'), 'Nm', _name(transfer['holder'], latin))
    _add_account(element, 'CdtrAcct', transfer['account'])
    _add(_add(element, 'RmtInf'), 'Ustrd', _name(transfer['name'], latin))


def _add_totals(parent, transfers):
    _add(parent, 'NbOfTxs', str(len(transfers)))
    _add(parent, 'CtrlSum', str(sum(Decimal(transfer['amount']) for transfer in transfers)))


def _add_account(parent, tag, number):
    identifier = _add(_add(parent, tag), 'Id')
    number = re.sub(r'\s', '', number).upper()
    if is_iban(number):
        _add(identifier, 'IBAN', number)
    elif len(number) <= ACCOUNT_MAX_LENGTH:
        _add(_add(identifier, 'Othr'), 'Id', number)
    else:
        raise NotExpressible(number[-4:])


def _add(parent, tag, text=None, **attributes):
    element = etree.SubElement(parent, f'{{{NAMESPACE}}}{tag}', **attributes)
    element.text = text
    return element


def _by_currency(order):
    groups = defaultdict(list)
    for transfer in order['transfers']:
        groups[transfer['currency']].append(transfer)
    return groups


# === TEXTS === #

def is_iban(number):
    """Return whether a number is an IBAN, check digits included (ISO 13616)."""
    if not IBAN.fullmatch(number):
        return False
    digits = ''.join(str(int(character, 36)) for character in number[4:] + number[:4])
    return int(digits) % 97 == 1


def _identifier(text):
    return NOT_LATIN.sub('-', text)[:ID_MAX_LENGTH]


def _name(text, latin):
    """Return a name as the bank takes it: printable, on one line, not too long."""
    if latin:
        plain = unicodedata.normalize('NFKD', text)
        plain = ''.join(character for character in plain if not unicodedata.combining(character))
        plain = NOT_LATIN.sub(' ', plain)
    else:
        plain = ''.join(
            character if unicodedata.category(character)[0] != 'C' else ' ' for character in text
        )
    plain = ' '.join(plain.split())[:NAME_MAX_LENGTH].strip()
    if not any(character.isalnum() for character in plain):
        raise NotExpressible(text)
    return plain
