"""Today and this week at the desk: what has to be done by when, in all the cases that a member can open; no words are opened."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    CASE_COLUMNS,
    Case,
    Clock,
    Entry,
    Offer,
    holders_of,
    is_seen_as_read,
    known_dates,
    open_tasks,
    standing_grants,
)
from app.cases.clocks import ASKING, climbs
from app.cases.desk.queue import COUNTED_AT_MOST, asked_beside, in_sight
from app.cases.enums import (
    AuthorKind,
    ClockKind,
    EntryKind,
    FollowupKind,
    FollowupState,
    OfferState,
    OutsideDateKind,
    State,
    Urgency,
    Who,
)
from app.cases.followups import Followup
from app.database import CaseId, MemberId
from app.network import SignedIn, member_names, zone_info
from app.vault import Vault, sound

DAYS = 7
"""Today and the six days after it."""

# Moments before it stand in no row of ours, and PostgreSQL has some that no program can read.
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK_KINDS = frozenset(ClockKind)
_URGENCIES = tuple(Urgency)


class StepOf(StrEnum):
    """Where a step comes from.

    An offer to answer, a clock, a date that the world sets, a question that could not be asked, what a helper planned.
    """

    OFFER = "offer"
    CLOCK = "clock"
    DATE = "date"
    QUESTION = "question"
    OWN = "own"


class StepsOf(StrEnum):
    """Whose steps are shown."""

    EVERYBODY = "everybody"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True)
class DueStep:
    """One thing to be done in a case, on which of the member's days, and who has it; what is merely offered has no reference."""

    case_id: CaseId
    reference: str | None
    urgency: Urgency
    of: StepOf
    kind: (
        ClockKind | OutsideDateKind | FollowupKind | None
    )  # none of what a helper planned: its words are sealed
    day: date
    due_at: datetime | None  # where the member is; none where it is the whole day
    late: bool
    member_id: MemberId | None
    member: str | None


@dataclass(frozen=True)
class Week:
    """What is late and what is due on which of the days, danger first; and how many steps there are, by whose they are."""

    days: tuple[date, ...]
    late: tuple[DueStep, ...]
    due: dict[date, tuple[DueStep, ...]]
    numbers: dict[StepsOf, int]
    partial: bool  # the member has more open cases than are looked at

    @property
    def today(self) -> date:
        """Today, where the member is."""
        return self.days[0]


@dataclass(frozen=True)
class _Found:
    """A step as the tables give it, before it is known that its case may be shown."""

    case_id: UUID
    of: StepOf
    kind: ClockKind | OutsideDateKind | FollowupKind | None
    due_at: datetime | None = None
    on: date | None = None
    who: Who = Who.PARTNER
    member_id: MemberId | None = None  # where it is not that of the case


class _Shown(NamedTuple):
    """What the page says of a case."""

    id: UUID
    reference: str
    urgency: Urgency
    state: State
    assignee_id: UUID | None


def week_of(session: Session, vault: Vault, by: SignedIn, whose: StepsOf = StepsOf.EVERYBODY) -> Week:
    """The steps that are late or due within `DAYS` days of the member's own; as many statements however many there are."""
    holders, zone, now = holders_of(session, by), zone_info(by.zone), clock.now()
    today = now.astimezone(zone).date()
    days = tuple(today + timedelta(days=number) for number in range(DAYS))
    until = datetime.combine(today + timedelta(days=DAYS), time(), zone).astimezone(UTC)
    looked_at = _looked_at(by, holders)
    ids = select(looked_at.subquery().c.id)
    found = [
        *_clocks(session, ids, until),
        *_offers(session, by, ids, until),
        *_dates(session, vault, ids, days),
        *_questions(session, vault, ids, now),
        *_planned(session, vault, ids, until),
    ]
    cases, partial = _readable(session, vault, holders, looked_at, {each.case_id for each in found})
    helpers = {case.assignee_id for case in cases.values()} | {each.member_id for each in found}
    people = member_names(session, vault, helpers)
    steps = [
        _step(each, case, people, zone, now)
        for each in found
        if (case := cases.get(each.case_id)) is not None and _stands(each, case)
    ]
    of = {
        each: steps if each is StepsOf.EVERYBODY else [step for step in steps if _is(step, each, by)]
        for each in StepsOf
    }
    due: dict[date, list[DueStep]] = {day: [] for day in days}
    for step in of[whose]:
        if not step.late and step.day in due:
            due[step.day].append(step)
    return Week(
        days,
        _in_order(step for step in of[whose] if step.late),
        {day: _in_order(due[day]) for day in days},
        {each: len(theirs) for each, theirs in of.items()},
        partial,
    )


def _looked_at(by: SignedIn, holders: Sequence[UUID]) -> Select[Case]:
    """The first of the member's open cases, as the queue has them: a query, since a list of ids costs more than asking again."""
    return (
        select(Case)
        .where(or_(in_sight(by, holders), asked_beside(by, holders)), Case.is_open, Case.practice.is_(False))
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(COUNTED_AT_MOST)
    )


