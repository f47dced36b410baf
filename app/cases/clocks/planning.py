"""Planning clocks: pure functions from an event and a moment to the hours by which something must have happened."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from app.cases.enums import ClockKind, Profile, StartEvent, Who
from app.cases.rules import Calendar, Deadline, Deadlines, Duration, Unit
from app.clock import hour_of

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlannedClock:
    """A clock to be written down: what must happen, by which full hour, who has to act, and by which law, if by one."""

    kind: ClockKind
    due_at: datetime
    who: Who
    law: str | None = None


class ClockAct(StrEnum):
    """What somebody did that may meet clocks."""

    ANSWERED_OFFER = "answered_offer"
    PLACED = "placed"
    READ = "read"
    REPLIED_FIRST = "replied_first"
    REPLIED_AGAIN = "replied_again"
    ASSESSED = "assessed"
    CLOSED = "closed"


_MEETS = {
    ClockAct.ANSWERED_OFFER: frozenset({ClockKind.ACCEPT}),
    ClockAct.PLACED: frozenset({ClockKind.PLACE}),
    ClockAct.READ: frozenset({ClockKind.READ}),
    ClockAct.REPLIED_FIRST: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.SAFETY_CONTACT}),
    # After danger again the worker has to be reached again, however often somebody answered before.
    ClockAct.REPLIED_AGAIN: frozenset({ClockKind.FIRST_UPDATE, ClockKind.SAFETY_CONTACT}),
    ClockAct.ASSESSED: frozenset({ClockKind.ASSESSMENT}),
    # The word to the worker says what came of it; that nobody checked before is no check.
    ClockAct.CLOSED: frozenset({ClockKind.OUTCOME_FEEDBACK}),
}

TICKED_BY_HAND = frozenset(
    {ClockKind.SAFETY_CONTACT, ClockKind.SAFETY_PLAN, ClockKind.ASSESSMENT, ClockKind.COMPANY_REPLY}
)
"""Clocks that a helper may mark as done, because they can be met outside Redress; the others prove themselves."""


def plan_clocks(
    profile: Profile, event: StartEvent, moment: datetime, deadlines: Deadlines, calendar: Calendar
) -> tuple[PlannedClock, ...]:
    """The clocks that this event starts, in the order of their due times."""
    planned = [
        _planned(deadline, profile, moment, deadlines, calendar)
        for deadline in deadlines.clocks
        if deadline.start is event
    ]
    return tuple(sorted(planned, key=lambda clock: (clock.due_at, clock.kind)))


def _planned(
    deadline: Deadline, profile: Profile, moment: datetime, deadlines: Deadlines, calendar: Calendar
) -> PlannedClock:
    """Of the network's own deadline and those of the laws that it follows the earliest; at the same hour the law's."""
    kind = deadline.kind
    asked: list[tuple[datetime, bool, str | None]] = [
        (due_after(moment, law.deadlines[kind].duration, calendar), False, law.code)
        for law in deadlines.laws
        if kind in law.deadlines
    ]
    asked.append((due_after(moment, deadline.durations[profile], calendar), True, None))
    due_at, _, law = min(asked, key=lambda each: each[:2])
    return PlannedClock(kind, due_at, deadline.who, law)


def due_after(start: datetime, duration: Duration, calendar: Calendar) -> datetime:
    """The full hour, rounded up, at which the duration has passed; working days begin in the calendar's zone.

    A later start never gives an earlier hour, and working days never end on a day off. What is kept of a day is how much of it
    had passed, not what its clocks showed: where they are put back an hour, they show the same time twice.
    """
    if duration.unit is Unit.MONTHS:
        return _end_of(_months_on(calendar.day_of(start), duration.number), calendar)
    start = _hour_up(start.astimezone(UTC))
    if duration.unit is Unit.HOURS:
        return start + timedelta(hours=duration.number)
    if duration.unit is Unit.DAYS:
        return start + duration.number * _DAY
    start = _while_people_work(start, calendar)
    day = calendar.day_of(start)
    passed = start - calendar.begins(day)
    for _ in range(duration.number):
        day = calendar.working_day_from(day + _DAY)
    # The day on which the clocks are put forward is shorter.
    due = min(calendar.begins(day) + passed, calendar.begins(day + _DAY))
    return _while_people_work(_hour_up(due), calendar)


def met_by(act: ClockAct) -> frozenset[ClockKind]:
    """Which clocks are met when somebody did that, of those still running."""
    return _MEETS[act]


def _hour_up(moment: datetime) -> datetime:
    hour = hour_of(moment)
    return hour if hour == moment else hour + timedelta(hours=1)


def _months_on(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last of a month without it (Regulation 1182/71, article 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end_of(day: date, calendar: Calendar) -> datetime:
    """The last full hour of a day: months end with their last day, not at an hour of it, and by no later day."""
    return _hour_up(calendar.begins(day + _DAY) - timedelta(hours=1))


def _while_people_work(moment: datetime, calendar: Calendar) -> datetime:
    """The moment itself on a working day, else the first full hour of the next one."""
    day = calendar.day_of(moment)
    working = calendar.working_day_from(day)
    return moment if working == day else _hour_up(calendar.begins(working))
