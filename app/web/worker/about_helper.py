"""*It is about the helper*: a complaint from the inbox becomes a case of its own, which no helper of the first one can see.

Nothing in either case points to the other: the worker alone holds both codes.
"""

from dataclasses import replace

from flask import Response

from app.cases.case import LONGEST_TEXT, EmptyText, TextTooLong
from app.cases.taxonomy import ABOUT_HELPER
from app.cases.worker import Worker, helpers_of
from app.intake import Report, file_report, read_arrival
from app.vault import FormToken, TokenForged
from app.web.access import open_to_workers
from app.web.language import page_language
from app.web.sender import sender
from app.web.services import services
from app.web.worker.asking import ask_again, enter_page
from app.web.worker.door import blueprint
from app.web.worker.inbox import missing_words, refuse_other_page
from app.web.worker.inbox_page import Problem, inbox_page, kept_page, stale_page
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.posted import posted_intent
from app.web.worker.receipt import receipt_page
from app.web.worker.report_form import ReportForm
from app.web.worker.worker_session import end_worker_session, find_worker, forget_worker_cookie


@blueprint.post("/<lang>/inbox/about-helper")
@open_to_workers
def about_helper() -> Response:
    """File the complaint with custody, out of reach of every organisation that has or had the case, and show its code."""
    intent = posted_intent(InboxAct.ABOUT_HELPER)
    try:
        worker = find_worker()
        if worker is None:
            return forget_worker_cookie(_sent_before_page(intent) or ask_again(intent))
        return refuse_other_page(worker, intent) or file_about_helper(worker, intent)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker wrote must not be lost with it
        return kept_page(error, intent)


def file_about_helper(worker: Worker, intent: Intent) -> Response:
    """The page with the code of the complaint. The messages of the first case are closed: the new code opens others."""
    here = services()
    if not (intent.said or intent.danger) or len(intent.words) > LONGEST_TEXT:
        refusal = TextTooLong() if intent.said else EmptyText()
        return inbox_page(worker, Problem(missing_words(refusal), intent))
    with here.database.reading() as session:
        helpers = helpers_of(session, worker)
    report = replace(_complaint(intent), excluded=helpers)
    try:
        token = _token_of(intent, report)
    except TokenForged:
        return stale_page(worker, intent)
    shown = ReportForm(words=intent.words, danger="yes" if intent.danger else "", category=(ABOUT_HELPER,))
    return end_worker_session(receipt_page(shown, file_report(here, report, token, sender()), intent.country))


def _sent_before_page(intent: Intent) -> Response | None:
    """For the same complaint posted again: the first ended the session, and whoever missed its code gets it with the other one."""
    here, report = services(), _complaint(intent)
    try:
        token = _token_of(intent, report)
    except TokenForged:
        return None
    with here.database.reading() as session:
        arrival = read_arrival(session, here.vault, report, token, None)
    return enter_page("complaint sent", intent) if arrival.filed_before else None


def _complaint(intent: Intent) -> Report:
    return Report(
        language=page_language().code,
        words=intent.words,
        topics=(ABOUT_HELPER,),
        danger=intent.danger,
        country=intent.country,
    )


def _token_of(intent: Intent, report: Report) -> FormToken:
    """A token for this content: other words from the same page are another complaint, the same are the same one."""
    vault = services().vault
    return vault.read_form_token(vault.follow_form_token(intent.token, report.canonical()))
