"""Helpers' own next steps: planned once, finished once, put off within the dates that bind, handed to who may read the case."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app import clock
from app.cases.case import (
    CannotBeAssigned,
    Case,
    Clock,
    KnownTask,
    NoAccess,
    NotYours,
    ReadOnly,
    Task,
    end_of_day,
    tasks_of,
)
from app.cases.desk import (
    MOST_TASKS,
    AlreadySent,
    EmptyText,
    Move,
    PutOffAlready,
    PutOffSince,
    PutOffSooner,
    PutOffTooFar,
    StepOf,
    StepsOf,
    TaskEnded,
    TaskIsPast,
    TaskTooFar,
    TooManyTasks,
    add_outside_date,
    change_stage,
    finish_task,
    hand_over_task,
    plan_task,
    put_off_task,
    week_of,
)
from app.cases.enums import ClockKind, ClosingReason, OutsideDateKind, State
from app.cases.escalation.promise import without_next_step
from app.database import CaseId, new_id
from app.network import SignedIn, zone_info
from app.vault import read_journal, verify_journal
from tests.support.clocks import set_clocks
from tests.support.desk import Desk
from tests.support.ticking import set_to


def in_days(desk: Desk, days: int) -> date:
    return clock.now().astimezone(zone_info(desk.lead.zone)).date() + timedelta(days=days)


def plan(desk: Desk, case_id: CaseId, days: int = 1, **options: Any) -> UUID:
    sent: UUID = options.get("sent") or new_id()
    with desk.database.writing() as session:
        plan_task(
            session,
            desk.world.vault,
            options.get("by") or desk.lead,
            case_id,
            options.get("words", "Call the clinic."),
            in_days(desk, days),
            sent,
        )
    return sent


def finish(desk: Desk, case_id: CaseId, task: UUID, by: SignedIn | None = None) -> None:
    with desk.database.writing() as session:
        finish_task(session, desk.world.vault, by or desk.lead, case_id, task)


def put_off(desk: Desk, case_id: CaseId, task: UUID, days: int, **options: Any) -> UUID:
    sent: UUID = options.get("sent") or new_id()
    with desk.database.writing() as session:
        put_off_task(
            session,
            desk.world.vault,
            options.get("by") or desk.lead,
            case_id,
            task,
            in_days(desk, days),
            options.get("reason", "The clinic is shut."),
            sent,
        )
    return sent


def hand_over(desk: Desk, case_id: CaseId, task: UUID, to: SignedIn) -> None:
    with desk.database.writing() as session:
        hand_over_task(session, desk.world.vault, desk.lead, case_id, task, to.member.id)


def tasks(desk: Desk, case_id: CaseId) -> tuple[KnownTask, ...]:
    with desk.database.reading() as session:
        return tasks_of(session, desk.world.vault, session.get_one(Case, case_id))


@pytest.fixture
def case_id(desk: Desk) -> CaseId:
    """A case of the lead's beside another one with a step of its own."""
    plan(desk, desk.accepted(words="Noise."), 2, words="Noise of a step.")
    return desk.accepted()


def test_a_step_is_planned_once_finished_once_and_its_words_are_a_sealed_note(
    desk: Desk, case_id: CaseId
) -> None:
    sent = plan(desk, case_id)
    plan(desk, case_id, sent=sent)
    with pytest.raises(AlreadySent):
        plan(desk, case_id, sent=sent, words="Call somebody else.")
    [found] = tasks(desk, case_id)
    assert (found.id, found.member_id, found.member) == (sent, desk.lead.member.id, desk.lead.name)
    assert found.due_at == end_of_day(in_days(desk, 1), zone_info(desk.lead.zone))
    page = desk.open(desk.lead, case_id)
    words = {entry.id: (entry.body or {}).get("text") for entry in page.entries}
    assert words[found.entry_id] == "Call the clinic."
    for _ in range(2):
        finish(desk, case_id, sent, desk.caseworker)
    assert tasks(desk, case_id) == ()
    with pytest.raises(TaskEnded):
        plan(desk, case_id, sent=sent)
    acts = desk.acts(case_id)
    assert (acts.count("task.planned"), acts.count("task.finished")) == (1, 1)
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound


