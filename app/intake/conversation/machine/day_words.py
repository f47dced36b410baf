"""Times at which our own texts may come, in words: weekdays, a part of the day, hours; and what else such a text says. No I/O.

The words stand in config/topic_words.toml, `days`. What denies something, or says more than that, is none. Of an hour that could
be two the later one counts, which is narrower by either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.case import EVERY_DAY
from app.cases.enums import TextHours
from app.intake.conversation.machine.sentences import PieceKind, Sentences

_LONGEST = 80
_WEEK, _NOON, _DAY = 7, 12, 24
_UNTIL, _BESIDE, _ALL, _ONLY, _AFTER, _AM, _PM = 7, 8, 9, 10, 11, 12, 13
_PARTS = {1: TextHours.BY_DAY, 2: TextHours.MORNINGS, 3: TextHours.EVENINGS, 4: TextHours.DAYS_OFF}
# As `options.how_is_it` and the questions that come by text have them.
_OTHER_TIMES, _NO_MORE = 1, 9
# "7pm", "19h".
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d])")


@dataclass(frozen=True)
class ChosenTimes:
    """What is chosen of the times: a part of the day or hours, the last may be open, and weekdays (Monday is 0). The rest stays."""

    choice: TextHours | None = None
    days: frozenset[int] = frozenset()
    hours: tuple[int, int | None] | None = None


@dataclass(frozen=True)
class NamedTimes:
    """The times that a text names.

    `asks` says that it asks for other times by the digit for that, `stops` that we shall ask no more, `loose` that its words may
    tell something else where nobody asked when.
    """

    chosen: ChosenTimes
    asks: bool = False
    stops: bool = False
    loose: bool = False


@dataclass(frozen=True)
class DayWords:
    """The words of every language together, in plain form, each with its weekday, and those between days and hours."""

    days: Mapping[str, int]
    all: frozenset[str]
    only: frozenset[str]
    after: frozenset[str]
    am: frozenset[str]
    pm: frozenset[str]
    until: frozenset[str]
    beside: frozenset[str]
    asked_only: frozenset[str]

    def read(self, plain: str, sentences: Sentences) -> NamedTimes | None:
        """What a plain text names; None where it names no time or says more."""
        plain = _GLUED.sub(" ", plain)
        if not plain or len(plain) > _LONGEST:
            return None
        read = _Read()
        parts, ends = sentences.options["text_hours"], _ending(sentences)
        known = self._known()
        for kind, piece in sentences.pieces(plain, {}, {**ends, **parts, **known}):
            if kind is PieceKind.OPTION and piece in known:
                read.take(known[piece])
            elif kind is PieceKind.OPTION and piece in ends:
                read.stops = True
            elif kind is PieceKind.OPTION and parts[piece] in _PARTS:
                read.parts.add(_PARTS[parts[piece]])
                read.loose |= piece in self.asked_only
            elif piece.isdecimal():
                read.number(piece)
            elif kind is PieceKind.NO and not read.pieces:
                read.refuses = True  # "no, only sundays", and not "no sundays"
            elif kind is not PieceKind.YES and piece not in sentences.polite:
                return None
        return read.named()

    def speaks_of_times(self, plain: str, sentences: Sentences) -> bool:
        """Whether a plain text names a day, a part of the day or an hour, whatever else it says of them."""
        parts = {piece for piece, digit in sentences.options["text_hours"].items() if digit in _PARTS}
        known = dict.fromkeys((*self.days, *self.after, *self.pm, *self.am, *(parts - self.asked_only)), 0)
        return any(kind is PieceKind.OPTION for kind, _ in sentences.pieces(plain, {}, known))

    def _known(self) -> dict[str, int]:
        tables = (
            (self.beside, _BESIDE),
            (self.until, _UNTIL),
            (self.all, _ALL),
            (self.only, _ONLY),
            (self.after, _AFTER),
            (self.am, _AM),
            (self.pm, _PM),
        )
        return {**{word: kind for words, kind in tables for word in words}, **self.days}


class _Read:
    """What was read of a text so far: weekdays and what stands between them as in `DayWords`, hours as negative numbers."""

    def __init__(self) -> None:
        self.pieces: list[int] = []
        self.halves: dict[int, int] = {}
        self.parts: set[TextHours] = set()
        self.stops = self.loose = self.refuses = False

    def take(self, piece: int) -> None:
        """A day, or a word between days and hours."""
        if piece in (_AM, _PM) and self.pieces and self.pieces[-1] < 0:
            self.halves[len(self.pieces) - 1] = piece
        elif piece != _BESIDE:
            self.pieces.append(piece)

    def number(self, piece: str) -> None:
        """An hour, or a digit of ours."""
        self.pieces.append(-1 - min(int(piece), _DAY + 1))

    def named(self) -> NamedTimes | None:
        """All of it; None where it is no time, or two."""
        asks = self._take_digit()
        only = _ONLY in self.pieces
        if self.refuses and not (self.pieces and self.pieces[0] == _ONLY):
            return None
        left = [(piece, self.halves.get(at)) for at, piece in enumerate(self.pieces) if piece != _ONLY]
        hours = _hours([each for each in left if each[0] < 0 or each[0] in (_UNTIL, _AFTER)])
        days = _days([piece for piece, _half in left])
        wrong = days is None or hours == () or len(self.parts) + bool(hours) > 1
        if wrong or not (days or hours or self.parts):
            return None
        part = next(iter(self.parts), None)
        if part is TextHours.DAYS_OFF and days:
            return None
        loose = self.loose and not days and not hours
        loose = loose or (_ALL in self.pieces and not self.parts and not hours)
        span = None if not hours else (hours[0], hours[1])
        return NamedTimes(
            ChosenTimes(part, days or frozenset(), span),
            asks,
            self.stops,
            loose and not (only or asks or self.stops),
        )

    def _take_digit(self) -> bool:
        """Whether the digit that asks for other times stands at the beginning; one that ends the asking counts at either end."""
        for at in (0, len(self.pieces) - 1):
            if at not in range(len(self.pieces)) or at in self.halves or len(self.pieces) < 2:
                continue
            digit = -1 - self.pieces[at]
            near = self.pieces[at - 1] if at else self.pieces[1]
            if digit < 0 or near < 0 or near in (_UNTIL, _AFTER):
                continue
            if digit == _NO_MORE or (digit == _OTHER_TIMES and at == 0):
                del self.pieces[at]
                self.halves = {(each if each < at else each - 1): half for each, half in self.halves.items()}
                self.stops |= digit == _NO_MORE
                return digit == _OTHER_TIMES
        # Alone with a part of the day: "9 evenings".
        if len(self.pieces) == 1 and self.parts and -1 - self.pieces[0] in (_OTHER_TIMES, _NO_MORE):
            digit = -1 - self.pieces.pop()
            self.stops |= digit == _NO_MORE
            return digit == _OTHER_TIMES
        return False


def _ending(sentences: Sentences) -> Mapping[str, int]:
    return {piece: digit for piece, digit in sentences.options["how_is_it"].items() if digit == _NO_MORE}


def _hours(pieces: list[tuple[int, int | None]]) -> tuple[int, int | None] | tuple[()] | None:
    """From when to when; None where no hour is named, empty where it is not clear which."""
    numbers = [(-1 - piece, half) for piece, half in pieces if piece < 0]
    if not numbers:
        return () if any(piece == _AFTER for piece, _ in pieces) else None
    if any(number > _DAY for number, _ in numbers) or len(numbers) > 2:
        return ()
    after = any(piece == _AFTER for piece, _ in pieces)
    (first, half), (last, other) = numbers[0], numbers[-1]
    if len(numbers) == 1:
        at = next(at for at, (piece, _) in enumerate(pieces) if piece < 0)
        if at == 0 or pieces[at - 1][0] != _AFTER:
            return ()
        hour = _hour(first, half or (_PM if first <= _NOON else None))
        return (hour, None) if hour < _DAY else ()
    if after or (half is None and other is None and max(first, last) <= _NOON):
        return ()
    if half is None and other is not None:
        # "10 to 2 pm" begins before noon.
        half = other if first < last or other == _AM else _AM
    begins, ends = _hour(first, half), _hour(last, other)
    return () if begins in (ends, _DAY) or ends == 0 else (begins, ends)


def _hour(number: int, half: int | None) -> int:
    if half is None or number > _NOON:
        return number
    return number % _NOON + (_NOON if half == _PM else 0)


def _days(pieces: list[int]) -> frozenset[int] | None:
    """Each day that is named, and those between two of them; None where "to" stands without a day, or an hour, on either side."""
    found = set(EVERY_DAY) if _ALL in pieces else set()
    for place, piece in enumerate(pieces):
        if piece != _UNTIL:
            found |= {piece} & EVERY_DAY
            continue
        around = pieces[max(place - 1, 0) : place + 2]
        if len(around) == 3 and max(around[0], around[2]) < 0:
            continue
        if len(around) != 3 or not {around[0], around[2]} <= EVERY_DAY:
            return None
        first, last = around[0], around[2]
        found |= {(first + each) % _WEEK for each in range((last - first) % _WEEK + 1)}
    return frozenset(found)
