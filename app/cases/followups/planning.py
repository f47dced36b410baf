"""Which questions a worker is asked, when, and which of those that are due: pure, over plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.cases.case import Happened
from app.cases.enums import FollowupKind, Profile
from app.cases.rules import FollowupDays
from app.clock import hour_of

Days = Mapping[FollowupKind, FollowupDays]

# The domain's own: four tries over sixty days without an answer.
_TRIES, _TRIED_FOR = 4, timedelta(days=60)
# Not everybody looks each day. "Did it get worse", put in the morning, would be gone at noon when "nothing new" is due then.
_STANDS_FOR = timedelta(days=3)

_EVERY = frozenset(FollowupKind)
_WHILE_OPEN = (FollowupKind.WORSE, FollowupKind.NEWS)


@dataclass(frozen=True)
class PlannedFollowup:
    """A question to be written down; together with its case it can be planned once."""

    kind: FollowupKind
    since: datetime
    round: int
    due_at: datetime


@dataclass(frozen=True)
class Turn:
    """What becomes of the questions when something happens: `ends` are called off, then `begins` are planned.

    `beside` are planned only where none of their kind waits already.
    """

    ends: frozenset[FollowupKind] = frozenset()
    begins: tuple[FollowupKind, ...] = ()
    beside: tuple[FollowupKind, ...] = ()


_TURNS: Mapping[Happened, Turn] = {
    Happened.FILED: Turn(begins=_WHILE_OPEN),
    # What is new makes "nothing new" wrong: its days begin again.
    Happened.ACCEPTED: Turn(frozenset({FollowupKind.NEWS}), begins=(FollowupKind.NEWS,)),
    Happened.ANSWERED: Turn(
        frozenset({FollowupKind.NEWS}), begins=(FollowupKind.NEWS,), beside=(FollowupKind.PUT_RIGHT,)
    ),
    Happened.HASTENED: Turn(frozenset(_WHILE_OPEN), begins=_WHILE_OPEN),
    Happened.LOCKED: Turn(_EVERY),
    Happened.STOPPED: Turn(_EVERY),
    Happened.UNLOCKED: Turn(_EVERY, begins=_WHILE_OPEN),
    Happened.CLOSED: Turn(_EVERY, begins=(FollowupKind.AFTER_CLOSING,)),
    Happened.QUESTIONS_WANTED: Turn(_EVERY, begins=tuple(FollowupKind)),
    Happened.REOPENED: Turn(_EVERY, begins=_WHILE_OPEN, beside=(FollowupKind.PUT_RIGHT,)),
}


def turn(what: Happened) -> Turn:
    """What becomes of the questions by this."""
    return _TURNS[what]


def plan(
    kinds: Iterable[FollowupKind], profile: Profile, moment: datetime, days: Days
) -> tuple[PlannedFollowup, ...]:
    """Every round of these kinds that begins now; of one that comes round again only the first."""
    since = hour_of(moment)
    return tuple(
        PlannedFollowup(kind, since, number, _due(moment, after))
        for kind in kinds
        for number, after in enumerate(days[kind].days[profile], start=1)
    )


def next_round(done: PlannedFollowup, profile: Profile, now: datetime, days: Days) -> PlannedFollowup | None:
    """The round that follows one whose time has come, counted from now: what was late is not made up for. None for most kinds.

    From this hour, not the next: rounds that came an hour later each time would miss the questions that fall on the same day.
    """
    rule = days[done.kind]
    if not rule.repeats:
        return None
    due_at = hour_of(now) + timedelta(days=rule.days[profile][0])
    return PlannedFollowup(done.kind, done.since, done.round + 1, due_at)


@dataclass(frozen=True)
class StandingQuestion:
    """The question on the card, and the hour in which it was put there."""

    kind: FollowupKind
    asked_hour: datetime


@dataclass(frozen=True)
class Settled:
    """What becomes of all that is due in one case: one is asked, what it stands for is merged, what came too late is missed."""

    ask: PlannedFollowup | None = None
    merged: tuple[PlannedFollowup, ...] = ()
    missed: tuple[PlannedFollowup, ...] = ()


def settle(
    due: Sequence[PlannedFollowup], now: datetime, days: Days, standing: StandingQuestion | None = None
) -> Settled:
    """Choose the one question that a worker is asked, the most important and of these the latest; never a burst.

    One that comes round again leaves the card to what has just been put there, which is `standing`.
    """
    missed = tuple(each for each in due if _too_late(each, now, days))
    order = list(FollowupKind)
    right = sorted(
        (each for each in due if each not in missed),
        key=lambda each: (order.index(each.kind), -each.due_at.timestamp()),
    )
    if not right or (standing is not None and _leaves_card(right[0], standing, now, days)):
        return Settled(None, tuple(right), missed)
    return Settled(right[0], tuple(right[1:]), missed)


def is_silent(tries: Collection[datetime], now: datetime) -> bool:
    """Whether a worker was asked so often and for so long without an answer that a person may decide to stop."""
    return len(tries) >= _TRIES and now - min(tries) >= _TRIED_FOR


def _leaves_card(one: PlannedFollowup, standing: StandingQuestion, now: datetime, days: Days) -> bool:
    once = not days[standing.kind].repeats
    return once and days[one.kind].repeats and now - standing.asked_hour < _STANDS_FOR


def _too_late(one: PlannedFollowup, now: datetime, days: Days) -> bool:
    still_right = days[one.kind].still_right
    return still_right is not None and now - one.due_at > timedelta(days=still_right)


def _due(moment: datetime, after: int) -> datetime:
    """A full hour, rounded up: the database shows no finer time."""
    hour = hour_of(moment)
    return hour + timedelta(days=after, hours=0 if hour == moment else 1)
