"""Reading what somebody texted: cleaned words, digits of every script, and the words that a phone company obeys."""

from dataclasses import dataclass, field
from enum import StrEnum


class Keyword(StrEnum):
    """A word that stands alone in a text and is an order, in whichever language."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class Part:
    """The mark that some phones put on the parts of a long text: "(2/3)"."""

    number: int
    total: int


@dataclass(frozen=True)
class Said:
    """One text, read without knowing the question.

    `words` is the whole text, cleaned. `digits` are the answers that it consists of, or that stand before words (`rest`).
    """

    words: str = field(repr=False)
    keyword: Keyword | None = None
    digits: tuple[int, ...] = ()
    rest: str = field(repr=False, default="")
    part: Part | None = None
