"""Who is on duty on which day, and who is away: plain values of one organisation, in the days of its own time zone."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from app.database import MemberId

WEEK = 7
AHEAD = 8
"""Today and the next seven days: so far a roster without anybody on duty is told of."""


@dataclass(frozen=True)
class Shift:
    """A member is on duty on these days of the week (`date.weekday()`), from a day on and until one, each where it is given."""

    id: UUID
    member_id: MemberId
    weekdays: frozenset[int]
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the member is on duty on that day."""
        begun = self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last) and day.weekday() in self.weekdays


@dataclass(frozen=True)
class Absence:
    """A member is away from the first day to the last, both of them."""

    id: UUID
    member_id: MemberId
    first: date
    last: date


@dataclass(frozen=True)
class Roster:
    """All turns and absences of an organisation's members who may act."""

    turns: tuple[Shift, ...]
    absences: tuple[Absence, ...]
    zone: tzinfo

    def of(self, members: Container[MemberId]) -> "Roster":
        """The same with the turns of these members only."""
        return replace(self, turns=tuple(each for each in self.turns if each.member_id in members))

    def day_of(self, moment: datetime) -> date:
        """Which day it is there."""
        return moment.astimezone(self.zone).date()

    def away(self, day: date) -> frozenset[MemberId]:
        """Who is away on that day."""
        return frozenset(each.member_id for each in self.absences if each.first <= day <= each.last)

    def away_until(self, day: date) -> dict[MemberId, date]:
        """Until which day those are away who are on this one, that day too."""
        now = sorted((each.last, each.member_id) for each in self.absences if each.first <= day <= each.last)
        return {member_id: last for last, member_id in now}  # of several the last one

    def on_duty(self, day: date) -> frozenset[MemberId]:
        """Who is on duty on that day, and not away."""
        return frozenset(each.member_id for each in self.turns if each.covers(day)) - self.away(day)

    def days_ahead(self, moment: datetime) -> Iterator[date]:
        """Today there and the days after it, as far as anybody is told of gaps."""
        today = self.day_of(moment)
        return (today + timedelta(days=number) for number in range(AHEAD))

    def gaps(self, moment: datetime) -> tuple[date, ...]:
        """On which of those days nobody is on duty."""
        return tuple(day for day in self.days_ahead(moment) if not self.on_duty(day))

    def alone(self, member_id: MemberId, moment: datetime) -> tuple[date, ...]:
        """On which of those days nobody but this member is on duty."""
        return tuple(day for day in self.days_ahead(moment) if self.on_duty(day) == {member_id})
