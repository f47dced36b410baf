"""OS IDs: the public identifiers that Open Supply Hub gives to production places, read as people write them down.

Two letters of the country, the day on which it was given (four digits of the year, three of the day in it), five random signs and a
check sign, all but the letters of the country in Crockford's base 32.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.language import folded, to_ascii

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The signs of Crockford's base 32 by their values: no letter that looks like another or like a digit."""

_MISREAD = str.maketrans("ILO", "110")
_SIGN = "[0-9A-TV-Za-tv-z]"
_DIGIT = "[0-9ILOilo]"
_LETTER = "[A-Za-z]"
_GAP = r"[\s\-\u2010-\u2015\u2212]{0,3}"
_SHAPE = re.compile(
    rf"(?<![0-9A-Za-z]){_LETTER}{_GAP}{_LETTER}(?:{_GAP}{_DIGIT}){{7}}(?:{_GAP}{_SIGN}){{6}}(?![0-9A-Za-z])"
)
_ANY_GAP = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_DAYS_IN_YEAR = 366


class OsIdRefused(Exception):
    """This is no OS ID, or it is mistyped; the text is the line the operator reads."""


@dataclass(frozen=True)
class OsIdsIn:
    """The OS IDs among somebody's words: those whose check sign fits, and the words without everything that looks like one.

    `any_written` is true for a mistyped one too.
    """

    found: frozenset[str]
    any_written: bool
    rest: str


def read_os_id(written: str) -> str:
    """One OS ID in its plain form, however it was typed; raises `OsIdRefused`."""
    shape = _SHAPE.fullmatch(_folded(written).strip())
    plain = "" if shape is None else _plain(shape[0])
    if not _is_dated(plain):
        raise OsIdRefused(
            "The OS ID must be two letters, a year, a day of three digits, five signs and a check sign."
        )
    if not _fits(plain):
        raise OsIdRefused("The OS ID is mistyped: its last sign does not fit the others.")
    return plain


def os_ids_in(text: str) -> OsIdsIn:
    """Find the OS IDs that stand among other words, grouped and typed in any way."""
    written = _folded(text)
    rest, end = "", 0
    found: set[str] = set()
    for shape in _SHAPE.finditer(written):
        plain = _plain(shape[0])
        # "PJ 7654321 Penang" has the shape too. Written in one piece, or with a day in it, it can be nothing else.
        if not _is_dated(plain) and re.search(r"\s", shape[0]):
            continue
        rest, end = f"{rest}{written[end : shape.start()]} ", shape.end()
        if _is_dated(plain) and _fits(plain):
            found.add(plain)
    return OsIdsIn(frozenset(found), end > 0, rest + written[end:] if end else text)


def _folded(text: str) -> str:
    """Wide letters made plain, digits of every script as 0 to 9, without invisible signs."""
    plain = to_ascii(folded(text, "NFKC"))
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


def _plain(shape: str) -> str:
    """The fifteen signs; only behind the country are I, L and O misread digits."""
    signs = _ANY_GAP.sub("", shape).upper()
    return signs[:2] + signs[2:].translate(_MISREAD)


def _is_dated(plain: str) -> bool:
    return plain[2:4] == "20" and 1 <= int(plain[6:9]) <= _DAYS_IN_YEAR


def _fits(plain: str) -> bool:
    """Whether the check sign is the sum of what stands before it: the country's letters by their ASCII codes, the rest by value."""
    country = sum(ord(letter) for letter in plain[:2])
    total = country + sum(CROCKFORD.index(sign) for sign in plain[2:-1])
    return CROCKFORD[total % len(CROCKFORD)] == plain[-1]
