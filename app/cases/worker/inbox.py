"""The worker's inbox: in with the receipt, the thread, who has seen what, and what happens next."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    AccessLine,
    AskedRung,
    Case,
    CaseFacts,
    Entry,
    Offer,
    SpokenYes,
    TextTimes,
    ToldBeside,
    access_of,
    entry_place,
    facts_of,
    in_order,
    lock_case,
    spoken_yes,
    stage_of,
    told_beside,
)
from app.cases.changes import yes_in_journal
from app.cases.clocks import ASKING, PlannedClock, clocks_of
from app.cases.enums import (
    AccessAct,
    ClockKind,
    ClosingReason,
    ConsentLevel,
    EntryKind,
    FollowupKind,
    OfferState,
    Rung,
    Stage,
    State,
    Who,
)
from app.cases.escalation import rungs_of, standing_rung
from app.cases.followups import has_no_hour, may_be_texted, open_question, wants_texts
from app.database import CaseId, OrganisationId
from app.network import member_names, zone_there
from app.vault import (
    Actor,
    CircleRow,
    Compartment,
    GrantRow,
    HolderKind,
    JournalEntry,
    OpenedCompartments,
    ReceiptKeys,
    ReceiptRow,
    RowForged,
    SealBroken,
    SessionContent,
    SessionEnded,
    Vault,
    find_receipt,
    is_sound,
    open_grant,
    open_session,
    read_journal,
    read_session,
    sound,
)

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=2)

# Notes are the helpers' own, and the name and number are never shown: a boss may hold the phone.
_SHOWN = (
    EntryKind.REPORT,
    EntryKind.WORKER_MESSAGE,
    EntryKind.WORSE,
    EntryKind.ANSWER,
    EntryKind.REPLY,
    EntryKind.SYSTEM,
    EntryKind.FILE,
)

# Acts by which somebody came to know something of the case.
_BY_CUSTODIANS = (AccessAct.READ_FROM_CUSTODY, AccessAct.NOTE_READ)
_SEEN = frozenset(AccessAct)


class ReceiptUnknown(Exception):
    """The digits fit, but no case has this receipt: it was replaced, or it belongs to another service."""


@dataclass(frozen=True)
class Worker:
    """A worker in the inbox: the receipt's keys, opened for this request only."""

    case_id: CaseId
    receipt_id: UUID
    keys: ReceiptKeys = field(repr=False)
    content: SessionContent = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The worker as the journal names them: by the row of the receipt, which says nothing."""
        return Actor("worker", self.receipt_id)


@dataclass(frozen=True)
class InboxMessage:
    """One message of the thread; `text` is None when it cannot be opened, which is said instead of hidden.

    `more_came` says that something came with it that is no words and was not kept; `from_custody` that the coordinator wrote it.
    """

    seq: int
    kind: EntryKind
    from_worker: bool
    at: datetime
    text: str | None = field(repr=False)
    danger: bool = False
    site: str = field(default="", repr=False)  # where the first message said that it is
    more_came: bool = False
    from_custody: bool = False
    # The codes of a question and what was tapped, empty for every other message.
    question: str = ""
    answer: str = field(default="", repr=False)
    # Which kind of file came, and why it is not kept where it is not.
    file: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Sighting:
    """Somebody saw something of the case: what they did, for which organisation, on which day.

    `people` are named only where the worker was promised that two have to agree: who read from custody, and who agreed.
    """

    act: str
    organisation_id: OrganisationId | None
    at: datetime
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenQuestion:
    """The one question on the card; `name` is what its form calls it."""

    kind: FollowupKind
    name: str = field(repr=False)


@dataclass(frozen=True)
class TextsChoice:
    """What the worker of a phone of their own chose about texts that come by themselves; `times` is None where nothing was.

    `come` says whether they come as it stands: no longer where times told in words are read by a helper only.
    """

    come: bool
    times: TextTimes | None
    times_on: date | None
    no_hour: bool = False
    """Whether one was to come for which no clock ever shows an hour."""


@dataclass(frozen=True)
class InboxView:
    """All that the inbox shows; never the worker's name or number."""

    stage: Stage
    closing_reason: ClosingReason | None
    organisation_id: OrganisationId | None
    also_asked_id: OrganisationId | None  # the second of two who are asked at once
    waits_for_custody: bool
    next_clock: ClockKind | None
    next_who: Who | None
    next_by: datetime | None
    consent: ConsentLevel
    stopped: bool
    erase_at: datetime | None
    messages: tuple[InboxMessage, ...]
    sightings: tuple[Sighting, ...]
    access: tuple[AccessLine, ...]
    helper_has_read: bool = False
    worker_wrote: bool = False
    """Whether there is something of the worker's that nobody has opened since."""
    about_helper: bool = False
    answer_by: datetime | None = None  # by when whoever is asked now has to say whether they take it
    lapsed: tuple[OrganisationId, ...] = ()  # who was asked before and let their time pass
    asked: AskedRung | None = None  # who was asked because something was late, and has to act now
    broken: tuple[tuple[ClockKind, datetime], ...] = ()
    """What was late before and is no more, each with its date: it stays told."""
    zone: tzinfo = UTC
    """The workplace's time zone, in which every moment above is said."""
    question: OpenQuestion | None = None
    wants_questions: bool = True
    texts: TextsChoice | None = None
    beside: ToldBeside | None = None
    """Who stood beside the worker when they told it."""
    heard: SpokenYes | None = None
    """Who heard the worker agree to be texted."""
    code_was_seen: bool = False
    """Whether it was opened with the code that stood on that helper's tablet."""

    @property
    def answered_at(self) -> datetime | None:
        """When somebody wrote to the worker last."""
        return max((each.at for each in self.messages if each.kind is EntryKind.REPLY), default=None)

    @property
    def may_start_again(self) -> bool:
        """Whether a stop can still be taken back."""
        return self.stopped and (self.erase_at is None or clock.now() < self.erase_at)

    @property
    def was_answered(self) -> bool:
        """Whether somebody has answered and the worker has written nothing since."""
        return bool(self.messages) and self.messages[-1].kind is EntryKind.REPLY

    @property
    def waits_in_danger(self) -> bool:
        """Whether the worker said that they are in danger, and nobody has answered since, or read the first message."""
        return any(each.danger for each in self.unanswered)

    @property
    def unanswered(self) -> tuple[InboxMessage, ...]:
        """What the worker wrote since the last answer; the first message is answered once a helper has read it."""
        last_reply = max((each.seq for each in self.messages if each.kind is EntryKind.REPLY), default=0)
        return tuple(
            each
            for each in self.messages
            if each.from_worker
            and each.seq > last_reply
            and not (each.kind is EntryKind.REPORT and self.helper_has_read)
        )

    @property
    def site_words(self) -> str:
        """Where the worker wrote that it is."""
        return next((each.site for each in self.messages if each.site), "")


