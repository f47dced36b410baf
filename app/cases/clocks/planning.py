"""Planning clocks: pure functions from an event and a moment to the hours by which something must have happened."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.cases.enums import ClockKind, Profile, StartEvent, Who
from app.cases.rules import Deadlines, Duration, Unit
from app.clock import hour_of

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlannedClock:
    """A clock to be written down: what must happen, by which full hour, and who has to act."""

    kind: ClockKind
    due_at: datetime
    who: Who


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
    ClockAct.CLOSED: frozenset({ClockKind.ASSESSMENT, ClockKind.OUTCOME_FEEDBACK}),
}

TICKED_BY_HAND = frozenset(
    {ClockKind.SAFETY_CONTACT, ClockKind.SAFETY_PLAN, ClockKind.ASSESSMENT, ClockKind.COMPANY_REPLY}
)
"""Clocks that a helper may mark as done, because they can be met outside Redress; the others prove themselves."""


def plan_clocks(
    profile: Profile, event: StartEvent, moment: datetime, deadlines: Deadlines, country: str | None
) -> tuple[PlannedClock, ...]:
    """The clocks that this event starts, in the order of their due times."""
    planned = [
        PlannedClock(
            deadline.kind,
            due_after(moment, deadline.durations[profile], deadlines.weekend(country)),
            deadline.who,
        )
        for deadline in deadlines.clocks
        if deadline.start is event
    ]
    return tuple(sorted(planned, key=lambda clock: (clock.due_at, clock.kind)))


def due_after(start: datetime, duration: Duration, weekend: frozenset[int]) -> datetime:
    """The full hour, rounded up, at which the duration has passed; weekends (`datetime.weekday()`) stop working days."""
    start = _hour_up(start.astimezone(UTC))
    if duration.unit is Unit.HOURS:
        return start + timedelta(hours=duration.number)
    if duration.unit is Unit.DAYS:
        return start + duration.number * _DAY
    if start.weekday() in weekend:
        start = _next_working_day(start, weekend).replace(hour=0)
    for _ in range(duration.number):
        start = _next_working_day(start, weekend)
    return start


def met_by(act: ClockAct) -> frozenset[ClockKind]:
    """Which clocks are met when somebody did that, of those still running."""
    return _MEETS[act]


def _hour_up(moment: datetime) -> datetime:
    hour = hour_of(moment)
    return hour if hour == moment else hour + timedelta(hours=1)


def _next_working_day(moment: datetime, weekend: frozenset[int]) -> datetime:
    moment += _DAY
    while moment.weekday() in weekend:
        moment += _DAY
    return moment
