"""The desk's queue: one index in one direction, paged by key, counted in one statement, unveiled for the page's rows only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.access import granted, holders_of
from app.cases.enums import Stage, State, Urgency
from app.cases.models import Case
from app.cases.queue_rows import QueueRow, read_rows
from app.cases.references import read_reference
from app.cases.rules import Rules
from app.cases.states import stage_of
from app.database import CaseId
from app.network import SignedIn
from app.vault import GrantState, Vault, journal

PAGE = 50
COUNTED_AT_MOST = 2_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Count(StrEnum):
    """The counts above the queue; each also filters."""

    DANGER = "danger"
    UNREAD = "unread"
    LATE = "late"
    DUE_TODAY = "due_today"
    WORKER_WROTE = "worker_wrote"
    WAITING_ON_COMPANY = "waiting_on_company"


@dataclass(frozen=True)
class QueueFilters:
    """What the member narrows the queue to; None does not narrow. Closed cases show only when their stage is asked for."""

    urgency: Urgency | None = None
    stage: Stage | None = None
    country: str | None = None
    language: str | None = None
    mine: bool = False
    unclaimed: bool = False
    count: Count | None = None
    practice: bool = False


class QueueKey(NamedTuple):
    """Where the last page ended."""

    rank: int
    due: datetime | None
    id: UUID

    def text(self) -> str:
        """As it stands in a link."""
        # To the microsecond: a rounded key would repeat a row for ever.
        since = "" if self.due is None else (self.due - _EPOCH) // _TICK
        return f"{self.rank}_{since}_{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> "QueueKey":
        """From a link; raises ValueError for anything else."""
        rank, since, case_id = text.split("_")
        try:
            due = _EPOCH + int(since) * _TICK if since else None
        except OverflowError:
            raise ValueError("no such date") from None
        if rank not in ("0", "1"):
            raise ValueError("no such rank")
        return cls(int(rank), due, UUID(hex=case_id))


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue, the counts over all of the member's open cases, and what the filters may offer."""

    rows: tuple[QueueRow, ...]
    next_key: QueueKey | None
    counts: dict[Count, int]
    open_cases: int
    counts_are_partial: bool  # only the first COUNTED_AT_MOST open cases were counted
    countries: tuple[str, ...]
    languages: tuple[str, ...]


def queue_page(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, filters: QueueFilters, after: QueueKey | None
) -> QueuePage:
    """A page of the cases that the member can open or that are offered to a circle of theirs."""
    in_sight = _in_sight(session, by)
    conditions = [in_sight, *_narrowed(by, filters)]
    if after is not None:
        conditions.append(_behind(after))
    found = session.scalars(
        select(Case).where(*conditions).order_by(Case.queue_rank, Case.next_due_at, Case.id).limit(PAGE + 1)
    ).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    counts, total = _count(session, in_sight)
    spread = _spread(session, in_sight)
    return QueuePage(
        rows=read_rows(session, vault, rules, found[:PAGE]),
        next_key=None if last is None else QueueKey(last.queue_rank, last.next_due_at, last.id),
        counts=counts,
        open_cases=total,
        counts_are_partial=total >= COUNTED_AT_MOST,
        countries=tuple(sorted({country for country, _ in spread if country is not None})),
        languages=tuple(sorted({language for _, language in spread})),
    )


def find_reference(session: Session, vault: Vault, by: SignedIn, text: str) -> CaseId | None:
    """The member's case with that reference, however it is typed, in a writing unit: the search is journaled with its hit."""
    reference = read_reference(text)
    found = None
    if reference is not None:
        found = session.scalars(
            select(Case.id).where(
                Case.reference == reference, Case.state != State.OFFERED, _in_sight(session, by)
            )
        ).first()
    detail = {"hits": [] if found is None else [str(found)]}
    journal(session, vault, None, "search", by.actor, detail)
    return None if found is None else CaseId(found)


def _in_sight(session: Session, by: SignedIn) -> ColumnElement[bool]:
    """Held by or offered to the member's organisation, with a grant under which this member can open or accept it."""
    holders = holders_of(session, by)
    return and_(
        Case.organisation_id == by.organisation.id,
        or_(
            and_(Case.state == State.OFFERED, granted(holders, (GrantState.OFFERED,))),
            and_(Case.state != State.OFFERED, granted(holders, (GrantState.LIVE,))),
        ),
    )


def _narrowed(by: SignedIn, filters: QueueFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Case.is_open.is_(filters.stage is not Stage.CLOSED),
        Case.practice.is_(filters.practice),
    ]
    if filters.urgency is not None:
        conditions.append(Case.urgency == filters.urgency)
    if filters.stage is not None:
        conditions.append(_in_stage(filters.stage))
    if filters.country is not None:
        conditions.append(Case.country == filters.country)
    if filters.language is not None:
        conditions.append(Case.language == filters.language)
    if filters.mine:
        conditions.append(Case.assignee_id == by.member.id)
    if filters.unclaimed:
        conditions.append(Case.assignee_id.is_(None))
    if filters.count is not None:
        conditions.append(_counted()[filters.count])
    return conditions


def _in_stage(stage: Stage) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(Case.state == state, Case.helper_has_read.is_(read))
            for state in State
            for read in (True, False)
            if stage_of(state, read) is stage
        ),
    )


def _behind(key: QueueKey) -> ColumnElement[bool]:
    """Everything after this key in the queue's order.

    Open cases always have a date. Should one have lost it, it is shown on every page behind rather than on none.
    """
    same_rank = Case.queue_rank == key.rank
    if key.due is None:
        later = and_(same_rank, Case.next_due_at.is_(None), Case.id > key.id)
    else:
        later = and_(
            same_rank,
            or_(
                Case.next_due_at > key.due,
                and_(Case.next_due_at == key.due, Case.id > key.id),
                Case.next_due_at.is_(None),
            ),
        )
    # The first condition alone lets the index begin at the key's rank.
    return and_(Case.queue_rank >= key.rank, or_(Case.queue_rank > key.rank, later))


def _spread(session: Session, in_sight: ColumnElement[bool]) -> list[tuple[str | None, str]]:
    """Which countries and languages the first cases of the queue have, for the filters to offer."""
    first = (
        select(Case.country, Case.language)
        .where(in_sight, Case.is_open)
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    found = session.execute(select(first.c.country, first.c.language).distinct())
    return [(country, language) for country, language in found]


def _counted() -> dict[Count, ColumnElement[bool]]:
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        Count.DANGER: Case.queue_rank == 0,
        Count.UNREAD: and_(Case.state != State.OFFERED, Case.helper_has_read.is_(False)),
        Count.LATE: Case.next_due_at <= now,
        Count.DUE_TODAY: and_(Case.next_due_at > now, Case.next_due_at < midnight),
        Count.WORKER_WROTE: Case.worker_wrote.is_(True),
        Count.WAITING_ON_COMPANY: Case.state == State.ENGAGING,
    }


def _count(session: Session, in_sight: ColumnElement[bool]) -> tuple[dict[Count, int], int]:
    """Every count and the number of open cases in one statement over the first cases of the queue; practice is not counted."""
    wanted = _counted()
    first = (
        select(*(case((condition, 1), else_=0).label(count.value) for count, condition in wanted.items()))
        .where(in_sight, Case.is_open, Case.practice.is_(False))
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    sums = [func.coalesce(func.sum(first.c[count.value]), 0) for count in wanted]
    total, *numbers = session.execute(select(func.count(), *sums).select_from(first)).one()
    return {count: int(number) for count, number in zip(wanted, numbers, strict=True)}, int(total)
