"""The phone's outbox: what was sealed on a phone, opened here and done as the forms do it; and the key that phones seal to."""

from dataclasses import replace
from http import HTTPStatus

from flask import Response, jsonify, request
from werkzeug.datastructures import MultiDict

from app.cases.worker import BudgetSpent, OtherContent, ReceiptUnknown
from app.intake import (
    LARGEST_ENVELOPE,
    OLDEST_VERSION,
    VERSION,
    Filed,
    FloodRefused,
    LimitMetMeanwhile,
    Refusal,
    SubmissionConflict,
    file_letter,
    open_letter,
    read_envelope,
)
from app.language import clean_words
from app.logs import log_failure
from app.vault import ReceiptNotTaken
from app.web.access import open_to_everyone
from app.web.answers_to_phones import always_answered, base_64, kept, later, refused
from app.web.language import choose_language, page_language
from app.web.retry import BUSY_FOR, seconds_until
from app.web.sender import sender
from app.web.services import services
from app.web.worker.asking import OtherMessages
from app.web.worker.beside_fields import read_beside
from app.web.worker.door import blueprint
from app.web.worker.messages_by_phone import keep_message
from app.web.worker.receipt import receipt_page
from app.web.worker.report_form import ReportForm, read_report_form
from app.web.worker.to_report import to_report
from app.web.worker.worker_session import end_worker_session


@blueprint.get("/api/v1/kit")
@open_to_everyone
def kit() -> Response:
    """What a phone needs to seal a report; it reads nothing from the database."""
    vault = services().vault
    keys = vault.intake_keys()
    response = jsonify(
        redress=1,
        v=VERSION,
        oldest=OLDEST_VERSION,
        deployment=vault.deployment.hex,
        keys=[{"id": key.id, "public": base_64(key.public)} for key in keys],
        takes=["report", "inbox"],
        fingerprint=keys[0].fingerprint,
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/api/v1/outbox")
@open_to_everyone
def outbox() -> Response:
    """Keep what waited on a phone, exactly once; whatever happens, the answer is one that a phone understands."""
    return always_answered(_take_in, _not_kept, mimetype="application/json", at_most=LARGEST_ENVELOPE)


def _not_kept(error: Exception) -> Response | None:
    match error:
        case SubmissionConflict() | OtherContent() | OtherMessages():
            return refused(Refusal.CONFLICT)
        case ReceiptNotTaken():
            return refused(Refusal.RECEIPT)
        case ReceiptUnknown():
            return refused(Refusal.NO_CASE)
        case LimitMetMeanwhile():
            return later("busy", BUSY_FOR)
        case FloodRefused() | BudgetSpent():
            return later("flood", seconds_until(error.until), HTTPStatus.TOO_MANY_REQUESTS)
        case _:
            return None


def _take_in(posted: bytes) -> Response:
    here = services()
    envelope = read_envelope(posted)
    letter = open_letter(here, envelope)
    choose_language(here.languages.get(letter.language) or here.languages.default)
    if letter.to_inbox:
        return keep_message(letter)
    read = read_report_form(MultiDict((name, clean_words(value)) for name, value in letter.fields))
    sent = replace(read.answered(), has_files=bool(letter.files))
    if sent.mistakes:
        return refused(Refusal.MISTAKES, mistakes=sent.mistakes)
    # Whoever is in danger and lets nobody read it was asked on the phone what that means.
    told = to_report(sent, page_language().code)
    report = replace(told, files=letter.files, beside=read_beside(letter.fields))
    filed = file_letter(here, report, letter.submission, sender())
    if filed.already:
        return kept(letter.submission, already=True, page=None)
    page = _receipt(sent, filed) if envelope.page else None
    # Whoever read messages on this phone before is not always whoever wrote this one.
    return end_worker_session(kept(letter.submission, already=False, page=page))


def _receipt(sent: ReportForm, filed: Filed) -> str | None:
    """The page of the code as the form shows it. The phone has its code, so it does without a page that cannot be made."""
    try:
        return receipt_page(sent, filed).get_data(as_text=True)
    except Exception as error:  # noqa: BLE001 - the report is kept, and that is what has to be said
        log_failure(request.endpoint, error)
        return None
