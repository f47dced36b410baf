"""How many segments a text costs, counted as Twilio's own calculator does: what the worker's side pays, and what arrives whole."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

MOST_SEGMENTS = 3
"""No text that we write ourselves may cost more."""

# 3GPP TS 23.038: the alphabet that fits seven bits, and the signs that need an escape before them.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENDED

# One alone, and each of several: these lose some room to the header that joins them on the phone.
_GSM_ROOM = (160, 153)
_UCS_ROOM = (70, 67)
# Where a phone company drops that header, a long text comes as parts of these sizes (with an 8 or a 16 bit reference).
_FULL_PARTS = {"GSM-7": (153, 152), "UCS-2": (67, 66)}

_JOINERS = frozenset("\u200c\u200d")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


@dataclass(frozen=True)
class Segments:
    """The encoding a text needs, its length in that encoding's units, and the segments that it costs."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int


def count_segments(body: str) -> Segments:
    """Count a text as it will be sent; an empty one still costs one segment."""
    if fits_gsm(body):
        if _EXTENDED.isdisjoint(body) and len(body) <= _GSM_ROOM[0]:
            return Segments("GSM-7", len(body), 1)
        sizes = [2 if sign in _EXTENDED else 1 for sign in body]
        return Segments("GSM-7", sum(sizes), _count(sizes, *_GSM_ROOM))
    sizes = [_utf16_units(cluster) for cluster in _clusters(body)]
    return Segments("UCS-2", sum(sizes), _count(sizes, *_UCS_ROOM))


def fits_gsm(body: str) -> bool:
    """Whether every sign is in the seven-bit alphabet or its extension; a single one that is not costs half the room."""
    return _ALPHABET.issuperset(body)


def looks_cut(body: str) -> bool:
    """Whether a text that came in is exactly one part of a longer one, so that more of it may be on its way."""
    counted = count_segments(body)
    return counted.units in _FULL_PARTS[counted.encoding]


def _count(sizes: Iterable[int], alone: int, joined: int) -> int:
    """Fill segments one after the other: what belongs together, an escape and its sign, is never torn apart."""
    sizes = list(sizes)
    if sum(sizes) <= alone:
        return 1
    count, room = 1, joined
    for size in sizes:
        if size > room:
            count, room = count + 1, joined
        # A cluster longer than a whole segment is torn, since nothing else can be done.
        torn, rest = divmod(size, joined) if size > joined else (0, size)
        count, room = count + torn, room - rest
    return count


def _clusters(body: str) -> Iterator[str]:
    """What readers take for one sign: a letter with its marks, an emoji with what is joined to it, a flag's two letters."""
    start = 0
    for place in range(1, len(body) + 1):
        if place == len(body) or not _continues(body, start, place):
            yield body[start:place]
            start = place


def _continues(body: str, start: int, place: int) -> bool:
    sign, before = body[place], body[place - 1]
    if sign.isascii():
        return False
    code = ord(sign)
    return (
        unicodedata.category(sign)[0] == "M"
        or sign in _JOINERS
        or code in _SKIN_TONES
        or (before == "\u200d" and unicodedata.category(sign) == "So")
        or (code in _FLAG_LETTERS and ord(before) in _FLAG_LETTERS and place - start == 1)
    )


def _utf16_units(text: str) -> int:
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)
