"""What a worker writes from the inbox: messages, and that it got worse. Each is kept exactly once and reopens a closed case."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.clock_watch import resume_clocks, store_next_date
from app.cases.clocks import plan_clocks
from app.cases.deadlines import Deadlines
from app.cases.entries import add_entry, clean_text
from app.cases.enums import ClockKind, EntryKind, Profile, StartEvent, State, Urgency
from app.cases.inbox import Worker, locked_case_of
from app.cases.models import Case, Clock, Entry
from app.cases.urgency import profile_for, queue_rank, raise_urgency
from app.cases.veils import facts_of, store_facts
from app.cases.writing_budget import BudgetSpent, spend_danger, spend_words
from app.language import has_words
from app.vault import Vault, journal


def write(session: Session, vault: Vault, worker: Worker, text: str, submission_id: UUID) -> None:
    """Add a message, exactly once, and reopen a closed case; raises `EmptyText`, `TextTooLong` or `BudgetSpent`."""
    words = clean_text(text)
    case = locked_case_of(session, worker)
    if _sent_before(session, submission_id):
        return
    spend_words(session, vault, worker.case_id, words)
    _add(session, vault, worker, case, EntryKind.WORKER_MESSAGE, {"text": words}, submission_id)
    _reopen(session, vault, worker, case)
    case.worker_wrote = True
    journal(session, vault, worker.case_id, "case.worker_wrote", worker.actor)


def say_worse(
    session: Session,
    vault: Vault,
    deadlines: Deadlines,
    worker: Worker,
    text: str,
    danger: bool,
    submission_id: UUID,
) -> None:
    """Record that it got worse: urgency rises, and a safety contact is due on the fast track. The words may be empty.

    Raises `TextTooLong`, and `BudgetSpent` when the words have to wait; danger without words never waits.
    """
    words = clean_text(text) if has_words(text) else ""
    case = locked_case_of(session, worker)
    if _sent_before(session, submission_id) or _is_said(session, vault, worker, case, words, danger=danger):
        return
    body = {"text": words, "danger": danger}
    _add(session, vault, worker, case, EntryKind.WORSE, body, submission_id)
    _reopen(session, vault, worker, case)
    case.worker_wrote = True
    case.urgency = raise_urgency(case.urgency, Urgency.DANGER if danger else Urgency.URGENT)
    case.queue_rank = queue_rank(case.urgency)
    store_facts(vault, case, replace(facts_of(vault, case), profile=profile_for(case.urgency)))
    _ask_for_safety_contact(session, case, deadlines)
    journal(session, vault, worker.case_id, "case.worse", worker.actor, {"danger": danger})


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


def _sent_before(session: Session, submission_id: UUID) -> bool:
    return session.scalars(select(Entry.id).where(Entry.submission_id == submission_id)).first() is not None


def _add(
    session: Session,
    vault: Vault,
    worker: Worker,
    case: Case,
    kind: EntryKind,
    said: dict[str, object],
    submission_id: UUID,
) -> None:
    body = {"at": clock.now().isoformat(timespec="seconds"), **said}
    add_entry(session, vault, case, kind, body, worker.actor, submission_id=submission_id)


def _reopen(session: Session, vault: Vault, worker: Worker, case: Case) -> None:
    # A stopped case stays stopped: what is written into it is kept, and read by nobody until the worker undoes the stop.
    if case.state is not State.CLOSED or case.stopped_hour is not None:
        return
    case.state, case.closing_reason, case.is_open = State.ACCEPTED, None, True
    resume_clocks(session, case)
    case.edit_version += 1
    journal(session, vault, worker.case_id, "case.reopened", worker.actor)


def _ask_for_safety_contact(session: Session, case: Case, deadlines: Deadlines) -> None:
    """Whoever holds the case has to reach the worker on the fast track, whatever was promised before."""
    if case.organisation_id is None:
        return
    planned = plan_clocks(Profile.FAST_TRACK, StartEvent.ACCEPTED, clock.now(), deadlines, case.country)
    for plan in planned:
        if plan.kind is ClockKind.SAFETY_CONTACT:
            session.add(Clock(case_id=case.id, kind=plan.kind, due_at=plan.due_at, who=plan.who))
    store_next_date(session, case)
