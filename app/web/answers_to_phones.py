"""What the outbox of a phone is told, always as JSON: kept, refused for good, or later. The contract is docs/outbox.md."""

import base64
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from app.attachments import Arrived, Chunk, FileRefusal
from app.intake import OLDEST_VERSION, EnvelopeRefused, Refusal
from app.logs import log_failure
from app.vault import PhoneSubmission, TooBusy
from app.web.retry import BROKEN_FOR, BUSY_FOR, retry_after

API = "/api/"

# Says what answered: a page in between, such as a hotel's, may answer 200 to anything.
_MARK: dict[str, Any] = {"redress": 1}

_STATUS = {
    Refusal.MALFORMED: HTTPStatus.BAD_REQUEST,
    Refusal.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.UNKNOWN_KEY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.RETIRED_KEY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.FORGED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.FILES: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.MISTAKES: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.CONFLICT: HTTPStatus.CONFLICT,
    Refusal.RECEIPT: HTTPStatus.CONFLICT,
    Refusal.NO_CASE: HTTPStatus.CONFLICT,
    Refusal.OLD_CLIENT: HTTPStatus.GONE,
}

_FILE_STATUS = {FileRefusal.CONFLICT: HTTPStatus.CONFLICT, FileRefusal.GONE: HTTPStatus.GONE}


def is_for_phones() -> bool:
    """Whether this request is answered by JSON, whatever becomes of it."""
    return request.path.startswith(API)


def always_answered(
    take: Callable[[bytes], Response],
    not_kept: Callable[[Exception], Response | None],
    *,
    mimetype: str,
    at_most: int,
) -> Response:
    """The answer of `take` to what was posted; where it fails, that of `not_kept`, or else what every door of a phone says."""
    request.max_content_length = at_most
    try:
        if request.mimetype != mimetype:
            return refused(Refusal.MALFORMED)
        return take(request.get_data())
    except HTTPException:
        raise  # too large; the rest of it is read away, so that the phone sees the answer
    except EnvelopeRefused as error:
        return refused(error.reason)
    except TooBusy:
        return later("busy", BUSY_FOR)
    except Exception as error:  # noqa: BLE001 - the phone keeps what it has, whatever it was
        answer = not_kept(error)
        if answer is None:
            log_failure(request.endpoint, error)
            answer = later("broken", BROKEN_FOR)
        return answer


def base_64(raw: bytes) -> str:
    """As phones write bytes: base 64 for addresses, without filling."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def kept(submission: PhoneSubmission, *, already: bool, page: str | None) -> Response:
    """The report is stored, and the proof that it was we who say so."""
    told: dict[str, Any] = {
        "state": "kept",
        "submission": str(submission.submission_id),
        "already": already,
        "proof": base_64(submission.proof),
    }
    return jsonify(_MARK | told | ({} if page is None else {"page": page}))


def chunk_kept(chunk: Chunk, arrived: Arrived) -> Response:
    """The chunk is stored, or its file stands in the case; and the proof that it was we who say so."""
    told: dict[str, Any] = {
        "submission": str(chunk.of.submission),
        "file": str(chunk.of.file),
        "already": arrived.already,
        "proof": base_64(arrived.proof),
    }
    if arrived.whole:
        return jsonify(_MARK | {"state": "whole"} | told)
    return jsonify(_MARK | {"state": "kept", "index": chunk.index, "missing": list(arrived.missing)} | told)


def file_refused(reason: FileRefusal) -> Response:
    """The file will never be taken."""
    response = jsonify(_MARK | {"state": "refused", "reason": reason.value})
    response.status_code = _FILE_STATUS.get(reason, HTTPStatus.UNPROCESSABLE_ENTITY)
    return response


def refused(reason: Refusal, **more: Any) -> Response:
    """It will never be taken as it is."""
    told: dict[str, Any] = {"oldest": OLDEST_VERSION} if reason is Refusal.OLD_CLIENT else {}
    response = jsonify(_MARK | {"state": "refused", "reason": reason.value} | told | more)
    response.status_code = _STATUS[reason]
    return response


def later(reason: str, seconds: int, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE) -> Response:
    """It may be taken another time; the phone keeps it."""
    response = jsonify(_MARK | {"state": "later", "reason": reason})
    response.status_code = status
    return retry_after(response, seconds)


def turned_away(status: int) -> Response:
    """The answer in place of an error page."""
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return refused(Refusal.TOO_LARGE)
    if status == HTTPStatus.FORBIDDEN:
        # Another site's doing, or an operator's wrong address: a phone loses nothing by it.
        return later("broken", BROKEN_FOR, HTTPStatus.FORBIDDEN)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return later("broken", BROKEN_FOR)
    response = refused(Refusal.MALFORMED)
    response.status_code = status
    return response
