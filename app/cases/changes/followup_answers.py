"""Answering a follow-up: one verb for every door, so that the same answer leaves the same entry, flags, urgency and journal."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Case, add_entry, sent_before
from app.cases.changes.raising import raise_case
from app.cases.changes.reopening import reopen
from app.cases.enums import EntryKind, FollowupAnswer, FollowupState, Urgency
from app.cases.followups import Followup
from app.cases.rules import Rules
from app.database import CaseId
from app.vault import Actor, Json, Vault, journal

_NOT_OVER = (FollowupAnswer.WORSE, FollowupAnswer.NOT_RIGHT)


class AnswerOutcome(StrEnum):
    """What became of an answer."""

    ANSWERED = "answered"
    AGAIN = "again"
    """The same answer to the same question was given before: nothing was stored."""
    TOO_LATE = "too_late"
    """The question was no longer open; the answer is kept all the same, and what it asks for is done."""


def take_answer(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    question: Followup,
    answer: FollowupAnswer,
    by: Actor,
    asked: str = "",
) -> AnswerOutcome:
    """Keep an answer in a case whose row the caller has locked, exactly once for each question.

    `asked` names the words in which it was asked, where those were others than the inbox has.

    *Worse* raises the urgency and starts the fast track; *worse* and *not right* open a closed case. No answer closes anything.
    """
    submission = _once(vault, question.id, answer)
    if sent_before(session, submission) is not None:
        return AnswerOutcome.AGAIN
    was_open = question.state is FollowupState.ASKED
    if was_open:
        question.state = FollowupState.ANSWERED
    if answer in _NOT_OVER:
        reopen(session, vault, case, by)
    said: dict[str, Json] = {"question": question.kind.value, "answer": answer.value}
    if asked:
        said["asked"] = asked
    add_entry(session, vault, case, EntryKind.ANSWER, said, by, submission_id=submission)
    case.worker_wrote = True
    detail = {"followup": str(question.id), "answer": answer.value, "open": was_open}
    journal(session, vault, CaseId(case.id), "followup.answered", by, detail)
    if answer is FollowupAnswer.WORSE:
        raise_case(session, vault, rules, case, Urgency.URGENT, by)
        journal(session, vault, CaseId(case.id), "case.worse", by, {"danger": False})
    return AnswerOutcome.ANSWERED if was_open else AnswerOutcome.TOO_LATE


def _once(vault: Vault, question: UUID, answer: FollowupAnswer) -> UUID:
    """The id of what an answer stores: the same from every page and every door, and keyed, since it stands in the clear."""
    tag = vault.lookup("answer to a follow-up", question.bytes + answer.value.encode())
    return UUID(bytes=tag[:16], version=4)
