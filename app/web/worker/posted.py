"""What a phone posted, read so that no broken byte can make the rest of the form disappear."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from flask import abort, request
from werkzeug.datastructures import MultiDict

from app.language import clean_words
from app.web.requests import LARGEST_FORM, too_many_fields
from app.web.worker.intent import InboxAct, Intent, read_intent


def posted_fields() -> MultiDict[str, str]:
    """The fields of this post, invalid UTF-8 replaced; raises werkzeug's 413 for too many bytes or fields."""
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    if request.mimetype != "application/x-www-form-urlencoded":
        return request.form
    # Werkzeug gives an empty form when one raw byte of it is no UTF-8; the worker's words would be gone.
    body = request.get_data()
    if too_many_fields(body):
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, errors="replace")
    return MultiDict([(name, clean_words(value)) for name, value in pairs])


def posted_intent(act: InboxAct | None = None) -> Intent:
    """What the worker meant with this post: the act of its address, or the one that it names."""
    return read_intent(posted_fields(), act)
