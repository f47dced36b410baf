"""What people write, made fit to keep: one rule for every door, since a text that one door takes and another refuses is lost."""

import re
import unicodedata

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# HTML does not allow the code points that are no characters.
_NO_LETTER = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
# Letters and pictures by name that show nothing: fillers of Hangul and of hieroglyphs, an empty Braille cell, an empty note, and
# what is left of a photo, or of a sign that nothing can hold, where only its words came. Whatever else is invisible has a category
# that says so, but for those that Unicode keeps free for invisible signs to come.
_BLANK = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\ufffc\ufffd\U00013441\U00013442\U0001d159\u2065\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# Full stops of any script, and what a phone makes of three.
_CLOSING = " .\u2026\u3002\uff0e\uff61\u0964\u06d4\u104b\u17d4"
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_CHOOSES_LOOK = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PLAIN = re.compile("[!-~]")


def clean_words(text: str) -> str:
    """Text of any length that database, page and phone can hold: one kind of line end, no control signs, nothing that is no letter.

    Marks of writing direction and joiners stay: Arabic and Urdu need them, and pages isolate what people wrote.
    """
    if _SURROGATE.search(text):
        # Two halves make a sign; one alone can be stored by no database.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NO_LETTER.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub("", _LINE_END.sub("\n", text)))


def clean_line(text: str) -> str:
    """The same for what stands on one line, such as a name or a place: single spaces, none at the ends."""
    return " ".join(clean_words(text).split())


def has_words(text: str) -> bool:
    """Whether anything can be seen of this text: spaces, invisible signs, fillers and marks without a letter are no words."""
    return _PLAIN.search(text) is not None or any(_is_seen(sign) for sign in text)


def only_seen(text: str) -> str:
    """Only what can be seen of a text, in single spaces and without a full stop at its end: what stays the same in a copy of it."""
    seen = "".join(sign if sign.isspace() or _is_seen(sign) or _is_mark(sign) else "" for sign in text)
    return " ".join(seen.split()).rstrip(_CLOSING)


def says_something(text: str) -> bool:
    """Whether a text holds a letter or a digit of any script: a dot can be seen and is no answer."""
    return has_words("".join(filter(str.isalnum, text)))


def _is_mark(sign: str) -> bool:
    """Whether a sign changes the letter before it; one that chooses between pictures and letters does not."""
    return unicodedata.category(sign)[0] == "M" and not _CHOOSES_LOOK.match(sign)


def _is_seen(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] not in "ZM" and category not in _UNSEEN and not _BLANK.match(sign)
