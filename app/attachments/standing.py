"""How a file of a report stands: whether it is known, whose it is, and which of its chunks are here."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attachments.declaring import declared_of
from app.attachments.kinds import FileKind, FileRefusal, FileRefused, FileState, chunks_of
from app.attachments.models import Attachment, AttachmentChunk
from app.cases.case import Case
from app.database import CaseId
from app.vault import Vault, owner_tag, same_tag, sound_or_none


class ReportMissing(Exception):
    """No report of this submission is here: it has to come first."""


@dataclass(frozen=True)
class FileOfReport:
    """A file as a phone names it. `ack` is the secret of its report's seal."""

    submission: UUID
    file: UUID
    ack: bytes = field(repr=False)


@dataclass(frozen=True)
class FileStanding:
    """A file that a report named, and which of its chunks are here."""

    case_id: CaseId
    row: Attachment
    kind: FileKind
    size: int
    here: frozenset[int]

    @property
    def missing(self) -> tuple[int, ...]:
        """The chunks that are not here."""
        return tuple(index for index in range(chunks_of(self.size)) if index not in self.here)

    @property
    def is_kept(self) -> bool:
        """Whether it stands in its case; raises `FileRefused` where it never will."""
        if self.row.state is FileState.LOST:
            raise FileRefused(FileRefusal.GONE)
        if self.row.state is FileState.REFUSED:
            raise FileRefused(self.row.refusal or FileRefusal.UNREADABLE)
        return self.row.state is FileState.KEPT


def standing_of(session: Session, vault: Vault, named: FileOfReport) -> FileStanding:
    """Look a file up; raises `ReportMissing`, and `FileRefused` where the report names none, or another phone's."""
    case_id = session.scalars(select(Case.id).where(Case.submission_id == named.submission)).one_or_none()
    if case_id is None:
        raise ReportMissing
    found = select(Attachment).where(Attachment.case_id == case_id, Attachment.id == named.file)
    row = sound_or_none(vault, session.scalars(found).one_or_none())
    if row is None:
        raise FileRefused(FileRefusal.UNDECLARED)
    if not same_tag(row.owner_tag, owner_tag(named.ack, named.submission, named.file)):
        raise FileRefused(FileRefusal.FORGED)
    kind, size = declared_of(vault, row)
    here = session.scalars(
        select(AttachmentChunk.number).where(
            AttachmentChunk.case_id == case_id, AttachmentChunk.attachment_id == row.id
        )
    )
    return FileStanding(CaseId(case_id), row, kind, size, frozenset(here))
