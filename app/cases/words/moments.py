"""Whether what a text tells happens at this very moment: words of time near it, and none that say otherwise, or that it ended."""

from collections.abc import Iterable
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
    """

    def __init__(self, looked_at: TextLookedAt[T], now: T, not_now: T, over: T) -> None:
        means = looked_at.means()
        words, other, ended = (
            list(looked_at.stretches(said))[:_MOST] if said in means else [] for said in (now, not_now, over)
        )
        self._now = [word for word in words if not _any_touches(other, word)]
        # "Until now" and "now I have no work" are about that word alone.
        self._other = [time for time in other if not _any_touches(words, time)]
        # "He has not stopped beating me" begins before the end that it denies.
        self._over = [end for end in ended if not any(_takes_back(word, end) for word in words)]

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
