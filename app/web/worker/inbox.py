"""The worker's inbox: one address for each thing that a worker can do, and one way through which all of them are done."""

from dataclasses import replace
from http import HTTPStatus

from flask import Response, request

from app.cases.case import EmptyText, NoHourLeft, TextTooLong
from app.cases.changes import AnswerOutcome
from app.cases.enums import FollowupAnswer
from app.cases.worker import BudgetSpent, NothingToUndo, SharingStopped, Worker
from app.vault import TokenForged, check_session_form_token
from app.web.access import open_to_everyone, open_to_workers
from app.web.language import pgettext
from app.web.retry import retry_after, seconds_until
from app.web.services import services
from app.web.worker.asking import ask_again, enter_page, question_page
from app.web.worker.deeds import DEEDS, Changed, Outcome, doing_for, perform, say_danger
from app.web.worker.door import blueprint, to_inbox
from app.web.worker.inbox_page import TEXTS_AS_BEFORE, Problem, inbox_page, kept_page, spent_words, stale_page
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.left import mark_left
from app.web.worker.posted import posted_fields, posted_intent
from app.web.worker.question_card import taken_words
from app.web.worker.texts_choice import no_hour_words
from app.web.worker.worker_session import (
    end_worker_session,
    find_worker,
    forget_worker_cookie,
    worker_cookie,
)

# Where in the inbox it shows what an act did.
_SHOWN_AT = {
    InboxAct.WRITE: "thread",
    InboxAct.WORSE: "thread",
    InboxAct.ANSWER: "thread",
    InboxAct.ASK_ME: "change",
    InboxAct.DO_NOT_ASK: "change",
    InboxAct.TEXTS: "said",
    InboxAct.NO_TEXTS: "said",
    InboxAct.CONSENT: "seen",
    InboxAct.LET_READ: "top",
    InboxAct.STOP: "top",
    InboxAct.UNDO: "top",
}


@blueprint.get("/<lang>/inbox")
@open_to_everyone
def inbox() -> Response:
    """The worker's messages, or the question for the receipt."""
    worker = find_worker()
    if worker is not None:
        return inbox_page(worker, done=request.args.get("done", ""))
    if worker_cookie():
        return forget_worker_cookie(enter_page("ended"))
    return question_page()


@blueprint.post("/<lang>/inbox/write")
@open_to_workers
def write() -> Response:
    """Add a message for the helper."""
    return _carry_out(InboxAct.WRITE)


@blueprint.post("/<lang>/inbox/worse")
@open_to_workers
def worse() -> Response:
    """Record that it got worse, with or without words."""
    return _carry_out(InboxAct.WORSE)


@blueprint.post("/<lang>/inbox/answer")
@open_to_workers
def answer() -> Response:
    """Answer the question on the card, by one tap."""
    return _carry_out(InboxAct.ANSWER)


@blueprint.post("/<lang>/inbox/ask-me")
@open_to_workers
def ask_me() -> Response:
    """Ask how it is from time to time."""
    return _carry_out(InboxAct.ASK_ME)


@blueprint.post("/<lang>/inbox/do-not-ask")
@open_to_workers
def do_not_ask() -> Response:
    """Ask nothing any more that comes by itself."""
    return _carry_out(InboxAct.DO_NOT_ASK)


@blueprint.post("/<lang>/inbox/texts")
@open_to_workers
def texts() -> Response:
    """Choose whether and when to be asked by text too."""
    return _carry_out(InboxAct.TEXTS)


@blueprint.post("/<lang>/inbox/no-texts")
@open_to_workers
def no_texts() -> Response:
    """Take back what a helper wrote down: no texts any more."""
    return _carry_out(InboxAct.NO_TEXTS)


@blueprint.post("/<lang>/inbox/consent")
@open_to_workers
def consent() -> Response:
    """Change who may know."""
    return _carry_out(InboxAct.CONSENT)


@blueprint.post("/<lang>/inbox/let-read")
@open_to_workers
def let_read() -> Response:
    """Let one helper read a locked case, by one tap."""
    return _carry_out(InboxAct.LET_READ)


@blueprint.post("/<lang>/inbox/stop")
@open_to_workers
def stop() -> Response:
    """Stop sharing now, and erase after thirty days."""
    return _carry_out(InboxAct.STOP)


