"""A new receipt for one that somebody saw: shown at once, and shown again when the answer was lost on its way."""

from contextlib import nullcontext
from datetime import timedelta
from http import HTTPStatus

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from app import clock
from app.cases.inbox import Worker, session_for
from app.cases.models import Case
from app.cases.receipt_tries import may_be_guessing, try_receipt
from app.cases.sharing import replace_receipt
from app.database import CaseId
from app.vault import (
    FormToken,
    Guess,
    Receipt,
    ReceiptKeys,
    ReceiptRow,
    TokenForged,
    TooBusy,
    check_session_form_token,
    find_receipt,
    format_receipt,
)
from app.web.access import open_to_workers
from app.web.parts import parts
from app.web.retry import BUSY_FOR, retry_after
from app.web.sender import sender
from app.web.worker.door import blueprint
from app.web.worker.entering import enter_page
from app.web.worker.inbox import inbox_page, kept_page, stale_problem
from app.web.worker.posted import posted_fields
from app.web.worker.worker_session import find_worker, keep_worker_session

# For so long the same page, sent again, shows the same new code: without it a dropped answer would lock the worker out.
_SHOWN_AGAIN_FOR = timedelta(minutes=15)


@blueprint.post("/<lang>/inbox/code")
@open_to_workers
def new_code() -> Response:
    """Replace the receipt. The new one comes from the form's token, so that sending the form twice makes one new receipt."""
    try:
        return _replace()
    except TooBusy:
        page = make_response(render_template("worker/kept.html", words=""), HTTPStatus.SERVICE_UNAVAILABLE)
        return retry_after(page, BUSY_FOR)
    except Exception as error:  # noqa: BLE001 - the old receipt may be gone already: only the same post again shows the new one
        return kept_page(error)


def _replace() -> Response:
    here, worker = parts(), find_worker()
    try:
        token = here.vault.read_form_token(posted_fields().get("token", "").strip())
    except TokenForged:
        return enter_page("ended") if worker is None else inbox_page(worker, stale_problem("", ""))
    guessing = False
    if worker is None:
        # Anybody can get a token: without a session this is one more receipt that somebody tries.
        with here.database.reading() as session:
            guessing = may_be_guessing(session, here.vault, sender())
    with here.vault.guessing(Guess.RECEIPT) if guessing else nullcontext():
        return _replace_with(token, worker)


def _replace_with(token: FormToken, worker: Worker | None) -> Response:
    here = parts()
    fresh = here.vault.derive_receipt_keys(token.receipt)
    with here.database.writing() as session:
        row = (
            try_receipt(session, here.vault, sender(), fresh)
            if worker is None
            else find_receipt(session, fresh)
        )
        cookie = _made_before(session, token, fresh, row)
    if cookie is None and worker is None:
        return enter_page("ended")
    if cookie is None and worker is not None:
        if not check_session_form_token(worker.content, posted_fields().get("form_token", "")):
            return inbox_page(worker, stale_problem("", ""))
        with here.database.writing() as session:
            cookie = replace_receipt(session, here.vault, worker, fresh)
    return _new_code_page(token.receipt, cookie or "")


def _made_before(
    session: Session, token: FormToken, fresh: ReceiptKeys, row: ReceiptRow | None
) -> str | None:
    """A new session for whoever sends the same page again, although their old session ended with the old receipt.

    Never for the token of a report: who kept a copy of somebody's form must not get that report's receipt with it.
    """
    case = None if row is None else session.get(Case, CaseId(row.case_id))
    late = clock.now() - token.issued > _SHOWN_AGAIN_FOR
    if row is None or case is None or late or case.submission_id == token.submission_id:
        return None
    return session_for(session, parts().vault, row, fresh)


def _new_code_page(receipt: Receipt, cookie: str) -> Response:
    page = render_template("worker/new_code.html", groups=format_receipt(receipt).split())
    return keep_worker_session(make_response(page), cookie)
