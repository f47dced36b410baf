"""Opening a case: member key, circle, grant, compartments, entries; every reading is written down and the worker sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.access import AccessLine
from app.cases.enums import ClosingReason, ConsentLevel, Stage, State, Urgency
from app.cases.rules import Rules
from app.database import CaseId, MemberId
from app.network import SignedIn
from app.vault import Vault


@dataclass(frozen=True)
class ReadEntry:
    """One entry of the thread; `body` is None when it cannot be opened ("tell the coordinator")."""

    id: UUID
    kind: str  # report, worker_message, reply, note, worse
    author_kind: str  # worker, member, system
    author: str | None  # the member's name
    hour: datetime
    body: dict[str, Any] | None
    later_version: bool  # sealed after the reader's access ended


@dataclass(frozen=True)
class CaseDate:
    """One clock of the case: what, by when, who acts, and how it stands."""

    kind: str
    due_at: datetime
    who: str
    state: str


@dataclass(frozen=True)
class SafetyStrip:
    """What must stay in sight: danger, how and when the worker may be reached, who must not know, and the consent."""

    danger: bool
    contact: str | None  # code, text, call
    safe_times: str | None
    exclude: tuple[str, ...]
    exclude_other: str | None
    consent: ConsentLevel
    stopped: bool


@dataclass(frozen=True)
class OpenedCase:
    """Everything the case page shows, as plain values; the contact details come only from `show_contact`."""

    id: CaseId
    reference: str
    state: State
    stage: Stage
    closing_reason: ClosingReason | None
    urgency: Urgency
    country: str | None
    language: str
    practice: bool
    retaliation: bool
    on_hold: bool
    received_hour: datetime
    assignee_id: MemberId | None
    assignee: str | None
    next_kind: str | None
    next_due: datetime | None
    late: bool
    topics: tuple[str, ...]  # the worker's own
    category: str | None  # triage's, beside them
    site: str | None  # "name, town", or None
    site_words: str | None
    strip: SafetyStrip
    entries: tuple[ReadEntry, ...]
    dates: tuple[CaseDate, ...]
    access: tuple[AccessLine, ...]
    has_contact: bool
    edit_version: int
    may_write: bool  # false for viewers and for custodians who read
    moves: tuple[State, ...]  # the states that `change_stage` would take now


@dataclass(frozen=True)
class Contact:
    """What the worker gave so that we can answer; shown only on request, and the request is written down."""

    name: str | None
    phone: str | None
    contact: str | None
    safe_times: str | None


def open_case(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> OpenedCase:
    """Open an accepted case for reading, in a writing unit: it is journaled and meets the read clock; raises `NoAccess`."""
    raise NotImplementedError


def show_contact(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> Contact:
    """The worker's name and phone, in a writing unit: journaled as case.contact_shown; raises `NoAccess`."""
    raise NotImplementedError
