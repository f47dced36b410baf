"""What people see when something is refused or fails: a plain page that says what to do next, never a stack trace."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_babel import LazyString, lazy_pgettext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from app.database import DatabaseUnavailable
from app.logs import log_failure
from app.vault import JournalBroken, NoGrant, PublicKeyForged, RowForged, SealBroken, VeilBroken
from app.web.answers_to_phones import is_for_phones, turned_away

# Words of 500,000 bytes come back on the page with a kind error; a post above this is not read at all.
LARGEST_POST = 512 * 1024

# A browser shows our 413 page only when the server has read what it was still sending; more than this is not waited for.
_READ_AWAY = 16 * 1024 * 1024


@dataclass(frozen=True)
class ErrorWords:
    """The title of an error page, what happened, and what to do next."""

    title: LazyString
    happened: LazyString
    next_step: LazyString


def answer_errors(app: Flask) -> None:
    """Answer every refusal and failure with a page of the door it happened at."""
    app.register_error_handler(HTTPException, _refused)
    for unavailable in (DBAPIError, DatabaseUnavailable, PoolExhausted):
        app.register_error_handler(unavailable, _database_failed)
    for altered in (NoGrant, SealBroken, PublicKeyForged, RowForged, VeilBroken, JournalBroken):
        app.register_error_handler(altered, _altered)
    app.register_error_handler(Exception, _failed)


def _refused(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status == 413 and not _at_webhook():
        _read_away()
    return _page(status)


def _database_failed(error: Exception) -> Response:
    log_failure(request.endpoint, error)
    return _page(503)


def _altered(error: Exception) -> Response:
    """Something stored was changed behind our back: nothing of it is shown, and somebody has to be told."""
    log_failure(request.endpoint, error)
    return _page(500, altered=True)


def _failed(error: Exception) -> Response:
    log_failure(request.endpoint, error)
    return _page(500)


def _read_away() -> None:
    stream, left = request.environ["wsgi.input"], _READ_AWAY
    while left > 0 and (chunk := stream.read(min(65536, left))):
        left -= len(chunk)


def _at_webhook() -> bool:
    return request.path.startswith(("/sms/inbound", "/sms/status"))


def _page(status: int, *, altered: bool = False) -> Response:
    if _at_webhook():
        # A provider reads no pages, and whoever plays one learns nothing.
        return make_response("", status)
    if is_for_phones():
        return turned_away(status)
    at_desk = request.path.startswith(("/desk", "/network"))
    template = "desk/error.html" if at_desk else "worker/error.html"
    return make_response(
        render_template(
            template,
            status=status,
            altered=altered,
            words=_ALTERED if altered else _WORDS.get(status, _FAULT),
        ),
        status,
    )


_START = lazy_pgettext("error", "Go to the start.")
_BACK = lazy_pgettext(
    "error",
    "Press Back on your phone. Some phones still show your words, some do not. Try again in a few minutes.",
)

# Lazy, because it is not yet known in which language they will be read.
_WORDS = {
    403: ErrorWords(
        lazy_pgettext("error", "Not from here"),
        lazy_pgettext("error", "This was sent from another page, or you may not enter here."),
        lazy_pgettext("error", "Open the page again and try from there. Nothing was changed."),
    ),
    404: ErrorWords(
        lazy_pgettext("error", "No such page"),
        lazy_pgettext("error", "There is no page at this address."),
        _START,
    ),
    405: ErrorWords(
        lazy_pgettext("error", "Start again"),
        lazy_pgettext("error", "This page can not be opened in this way."),
        _START,
    ),
    413: ErrorWords(
        lazy_pgettext("error", "Too long to send"),
        lazy_pgettext("error", "Your message is too long. Nothing was sent."),
        lazy_pgettext(
            "error",
            "Press Back on your phone. Some phones still show your words, some do not. "
            "Make them shorter, or send them in parts.",
        ),
    ),
    503: ErrorWords(
        lazy_pgettext("error", "Not safe just now"),
        lazy_pgettext("error", "We can not keep things safe just now, so nothing was stored."),
        _BACK,
    ),
}
_FAULT = ErrorWords(
    lazy_pgettext("error", "Something went wrong"),
    lazy_pgettext("error", "It is our fault, not yours."),
    _BACK,
)
_ALTERED = ErrorWords(
    lazy_pgettext("error", "We did not open this"),
    lazy_pgettext("error", "Something that was stored here was changed or is damaged."),
    lazy_pgettext("error", "It is our fault, not yours. You can start a new message and say so."),
)
