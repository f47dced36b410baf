"""A new receipt for one that somebody saw: shown at once, and shown again when the answer was lost on its way."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case
from app.cases.worker import Worker, locked_case_of, may_be_guessing, replace_receipt, try_receipt
from app.database import CaseId
from app.vault import (
    FormToken,
    Guess,
    NoGrant,
    Receipt,
    ReceiptRow,
    TokenForged,
    end_session,
    find_receipt,
    format_receipt,
)
from app.web.access import open_to_workers
from app.web.sender import sender
from app.web.services import services
from app.web.worker.asking import ask_again
from app.web.worker.door import blueprint
from app.web.worker.inbox import refuse_other_page
from app.web.worker.inbox_page import kept_page, stale_page
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.posted import posted_intent
from app.web.worker.worker_session import find_worker, forget_worker_cookie

# For so long the same page, sent again, shows the same new code: without it a dropped answer would lock the worker out.
_SHOWN_AGAIN_FOR = timedelta(minutes=15)


@blueprint.post("/<lang>/inbox/code")
@open_to_workers
def new_code() -> Response:
    """Replace the receipt. The new one comes from the form's token, so that sending the form twice makes one new receipt."""
    intent = posted_intent(InboxAct.NEW_CODE)
    try:
        worker = find_worker()
        if worker is None:
            return _show_again(intent)
        refusal = refuse_other_page(worker, intent)
        return give_new_code(worker, intent) if refusal is None else refusal
    except Exception as error:  # noqa: BLE001 - the old receipt may be gone already: only the same post again shows the new one
        return kept_page(error, intent)


def give_new_code(worker: Worker, intent: Intent) -> Response:
    """Replace this worker's receipt and show the new one, which alone opens the messages now: the session ends with the old one."""
    here = services()
    try:
        token = here.vault.read_form_token(intent.token)
    except TokenForged:
        return stale_page(worker, intent)
    fresh = here.vault.derive_receipt_keys(token.receipt)
    try:
        with here.database.writing() as session:
            # Under the lock: the same button pressed twice at one moment made it perhaps just now.
            locked_case_of(session, worker)
            row = find_receipt(session, fresh)
            if row is None:
                # Nobody gets its cookie: the next person on this phone must know the code.
                end_session(session, here.vault, replace_receipt(session, here.vault, worker, fresh))
            elif row.case_id != worker.case_id or not _made_before(session, token, row):
                return stale_page(worker, replace(intent, token=""))
    except NoGrant:
        # Another window was faster, and the code that it shows is the one that opens now: as if this one had come a moment later.
        return ask_again(intent)
    return _new_code_page(token.receipt)


def _show_again(intent: Intent) -> Response:
    """The new code for whoever sends the same page again after their session ended with the old one; else the question for it."""
    here = services()
    try:
        token = here.vault.read_form_token(intent.token)
    except TokenForged:
        return ask_again(intent)
    # Anybody can get a token: without a session this is one more receipt that somebody tries.
    with here.database.reading() as session:
        guessing = may_be_guessing(session, here.vault, sender())
    with here.vault.guessing(Guess.RECEIPT) if guessing else nullcontext():
        fresh = here.vault.derive_receipt_keys(token.receipt)
        with here.database.writing() as session:
            row = try_receipt(session, here.vault, sender(), fresh)
            shown = row is not None and _made_before(session, token, row)
    return _new_code_page(token.receipt) if shown else ask_again(intent)


def _made_before(session: Session, token: FormToken, row: ReceiptRow) -> bool:
    """Whether this page made this receipt, a short while ago.

    Never for the token of a report: who kept a copy of somebody's form must not get that report's receipt with it.
    """
    case = session.get(Case, CaseId(row.case_id))
    late = clock.now() - token.issued > _SHOWN_AGAIN_FOR
    return case is not None and not late and case.submission_id != token.submission_id


def _new_code_page(receipt: Receipt) -> Response:
    page = render_template("worker/new_code.html", groups=format_receipt(receipt).split())
    return forget_worker_cookie(make_response(page))
