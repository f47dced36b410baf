"""The desk's queue: one index in one direction, paged by key, counted in one statement, unveiled for the page's rows only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from heapq import merge
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, granted, holders_of, planned_before, seen_by, stage_of
from app.cases.desk.queue_rows import QueueRow, read_rows
from app.cases.desk.veiled_filters import Choices, choices, fits
from app.cases.enums import Stage, State, Urgency
from app.cases.rules import Rules
from app.database import SiteId
from app.network import SignedIn, zone_info
from app.vault import GrantState, Vault

PAGE = 50
COUNTED_AT_MOST = 2_000
OPENED_AT_MOST = 2_000

_CHUNK = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_LATEST = datetime.max.replace(tzinfo=UTC)


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
    """What the member narrows the queue to; None does not narrow. Closed cases show only when their stage is asked for.

    `kind` (a category) and `site` are veiled: they are compared in memory, and never with cases that are merely offered.
    """

    urgency: Urgency | None = None
    stage: Stage | None = None
    country: str | None = None
    language: str | None = None
    mine: bool = False
    unclaimed: bool = False
    count: Count | None = None
    practice: bool = False
    kind: str | None = None
    site: SiteId | None = None

    @property
    def are_veiled(self) -> bool:
        """Whether cases have to be opened to be compared."""
        return self.kind is not None or self.site is not None


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
    """One page of the queue, the counts over all of the member's open cases, and what the filters may offer.

    `stopped_early` says that `OPENED_AT_MOST` cases were opened before the page was full; `next_key` goes on behind them.
    """

    rows: tuple[QueueRow, ...]
    next_key: QueueKey | None
    counts: dict[Count, int]
    open_cases: int
    counts_are_partial: (
        bool  # only the first COUNTED_AT_MOST open cases were counted, and offer their choices
    )
    choices: Choices
    stopped_early: bool = False


class _Found(NamedTuple):
    """The cases of one page, the key behind which the next begins, and whether the bound ended it before it was full."""

    cases: Sequence[Case]
    next_key: QueueKey | None
    stopped_early: bool = False


def queue_page(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, filters: QueueFilters, after: QueueKey | None
) -> QueuePage:
    """A page of the cases that the member can open or that are offered to a circle of theirs."""
    holders = holders_of(session, by)
    mine, beside = in_sight(by, holders), asked_beside(by, holders)
    ordered, others = (
        select(Case)
        .where(stretch, *_narrowed(by, filters))
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        for stretch in (mine, beside)
    )
    found = (
        _opened_page(session, vault, ordered, filters, after)
        if filters.are_veiled
        else _plain_page(session, (ordered, others), after)
    )
    counts, total = _count(session, by, (mine, beside))
    return QueuePage(
        rows=read_rows(session, vault, rules, by, seen_by(session, vault, holders, found.cases)),
        next_key=found.next_key,
        counts=counts,
        open_cases=total,
        counts_are_partial=total >= COUNTED_AT_MOST,
        choices=choices(session, vault, rules, mine, holders, COUNTED_AT_MOST),
        stopped_early=found.stopped_early,
    )


def _plain_page(session: Session, stretches: Iterable[Select[Case]], after: QueueKey | None) -> _Found:
    """A page out of two stretches of two indexes, each in the queue's order: one statement for both would read all of them."""
    each = [_read_behind(session, ordered, after, PAGE + 1) for ordered in stretches]
    found = list(merge(*each, key=_place))
    return _Found(found[:PAGE], _key_of(found[PAGE - 1]) if len(found) > PAGE else None)


def _opened_page(
    session: Session,
    vault: Vault,
    ordered: Select[Case],
    filters: QueueFilters,
    after: QueueKey | None,
) -> _Found:
    """Read on by key and open each case until the page is full, nothing is left, or `OPENED_AT_MOST` were opened."""
    fitting: list[Case] = []
    opened = 0
    while opened < OPENED_AT_MOST:
        wanted = min(_CHUNK, OPENED_AT_MOST - opened)
        found = _read_behind(session, ordered, after, wanted)
        for row in found:
            if fits(vault, row, filters.kind, filters.site):
                if len(fitting) == PAGE:
                    return _Found(fitting, _key_of(fitting[-1]))
                fitting.append(row)
        if len(found) < wanted:
            return _Found(fitting, None)
        opened += wanted
        after = _key_of(found[-1])
    return _Found(fitting, after, stopped_early=True)


def _read_behind(
    session: Session, ordered: Select[Case], after: QueueKey | None, limit: int
) -> Sequence[Case]:
    return session.scalars((ordered if after is None else ordered.where(_behind(after))).limit(limit)).all()


def _place(row: Case) -> tuple[int, datetime, UUID]:
    return row.queue_rank, row.next_due_at or _LATEST, row.id


def _key_of(row: Case) -> QueueKey:
    return QueueKey(row.queue_rank, row.next_due_at, row.id)


def in_sight(by: SignedIn, holders: Sequence[UUID]) -> ColumnElement[bool]:
    """Held by or offered to the member's organisation, with a grant under which this member can open or accept it."""
    return and_(
        Case.organisation_id == by.organisation.id,
        or_(
            and_(Case.state == State.OFFERED, granted(holders, (GrantState.OFFERED,))),
            and_(Case.state != State.OFFERED, granted(holders, (GrantState.LIVE,))),
        ),
    )


def asked_beside(by: SignedIn, holders: Sequence[UUID]) -> ColumnElement[bool]:
    """Offered to the member's organisation and to another one at once, which stands first on the case."""
    return and_(
        Case.also_asked_id == by.organisation.id,
        Case.state == State.OFFERED,
        granted(holders, (GrantState.OFFERED,)),
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
        conditions.append(_counted(by)[filters.count])
    if filters.are_veiled:
        conditions.append(Case.state != State.OFFERED)
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


def _counted(by: SignedIn) -> dict[Count, ColumnElement[bool]]:
    now, zone = clock.now(), zone_info(by.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), zone).astimezone(UTC)
    # What a row shows: a clock or a next step of somebody here.
    late = or_(Case.next_due_at <= now, planned_before(now))
    return {
        Count.DANGER: Case.queue_rank == 0,
        Count.UNREAD: and_(Case.state != State.OFFERED, Case.helper_has_read.is_(False)),
        Count.LATE: late,
        Count.DUE_TODAY: and_(or_(Case.next_due_at < midnight, planned_before(midnight)), not_(late)),
        Count.WORKER_WROTE: Case.worker_wrote.is_(True),
        Count.WAITING_ON_COMPANY: Case.state == State.ENGAGING,
    }


def _count(
    session: Session, by: SignedIn, stretches: Iterable[ColumnElement[bool]]
) -> tuple[dict[Count, int], int]:
    """Every count and the number of open cases in one statement over the first cases of the queue; practice is not counted."""
    wanted = _counted(by)
    counted = (
        select(*(case((condition, 1), else_=0).label(count.value) for count, condition in wanted.items()))
        .where(stretch, Case.is_open, Case.practice.is_(False))
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
        .limit(COUNTED_AT_MOST)
        .subquery()
        for stretch in stretches
    )
    first = union_all(*(select(stretch) for stretch in counted)).subquery()
    sums = [func.coalesce(func.sum(first.c[count.value]), 0) for count in wanted]
    total, *numbers = session.execute(select(func.count(), *sums).select_from(first)).one()
    return {count: int(number) for count, number in zip(wanted, numbers, strict=True)}, int(total)
