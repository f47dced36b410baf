"""The rows of the queue, unveiled for one page only; a case that is merely offered shows as a card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    Entry,
    KnownDate,
    Offer,
    facts_of,
    known_dates,
    open_tasks,
    site_of,
    stage_of,
)
from app.cases.clocks import Beside, sooner_than
from app.cases.enums import AuthorKind, ClockKind, OfferState, Stage, State, Urgency
from app.cases.rules import Rules
from app.database import CaseId, MemberId, SiteId
from app.network import SignedIn, member_names, site_names
from app.vault import Vault


@dataclass(frozen=True)
class QueueRow:
    """One case in the queue; an offered one is a card and shows only country, language, urgency, topics and answer-by."""

    id: CaseId
    offered: bool
    reference: str | None
    urgency: Urgency
    state: State
    stage: Stage
    next_kind: ClockKind | None
    next_due: datetime | None
    late: bool
    country: str | None
    language: str
    topics: tuple[str, ...]  # the worker's own; of an offered case the taxonomy's groups
    category: str | None
    site: str | None
    reach: str | None  # inbox, text, call
    assignee_id: MemberId | None
    assignee: str | None
    unread: bool
    worker_wrote: bool
    worker_wrote_hour: datetime | None
    practice: bool
    also_asked: bool = False  # another organisation was asked at once: whoever accepts first has it alone
    outside: KnownDate | None = None  # the next date that the world sets, where it is near
    own_due: datetime | None = (
        None  # by when somebody planned to do something, where that comes before the clocks
    )

    @property
    def own_late(self) -> bool:
        """Whether the day of what was planned is over."""
        return _is_late(self.own_due)


@dataclass(frozen=True)
class _Around:
    """What the rows of a page need from other tables, each read once."""

    sites: dict[UUID, SiteId | None]
    site_names: dict[SiteId, str]
    people: dict[UUID, str]
    wrote: dict[UUID, datetime]
    answer_by: dict[UUID, datetime | None]
    outside: dict[UUID, list[KnownDate]]
    planned: dict[UUID, datetime]


def read_rows(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, found: Sequence[Case]
) -> tuple[QueueRow, ...]:
    """The rows of one page, for this member; six more statements, however many rows there are."""
    around = _look_around(session, vault, by, found)
    return tuple(
        _card(vault, rules, row, around) if row.state is State.OFFERED else _owned(vault, row, around)
        for row in found
    )


def _look_around(session: Session, vault: Vault, by: SignedIn, found: Sequence[Case]) -> _Around:
    owned = [row for row in found if row.state is not State.OFFERED]
    ids = [row.id for row in owned]
    sites = {row.id: site_of(vault, row) for row in owned}
    wrote = session.execute(
        select(Entry.case_id, func.max(Entry.hour).label("last"))
        .where(Entry.case_id.in_(ids), Entry.author_kind == AuthorKind.WORKER)
        .group_by(Entry.case_id)
    )
    offered = [row.id for row in found if row.state is State.OFFERED]
    answer_by = session.execute(
        select(Offer.case_id, Offer.expires_at).where(
            Offer.case_id.in_(offered),
            Offer.state == OfferState.OFFERED,
            Offer.organisation_id == by.organisation.id,
        )
    )
    tasks = open_tasks(session, vault, select(Case.id).where(Case.id.in_(ids)))
    return _Around(
        sites=sites,
        site_names=site_names(session, vault, sites.values()),
        people=member_names(session, vault, (row.assignee_id for row in owned)),
        wrote={row.case_id: row.last for row in wrote},
        answer_by={row.case_id: row.expires_at for row in answer_by},
        outside=known_dates(session, vault, ids),
        planned={task.case_id: task.due_at for task in reversed(tasks)},
    )


def _card(vault: Vault, rules: Rules, row: Case, around: _Around) -> QueueRow:
    answer_by = around.answer_by.get(row.id)
    return QueueRow(
        id=CaseId(row.id),
        offered=True,
        reference=None,
        urgency=row.urgency,
        state=row.state,
        stage=stage_of(row.state, False),
        next_kind=ClockKind.ACCEPT,
        next_due=answer_by,
        late=_is_late(answer_by),
        country=row.country,
        language=row.language,
        topics=rules.taxonomy.groups_of(facts_of(vault, row).codes),
        category=None,
        site=None,
        reach=None,
        assignee_id=None,
        assignee=None,
        unread=False,
        worker_wrote=False,
        worker_wrote_hour=None,
        practice=row.practice,
        also_asked=row.also_asked_id is not None,
    )


def _owned(vault: Vault, row: Case, around: _Around) -> QueueRow:
    facts = facts_of(vault, row)
    site = around.sites[row.id]
    return QueueRow(
        id=CaseId(row.id),
        offered=False,
        reference=row.reference,
        urgency=row.urgency,
        state=row.state,
        stage=stage_of(row.state, row.helper_has_read),
        next_kind=row.next_clock,
        next_due=row.next_due_at,
        late=_is_late(row.next_due_at),
        country=row.country,
        language=row.language,
        topics=tuple(dict.fromkeys((*facts.topics, *facts.found))),
        category=facts.category,
        site=None if site is None else around.site_names.get(site),
        reach=facts.reach,
        assignee_id=None if row.assignee_id is None else MemberId(row.assignee_id),
        assignee=None if row.assignee_id is None else around.people.get(row.assignee_id),
        unread=not row.helper_has_read,
        worker_wrote=row.worker_wrote,
        worker_wrote_hour=around.wrote.get(row.id),
        practice=row.practice,
        outside=next((each for each in around.outside.get(row.id, ()) if each.near), None),
        own_due=_before_the_clocks(row.next_due_at, around.planned.get(row.id)),
    )


def _before_the_clocks(next_due: datetime | None, planned: datetime | None) -> datetime | None:
    """When what was planned comes next: a clock that is late comes before it, as on the page of the case."""
    if planned is None or next_due is None or _is_late(next_due):
        return None
    found = sooner_than(next_due, (Beside(planned),))
    return None if found is None else found.due_at


def _is_late(due: datetime | None) -> bool:
    return due is not None and due <= clock.now()
