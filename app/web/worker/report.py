"""The form and what becomes of it: the receipt, or the same page again with every word kept."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from flask import Response, abort, make_response, render_template, request

from app.attachments import ExaminerBroken, TooManyFiles
from app.cases.case import consent_texts
from app.intake import FloodRefused, FormFilesRefused, SubmissionConflict, file_report
from app.logs import log_failure
from app.network import site_by_code
from app.vault import FormToken, TokenForged, TooBusy
from app.web.access import open_to_everyone
from app.web.language import npgettext, page_language, pgettext
from app.web.retry import BROKEN_FOR, BUSY_FOR, minutes_until, retry_after, seconds_until
from app.web.sender import sender
from app.web.services import services
from app.web.worker.danger import help_for_form
from app.web.worker.door import blueprint, offered
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.left import mark_sent, was_left
from app.web.worker.posted_files import FILES_FIELD, PostedFiles, posted_with_files
from app.web.worker.receipt import receipt_page
from app.web.worker.report_files import (
    chosen_again_words,
    files_to_send,
    files_words,
    keep_or_say,
    refused_words,
)
from app.web.worker.report_form import ReportForm, read_report_form
from app.web.worker.sent_before import code_asked_for, sent_before_page
from app.web.worker.to_report import to_report
from app.web.worker.worker_session import end_worker_session


@blueprint.get("/<lang>/")
@open_to_everyone
def form() -> Response:
    """The empty form. It reads nothing from the database, so it is there even when that is not."""
    return form_page(ReportForm())


@blueprint.get("/<lang>/s/<site_code>")
@open_to_everyone
def form_at_site(site_code: str) -> Response:
    """The form as a poster's code opens it. What is shown says nothing of the workplace to who looks over the shoulder."""
    # The code as we know it, never as it stood in the address: the page is compressed and holds a token (BREACH).
    known = _known_code(site_code)
    if known:
        return form_page(ReportForm(site_code=known))
    note = pgettext(
        "worker-form", "We do not know this workplace code. You can write the name of your workplace below."
    )
    return form_page(ReportForm(), notes=[note])


@blueprint.post("/<lang>/report")
@open_to_everyone
def report() -> Response:
    """File what a worker sent and show the receipt; whatever is missing or wrong brings the page back with all of it."""
    with posted_with_files() as (fields, posted):
        sent = read_report_form(fields)
        files = PostedFiles() if "without" in fields else posted
        # In danger nothing waits for a photo: what cannot come along stays behind, and the receipt says so.
        fault = files.fault.value if files.fault and sent.danger != "yes" else ""
        return _report(replace(sent, has_files=files.any, files_fault=fault), files)


