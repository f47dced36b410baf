"""What a worker pressed in the inbox while the line was down: it comes with the receipt in a seal, and does what its form does."""

import json
from dataclasses import replace
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.cases.case import EmptyText, TextTooLong, sent_before
from app.cases.changes import AnswerOutcome
from app.cases.enums import ConsentLevel
from app.cases.worker import BudgetSpent, Done, Waited, Worker, done_before, note_done, spend_waited
from app.intake import Letter, Refusal
from app.language import clean_words
from app.vault import PhoneSubmission, TokenForged
from app.web.answers_to_phones import kept, refused
from app.web.services import services
from app.web.worker.asking import OtherMessages
from app.web.worker.deeds import Changed, Doing, doing_for, perform, say_danger
from app.web.worker.entering import worker_with
from app.web.worker.intent import InboxAct, Intent, read_intent

# What tells something, and what protects: nothing that lets more people read may come late.
_TELLS = frozenset({InboxAct.WRITE, InboxAct.WORSE, InboxAct.ANSWER})
_MAY_WAIT = _TELLS | {InboxAct.STOP, InboxAct.DO_NOT_ASK, InboxAct.NO_TEXTS, InboxAct.CONSENT}


def keep_message(letter: Letter) -> Response:
    """Do it in the case that has this receipt, exactly once; raises what `worker_with` and the verbs raise."""
    intent = read_intent(MultiDict((name, clean_words(value)) for name, value in letter.fields))
    if not _may_wait(intent):
        return refused(Refusal.MISTAKES, mistakes=[("act", "unknown")])
    worker = worker_with(letter.submission.receipt)
    if not intent.fits(services().vault, worker.case_id):
        raise OtherMessages
    try:
        already = _do_once(worker, intent, letter.submission)
    except EmptyText:
        return refused(Refusal.MISTAKES, mistakes=[("words", "empty")])
    except TextTooLong:
        return refused(Refusal.MISTAKES, mistakes=[("words", "long")])
    except BudgetSpent:
        # That there is danger does not wait, only its words do.
        if intent.danger:
            _raise_danger(worker, intent, letter.submission)
        if not intent.danger or intent.said:
            raise
        already = False
    return kept(letter.submission, already=already, page=None)


def _may_wait(intent: Intent) -> bool:
    if intent.act is InboxAct.CONSENT:
        return intent.consent == ConsentLevel.NOBODY
    return intent.act in _MAY_WAIT


def _do_once(worker: Worker, intent: Intent, submission: PhoneSubmission) -> bool:
    """Do it, or what is left of it, unless this phone's submission was done before; whether it was."""
    here, waited = services(), _waited(intent, worker, submission)
    doing = doing_for(worker, intent, waited.act_id)
    with here.database.writing() as session:
        try:
            spend_waited(session, here.vault, worker.case_id)
        except BudgetSpent:
            # What protects is never refused: it changes something only where it was taken back, and that is counted.
            if intent.act in _TELLS:
                raise
        done = done_before(session, here.vault, worker, waited)
        if done is Done.DANGER and intent.said:
            # Whoever lowered it knew of it; a phone that asks again is no new press.
            doing = replace(doing, intent=replace(intent, danger=False))
        elif done is not Done.NOTHING:
            if done is Done.PRESSED:
                note_done(session, here.vault, worker, waited)
            return True
        if _do(session, doing):
            note_done(session, here.vault, worker, waited)
    return False


def _do(session: Session, doing: Doing) -> bool:
    """Do it; whether that has to be written down, since it changed something or would, done again by the same phone.

    What changes nothing leaves nothing: else everybody with a code could fill the journal with it.
    """
    danger = doing.intent.danger
    writes = doing.intent.act in (InboxAct.WRITE, InboxAct.WORSE) and not danger
    if writes and sent_before(session, doing.submission) is not None:
        return False
    outcome = perform(session, doing)
    return danger or outcome not in (Changed(anything=False), AnswerOutcome.AGAIN)


def _raise_danger(worker: Worker, intent: Intent, submission: PhoneSubmission) -> None:
    """Raise the danger of what has to wait, once for each submission."""
    here, waited, alone = services(), _waited(intent, worker, submission), replace(intent, words="")
    with here.database.writing() as session:
        counted = True
        try:
            spend_waited(session, here.vault, worker.case_id)
        except BudgetSpent:
            counted = False
        if done_before(session, here.vault, worker, waited) is not Done.NOTHING:
            return
        said = say_danger(session, worker, alone, _id_of(alone, worker, submission))
        if said or counted:
            note_done(session, here.vault, worker, waited, Done.DANGER)


def _waited(intent: Intent, worker: Worker, submission: PhoneSubmission) -> Waited:
    content = submission.body_tag(json.dumps(intent.hidden_fields()).encode())
    return Waited(submission.submission_id, content, _id_of(intent, worker, submission))


def _id_of(intent: Intent, worker: Worker, submission: PhoneSubmission) -> UUID:
    """The id that the page's form would have given it: sent there too, with an answer that was lost, it is stored once."""
    try:
        return intent.submission_for(services().vault, worker.case_id)
    except TokenForged:
        return submission.act_id(*intent.meaning(worker.case_id))
