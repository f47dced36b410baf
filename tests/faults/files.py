"""Files that a phone was told to stand in their case, and whether each does: whole, once, and nothing waiting behind it."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from app.attachments.completing import part_place
from app.attachments.kinds import FileState
from app.attachments.models import Attachment, AttachmentChunk, AttachmentPart
from app.cases.case.models import Entry
from app.cases.enums import EntryKind
from app.database import CaseId
from app.vault import Compartment, Receipt, find_receipt, open_grant
from tests.harness.world import World
from tests.support.files import PhoneFile


def check_files(world: World, files: Iterable[PhoneFile]) -> None:
    """Every file that was promised opens for its worker as it was sent, and the thread tells of it once."""
    vault = world.vault
    with world.database.reading() as session:
        told = Counter(session.scalars(select(Entry.case_id).where(Entry.kind == EntryKind.FILE)))
        for file in files:
            row = session.scalars(select(Attachment).where(Attachment.id == UUID(file.file))).one()
            assert row.state is FileState.KEPT
            assert told[row.case_id] == 1
            keys = vault.derive_receipt_keys(Receipt(file.sealing.receipt))
            assert find_receipt(session, keys) is not None
            opened = open_grant(session, vault, CaseId(row.case_id), keys)
            parts = session.scalars(
                select(AttachmentPart)
                .where(AttachmentPart.attachment_id == row.id)
                .order_by(AttachmentPart.number)
            )
            body = b"".join(
                opened.open_part(
                    part_place(row.id, part.number), Compartment.ACCOUNT, part.version, part.sealed
                )
                for part in parts
            )
            assert body == file.body
            waiting = select(func.count()).select_from(AttachmentChunk)
            assert session.scalar(waiting.where(AttachmentChunk.attachment_id == row.id)) == 0
