"""A try to come in that has to wait, for a limit or for a free slot: said in plain words, with what was typed still on the page."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, make_response
from flask_babel import npgettext, pgettext

from app.network import count_sign_in_try, tries_rest_until
from app.vault import TooBusy
from app.web.parts import parts
from app.web.retry import BUSY_FOR, minutes_until, retry_after, seconds_until
from app.web.sender import sender


class TriesRest(Exception):
    """Too many tries, for this login or from this address: none is made `until` then, with the right password neither."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many tries")
        self.until = until


def count_try(login: str) -> None:
    """Count a try to come in with this login, committed before anything is hashed; raises `TriesRest`."""
    here, by = parts(), sender()
    with here.database.reading() as session:
        until = tries_rest_until(session, here.vault, login, by)
    if until is None:
        with here.database.writing() as session:
            until = count_sign_in_try(session, here.vault, login, by)
    if until is not None:
        raise TriesRest(until)


def ask_to_wait(error: TriesRest | TooBusy, page: Callable[[str], str]) -> Response:
    """The page again, which is given the words: why not now, and when again. The same for logins that exist and that do not."""
    if isinstance(error, TooBusy):
        words = pgettext(
            "desk", "Many people are coming in at this moment. Nothing was tried yet. Send it again."
        )
        return retry_after(make_response(page(words), HTTPStatus.SERVICE_UNAVAILABLE), BUSY_FOR)
    words = npgettext(
        "desk",
        "Too many tries. Nothing was tried this time. Wait %(num)s minute, then send it again.",
        "Too many tries. Nothing was tried this time. Wait %(num)s minutes, then send it again.",
        minutes_until(error.until),
    )
    answer = make_response(page(words), HTTPStatus.TOO_MANY_REQUESTS)
    return retry_after(answer, seconds_until(error.until))
