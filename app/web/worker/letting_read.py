"""*Let one helper read it* on the page with the code: whoever locked a case and is in danger needs one tap, and keeps the code."""

from flask import Response, make_response, render_template

from app.cases.case import Case
from app.cases.enums import ConsentLevel
from app.cases.worker import Worker, open_inbox
from app.vault import TokenForged, end_session, format_receipt, parse_receipt
from app.web.access import open_to_everyone
from app.web.services import services
from app.web.worker.asking import enter_page, not_opened
from app.web.worker.danger import country_of_worker, help_in, inbox_note, opening
from app.web.worker.door import blueprint
from app.web.worker.entering import LONGEST_RECEIPT, open_with
from app.web.worker.inbox import do
from app.web.worker.inbox_page import kept_page
from app.web.worker.intent import InboxAct
from app.web.worker.left import mark_sent, was_left
from app.web.worker.posted import posted_fields, posted_intent
from app.web.worker.worker_session import forget_worker_cookie, keep_worker_session, worker_behind


@blueprint.post("/<lang>/let-read")
@open_to_everyone
def let_read_at_once() -> Response:
    """Open the lock of the case whose code stands in the form, and show the code again: it may not be written down yet.

    Sent again it opens nothing that was locked since, and shows no code to whoever comes after the worker left.
    """
    here, intent = services(), posted_intent(InboxAct.LET_READ)
    typed = posted_fields().get("receipt", "")[:LONGEST_RECEIPT].strip()
    try:
        receipt = parse_receipt(typed)
        cookie = open_with(receipt, intent)
    except Exception as error:  # noqa: BLE001 - whatever failed, the worker must be able to press again
        return not_opened(error, intent, typed)
    worker = None
    try:
        worker = worker_behind(cookie)
        page = do(worker, intent)
        if page.status_code >= 400:  # refused or to be pressed again: the inbox says why
            return keep_worker_session(page, cookie)
        token = here.vault.read_form_token(intent.token)
        if was_left(token):
            page = enter_page("sent before", numbers=help_in(intent.country))
        else:
            page = mark_sent(_page(worker, format_receipt(receipt).split()), token)
        with here.database.writing() as session:
            # The code on the page is the way in; nobody gets the cookie of these messages.
            end_session(session, here.vault, cookie)
    except TokenForged:
        return not_opened(TokenForged(), intent, typed)
    except Exception as error:  # noqa: BLE001 - as above
        return keep_worker_session(kept_page(error, intent, worker), cookie)
    return forget_worker_cookie(page)


def _page(worker: Worker, groups: list[str]) -> Response:
    here = services()
    with here.database.reading() as session:
        view = open_inbox(session, here.vault, worker)
        case = session.get_one(Case, worker.case_id)
        danger = inbox_note(session, case, view, country_of_worker(session, worker, case, view) or "")
    shown = render_template(
        "worker/let_read.html",
        groups=groups,
        danger=danger,
        opens=opening(danger, worker.case_id, "let_read_at_once", receipt=" ".join(groups)),
        locked=view.consent is ConsentLevel.NOBODY,
        about_helper=view.about_helper,
    )
    return make_response(shown)
