"""What files cost, counted: chunks from one address and from everybody, files from there that wait, and looks at one file."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attachments.models import AttachmentChunk
from app.network import (
    ALL_FILE_CHUNKS,
    EVERYBODY,
    FILE_CHUNKS,
    LOOKS_AT_FILE,
    WAITING_CHUNKS,
    Limit,
    attempts_so_far,
    count_attempt,
    window_end,
)
from app.services import Services
from app.vault import Vault

MOST_WAITING = 20_000
"""Chunks of all files that are not whole: some gigabyte on the disk."""


class TooManyFiles(Exception):
    """More came, or waits to be completed, than there is room for, `until` then; nothing was stored."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.what)
        self.until = window_end(limit)


def count_chunk(session: Session, vault: Vault, sender: str | None, chunks: int = 1) -> None:
    """Count one more, or so many that came at once; raises `TooManyFiles`. Without an address nothing is counted."""
    if sender is None:
        return
    for limit, subject in ((FILE_CHUNKS, sender), (ALL_FILE_CHUNKS, EVERYBODY)):
        if count_attempt(session, vault, limit, subject, by=chunks) > limit.most:
            raise TooManyFiles(limit)


def count_begun(session: Session, vault: Vault, sender: str | None, chunks: int) -> None:
    """Keep room for a file of which the first chunk came; raises `TooManyFiles` where its address has enough that wait."""
    if sender is not None and count_attempt(session, vault, WAITING_CHUNKS, sender, by=chunks) > (
        WAITING_CHUNKS.most
    ):
        # It may be free again long before the day ends: whenever one of those files is whole.
        raise TooManyFiles(FILE_CHUNKS)


def count_ended(session: Session, vault: Vault, sender: str | None, chunks: int) -> None:
    """Give the room of a file back that was just ended, to the address from which its last chunk came."""
    if sender is not None:
        count_attempt(session, vault, WAITING_CHUNKS, sender, by=-chunks)


def count_look(services: Services, file: UUID) -> None:
    """Count that a child is about to look at a file, in a unit of its own that no end of it undoes; raises `TooManyFiles`."""
    with services.database.writing() as session:
        if count_attempt(session, services.vault, LOOKS_AT_FILE, str(file)) > LOOKS_AT_FILE.most:
            raise TooManyFiles(LOOKS_AT_FILE)


def check_looks(session: Session, vault: Vault, file: UUID) -> None:
    """Raise `TooManyFiles` where no child may look at a file again for now."""
    if attempts_so_far(session, vault, LOOKS_AT_FILE, str(file)) >= LOOKS_AT_FILE.most:
        raise TooManyFiles(LOOKS_AT_FILE)


def chunks_waiting(session: Session) -> int:
    """How many chunks wait to be put together."""
    return session.scalar(select(func.count()).select_from(AttachmentChunk)) or 0


def is_full(session: Session) -> bool:
    """Whether no file may begin for now, whoever sends it."""
    some = select(AttachmentChunk.number).limit(MOST_WAITING).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) >= MOST_WAITING