def enter_inbox(session: Session, vault: Vault, keys: ReceiptKeys) -> str:
    """Open a worker's session with a receipt's keys and give its cookie; raises `ReceiptUnknown`."""
    row = find_receipt(session, keys)
    if row is None:
        raise ReceiptUnknown
    return session_for(session, vault, row, keys)


def session_for(session: Session, vault: Vault, row: ReceiptRow, keys: ReceiptKeys) -> str:
    """A session for this receipt: its keys are kept under the cookie's secret, the receipt itself nowhere."""
    return open_session(session, vault, "worker", row.id, keys.of(row).packed(), idle=IDLE, longest=LONGEST)


def worker_of(session: Session, vault: Vault, cookie: str) -> Worker:
    """Who stands behind a worker's cookie; raises `SessionEnded`, also when the receipt was replaced meanwhile."""
    content = read_session(session, vault, "worker", cookie)
    keys = ReceiptKeys.unpacked(content.payload)
    row = find_receipt(session, keys)
    if row is None or row.id != content.subject_id:
        raise SessionEnded("the receipt was replaced")
    return Worker(CaseId(row.case_id), row.id, keys, content)


def worker_of_receipt(row: ReceiptRow, keys: ReceiptKeys) -> Worker:
    """Who has this receipt, for one act without a session: no form was made for it, so nobody knows its secret."""
    nobodys = SessionContent(row.id, b"", secrets.token_bytes(32), wants_touch=False)
    return Worker(CaseId(row.case_id), row.id, keys.of(row), nobodys)


def locked_case_of(session: Session, worker: Worker) -> Case:
    """The worker's case with its row locked, for a change."""
    case = lock_case(session, worker.case_id)
    if case is None:
        raise LookupError(f"case {worker.case_id} of a live receipt is gone")
    return case


