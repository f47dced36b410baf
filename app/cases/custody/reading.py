"""Reading from custody needs a reason and two custodians, lasts a day, and shows in the worker's inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Allowed,
    Case,
    EmptyText,
    Entry,
    Happened,
    OpenedCase,
    add_entry,
    clean_answer,
    facts_of,
    refuse_viewers,
    show_page,
)
from app.cases.case import note as note_that
from app.cases.clocks import clocks_of, once_late
from app.cases.custody.deciding import case_in_custody, custody_of
from app.cases.custody.models import CustodyReading
from app.cases.custody.place_told import open_note
from app.cases.enums import AccessAct, EntryKind
from app.cases.taxonomy import Handling
from app.database import CaseId, CircleId, MemberId, new_id
from app.network import SignedIn, are_two_people, member_names
from app.vault import CircleRow, Place, Vault, is_sound, journal, open_circle, open_grant, read_journal, sound

LASTS = timedelta(hours=24)


class NoReasonGiven(Exception):
    """What a custodian looks at is theirs to see only with a reason."""


class UntrainedCustodian(Exception):
    """The case is restricted, and this custodian's training for such cases is not recorded."""


class SecondPersonNeeded(Exception):
    """Whoever asked to read cannot also agree to it."""


class BroughtInByEachOther(Exception):
    """Who asked and who would agree came in within the last seven days through one and the same person."""


class NotAskedFor(Exception):
    """There is no open request of this id."""


class NotAgreed(Exception):
    """A second custodian has not agreed yet, or the day is over."""


@dataclass(frozen=True)
class RoutingWords:
    """The worker's own words about the place and about who must not know."""

    site: str | None
    exclude: tuple[str, ...]
    exclude_other: str | None


@dataclass(frozen=True)
class ReadingRequest:
    """A custodian's request to read a case from custody; it may be read until `until` once a second custodian agreed."""

    id: UUID
    case_id: CaseId
    asked_by: str
    mine: bool
    reason: str
    asked_hour: datetime
    agreed_by: str | None
    until: datetime | None


def read_routing_note(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, reason: str
) -> RoutingWords | None:
    """The worker's words about place and exclusions, in a writing unit: journaled with the reason, and the worker sees who read.

    A second click within the hour is the same reading. Raises `NoReasonGiven`, `TextTooLong`, `UntrainedCustodian`, `ReadOnly` and
    as `waiting_case`.
    """
    circle, case = _case_to_read(session, vault, by, case_id)
    why = given_reason(reason)
    note = open_note(session, vault, open_circle(session, vault, by.key, CircleId(circle.id)), case.id)
    if note is None:
        return None
    if not _note_read_before(session, vault, by, case_id, why):
        journal(session, vault, case_id, AccessAct.NOTE_READ, by.actor, {"reason": why})
    return RoutingWords(note["site"] or None, tuple(note["exclude"]), note["exclude_other"] or None)


def _note_read_before(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, why: str) -> bool:
    """Whether this custodian read the note in this hour for the same reason: a second click is the same reading."""
    hour = clock.hour_of(clock.now())
    return any(
        entry.act == AccessAct.NOTE_READ
        and entry.hour == hour
        and entry.actor == by.actor
        and entry.detail == {"reason": why}
        for entry in read_journal(session, vault, case_id)
    )


def reading_requests(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId
) -> tuple[ReadingRequest, ...]:
    """The requests to read this case, newest first; raises `NotACustodian` or `NoAccess`."""
    case_in_custody(session, vault, custody_of(session, vault, by), case_id)
    found = session.scalars(
        select(CustodyReading)
        .where(CustodyReading.case_id == case_id)
        .order_by(CustodyReading.asked_hour.desc(), CustodyReading.id.desc())
    )
    rows = list(sound(vault, found))
    names = member_names(session, vault, (who for row in rows for who in (row.asked_by, row.agreed_by)))
    return tuple(
        ReadingRequest(
            id=row.id,
            case_id=case_id,
            asked_by=names.get(row.asked_by, ""),
            mine=row.asked_by == by.member.id,
            reason=vault.unveil(_reason_place(row.id), row.reason_veil),
            asked_hour=row.asked_hour,
            agreed_by=None if row.agreed_by is None else names.get(row.agreed_by, ""),
            until=row.until,
        )
        for row in rows
    )


def ask_to_read(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, reason: str) -> UUID:
    """Ask to read a case in custody; the request's id. While nobody has agreed, the same words ask for the same.

    Raises `NoReasonGiven`, `TextTooLong`, `UntrainedCustodian`, `ReadOnly` and as `reading_requests`.
    """
    _case_to_read(session, vault, by, case_id)
    words = given_reason(reason)
    asked = _asked_before(session, vault, by, case_id, words)
    if asked is not None:
        return asked
    request_id = new_id()
    session.add(
        CustodyReading(
            case_id=case_id,
            id=request_id,
            asked_by=by.member.id,
            asked_hour=clock.hour_of(clock.now()),
            reason_veil=vault.veil(_reason_place(request_id), words),
        )
    )
    journal(session, vault, case_id, "custody.read_asked", by.actor, {"request": str(request_id)})
    return request_id


