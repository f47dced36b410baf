"""The phone's outbox for photos and voice notes: chunk after chunk, each answered by how its file stands."""

from http import HTTPStatus

from flask import Response

from app.attachments import FileRefused, ReportMissing, TooManyFiles, take_chunk
from app.intake import LARGEST_CHUNK, open_chunk
from app.web.access import open_to_everyone
from app.web.answers_to_phones import always_answered, chunk_kept, file_refused, later
from app.web.retry import BUSY_FOR, seconds_until
from app.web.sender import sender
from app.web.services import services
from app.web.worker.door import blueprint


@blueprint.post("/api/v1/outbox/files")
@open_to_everyone
def outbox_files() -> Response:
    """Keep a chunk of a file, exactly once; whatever happens, the answer is one that a phone understands."""
    return always_answered(_take_in, _not_kept, mimetype="application/octet-stream", at_most=LARGEST_CHUNK)


def _take_in(posted: bytes) -> Response:
    chunk = open_chunk(services(), posted)
    return chunk_kept(chunk, take_chunk(services(), chunk, sender()))


def _not_kept(error: Exception) -> Response | None:
    match error:
        case FileRefused():
            return file_refused(error.reason)
        case ReportMissing():
            return later("report_first", BUSY_FOR, HTTPStatus.CONFLICT)
        case TooManyFiles():
            return later("full", seconds_until(error.until))
        case _:
            return None
