"""Asking what is due: each case's row is locked, and what is due in it becomes one question, whoever else ticks just now."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Happened, facts_of, lock_case, note
from app.cases.enums import FollowupState
from app.cases.followups import (
    Followup,
    StandingQuestion,
    followups_of,
    next_round,
    plan_next,
    planned_as,
    settle,
    still_fits,
)
from app.cases.rules import Rules
from app.database import CaseId
from app.vault import SYSTEM, Vault, is_sound, journal


def ask_due(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Settle the follow-ups whose time has come, at most so many of them; how many. Safe with several dispatchers at once."""
    now = clock.now()
    due = (
        select(Followup.case_id, Followup.id)
        .join(Case, Case.id == Followup.case_id)
        .where(Followup.state == FollowupState.PLANNED, Followup.due_at <= now)
        # In no order: rows of others may stay due for ever, and must not stand before ours each time.
        .order_by(func.random())
        .limit(limit)
        # Whoever changes anything of a case locks its row first. The states are read anew below, under that lock.
        .with_for_update(of=Case, skip_locked=True)
    )
    claimed = session.execute(due).all()
    for case_id in dict.fromkeys(row.case_id for row in claimed):
        _settle_case(session, vault, rules, case_id)
    _let_go_of_forged(session, [row.id for row in claimed])
    return len(claimed)


def _settle_case(session: Session, vault: Vault, rules: Rules, case_id: UUID) -> None:
    """Ask one question of all that is due in this case, or say of each why it is not asked."""
    case, now, days = lock_case(session, CaseId(case_id)), clock.now(), rules.deadlines.followups
    known = followups_of(session, vault, case_id)
    due = {planned_as(row): row for row in known if row.state is FollowupState.PLANNED and row.due_at <= now}
    if case is None or not due:
        return
    if not is_sound(vault, case):
        # Nobody can tell how it stands: `redress doctor` names the case, and whoever looks at it sees what was not asked.
        _end(session, vault, case_id, due.values(), FollowupState.MISSED)
        return
    facts = facts_of(vault, case)
    fitting = [planned for planned in due if still_fits(case, facts, planned.kind)]
    settled = settle(fitting, now, days, _standing(known))
    off = [row for planned, row in due.items() if planned not in fitting]
    _end(session, vault, case_id, off, FollowupState.CALLED_OFF)
    _end(session, vault, case_id, [due[each] for each in settled.missed], FollowupState.MISSED)
    for row in (due[each] for each in settled.merged):
        row.state = FollowupState.MERGED
    if settled.ask is not None:
        _ask(session, vault, due[settled.ask], known, merged=len(settled.merged))
        note(session, vault, Happened.ASKED, case)
    for planned in fitting:
        following = next_round(planned, facts.profile, now, days)
        if following is not None:
            plan_next(session, case_id, following, known)
    session.flush()


def _standing(known: Iterable[Followup]) -> StandingQuestion | None:
    """What the worker finds on the card just now."""
    asked = (row for row in known if row.state is FollowupState.ASKED)
    return next((StandingQuestion(row.kind, row.asked_hour) for row in asked if row.asked_hour), None)


def _ask(session: Session, vault: Vault, row: Followup, known: Iterable[Followup], *, merged: int) -> None:
    """Put a question on the card; one that stood there before gives way, unanswered."""
    for before in known:
        if before.state is FollowupState.ASKED:
            before.state = FollowupState.UNANSWERED
    row.state, row.asked_hour = FollowupState.ASKED, clock.hour_of(clock.now())
    detail = {"followup": str(row.id), "kind": row.kind.value, "merged": merged}
    journal(session, vault, CaseId(row.case_id), "followup.asked", SYSTEM, detail)


def _end(
    session: Session, vault: Vault, case_id: UUID, rows: Iterable[Followup], outcome: FollowupState
) -> None:
    for row in rows:
        row.state = outcome
        detail = {"followup": str(row.id), "kind": row.kind.value}
        journal(session, vault, CaseId(case_id), f"followup.{outcome.value}", SYSTEM, detail)


def _let_go_of_forged(session: Session, ids: Sequence[UUID]) -> None:
    """What is still planned of all that was claimed, others wrote: it is asked of nobody, and stands in nobody's way."""
    session.flush()
    left = update(Followup).where(Followup.id.in_(ids), Followup.state == FollowupState.PLANNED)
    session.execute(left.values(state=FollowupState.CALLED_OFF).execution_options(synchronize_session=False))
