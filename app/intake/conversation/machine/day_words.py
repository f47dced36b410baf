"""Weekdays on which our own texts may come, in words: one alone, several, or from one to another. No I/O.

The words stand in config/topic_words.toml, `days`. What denies something, or says more than that and a part of the day, is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.case import EVERY_DAY
from app.cases.enums import TextHours
from app.intake.conversation.machine.sentences import PieceKind, Sentences

_LONGEST = 80
_WEEK = 7
_UNTIL, _BESIDE = 7, 8
_PARTS = {1: TextHours.BY_DAY, 2: TextHours.MORNINGS, 3: TextHours.EVENINGS}


@dataclass(frozen=True)
class ChosenDays:
    """The weekdays (Monday is 0), and the part of the day."""

    choice: TextHours
    days: frozenset[int]


@dataclass(frozen=True)
class DayWords:
    """The words of every language together, in plain form, each with its weekday, and those between two days."""

    days: Mapping[str, int]
    until: frozenset[str]
    beside: frozenset[str]

    def read(self, plain: str, sentences: Sentences) -> ChosenDays | None:
        """What a plain text chooses; None where it names no day or says more."""
        if not plain or len(plain) > _LONGEST:
            return None
        parts = sentences.options["text_hours"]
        known = {**dict.fromkeys(self.beside, _BESIDE), **dict.fromkeys(self.until, _UNTIL), **self.days}
        pieces: list[int] = []
        chosen: set[TextHours] = set()
        for kind, piece in sentences.pieces(plain, {}, {**parts, **known}):
            if kind is PieceKind.OPTION and piece in known:
                pieces.append(known[piece])
            elif kind is PieceKind.OPTION and parts[piece] in _PARTS:
                chosen.add(_PARTS[parts[piece]])
            elif kind is not PieceKind.YES and piece not in sentences.polite:
                return None
        days = _days([piece for piece in pieces if piece != _BESIDE])
        if not days or len(chosen) > 1:
            return None
        return ChosenDays(next(iter(chosen), TextHours.BY_DAY), days)


def _days(pieces: list[int]) -> frozenset[int]:
    """Each day that is named, and those between two of them; none where "to" stands elsewhere."""
    found: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece != _UNTIL:
            found.add(piece)
            continue
        around = pieces[max(place - 1, 0) : place + 2]
        if len(around) != 3 or _UNTIL in (around[0], around[2]):
            return frozenset()
        first, last = around[0], around[2]
        found |= {(first + each) % _WEEK for each in range((last - first) % _WEEK + 1)}
    return frozenset(found) & EVERY_DAY