def _asked_before(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, words: str) -> UUID | None:
    """The request that this custodian made with the same words and that still waits for another one."""
    mine = session.scalars(
        select(CustodyReading).where(
            CustodyReading.case_id == case_id,
            CustodyReading.asked_by == by.member.id,
            CustodyReading.agreed_by.is_(None),
        )
    )
    for row in sound(vault, mine):
        if vault.unveil(_reason_place(row.id), row.reason_veil) == words:
            return row.id
    return None


def agree_to_read(session: Session, vault: Vault, by: SignedIn, request_id: UUID) -> None:
    """Agree, as another custodian, to a colleague's request; the asker may read for 24 hours. Agreeing twice changes nothing.

    Raises `SecondPersonNeeded`, `BroughtInByEachOther`, `NotAskedFor`, `ReadOnly` and as `reading_requests`.
    """
    circle = custody_of(session, vault, by)
    # One that others copied to another case has the same id, and is a row of its own.
    asked = session.scalars(select(CustodyReading).where(CustodyReading.id == request_id))
    case_id = next((row.case_id for row in sound(vault, asked)), None)
    if case_id is None:
        raise NotAskedFor
    case_in_custody(session, vault, circle, CaseId(case_id), lock=True)
    refuse_viewers(by)
    row = session.get(CustodyReading, (case_id, request_id), populate_existing=True)
    if row is None or not is_sound(vault, row):
        raise NotAskedFor
    if row.agreed_by == by.member.id and row.until is not None and row.until > clock.now():
        return
    if row.agreed_by is not None:
        raise NotAskedFor
    if row.asked_by == by.member.id:
        raise SecondPersonNeeded
    if not are_two_people(session, CircleId(circle.id), MemberId(row.asked_by), by.member.id):
        raise BroughtInByEachOther
    row.agreed_by = by.member.id
    row.agreed_hour = clock.hour_of(clock.now())
    # From the full hour that has begun, so that the stored time tells no minute; never longer than a day.
    row.until = row.agreed_hour + LASTS
    journal(session, vault, CaseId(case_id), "custody.read_agreed", by.actor, {"request": str(request_id)})


def open_from_custody(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> OpenedCase:
    """Read a case with the custody key within the agreed day, in a writing unit; journaled, and the worker sees it.

    Raises `NotAgreed`, `UntrainedCustodian`, `ReadOnly` and as `reading_requests`.
    """
    circle, case, agreed = _agreed_reading(session, vault, by, case_id)
    key = open_circle(session, vault, by.key, CircleId(circle.id))
    opened = open_grant(session, vault, case_id, key)
    detail = {"request": str(agreed.id), "agreed_by": str(agreed.agreed_by)}
    journal(session, vault, case_id, AccessAct.READ_FROM_CUSTODY, by.actor, detail)
    clocks = clocks_of(session, case)
    told = read_journal(session, vault, case_id)
    return show_page(session, vault, case, opened, clocks, Allowed(), once_late(clocks, told), told)


def answer_from_custody(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, text: str, submission_id: UUID
) -> None:
    """Answer the worker within the agreed day, also where no helper may ever have the case; sent twice it is kept once.

    Raises `EmptyText`, `TextTooLong` and as `open_from_custody`.
    """
    words = clean_answer(text)
    _, case, agreed = _agreed_reading(session, vault, by, case_id)
    if session.scalars(select(Entry.id).where(Entry.submission_id == submission_id)).first() is not None:
        return
    # The worker sees that it is the coordinator who writes, and no helper.
    said = {"text": words, "from_custody": True}
    entry = add_entry(session, vault, case, EntryKind.REPLY, said, by.actor, submission_id=submission_id)
    case.worker_wrote = False
    note_that(session, vault, Happened.ANSWERED, case, by=by.member.id)
    detail = {"request": str(agreed.id), "entry": str(entry.id)}
    journal(session, vault, case_id, "custody.replied", by.actor, detail)


def _case_to_read(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> tuple[CircleRow, Case]:
    """A case in custody, locked, for a custodian who may read and is trained for it, and their circle; raises what says no."""
    circle = custody_of(session, vault, by)
    case = case_in_custody(session, vault, circle, case_id, lock=True)
    refuse_viewers(by)
    refuse_untrained(vault, by, case)
    return circle, case


def _agreed_reading(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId
) -> tuple[CircleRow, Case, CustodyReading]:
    """The case, locked, with the request by which this custodian may read it now; raises as `open_from_custody`."""
    circle, case = _case_to_read(session, vault, by, case_id)
    readings = session.scalars(
        select(CustodyReading).where(
            CustodyReading.case_id == case_id,
            CustodyReading.asked_by == by.member.id,
            CustodyReading.until > clock.now(),
        )
    )
    agreed = next(sound(vault, readings), None)
    if agreed is None:
        raise NotAgreed
    return circle, case, agreed


def refuse_untrained(vault: Vault, by: SignedIn, case: Case) -> None:
    """Raise `UntrainedCustodian` where the case is restricted and the custodian is not trained for such cases."""
    if Handling.RESTRICTED in facts_of(vault, case).handling and not by.member.trained_restricted:
        raise UntrainedCustodian


def given_reason(reason: str) -> str:
    """The reason, cleaned; raises `NoReasonGiven` or `TextTooLong`."""
    try:
        return clean_answer(reason)
    except EmptyText:
        raise NoReasonGiven from None


def _reason_place(request_id: UUID) -> Place:
    return Place("custody_readings", request_id, "reason_veil")
