"""Three dispatchers at once, and days on which none ran: each thing is done once, in no burst, and a person sees what is stale."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Escalation, OutsideDate
from app.cases.desk import add_outside_date
from app.cases.enums import FollowupState, OutsideDateKind, RungState
from app.cases.followups import Followup, shown_to_helpers
from app.database import CaseId
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.models import OutgoingText
from tests.harness.dispatching import services_over
from tests.support.desk import Desk
from tests.support.promise_watch import Watch
from tests.support.ticking import tick

DAY = 86_400


def cases_at_every_stage(desk: Desk) -> list[CaseId]:
    """Offered, taken and forgotten, on the fast track, with a date of the world's, and one that waits with custody."""
    world = desk.world
    with desk.database.writing() as session:
        for by in (desk.lead, desk.custodian):
            keep_address(session, world.vault, by, Channel.EMAIL, f"{by.member.id}@mail.example")
    taken = [desk.accepted() for _ in range(3)]
    with desk.database.writing() as session:
        for case_id in taken[:2]:
            on = (clock.now() + timedelta(days=20)).date()
            add_outside_date(session, world.vault, desk.lead, case_id, OutsideDateKind.FLIGHT, on, uuid4())
    held = world.case_of(world.file(exclude_other="my cousin Zubin"))
    return [*taken, desk.accepted(danger=True), desk.offered(), desk.offered(danger=True), held]


def of_each(desk: Desk, kind: type[Escalation | Followup | OutgoingText]) -> Counter[object]:
    """How many rows of this kind each case has."""
    with desk.database.reading() as session:
        return Counter(session.scalars(select(kind.case_id)))


def asked(desk: Desk) -> Counter[object]:
    """How many questions each worker was asked."""
    with desk.database.reading() as session:
        return Counter(session.scalars(select(Followup.case_id).where(Followup.asked_hour.is_not(None))))


# Those of one SQLite file take turns.
@pytest.mark.parametrize("database", ("postgresql",), indirect=True)
def test_three_dispatchers_at_once_do_each_thing_once(desk: Desk) -> None:
    cases, watch = cases_at_every_stage(desk), Watch(desk.world)
    for day in (3, 15, 31):
        clock.set_offset(day * DAY)
        before = of_each(desk, Escalation), asked(desk)
        three = [services_over(desk.database, desk.world.vault, desk.world.rules) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(tick, three))
        tick(three[0])  # what one passed over, since another had its case just then
        watch.look()
        for after, earlier in zip((of_each(desk, Escalation), asked(desk)), before, strict=True):
            assert all(after[each] - earlier[each] <= 1 for each in cases)
        assert tick(three[0]) == 0
    watch.look_back()
    assert set(asked(desk)) == set(cases)


def test_after_ten_days_without_a_dispatcher_nobody_gets_a_burst(desk: Desk) -> None:
    cases, watch = cases_at_every_stage(desk), Watch(desk.world)
    services = services_over(desk.database, desk.world.vault, desk.world.rules)
    clock.set_offset(10 * DAY)
    before = of_each(desk, OutgoingText)
    tick(services)
    watch.look()
    # One step up the ladder, one question at most, and one alert for each of those who can be alerted.
    rungs, questions, alerts = of_each(desk, Escalation), asked(desk), of_each(desk, OutgoingText)
    assert set(rungs.values()) == {1}
    assert set(questions.values()) == {1}
    assert all(alerts[each] - before[each] <= 2 for each in cases)
    with desk.database.reading() as session:
        due = select(Escalation).where(Escalation.state == RungState.ASKED)
        # Whoever is asked now has all of their time from now on.
        assert all(rung.due_at >= clock.now() + timedelta(hours=11) for rung in session.scalars(due))
        warned = select(func.count()).where(OutsideDate.warn_at > clock.now())
        assert session.scalar(warned) == 2
    assert tick(services) == 0
    watch.look_back()


def test_what_is_stale_after_an_outage_is_shown_to_a_person(desk: Desk) -> None:
    stale, late = desk.accepted(), desk.accepted(danger=True)
    clock.set_offset(29 * DAY)
    tick(services_over(desk.database, desk.world.vault, desk.world.rules))
    with desk.database.reading() as session:
        shown = {
            each: [row.state for row in shown_to_helpers(session, desk.world.vault, each)]
            for each in (stale, late)
        }
    # "Did it get worse" of day 14 is asked no more, fifteen days later; nor is that of day 3.
    assert FollowupState.MISSED in shown[stale]
    assert shown[late].count(FollowupState.MISSED) == 2
    assert shown[late].count(FollowupState.ASKED) == 1
