"""What the tables hold of what has to be done in cases: clocks, whom a late one was put before, offers, dates, questions, plans."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.cases.case import Clock, Entry, Escalation, Offer, known_dates, open_tasks
from app.cases.clocks import ASKING
from app.cases.enums import (
    AuthorKind,
    ClockKind,
    ClockState,
    EntryKind,
    FollowupKind,
    FollowupState,
    OfferState,
    OutsideDateKind,
    Rung,
    RungState,
    Who,
)
from app.cases.followups import Followup
from app.database import is_one_of
from app.network import SignedIn
from app.vault import Vault, sound

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Moments before it stand in no row of ours, and PostgreSQL has some that no program can read."""

_CLOCK_KINDS = frozenset(ClockKind)


class StepOf(StrEnum):
    """Where a step comes from.

    An offer to answer, a clock, what somebody was asked for because it is late, a date that the world sets, a question that could
    not be asked, what a helper planned.
    """

    OFFER = "offer"
    CLOCK = "clock"
    ASKED = "asked"
    DATE = "date"
    QUESTION = "question"
    OWN = "own"


@dataclass(frozen=True)
class FoundStep:
    """A step as the tables give it, before it is known that its case may be shown."""

    case_id: UUID
    of: StepOf
    kind: ClockKind | OutsideDateKind | FollowupKind | None
    due_at: datetime | None = None
    on: date | None = None
    who: Who = Who.PARTNER
    member_id: UUID | None = None  # where it is not that of the case
    rung: Rung | None = None  # who was asked, where it is late
    asked_by: datetime | None = None


def found_steps(
    session: Session,
    vault: Vault,
    by: SignedIn,
    ids: Select[UUID],
    days: Sequence[date],
    now: datetime,
    until: datetime,
) -> list[FoundStep]:
    """All of them in these cases up to `until`; as many statements however many there are, and one more where something is late."""
    clocks = list(_clocks(session, ids, until))
    # Most mornings few are late, and a list of those costs less than asking again which cases are in sight.
    late = {each.case_id for each in clocks if each.due_at is not None and each.due_at <= now}
    rungs = _standing_rungs(session, vault, late) if late else {}
    return [
        *(_with_rung(each, rungs) for each in clocks),
        *_asked(rungs, now, until),
        *_offers(session, by, ids, until),
        *_dates(session, vault, ids, days),
        *_questions(session, vault, ids, now),
        *_planned(session, vault, ids, until),
    ]


def _clocks(session: Session, ids: Select[UUID], until: datetime) -> Iterator[FoundStep]:
    """One for each thing that a case asks for: no MAC covers clocks, and a thousand of others must not hide those beside them."""
    query = (
        select(Clock.case_id, Clock.kind, Clock.who, func.min(Clock.due_at).label("due_at"))
        .where(Clock.case_id.in_(ids), Clock.state.in_(ASKING))
        .where(Clock.due_at >= BEGINNING, Clock.due_at <= until)
        .group_by(Clock.case_id, Clock.kind, Clock.who)
    )
    for row in session.execute(query):
        if row.kind in _CLOCK_KINDS:
            yield FoundStep(row.case_id, StepOf.CLOCK, row.kind, row.due_at, who=row.who)


def _standing_rungs(
    session: Session, vault: Vault, late: Collection[UUID]
) -> dict[UUID, list[tuple[Escalation, Who]]]:
    """Of each case the rungs on which somebody stands: of whoever has their time still, else of those who were left to the last."""
    query = (
        select(Escalation, Clock.who)
        .join(Clock, (Clock.case_id == Escalation.case_id) & (Clock.id == Escalation.clock_id))
        .where(
            is_one_of(session, Escalation.case_id, late),
            Escalation.state.in_((RungState.ASKED, RungState.LAST)),
        )
        .where(Clock.state == ClockState.MISSED, Escalation.due_at >= BEGINNING)
        .order_by(Escalation.due_at)
    )
    found = session.execute(query).all()
    ours = {rung.id for rung in sound(vault, [rung for rung, _ in found])}
    standing: dict[UUID, list[tuple[Escalation, Who]]] = {}
    for rung, who in found:
        if rung.id in ours:
            standing.setdefault(rung.case_id, []).append((rung, who))
    return {
        case_id: [each for each in rungs if each[0].state is RungState.ASKED] or rungs
        for case_id, rungs in standing.items()
    }


def _with_rung(found: FoundStep, rungs: dict[UUID, list[tuple[Escalation, Who]]]) -> FoundStep:
    of_it = (
        rung for rung, who in rungs.get(found.case_id, ()) if (rung.kind, who) == (found.kind, found.who)
    )
    rung = next(of_it, None)
    return found if rung is None else replace(found, rung=rung.rung, asked_by=rung.due_at)


def _asked(
    rungs: dict[UUID, list[tuple[Escalation, Who]]], now: datetime, until: datetime
) -> Iterator[FoundStep]:
    """What a helper or a lead here was asked for, on the day by which it is to be done.

    Where a helper let that pass too, the late clock is theirs and says so.
    """
    for rung, who in (each for standing in rungs.values() for each in standing):
        theirs = rung.rung is Rung.LEAD or (rung.rung is Rung.HELPER and rung.due_at > now)
        if theirs and rung.due_at <= until:
            yield FoundStep(rung.case_id, StepOf.ASKED, rung.kind, rung.due_at, who=who, rung=rung.rung)


def _offers(session: Session, by: SignedIn, ids: Select[UUID], until: datetime) -> Iterator[FoundStep]:
    query = (
        select(Offer.case_id, func.min(Offer.expires_at).label("due_at"))
        .where(Offer.case_id.in_(ids), Offer.state == OfferState.OFFERED)
        .where(Offer.organisation_id == by.organisation.id)
        .where(Offer.expires_at >= BEGINNING, Offer.expires_at <= until)
        .group_by(Offer.case_id)
    )
    for row in session.execute(query):
        yield FoundStep(row.case_id, StepOf.OFFER, ClockKind.ACCEPT, row.due_at)


def _dates(session: Session, vault: Vault, ids: Select[UUID], days: Sequence[date]) -> Iterator[FoundStep]:
    for case_id, known in known_dates(session, vault, ids).items():
        for each in known:
            if days[0] <= each.on <= days[-1]:
                yield FoundStep(case_id, StepOf.DATE, each.kind, on=each.on)


# Whoever answered since has heard how it is, or can ask there.
_ANSWERED_SINCE = exists().where(
    Entry.case_id == Followup.case_id,
    Entry.author_kind == AuthorKind.MEMBER,
    Entry.kind == EntryKind.REPLY,
    Entry.hour >= Followup.due_at,
)


def _questions(session: Session, vault: Vault, ids: Select[UUID], now: datetime) -> Iterator[FoundStep]:
    """Of each case the latest question that Redress could not ask in time, so that a person has to."""
    query = (
        select(Followup)
        .where(Followup.case_id.in_(ids), Followup.state == FollowupState.MISSED)
        .where(Followup.due_at >= BEGINNING, Followup.due_at <= now, ~_ANSWERED_SINCE)
        .order_by(Followup.due_at)
    )
    missed = {row.case_id: row for row in sound(vault, session.scalars(query).all())}
    for row in missed.values():
        yield FoundStep(row.case_id, StepOf.QUESTION, row.kind, row.due_at)


def _planned(session: Session, vault: Vault, ids: Select[UUID], until: datetime) -> Iterator[FoundStep]:
    for task in open_tasks(session, vault, ids):
        if task.due_at <= until:
            yield FoundStep(task.case_id, StepOf.OWN, None, task.due_at, member_id=task.member_id)