def open_inbox(session: Session, vault: Vault, worker: Worker) -> InboxView:
    """Read the case with the worker's own grant; raises `RowForged`, and words are still taken."""
    case = session.get_one(Case, worker.case_id)
    if not is_sound(vault, case):
        raise RowForged(f"case {case.id} was not written by this deployment as it stands")
    facts = facts_of(vault, case)
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    following = next_step(session, case)
    zone = zone_there(facts.zone, case.country)
    rungs = rungs_of(session, vault, case)
    asked = _asked(session, case, rungs, zone)
    answer_by, lapsed = _offers(session, vault, case, rungs)
    told = read_journal(session, vault, worker.case_id)
    beside = told_beside(session, vault, worker.case_id)
    return InboxView(
        stage=stage_of(case.state, case.helper_has_read),
        closing_reason=case.closing_reason,
        organisation_id=OrganisationId(case.organisation_id) if case.organisation_id else None,
        also_asked_id=OrganisationId(case.also_asked_id) if case.also_asked_id else None,
        waits_for_custody=following is not None and following.kind is ClockKind.PLACE,
        next_clock=following.kind if following else None,
        next_who=following.who if following else None,
        next_by=following.due_at.astimezone(zone) if following else None,
        consent=facts.consent,
        stopped=case.stopped_hour is not None,
        erase_at=case.erase_at.astimezone(zone) if case.erase_at else None,
        messages=_thread(session, case, opened, zone),
        sightings=_sightings(session, vault, told, zone),
        access=_holders(access_of(session, vault, worker.case_id, told), zone),
        helper_has_read=case.helper_has_read,
        worker_wrote=case.worker_wrote,
        about_helper=facts.about_helper,
        answer_by=None if answer_by is None else answer_by.astimezone(zone),
        lapsed=lapsed,
        asked=asked,
        broken=_broken(rungs, asked, zone),
        zone=zone,
        question=_question(session, vault, case),
        wants_questions=not facts.no_questions,
        texts=_texts(session, vault, case, facts) if may_be_texted(facts) else None,
        beside=beside,
        heard=_heard(session, vault, case, facts, told, zone),
        code_was_seen=beside is not None and beside.first_receipt == worker.receipt_id,
    )


def _texts(session: Session, vault: Vault, case: Case, facts: CaseFacts) -> TextsChoice:
    no_hour = has_no_hour(session, vault, case.id)
    return TextsChoice(wants_texts(case, facts), facts.text_times, facts.text_times_on, no_hour)


def _heard(
    session: Session, vault: Vault, case: Case, facts: CaseFacts, told: Iterable[JournalEntry], zone: tzinfo
) -> SpokenYes | None:
    heard = spoken_yes(session, vault, case.id)
    if heard is None and may_be_texted(facts):
        heard = yes_in_journal(told)
    return None if heard is None else replace(heard, took_place=heard.took_place.astimezone(zone))


def _question(session: Session, vault: Vault, case: Case) -> OpenQuestion | None:
    asked = None if case.stopped_hour is not None else open_question(session, vault, case.id)
    return None if asked is None else OpenQuestion(asked.kind, vault.name_case(asked.id))


def helpers_of(session: Session, worker: Worker) -> frozenset[OrganisationId]:
    """Every organisation that was asked for the case, holds it, or could open it; never the coordinator as custodian."""
    asked = select(Offer.organisation_id).where(Offer.case_id == worker.case_id)
    holds = select(Case.organisation_id).where(Case.id == worker.case_id, Case.organisation_id.is_not(None))
    could_open = (
        select(CircleRow.organisation_id)
        .join(GrantRow, GrantRow.holder_id == CircleRow.id)
        .where(GrantRow.case_id == worker.case_id, GrantRow.holder_kind == HolderKind.CIRCLE)
    )
    found = session.scalars(asked.union(holds, could_open))
    return frozenset(OrganisationId(organisation) for organisation in found)


def next_step(session: Session, case: Case) -> PlannedClock | None:
    """The step the worker may wait for: a promise to be read comes before the helpers' own deadlines."""
    if case.state is State.CLOSED or case.stopped_hour is not None:
        return None
    rows = [row for row in clocks_of(session, case) if row.state in ASKING]
    clocks = [PlannedClock(row.kind, row.due_at, row.who) for row in rows]
    promised = [row for row in clocks if row.kind in (ClockKind.PLACE, ClockKind.READ)]
    return min(
        promised or clocks, key=lambda row: (row.kind is not ClockKind.PLACE, row.due_at), default=None
    )


def _offers(
    session: Session, vault: Vault, case: Case, rungs: Sequence[AskedRung]
) -> tuple[datetime | None, tuple[OrganisationId, ...]]:
    """The date of the offers that stand, and who let theirs pass; those that others wrote count for nothing."""
    if case.state is not State.OFFERED:
        return None, ()
    query = select(Offer).where(Offer.case_id == case.id).order_by(Offer.position)
    known = [row for row in session.scalars(query) if is_sound(vault, row)]
    dates = [row.expires_at for row in known if row.state is OfferState.OFFERED and row.expires_at]
    # Who lost the case for lateness had taken it: what is told of them is what was late.
    took = {rung.organisation_id for rung in rungs if rung.rung in (Rung.HELPER, Rung.LEAD)}
    expired = (row.organisation_id for row in known if row.state is OfferState.EXPIRED)
    return min(dates, default=None), tuple(OrganisationId(each) for each in expired if each not in took)


