"""Reading what somebody texted: cleaned words, digits of every script, and the words that a phone company obeys.

Nothing that comes in is ever an error. Words are kept as they were written, but for signs that no text can hold.
"""

import re
from dataclasses import dataclass, field

from app.cases.text_parts import Part, read_part
from app.intake.conversation.topic_words import Keyword, TopicWords
from app.language import clean_words
from app.network.matching import plain_text

# More than this in a row is a phone number or a date, not answers.
_MOST_ANSWERS = 6
# One digit before words is how sentences begin ("2 months no pay"); two and words are answers and a place.
_LEAST_BEFORE_WORDS = 2

_BETWEEN = re.compile(r"[\s,;،、，]+")
# What turns a digit into a picture of a key, and choices between pictures and letters: no part of an answer.
_DECORATION = re.compile("[\\u20e3\\ufe00-\\ufe0f]")


@dataclass(frozen=True)
class Said:
    """One text, read without knowing the question.

    `words` is the whole text, cleaned; `plain` is the same to compare with. `digits` are the answers that it consists of, or that
    stand before words (`rest`). `yes` is None unless the text is one word that says so. `topics` is what it is clearly about.
    """

    words: str = field(repr=False)
    plain: str = field(repr=False, default="")
    keyword: Keyword | None = None
    digits: tuple[int, ...] = ()
    rest: str = field(repr=False, default="")
    yes: bool | None = None
    part: Part | None = None
    topics: tuple[str, ...] = ()


def read_text(body: str, words: TopicWords) -> Said:
    """Read a text that came in, whatever it holds."""
    cleaned = clean_words(body).strip()
    plain = plain_text(_DECORATION.sub("", cleaned))
    part = read_part(cleaned)
    digits, rest = ((), "") if part else _read_digits(cleaned, words)
    return Said(
        words=cleaned,
        plain=plain,
        keyword=words.keyword(plain),
        digits=digits,
        rest=rest,
        yes=words.yes_or_no(plain),
        part=part,
        topics=words.clear_topics(plain),
    )


def _read_digits(text: str, words: TopicWords) -> tuple[tuple[int, ...], str]:
    """The single digits that a text consists of or begins with, and the words behind them."""
    tokens = _BETWEEN.split(text)
    digits: list[int] = []
    behind = len(tokens)
    for place, token in enumerate(tokens):
        plain = plain_text(_DECORATION.sub("", token))
        digit = words.digit(plain)
        if digit is not None:
            digits.append(digit)
        elif plain:
            behind = place
            break
    rest = tokens[behind:]
    if len(digits) > _MOST_ANSWERS or (rest and len(digits) < _LEAST_BEFORE_WORDS):
        return (), ""
    return tuple(digits), " ".join(token for token in rest if plain_text(token))