def test_a_step_is_put_off_with_a_reason_up_to_the_next_date_that_binds(desk: Desk, case_id: CaseId) -> None:
    desk.open(desk.lead, case_id)  # what is due next then is the first answer, seven days on
    task = plan(desk, case_id)
    sent = put_off(desk, case_id, task, 2)
    put_off(desk, case_id, task, 2, sent=sent)
    assert tasks(desk, case_id)[0].due_at == end_of_day(in_days(desk, 2), zone_info(desk.lead.zone))
    assert desk.acts(case_id).count("task.put_off") == 1
    with pytest.raises(PutOffSooner):
        put_off(desk, case_id, task, 1)
    answer = desk.case(case_id).next_due_at
    with pytest.raises(PutOffTooFar) as refused:
        put_off(desk, case_id, task, 12)
    assert (refused.value.kind, refused.value.at) == (ClockKind.ACKNOWLEDGE, answer)
    with desk.database.writing() as session:
        add_outside_date(
            session, desk.world.vault, desk.lead, case_id, OutsideDateKind.FLIGHT, in_days(desk, 1), new_id()
        )
    with pytest.raises(PutOffTooFar) as refused:
        put_off(desk, case_id, task, 2)
    assert refused.value.kind is OutsideDateKind.FLIGHT
    sooner, today = plan(desk, case_id, 0), plan(desk, case_id, 0)
    put_off(desk, case_id, sooner, 1)
    refusals: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (EmptyText, lambda: put_off(desk, case_id, today, 1, reason=" ")),
        (TaskIsPast, lambda: put_off(desk, case_id, task, -1)),
        (TaskEnded, lambda: put_off(desk, case_id, uuid4(), 1)),
        (PutOffAlready, lambda: put_off(desk, case_id, sooner, 1)),
    )
    for error, act in refusals:
        with pytest.raises(error):
            act()
    assert desk.acts(case_id).count("task.put_off") == 2


def test_what_was_put_off_further_since_says_where_it_stands(desk: Desk, case_id: CaseId) -> None:
    desk.open(desk.lead, case_id)
    task = plan(desk, case_id)
    first = put_off(desk, case_id, task, 2)
    second = put_off(desk, case_id, task, 3)
    stands = end_of_day(in_days(desk, 3), zone_info(desk.lead.zone))
    with pytest.raises(PutOffSince) as told:
        put_off(desk, case_id, task, 2, sent=first)
    assert told.value.at == stands
    put_off(desk, case_id, task, 3, sent=second)  # which is how it stands
    assert tasks(desk, case_id)[0].due_at == stands
    finish(desk, case_id, task)
    with pytest.raises(TaskEnded):
        put_off(desk, case_id, task, 3, sent=second)
    assert desk.acts(case_id).count("task.put_off") == 2


def test_on_the_very_day_of_a_clock_a_step_is_due_no_later_than_it(desk: Desk, case_id: CaseId) -> None:
    task = plan(desk, case_id)
    noon = datetime.combine(in_days(desk, 3), datetime.min.time(), UTC) + timedelta(hours=10)
    with desk.database.writing() as session:
        set_clocks(session, Clock.case_id == case_id, due_at=noon)
    put_off(desk, case_id, task, 3)
    assert tasks(desk, case_id)[0].due_at == noon


def test_in_the_last_hour_of_a_day_a_step_for_that_day_is_not_late_at_once(
    desk: Desk, case_id: CaseId
) -> None:
    midnight = datetime.combine(in_days(desk, 2), time(), zone_info(desk.lead.zone))
    with desk.database.writing() as session:  # on the very day of a clock a step is due no later than it
        set_clocks(session, Clock.case_id == case_id, due_at=midnight + timedelta(days=9))
    set_to(midnight - timedelta(minutes=40))
    plan(desk, case_id, 0)
    (task,) = tasks(desk, case_id)
    assert (task.due_at, task.late) == (midnight, False)
    put_off(desk, case_id, task.id, 1)
    assert tasks(desk, case_id)[0].due_at == end_of_day(in_days(desk, 1), zone_info(desk.lead.zone))


