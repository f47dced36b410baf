"""Clocks in the database: exactly one current deadline on the case, missed once, and run on when a case reopens."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from sqlalchemy import select

from app import clock
from app.cases.case.models import Case, Clock
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.enums import ClockKind, ClockState, State
from app.cases.worker.messages import write
from app.vault import read_journal, verify_journal
from tests.support.closing import close
from tests.support.desk import Desk


def miss(desk: Desk, limit: int = 50) -> int:
    with desk.database.writing() as session:
        return mark_clocks_missed(session, desk.world.vault, limit)


def due(desk: Desk) -> int:
    with desk.database.reading() as session:
        found = select(Clock.id).where(Clock.state == ClockState.RUNNING, Clock.due_at <= clock.now())
        return len(session.scalars(found).all())


def test_a_clock_is_missed_once_and_stays_the_next_date_until_it_is_met(desk: Desk) -> None:
    case_id = desk.accepted()
    due_at = desk.case(case_id).next_due_at
    assert miss(desk) == 0

    clock.set_offset(5 * 86400)
    waiting = due(desk)
    assert miss(desk) == waiting > 0
    assert miss(desk) == 0
    case = desk.case(case_id)
    assert (case.next_clock, case.next_due_at) == (ClockKind.READ, due_at)
    with desk.database.reading() as session:
        missed = [
            entry.detail["clock"]
            for entry in read_journal(session, desk.world.vault, case_id)
            if entry.act == "clock.missed"
        ]
    assert missed == ["read"]

    desk.open(desk.lead, case_id)
    assert desk.case(case_id).next_clock is ClockKind.ACKNOWLEDGE


def test_three_claimers_at_once_miss_each_clock_once(desk: Desk) -> None:
    cases = [desk.accepted() for _ in range(5)]
    clock.set_offset(200 * 86400)
    waiting = due(desk)

    def work(_number: int) -> int:
        done = 0
        while claimed := miss(desk, limit=4):
            done += claimed
        return done

    with ThreadPoolExecutor(3) as pool:
        claimed = sum(pool.map(work, range(3)))
    assert claimed == waiting
    with desk.database.reading() as session:
        for case_id in cases:
            missed = [
                entry.detail["clock"]
                for entry in read_journal(session, desk.world.vault, case_id)
                if entry.act == "clock.missed"
            ]
            assert len(missed) == len(set(missed)) == 7
        assert verify_journal(session, desk.world.vault).sound


def test_every_open_case_carries_the_earliest_of_its_asking_clocks(desk: Desk) -> None:
    read, replied, closed = desk.accepted(), desk.accepted(danger=True), desk.accepted()
    desk.open(desk.lead, read)
    desk.reply(desk.lead, replied)
    close(desk, closed)
    clock.set_offset(10 * 86400)
    miss(desk)
    desk.reply(desk.lead, replied)  # stores the date anew, while another clock stays missed
    assert desk.case(replied).next_clock is ClockKind.READ

    with desk.database.reading() as session:
        cases = session.scalars(select(Case)).all()
        assert len(cases) > 6
        for case in cases:
            asking = session.scalars(
                select(Clock)
                .where(Clock.case_id == case.id, Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)))
                .order_by(Clock.due_at, Clock.kind)
            ).all()
            first = (asking[0].due_at, asking[0].kind) if asking else (None, None)
            assert (case.next_due_at, case.next_clock) == first
            assert bool(asking) is case.is_open


def test_a_reopened_case_takes_up_the_dates_it_had(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    desk.open(desk.lead, case_id)
    close(desk, case_id)
    assert desk.case(case_id).next_due_at is None

    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "It is not over.", uuid4())
    case = desk.case(case_id)
    # The word that closing asks for was the first answer.
    assert (case.state, case.is_open, case.next_clock) == (State.ACCEPTED, True, ClockKind.SAFETY_PLAN)
    desk.reply(desk.lead, case_id)
    desk.reply(desk.lead, case_id)
    with desk.database.reading() as session:
        feedback = session.scalars(
            select(Clock).where(Clock.case_id == case_id, Clock.kind == ClockKind.OUTCOME_FEEDBACK)
        ).all()
    assert sorted(row.state for row in feedback) == [ClockState.MET, ClockState.RUNNING]
    assert len({row.due_at for row in feedback}) == 1  # the date that was promised to the worker
