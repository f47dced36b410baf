"""Folding what people write, in any script, into words that can be compared; in time that grows with the text only."""

import re
import unicodedata

from app.language import SignTable

"""Scripts that put no space between words: a word in them may stand anywhere."""

_LONGEST_RUN_OF_MARKS = re.compile(r"([\u0300-\u036F]{3})[\u0300-\u036F]+")

_STOPS = frozenset(".!?…‽。！？．।॥؟۔။។፡።")
_APOSTROPHES = frozenset("'’‘`´ʼʻ′＇")
# Letters that Unicode does not take apart though readers see the plain one, and Arabic letters that keyboards mix up.
_PLAIN = {
    "đ": "d",
    "ł": "l",
    "ø": "o",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ß": "s",
    "ی": "ي",
    "ى": "ي",
    "ے": "ي",
    "ک": "ك",
    "ہ": "ه",
    "ھ": "ه",
    "ۃ": "ه",
    "ة": "ه",
    "ۂ": "ه",
    "ٹ": "ت",
    "ڈ": "د",
    "ڑ": "ر",
    "ں": "ن",
    "ٱ": "ا",
    "ँ": "ं",
}
# Accents of Latin and Cyrillic, Arabic vowel signs and hamza, the stroke that stretches a word, the dots under Indian letters.
_DROPPED = frozenset(
    chr(code)
    for code in (*range(0x300, 0x370), 0x640, *range(0x64B, 0x660), 0x670, 0x93C, 0x9BC, 0xFE0E, 0xFE0F)
)
_DOUBLED = tuple((2 * letter, letter) for letter in "abcdefghijklmnopqrstuvwxyz")
_DIGITS = re.compile(r"[0-9]+")


def _plain_sign(sign: str) -> str:
    if sign in _STOPS:
        return "."
    if sign in _APOSTROPHES or sign in _DROPPED or unicodedata.category(sign) == "Cf":
        return ""
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    # Sign by sign: normalising a whole text would take long where thousands of marks stand on one letter.
    apart = "".join(_PLAIN.get(part, part) for part in unicodedata.normalize("NFKD", sign.casefold()))
    return "".join(
        part if unicodedata.category(part)[0] in "LMN" else " " for part in apart if part not in _DROPPED
    )


def _marked_sign(sign: str) -> str:
    """As `_plain_sign`, but a letter keeps its marks."""
    plain = _plain_sign(sign)
    return sign.casefold() if plain.isalpha() or sign in _DROPPED else plain


_SIGNS = SignTable(_plain_sign)
_MARKED_SIGNS = SignTable(_marked_sign)


def folded_words(text: str) -> list[str]:
    """The words as they are compared: no case, accents, punctuation, invisible signs or doubled letters; a stop is a dot alone."""
    return _parted(text.translate(_SIGNS))


def marked_words(text: str) -> list[str]:
    """The words of `folded_words` with their marks; runs of marks are cut first, since composing them takes long."""
    composed = unicodedata.normalize("NFC", _LONGEST_RUN_OF_MARKS.sub(r"\1", text))
    return _parted(composed.translate(_MARKED_SIGNS))


def _parted(text: str) -> list[str]:
    """The words of a text whose signs are plain: stops and numbers stand alone, no letter stands twice."""
    for double, letter in _DOUBLED:
        while double in text:
            text = text.replace(double, letter)
    return _DIGITS.sub(r" \g<0> ", text.replace(".", " . ")).split()


def is_several(word: str) -> bool:
    """Whether a folded word is a number of two or more."""
    return word.isdigit() and word.lstrip("0") not in ("", "1")
