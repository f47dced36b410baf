"""The promise as a rule: an open case that anybody may read has one next thing to do, somebody who must do it, and a date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.clocks.rungs import NOT_HELD, climbs
from app.cases.enums import ClockKind, ClockState, OutsideDateKind, Rung, State, Who


@dataclass(frozen=True)
class AskingClock:
    """A clock that runs or was missed."""

    id: UUID
    kind: ClockKind
    due_at: datetime
    state: ClockState
    who: Who


@dataclass(frozen=True)
class StandingRung:
    """A rung of a ladder on which somebody stands: who was asked, for which clock, by when; `last` when nobody is left to ask."""

    clock_id: UUID
    rung: Rung
    due_at: datetime
    last: bool


@dataclass(frozen=True)
class OpenOffer:
    """A partner that was asked to take the case, and by when it is to answer."""

    organisation_id: UUID
    expires_at: datetime | None


@dataclass(frozen=True)
class Beside:
    """What comes beside the clocks: a date that the world sets, or, without a kind, what a helper planned."""

    due_at: datetime
    kind: OutsideDateKind | None = None


@dataclass(frozen=True)
class WhereItStands:
    """All of an open case that decides what has to be done next."""

    state: State
    organisation_id: UUID | None
    clocks: Collection[AskingClock]
    offers: Collection[OpenOffer] = ()
    kept_ready: bool = False  # partners are kept ready while the worker answers by text
    rungs: Collection[StandingRung] = ()
    also_asked_id: UUID | None = None  # the second of two who are asked at once
    # It only ever comes sooner than a clock and never in place of one, so whoever asks whether there is a step need not read it.
    beside: Collection[Beside] = ()


@dataclass(frozen=True)
class NextStep:
    """What has to be done next, who must do it, and by when; `late_since` where an earlier date for it passed.

    Without a kind it is what a helper planned.
    """

    kind: ClockKind | OutsideDateKind | None
    who: Who
    due_at: datetime
    late_since: datetime | None = None
    rung: Rung | None = None


def next_step(case: WhereItStands) -> NextStep | None:
    """The one next step, or None where there is none, or more than one."""
    if case.state is State.OFFERED:
        return _answer_offers(case)
    if case.also_asked_id is not None:
        return None
    if case.state is not State.RECEIVED:
        return None if case.organisation_id is None or case.state in NOT_HELD else _of_clocks(case)
    if any(each.kind is ClockKind.PLACE for each in case.clocks):
        return _of_clocks(case)
    # The service itself asks somebody when the worker has answered or falls silent, and the worker was given the date to be read.
    waits = min(case.clocks, key=_order, default=None) if case.kept_ready else None
    return None if waits is None else NextStep(waits.kind, Who.SYSTEM, waits.due_at)


def _answer_offers(case: WhereItStands) -> NextStep | None:
    """One answer is waited for, whoever gives it: that of the one who is asked, or the first of two."""
    before = {each for each in (case.organisation_id, case.also_asked_id) if each is not None}
    asked = {offer.organisation_id for offer in case.offers}
    dates = [offer.expires_at for offer in case.offers if offer.expires_at is not None]
    if not asked or asked != before or len(dates) != len(asked):
        return None
    return NextStep(ClockKind.ACCEPT, Who.PARTNER, max(dates))


def _of_clocks(case: WhereItStands) -> NextStep | None:
    """What somebody was asked for because it is late, before whatever comes first of the rest."""
    asking = {each.id: each for each in case.clocks}
    standing = [rung for rung in case.rungs if _stands(case, asking.get(rung.clock_id))]
    if sum(not rung.last for rung in standing) > 1:
        return None
    rung = min(standing, key=lambda each: (each.last, each.due_at), default=None)
    if rung is not None:
        late = asking[rung.clock_id]
        who = Who.COORDINATOR if rung.rung in (Rung.COORDINATOR, Rung.CUSTODIAN) else Who.PARTNER
        return NextStep(late.kind, who, rung.due_at, late.due_at, rung.rung)
    theirs = [each for each in case.clocks if climbs(each.kind, each.who, case.state)]
    first = min(theirs, key=_order, default=None)
    if first is None:
        return None
    sooner = sooner_than(first.due_at, case.beside)
    if sooner is not None and first.state is not ClockState.MISSED:
        return NextStep(sooner.kind, Who.PARTNER, sooner.due_at)
    # A company that let its date pass does nothing more by itself: whoever has the case has to.
    missed = first.state is ClockState.MISSED
    who = Who.PARTNER if missed and first.who is Who.COMPANY else first.who
    return NextStep(first.kind, who, first.due_at, first.due_at if missed else None)


def _stands(case: WhereItStands, late: AskingClock | None) -> bool:
    return late is not None and late.state is ClockState.MISSED and climbs(late.kind, late.who, case.state)


def sooner_than(due_at: datetime, beside: Collection[Beside]) -> Beside | None:
    """The earliest of what comes beside the clocks, where it comes before this one."""
    first = min(beside, key=lambda each: each.due_at, default=None)
    return first if first is not None and first.due_at < due_at else None


def _order(each: AskingClock) -> tuple[datetime, ClockKind]:
    return each.due_at, each.kind
