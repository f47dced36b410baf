"""What each thing that a worker does in the inbox does to their case: the same for the page's forms and for a phone's outbox."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Case, EmptyText, consent_texts
from app.cases.changes import AnswerOutcome
from app.cases.enums import ConsentLevel
from app.cases.worker import (
    Worker,
    answer_question,
    change_consent,
    let_one_read,
    lock_of,
    note_language,
    say_worse,
    stop_sharing,
    want_questions,
    want_texts,
)
from app.cases.worker import undo_stop as undo_stop_of
from app.cases.worker import write as write_message
from app.intake.reaching import phone_of_case, request_texts_again, stop_texts
from app.intake.spoken_yes import take_yes_back
from app.messaging.phones import SealedTextRequest, keep_text_request
from app.vault import open_grant
from app.web.language import page_language
from app.web.services import services
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.texts_choice import chosen_times


@dataclass(frozen=True)
class Doing:
    """An act on its way: whose, what was meant, the id of what it stores, and numbers that were sealed before."""

    worker: Worker
    intent: Intent
    submission: UUID
    text_requests: tuple[SealedTextRequest, ...] = ()


@dataclass(frozen=True)
class Changed:
    """What became of a wish: whether anything is otherwise than it stood before."""

    anything: bool


Outcome = bool | AnswerOutcome | Changed | None


def doing_for(worker: Worker, intent: Intent, submission: UUID) -> Doing:
    """Make an act ready, with what has to be sealed before the unit of work that stores it."""
    return Doing(worker, intent, submission, _wishes_again(worker, intent))


def perform(session: Session, doing: Doing) -> Outcome:
    """Do it, whichever door it came by; raises what its verb raises."""
    act = doing.intent.act
    if act is None:
        raise EmptyText
    return DEEDS[act](session, doing)


def say_danger(session: Session, worker: Worker, intent: Intent, submission: UUID) -> bool:
    """Write down that there is danger where the words that came with it have to wait; whether that says anything new."""
    return _say_worse(session, Doing(worker, intent, submission))


def _write(session: Session, doing: Doing) -> bool:
    here, worker = services(), doing.worker
    note_language(session, here.vault, here.rules, worker, doing.intent.words)
    return write_message(session, here.vault, here.rules, worker, doing.intent.words, doing.submission)


def _say_worse(session: Session, doing: Doing) -> bool:
    here, worker, intent = services(), doing.worker, doing.intent
    note_language(session, here.vault, here.rules, worker, intent.said)
    return say_worse(session, here.vault, here.rules, worker, intent.said, intent.danger, doing.submission)


def _answer(session: Session, doing: Doing) -> AnswerOutcome:
    here, intent = services(), doing.intent
    return answer_question(session, here.vault, here.rules, doing.worker, intent.question, intent.answer)


def _want_questions(session: Session, doing: Doing) -> Changed:
    wanted = doing.intent.act is InboxAct.ASK_ME
    return Changed(want_questions(session, services().vault, doing.worker, wanted))


def _want_texts(session: Session, doing: Doing) -> Changed:
    if not doing.intent.texts:
        raise EmptyText
    vault, times = services().vault, chosen_times(doing.intent)
    phone = phone_of_case(session, vault, doing.worker.case_id)
    number_from = None if phone is None else phone.country
    return Changed(want_texts(session, vault, doing.worker, times, number_from))


def _want_no_texts(session: Session, doing: Doing) -> Changed:
    vault, worker = services().vault, doing.worker
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    return Changed(take_yes_back(session, vault, worker.case_id, worker.actor, opened))


def _change_consent(session: Session, doing: Doing) -> Changed:
    here, language, worker = services(), page_language(), doing.worker
    if not doing.intent.consent:
        raise EmptyText
    level = ConsentLevel(doing.intent.consent)
    if level is ConsentLevel.NOBODY:
        stop_texts(session, here.vault, worker.case_id)
    _keep(session, doing.text_requests)
    texts = consent_texts(language.pgettext)
    return Changed(change_consent(session, here.vault, here.rules, texts, language.code, worker, level))


def _let_read(session: Session, doing: Doing) -> None:
    here, language = services(), page_language()
    _keep(session, doing.text_requests)
    texts, lock = consent_texts(language.pgettext), doing.intent.lock
    let_one_read(session, here.vault, here.rules, texts, language.code, doing.worker, lock)


def _stop(session: Session, doing: Doing) -> Changed:
    stop_texts(session, services().vault, doing.worker.case_id)
    return Changed(stop_sharing(session, services().vault, doing.worker, doing.submission))


def _undo(session: Session, doing: Doing) -> None:
    here, language = services(), page_language()
    _keep(session, doing.text_requests)
    texts = consent_texts(language.pgettext)
    undo_stop_of(session, here.vault, here.rules, texts, language.code, doing.worker)


# What each act does, in the unit of work that stores it: whether somebody is called by it, or what became of an answer.
DEEDS: dict[InboxAct, Callable[[Session, Doing], Outcome]] = {
    InboxAct.WRITE: _write,
    InboxAct.WORSE: _say_worse,
    InboxAct.ANSWER: _answer,
    InboxAct.ASK_ME: _want_questions,
    InboxAct.DO_NOT_ASK: _want_questions,
    InboxAct.TEXTS: _want_texts,
    InboxAct.NO_TEXTS: _want_no_texts,
    InboxAct.CONSENT: _change_consent,
    InboxAct.LET_READ: _let_read,
    InboxAct.STOP: _stop,
    InboxAct.UNDO: _undo,
}


def _wishes_again(worker: Worker, intent: Intent) -> tuple[SealedTextRequest, ...]:
    """The number to text that the worker left, at most one, where a helper may read the case again; sealed before the writing."""
    here = services()
    changes = intent.act in (InboxAct.CONSENT, InboxAct.LET_READ) and bool(intent.consent)
    if intent.act is not InboxAct.UNDO and not changes:
        return ()
    level = ConsentLevel(intent.consent) if changes else None
    with here.database.reading() as session:
        if intent.act is InboxAct.LET_READ and not _opens(session, worker, intent):
            return ()
        wish = request_texts_again(session, here.vault, here.gateways, worker, level)
    return () if wish is None else (wish,)


def _opens(session: Session, worker: Worker, intent: Intent) -> bool:
    case = session.get_one(Case, worker.case_id)
    return lock_of(session, services().vault, case) == intent.lock


def _keep(session: Session, text_requests: Iterable[SealedTextRequest]) -> None:
    # Before the case is locked, as everywhere (see app.messaging.phones.text_requests).
    for wish in text_requests:
        keep_text_request(session, wish)
