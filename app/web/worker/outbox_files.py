"""The phone's outbox for photos and voice notes: chunk after chunk, each answered by how its file stands."""

from http import HTTPStatus

from flask import Response, request
from werkzeug.exceptions import HTTPException

from app.attachments import FileRefused, ReportMissing, TooManyFiles, take_chunk
from app.intake import LARGEST_CHUNK, EnvelopeRefused, Refusal, open_chunk
from app.logs import log_failure
from app.vault import TooBusy
from app.web.access import open_to_everyone
from app.web.answers_to_phones import (
    BROKEN_FOR,
    chunk_kept,
    file_refused,
    later,
    refused,
)
from app.web.retry import BUSY_FOR, seconds_until
from app.web.sender import sender
from app.web.services import services
from app.web.worker.door import blueprint


@blueprint.post("/api/v1/outbox/files")
@open_to_everyone
def outbox_files() -> Response:
    """Keep a chunk of a file, exactly once; whatever happens, the answer is one that a phone understands."""
    request.max_content_length = LARGEST_CHUNK
    try:
        if request.mimetype != "application/octet-stream":
            raise EnvelopeRefused(Refusal.MALFORMED)
        chunk = open_chunk(services(), request.get_data())
        return chunk_kept(chunk, take_chunk(services(), chunk, sender()))
    except HTTPException:
        raise  # too large; the rest of it is read away, so that the phone sees the answer
    except Exception as error:  # noqa: BLE001 - the phone keeps what it has, whatever it was
        return _not_kept(error)


def _not_kept(error: Exception) -> Response:
    match error:
        case EnvelopeRefused():
            answer = refused(error.reason)
        case FileRefused():
            answer = file_refused(error.reason)
        case ReportMissing():
            answer = later("report_first", BUSY_FOR, HTTPStatus.CONFLICT)
        case TooManyFiles():
            answer = later("full", seconds_until(error.until))
        case TooBusy():
            answer = later("busy", BUSY_FOR)
        case _:
            log_failure(request.endpoint, error)
            answer = later("broken", BROKEN_FOR)
    return answer
