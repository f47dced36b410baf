"""What a worker answers to the question in the inbox, by one tap."""

from sqlalchemy.orm import Session

from app.cases.case import EmptyText
from app.cases.changes import Taken, take_answer
from app.cases.enums import ANSWERS_TO, Answer
from app.cases.followups import followups_of
from app.cases.rules import Rules
from app.cases.worker.inbox import Worker, locked_case_of
from app.cases.worker.writing_budget import spend_words
from app.vault import Vault


def answer_question(
    session: Session, vault: Vault, rules: Rules, worker: Worker, question: str, answer: str
) -> Taken:
    """Take an answer to the question that a page called so; raises `EmptyText` where it is none, or `BudgetSpent`."""
    case = locked_case_of(session, worker)
    asked = next(
        (row for row in followups_of(session, vault, case.id) if vault.is_case_named(question, row.id)), None
    )
    if asked is None or answer not in ANSWERS_TO[asked.kind]:
        raise EmptyText
    spend_words(session, vault, worker.case_id, "")
    return take_answer(session, vault, rules, case, asked, Answer(answer), worker.actor)
