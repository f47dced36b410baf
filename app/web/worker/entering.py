"""The way into the inbox: the receipt, the limits on trying one, and what waited for it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus

from flask import Response, request

from app.cases.worker import (
    ReceiptUnknown,
    Worker,
    may_be_guessing,
    session_for,
    try_receipt,
    worker_of_receipt,
)
from app.database import CaseId
from app.vault import Guess, Receipt, end_session, parse_receipt
from app.web.access import open_to_everyone
from app.web.responses import squeezed
from app.web.sender import sender
from app.web.services import services
from app.web.worker.about_helper import file_about_helper
from app.web.worker.asking import OtherMessages, not_opened
from app.web.worker.door import blueprint, to_inbox
from app.web.worker.inbox import do
from app.web.worker.inbox_page import inbox_page, kept_page
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.left import mark_left
from app.web.worker.new_code import give_new_code
from app.web.worker.posted import posted_fields, posted_intent
from app.web.worker.worker_session import (
    end_worker_session,
    keep_worker_session,
    worker_behind,
    worker_cookie,
)

# Whatever sentence stands around twenty digits: what is longer is not read, and not given back.
LONGEST_RECEIPT = 1_000


@blueprint.get("/<lang>/code")
@open_to_everyone
def have_a_code() -> Response:
    """Ask for a receipt, also where the messages of somebody else are still open on this phone: they are closed first.

    A plain link, as leaving is: all that another site could do with it is to close a session.
    """
    return end_worker_session(mark_left(to_inbox()))


@blueprint.post("/<lang>/inbox")
@open_to_everyone
def enter() -> Response:
    """Open the inbox with a receipt, and do what waited for it."""
    intent = posted_intent()
    typed = posted_fields().get("receipt", "")[:LONGEST_RECEIPT].strip()
    try:
        cookie = open_with(parse_receipt(typed), intent)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker typed must not be lost with it
        return not_opened(error, intent, typed)
    if intent.is_empty:
        return mark_left(keep_worker_session(_messages(cookie), cookie))
    return mark_left(_do_what_waited(cookie, intent))


def _messages(cookie: str) -> Response:
    """The messages at once for a page's script, whose post no Reload or Back repeats; for the browser's own post the way to them.

    No page can make a browser say that it navigates when it does not, or the other way round; one that says nothing is led.
    """
    if request.headers.get("Sec-Fetch-Dest") != "empty":
        return to_inbox()
    # Compressed, unlike other pages of open messages: its session and the tokens in it were made for this one answer, and it
    # echoes nothing of the request, so nobody can compare its length with that of another (BREACH).
    return squeezed(inbox_page(worker_behind(cookie)))


def open_with(receipt: Receipt, intent: Intent) -> str:
    """A session for this receipt, its cookie; where many wrong ones came from, a try waits for its turn, and is still made."""
    by = sender()
    with _turn(by):
        return _try(receipt, intent, by)


def worker_with(receipt: Receipt) -> Worker:
    """Whose receipt this is, for one act and without a session; found and limited as by `open_with`. Raises `ReceiptUnknown`."""
    here, by = services(), sender()
    with _turn(by):
        keys = here.vault.derive_receipt_keys(receipt)
        with here.database.writing() as session:
            row = try_receipt(session, here.vault, by, keys)
            worker = None if row is None else worker_of_receipt(row, keys)
    if worker is None:
        raise ReceiptUnknown
    return worker


@contextmanager
def _turn(by: str) -> Iterator[None]:
    here = services()
    with here.database.reading() as session:
        guessing = may_be_guessing(session, here.vault, by)
    with here.vault.guessing(Guess.RECEIPT) if guessing else nullcontext():
        yield


def _try(receipt: Receipt, intent: Intent, by: str) -> str:
    """As `open_with`; a receipt that no case has is counted before anybody learns that there is none."""
    here = services()
    keys = here.vault.derive_receipt_keys(receipt)
    with here.database.writing() as session:
        row = try_receipt(session, here.vault, by, keys)
        fits = row is None or intent.is_empty or intent.fits(here.vault, CaseId(row.case_id))
        cookie = session_for(session, here.vault, row, keys) if row is not None and fits else None
        if cookie is not None:
            # Whoever was in the inbox on this phone until now is no longer.
            end_session(session, here.vault, worker_cookie())
    if not fits:
        raise OtherMessages
    if cookie is None:
        raise ReceiptUnknown
    return cookie


def _do_what_waited(cookie: str, intent: Intent) -> Response:
    """The act that was meant before the code was asked for; when it fails, the page that keeps it is one of the new session."""
    worker = None
    try:
        worker = worker_behind(cookie)
        if intent.act is InboxAct.NEW_CODE:
            return give_new_code(worker, intent)
        if intent.act is InboxAct.ABOUT_HELPER:
            page = file_about_helper(worker, intent)
            # With the code of the complaint on the screen, these messages are closed again: nobody gets their cookie.
            return page if page.status_code == HTTPStatus.OK else keep_worker_session(page, cookie)
        return keep_worker_session(do(worker, intent), cookie)
    except Exception as error:  # noqa: BLE001 - what waited must not be lost after all
        return keep_worker_session(kept_page(error, intent, worker), cookie)
