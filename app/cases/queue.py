"""The desk's queue: one index in one direction, paged by key, counted in one statement, unveiled for the page's rows only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.enums import Stage, State, Urgency
from app.cases.rules import Rules
from app.database import CaseId, MemberId
from app.network import SignedIn
from app.vault import Vault

PAGE = 50
COUNTED_AT_MOST = 2_000


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
        raise NotImplementedError

    @classmethod
    def read(cls, text: str) -> "QueueKey":
        """From a link; raises ValueError for anything else."""
        raise NotImplementedError


@dataclass(frozen=True)
class QueueRow:
    """One case in the queue; an offered one is a card and shows only country, language, urgency, topics and answer-by."""

    id: CaseId
    offered: bool
    reference: str | None
    urgency: Urgency
    state: State
    stage: Stage
    next_kind: str | None
    next_due: datetime | None
    late: bool
    country: str | None
    language: str
    topics: tuple[str, ...]
    category: str | None
    site: str | None
    reach: str | None  # code, text, call
    assignee_id: MemberId | None
    assignee: str | None
    unread: bool
    worker_wrote: bool
    worker_wrote_hour: datetime | None
    practice: bool


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
    raise NotImplementedError


def find_reference(session: Session, vault: Vault, by: SignedIn, text: str) -> CaseId | None:
    """The member's case with that reference, however it is typed; the search is journaled with its hit."""
    raise NotImplementedError
