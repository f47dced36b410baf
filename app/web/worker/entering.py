"""The way into the inbox: the receipt, the limits on trying one, and every way in which it does not open."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, make_response, render_template, request

from app.cases.entries import EmptyText, TextTooLong
from app.cases.inbox import ReceiptUnknown, session_for, worker_of
from app.cases.receipt_tries import ReceiptsRest, check_receipt_tries, try_receipt
from app.cases.worker_messages import write as write_message
from app.language import to_ascii
from app.logs import log_failure
from app.messaging.alerts import alert_danger_of
from app.vault import Receipt, ReceiptMistyped, TokenForged, TooBusy, parse_receipt
from app.web.access import open_to_everyone
from app.web.language import npgettext
from app.web.parts import parts
from app.web.retry import BUSY_FOR, minutes_until, retry_after, seconds_until
from app.web.sender import sender
from app.web.worker.door import blueprint, to_inbox
from app.web.worker.posted import posted_fields, posted_words, submission_of_post
from app.web.worker.report_form import clean
from app.web.worker.worker_session import keep_worker_session

# Whatever stands around twenty digits: more than this is no receipt, and is not read.
_LONGEST_RECEIPT = 200

# What each refusal is called on the page.
_PROBLEMS: dict[type[Exception], str] = {
    ReceiptMistyped: "mistyped",
    TokenForged: "again",
    ReceiptUnknown: "unknown",
    EmptyText: "words",
    TextTooLong: "words",
    ReceiptsRest: "rest",
    TooBusy: "busy",
}

# Every other problem is with what was typed.
_ENTER_STATUS = {
    "": HTTPStatus.OK,
    "ended": HTTPStatus.OK,
    "rest": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "broken": HTTPStatus.SERVICE_UNAVAILABLE,
}


@blueprint.post("/<lang>/inbox")
@open_to_everyone
def enter() -> Response:
    """Open the inbox with a receipt; words that wait to be added to the case go with it."""
    words = posted_words()
    typed = clean(posted_fields().get("receipt", ""))[:_LONGEST_RECEIPT].strip()
    try:
        receipt = parse_receipt(typed)
        submission = submission_of_post() if words else None
        cookie = _open_with(receipt, words, submission)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker typed must not be lost with it
        return not_opened(error, words, typed)
    return keep_worker_session(to_inbox(), cookie)


def enter_page(
    problem: str = "", words: str = "", typed: str = "", *, minutes: int = 0, token: str = ""
) -> Response:
    """The question for the receipt, with what went wrong, the words that are not sent yet, and the digits to mend."""
    page = render_template(
        "worker/enter.html",
        problem=problem,
        words=words,
        token=token or parts().vault.form_token() if words else "",
        typed=_in_groups(typed),
        wait=npgettext(
            "worker-inbox", "Try again in %(num)s minute.", "Try again in %(num)s minutes.", minutes
        ),
    )
    return make_response(page, _ENTER_STATUS.get(problem, HTTPStatus.UNPROCESSABLE_ENTITY))


def not_opened(error: Exception, words: str, typed: str) -> Response:
    """The question again, with all that was typed and what to do now."""
    problem = next((name for kind, name in _PROBLEMS.items() if isinstance(error, kind)), "broken")
    if isinstance(error, ReceiptsRest):
        page = enter_page(problem, words, typed, minutes=minutes_until(error.until))
        return retry_after(page, seconds_until(error.until))
    if problem == "broken":
        log_failure(request.endpoint, error)
        # With the same token, so that words which were stored after all are not stored twice.
        return enter_page(problem, words, typed, token=posted_fields().get("token", ""))
    page = enter_page(problem, words, typed)
    return retry_after(page, BUSY_FOR) if problem == "busy" else page


def _open_with(receipt: Receipt, words: str, submission: UUID | None) -> str:
    """A session for this receipt, its cookie; a receipt that no case has is counted before anybody learns that there is none."""
    here, by = parts(), sender()
    with here.database.reading() as session:
        check_receipt_tries(session, here.vault, by)
    keys = here.vault.derive_receipt_keys(receipt)
    with here.database.writing() as session:
        row = try_receipt(session, here.vault, by, keys)
        cookie = None if row is None else session_for(session, here.vault, row, keys)
        if cookie is not None and submission is not None:
            worker = worker_of(session, here.vault, cookie)
            if write_message(session, here.vault, here.rules, worker, words, submission):
                alert_danger_of(session, here.vault, worker.case_id, f"words {submission}")
    if cookie is None:
        raise ReceiptUnknown
    return cookie


def _in_groups(typed: str) -> str:
    """Digits in groups of four, as the receipt was shown, so that a wrong one is found by comparing; other text as it is."""
    digits = "".join(to_ascii(typed).split()).replace("-", "")
    if not digits.isascii() or not digits.isdecimal():
        return typed
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
