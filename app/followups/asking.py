"""Asking what is due: each case's row is locked, and what is due in it becomes one question, whoever else ticks just now."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Happened, facts_of, lock_case, note
from app.cases.enums import FollowupState
from app.cases.followups import (
    Followup,
    PlannedFollowup,
    StandingQuestion,
    followups_of_many,
    next_round,
    plan_next,
    planned_as,
    settle,
    still_fits,
)
from app.cases.rules import Rules
from app.database import CaseId, apart, has_id
from app.logs import describe, log_event
from app.vault import SYSTEM, CaseAct, Vault, is_sound, journal_many


def ask_due(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Settle the follow-ups whose time has come, at most so many of them; how many. Safe with several dispatchers at once."""
    due = (
        select(Case, Followup.id)
        .join(Followup, Followup.case_id == Case.id)
        .where(Followup.state == FollowupState.PLANNED, Followup.due_at <= clock.now())
        .where(has_id(Case.id), has_id(Followup.id))
        # In no order: rows of others may stay due for ever, and must not stand before ours each time.
        .order_by(func.random())
        .limit(limit)
        # Whoever changes anything of a case locks its row first. The questions are read below, under that lock.
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    claimed = [(case.id, case, row_id) for case, row_id in session.execute(due)]
    if not claimed:
        return 0
    cases = {case_id: case for case_id, case, _ in claimed}
    left = _settle(session, vault, rules, cases)
    _let_go_of_forged(session, [(case_id, row_id) for case_id, _, row_id in claimed if case_id not in left])
    return len(claimed)


def _settle(session: Session, vault: Vault, rules: Rules, cases: Mapping[UUID, Case]) -> set[UUID]:
    """Settle what is due in these cases; of which that failed. Those are left as they were, and keep no other one from its turn."""
    try:
        with apart(session):
            _settle_together(session, vault, rules, cases.values())
    except OperationalError:
        raise  # the whole unit of work is done once more
    except Exception as error:  # noqa: BLE001 - whatever others wrote into one case, the other workers must be asked
        if len(cases) == 1:
            log_event("followups.failed", level=logging.ERROR, error=describe(error))
            return set(cases)
    else:
        return set()
    # What the failed attempt changed is undone, and no row of it may be believed any more as the session knows it.
    again = {case_id: lock_case(session, CaseId(case_id)) for case_id in cases}
    alone = ({case_id: case} for case_id, case in again.items() if case is not None)
    return set().union(*(_settle(session, vault, rules, one) for one in alone))


def _settle_together(session: Session, vault: Vault, rules: Rules, cases: Iterable[Case]) -> None:
    """Read, write and journal it for all of them at once: several statements for each case would be most of a tick."""
    of_id = {case.id: case for case in cases}
    known = followups_of_many(session, vault, of_id.keys())
    done = [_settle_case(vault, rules, case, known[case_id]) for case_id, case in of_id.items()]
    plan_next(session, (each for one in done for each in one.following), known)
    journal_many(session, vault, [act for one in done for act in one.acts])
    for one in done:
        if one.asked is not None:
            note(session, vault, Happened.ASKED, of_id[one.asked.case_id], about=one.asked.id)


@dataclass
class _Done:
    """What came of a case, beside what its rows say now."""

    asked: Followup | None = None
    following: list[tuple[UUID, PlannedFollowup]] = field(default_factory=list)
    acts: list[CaseAct] = field(default_factory=list)

    def end(self, rows: Iterable[Followup], outcome: FollowupState) -> None:
        """Let these rows end in this way."""
        for row in rows:
            row.state = outcome
            detail = {"followup": str(row.id), "kind": row.kind.value}
            self.acts.append(CaseAct(CaseId(row.case_id), f"followup.{outcome.value}", SYSTEM, detail))

    def ask(self, row: Followup, known: Iterable[Followup], *, merged: int) -> None:
        """Put a question on the card; one that stood there before gives way, unanswered."""
        for before in known:
            if before.state is FollowupState.ASKED:
                before.state = FollowupState.UNANSWERED
        row.state, row.asked_hour = FollowupState.ASKED, clock.hour_of(clock.now())
        detail = {"followup": str(row.id), "kind": row.kind.value, "merged": merged}
        self.acts.append(CaseAct(CaseId(row.case_id), "followup.asked", SYSTEM, detail))
        self.asked = row


def _settle_case(vault: Vault, rules: Rules, case: Case, known: Sequence[Followup]) -> _Done:
    """Ask one question of all that is due in this case, or say of each why it is not asked."""
    done, now, days = _Done(), clock.now(), rules.deadlines.followups
    due = {planned_as(row): row for row in known if row.state is FollowupState.PLANNED and row.due_at <= now}
    if not due:
        return done
    if not is_sound(vault, case):
        # Nobody can tell how it stands: `redress doctor` names the case, and whoever looks at it sees what was not asked.
        done.end(due.values(), FollowupState.MISSED)
        return done
    facts = facts_of(vault, case)
    fitting = [planned for planned in due if still_fits(case, facts, planned.kind)]
    settled = settle(fitting, now, days, _standing(known))
    done.end((row for planned, row in due.items() if planned not in fitting), FollowupState.CALLED_OFF)
    done.end((due[each] for each in settled.missed), FollowupState.MISSED)
    for row in (due[each] for each in settled.merged):
        row.state = FollowupState.MERGED
    if settled.ask is not None:
        done.ask(due[settled.ask], known, merged=len(settled.merged))
    rounds = (next_round(planned, facts.profile, now, days) for planned in fitting)
    done.following += [(case.id, following) for following in rounds if following is not None]
    return done


def _standing(known: Iterable[Followup]) -> StandingQuestion | None:
    """What the worker finds on the card just now."""
    asked = (row for row in known if row.state is FollowupState.ASKED)
    return next((StandingQuestion(row.kind, row.asked_hour) for row in asked if row.asked_hour), None)


def _let_go_of_forged(session: Session, claimed: Sequence[tuple[UUID, UUID]]) -> None:
    """What is still planned of all that was claimed, others wrote: it is asked of nobody, and stands in nobody's way."""
    cases, ids = {case_id for case_id, _ in claimed}, {row_id for _, row_id in claimed}
    # By their cases too: an index has the ids of each case, and none has those of all.
    theirs = Followup.case_id.in_(cases), Followup.id.in_(ids), Followup.state == FollowupState.PLANNED
    left = update(Followup).where(*theirs).values(state=FollowupState.CALLED_OFF)
    session.execute(left.execution_options(synchronize_session=False))
