"""The thread as its worker reads it: each message that their code opens."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Entry, entry_place, in_order
from app.cases.enums import EntryKind
from app.cases.worker.inbox_view import InboxMessage
from app.vault import Compartment, OpenedCompartments, SealBroken, sound

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


def read_thread(
    session: Session, case: Case, opened: OpenedCompartments, zone: tzinfo
) -> tuple[InboxMessage, ...]:
    """The messages in the order in which they were written, each moment in this zone."""
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
