"""The files of a case that are named and not here yet, for the helper's page and the worker's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attachments.declaring import declared_of
from app.attachments.ending import ended_files
from app.attachments.giving_up import GIVEN_UP_AFTER
from app.attachments.kinds import FileKind, FileState, chunks_of
from app.attachments.models import Attachment, AttachmentChunk
from app.database import CaseId
from app.vault import Vault, sound


@dataclass(frozen=True)
class FileOnTheWay:
    """A file that is not whole: how many of its pieces came, and until when the others are waited for."""

    kind: FileKind
    came: int
    of: int
    until: datetime


def files_on_the_way(session: Session, vault: Vault, case_id: CaseId) -> tuple[FileOnTheWay, ...]:
    """Every file of the case that is still waited for, the first one first."""
    rows = session.scalars(
        select(Attachment)
        .where(Attachment.case_id == case_id, Attachment.state == FileState.WAITING)
        .order_by(Attachment.last_hour, Attachment.id)
    ).all()
    if not rows:
        return ()
    ended = ended_files(session, vault, case_id)
    counted = (
        select(AttachmentChunk.attachment_id, func.count())
        .where(AttachmentChunk.case_id == case_id)
        .group_by(AttachmentChunk.attachment_id)
    )
    came = {file: int(number) for file, number in session.execute(counted)}
    return tuple(
        FileOnTheWay(kind, came.get(row.id, 0), chunks_of(size), row.last_hour + GIVEN_UP_AFTER)
        for row in sound(vault, rows)
        if row.id not in ended
        for kind, size in [declared_of(vault, row)]
    )
