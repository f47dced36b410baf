"""What a worker pressed in the inbox while the line was down: it comes with the receipt in a seal, and does what its form does."""

import json
from dataclasses import replace
from uuid import UUID

from flask import Response
from werkzeug.datastructures import MultiDict

from app.cases.case import EmptyText, TextTooLong
from app.cases.enums import ConsentLevel
from app.cases.worker import BudgetSpent, Waited, Worker, note_done, was_done
from app.intake import Letter, Refusal
from app.language import clean_words
from app.vault import PhoneSubmission, TokenForged
from app.web.answers_to_phones import kept, refused
from app.web.services import services
from app.web.worker.asking import OtherMessages
from app.web.worker.deeds import doing_for, perform, say_danger
from app.web.worker.entering import worker_with
from app.web.worker.intent import InboxAct, Intent, read_intent

# What tells something, and what protects: nothing that lets more people read may come late.
_MAY_WAIT = frozenset(
    {InboxAct.WRITE, InboxAct.WORSE, InboxAct.ANSWER, InboxAct.STOP, InboxAct.DO_NOT_ASK, InboxAct.CONSENT}
)


class _DoneMeanwhile(Exception):
    """The same envelope came twice at one moment; this one's unit of work is given up."""


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
            alone = replace(intent, words="")
            say_danger(worker, alone, _id_of(alone, worker, letter.submission))
        raise
    return kept(letter.submission, already=already, page=None)


def _may_wait(intent: Intent) -> bool:
    if intent.act is InboxAct.CONSENT:
        return intent.consent == ConsentLevel.NOBODY
    return intent.act in _MAY_WAIT


def _do_once(worker: Worker, intent: Intent, submission: PhoneSubmission) -> bool:
    """Do it unless this phone's submission was done before; whether it was."""
    here = services()
    content = submission.body_tag(json.dumps(intent.hidden_fields()).encode())
    waited = Waited(submission.submission_id, content)
    with here.database.reading() as session:
        if was_done(session, here.vault, worker, waited):
            return True
    doing = doing_for(worker, intent, _id_of(intent, worker, submission))
    try:
        with here.database.writing() as session:
            perform(session, doing)
            # The verb locked the case, after whatever has to be locked before it.
            if was_done(session, here.vault, worker, waited):
                raise _DoneMeanwhile
            note_done(session, here.vault, worker, waited)
    except _DoneMeanwhile:
        return True
    return False


def _id_of(intent: Intent, worker: Worker, submission: PhoneSubmission) -> UUID:
    """The id that the page's form would have given it: sent there too, with an answer that was lost, it is stored once."""
    try:
        return intent.submission_for(services().vault, worker.case_id)
    except TokenForged:
        return submission.act_id(*intent.meaning(worker.case_id))
