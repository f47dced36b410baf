"""What a worker writes from the inbox: messages, and that it got worse. Each is kept exactly once and reopens a closed case."""

from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Happened, add_entry, clean_text, note, sent_before
from app.cases.changes import heed_words, raise_case, reopen, reopen_by_words
from app.cases.enums import EntryKind, State, Urgency
from app.cases.rules import Rules
from app.cases.worker.entering import Worker, locked_case_of
from app.cases.worker.writing_budget import BudgetSpent, spend_danger, spend_words
from app.language import has_words
from app.vault import Vault, journal


def write(
    session: Session, vault: Vault, rules: Rules, worker: Worker, text: str, submission_id: UUID
) -> bool:
    """Add a message, exactly once, and reopen a closed case unless it only thanks; whether its words call for somebody at once.

    Raises `EmptyText`, `TextTooLong` or `BudgetSpent`.
    """
    words = clean_text(text)
    case = locked_case_of(session, worker)
    if sent_before(session, submission_id) is not None:
        return False
    spend_words(session, vault, worker.case_id, words)
    # A stopped case stays stopped: what is written into it is kept, and read by nobody until the worker undoes the stop.
    reopen_by_words(session, vault, rules, case, words, worker.actor)
    calls = heed_words(session, vault, rules, case, words, worker.actor, worker.keys)
    _add(session, vault, worker, case, EntryKind.WORKER_MESSAGE, {"text": words}, submission_id)
    case.worker_wrote = True
    journal(session, vault, worker.case_id, "case.worker_wrote", worker.actor)
    return calls


def say_worse(
    session: Session,
    vault: Vault,
    rules: Rules,
    worker: Worker,
    text: str,
    danger: bool,
    submission_id: UUID,
) -> bool:
    """Record that it got worse, with or without words: urgency rises. Whether tick or words call for somebody at once.

    Raises `TextTooLong`, and `BudgetSpent` when the words have to wait; danger without words never waits.
    """
    words = clean_text(text) if has_words(text) else ""
    case = locked_case_of(session, worker)
    again = sent_before(session, submission_id) is not None
    # Danger that somebody has lowered meanwhile is new, also from the same page: whoever presses it again is not safe.
    if again and not (danger and case.urgency is not Urgency.DANGER):
        return False
    if _is_said(session, vault, worker, case, words, danger=danger):
        return False
    reopen(session, vault, case, worker.actor)
    calls = heed_words(session, vault, rules, case, words, worker.actor, worker.keys)
    body = {"text": words, "danger": danger}
    _add(session, vault, worker, case, EntryKind.WORSE, body, None if again else submission_id)
    case.worker_wrote = True
    raise_case(session, vault, rules, case, Urgency.DANGER if danger else Urgency.URGENT, worker.actor)
    journal(session, vault, worker.case_id, "case.worse", worker.actor, {"danger": danger})
    if danger:
        note(session, vault, Happened.CALLED, case)
    return danger or calls


def _is_said(session: Session, vault: Vault, worker: Worker, case: Case, words: str, *, danger: bool) -> bool:
    """Whether this says nothing new: danger without words, in a case where it was said many times in this hour and stands."""
    if not danger:
        spend_words(session, vault, worker.case_id, words)
        return False
    try:
        spend_danger(session, vault, worker.case_id)
    except BudgetSpent:
        if words:
            raise
        return case.urgency is Urgency.DANGER and case.state is not State.CLOSED
    return False


def _add(
    session: Session,
    vault: Vault,
    worker: Worker,
    case: Case,
    kind: EntryKind,
    said: dict[str, object],
    submission_id: UUID | None,
) -> None:
    body = {"at": clock.now().isoformat(timespec="seconds"), **said}
    add_entry(session, vault, case, kind, body, worker.actor, submission_id=submission_id)