def test_a_step_that_stands_at_the_end_of_a_day_is_put_off_to_no_earlier_hour_of_it(
    desk: Desk, case_id: CaseId
) -> None:
    task = plan(desk, case_id, 3)
    noon = datetime.combine(in_days(desk, 3), datetime.min.time(), UTC) + timedelta(hours=10)
    with desk.database.writing() as session:
        set_clocks(session, Clock.case_id == case_id, due_at=noon)
    stands = end_of_day(in_days(desk, 3), zone_info(desk.lead.zone))
    with pytest.raises(PutOffAlready) as told:
        put_off(desk, case_id, task, 3)
    assert told.value.at == tasks(desk, case_id)[0].due_at == stands


def test_a_step_is_handed_to_a_colleague_who_may_work_on_the_case_and_to_nobody_else(
    desk: Desk, case_id: CaseId
) -> None:
    task = plan(desk, case_id)
    for _ in range(2):
        hand_over(desk, case_id, task, desk.caseworker)
    for nobody in (desk.viewer, desk.far, desk.other, desk.custodian):
        with pytest.raises(CannotBeAssigned):
            hand_over(desk, case_id, task, nobody)
    assert tasks(desk, case_id)[0].member_id == desk.caseworker.member.id
    with desk.database.reading() as session:
        handed = [
            entry.detail
            for entry in read_journal(session, desk.world.vault, case_id)
            if entry.act == "task.handed_over"
        ]
        mine = week_of(session, desk.world.vault, desk.caseworker, StepsOf.MINE)
    assert [each["member"] for each in handed] == [str(desk.caseworker.member.id)]
    own = [step for step in mine.due[mine.days[1]] if step.of is StepOf.OWN]
    assert [(step.case_id, step.kind, step.member) for step in own] == [(case_id, None, desk.caseworker.name)]


def test_what_cannot_be_a_step_is_refused_and_nothing_is_kept(desk: Desk, case_id: CaseId) -> None:
    task = plan(desk, case_id)
    refused: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (TaskIsPast, lambda: plan(desk, case_id, -1)),
        (TaskTooFar, lambda: plan(desk, case_id, 3700)),
        (EmptyText, lambda: plan(desk, case_id, words="...")),
        (ReadOnly, lambda: plan(desk, case_id, by=desk.viewer)),
        (NoAccess, lambda: plan(desk, case_id, by=desk.far)),
        (NoAccess, lambda: finish(desk, case_id, task, desk.far)),
        (ReadOnly, lambda: finish(desk, case_id, task, desk.viewer)),
    )
    for error, act in refused:
        with pytest.raises(error):
            act()
    for number in range(MOST_TASKS - 1):
        plan(desk, case_id, words=f"DueStep {number}.")
    with pytest.raises(TooManyTasks):
        plan(desk, case_id)
    assert len(tasks(desk, case_id)) == MOST_TASKS
    assert desk.acts(case_id).count("task.planned") == MOST_TASKS
    move = Move(State.CLOSED, "It is not so.", new_id(), ClosingReason.UNFOUNDED, to_worker="We looked.")
    with desk.database.writing() as session:
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, move)
    with pytest.raises(NotYours):
        finish(desk, case_id, task)


def test_a_step_neither_hides_a_clock_nor_stands_for_one(desk: Desk, case_id: CaseId) -> None:
    plan(desk, case_id)
    due = desk.case(case_id).next_due_at
    assert due is not None
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == []
        session_week = week_of(session, desk.world.vault, desk.lead)
    kinds = {
        step.kind for day in session_week.days for step in session_week.due[day] if step.case_id == case_id
    }
    assert {None, ClockKind.READ} <= kinds
    with desk.database.writing() as session:
        for row in session.scalars(select(Clock).where(Clock.case_id == case_id)):
            session.delete(row)
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == [desk.case(case_id).reference]


def test_a_step_that_others_wrote_or_that_went_with_another_partner_is_none(
    desk: Desk, case_id: CaseId
) -> None:
    honest, moved, gone = (plan(desk, case_id, words=words) for words in ("One.", "Two.", "Three."))
    with desk.database.writing() as session:
        session.execute(update(Task).where(Task.id == moved).values(due_at=clock.now() + timedelta(days=9)))
        session.execute(update(Task).where(Task.id == gone).values(organisation_id=desk.world.far.id))
    assert [each.id for each in tasks(desk, case_id)] == [honest]
    for task in (moved, gone):
        with pytest.raises(TaskEnded):
            finish(desk, case_id, task)
