"""What people see when something is refused or fails: a plain page that says what to do next, never a stack trace."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_babel import pgettext
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.logs import log_failure

# Words of 500,000 bytes come back on the page with a kind error; a post above this is not read at all.
LARGEST_POST = 512 * 1024

# A browser shows our 413 page only when the server has read what it was still sending; more than this is not waited for.
_READ_AWAY = 16 * 1024 * 1024


@dataclass(frozen=True)
class ErrorWords:
    """The title of an error page, what happened, and what to do next."""

    title: str
    happened: str
    next_step: str


def answer_errors(app: Flask) -> None:
    """Answer every refusal and failure with a page of the door it happened at."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _failed)


def _refused(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status == 413:
        _read_away()
    return _page(status)


def _database_failed(error: Exception) -> Response:
    log_failure(request.endpoint, error)
    return _page(503)


def _failed(error: Exception) -> Response:
    log_failure(request.endpoint, error)
    return _page(500)


def _read_away() -> None:
    stream, left = request.environ["wsgi.input"], _READ_AWAY
    while left > 0 and (chunk := stream.read(min(65536, left))):
        left -= len(chunk)


def _page(status: int) -> Response:
    at_desk = request.path.startswith(("/desk", "/network", "/union", "/buyer"))
    template = "desk/error.html" if at_desk else "worker/error.html"
    return make_response(render_template(template, status=status, words=_words(status)), status)


def _words(status: int) -> ErrorWords:
    if status == 403:
        return ErrorWords(
            pgettext("error", "Not from here"),
            pgettext("error", "This was sent from another page, or you may not enter here."),
            pgettext("error", "Open the page again and try from there. Nothing was changed."),
        )
    if status == 404:
        return ErrorWords(
            pgettext("error", "No such page"),
            pgettext("error", "There is no page at this address."),
            pgettext("error", "Go to the start."),
        )
    if status == 405:
        return ErrorWords(
            pgettext("error", "Start again"),
            pgettext("error", "This page can not be opened in this way."),
            pgettext("error", "Go to the start."),
        )
    if status == 413:
        return ErrorWords(
            pgettext("error", "Too long to send"),
            pgettext("error", "Your message is too long. Nothing was sent."),
            pgettext(
                "error",
                "Press Back on your phone. Your words are still there. Make them shorter, or send them in parts.",
            ),
        )
    if status == 503:
        return ErrorWords(
            pgettext("error", "Not safe just now"),
            pgettext("error", "We can not keep things safe just now, so nothing was stored."),
            pgettext(
                "error", "Press Back on your phone: your words are still there. Try again in a few minutes."
            ),
        )
    return ErrorWords(
        pgettext("error", "Something went wrong"),
        pgettext("error", "It is our fault, not yours."),
        pgettext(
            "error", "Press Back on your phone: your words are still there. Try again in a few minutes."
        ),
    )
