"""A date passes and somebody else is asked: rung by rung, each once, until the case moves to who was foreseen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, pairwise
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.assignment import claim
from app.cases.case.events import Happened, note
from app.cases.case.models import Case, Clock, Escalation, Offer
from app.cases.clocks.rungs import ask_last_by
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.custody.deciding import place_case
from app.cases.desk.progress import Move, change_stage
from app.cases.enums import (
    ClockKind,
    ClockState,
    ClosingReason,
    ConsentLevel,
    OfferState,
    Rung,
    RungState,
    State,
    Who,
)
from app.cases.escalation import climbing
from app.cases.escalation.climbing import climb_ladders
from app.cases.escalation.promise import without_next_step
from app.cases.routing.asking import drop_offer
from app.cases.routing.offers import DeclineReason, accept_offer, decline_offer
from app.cases.rules import Calendar
from app.cases.worker.messages import say_worse
from app.cases.worker.sharing import stop_sharing
from app.database import Base, CaseId, OrganisationId
from app.network import SignedIn, be_away
from app.vault import CircleRow, GrantRow, GrantState, Vault, grants_of_case, read_journal, verify_journal
from tests.support.clocks import set_clocks
from tests.support.closing import close
from tests.support.dates import DAY, dates_pass
from tests.support.desk import Desk
from tests.support.partners import do
from tests.support.past_us import copy_of, table
from tests.support.ticking import set_to


def tick(desk: Desk) -> int:
    """What the dispatcher does about dates that passed; of how many cases."""
    return dates_pass(desk.world)


def look_at_each(desk: Desk) -> None:
    """So many ticks that chance has surely looked at each of a few cases in which nothing seems due."""
    for _ in range(60):
        with desk.database.writing() as session:
            climb_ladders(session, desk.world.vault, desk.world.rules, 5)


def forgotten(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return without_next_step(session, desk.world.vault)


def rungs(desk: Desk, case_id: CaseId) -> list[Escalation]:
    """The rungs of a case in the order in which they were asked."""
    with desk.database.reading() as session:
        found = session.scalars(select(Escalation).where(Escalation.case_id == case_id)).all()
    return sorted(found, key=lambda rung: (rung.asked_hour, rung.due_at))


def climbed(desk: Desk, case_id: CaseId) -> list[tuple[Rung, RungState]]:
    return [(rung.rung, rung.state) for rung in rungs(desk, case_id)]


def days(first: int, last: int, step: int = 1) -> Iterator[int]:
    """Set the clock to each of these days."""
    for day in range(first, last + 1, step):
        clock.set_offset(day * DAY)
        yield day


def take(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        assert accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def test_a_partner_that_is_late_loses_the_case_after_its_helper_lead_and_the_coordinator_were_asked(
    desk: Desk,
) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    with desk.database.writing() as session:
        claim(session, desk.world.vault, desk.caseworker, case_id)
    noise = desk.accepted()
    desk.open(desk.lead, noise)

    for _day in days(3, 22):
        tick(desk)
        if desk.case(case_id).state is State.OFFERED:
            break
    found = rungs(desk, case_id)
    assert [(rung.rung, rung.state) for rung in found] == [
        (Rung.HELPER, RungState.PASSED_ON),
        (Rung.LEAD, RungState.PASSED_ON),
        (Rung.COORDINATOR, RungState.PASSED_ON),
        (Rung.STANDBY, RungState.MOVED),
    ]
    world = desk.world
    near, keel, far = world.near.id, world.coordinator.id, world.far.id
    assert [rung.organisation_id for rung in found] == [near, near, keel, far]
    assert [rung.member_id for rung in found] == [desk.caseworker.member.id, None, None, None]
    assert {rung.kind for rung in found} == {ClockKind.READ}
    # Each had its own time, one after the other.
    assert all(one.due_at <= two.asked_hour + timedelta(hours=1) for one, two in pairwise(found))
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)

    # With nobody of either partner logged in what is written now is sealed to new versions, that the one before never gets.
    with desk.database.writing() as session:
        say_worse(session, world.vault, world.rules, worker, "They hit me again.", False, uuid4())
    take(desk, desk.far, case_id)
    assert "They hit me again." in [
        (entry.body or {}).get("text") for entry in desk.open(desk.far, case_id).entries
    ]
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)
    with desk.database.reading() as session:
        grants = grants_of_case(session, case_id)
        versions = {grant.key_version for grant in grants if grant.state == GrantState.LIVE}
        lost = [grant for grant in grants if grant.state == GrantState.ENDED]
        assert [grant.sealed for grant in lost] == [None]
        assert lost[0].key_version not in versions
        named = [entry.act for entry in read_journal(session, world.vault, case_id)]
        assert named.count("case.escalated") == 4
        assert verify_journal(session, world.vault).sound
    # Whoever takes it over has the time that anybody has, and is not late from the first hour.
    tick(desk)
    assert desk.case(case_id).next_due_at >= clock.now()  # type: ignore[operator]
    # The other case was read in time, so only its first answer is late.
    assert {rung.kind for rung in rungs(desk, noise)} <= {ClockKind.ACKNOWLEDGE}


def be_away_until(desk: Desk, by: SignedIn, last: int) -> None:
    """Away from today until that many days from now."""
    today = clock.now().date()
    with desk.database.writing() as session:
        be_away(session, desk.world.vault, by, today, today + timedelta(days=last), uuid4())


def test_whoever_is_away_is_not_asked(desk: Desk) -> None:
    with_helper, noise = desk.accepted(), desk.accepted()
    for case_id, helper in ((with_helper, desk.caseworker), (noise, desk.lead)):
        with desk.database.writing() as session:
            claim(session, desk.world.vault, helper, case_id)
    be_away_until(desk, desk.caseworker, 60)
    be_away_until(desk, desk.far, 60)
    for _day in days(3, 22):
        tick(desk)
        if climbed(desk, with_helper):
            break
    assert climbed(desk, with_helper) == [(Rung.LEAD, RungState.ASKED)]
    assert climbed(desk, noise) == [(Rung.HELPER, RungState.ASKED)]
    assert not forgotten(desk)


def test_where_every_lead_is_away_too_the_coordinator_is_asked(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        claim(session, desk.world.vault, desk.caseworker, case_id)
    for by in (desk.caseworker, desk.lead):
        be_away_until(desk, by, 60)
    for _day in days(3, 22):
        tick(desk)
        if climbed(desk, case_id):
            break
    assert climbed(desk, case_id) == [(Rung.COORDINATOR, RungState.ASKED)]
    assert not forgotten(desk)


@pytest.mark.parametrize("expires", (False, True))
def test_an_old_row_put_back_after_a_loss_sends_nobody_away_who_was_asked_since(
    desk: Desk, expires: bool
) -> None:
    case_id, noise = desk.accepted(), desk.accepted()
    desk.open(desk.lead, noise)
    grants = table(GrantRow)
    with desk.database.engine.connect() as connection:
        circles = select(CircleRow.id).where(CircleRow.organisation_id == desk.world.near.id)
        of_near = grants.c.holder_id.in_(circles)
        theirs = (
            connection.execute(select(grants).where(grants.c.case_id == case_id, of_near)).mappings().all()
        )
    assert theirs
    before = copy_of(desk.database, Case, id=case_id)
    for _day in days(3, 22):
        tick(desk)
        if desk.case(case_id).state is State.OFFERED:
            break
    with desk.database.engine.begin() as connection:
        same = {name: value for name, value in before.items() if name != "id"}
        connection.execute(update(table(Case)).where(table(Case).c.id == case_id).values(same))
        for grant in theirs:
            connection.execute(update(grants).where(grants.c.id == grant["id"]).values(dict(grant)))
    assert desk.case(case_id).organisation_id == desk.world.near.id
    if expires:  # nobody answers: it goes on from who was asked, and is not with who lost it
        clock.set_offset(60 * DAY)
        tick(desk)
        assert desk.case(case_id).organisation_id is None
    else:
        take(desk, desk.far, case_id)
        assert desk.open(desk.far, case_id).entries
        assert desk.case(case_id).organisation_id == desk.world.far.id
        assert desk.case(noise).organisation_id == desk.world.near.id
    assert "case.put_right" in desk.acts(case_id)
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_a_rung_ends_when_what_was_late_is_done(desk: Desk) -> None:
    case_id = desk.accepted()
    for _day in days(3, 6):
        tick(desk)
    assert climbed(desk, case_id)[-1][1] is RungState.ASKED
    desk.open(desk.lead, case_id)
    desk.reply(desk.lead, case_id)
    desk.reply(desk.lead, case_id)
    before = len(rungs(desk, case_id))
    tick(desk)
    assert climbed(desk, case_id)[-1][1] is RungState.ENDED
    assert len(rungs(desk, case_id)) == before
    assert desk.case(case_id).organisation_id == desk.world.near.id


def test_a_case_in_which_nothing_has_to_be_done_keeps_nobody_else_from_being_asked(desk: Desk) -> None:
    world = desk.world
    # Nobody is left to ask about the first after its partner's lead.
    filed = world.file(excluded=frozenset({world.coordinator.id, world.far.id}))
    first, other = desk.accept(filed), desk.accepted()
    desk.open(desk.lead, other)
    for _day in days(2, 8):
        tick(desk)
        if {RungState.LAST, RungState.ASKED} <= {state for _, state in climbed(desk, first)}:
            break
    assert climbed(desk, first) == [(Rung.LEAD, RungState.LAST), (Rung.LEAD, RungState.ASKED)]
    assert climbed(desk, other) == [(Rung.LEAD, RungState.ASKED)]
    with desk.database.writing() as session:
        held = Clock.case_id == first, Clock.kind == ClockKind.READ
        set_clocks(session, *held, state=ClockState.MET)
    assert tick(desk) == 1
    assert climbed(desk, first) == [(Rung.LEAD, RungState.ENDED), (Rung.LEAD, RungState.ASKED)]
    assert tick(desk) == 0


def test_a_date_that_others_wrote_keeps_nobody_else_from_being_asked(desk: Desk) -> None:
    world = desk.world
    # Its worker locked it, so nobody is to be asked about it; and it comes before every other.
    locked = world.case_of(world.file(consent=ConsentLevel.NOBODY))
    long_ago = clock.now() - timedelta(days=900)
    with desk.database.writing() as session:
        case = session.get_one(Case, locked)
        case.state, case.organisation_id, case.next_due_at = State.RECEIVED, None, long_ago
        forged = Clock(case_id=locked, kind=ClockKind.PLACE, who=Who.COORDINATOR, due_at=long_ago)
        forged.state = ClockState.MISSED
        session.add(forged)
    held = world.case_of(world.file(exclude_other="my cousin Zubin"))
    clock.set_offset(5 * DAY)
    tick(desk)
    assert climbed(desk, held) == [(Rung.CUSTODIAN, RungState.ASKED)]
    assert climbed(desk, locked) == []


def test_whoever_closes_stops_or_practises_is_asked_nothing_more(desk: Desk) -> None:
    world = desk.world
    stopped = world.file()
    closed, halted, practice = desk.accepted(), desk.accept(stopped), desk.accepted()
    for _day in days(3, 5):
        tick(desk)
    assert climbed(desk, closed)[-1] == climbed(desk, halted)[-1] == (Rung.LEAD, RungState.ASKED)
    with desk.database.writing() as session:
        move = Move(
            State.CLOSED, "words", uuid4(), ClosingReason.UNRESOLVED, to_worker="The labour office helps you."
        )
        change_stage(session, world.vault, world.rules, desk.lead, closed, move)
    worker = world.enter(stopped)
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    with desk.database.writing() as session:
        session.get_one(Case, practice).practice = True
    for _day in days(6, 30, 8):
        tick(desk)
    for case_id in (closed, halted, practice):
        assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ENDED)]


def test_a_long_outage_brings_one_rung_and_not_a_burst(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(100 * DAY)
    tick(desk)
    tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]
    assert rungs(desk, case_id)[0].due_at > clock.now() + timedelta(days=1)
    # The clock goes back an hour: nobody is asked again, and nobody has less time.
    clock.set_offset(100 * DAY - 3600)
    tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]


def test_on_the_fast_track_each_has_hours_and_danger_hastens_whoever_is_asked(desk: Desk) -> None:
    filed = desk.world.file()
    slow, fast = desk.accept(filed), desk.accepted(danger=True)
    clock.set_offset(5 * DAY)
    tick(desk)
    hours = timedelta(hours=13)
    assert rungs(desk, fast)[0].due_at <= clock.now() + hours < rungs(desk, slow)[0].due_at
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "They come.", True, uuid4())
    assert rungs(desk, slow)[0].due_at <= clock.now() + hours


def test_many_dispatchers_at_once_ask_each_once(desk: Desk) -> None:
    cases = [desk.accepted() for _ in range(5)]
    clock.set_offset(5 * DAY)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 100)

    def work(_number: int) -> int:
        done = 0
        for _ in range(8):
            with desk.database.writing() as session:
                done += climb_ladders(session, desk.world.vault, desk.world.rules, 1)
        return done

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert all(climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)] for case_id in cases)
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound


def test_where_nobody_was_foreseen_a_custodian_places_it_and_asks_anew(desk: Desk) -> None:
    world = desk.world
    case_id = desk.accepted()
    with desk.database.writing() as session:
        for offer in session.scalars(
            select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.STANDBY)
        ):
            drop_offer(session, offer, OfferState.WITHDRAWN)
    for _day in days(3, 20):
        tick(desk)
        if desk.case(case_id).state is State.RECEIVED:
            break
    assert climbed(desk, case_id)[-1] == (Rung.CUSTODIAN, RungState.MOVED)
    for _day in days(21, 40, 4):
        tick(desk)
    # The coordinator's own date passed too: its custodians were asked, then its leads, and there it stays.
    assert climbed(desk, case_id)[-2:] == [
        (Rung.CUSTODIAN, RungState.PASSED_ON),
        (Rung.COORDINATOR, RungState.LAST),
    ]
    with desk.database.writing() as session:
        place_case(session, world.vault, world.rules, desk.custodian, case_id, OrganisationId(world.far.id))
    take(desk, desk.far, case_id)
    tick(desk)
    assert desk.case(case_id).next_due_at >= clock.now()  # type: ignore[operator]
    assert climbed(desk, case_id)[-1] == (Rung.COORDINATOR, RungState.ENDED)


def test_whoever_is_left_to_the_last_is_called_again_until_it_is_done(desk: Desk) -> None:
    world = desk.world
    case_id = desk.accept(world.file(excluded=frozenset({world.coordinator.id, world.far.id})))
    with desk.database.writing() as session:
        others = Clock.case_id == case_id, Clock.kind != ClockKind.READ
        set_clocks(session, *others, state=ClockState.MET)
    for _day in days(3, 11, 2):
        tick(desk)
        if RungState.LAST in {state for _, state in climbed(desk, case_id)}:
            break
    [last] = [rung for rung in rungs(desk, case_id) if rung.state is RungState.LAST]
    assert (last.rung, desk.acts(case_id).count("case.asked_again")) == (Rung.LEAD, 1)
    again = last
    for called in (2, 3, 4):
        set_to(again.due_at)  # over a weekend too, on whatever day the test begins
        with desk.database.writing() as session:
            climb_ladders(session, world.vault, world.rules, 100)
        assert desk.acts(case_id).count("case.asked_again") == called
        assert desk.acts(case_id).count("case.late_told") == 1 + called
        again = next(rung for rung in rungs(desk, case_id) if rung.id == last.id)
        assert clock.now() < again.due_at <= clock.now() + timedelta(days=4)
    with desk.database.writing() as session:  # nobody is called twice for one day
        climb_ladders(session, world.vault, world.rules, 100)
    assert desk.acts(case_id).count("case.asked_again") == 4
    desk.open(desk.lead, case_id)
    set_to(again.due_at)
    with desk.database.writing() as session:
        climb_ladders(session, world.vault, world.rules, 100)
    assert next(rung for rung in rungs(desk, case_id) if rung.id == last.id).state is RungState.ENDED
    assert desk.acts(case_id).count("case.asked_again") == 4


@pytest.mark.parametrize(("asked", "days_later"), ((0, 1), (19, 1), (20, 7)))
def test_after_many_calls_there_is_one_a_week(asked: int, days_later: int) -> None:
    every_day = Calendar(frozenset({5, 6}))
    passed = ask_last_by(asked, every_day) - clock.now()
    assert timedelta(days=days_later) <= passed <= timedelta(days=days_later + 3)


def test_what_only_closing_ends_never_takes_a_case_from_who_works_on_it(desk: Desk) -> None:
    case_id = desk.accepted()
    desk.open(desk.lead, case_id)
    with desk.database.writing() as session:
        others = (Clock.case_id == case_id, Clock.kind != ClockKind.OUTCOME_FEEDBACK)
        set_clocks(session, *others, state=ClockState.MET)
    for _day in days(92, 130, 6):
        tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.PASSED_ON), (Rung.COORDINATOR, RungState.LAST)]
    assert desk.case(case_id).organisation_id == desk.world.near.id


def test_a_rung_that_others_wrote_is_in_nobodys_way(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(5 * DAY)
    tick(desk)
    with desk.database.writing() as session:
        session.execute(
            update(Escalation)
            .where(Escalation.case_id == case_id)
            .values(due_at=clock.now() + timedelta(days=999))
        )
    clock.set_offset(6 * DAY)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 100)
    clock.set_offset(1100 * DAY)
    tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]
    assert rungs(desk, case_id)[0].due_at < clock.now() + timedelta(days=5)


def test_two_declines_go_to_the_coordinator(desk: Desk) -> None:
    world = desk.world
    case_id = desk.offered()
    for by in (desk.lead, desk.far):
        with desk.database.writing() as session:
            decline_offer(session, world.vault, world.rules, by, case_id, DeclineReason.NO_CAPACITY)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id, case.next_clock) != (State.OFFERED, None, None)
    assert case.state is State.RECEIVED
    with desk.database.reading() as session:
        standing = (
            select(func.count())
            .select_from(Offer)
            .where(Offer.case_id == case_id, Offer.state == OfferState.STANDBY)
        )
        assert session.scalar(standing) == 0
    assert forgotten(desk) == []


@pytest.mark.parametrize("danger", (False, True))
def test_a_case_that_nobody_touches_for_400_days_is_never_forgotten_and_nobody_is_asked_twice(
    desk: Desk, danger: bool
) -> None:
    case_id, asked = desk.accepted(danger=danger), 0
    for _day in chain(days(1, 32), days(60, 400, 85)):
        tick(desk)  # after each tick every open case has a next step
        before, asked = asked, len(rungs(desk, case_id))
        assert asked - before <= 1
    # It went from who was late to who stood by, from there to custody, and with the coordinator it stays. The second partner of an
    # urgent one was asked at once with the first, so it does not stand by.
    found = rungs(desk, case_id)
    assert [rung.rung for rung in found] == [
        Rung.LEAD,
        Rung.COORDINATOR,
        Rung.CUSTODIAN if danger else Rung.STANDBY,
        Rung.CUSTODIAN,
        Rung.COORDINATOR,
    ]
    assert found[-1].state is RungState.LAST
    assert desk.case(case_id).state is State.RECEIVED


def test_a_clock_that_others_call_missed_is_late_at_its_date_and_no_sooner(desk: Desk) -> None:
    case_id, other = desk.accepted(), desk.accepted()
    with desk.database.writing() as session:
        session.execute(
            update(Clock).where(Clock.state == ClockState.RUNNING).values(state=ClockState.MISSED)
        )
    assert {desk.case(each).reference for each in (case_id, other)} <= set(forgotten(desk))
    tick(desk)
    assert forgotten(desk) == []
    assert climbed(desk, case_id) == climbed(desk, other) == []
    with desk.database.reading() as session:
        states = set(session.scalars(select(Clock.state).where(Clock.case_id.in_((case_id, other)))))
    assert ClockState.MISSED not in states
    clock.set_offset(5 * DAY)
    tick(desk)
    assert climbed(desk, case_id) == climbed(desk, other) == [(Rung.LEAD, RungState.ASKED)]


def test_a_clock_that_others_call_missed_while_nothing_ran_is_named_and_marked(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(5 * DAY)
    with desk.database.writing() as session:
        session.execute(
            update(Clock).where(Clock.state == ClockState.RUNNING).values(state=ClockState.MISSED)
        )
    assert desk.case(case_id).reference in forgotten(desk)
    tick(desk)
    tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]
    assert forgotten(desk) == []


def test_a_date_that_runs_on_after_a_case_was_closed_cannot_be_called_missed(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    clock.set_offset(5 * DAY)
    tick(desk)
    close(desk, case_id)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "They did it again.", False, uuid4())
    with desk.database.writing() as session:
        running = (Clock.case_id == case_id) & (Clock.state == ClockState.RUNNING)
        session.execute(update(Clock).where(running).values(state=ClockState.MISSED))
    look_at_each(desk)
    tick(desk)
    with desk.database.reading() as session:
        states = list(session.scalars(select(Clock.state).where(Clock.case_id == case_id)))
    assert ClockState.RUNNING in states
    assert ClockState.MISSED not in states


def test_a_clock_that_was_missed_and_then_met_cannot_be_called_missed_again(desk: Desk) -> None:
    case_id, other = desk.accepted(danger=True), desk.accepted(danger=True)
    clock.set_offset(2 * DAY)
    tick(desk)
    assert climbed(desk, case_id)[-1] == climbed(desk, other)[-1] == (Rung.LEAD, RungState.ASKED)
    desk.open(desk.lead, case_id)
    for _ in range(2):
        desk.reply(desk.lead, case_id)
    tick(desk)
    before = climbed(desk, case_id)
    assert before[-1] == (Rung.LEAD, RungState.ENDED)
    with desk.database.writing() as session:
        met = (Clock.case_id == case_id) & (Clock.state == ClockState.MET)
        session.execute(update(Clock).where(met).values(state=ClockState.MISSED))
    for hour in range(0, 40, 8):
        clock.set_offset(2 * DAY + hour * 3600)
        tick(desk)
    assert climbed(desk, case_id)[: len(before)] == before
    assert {rung.kind for rung in rungs(desk, case_id)[len(before) :]} <= {
        ClockKind.SAFETY_PLAN,
        ClockKind.ASSESSMENT,
    }
    assert len(climbed(desk, other)) > 1  # which is late all the same


def test_rungs_that_others_planted_for_a_late_date_keep_nobody_from_being_asked(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.reading() as session:
        read = session.scalars(
            select(Clock.id).where(Clock.case_id == case_id, Clock.kind == ClockKind.READ)
        ).one()
    hour = clock.hour_of(clock.now())
    planted = {"case_id": case_id, "kind": ClockKind.READ, "late_since": hour, "asked_hour": hour}
    with desk.database.writing() as session:
        for clock_id, rung, state in (
            (read, Rung.LEAD, RungState.ENDED),
            (uuid4(), Rung.LEAD, RungState.ASKED),
        ):
            far = hour + timedelta(days=9_999)
            row = {"id": uuid4(), "clock_id": clock_id, "rung": rung, "state": state, "due_at": far}
            session.connection().execute(insert(Base.metadata.tables["escalations"]).values(**planted, **row))
    clock.set_offset(5 * DAY)
    for _ in range(30):  # one of them is found by chance
        tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]


def test_a_rung_that_no_statement_can_name_stops_no_ladder(desk: Desk) -> None:
    """On SQLite an id need not be one: two that are none read alike, and no statement with their id finds them."""
    case_id, other = desk.accepted(), desk.accepted()
    hour = clock.hour_of(clock.now())
    planted = {
        "case_id": case_id,
        "kind": ClockKind.READ,
        "late_since": hour,
        "asked_hour": hour,
        "due_at": hour + timedelta(days=9_999),
    }
    escalations = table(Escalation)
    with desk.database.engine.begin() as connection:
        for number, state in enumerate((RungState.ASKED, RungState.ENDED)):
            row = {"id": uuid4(), "clock_id": uuid4(), "rung": Rung.LEAD, "state": state}
            connection.execute(insert(escalations).values(**planted, **row))
            if connection.dialect.name == "sqlite":
                unnamed = update(escalations).where(escalations.c.id == row["id"])
                connection.execute(unnamed.values(id=literal_column(f"'junk{number}'")))
    clock.set_offset(5 * DAY)
    for _ in range(30):  # it is found by chance
        tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ASKED)]
    assert climbed(desk, other) == [(Rung.LEAD, RungState.ASKED)]


def test_a_case_that_fails_keeps_no_other_from_being_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = sorted((desk.accepted(), desk.accepted()))
    clock.set_offset(5 * DAY)
    with desk.database.writing() as session:
        mark_clocks_missed(session, desk.world.vault, 500)
        late = select(Clock).where(Clock.case_id == broken, Clock.state == ClockState.MISSED)
        for row in session.scalars(late):
            row.due_at -= timedelta(days=1)  # so that it is the first

    def fail(session: Session, vault: Vault, what: Happened, case: Case) -> None:
        note(session, vault, what, case)
        if case.id == broken:
            raise ValueError("a row that nobody can read")

    with monkeypatch.context() as patched:
        patched.setattr(climbing, "note", fail)
        with desk.database.writing() as session:
            assert climb_ladders(session, desk.world.vault, desk.world.rules, 100)
    assert climbed(desk, other) == [(Rung.LEAD, RungState.ASKED)]
    assert climbed(desk, broken) == []
    assert "ladder.failed" in caplog.text
    tick(desk)
    assert climbed(desk, broken) == [(Rung.LEAD, RungState.ASKED)]


def test_closing_and_opening_again_ends_no_ladder(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    clock.set_offset(5 * DAY)
    tick(desk)
    close(desk, case_id)
    tick(desk)
    assert climbed(desk, case_id) == [(Rung.LEAD, RungState.ENDED)]
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "They did it again.", False, uuid4())
    for day in range(6, 40):
        clock.set_offset(day * DAY)
        tick(desk)
        if desk.case(case_id).state is not State.ACCEPTED:
            break
    assert desk.case(case_id).organisation_id != desk.lead.organisation.id


@pytest.mark.parametrize("owed_in", (4, 40))
def test_whoever_takes_over_a_case_is_not_late_with_what_the_company_owed_before(
    desk: Desk, owed_in: int
) -> None:
    case_id, noise = desk.accepted(), desk.accepted()
    for each in (case_id, noise):
        do(desk, each, ClockKind.ASSESSMENT)
    owed = select(Clock).where(Clock.case_id == case_id, Clock.kind == ClockKind.COMPANY_REPLY)
    with desk.database.writing() as session:
        session.scalars(owed).one().due_at = clock.hour_of(clock.now()) + timedelta(days=owed_in)
    for day in days(3, 26):
        tick(desk)
        if day == 5:
            with desk.database.reading() as session:
                missed = session.scalars(owed).one().state is ClockState.MISSED
            assert missed is (owed_in == 4)
        if desk.case(case_id).state is State.OFFERED:
            break
    take(desk, desk.far, case_id)
    tick(desk)
    assert desk.case(case_id).next_due_at >= clock.now()  # type: ignore[operator]
    assert RungState.ASKED not in {state for _, state in climbed(desk, case_id)}
    # It is asked anew by whoever has it now, and has one date.
    do(desk, case_id, ClockKind.ASSESSMENT)
    with desk.database.reading() as session:
        asking = owed.where(Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)))
        assert session.scalars(asking).one().due_at > clock.now()
