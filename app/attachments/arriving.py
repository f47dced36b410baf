"""A chunk from a phone: kept as the phone sealed it, once, and with the last one its file is put together."""

from dataclasses import dataclass, field

from app import clock
from app.attachments.completing import complete
from app.attachments.counting import TooManyFiles, count_begun, count_chunk, is_full
from app.attachments.kinds import HEAD_BYTES, STEP_BYTES, FileRefusal, FileRefused, chunks_of, length_of_chunk
from app.attachments.models import AttachmentChunk
from app.attachments.standing import FileOfReport, FileStanding, ReportMissing, standing_of
from app.cases.case import lock_case
from app.network import FILE_CHUNKS
from app.services import Services
from app.vault import ChunkSeal, chunk_proof, whole_proof


@dataclass(frozen=True)
class Chunk:
    """A chunk as it came, and what was under its seal."""

    of: FileOfReport
    index: int
    seal: ChunkSeal
    opened: bytes = field(repr=False)


@dataclass(frozen=True)
class Arrived:
    """What a phone is told: whether its file stands in the case, and else which chunks are missing."""

    whole: bool
    already: bool
    missing: tuple[int, ...]
    proof: bytes = field(repr=False)


def take_chunk(services: Services, chunk: Chunk, sender: str | None) -> Arrived:
    """Keep a chunk, exactly once, and complete its file where this was the last; `sender` is the address it is counted under.

    Raises `ReportMissing`, `FileRefused`, `TooManyFiles`, `TooBusy` and `ExaminerBroken`; whatever it raises, a phone that posts
    the same again is answered by how the file stands then.
    """
    with services.database.reading() as session:
        standing = standing_of(session, services.vault, chunk.of)
        if standing.is_kept:
            return _whole(chunk, already=True)
        _check_counts(chunk, standing)
        if not standing.here and is_full(session):
            raise TooManyFiles(FILE_CHUNKS)
    already = chunk.index in standing.here
    if not already:
        standing, already = _keep(services, chunk, sender)
        if standing.is_kept:
            return _whole(chunk, already=True)
    elif not standing.missing:
        # It costs another look at the whole file.
        with services.database.writing() as session:
            count_chunk(session, services.vault, sender)
    missing = standing.missing or complete(services, chunk.of, sender)
    if not missing:
        return _whole(chunk, already=False)
    proof = chunk_proof(chunk.of.ack, chunk.of.submission, chunk.of.file, chunk.index)
    return Arrived(False, already, missing, proof)


def _whole(chunk: Chunk, *, already: bool) -> Arrived:
    return Arrived(True, already, (), whole_proof(chunk.of.ack, chunk.of.submission, chunk.of.file))


def _check_counts(chunk: Chunk, standing: FileStanding) -> None:
    """Raise `FileRefused` where the file as its report named it has no such chunk."""
    if not 0 <= chunk.index < chunks_of(standing.size):
        raise FileRefused(FileRefusal.COUNTS)
    end = HEAD_BYTES + length_of_chunk(standing.size, chunk.index)
    if len(chunk.opened) != -(-end // STEP_BYTES) * STEP_BYTES or any(chunk.opened[end:]):
        raise FileRefused(FileRefusal.COUNTS)


def _keep(services: Services, chunk: Chunk, sender: str | None) -> tuple[FileStanding, bool]:
    """Store the chunk unless it is here by now; how the file stands then, and whether it was here."""
    vault = services.vault
    with services.database.writing() as session:
        standing = standing_of(session, vault, chunk.of)
        if lock_case(session, standing.case_id) is None:
            raise ReportMissing
        # What stood before the lock may have changed until it was free.
        session.expire_all()
        standing = standing_of(session, vault, chunk.of)
        if standing.is_kept or chunk.index in standing.here:
            return standing, True
        row = AttachmentChunk(
            case_id=standing.case_id,
            attachment_id=standing.row.id,
            number=chunk.index,
            key=chunk.seal.key,
            sealed=chunk.seal.enc + chunk.seal.ct,
        )
        session.add(row)
        standing.row.last_hour = clock.hour_of(clock.now())
        count_chunk(session, vault, sender)
        if not standing.here:
            count_begun(session, vault, sender, chunks_of(standing.size))
        session.flush()
        return standing_of(session, vault, chunk.of), False
