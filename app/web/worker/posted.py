"""What a phone posted, read so that no broken byte can make the rest of the form disappear."""

from http import HTTPStatus
from urllib.parse import parse_qsl
from uuid import UUID

from flask import abort, request
from werkzeug.datastructures import MultiDict

from app.web.parts import parts
from app.web.requests import too_many_fields
from app.web.worker.report_form import LARGEST_FORM, clean


def posted_fields() -> MultiDict[str, str]:
    """The fields of this post, invalid UTF-8 replaced; raises werkzeug's 413 for too many bytes or fields."""
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    if request.mimetype != "application/x-www-form-urlencoded":
        return request.form
    # Werkzeug gives an empty form when one raw byte of it is no UTF-8; the worker's words would be gone.
    body = request.get_data()
    if too_many_fields(body):
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return MultiDict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, errors="replace"))


def posted_words() -> str:
    """The `words` of this post, cleaned."""
    return clean(posted_fields().get("words", ""))


def submission_of_post() -> UUID:
    """The id of what this post stores, so that sent twice it is stored once; raises `TokenForged`."""
    return parts().vault.read_form_token(posted_fields().get("token", "").strip()).submission_id
