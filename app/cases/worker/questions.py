"""What a worker answers to the question in the inbox, by one tap, and whether and how there are to be any."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.cases.case import EmptyText, Happened, TextTimes, facts_of, note, store_facts
from app.cases.changes import AnswerOutcome, choose_texts, take_answer
from app.cases.enums import ANSWERS_TO, FollowupAnswer
from app.cases.followups import followups_of
from app.cases.rules import Rules
from app.cases.worker.entering import Worker, locked_case_of
from app.cases.worker.writing_budget import spend_wish, spend_words
from app.vault import Vault, journal


def answer_question(
    session: Session, vault: Vault, rules: Rules, worker: Worker, question: str, answer: str
) -> AnswerOutcome:
    """Take an answer to the question that a page called so; raises `EmptyText` where it is none, or `BudgetSpent`."""
    case = locked_case_of(session, worker)
    asked = next(
        (row for row in followups_of(session, vault, case.id) if vault.is_case_named(question, row.id)), None
    )
    if asked is None or answer not in ANSWERS_TO[asked.kind]:
        raise EmptyText
    spend_words(session, vault, worker.case_id, "")
    return take_answer(session, vault, rules, case, asked, FollowupAnswer(answer), worker.actor)


def want_questions(session: Session, vault: Vault, worker: Worker, wanted: bool) -> bool:
    """Ask the worker from now on, or not any more; whether that changed anything. Raises `BudgetSpent`, never for a no."""
    case = locked_case_of(session, worker)
    facts = facts_of(vault, case)
    if facts.no_questions is not wanted:
        return False
    if wanted:
        spend_wish(session, vault, worker.case_id)
    store_facts(vault, case, replace(facts, no_questions=not wanted))
    note(session, vault, Happened.QUESTIONS_WANTED, case)
    journal(session, vault, worker.case_id, "followup.wanted", worker.actor, {"wanted": wanted})
    return True


def want_texts(
    session: Session, vault: Vault, worker: Worker, times: TextTimes | None, number_from: str | None
) -> bool:
    """Ask by text too from now on, in these hours, or only in the inbox; whether anything changed by it.

    `number_from` is the country of the worker's number. Raises `NoHourLeft`, and `BudgetSpent`, never for a no.
    """
    case = locked_case_of(session, worker)
    if times is not None:
        spend_wish(session, vault, worker.case_id)
    wanted, by = times is not None, worker.actor
    return choose_texts(session, vault, case, by, wanted=wanted, times=times, number_from=number_from)
