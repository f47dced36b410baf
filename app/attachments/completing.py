"""Putting a file together once all of its chunks are here: held against what the report named, looked at, sealed into the case.

All that is slow happens before the unit of work that stores it; whoever is killed in between finds all chunks here again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.attachments.counting import check_looks, count_ended, count_look
from app.attachments.ending import Ended, end_again, end_file
from app.attachments.examining import Examined, examine
from app.attachments.kinds import HEAD_BYTES, FileRefusal, FileRefused, FileState, chunks_of, length_of_chunk
from app.attachments.models import AttachmentChunk, AttachmentPart
from app.attachments.standing import FileOfReport, FileStanding, ReportMissing, standing_of
from app.cases.case import Case, lock_case
from app.database import ReadyRows, insert_ready, ready_rows, retrying
from app.services import Services
from app.vault import (
    ChunkSeal,
    Compartment,
    CompartmentKeyRow,
    IntakeKeyRetired,
    IntakeKeyUnknown,
    Place,
    SealBroken,
    Vault,
    current_compartments,
    file_tag,
    is_sound,
    same_tag,
)

PART_BYTES = 2 * 65_536 - 4
"""With the length before it a part fills its steps."""

_POINT_BYTES = 65
_TRIES = 3


@dataclass(frozen=True)
class _SealedParts:
    """A file's parts, ready to be stored, and the version of the key that they are sealed to."""

    version: int
    rows: ReadyRows


class _KeysMoved(Exception):
    """The case got new keys while the file was looked at: whoever lost access must not be able to read it."""


def complete(services: Services, named: FileOfReport, sender: str | None) -> tuple[int, ...]:
    """Put a file together and into its case: the chunks that are missing after all, or none. `sender` posted its last chunk.

    Raises `FileRefused`, `ReportMissing`, `TooManyFiles`, `TooBusy` and `ExaminerBroken`.
    """
    return retrying(lambda _: _complete(services, named, sender), on=_KeysMoved, tries=_TRIES)


def part_place(file: UUID, number: int) -> Place:
    """Where a part of a file is sealed."""
    return Place("attachment_parts", file, f"sealed {number}")


def _complete(services: Services, named: FileOfReport, sender: str | None) -> tuple[int, ...]:
    vault = services.vault
    with services.database.reading() as session:
        standing = standing_of(session, vault, named)
        if standing.is_kept:
            return ()
        if standing.missing:
            return standing.missing
        check_looks(session, vault, named.file)
        body, broken = _put_together(session, services, standing)
    if broken:
        return _ask_again(services, named, broken)
    try:
        if not same_tag(standing.row.tag, file_tag(named.ack, named.file, body)):
            raise FileRefused(FileRefusal.CONFLICT)
        examined = examine(services, standing.kind, body, lambda: count_look(services, named.file))
    except FileRefused as refused:
        _refuse(services, named, refused.reason, sender)
        raise
    _seal(services, named, examined, sender)
    return ()


def keep_examined(services: Services, named: FileOfReport, examined: Examined) -> None:
    """Seal a file that came whole, and was looked at, into the case whose report names it; nothing where it stands there already.

    Raises `FileRefused` and `ReportMissing`.
    """
    # It never took room among those that wait, so none is given back.
    retrying(lambda _: _seal(services, named, examined, None), on=_KeysMoved, tries=_TRIES)


def _seal(services: Services, named: FileOfReport, examined: Examined, sender: str | None) -> None:
    vault = services.vault
    with services.database.reading() as session:
        standing = standing_of(session, vault, named)
        key = current_compartments(session, vault, standing.case_id)[Compartment.ACCOUNT]
        parts = ready_rows(session, _parts(vault, key, named.file, examined.body))
    _keep(services, named, examined, _SealedParts(key.version, parts), sender)


def _put_together(
    session: Session, services: Services, standing: FileStanding
) -> tuple[bytearray, list[int]]:
    """The bytes of a file, and the chunks that do not open: others wrote there, or the secret of their key was destroyed."""
    body, broken = bytearray(), list[int]()
    rows = session.scalars(
        select(AttachmentChunk)
        .where(AttachmentChunk.case_id == standing.case_id, AttachmentChunk.attachment_id == standing.row.id)
        .order_by(AttachmentChunk.number)
        .execution_options(yield_per=8)
    )
    for row in rows:
        try:
            if not is_sound(services.vault, row):
                raise SealBroken("a chunk was not written by this deployment as it stands")
            seal = ChunkSeal(row.key, row.sealed[:_POINT_BYTES], row.sealed[_POINT_BYTES:])
            opened = services.open_from_phone(seal)
        except (SealBroken, IntakeKeyUnknown, IntakeKeyRetired):
            broken.append(row.number)
            continue
        body += opened[HEAD_BYTES : HEAD_BYTES + length_of_chunk(standing.size, row.number)]
    return body, broken


def _ask_again(services: Services, named: FileOfReport, broken: list[int]) -> tuple[int, ...]:
    """Drop chunks that do not open; their phone has them until the file is whole."""
    with services.database.writing() as session:
        standing = _locked(session, services.vault, named)[1]
        session.execute(
            delete(AttachmentChunk).where(
                AttachmentChunk.case_id == standing.case_id,
                AttachmentChunk.attachment_id == named.file,
                AttachmentChunk.number.in_(broken),
            )
        )
        return standing_of(session, services.vault, named).missing


def _parts(
    vault: Vault, key: CompartmentKeyRow, file: UUID, body: bytes | bytearray
) -> Iterator[AttachmentPart]:
    for number, start in enumerate(range(0, len(body), PART_BYTES)):
        part = bytes(body[start : start + PART_BYTES])
        yield AttachmentPart(
            case_id=key.case_id,
            attachment_id=file,
            number=number,
            version=key.version,
            sealed=vault.seal_part(key, part_place(file, number), part),
        )


def _keep(
    services: Services, named: FileOfReport, examined: Examined, parts: _SealedParts, sender: str | None
) -> None:
    vault = services.vault
    with services.database.writing() as session:
        case, standing = _locked(session, vault, named)
        if standing.is_kept:
            return
        if (
            current_compartments(session, vault, standing.case_id)[Compartment.ACCOUNT].version
            != parts.version
        ):
            raise _KeysMoved
        insert_ready(session, parts.rows)
        told: dict[str, Any] = {
            "type": examined.type,
            "seconds": round(examined.seconds, 1),
            "size": len(examined.body),
        }
        end_file(session, vault, case, standing.row, Ended(FileState.KEPT, standing.kind, told))
        count_ended(session, vault, sender, chunks_of(standing.size))


def _refuse(services: Services, named: FileOfReport, reason: FileRefusal, sender: str | None) -> None:
    """Write down that a file came which is not taken; the helper and the worker are told why."""
    with services.database.writing() as session:
        case, standing = _locked(session, services.vault, named)
        if not standing.is_kept:
            standing.row.refusal = reason
            told = {"fault": reason.value}
            end_file(
                session, services.vault, case, standing.row, Ended(FileState.REFUSED, standing.kind, told)
            )
            count_ended(session, services.vault, sender, chunks_of(standing.size))


def _locked(session: Session, vault: Vault, named: FileOfReport) -> tuple[Case, FileStanding]:
    """The case of a file, locked, and how the file stands now; raises `ReportMissing`, and `FileRefused` where it was ended."""
    case = lock_case(session, standing_of(session, vault, named).case_id)
    if case is None:
        raise ReportMissing
    session.expire_all()
    standing = standing_of(session, vault, named)
    end_again(session, vault, standing.row)
    return case, standing
