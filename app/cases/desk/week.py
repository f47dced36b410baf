"""Today and this week at the desk: what has to be done by when, in all the cases that a member can open; no words are opened."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import CASE_COLUMNS, Case, holders_of, is_seen_as_read, standing_grants
from app.cases.clocks import climbs
from app.cases.desk.found_steps import BEGINNING, FoundStep, StepOf, found_steps
from app.cases.desk.queue import COUNTED_AT_MOST, asked_beside, in_sight
from app.cases.enums import ClockKind, FollowupKind, OutsideDateKind, Rung, State, Urgency
from app.database import CaseId, MemberId, OrganisationId
from app.network import SignedIn, away_now, leads_of, member_names, zone_info
from app.vault import Vault

DAYS = 7
"""Today and the six days after it."""

_NOBODY = UUID(int=0)
_URGENCIES = tuple(Urgency)


class StepsOf(StrEnum):
    """Whose steps are shown."""

    EVERYBODY = "everybody"
    MINE = "mine"
    NOBODY = "nobody"


class Person(NamedTuple):
    """A member who has a step, and until which day they are away, where they are today."""

    id: MemberId
    name: str
    away_until: date | None = None


@dataclass(frozen=True)
class DueStep:
    """One thing to be done in a case, on which of the member's days, and who has it; what is merely offered has no reference.

    Of what is late `asked` says who was asked for it and `asked_by` by when; that is a step of its own too, of whoever was asked.
    """

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
    people: tuple[Person, ...] = ()
    asked: Rung | None = None
    asked_by: datetime | None = None  # where the member is

    @property
    def member(self) -> str | None:
        """Who has it, by name."""
        return ", ".join(person.name for person in self.people) or None


@dataclass(frozen=True)
class Week:
    """What is late and what is due on which of the days, danger first; and how many cases there are, by whose steps they have."""

    days: tuple[date, ...]
    late: tuple[DueStep, ...]
    due: dict[date, tuple[DueStep, ...]]
    numbers: dict[StepsOf, int]
    partial: bool  # the member has more open cases than are looked at

    @property
    def today(self) -> date:
        """Today, where the member is."""
        return self.days[0]


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
    found = found_steps(session, vault, by, ids, days, now, until)
    cases, partial = _readable(session, vault, holders, looked_at, {each.case_id for each in found})
    people = _people(session, vault, by, [*found, *cases.values()])
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
        {each: len({step.case_id for step in theirs}) for each, theirs in of.items()},
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


def _stands(found: FoundStep, case: _Shown) -> bool:
    """Whether it is a step of whoever has the case now: of an offered case only the offer is."""
    if case.state is State.OFFERED or found.of is StepOf.OFFER:
        return case.state is State.OFFERED and found.of is StepOf.OFFER
    return not isinstance(found.kind, ClockKind) or climbs(found.kind, found.who, case.state)


@dataclass(frozen=True)
class _People:
    """Who of the organisation may have a step."""

    named: dict[UUID, Person]
    leads: tuple[Person, ...]

    def of(self, found: FoundStep, case: _Shown) -> tuple[Person, ...]:
        """Whose a step is: of its own member, of the leads whom it was put before, or of who works on the case."""
        if found.of is StepOf.OFFER:
            return ()
        if found.of is StepOf.ASKED and found.rung is Rung.LEAD:
            return self.leads
        helper = self.named.get(found.member_id or case.assignee_id or _NOBODY)
        return () if helper is None else (helper,)


def _people(session: Session, vault: Vault, by: SignedIn, having: Iterable["FoundStep | _Shown"]) -> _People:
    """Whoever has a step, by name, and the leads where something was put before them."""
    having = tuple(having)
    asks_leads = any(isinstance(each, FoundStep) and each.rung is Rung.LEAD for each in having)
    leads = set(leads_of(session, vault, OrganisationId(by.organisation.id)) if asks_leads else ())
    wanted = {each.assignee_id if isinstance(each, _Shown) else each.member_id for each in having}
    away = away_now(session, vault, by.organisation)
    named = {
        member_id: Person(MemberId(member_id), name, away.get(MemberId(member_id)))
        for member_id, name in member_names(session, vault, wanted | leads).items()
    }
    in_order = sorted(
        (named[each] for each in leads if each in named), key=lambda each: (each.name.casefold(), each.id)
    )
    return _People(named, tuple(in_order))


def _step(found: FoundStep, case: _Shown, people: _People, zone: tzinfo, now: datetime) -> DueStep:
    due_at = None if found.due_at is None else found.due_at.astimezone(zone)
    day = now.astimezone(zone).date() if due_at is None else clock.last_moment(due_at).date()
    return DueStep(
        case_id=CaseId(case.id),
        reference=None if found.of is StepOf.OFFER else case.reference,
        urgency=case.urgency,
        of=found.of,
        kind=found.kind,
        day=found.on or day,
        due_at=due_at,
        late=due_at is not None and due_at <= now,
        people=people.of(found, case),
        asked=found.rung,
        asked_by=None if found.asked_by is None else found.asked_by.astimezone(zone),
    )


def _is(step: DueStep, whose: StepsOf, by: SignedIn) -> bool:
    match whose:
        case StepsOf.MINE:
            return any(person.id == by.member.id for person in step.people)
        case StepsOf.NOBODY:
            return not step.people
    return True


def _in_order(steps: Iterable[DueStep]) -> tuple[DueStep, ...]:
    """Danger first, then what is due first; a whole day comes before its hours."""
    return tuple(sorted(steps, key=_order))


def _order(step: DueStep) -> tuple[bool, datetime, int, str]:
    return (
        step.urgency is not Urgency.DANGER,
        step.due_at or BEGINNING,
        _URGENCIES.index(step.urgency),
        step.reference or "",
    )
