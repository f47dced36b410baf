"""What the case page shows, as plain values made from a case and the compartments that its reader opened."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import AccessLine, access_of
from app.cases.case.assignment import AssignableMember
from app.cases.case.beside import TOLD_BESIDE, ToldBeside, told_beside
from app.cases.case.consent_levels import covers_company
from app.cases.case.entries import entry_place
from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case, Clock, Entry
from app.cases.case.outside_dates import KnownDate, known_dates
from app.cases.case.states import stage_of
from app.cases.case.tasks import KnownTask, tasks_of
from app.cases.case.text_parts import in_order
from app.cases.case.veils import facts_of, site_of
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
from app.network import member_names, site_names
from app.vault import (
    Compartment,
    CompartmentClosed,
    JournalEntry,
    OpenedCompartments,
    SealBroken,
    Vault,
    is_sound,
    row_fits,
)


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


@dataclass(frozen=True)
class SafetyStrip:
    """What must stay in sight: danger, how and when the worker may be reached, who must not know, and the consent."""

    danger: bool
    danger_said: bool  # by the worker's answer to a text; a tick stands with its entry
    danger_denied: bool  # by text likewise, and not taken back since
    contact: str | None  # inbox, text, call
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


@dataclass(frozen=True)
class Allowed:
    """What the reader may do with the case: nothing for viewers, for custodians who read, and in closed cases."""

    moves: tuple[State, ...] = ()
    colleagues: tuple[AssignableMember, ...] = ()
    write: bool = False


_EntryRow = Row[*tuple[Any, ...]]

# Columns and not rows of the session: a page reads them and changes none.
_ENTRIES = select(*Entry.__table__.c).where(Entry.case_id == bindparam("case")).order_by(Entry.seq)


def show_page(
    session: Session,
    vault: Vault,
    case: Case,
    opened: OpenedCompartments,
    clocks: Iterable[Clock],
    allowed: Allowed,
    late: Collection[UUID],
    told: Iterable[JournalEntry],
) -> OpenedCase:
    """The page of a case whose reader holds these compartments.

    `late` are the clocks that were done after their date, `told` is its journal, this reading already in it.
    """
    facts, site, told = facts_of(vault, case), site_of(vault, case), tuple(told)
    rows = session.execute(_ENTRIES, {"case": case.id}).all()
    people = member_names(session, vault, [case.assignee_id, *(row.author_id for row in rows)])
    # Each is opened once: the page asks several of them for several things, and opening is what costs.
    entries = [_read(opened, row, people) for row in rows]
    report = next(filter(None, _bodies(entries, EntryKind.REPORT)), {})
    contact = latest_contact(_bodies(entries, EntryKind.CONTACT))
    return OpenedCase(
        id=CaseId(case.id),
        reference=case.reference,
        state=case.state,
        stage=stage_of(case.state, case.helper_has_read),
        closing_reason=case.closing_reason,
        urgency=case.urgency,
        country=case.country,
        language=case.language,
        practice=case.practice,
        retaliation=case.retaliation,
        on_hold=case.on_hold,
        received_hour=case.received_hour,
        assignee_id=None if case.assignee_id is None else MemberId(case.assignee_id),
        assignee=None if case.assignee_id is None else people.get(case.assignee_id),
        next_kind=case.next_clock,
        next_due=case.next_due_at,
        late=case.next_due_at is not None and case.next_due_at <= clock.now(),
        topics=facts.topics,
        found=facts.found,
        category=facts.category,
        handling=tuple(sorted(facts.handling)),
        site=None if site is None else site_names(session, vault, [site]).get(site),
        site_words=report.get("site") or _site_by_text(entries),
        country_from=facts.country_from,
        language_written=facts.language_written,
        strip=_strip(case, facts, report, contact),
        entries=in_order((entry for entry in entries if entry.kind is not EntryKind.CONTACT), _written),
        dates=tuple(
            CaseDate(
                row.kind, row.due_at, row.who, row.state, row.law, row.paused_hour, _shown(case, row, late)
            )
            for row in clocks
        ),
        outside=tuple(known_dates(session, vault, [case.id]).get(case.id, ())),
        access=access_of(session, vault, CaseId(case.id), told),
        has_contact=any(contact.get(name) for name in ("name", "phone")),
        edit_version=case.edit_version,
        company_may_know=covers_company(facts.consent, facts.tell_company),
        beyond_inbox=facts.beyond_inbox,
        tasks=tasks_of(session, vault, case),
        # The journal says whether there is anybody to look for; few cases have.
        beside=told_beside(session, vault, case.id)
        if any(each.act == TOLD_BESIDE for each in told)
        else None,
        may_write=allowed.write,
        moves=allowed.moves,
        colleagues=allowed.colleagues,
    )


def _shown(case: Case, row: Clock, late: Collection[UUID]) -> str:
    if row.state is ClockState.MET and row.id in late:
        return "met_late"
    if row.state is ClockState.PAUSED and row.paused_hour is None and case.state is State.CLOSED:
        return "ended"
    return row.state.value


def _written(entry: ReadEntry) -> tuple[datetime, str] | None:
    """When the worker wrote which words, None for what others wrote or nobody can open."""
    body = entry.body or {}
    if entry.kind not in (EntryKind.REPORT, EntryKind.WORKER_MESSAGE) or "at" not in body:
        return None
    return datetime.fromisoformat(body["at"]), str(body.get("text") or "")


def _bodies(entries: Iterable[ReadEntry], kind: EntryKind) -> Iterator[dict[str, Any] | None]:
    return (entry.body for entry in entries if entry.kind is kind)


def _site_by_text(entries: Iterable[ReadEntry]) -> str | None:
    """What a worker who writes by text answered when asked for the place; the last answer stands."""
    answers = [body for body in _bodies(entries, EntryKind.WORKER_MESSAGE) if body and body.get("site")]
    return str(answers[-1]["text"]) if answers else None


def body_of(opened: OpenedCompartments, row: Entry | _EntryRow) -> dict[str, Any] | None:
    """The body of an entry, or None when it is broken or not for this reader: one bad entry must not hide the others.

    Who can write the database must not make a note of the helpers' own a message of the worker's, or one case's words another's.
    """
    ours = (
        is_sound(opened.holder, row)
        if isinstance(row, Entry)
        else row_fits(opened.holder, Entry, row._mapping)
    )
    if not ours or row.case_id != opened.case_id:
        return None
    try:
        body: dict[str, Any] = opened.open_entry(
            entry_place(row.id), Compartment(row.compartment), row.version, row.sealed
        )
    except (SealBroken, CompartmentClosed):
        return None
    return body


def latest_contact(bodies: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    """The newest contact details of those that this reader could open; empty when there are none."""
    found: dict[str, Any] = {}
    for body in bodies:
        found = body or found
    return found


def _read(opened: OpenedCompartments, row: _EntryRow, people: dict[UUID, str]) -> ReadEntry:
    return ReadEntry(
        id=row.id,
        kind=row.kind,
        author_kind=row.author_kind,
        author=None if row.author_id is None else people.get(row.author_id),
        hour=row.hour,
        body=body_of(opened, row),
        closed_to_reader=not opened.opens(Compartment(row.compartment), row.version),
    )


def _strip(case: Case, facts: CaseFacts, report: dict[str, Any], contact: dict[str, Any]) -> SafetyStrip:
    return SafetyStrip(
        danger=case.urgency is Urgency.DANGER,
        danger_said=facts.danger_said,
        danger_denied=facts.danger_denied,
        contact=contact.get("contact") or None,
        safe_times=contact.get("safe_times") or None,
        exclude=tuple(sorted(facts.exclusions)),
        exclude_other=report.get("exclude_other") or None,
        consent=facts.consent,
        stopped=case.stopped_hour is not None,
    )