def _report(sent: ReportForm, files: PostedFiles) -> Response:
    if sent.too_large:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if sent.mistakes:
        return form_page(sent, mistakes=_mistakes(sent), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    token = _read_token(sent)
    if (token is None or sent.asks_again) and (page := sent_before_page(sent, files)):
        return page
    if token is None:
        note = pgettext(
            "worker-form",
            "This page was open a long time. Nothing is sent yet. Your words are still here. Press Send again.",
        )
        return form_page(sent, notes=[note], status=HTTPStatus.BAD_REQUEST)
    if sent.asks_again:
        asked = render_template(
            "worker/ask_helper.html", form=sent, token=sent.token, help=help_for_form(sent)
        )
        return make_response(asked)
    return _file(sent, files, token)


def _file(sent: ReportForm, files: PostedFiles, token: FormToken) -> Response:
    try:
        going = files_to_send(token, files, danger=sent.danger == "yes")
        told = to_report(sent.answered(), page_language().code, going.named)
        filed = file_report(services(), told, token, sender())
        lost = keep_or_say(going)
        # The page belongs to it: a receipt that cannot be shown is one that the same form, sent again, must show.
        shown = not (filed.already and was_left(token))
        page = (
            mark_sent(receipt_page(sent, filed, files_lost=lost), token)
            if shown
            else code_asked_for(filed.home_country)
        )
    except FormFilesRefused as refused:
        return form_page(sent, mistakes=refused_words(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except SubmissionConflict as conflict:
        return _conflict_page(sent, conflict)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker wrote must not be lost with it
        return _not_kept(sent, error)
    # Whoever read messages on this phone before is not always whoever wrote this one.
    return end_worker_session(page)


def _conflict_page(sent: ReportForm, conflict: SubmissionConflict) -> Response:
    """What was sent now, and a choice: words and danger are added to the first report, or everything goes as another one.

    Both buttons carry what the page and its content give, so that whoever goes back and comes here again doubles nothing.
    """
    vault, danger, shown = services().vault, sent.danger == "yes", help_for_form(sent, conflict.case_id)
    adding = Intent(
        InboxAct.WORSE if danger else InboxAct.WRITE,
        words=sent.words,
        danger=danger,
        token=sent.token,
        case=vault.name_case(conflict.case_id),
        country=shown.code if shown else "",
    )
    told = to_report(sent.answered(), page_language().code)
    page = render_template(
        "worker/conflict.html",
        form=sent,
        token=vault.follow_form_token(sent.token, told.canonical()),
        adding=None if adding.is_empty else adding,
        help=shown,
        typed="",
    )
    return make_response(page, HTTPStatus.CONFLICT)


def _not_kept(sent: ReportForm, error: Exception) -> Response:
    """The form with every word on it, what kept it from being stored, and when to press again."""
    match error:
        case TooBusy():
            wait = BUSY_FOR
            note = pgettext(
                "worker-form",
                "Many people are writing just now. Nothing is sent yet. Your words are still here. Press Send again.",
            )
        case FloodRefused():
            wait = seconds_until(error.until)
            note = npgettext(
                "worker-form",
                "Too many messages come from your internet just now. Nothing is sent yet. Your words are still here. "
                "Press Send again in %(num)s minute.",
                "Too many messages come from your internet just now. Nothing is sent yet. Your words are still here. "
                "Press Send again in %(num)s minutes.",
                minutes_until(error.until),
            )
        case TooManyFiles() | ExaminerBroken():
            log_failure(request.endpoint, error)
            wait, note = BROKEN_FOR, files_words("")
        case _:
            log_failure(request.endpoint, error)
            wait = BROKEN_FOR
            note = pgettext(
                "worker-form",
                "We could not keep your message safe just now. Your words are still here. Try again soon.",
            )
    # With the same token, so that a report which was stored after all is not stored twice.
    page = form_page(sent.answered(), notes=[note], token=sent.token, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return retry_after(page, wait)


def _read_token(sent: ReportForm) -> FormToken | None:
    try:
        token = services().vault.read_form_token(sent.token)
    except TokenForged:
        return None
    return None if token.expired else token


def _known_code(code: str) -> str:
    with services().database.reading() as session:
        site = site_by_code(session, code)
        return "" if site is None else site.code


def _mistakes(sent: ReportForm) -> list[tuple[str, str]]:
    words = {
        "empty": pgettext("worker-form", "Nothing is sent yet. Tick what it is about, or write a few words."),
        "long": pgettext(
            "worker-form",
            "Nothing is sent yet. This is too long to send at once. Please make it shorter, or send it in parts.",
        ),
        "robot": pgettext(
            "worker-form", "Nothing is sent yet. Your words are still here. Please press Send again."
        ),
    }
    return [(name, words.get(fault) or files_words(fault)) for name, fault in sent.mistakes]


def form_page(
    sent: ReportForm,
    *,
    notes: Sequence[str] = (),
    mistakes: Sequence[tuple[str, str]] = (),
    token: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The form with all that was filled in, and what is to be said above it."""
    if sent.has_files:
        mistakes = [*mistakes, (FILES_FIELD, chosen_again_words())]
    page = _form(sent, token or services().vault.form_token(), notes, mistakes)
    return make_response(page, status)


def empty_form(token: str, template: str = "worker/form.html") -> str:
    """The form as it begins; without a token for phones that keep it."""
    return _form(ReportForm(), token, template=template)


def _form(
    sent: ReportForm,
    token: str,
    notes: Sequence[str] = (),
    mistakes: Sequence[tuple[str, str]] = (),
    template: str = "worker/form.html",
) -> str:
    return render_template(
        template,
        form=sent,
        token=token,
        notes=notes,
        help=help_for_form(sent),
        mistakes=mistakes,
        faulty={name for name, _ in mistakes},
        # Whoever filled the trap by accident must be able to get out of it.
        trap=not sent.honeypot,
        consent=consent_texts(page_language().pgettext),
        chosen_consent=sent.consent,
        languages=offered(),
        without=sent.goes_without_files,
    )
