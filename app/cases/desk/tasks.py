"""A helper's own next steps in a case: planned, finished, put off with a reason, handed over. None of them hides a clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    CannotBeAssigned,
    Case,
    Task,
    can_be_given,
    change_case,
    end_of_day,
    known_dates,
    open_tasks,
    sent_before,
)
from app.cases.clocks import climbs, clocks_of
from app.cases.desk.answering import note
from app.cases.enums import ClockKind, ClockState, OutsideDateKind
from app.database import CaseId, MemberId
from app.network import SignedIn, zone_info
from app.vault import Vault, is_sound, journal

MOST_TASKS = 20
"""Of one case at a time that are still to be done."""

_FURTHEST, _HOUR = timedelta(days=3653), timedelta(hours=1)


class TaskIsPast(Exception):
    """The day is over where the member is."""


class TaskTooFar(Exception):
    """More than ten years ahead: the year was mistyped."""


class TooManyTasks(Exception):
    """The case has `MOST_TASKS` that are still to be done."""


class TaskEnded(Exception):
    """It was finished, or it is none of the organisation that has the case now."""


class PutOffSooner(Exception):
    """That day is before the one on which it stands: who means to do it sooner can finish it sooner."""


class PutOffAlready(Exception):
    """It stands there: `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class PutOffSince(Exception):
    """It was put off so before, and then to another day: it stands at `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class PutOffTooFar(Exception):
    """A clock, or a date that the world sets, comes before that day: `kind` says which, `at` when."""

    def __init__(self, kind: ClockKind | OutsideDateKind, at: datetime) -> None:
        super().__init__(kind)
        self.kind, self.at = kind, at


def plan_task(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, words: str, on: date, submission_id: UUID
) -> None:
    """Plan what this member does next, once however often it is sent; the words are kept as a note.

    Raises `TaskEnded`, `TaskIsPast`, `TaskTooFar`, `TooManyTasks`, and as `note`.
    """
    case = change_case(session, by, case_id)
    before = session.get(Task, (case.id, submission_id))
    if before is not None:
        note(session, vault, by, case_id, words, submission_id)
        _refuse_ended(vault, case, before)
        return
    due_at = _due(on, zone_info(by.zone))
    if len(open_tasks(session, vault, select(Case.id).where(Case.id == case.id))) >= MOST_TASKS:
        raise TooManyTasks
    entry_id = note(session, vault, by, case_id, words, submission_id)
    session.add(
        Task(
            case_id=case.id,
            id=submission_id,
            entry_id=entry_id,
            organisation_id=by.organisation.id,
            member_id=by.member.id,
            due_at=due_at,
            planned_hour=clock.hour_of(clock.now()),
            ended_hour=None,
        )
    )
    case.count_edit()
    detail = {"task": str(submission_id), "due": due_at.isoformat()}
    journal(session, vault, case_id, "task.planned", by.actor, detail)


def finish_task(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, task_id: UUID) -> None:
    """Say that it was done; sent twice it is done once. Raises `TaskEnded` for one that is none, and as `change_case`."""
    case = change_case(session, by, case_id)
    task = session.get(Task, (case.id, task_id))
    if task is not None and task.ended_hour is not None and is_sound(vault, task):
        return
    task = _refuse_ended(vault, case, task)
    task.ended_hour = clock.hour_of(clock.now())
    case.count_edit()
    journal(session, vault, case_id, "task.finished", by.actor, {"task": str(task_id)})


def put_off_task(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    task_id: UUID,
    on: date,
    reason: str,
    submission_id: UUID,
) -> None:
    """Put it off with a reason, kept as a note, and never beyond the next clock or date from outside; sent twice, once.

    Raises `TaskEnded`, `TaskIsPast`, `TaskTooFar`, `PutOffSooner`, `PutOffAlready`, `PutOffTooFar`, `PutOffSince` and as `note`.
    """
    case, zone = change_case(session, by, case_id), zone_info(by.zone)
    task = session.get(Task, (case.id, task_id))
    if sent_before(session, submission_id) is not None:
        note(session, vault, by, case_id, reason, submission_id)
        stands = _refuse_ended(vault, case, task).due_at
        # One that was planned in the last hour of a day ends with it, which is the beginning of the next.
        if on not in {moment.astimezone(zone).date() for moment in (stands, stands - _HOUR)}:
            raise PutOffSince(stands)
        return
    task = _refuse_ended(vault, case, task)
    due_at, limit = _due(on, zone), _next_date(session, vault, case, zone)
    if on < task.due_at.astimezone(zone).date():
        raise PutOffSooner
    if limit is not None and due_at > limit[0]:
        at, kind = limit
        if on > at.astimezone(zone).date():
            raise PutOffTooFar(kind, at)
        # On its very day: as late as it, and never sooner than it stands.
        due_at = max(at, task.due_at)
    if due_at == task.due_at:
        raise PutOffAlready(due_at)
    note(session, vault, by, case_id, reason, submission_id)
    before, task.due_at = task.due_at, due_at
    case.count_edit()
    detail = {"task": str(task_id), "before": before.isoformat(), "after": due_at.isoformat()}
    journal(session, vault, case_id, "task.put_off", by.actor, detail)


def hand_over_task(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, task_id: UUID, member_id: MemberId
) -> None:
    """Hand it to a colleague who may work on the case. Raises `TaskEnded`, `CannotBeAssigned` and as `change_case`."""
    case = change_case(session, by, case_id)
    task = _refuse_ended(vault, case, session.get(Task, (case.id, task_id)))
    if not can_be_given(session, by, case_id, member_id):
        raise CannotBeAssigned
    if task.member_id == member_id:
        return
    before, task.member_id = task.member_id, member_id
    case.count_edit()
    detail = {"task": str(task_id), "member": str(member_id), "before": str(before)}
    journal(session, vault, case_id, "task.handed_over", by.actor, detail)


def _refuse_ended(vault: Vault, case: Case, task: Task | None) -> Task:
    """The task where it is still to be done by whoever has the case; what others wrote is none. Raises `TaskEnded`."""
    if task is None or task.ended_hour is not None or task.organisation_id != case.organisation_id:
        raise TaskEnded
    if not is_sound(vault, task):
        raise TaskEnded
    return task


def _due(on: date, zone: tzinfo) -> datetime:
    today = clock.now().astimezone(zone).date()
    if on < today:
        raise TaskIsPast
    if on > today + _FURTHEST:
        raise TaskTooFar
    # In the last hour of a day what is planned for it has that hour still.
    return max(end_of_day(on, zone), clock.hour_of(clock.now()) + _HOUR)


def _next_date(
    session: Session, vault: Vault, case: Case, zone: tzinfo
) -> tuple[datetime, ClockKind | OutsideDateKind] | None:
    """The next clock or date from outside that is still to come, and when."""
    now = clock.now()
    clocks: Iterator[tuple[datetime, ClockKind | OutsideDateKind]] = (
        (row.due_at, row.kind)
        for row in clocks_of(session, case)
        if row.state is ClockState.RUNNING and row.due_at > now and climbs(row.kind, row.who, case.state)
    )
    dates: Iterator[tuple[datetime, ClockKind | OutsideDateKind]] = (
        (end_of_day(known.on, zone), known.kind)
        for known in known_dates(session, vault, [case.id]).get(case.id, ())
        if not known.over
    )
    return min((*clocks, *dates), key=lambda each: each[0], default=None)
