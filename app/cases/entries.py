"""Writing on a case's timeline: each entry is sealed to the newest version of its compartment and bound to its own row."""

import unicodedata
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.enums import AuthorKind, EntryKind
from app.cases.models import Case, Entry
from app.database import CaseId, new_id
from app.vault import Actor, Compartment, Place, Vault, current_compartments

LONGEST_TEXT = 20_000


class EmptyText(Exception):
    """There is nothing to keep in this text."""


class TextTooLong(Exception):
    """The text is longer than `LONGEST_TEXT` characters; nothing of it was stored."""


def entry_place(entry_id: UUID) -> Place:
    """Where the body of an entry is sealed."""
    return Place("entries", entry_id, "sealed")


def clean_text(text: str) -> str:
    """What a person wrote, without NUL and with plain line ends; raises `EmptyText` or `TextTooLong`."""
    words = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(unicodedata.category(sign)[0] not in "CZ" for sign in words):
        raise EmptyText
    if len(words) > LONGEST_TEXT:
        raise TextTooLong
    return words


_LATEST = select(func.max(Entry.seq)).where(Entry.case_id == bindparam("case_id"))


def add_entry(
    session: Session,
    vault: Vault,
    case: Case,
    kind: EntryKind,
    body: dict[str, Any],
    author: Actor,
    *,
    compartment: Compartment = Compartment.ACCOUNT,
    submission_id: UUID | None = None,
) -> Entry:
    """Seal a body, with its exact time inside, onto the timeline of a case whose row the caller has locked."""
    key = current_compartments(session, vault, CaseId(case.id))[compartment]
    entry_id, now = new_id(), clock.now()
    latest = session.scalar(_LATEST, {"case_id": case.id}) or 0
    entry = Entry(
        case_id=case.id,
        id=entry_id,
        seq=latest + 1,
        compartment=compartment.value,
        version=key.version,
        kind=kind,
        author_kind=AuthorKind(author.kind),
        author_id=author.id,
        submission_id=submission_id,
        hour=clock.hour_of(now),
        sealed=vault.seal_entry(
            key, entry_place(entry_id), {"at": now.isoformat(timespec="seconds"), **body}
        ),
    )
    session.add(entry)
    session.flush()
    return entry
