"""Reading numbers: one person's number is one text, however a phone company writes it, and some senders cannot be answered."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers

from app.language import to_ascii

# Below this it is a short code: a machine's sender, which bills whoever answers or answers itself.
_SHORTEST = 7
_LONGEST = 60
# What phones and channels write before a number, and "Tel.:" as people do.
_CHANNEL = re.compile(r"\s*(?:whatsapp|tel|sms|callto|mobile|phone)\s*\.?\s*:[\s/]*", re.IGNORECASE)
_PLUSES = str.maketrans(dict.fromkeys("\uff0b\ufe62\u207a\u208a", "+"))
# What parts of a number may stand apart with, a switchboard's sign, and a pause.
_IN_NUMBERS = frozenset("+-.()/[]#*;=,~")
# A number in a sentence: words keep a space from it, or it is a name with digits in it.
_AMONG_WORDS = re.compile(r"(?<![^\s:(])\+?\(?[0-9][0-9\s().\-/]*[0-9](?![^\s.,:;)!?])")
_LONGEST_SENTENCE = 500
_EXTENSION = re.compile(r"[#;=]|\b(?:ext(?:n|ension)?|x|poste|anexo|int|ramal)\.?\s*[0-9]", re.IGNORECASE)

_KINDS = phonenumbers.PhoneNumberType
# No text arrives at these, or it costs whoever sends it. Where a country's numbers do not tell, a number counts as a mobile one.
_NO_TEXTS = frozenset(
    {
        _KINDS.FIXED_LINE,
        _KINDS.TOLL_FREE,
        _KINDS.PREMIUM_RATE,
        _KINDS.SHARED_COST,
        _KINDS.PAGER,
        _KINDS.UAN,
        _KINDS.VOICEMAIL,
    }
)


class NumberUnreadable(Exception):
    """The provider named no sender that could be told from another one."""


@dataclass(frozen=True)
class Number:
    """Who wrote. A sender that is no phone number (a company's name, a short code) keeps its own spelling in `e164`."""

    e164: str = field(repr=False)
    country: str | None
    answerable: bool


def read_number(sender: str, line: str, home_country: str | None) -> Number:
    """The one form of a number: "+880..", "00880..", "01.." at home, "whatsapp:+..". Raises `NumberUnreadable`.

    Our own line is never answered, or two machines could write to each other for ever.
    """
    plain = _plain(sender)
    if not plain:
        raise NumberUnreadable
    parsed = _parse(plain, home_country)
    if parsed is None:
        return Number(plain.casefold(), None, answerable=False)
    e164 = _e164(parsed)
    return Number(e164, _country_of(parsed), answerable=_own_number(line, home_country) != e164)


def read_written_number(written: str, country: str | None) -> Number | None:
    """A number as somebody wrote it down in this country, if a text can go to it; None for every other.

    No provider vouches for it, and a digit too few may be a stranger's number elsewhere: so it has to be a valid one, and where the
    country is not known only one written in full, with + or 00 in front.
    """
    plain = _number_among_words(written)
    full = plain.startswith(("+", "00"))
    if not full and country is None:
        return None
    # Letters would be read as the digits of a keypad.
    if any(sign.isalpha() for sign in plain):
        return None
    try:
        parsed = phonenumbers.parse(f"+{plain[2:]}" if plain.startswith("00") else plain, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    if phonenumbers.number_type(parsed) in _NO_TEXTS:
        return None
    return Number(_e164(parsed), _country_of(parsed), answerable=True)


def is_our_line(number: Number, line: str) -> bool:
    """Whether this is the number of a line of ours: whatever goes there comes back to us."""
    return _own_number(line, None) == number.e164


# Our lines are few and nobody's secret; a sender's number is kept in no cache.
@lru_cache(maxsize=64)
def _own_number(line: str, home_country: str | None) -> str | None:
    parsed = _parse(_plain(line), home_country)
    return None if parsed is None else _e164(parsed)


def _plain(sender: str, longest: int = _LONGEST) -> str:
    """The sender without its channel and invisible signs, digits as 0 to 9, every plus, dash and space as the usual one."""
    text = "".join(filter(None, map(_plain_sign, to_ascii(sender.translate(_PLUSES)))))
    return " ".join(_CHANNEL.sub("", text, count=1).split() if _CHANNEL.match(text) else text.split())[
        :longest
    ]


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if sign.isspace():
        return " "
    if category in ("Pd", "Pc") or sign == "\u2212":
        return "-"
    if category[0] == "C" or category in ("Mn", "Me"):
        return ""
    wide = unicodedata.normalize("NFKC", sign)
    if wide in _IN_NUMBERS:
        return wide
    return sign if category[0] in "LN" or sign in "&'@_:" else " "


def _number_among_words(written: str) -> str:
    """The one number in what somebody wrote where a number was asked for; the whole of it where there is none, or more than one."""
    plain = _plain(written, _LONGEST_SENTENCE).strip(" .,;:/")
    if not any(sign.isalpha() for sign in plain):
        return plain[:_LONGEST]
    found = [match[0] for match in _AMONG_WORDS.finditer(plain)]
    numbers = [number for number in found if sum(sign.isdigit() for sign in number) >= _SHORTEST]
    if len(numbers) != 1 or _EXTENSION.search(plain):
        return plain
    return numbers[0]


def _parse(plain: str, home_country: str | None) -> phonenumbers.PhoneNumber | None:
    # Letters would be read as the digits of a keypad: "AIRTEL" must not become somebody's number.
    if any(sign.isalpha() for sign in plain) or sum(sign.isdigit() for sign in plain) < _SHORTEST:
        return None
    international = f"+{plain[2:]}" if plain.startswith("00") else plain
    for text, region in ((international, home_country), (f"+{plain}", None)):
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return parsed
        if phonenumbers.is_possible_number(parsed) and text.startswith("+") and plain.startswith(("+", "00")):
            return parsed  # a range newer than the tables; written in full it is still one number
    return None


def _country_of(parsed: phonenumbers.PhoneNumber) -> str | None:
    region = phonenumbers.region_code_for_number(parsed)
    return region if region and region.isalpha() else None  # satellite phones have a "region" of digits


def _e164(parsed: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
