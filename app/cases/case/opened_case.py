"""A case as the one page of it shows it to whoever opened it, in plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.case.access import AccessLine
from app.cases.case.assignment import AssignableMember
from app.cases.case.beside import ToldBeside
from app.cases.case.outside_dates import KnownDate
from app.cases.case.tasks import KnownTask
from app.cases.enums import (
    AuthorKind,
    ClockKind,
    ClockState,
    ClosingReason,
    ConsentLevel,
    CountryFrom,
    EntryKind,
    Rung,
    RungState,
    Stage,
    State,
    Urgency,
    Who,
)
from app.database import CaseId, MemberId


@dataclass(frozen=True)
class ReadEntry:
    """One entry of the thread; `body` is None when it cannot be opened ("tell the coordinator")."""

    id: UUID
    kind: EntryKind
    author_kind: AuthorKind
    author: str | None  # the member's name
    hour: datetime
    body: dict[str, Any] | None
    closed_to_reader: bool  # sealed to a version that this reader's grant does not name


@dataclass(frozen=True)
class CaseDate:
    """One clock of the case: what, by when, who acts, how it stands, by which law, and since when a helper lets it wait."""

    kind: ClockKind
    due_at: datetime
    who: Who
    state: ClockState
    law: str | None
    paused_hour: datetime | None
    shown: str
    """How it stands in the word of the page: what was done late was not done in time, what closing ended was not done."""


@dataclass(frozen=True)
class AskedRung:
    """Somebody was asked because something was late: what, since when, who, by when, and whether it stands."""

    clock_id: UUID
    kind: ClockKind
    late_since: datetime
    rung: Rung
    state: RungState
    organisation_id: UUID | None
    organisation: str  # its name; empty where nobody can be named
    member: str
    asked_hour: datetime
    due_at: datetime
    ended_hour: datetime | None = None


@dataclass(frozen=True)
class SafetyStrip:
    """What must stay in sight: danger, how and when the worker may be reached, who must not know, and the consent."""

    danger: bool
    danger_said: bool  # by the worker's answer to a text; a tick stands with its entry
    danger_denied: bool  # by text likewise, and not taken back since
    contact: str | None  # inbox, text, call
    calls: bool  # whether the worker agreed to calls, with texts or without, and has not taken it back
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
    next_kind: ClockKind | None
    next_due: datetime | None
    late: bool
    topics: tuple[str, ...]  # the worker's own
    found: tuple[str, ...]  # what the worker's words told of without a tick
    category: str | None  # triage's, beside them
    handling: tuple[str, ...]  # the taxonomy's codes: R, X, M-, S, K, D, G
    site: str | None  # "name, town", or None
    site_words: str | None
    country_from: CountryFrom
    language_written: bool  # in words of the worker; else it is only that of the page or of the country
    strip: SafetyStrip
    entries: tuple[ReadEntry, ...]
    outside: tuple[KnownDate, ...]
    dates: tuple[CaseDate, ...]
    access: tuple[AccessLine, ...]
    has_contact: bool
    edit_version: int
    company_may_know: bool  # without the worker's yes to a helper
    beyond_inbox: bool  # there may be texts to show, or a reason why there are none
    may_write: bool  # false for viewers, for custodians who read, and for closed cases
    moves: tuple[State, ...]  # the states that `change_stage` would take now
    colleagues: tuple[AssignableMember, ...]  # to whom the case may be given
    danger_told: datetime | None = (
        None  # when last, where whoever closes it has to say what makes the worker safe
    )
    rungs: tuple[AskedRung, ...] = ()  # who was asked because something was late, in their order
    asked: AskedRung | None = None  # and the one who has to act now
    tasks: tuple[KnownTask, ...] = ()  # what helpers planned, the earliest first
    beside: ToldBeside | None = None  # who stood beside the worker when they told it


@dataclass(frozen=True)
class ShownContact:
    """What the worker gave so that we can answer; shown only on request, and the request is written down."""

    name: str | None
    phone: str | None
    contact: str | None
    safe_times: str | None
    phone_for_calls: str | None = None  # where it is another one than that for texts


@dataclass(frozen=True)
class Allowed:
    """What the reader may do with the case: nothing for viewers, for custodians who read, and in closed cases."""

    moves: tuple[State, ...] = ()
    colleagues: tuple[AssignableMember, ...] = ()
    write: bool = False
