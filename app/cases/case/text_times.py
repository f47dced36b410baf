"""The hours and days in which a worker may be texted without having written first: pure, over plain values and time zones.

A moment is compared as the clocks there show it, so the hours hold over every change to and from summer time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

HOURS_OF_A_DAY = 24
EVERY_DAY = frozenset(range(7))

_STEP = timedelta(minutes=15)  # every time zone differs from every other by a multiple of it
_LOOKED_AHEAD = timedelta(days=9)


class NoHourLeft(ValueError):
    """These hours or days leave no time for a text."""


@dataclass(frozen=True)
class TextTimes:
    """From one full hour to another, over midnight where the first is the later one, on these weekdays (Monday is 0)."""

    first: int
    last: int
    days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        fits = 0 <= self.first < HOURS_OF_A_DAY and 0 < self.last <= HOURS_OF_A_DAY
        if not fits or self.first == self.last or not self.days or not self.days <= EVERY_DAY:
            raise NoHourLeft

    def hold(self, zones: Collection[tzinfo], at: datetime) -> bool:
        """Whether a moment is one of them in each of these zones; without any zone nobody can tell, so it is not."""
        return bool(zones) and all(self._hold_by(at.astimezone(zone)) for zone in zones)

    def next(self, zones: Collection[tzinfo], at: datetime) -> datetime | None:
        """The first such moment from then on; None where no day of a week has one."""
        if self.hold(zones, at):
            return at
        moment = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        for _ in range(_LOOKED_AHEAD // _STEP):
            moment += _STEP
            if self.hold(zones, moment):
                return moment
        return None

    def left(self, zones: Collection[tzinfo], at: datetime, longest: timedelta) -> timedelta:
        """How long it stays such a time, at most so long."""
        until = at
        while until - at < longest and self.hold(zones, until):
            until = min(at + longest, _next_step(until))
        return until - at

    def _hold_by(self, there: datetime) -> bool:
        if self.first < self.last:
            return self.first <= there.hour < self.last and there.weekday() in self.days
        if there.hour >= self.first:
            return there.weekday() in self.days
        # What is after midnight belongs to the evening before it.
        return there.hour < self.last and (there.weekday() - 1) % 7 in self.days

    def as_json(self) -> dict[str, Any]:
        """Plain values for the veil."""
        return {"first": self.first, "last": self.last, "days": sorted(self.days)}


def times_from(values: dict[str, Any] | None) -> TextTimes | None:
    """The times out of what `as_json` wrote."""
    return None if values is None else TextTimes(values["first"], values["last"], frozenset(values["days"]))


def _next_step(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + _STEP
