"""The entries of a case, read with the compartments that their reader holds: what cannot be opened hides no other."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.cases.case.entries import entry_place
from app.cases.case.models import Case, Entry
from app.cases.case.opened_case import ReadEntry
from app.cases.enums import AuthorKind, EntryKind
from app.network import member_names
from app.vault import (
    Compartment,
    CompartmentClosed,
    OpenedCompartments,
    SealBroken,
    Vault,
    is_sound,
    row_fits,
)

_EntryRow = Row[*tuple[Any, ...]]


# Columns and not rows of the session: a page reads them and changes none.
_ENTRIES = select(*Entry.__table__.c).where(Entry.case_id == bindparam("case")).order_by(Entry.seq)


def read_thread(
    session: Session, vault: Vault, case: Case, opened: OpenedCompartments
) -> tuple[list[ReadEntry], dict[UUID, str]]:
    """The entries in their order, and the names of their authors and of whoever has the case.

    Each is opened once: the page asks several of them for several things, and opening is what costs.
    """
    rows = session.execute(_ENTRIES, {"case": case.id}).all()
    people = member_names(session, vault, [case.assignee_id, *(row.author_id for row in rows)])
    return [_read(opened, row, people) for row in rows], people


def written_when(entry: ReadEntry) -> tuple[datetime, str] | None:
    """When the worker wrote which words, None for what others wrote or nobody can open."""
    body = entry.body or {}
    if entry.kind not in (EntryKind.REPORT, EntryKind.WORKER_MESSAGE) or "at" not in body:
        return None
    return datetime.fromisoformat(body["at"]), str(body.get("text") or "")


def bodies_of(entries: Iterable[ReadEntry], kind: EntryKind) -> Iterator[dict[str, Any] | None]:
    """What the entries of one kind say, None for each that nobody can open."""
    return (entry.body for entry in entries if entry.kind is kind)


def site_by_text(entries: Iterable[ReadEntry]) -> str | None:
    """What a worker who writes by text answered when asked for the place; the last answer stands."""
    answers = [body for body in bodies_of(entries, EntryKind.WORKER_MESSAGE) if body and body.get("site")]
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


def agreed_calls(told: Iterable[tuple[AuthorKind, dict[str, Any] | None]]) -> dict[str, Any] | None:
    """What the worker said when they agreed to calls, where it stands: `told` are the contact details and who wrote each, in order.

    A yes to texts that a helper heard stands beside it. The worker's own other answer takes its place; so does one that the reader
    cannot open, since it may have taken it back.
    """
    agreed: dict[str, Any] | None = None
    for author, body in told:
        if body is not None and body.get("contact") == "call":
            agreed = body
        elif body is None or author is AuthorKind.WORKER or body.get("contact") == "inbox":
            agreed = None
    return agreed


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