def _broken(
    rungs: Sequence[AskedRung], asked: AskedRung | None, zone: tzinfo
) -> tuple[tuple[ClockKind, datetime], ...]:
    """Each date that passed and of which nobody is asked any more, the earliest first."""
    now = None if asked is None else asked.clock_id
    dates = {(rung.kind, rung.late_since) for rung in rungs if rung.clock_id != now}
    return tuple(sorted(((kind, since.astimezone(zone)) for kind, since in dates), key=lambda each: each[1]))


def _asked(session: Session, case: Case, rungs: Sequence[AskedRung], zone: tzinfo) -> AskedRung | None:
    asked = standing_rung(case, rungs, clocks_of(session, case))
    if asked is None:
        return None
    late_since, due_at = asked.late_since.astimezone(zone), asked.due_at.astimezone(zone)
    return replace(asked, late_since=late_since, due_at=due_at)


def _holders(lines: tuple[AccessLine, ...], zone: tzinfo) -> tuple[AccessLine, ...]:
    """Everybody but the worker; what is kept ready for a second circle of those who can read it already says nothing more."""
    reading = {
        line.organisation for line in lines if not line.offered and line.until is None and line.organisation
    }
    return tuple(
        replace(line, until=line.until.astimezone(zone)) if line.until else line
        for line in lines
        if line.kind is not HolderKind.RECEIPT and not (line.offered and line.organisation in reading)
    )


def _thread(
    session: Session, case: Case, opened: OpenedCompartments, zone: tzinfo
) -> tuple[InboxMessage, ...]:
    rows = session.scalars(
        select(Entry).where(Entry.case_id == case.id, Entry.kind.in_(_SHOWN)).order_by(Entry.seq)
    )
    # A code that was asked for by text opens what came after it; the words before stay out of reach of whoever holds the phone.
    # What others changed is not shown at all: a helper's note must not become a message.
    shown = (
        _message(row, opened, zone)
        for row in sound(opened.holder, rows)
        if opened.opens(Compartment(row.compartment), row.version)
    )
    return in_order(shown, lambda one: (one.at, one.text) if one.from_worker and one.text else None)


def _message(row: Entry, opened: OpenedCompartments, zone: tzinfo) -> InboxMessage:
    try:
        body: dict[str, Any] = opened.open_entry(
            entry_place(row.id), Compartment(row.compartment), row.version, row.sealed
        )
    except SealBroken:
        body = {}
    at = datetime.fromisoformat(body["at"]) if "at" in body else row.hour
    return InboxMessage(
        row.seq,
        row.kind,
        row.author_kind == "worker",
        at.astimezone(zone),
        body.get("text", "" if "file" in body else None),
        danger=bool(body.get("danger")),
        site=body.get("site") or "",
        more_came=bool(body.get("came")),
        from_custody=bool(body.get("from_custody")),
        question=body.get("question") or "",
        answer=body.get("answer") or "",
        file=body["kind"] if "file" in body else "",
        fault=body.get("fault") or "",
    )


def _sightings(
    session: Session, vault: Vault, told: Iterable[JournalEntry], zone: tzinfo
) -> tuple[Sighting, ...]:
    """One line a day, organisation and act: opening a case ten times is one thing to know, not ten. Custodians count one by one."""
    entries = [entry for entry in told if entry.act in _SEEN]
    by_custodians = {entry.seq: _custodians_of(entry) for entry in entries if entry.act in _BY_CUSTODIANS}
    named = {who for people in by_custodians.values() for who in people}
    names = member_names(session, vault, named) if named else {}
    seen: dict[tuple[object, ...], Sighting] = {}
    for entry in entries:
        organisation = entry.actor.organisation_id
        people = by_custodians.get(entry.seq, ())
        sighting = Sighting(
            entry.act,
            OrganisationId(organisation) if organisation else None,
            entry.at.astimezone(zone),
            tuple(names[who] for who in people if who in names),
        )
        seen.setdefault((entry.act, organisation, sighting.at.date(), people), sighting)
    return tuple(seen.values())


def _custodians_of(entry: JournalEntry) -> tuple[UUID, ...]:
    agreed = entry.detail.get("agreed_by")
    return tuple(who for who in (entry.actor.id, UUID(agreed) if agreed else None) if who is not None)
