"""Opening a file that was kept: by whoever has a grant for the case, each time asked anew, and written down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.attachments.completing import PART_BYTES, part_place
from app.attachments.ending import ended_files
from app.attachments.kinds import FileState
from app.attachments.models import Attachment, AttachmentPart
from app.cases.case import Entry, NoAccess, body_of, open_locked
from app.cases.enums import AccessAct, EntryKind
from app.database import CaseId
from app.network import SignedIn
from app.vault import (
    Compartment,
    CompartmentClosed,
    OpenedCompartments,
    SealBroken,
    Vault,
    is_sound,
    journal,
    read_journal,
    sound_or_none,
)

ONE_READING = timedelta(hours=1)
"""A player asks for a recording piece by piece: what one member hears of it within this time is one reading."""


class FileBroken(Exception):
    """The file is here and does not open: others wrote there, or it was sealed for others."""


@dataclass(frozen=True)
class OpenedFile:
    """A piece of a file, from `start` on; `size` is that of the whole."""

    type: str
    size: int
    start: int
    body: bytes = field(repr=False)


def open_file(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    file: UUID,
    wanted: tuple[int, int] | None = None,
) -> OpenedFile:
    """Open a file of a case, in a writing unit, or the bytes of it that are wanted, from the first to the one before the last.

    Raises `NoAccess` where the member has no grant or there is no such file, and `FileBroken`. Behind the end is nothing.
    """
    _, opened = open_locked(session, vault, by, case_id)
    row = sound_or_none(vault, session.get(Attachment, (case_id, file)))
    if row is None or not _is_kept(session, vault, row):
        raise NoAccess
    told = _entry_of(session, opened, case_id, file)
    start, end = (0, told["size"]) if wanted is None else wanted
    end = min(end, told["size"])
    body = b"".join(_bytes(session, opened, case_id, file, start, end)) if start < end else b""
    _write_down(session, vault, by, case_id, file)
    return OpenedFile(told["type"], told["size"], start, body)


def _is_kept(session: Session, vault: Vault, row: Attachment) -> bool:
    if row.state is FileState.WAITING:
        return ended_files(session, vault, CaseId(row.case_id)).get(row.id) is FileState.KEPT
    return row.state is FileState.KEPT


def _entry_of(session: Session, opened: OpenedCompartments, case_id: CaseId, file: UUID) -> dict[str, Any]:
    """What the thread says of the file: its type and size are sealed there."""
    rows = session.scalars(select(Entry).where(Entry.case_id == case_id, Entry.kind == EntryKind.FILE))
    for row in rows:
        body = body_of(opened, row)
        if body is not None and body.get("file") == str(file) and "size" in body:
            return body
    raise FileBroken


def _bytes(
    session: Session, opened: OpenedCompartments, case_id: CaseId, file: UUID, start: int, end: int
) -> Iterator[bytes]:
    """The bytes between two places, part by part."""
    first, last = start // PART_BYTES, (end - 1) // PART_BYTES
    rows = session.scalars(
        select(AttachmentPart)
        .where(
            AttachmentPart.case_id == case_id,
            AttachmentPart.attachment_id == file,
            AttachmentPart.number.between(first, last),
        )
        .order_by(AttachmentPart.number)
        .execution_options(yield_per=8)
    )
    number = first
    for row in rows:
        begins = number * PART_BYTES
        if row.number != number or not is_sound(opened.holder, row):
            raise FileBroken
        try:
            part = opened.open_part(part_place(file, number), Compartment.ACCOUNT, row.version, row.sealed)
        except (SealBroken, CompartmentClosed):
            raise FileBroken from None
        yield part[max(start - begins, 0) : end - begins]
        number += 1
    if number != last + 1:
        raise FileBroken


def _write_down(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, file: UUID) -> None:
    since = clock.now() - ONE_READING
    for entry in reversed(read_journal(session, vault, case_id)):
        if entry.at < since:
            break
        if (
            entry.act == AccessAct.FILE_OPENED
            and entry.actor == by.actor
            and entry.detail == {"file": str(file)}
        ):
            return
    journal(session, vault, case_id, AccessAct.FILE_OPENED, by.actor, {"file": str(file)})
