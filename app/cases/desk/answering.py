"""Writing into a case from the desk: a reply to the worker, and notes that the worker never sees. Each exactly once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import (
    LONGEST_TEXT,
    Case,
    EmptyText,
    Happened,
    TextTooLong,
    add_entry,
    change_case,
    clean_answer,
    entry_place,
    open_compartments,
    sent_before,
)
from app.cases.case import note as note_that
from app.cases.clocks import ClockAct, meet_clocks, still_asks
from app.cases.enums import ClockKind, EntryKind
from app.database import CaseId
from app.network import SignedIn
from app.vault import Compartment, Vault, journal

__all__ = [
    "LONGEST_TEXT",
    "AlreadySent",
    "CaseMovedOn",
    "EmptyText",
    "TextTooLong",
    "keep_note",
    "kept_before",
    "note",
    "refuse_old_page",
    "reply",
]


REPLIED = "case.replied"
"""The act of the journal: a member answered the worker."""


class CaseMovedOn(Exception):
    """The case changed, or its worker wrote, after the page was made from which this comes; nothing was done."""


class AlreadySent(Exception):
    """This form was sent before with other words: what was sent stands, and these words were not stored."""


def reply(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    text: str,
    submission_id: UUID,
    seen_version: int | None = None,
) -> UUID:
    """Answer the worker; the entry's id. Sent twice it is kept once.

    From a page that is older than a danger, or than the worker's newest words, it would tick off what it does not answer.
    Raises `CaseMovedOn` then, `EmptyText`, `TextTooLong`, `AlreadySent` and as `change_case`.
    """
    words = clean_answer(text)
    case = change_case(session, by, case_id)
    sent = kept_before(session, vault, by, case, {"text": words}, submission_id)
    if sent is not None:
        return sent
    refuse_old_page(case, seen_version, unread=case.worker_wrote)
    entry = add_entry(
        session, vault, case, EntryKind.REPLY, {"text": words}, by.actor, submission_id=submission_id
    )
    case.worker_wrote = False
    # Asked of the clock and not of the entries: a custodian's answer is one too, and none of a helper's.
    first = still_asks(session, case, ClockKind.ACKNOWLEDGE)
    meet_clocks(session, case, ClockAct.REPLIED_FIRST if first else ClockAct.REPLIED_AGAIN)
    note_that(session, vault, Happened.ANSWERED, case, by=by.member.id)
    journal(session, vault, case_id, REPLIED, by.actor, {"entry": str(entry.id)})
    return entry.id


def refuse_old_page(case: Case, seen_version: int | None, *, unread: bool = False) -> None:
    """Raise `CaseMovedOn` where the page shows another version of the case; None comes from no page."""
    if seen_version is not None and (unread or case.edit_version != seen_version):
        raise CaseMovedOn


def note(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, text: str, submission_id: UUID
) -> UUID:
    """Keep an internal note, which the worker cannot see; raises as `reply`."""
    words = clean_answer(text)
    case = change_case(session, by, case_id)
    sent = kept_before(session, vault, by, case, {"text": words}, submission_id)
    return sent if sent is not None else keep_note(session, vault, by, case, words, submission_id)


def keep_note(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case: Case,
    words: str,
    submission_id: UUID | None = None,
    told: Mapping[str, Any] | None = None,
) -> UUID:
    """Add a note to a case that the caller has locked for a change of its own; what is `told` beside the words is sealed too."""
    body = {"text": words, **(told or {})}
    entry = add_entry(session, vault, case, EntryKind.NOTE, body, by.actor, submission_id=submission_id)
    journal(session, vault, CaseId(case.id), "case.noted", by.actor, {"entry": str(entry.id)})
    return entry.id


def kept_before(
    session: Session, vault: Vault, by: SignedIn, case: Case, told: Mapping[str, Any], submission_id: UUID
) -> UUID | None:
    """The entry that the same form already made; raises `AlreadySent` when it holds something else or stands elsewhere."""
    entry = sent_before(session, submission_id)
    if entry is None:
        return None
    if entry.case_id != case.id:
        raise AlreadySent
    body = open_compartments(session, vault, by, CaseId(case.id)).open_entry(
        entry_place(entry.id), Compartment(entry.compartment), entry.version, entry.sealed
    )
    if any(body.get(name) != value for name, value in told.items()):
        raise AlreadySent
    return entry.id
