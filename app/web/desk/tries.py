"""A try to come in: counted, slowed down among guesses, and said in plain words when it has to wait, with what was typed kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus

from flask import Response, make_response, request
from flask_babel import pgettext

from app.network import count_sign_in_try, look_at_try, uncount_sign_in_try
from app.network.sign_in_tries import may_be_guessing
from app.vault import KNOWN_FOR, Guess, TooBusy
from app.web.responses import cookie_name
from app.web.retry import BUSY_FOR, retry_after
from app.web.sender import sender
from app.web.services import services


@contextmanager
def counted_try(login: str) -> Iterator[None]:
    """Make a try to come in with this login: counted and committed before anything is hashed; raises `TooBusy`."""
    here, by = services(), sender()
    with here.database.reading() as session:
        tried = look_at_try(session, here.vault, login, by, request.cookies.get(cookie_name("known"), ""))
        guessing = may_be_guessing(session, here.vault, tried)
    counted = not guessing
    if counted:
        with here.database.writing() as session:
            guessing = count_sign_in_try(session, here.vault, tried)
    try:
        with here.vault.guessing(Guess.PASSWORD) if guessing else nullcontext():
            yield
    except TooBusy:
        if counted and not guessing:
            with here.database.writing() as session:
                uncount_sign_in_try(session, here.vault, tried)
        raise


def remember_browser(response: Response, mark: str) -> Response:
    """Let the browser say later that this member has signed in here: it opens nothing, and says nothing to anybody else."""
    response.set_cookie(
        cookie_name("known"),
        mark,
        path="/",
        max_age=KNOWN_FOR,
        secure=services().settings.https,
        httponly=True,
        samesite="Strict",
    )
    return response


def ask_to_wait(page: Callable[[str], str]) -> Response:
    """The page again, which is given the words: why not now. The same for logins that exist and that do not."""
    words = pgettext(
        "desk", "Many people are coming in at this moment. Nothing was tried yet. Send it again."
    )
    return retry_after(make_response(page(words), HTTPStatus.SERVICE_UNAVAILABLE), BUSY_FOR)
