"""Bounds on the marks that a text piles on one sign, so that comparing it costs in proportion to its length.

Unicode puts marks in a row into a fixed order, which takes time that grows with the square of the row: 20,000 marks on one letter
took a third of a second each time somebody searched. What a worker wrote is stored and shown whole; only what is compared with
other words passes through here.
"""

import re
import unicodedata
from typing import Literal

MOST_MARKS = 10
"""More than any living script puts on one sign: pointed Hebrew has up to four, stacked Tibetan about seven."""

# Whatever may stand in such a row: no letter and no digit, and the two kana that are letters until they are folded to marks.
_ROW = re.compile(rf"[\W\uff9e\uff9f]{{{MOST_MARKS + 1},}}")
_KANA_MARKS = frozenset("\uff9e\uff9f")
# The one sign that folds to eighteen; by the short form of the same words it folds to four.
_BLESSING, _BLESSING_IN_SHORT = "\ufdfa", "\ufdf5"


def folded(text: str, form: Literal["NFC", "NFKC", "NFKD"]) -> str:
    """The text in a normal form of Unicode, for comparing: in time that grows as the text does, whatever it holds."""
    if text.isascii():
        return text
    bounded = few_marks(text)
    return unicodedata.normalize(
        form, bounded if form == "NFC" else bounded.replace(_BLESSING, _BLESSING_IN_SHORT)
    )


def few_marks(text: str) -> str:
    """The text with at most `MOST_MARKS` marks on each sign; any that people write is given back as it is."""
    return text if text.isascii() else _ROW.sub(lambda row: _cut(row[0]), text)


def _cut(row: str) -> str:
    """Signs that nobody sees are kept, and part no row: they are taken out later, and then the marks stand together."""
    kept, marks = [], 0
    for sign in row:
        category = unicodedata.category(sign)
        if category[0] == "M" or sign in _KANA_MARKS:
            marks += 1
            if marks > MOST_MARKS:
                continue
        elif category not in ("Cf", "Cc"):
            marks = 0
        kept.append(sign)
    return "".join(kept)