def _readable(
    session: Session,
    vault: Vault,
    holders: Sequence[UUID],
    looked_at: Select[Case],
    wanted: Collection[UUID],
) -> tuple[dict[UUID, "_Shown"], bool]:
    """Those of the wanted cases that may be shown, and whether there are more than are looked at."""
    # Columns, not objects: of hundreds of cases the page shows five words each.
    cases = session.execute(looked_at.with_only_columns(*CASE_COLUMNS)).all()
    with_steps = [case for case in cases if case.id in wanted]
    # By a list, unlike the queries above: what is not asked for need not be looked at.
    standing = standing_grants(session, vault, holders, [case.id for case in with_steps])
    shown = {
        case.id: _Shown(case.id, case.reference, case.urgency, case.state, case.assignee_id)
        for case in with_steps
        if is_seen_as_read(vault, case, standing)
    }
    return shown, len(cases) >= COUNTED_AT_MOST


def _clocks(session: Session, ids: Select[UUID], until: datetime) -> Iterator[_Found]:
    """One for each thing that a case asks for: no MAC covers clocks, and a thousand of others must not hide those beside them."""
    query = (
        select(Clock.case_id, Clock.kind, Clock.who, func.min(Clock.due_at).label("due_at"))
        .where(Clock.case_id.in_(ids), Clock.state.in_(ASKING))
        .where(Clock.due_at >= _BEGINNING, Clock.due_at < until)
        .group_by(Clock.case_id, Clock.kind, Clock.who)
    )
    for row in session.execute(query):
        if row.kind in _CLOCK_KINDS:
            yield _Found(row.case_id, StepOf.CLOCK, row.kind, row.due_at, who=row.who)


def _offers(session: Session, by: SignedIn, ids: Select[UUID], until: datetime) -> Iterator[_Found]:
    query = (
        select(Offer.case_id, func.min(Offer.expires_at).label("due_at"))
        .where(Offer.case_id.in_(ids), Offer.state == OfferState.OFFERED)
        .where(Offer.organisation_id == by.organisation.id)
        .where(Offer.expires_at >= _BEGINNING, Offer.expires_at < until)
        .group_by(Offer.case_id)
    )
    for row in session.execute(query):
        yield _Found(row.case_id, StepOf.OFFER, ClockKind.ACCEPT, row.due_at)


def _dates(session: Session, vault: Vault, ids: Select[UUID], days: Sequence[date]) -> Iterator[_Found]:
    for case_id, known in known_dates(session, vault, ids).items():
        for each in known:
            if days[0] <= each.on <= days[-1]:
                yield _Found(case_id, StepOf.DATE, each.kind, on=each.on)


# Whoever answered since has heard how it is, or can ask there.
_ANSWERED_SINCE = exists().where(
    Entry.case_id == Followup.case_id,
    Entry.author_kind == AuthorKind.MEMBER,
    Entry.kind == EntryKind.REPLY,
    Entry.hour >= Followup.due_at,
)


def _questions(session: Session, vault: Vault, ids: Select[UUID], now: datetime) -> Iterator[_Found]:
    """Of each case the latest question that Redress could not ask in time, so that a person has to."""
    query = (
        select(Followup)
        .where(Followup.case_id.in_(ids), Followup.state == FollowupState.MISSED)
        .where(Followup.due_at >= _BEGINNING, Followup.due_at <= now, ~_ANSWERED_SINCE)
        .order_by(Followup.due_at)
    )
    missed = {row.case_id: row for row in sound(vault, session.scalars(query).all())}
    for row in missed.values():
        yield _Found(row.case_id, StepOf.QUESTION, row.kind, row.due_at)


def _planned(session: Session, vault: Vault, ids: Select[UUID], until: datetime) -> Iterator[_Found]:
    for task in open_tasks(session, vault, ids):
        if task.due_at < until:
            yield _Found(task.case_id, StepOf.OWN, None, task.due_at, member_id=task.member_id)


def _stands(found: _Found, case: _Shown) -> bool:
    """Whether it is a step of whoever has the case now: of an offered case only the offer is."""
    if case.state is State.OFFERED or found.of is StepOf.OFFER:
        return case.state is State.OFFERED and found.of is StepOf.OFFER
    return not isinstance(found.kind, ClockKind) or climbs(found.kind, found.who, case.state)


def _step(found: _Found, case: _Shown, people: dict[UUID, str], zone: tzinfo, now: datetime) -> DueStep:
    offered = found.of is StepOf.OFFER
    assignee = None if offered or case.assignee_id is None else MemberId(case.assignee_id)
    helper = found.member_id or assignee
    due_at = None if found.due_at is None else found.due_at.astimezone(zone)
    return DueStep(
        case_id=CaseId(case.id),
        reference=None if offered else case.reference,
        urgency=case.urgency,
        of=found.of,
        kind=found.kind,
        day=found.on or (due_at or now.astimezone(zone)).date(),
        due_at=due_at,
        late=due_at is not None and due_at <= now,
        member_id=helper,
        member=None if helper is None else people.get(helper),
    )


def _is(step: DueStep, whose: StepsOf, by: SignedIn) -> bool:
    match whose:
        case StepsOf.MINE:
            return step.member_id == by.member.id
        case StepsOf.NOBODY:
            return step.member_id is None
    return True


def _in_order(steps: Iterable[DueStep]) -> tuple[DueStep, ...]:
    """Danger first, then what is due first; a whole day comes before its hours."""
    return tuple(sorted(steps, key=_order))


def _order(step: DueStep) -> tuple[bool, datetime, int, str]:
    return (
        step.urgency is not Urgency.DANGER,
        step.due_at or _BEGINNING,
        _URGENCIES.index(step.urgency),
        step.reference or "",
    )
