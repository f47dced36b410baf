"""Words in the seven-bit alphabet wherever they have a spelling in it: one other sign makes a whole text cost twice as much."""

import unicodedata

from app.messaging.composing.segments import fits_gsm

_TYPOGRAPHIC = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)


def with_plain_signs(body: str) -> str:
    """The text with plain quotes and dashes, where that lets it fit the seven-bit alphabet."""
    plain = body.translate(_TYPOGRAPHIC)
    return plain if fits_gsm(plain) else body


def without_accents(value: str) -> str:
    """The value without its accents, where that lets it fit the seven-bit alphabet."""
    value = value.translate(_TYPOGRAPHIC)
    if fits_gsm(value):
        return value
    apart = unicodedata.normalize("NFKD", value)
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return plain if fits_gsm(plain) else value
