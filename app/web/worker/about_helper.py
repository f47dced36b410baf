"""*It is about the helper*: a complaint from the inbox becomes a case of its own, which no helper of the first one can see.

Nothing in either case points to the other: the worker alone holds both codes.
"""

from flask import Response

from app.cases.inbox import helpers_of
from app.cases.taxonomy import ABOUT_HELPER
from app.intake import Report, SubmissionConflict
from app.vault import TokenForged, check_session_form_token
from app.web.access import open_to_workers
from app.web.language import page_language, pgettext
from app.web.parts import parts
from app.web.worker.door import blueprint
from app.web.worker.inbox import Problem, inbox_page, kept_page, stale_problem
from app.web.worker.posted import posted_fields, posted_words
from app.web.worker.report import file_report, form_page, receipt_page
from app.web.worker.report_form import WORDS_LIMIT, ReportForm, has_words
from app.web.worker.worker_session import find_worker, forget_worker_cookie

_FORM = "about_helper"


@blueprint.post("/<lang>/inbox/about-helper")
@open_to_workers
def about_helper() -> Response:
    """File the complaint with custody, out of reach of every organisation that has or had the case, and show its code."""
    words = posted_words()
    try:
        return _file(words)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker wrote must not be lost with it
        return kept_page(error, words)


def _file(words: str) -> Response:
    worker = find_worker()
    fields, here = posted_fields(), parts()
    danger = "yes" if fields.get("danger") == "yes" else ""
    shown = ReportForm(words=words, danger=danger, category=(ABOUT_HELPER,))
    if worker is None:
        # Never "add it to your messages": there the helper would read it. As a new message it goes past every helper.
        note = pgettext(
            "worker-inbox",
            "Your messages were closed. This is not sent yet. Send it here as a new message: no helper gets it.",
        )
        return forget_worker_cookie(form_page(shown, notes=[note]))
    if note := _refusal(words):
        return inbox_page(worker, Problem(note, _FORM, words))
    try:
        token = here.vault.read_form_token(fields.get("token", "").strip())
    except TokenForged:
        token = None
    if token is None or not check_session_form_token(worker.content, fields.get("form_token", "")):
        return inbox_page(worker, stale_problem(_FORM, words))
    with here.database.reading() as session:
        helpers = helpers_of(session, worker)
    report = Report(
        language=page_language().code,
        words=words,
        topics=(ABOUT_HELPER,),
        danger=bool(danger),
        excluded=helpers,
    )
    try:
        return receipt_page(shown, file_report(report, token))
    except SubmissionConflict:
        return inbox_page(worker, stale_problem(_FORM, words))


def _refusal(words: str) -> str:
    if not has_words(words):
        return pgettext("worker-inbox", "Nothing is sent yet. Write a few words or choose an answer.")
    if len(words) > WORDS_LIMIT:
        return pgettext(
            "worker-form", "This is too long to send at once. Please make it shorter, or send it in parts."
        )
    return ""
