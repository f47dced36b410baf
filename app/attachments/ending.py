"""The end of a file's way, however it ends: its chunks go, the thread says what became of it, and the journal too."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.attachments.kinds import FileKind, FileState
from app.attachments.models import Attachment, AttachmentChunk
from app.cases.case import Case, add_entry
from app.cases.enums import EntryKind
from app.database import CaseId
from app.vault import SYSTEM, Actor, Vault, journal, read_journal

_WORKER = Actor("worker")
_ACTS = {
    FileState.KEPT: ("case.file_kept", _WORKER),
    FileState.REFUSED: ("case.file_refused", _WORKER),
    FileState.LOST: ("case.file_lost", SYSTEM),
}
_STATES = {act: state for state, (act, _) in _ACTS.items()}


@dataclass(frozen=True)
class Ended:
    """How a file ended, and what its entry says beside its kind."""

    state: FileState
    kind: FileKind
    told: dict[str, Any]


def end_file(session: Session, vault: Vault, case: Case, row: Attachment, ended: Ended) -> None:
    """End a waiting file of a case whose row the caller has locked."""
    row.state = ended.state
    _drop_chunks(session, row)
    act, actor = _ACTS[ended.state]
    body = {"file": str(row.id), "kind": ended.kind.value, **ended.told}
    add_entry(session, vault, case, EntryKind.FILE, body, actor)
    # Whoever read the case before has not seen this.
    case.worker_wrote = True
    journal(session, vault, CaseId(case.id), act, actor, {"file": str(row.id)})


def ended_files(session: Session, vault: Vault, case_id: CaseId) -> dict[UUID, FileState]:
    """How files of a case ended, by its journal: a row that somebody put back as it was before says that it still waits."""
    return {
        UUID(entry.detail["file"]): _STATES[entry.act]
        for entry in read_journal(session, vault, case_id)
        if entry.act in _STATES and entry.detail
    }


def end_again(session: Session, vault: Vault, row: Attachment) -> None:
    """Set a row of a case that the caller has locked to what the journal says, where it was put back."""
    ended = ended_files(session, vault, CaseId(row.case_id)).get(row.id)
    if row.state is FileState.WAITING and ended is not None:
        row.state = ended
        _drop_chunks(session, row)


def _drop_chunks(session: Session, row: Attachment) -> None:
    session.execute(
        delete(AttachmentChunk).where(
            AttachmentChunk.case_id == row.case_id, AttachmentChunk.attachment_id == row.id
        )
    )
