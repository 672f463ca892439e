# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Finds words in texts, however they are disguised.

A text is *folded* first: width, case, accents, traditional characters and lookalikes of other
scripts disappear, and so does what cannot be seen. Spaces and punctuation are not letters of the
folded text, but remembered as *gaps* between them, so that “最·佳” and “b e s t” are found while
“a good rub, esteemed” is not.
"""

import functools
import re
import unicodedata
from collections import namedtuple

import phonenumbers
from opencc import OpenCC

# Chinese characters in Unicode: extension A and the unified ideographs.
IDEOGRAPHS = (0x3400, 0xA000)
# Old variants that are neither traditional nor simplified.
VARIANTS = {'囯': '国', '朂': '最'}

# A gap that writers put inside a word to hide it, one between words, and one between clauses.
MARK, SPACE, BREAK = 1, 2, 4
BREAK_CHARS = frozenset(',、。;!?:\n\r…()[]{}<>《》〈〉「」『』【】〔〕"“”/|+&=')
# Letters of which nothing is seen.
BLANK_LETTERS = frozenset('\u115f\u1160\u3164\uffa0')
LETTER, DIGIT, IDEOGRAPH = 'letter', 'digit', 'ideograph'

LOOKALIKES = str.maketrans(
    'авсԁеһніјкӏморԛѕтухѵԝАВСЕНІЈКМОРЅТУХѴαβεικνορτυχζΑΒΕΖΗΙΚΜΝΟΡΤΥΧ'
    'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡøłđƄ',
    'abcdehhijklmopqstyxvwabcehijkmopstyxvabeikvoptuxzabezhikmnoptyx'
    'abcdefghijklmnoprstuvwyziagoldb',
)
# White letters on black, and the letters of flags.
SYMBOL_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)

LEET_TOKEN = re.compile(r'(?<![a-z0-9])[a-z][a-z0-9@$!|]*[0-9@$!|][a-z0-9@$!|]*', re.IGNORECASE)
LEET_TABLES = (
    str.maketrans('013457@$!|8', 'oieastasiib'),
    str.maketrans('013457@$!|8', 'oleastasllb'),
)
CHINESE_DIGITS = str.maketrans('〇零一二三四五六七八九', '00123456789')

PHONE = re.compile(r'(?<![\d+])\+?\d(?:[ ().·•_*~\-]{0,3}\d){9,14}(?!\d)')
DOMAIN_DOT = r'(?:\.| \. | ?[(\[]dot[)\]] ?)'
PATTERNS = {
    'email': re.compile(rf'[a-z0-9._+-]+ ?@ ?[a-z0-9-]+(?:{DOMAIN_DOT}[a-z0-9-]+)+'),
    'web': re.compile(
        r'(?:https?://|www\.)[^\s\u2e80-\uffff]+'
        rf'|(?<![a-z0-9@.-])[a-z0-9][a-z0-9-]+(?:\.[a-z0-9-]+)*{DOMAIN_DOT}'
        r'(?:com|cn|net|org|cc|vip|xyz|shop|top|store|site|club|info|biz|online)(?![a-z0-9-])'
    ),
    'account': re.compile(
        r'(?<![a-z0-9])(?:qq|vx|wx|v信|微信|薇信|威信|扣扣|weixin|wechat|v(?= ?:))'
        r'(?:号|群| ?id)?[\s:]{0,3}(?=[a-z_-]*\d)[a-z0-9_-]{5,20}'
    ),
}

Folded = namedtuple('Folded', 'chars kinds gaps places')
Word = namedtuple('Word', 'key text kind exceptions', defaults=('word', ()))
Finding = namedtuple('Finding', 'key start end')


# === FOLDING === #


@functools.cache
def _simplified():
    """Return the table from traditional characters and variants to simplified characters."""
    characters = [chr(code) for code in range(*IDEOGRAPHS)]
    simplified = OpenCC('t2s').convert('\n'.join(characters)).split('\n')
    return str.maketrans(dict(zip(characters, simplified, strict=True)) | VARIANTS)


@functools.lru_cache(maxsize=32768)
def _fold_char(char):
    """Return the letters for which a character stands, and the kind of gap if it is none."""
    char = char.translate(LOOKALIKES)
    for start in SYMBOL_ALPHABETS:
        if start <= ord(char) < start + 26:
            char = chr(ord('a') + ord(char) - start)
    letters, gap = '', 0
    for piece in unicodedata.normalize('NFKD', char).casefold().translate(_simplified()):
        category = unicodedata.category(piece)
        if category[0] == 'M' or category == 'Cf' or piece in BLANK_LETTERS:
            continue
        if category[0] == 'L' or category == 'Nd':
            letters += piece.translate(LOOKALIKES)
        elif (digit := unicodedata.digit(piece, None)) is not None:
            letters += str(digit)
        elif piece in BREAK_CHARS:
            gap |= BREAK
        else:
            gap |= SPACE if piece.isspace() else MARK
    return letters, gap


def _kind(char):
    if char.isdigit():
        return DIGIT
    return IDEOGRAPH if char >= '\u2e80' else LETTER


def fold(text):
    """Return the letters of a text, the kind of each, the gap before it and its place.

    The gaps are one more than the letters: the last one is that behind the text.
    """
    chars, kinds, gaps, places = [], [], [], []
    gap = BREAK
    for place, char in enumerate(text):
        letters, between = _fold_char(char)
        gap |= between
        for letter in letters:
            chars.append(letter)
            kinds.append(_kind(letter))
            gaps.append(gap)
            places.append(place)
            gap = 0
    gaps.append(gap | BREAK)
    return Folded(chars, kinds, gaps, places)


def is_word(text):
    """Whether a text has enough letters to be looked for."""
    folded = fold(text)
    return len(folded.chars) > 1 or IDEOGRAPH in folded.kinds


def _flat(text):
    """Return the text with each character in its plainest form, every one in its place."""
    flat = []
    for char in text:
        plain = unicodedata.normalize('NFKC', char).casefold()
        digit = unicodedata.digit(char, None)
        plain = plain if digit is None else str(digit)
        flat.append(
            '.' if unicodedata.category(char) == 'Cf' else plain if len(plain) == 1 else char
        )
    return ''.join(flat).translate(LOOKALIKES)


def _unleet(text, table):
    """Return the text with digits and signs that stand for letters replaced by these."""
    return LEET_TOKEN.sub(lambda match: match[0].translate(table), text)


# === SCREEN === #


class WordScreen:
    """A list of words, compiled once, and looked for in many texts.

    :param words: iterable of :class:`Word`. ``key`` is whatever identifies the word in the
        findings; ``kind`` is *word*, or one of the things that are recognised by their shape:
        phone, web, email, account. Inside one of its ``exceptions`` a word is not found.
    """

    def __init__(self, words):
        self._words, self._exceptions, self._shapes = {}, {}, {}
        for word in words:
            if word.kind == 'word':
                self._plant(self._words, word.text, word.key)
            else:
                self._shapes[word.kind] = word.key
            for exception in word.exceptions:
                self._plant(self._exceptions, exception, word.key)

    def find(self, text, region='CN'):
        """Return where the words stand in a text, in order, each place once.

        :param str region: the country whose phone numbers are written without prefix
        :rtype: list[Finding]
        """
        variants = [fold(variant) for variant in {text, *(_unleet(text, t) for t in LEET_TABLES)}]
        findings = {finding for folded in variants for finding in self._scan(self._words, folded)}
        findings.update(self._find_shapes(text, region))
        innocent = findings and {
            finding for folded in variants for finding in self._scan(self._exceptions, folded)
        }
        return sorted(
            (finding for finding in findings if not _is_within(finding, innocent)),
            key=lambda finding: (finding.start, -finding.end),
        )

    # === WORDS === #

    def _plant(self, root, text, key):
        """Add a word to a tree of letters."""
        folded = fold(text)
        if not folded.chars:
            return
        joints = {
            index: folded.gaps[index] for index in range(1, len(folded.chars))
            if folded.gaps[index] or folded.kinds[index] != folded.kinds[index - 1]
        }
        node = root
        for char in folded.chars:
            node = node.setdefault(char, {})
        node.setdefault('', []).append((key, joints))

    def _scan(self, root, folded):
        """Yield the words of a tree that stand in a folded text."""
        chars, kinds, gaps, _places = folded
        for start, char in enumerate(chars):
            if char in root and not _is_third(folded, start) and (
                gaps[start] or kinds[start] == IDEOGRAPH or kinds[start] != kinds[start - 1]
            ):
                yield from self._walk(root, folded, start)

    def _walk(self, node, folded, start):
        chars, places = folded.chars, folded.places
        path = []
        for index in range(start, len(chars)):
            following = node.get(chars[index])
            if following is None:
                if not _is_drawn_out(folded, index):
                    return
                continue
            node = following
            path.append(index)
            for key, joints in node.get('', ()):
                if _ends_here(folded, index) and _reads_as_word(folded, path, joints):
                    yield Finding(key, places[start], places[index] + 1)

    # === SHAPES === #

    def _find_shapes(self, text, region):
        """Yield what is recognised by its shape."""
        flat = _flat(text) if self._shapes else ''
        for kind, pattern in PATTERNS.items():
            if kind in self._shapes:
                for match in pattern.finditer(flat):
                    yield Finding(self._shapes[kind], *match.span())
        if 'phone' in self._shapes:
            for match in PHONE.finditer(flat.translate(CHINESE_DIGITS)):
                if _is_phone_number(match[0], region):
                    yield Finding(self._shapes['phone'], *match.span())


def _is_within(finding, innocent):
    """Whether a word stands inside one of its own exceptions."""
    return any(
        finding.key == exception.key
        and exception.start <= finding.start and finding.end <= exception.end
        for exception in innocent
    )


def _is_third(folded, index):
    """Whether two equal letters stand right before: what begins here begins at the first one too.

    To begin at each of many equal letters would take a time that grows with their square.
    """
    chars, _kinds, gaps, _places = folded
    return (
        index > 1 and not gaps[index] and not gaps[index - 1]
        and chars[index] == chars[index - 1] == chars[index - 2]
    )


def _is_drawn_out(folded, index):
    """Whether a letter only draws out the one before it: three or more in a row."""
    chars, _kinds, gaps, _places = folded
    if not index or gaps[index] or chars[index] != chars[index - 1]:
        return False
    return (
        (index > 1 and not gaps[index - 1] and chars[index] == chars[index - 2])
        or (index + 1 < len(chars) and not gaps[index + 1] and chars[index] == chars[index + 1])
    )


def _ends_here(folded, index):
    """Whether no further letter of the same word follows."""
    chars, kinds, gaps, _places = folded
    following = index + 1
    while following < len(chars) and _is_drawn_out(folded, following):
        following += 1
    return (
        following == len(chars)
        or kinds[index] == IDEOGRAPH
        or gaps[following]
        or kinds[following] != kinds[index]
    )


def _reads_as_word(folded, path, joints):
    """Whether the gaps within a match are those of a reader who is meant to read the word.

    :param list path: the place of each letter of the word among the text's letters
    :param dict joints: the gaps of the word itself, by the number of the letter behind each
    """
    first = 0
    for number in range(1, len(path) + 1):
        if number == len(path) or number in joints:
            if not _reads_as_one(folded, path[first:number]):
                return False
            if number < len(path) and folded.gaps[path[number]] & BREAK & ~joints[number]:
                return False
            first = number
    return True


def _reads_as_one(folded, path):
    """Whether letters are read together: nothing between them, or signs, or all spelled out."""
    gaps = [folded.gaps[index] for index in path[1:]]
    widest = functools.reduce(int.__or__, gaps, 0)
    if widest in (0, MARK):
        return True
    if not widest & BREAK and len(path) > 2 and folded.kinds[path[0]] == IDEOGRAPH:
        return True
    return all(gaps) and folded.gaps[path[0]] and folded.gaps[path[-1] + 1]


def _is_phone_number(text, region):
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
