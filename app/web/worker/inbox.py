"""The worker's inbox: the messages, and one small form for each thing that a worker can do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from app import clock
from app.cases.consent import consent_texts
from app.cases.entries import EmptyText, TextTooLong
from app.cases.enums import ConsentLevel
from app.cases.inbox import Worker, open_inbox
from app.cases.models import Case
from app.cases.sharing import (
    ERASED_AFTER,
    NothingToUndo,
    SharingStopped,
    change_consent,
    stop_sharing,
)
from app.cases.sharing import undo_stop as undo_stop_of
from app.cases.worker_messages import say_worse
from app.cases.worker_messages import write as write_message
from app.intake.reaching import stop_texts, wish_again
from app.logs import log_failure
from app.messaging.alerts import alert_danger_of
from app.messaging.wishes import SealedWish, keep_wish
from app.vault import (
    TokenForged,
    check_session_form_token,
    session_form_token,
)
from app.web.access import open_to_everyone, open_to_workers
from app.web.language import page_language, pgettext
from app.web.parts import parts
from app.web.worker.danger import danger_note
from app.web.worker.door import blueprint, to_inbox
from app.web.worker.entering import enter_page
from app.web.worker.inbox_words import access_line, authors, next_line, seen_line, stage_lines
from app.web.worker.names import coordinator_name, names_of
from app.web.worker.posted import posted_fields, posted_words, submission_of_post
from app.web.worker.report_form import CONSENT
from app.web.worker.worker_session import (
    end_worker_session,
    find_worker,
    forget_worker_cookie,
    worker_cookie,
)


@dataclass(frozen=True)
class Problem:
    """What to say above the inbox, which of its forms it belongs to, and the words to put back there."""

    note: str = ""
    form: str = ""
    kept: str = ""


@blueprint.get("/<lang>/inbox")
@open_to_everyone
def inbox() -> Response:
    """The worker's messages, or the question for the receipt."""
    worker = find_worker()
    if worker is not None:
        return inbox_page(worker)
    if worker_cookie():
        return forget_worker_cookie(enter_page("ended"))
    return enter_page()


@blueprint.post("/<lang>/inbox/write")
@open_to_workers
def write() -> Response:
    """Add a message for the helper."""
    words = posted_words()

    def act(session: Session, worker: Worker, submission: UUID) -> None:
        write_message(session, parts().vault, worker, words, submission)

    return _carry_out(act, "write", "thread")


@blueprint.post("/<lang>/inbox/worse")
@open_to_workers
def worse() -> Response:
    """Record that it got worse, with or without words."""
    words, danger = posted_words(), posted_fields().get("danger") == "yes"

    def act(session: Session, worker: Worker, submission: UUID) -> None:
        vault = parts().vault
        say_worse(session, vault, parts().rules.deadlines, worker, words, danger, submission)
        if danger:
            alert_danger_of(session, vault, worker.case_id, f"worse {submission}")

    return _carry_out(act, "worse", "thread")


@blueprint.post("/<lang>/inbox/consent")
@open_to_workers
def consent() -> Response:
    """Change who may know."""
    chosen = posted_fields().get("consent", "")
    level = ConsentLevel(chosen) if chosen in CONSENT else None
    wishes: list[SealedWish] = []

    def look(session: Session, worker: Worker) -> None:
        if level is not None:
            wishes.extend(_wishes_again(session, worker, level))

    def act(session: Session, worker: Worker, _submission: UUID) -> None:
        if level is None:
            raise EmptyText
        here, language = parts(), page_language()
        if level is ConsentLevel.NOBODY:
            stop_texts(session, here.vault, worker.case_id)
        _keep(session, wishes)
        change_consent(
            session, here.vault, here.rules, consent_texts(language.pgettext), language.code, worker, level
        )
        alert_danger_of(session, here.vault, worker.case_id)

    return _carry_out(act, "consent", "seen", look)


@blueprint.post("/<lang>/inbox/stop")
@open_to_workers
def stop() -> Response:
    """Stop sharing now, and erase after thirty days."""

    def act(session: Session, worker: Worker, _submission: UUID) -> None:
        stop_texts(session, parts().vault, worker.case_id)
        stop_sharing(session, parts().vault, worker)

    return _carry_out(act, "stop", "top")


@blueprint.post("/<lang>/inbox/undo")
@open_to_workers
def undo_stop() -> Response:
    """Take a stop back."""
    wishes: list[SealedWish] = []

    def look(session: Session, worker: Worker) -> None:
        wishes.extend(_wishes_again(session, worker))

    def act(session: Session, worker: Worker, _submission: UUID) -> None:
        here, language = parts(), page_language()
        texts = consent_texts(language.pgettext)
        _keep(session, wishes)
        undo_stop_of(session, here.vault, here.rules, texts, language.code, worker)
        alert_danger_of(session, here.vault, worker.case_id)

    return _carry_out(act, "stop", "top", look)


