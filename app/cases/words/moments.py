"""Whether what a text tells happens at this very moment: words of time near it, and none that say otherwise, or that it ended."""

from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from app.cases.words.phrases import Stretch, TextLookedAt
from app.cases.words.signed_phrases import GAP_OF_SIGNS
from app.cases.words.spaced_phrases import GAP

T = TypeVar("T")

# "Now" so often says no more than once; what comes after is not looked at, so that nobody can make us work.
_MOST = 50


class Moment:
    """The words of one text that say "now", and those that say "every day", "last month", "if": a lone "now" is no alarm.

    What is denied or `over` right where it is told is none either, whatever else says "now": "he stopped beating me now".
    Looked for when it is first asked for: most texts tell of nothing that could harm somebody at this moment.
    """

    def __init__(self, looked_at: TextLookedAt[T], now: T, not_now: T, over: T) -> None:
        self._looked_at = looked_at
        self._said = now, not_now, over

    @cached_property
    def _stretches(self) -> tuple[list[Stretch], list[Stretch], list[Stretch]]:
        means = self._looked_at.means()
        words, other, ended = (
            list(self._looked_at.stretches(said))[:_MOST] if said in means else [] for said in self._said
        )
        # "Until now" and "now I have no work" are about that word alone.
        # "He has not stopped beating me" begins before the end that it denies.
        return (
            [word for word in words if not _any_touches(other, word)],
            [time for time in other if not _any_touches(words, time)],
            [end for end in ended if not any(_takes_back(word, end) for word in words)],
        )

    @property
    def _now(self) -> list[Stretch]:
        return self._stretches[0]

    @property
    def _other(self) -> list[Stretch]:
        return self._stretches[1]

    @property
    def _over(self) -> list[Stretch]:
        return self._stretches[2]

    @property
    def is_told(self) -> bool:
        """Whether the text says "now" at all."""
        return bool(self._now)

    def holds(self, told: Stretch, *, itself: bool) -> bool:
        """Whether these words happen now: `itself` where they say so alone, if no other time stands right beside them."""
        if _any_touches(self._over, _widened(told)):
            return False
        if itself and not _any_touches(self._other, _widened(told)):
            return True
        gaps = (_between(told, word) for word in self._now if word.signs == told.signs)
        most = GAP_OF_SIGNS if told.signs else GAP
        return any(
            gap.end - gap.start <= most and not _any_touches((*self._other, *self._over), gap) for gap in gaps
        )


def _between(one: Stretch, two: Stretch) -> Stretch:
    """What stands between two stretches; nothing where they touch."""
    start, end = min(one.end, two.end), max(one.start, two.start)
    return Stretch(start, max(start, end), one.signs)


def _takes_back(word: Stretch, end: Stretch) -> bool:
    """Whether a word begins before what says that something ended, and reaches into it."""
    return word.signs == end.signs and word.start < end.start < word.end


def _widened(told: Stretch) -> Stretch:
    by = 4 if told.signs else 1
    return Stretch(told.start - by, told.end + by, told.signs)


def _any_touches(many: Iterable[Stretch], one: Stretch) -> bool:
    return any(each.signs == one.signs and each.start < one.end and one.start < each.end for each in many)
