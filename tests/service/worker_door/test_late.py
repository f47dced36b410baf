"""A worker reads at once, in plain words, what was late, who was asked because of it, and by which date."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Case, Clock, Escalation
from app.cases.clocks import store_next_date
from app.cases.desk import open_case
from app.cases.desk.progress import Move, change_stage, mark_done
from app.cases.enums import ClockKind, ClockState, Rung, State
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.clocks import set_clocks
from tests.support.dates import DESK, dates_pass, day_at_desk
from tests.support.stored_cases import case_of


@pytest.fixture
def code(visitor: Visitor, world: World) -> str:
    visitor.open(f"/en/s/{world.site.code}")
    return visitor.send("/report", words="They owe us two months.", category=["wages"]).code


def inbox(visitor: Visitor, code: str) -> str:
    """What a worker reads who comes in with the code in a fresh browser."""
    visitor.open("/en/inbox")
    return " ".join(visitor.send("/inbox", receipt=code).text.split())


def rung(world: World, case_id: CaseId, which: Rung) -> Escalation:
    with world.database.reading() as session:
        asked = select(Escalation).where(Escalation.case_id == case_id, Escalation.rung == which)
        return session.scalars(asked).one()


def long_day(moment: datetime) -> str:
    """The day that ends with this date or in which it lies, at the workplace, which is in Penang."""
    there = clock.last_moment(moment.astimezone(DESK))
    this_year = there.year == clock.now().astimezone(there.tzinfo).year
    return f"{there:%A} {there.day} {there:%B}" if this_year else f"{there:%A} {there.day} {there:%B %Y}"


def test_the_inbox_says_what_was_late_who_was_asked_and_by_when(
    code: str, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    case_id = case_of(world, code)
    near, far = world.sign_in("near.lead"), world.sign_in("far.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    assert "did not happen" not in inbox(another_visitor(), code)

    dates_pass(world, 5)
    asked = rung(world, case_id, Rung.LEAD)
    page = inbox(another_visitor(), code)
    assert f"A helper should have read it by {long_day(asked.late_since)}. That did not happen." in page
    lead = f"We asked who leads the helpers at Mawar Workers Aid to do it by {long_day(asked.due_at)}."
    assert lead in page
    assert "is late. You can write and ask." not in page  # one sentence says it, not two

    for day in range(6, 22):
        dates_pass(world, day)
        with world.database.reading() as session:
            if session.get_one(Case, case_id).state is State.OFFERED:
                break
    moved = rung(world, case_id, Rung.STANDBY)
    page = inbox(another_visitor(), code)
    assert "Mawar Workers Aid could read it until" in page
    assert (
        f"We asked another helper, Distant Line, to say by {long_day(moved.due_at)} if they take it." in page
    )
    assert lead not in page

    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, far, case_id).taken
    # What was promised and broken stays told after the next step.
    page = inbox(another_visitor(), code)
    assert f"A helper should have read it by {long_day(asked.late_since)}. It was late." in page
    assert lead not in page


def be_at(moment: datetime) -> None:
    """Set the clock to that moment, whatever hour it is while the test runs."""
    clock.set_offset(0)
    clock.set_offset(int((moment - clock.now()).total_seconds()))


@pytest.mark.parametrize("due_at", (time(12), time(0)))
def test_a_day_by_which_something_was_promised_is_over_before_it_is_told_as_broken(
    code: str, world: World, another_visitor: Callable[[], Visitor], due_at: time
) -> None:
    case_id, near = case_of(world, code), world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    # A Wednesday at least a week from now, so that nothing hangs on the day on which the test runs.
    day = day_at_desk(7)
    day += timedelta(days=(2 - day.weekday()) % 7)
    begins = datetime.combine(day, time(), DESK)
    due = datetime.combine(day if due_at.hour else day + timedelta(days=1), due_at, DESK)
    with world.database.writing() as session:
        set_clocks(session, Clock.case_id == case_id, Clock.kind != ClockKind.READ, state=ClockState.MET)
        set_clocks(
            session, Clock.case_id == case_id, Clock.kind == ClockKind.READ, due_at=due.astimezone(UTC)
        )
        store_next_date(session, session.get_one(Case, case_id))
    promise = f"A helper from Mawar Workers Aid should read it by {long_day(due)}."
    broken = f"A helper should have read it by {long_day(due)}."

    be_at(begins + timedelta(hours=23))
    dates_pass(world)
    page = inbox(another_visitor(), code)
    assert promise in page
    assert "did not happen" not in page
    assert "is late." not in page
    be_at(begins + timedelta(hours=24, minutes=30))
    dates_pass(world)
    page = inbox(another_visitor(), code)
    assert f"{broken} That did not happen." in page
    assert promise not in page


def test_what_was_done_on_its_day_is_not_told_as_late(
    code: str, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    case_id, near = case_of(world, code), world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    day = day_at_desk(7)
    day += timedelta(days=(2 - day.weekday()) % 7)
    with world.database.writing() as session:
        due = datetime.combine(day, time(9), DESK).astimezone(UTC)
        kept = ClockKind.READ, ClockKind.OUTCOME_FEEDBACK
        set_clocks(session, Clock.case_id == case_id, Clock.kind.not_in(kept), state=ClockState.MET)
        set_clocks(session, Clock.case_id == case_id, Clock.kind == ClockKind.READ, due_at=due)
        store_next_date(session, session.get_one(Case, case_id))
    be_at(datetime.combine(day, time(10), DESK))
    dates_pass(world)
    assert rung(world, case_id, Rung.LEAD).kind is ClockKind.READ
    with world.database.writing() as session:
        open_case(session, world.vault, near, case_id)
    dates_pass(world)
    be_at(datetime.combine(day + timedelta(days=1), time(10), DESK))
    assert "should have read it by" not in inbox(another_visitor(), code)


def test_who_read_it_and_lost_it_is_not_forgotten(
    code: str, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    case_id, near = case_of(world, code), world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    with world.database.writing() as session:
        open_case(session, world.vault, near, case_id)
    for day in range(8, 40):
        dates_pass(world, day)
        with world.database.reading() as session:
            if session.get_one(Case, case_id).state is State.OFFERED:
                break
    page = inbox(another_visitor(), code)
    assert "Read by a helper from Mawar Workers Aid" in page
    assert "The helper who read it does not have it any more. The next one has not read it yet." in page
    assert "No helper has read it yet" not in page
    # They did take it, and only then were late.
    assert "did not take it in time" not in page
    assert "A helper from Distant Line should read it by" in page


def test_where_the_company_is_silent_the_inbox_says_whom_we_asked_to_see_to_it(
    code: str, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    case_id, near = case_of(world, code), world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, near, case_id).taken
    for to in (State.ASSESSING, State.ENGAGING):
        with world.database.writing() as session:
            move = Move(to, "They said yes to me.", uuid4(), worker_agreed=to is State.ENGAGING)
            change_stage(session, world.vault, world.rules, near, case_id, move)
    with world.database.writing() as session:
        # The last one stays: a case without any would be found by whoever asks after next steps in this world.
        kept = ClockKind.COMPANY_REPLY, ClockKind.OUTCOME_FEEDBACK
        others = Clock.case_id == case_id, Clock.kind.not_in(kept)
        set_clocks(session, *others, state=ClockState.MET)
    assert "The company should answer by" in inbox(another_visitor(), code)

    dates_pass(world, 15)
    asked = rung(world, case_id, Rung.LEAD)
    page = inbox(another_visitor(), code)
    was = f"The company should have answered by {long_day(asked.late_since)}. That did not happen."
    lead = f"We asked who leads the helpers at Mawar Workers Aid to see to it by {long_day(asked.due_at)}."
    assert f"{was} {lead}" in page
    assert "is late. You can write and ask." not in page

    with world.database.writing() as session:
        mark_done(session, world.vault, near, case_id, ClockKind.COMPANY_REPLY)
    page = inbox(another_visitor(), code)
    assert was.replace("That did not happen.", "It was late.") in page  # it stays told
    assert lead not in page