@blueprint.post("/<lang>/inbox/leave")
@open_to_everyone
def close() -> Response:
    """Close the messages on this phone; the way back in is the receipt."""
    return end_worker_session(to_inbox())


def inbox_page(worker: Worker, problem: Problem | None = None) -> Response:
    """The inbox as it stands, with what went wrong above it."""
    here, language, today = parts(), page_language(), clock.now().date()
    with here.database.reading() as session:
        view = open_inbox(session, here.vault, worker)
        names = names_of(session, [view.organisation_id, *(seen.organisation_id for seen in view.sightings)])
        coordinator = coordinator_name(session)
        danger = None
        if view.waits_in_danger and not view.stopped:
            danger = danger_note(
                session, session.get_one(Case, worker.case_id), view.next_by, view.site_words
            )
    page = render_template(
        "worker/inbox.html",
        view=view,
        danger=danger,
        coordinator=coordinator,
        stages=stage_lines(view),
        next_line=next_line(view, names, coordinator, today),
        authors=authors(),
        sightings=[seen_line(seen, names) for seen in view.sightings],
        access=list(dict.fromkeys(map(access_line, view.access))),
        consent=consent_texts(language.pgettext),
        chosen_consent=view.consent,
        would_erase=clock.now() + ERASED_AFTER,
        form_token=session_form_token(worker.content),
        token=here.vault.form_token(),
        problem=problem or Problem(),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK)


def stale_problem(form: str, words: str) -> Problem:
    """What to say when a form does not belong to this session, or its token is not ours."""
    note = pgettext("worker-inbox", "This page was old, so nothing was sent. Please press the button again.")
    return Problem(note, form, words)


def _wishes_again(session: Session, worker: Worker, level: ConsentLevel | None = None) -> list[SealedWish]:
    """The number to text that the worker left, at most one, where a helper may read the case again."""
    here = parts()
    wish = wish_again(session, here.vault, here.gateways, worker, level)
    return [] if wish is None else [wish]


def _keep(session: Session, wishes: Iterable[SealedWish]) -> None:
    # Before the case is locked, as everywhere (see app.messaging.wishes).
    for wish in wishes:
        keep_wish(session, wish)


_Look = Callable[[Session, Worker], None]


def _carry_out(
    act: Callable[[Session, Worker, UUID], None], form: str, anchor: str, look: _Look | None = None
) -> Response:
    """Do one thing for the worker behind the cookie; whatever stands in the way, the words stay on the page.

    `look` prepares what has to be hashed or sealed, on a reading unit before it.
    """
    words = posted_words()
    try:
        return _try(act, form, anchor, words, look)
    except Exception as error:  # noqa: BLE001 - whatever failed, what the worker wrote must not be lost with it
        return kept_page(error, words)


def kept_page(error: Exception, words: str = "") -> Response:
    """The words, and a button that sends the same post: with its token, so that what was stored after all is not stored twice."""
    log_failure(request.endpoint, error)
    return make_response(render_template("worker/kept.html", words=words), HTTPStatus.SERVICE_UNAVAILABLE)


def _try(
    act: Callable[[Session, Worker, UUID], None], form: str, anchor: str, words: str, look: _Look | None
) -> Response:
    worker = find_worker()
    if worker is None:
        return forget_worker_cookie(enter_page("again" if words else "ended", words))
    if not check_session_form_token(worker.content, posted_fields().get("form_token", "")):
        return inbox_page(worker, stale_problem(form, words))
    try:
        submission = submission_of_post()
        if look is not None:
            with parts().database.reading() as session:
                look(session, worker)
        with parts().database.writing() as session:
            act(session, worker, submission)
    except (TokenForged, EmptyText, TextTooLong) as refusal:
        return inbox_page(worker, _problem_of(refusal, form, words))
    except (NothingToUndo, SharingStopped):
        # Another page of this worker was faster; the inbox shows how things stand.
        return to_inbox()
    return to_inbox(anchor)


def _problem_of(refusal: Exception, form: str, words: str) -> Problem:
    match refusal:
        case EmptyText():
            note = pgettext("worker-inbox", "Nothing is sent yet. Write a few words or choose an answer.")
        case TextTooLong():
            note = pgettext(
                "worker-form",
                "This is too long to send at once. Please make it shorter, or send it in parts.",
            )
        case _:
            return stale_problem(form, words)
    return Problem(note, form, words)
