"""Files of workers: what a report named, the chunks that wait to be put together, and the parts of what was kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.attachments.kinds import FileRefusal, FileState
from app.database import Base, Blob, Opaque, word_column
from app.vault import Signed


class Attachment(Signed, Base):
    """A file that a report named; its kind and size stand in the entry of the thread once it is here."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_waiting", "state", "last_hour"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    # The phone's, random.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # JSON of kind and size
    declared_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("what kind of file, how large"))
    tag: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.nothing_to_open("keyed tag", "of the file, under a secret that only its phone has")
    )
    owner_tag: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.nothing_to_open("keyed tag", "of the file's id, under the same secret")
    )
    state: Mapped[FileState] = mapped_column(word_column(FileState), default=FileState.WAITING)
    refusal: Mapped[FileRefusal | None] = mapped_column(word_column(FileRefusal))
    last_hour: Mapped[datetime]


class AttachmentChunk(Signed, Base):
    """A chunk as the phone sealed it, until its file is whole."""

    __tablename__ = "attachment_chunks"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "attachment_id"], ["attachments.case_id", "attachments.id"]),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(
        Blob,
        info=Opaque.sealed(
            "a piece of a photo or voice note, as the phone sealed it",
            to="the web process, by the intake key in its keyring",
        ),
    )


class AttachmentPart(Signed, Base):
    """A part of a file that was kept, sealed as the entries of its case are."""

    __tablename__ = "attachment_parts"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "attachment_id"], ["attachments.case_id", "attachments.id"]),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(
        Blob,
        info=Opaque.sealed(
            "a part of a photo or voice note",
            to="whoever has a grant for the account: the worker by the code, members and custodians through a circle",
        ),
    )
