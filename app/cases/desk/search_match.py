"""What a member searches for, and whether a text holds it: pure comparisons in any script, never a pattern language.

Compared is what readers take for the same: upper and lower case, full-width and composed signs (Unicode NFKC and casefold), digits
of every script, any amount of white space, and signs that nobody sees, such as the marks that turn the direction of writing.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.language import few_marks, folded, to_ascii

LEAST_SIGNS = 2
LONGEST = 200

# Fewer last digits would fit too many phones; so many in a row are a number wherever they stand in what the worker gave.
_LAST_DIGITS = 4
_WHOLE_NUMBER = 7
# From this length on two words written as one are no chance ("was unpaid" holds "sun", nothing holds "foxglove" by chance).
_TIGHT = 6
# Thai, Lao, Tibetan, Burmese, Khmer, kana and Han put no space between words, so one there means nothing.
_UNSPACED = (
    (0x0E00, 0x0FFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)
_BEFORE, _AFTER = 60, 120
# What is searched for has at most `LONGEST` signs; in a text marks and invisible signs may stand between them.
_PIECE, _OVERLAP = 2_000, 1_000


class SearchTooShort(Exception):
    """Fewer than `LEAST_SIGNS` signs: nearly every text holds them."""


class SearchTooLong(Exception):
    """More than `LONGEST` signs."""


@dataclass(frozen=True)
class Excerpt:
    """A piece of a text around what was found in it; the outer two may be empty."""

    before: str
    found: str
    after: str


@dataclass(frozen=True)
class SearchTerm:
    """What is searched for, made comparable once; `tight` and `digits` are empty where they are not compared."""

    words: str
    tight: str
    digits: str

    def is_in(self, text: str) -> bool:
        """Whether a text holds the words."""
        plain = _plain(text)
        return self.words in plain or (bool(self.tight) and self.tight in plain.replace(" ", ""))

    def is_phone(self, phone: str) -> bool:
        """Whether a phone number ends with these digits, however either is spaced and with or without the country's code."""
        number = _digits(phone)
        if not self.digits or not number:
            return False
        local, stored = self.digits.lstrip("0"), number.lstrip("0")
        return (
            number.endswith(self.digits)
            or (len(local) >= _WHOLE_NUMBER and local in number)
            or (len(stored) >= _WHOLE_NUMBER and self.digits.endswith(stored))
        )

    def is_part_of(self, reference: str) -> bool:
        """Whether this is one of the parts of a reference, such as its four digits."""
        return self.words in reference.split("-")


def read_search(text: str) -> SearchTerm:
    """What somebody typed to search for; raises `SearchTooShort` or `SearchTooLong`."""
    if len(text) > LONGEST:
        raise SearchTooLong
    words = _plain(text)
    tight = words.replace(" ", "")
    if len(tight) < LEAST_SIGNS:
        raise SearchTooShort
    digits = "" if any(sign.isalpha() for sign in tight) else _digits(tight)
    return SearchTerm(
        words=words,
        tight=tight if len(tight) >= _TIGHT or any(map(_is_unspaced, tight)) else "",
        digits=digits if len(digits) >= _LAST_DIGITS else "",
    )


def excerpt(text: str, wanted: SearchTerm) -> Excerpt:
    """The piece of a text around the first place where the words stand, in one line; its beginning when they do not."""
    line = few_marks(" ".join(text.split()))
    # Fifty long texts may be hits: only the piece that holds the words is taken apart sign by sign.
    for begin in range(0, len(line), _PIECE):
        piece = line[begin : begin + _PIECE + _OVERLAP]
        found = _find(piece, wanted) if wanted.is_in(piece) else None
        if found is not None:
            start, end = begin + found[0], begin + found[1]
            return Excerpt(_cut_start(line, start), line[start:end], _cut_end(line, end))
    return Excerpt("", "", _cut_end(line, 0))


def _find(piece: str, wanted: SearchTerm) -> tuple[int, int] | None:
    signs: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end in _clusters(piece):
        plain = _plain_cluster(piece[start:end])
        signs += plain
        spans += [(start, end)] * len(plain)
    at = "".join(signs).find(wanted.words)
    if at >= 0:
        return spans[at][0], spans[at + len(wanted.words) - 1][1]
    kept = [span for sign, span in zip(signs, spans, strict=True) if sign != " "]
    at = "".join(sign for sign in signs if sign != " ").find(wanted.tight) if wanted.tight else -1
    return None if at < 0 else (kept[at][0], kept[at + len(wanted.tight) - 1][1])


def _plain(text: str) -> str:
    """The text as it is compared."""
    if text.isascii() and text.isprintable():
        plain = text.casefold()
    else:
        # Once more, since folding can take signs apart that belong together.
        again = unicodedata.normalize("NFKC", folded(text, "NFKC").casefold())
        plain = "".join(map(_plain_sign, again))
    return " ".join(plain.split())


# Texts have few signs that differ, and fifty hits may be long ones.
@lru_cache(maxsize=4096)
def _plain_cluster(cluster: str) -> str:
    # A single space must stay; everything else is compared as `_plain` compares it.
    return _plain(cluster) or (" " if cluster == " " else "")


@lru_cache(maxsize=4096)
def _plain_sign(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign) in ("Cc", "Cf") else to_ascii(sign)


def _digits(text: str) -> str:
    return "".join(sign for sign in _plain(text) if sign.isdecimal())


def _is_unspaced(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _UNSPACED)


def _clusters(line: str) -> Iterator[tuple[int, int]]:
    """Start and end of what is compared as one: a sign with the marks on it, and the parts of a Hangul syllable."""
    start = 0
    for place in range(1, len(line) + 1):
        if place == len(line) or not _continues(line[place]):
            yield start, place
            start = place


def _continues(sign: str) -> bool:
    return not sign.isascii() and (unicodedata.category(sign)[0] == "M" or "\u1160" <= sign <= "\u11ff")


def _cut_start(line: str, end: int) -> str:
    start = max(0, end - _BEFORE)
    while start < end and _continues(line[start]):
        start += 1
    return ("… " if start else "") + line[start:end]


def _cut_end(line: str, start: int) -> str:
    end = min(len(line), start + _AFTER)
    while end < len(line) and _continues(line[end]):
        end += 1
    return line[start:end] + (" …" if end < len(line) else "")