@blueprint.post("/<lang>/inbox/undo")
@open_to_workers
def undo_stop() -> Response:
    """Take a stop back."""
    return _carry_out(InboxAct.UNDO)


@blueprint.post("/<lang>/inbox/leave")
@open_to_everyone
def close() -> Response:
    """Close whatever messages are open on this phone; the way back in is the receipt."""
    return end_worker_session(mark_left(to_inbox()))


def do(worker: Worker, intent: Intent) -> Response:
    """Do what was meant in this worker's case, and lead to where it shows; what is missing brings the inbox with all of it."""
    here, act = services(), intent.act
    if act is None or act not in DEEDS:
        return to_inbox()
    try:
        doing = doing_for(worker, intent, intent.submission_for(here.vault, worker.case_id))
        with here.database.writing() as session:
            outcome = perform(session, doing)
    except TokenForged:
        return stale_page(worker, intent)
    except (EmptyText, TextTooLong, NoHourLeft) as refusal:
        return inbox_page(worker, Problem(missing_words(refusal), intent))
    except BudgetSpent as spent:
        return _let_wait(worker, intent, spent)
    except (NothingToUndo, SharingStopped):
        # Another page of this worker was faster; the inbox shows how things stand.
        return to_inbox()
    return _done(worker, intent, outcome, _SHOWN_AT[act])


def _done(worker: Worker, intent: Intent, outcome: Outcome, anchor: str) -> Response:
    """What follows a deed: the inbox where it shows, with what has to be said of an answer that came twice or too late."""
    if isinstance(outcome, AnswerOutcome) and outcome is not AnswerOutcome.ANSWERED:
        return inbox_page(worker, Problem(taken_words(outcome)))
    if intent.act is InboxAct.TEXTS and outcome == Changed(anything=False):
        return to_inbox("said", done=TEXTS_AS_BEFORE)
    if intent.act in (InboxAct.ASK_ME, InboxAct.DO_NOT_ASK, InboxAct.NO_TEXTS, InboxAct.TEXTS):
        return to_inbox("said", done=intent.act.value)
    if intent.answer == FollowupAnswer.WORSE.value:
        return to_inbox("worse")  # where danger can be ticked, and words added
    # Whoever is in danger reads first what can be done, not what they wrote.
    return to_inbox("danger" if outcome is True or intent.danger else anchor)


def _let_wait(worker: Worker, intent: Intent, spent: BudgetSpent) -> Response:
    """The inbox with all that waits, and when to press again; that there is danger does not wait, only its words do."""
    if intent.danger:
        alone = replace(intent, words="")
        submission = alone.submission_for(services().vault, worker.case_id)
        with services().database.writing() as session:
            say_danger(session, worker, alone, submission)
    answer = inbox_page(worker, Problem(spent_words(spent, danger=intent.danger), intent))
    answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
    return retry_after(answer, seconds_until(spent.until))


def refuse_other_page(worker: Worker, intent: Intent) -> Response | None:
    """The page for a form that was not made for the messages that are open now; nothing when it was.

    Messages closed and opened again ask only for another press. A page of other messages asks for their code: nothing of it may
    happen in these.
    """
    if check_session_form_token(worker.content, posted_fields().get("form_token", "")):
        return None
    if intent.case and intent.fits(services().vault, worker.case_id):
        return stale_page(worker, intent)
    return enter_page("other page", intent)


def _carry_out(act: InboxAct) -> Response:
    """Do one thing for the worker behind the cookie; whatever stands in the way, all that was filled in stays on the page."""
    intent = posted_intent(act)
    try:
        worker = find_worker()
        if worker is None:
            return forget_worker_cookie(ask_again(intent))
        return refuse_other_page(worker, intent) or do(worker, intent)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker wrote must not be lost with it
        return kept_page(error, intent)


def missing_words(refusal: EmptyText | TextTooLong | NoHourLeft) -> str:
    """What keeps a message from being sent."""
    match refusal:
        case EmptyText():
            return pgettext("worker-inbox", "Nothing is sent yet. Write a few words or choose an answer.")
        case NoHourLeft():
            return no_hour_words()
        case TextTooLong():
            return pgettext(
                "worker-form",
                "Nothing is sent yet. This is too long to send at once. Please make it shorter, or send it in parts.",
            )
