"""One of two who are asked for an urgent case falls out: declined, silent, in conflict, named by the worker, locked out."""

from uuid import uuid4

import pytest

from app import clock
from app.cases.custody.deciding import place_case
from app.cases.enums import ClockKind, ClockState, ConsentLevel, State
from app.cases.routing.offers import accept_offer, expire_offers
from app.cases.rules.routing import Reason
from app.cases.worker.messages import write
from app.cases.worker.sharing import change_consent, stop_sharing, undo_stop
from app.network import SignedIn, declare_interest
from tests.harness.world import site_id
from tests.support.dates import DAY, dates_pass
from tests.support.desk import Desk
from tests.support.two_asked import (
    FAR_IN_WORDS,
    HOUR,
    NEAR_IN_WORDS,
    accept,
    dates,
    decline,
    has_nothing,
    is_whole,
    sees,
    urgent,
    wrapped,
)


@pytest.mark.parametrize("lapses", (False, True), ids=("the last declines", "the last is silent"))
def test_when_one_declines_another_is_asked_instead_and_after_two_the_coordinator_looks(
    desk: Desk, third: SignedIn, lapses: bool
) -> None:
    _, case_id = urgent(desk)

    decline(desk, desk.lead, case_id)
    assert desk.case(case_id).partners == (desk.far.organisation.id, third.organisation.id)
    assert dates(desk, case_id)[0] == [ClockState.RUNNING]
    assert has_nothing(desk, desk.lead, case_id)
    assert sees(desk, desk.far, case_id)
    assert sees(desk, third, case_id)
    assert wrapped(desk, case_id) == [desk.far.organisation.name, "third"]
    is_whole(desk)
    decline(desk, desk.lead, case_id)  # the button pressed twice
    assert desk.acts(case_id).count("case.declined") == 1

    decline(desk, desk.far, case_id)
    assert desk.case(case_id).partners == (third.organisation.id,)
    is_whole(desk)
    if lapses:
        clock.set_offset(round(clock._offset.total_seconds()) + 13 * HOUR)
        dates_pass(desk.world)
    else:
        decline(desk, third, case_id)
    case = desk.case(case_id)
    assert (case.state, case.partners) == (State.RECEIVED, ())
    assert desk.acts(case_id).count("case.held") == 1
    assert dates(desk, case_id) == ([ClockState.ESCALATED if lapses else ClockState.MET], set())
    assert wrapped(desk, case_id) == []
    assert desk.acts(case_id).count("case.offered") == 3
    is_whole(desk)


def test_after_two_who_declined_nobody_who_stands_by_is_asked_any_more(
    desk: Desk, third: SignedIn, fourth: SignedIn
) -> None:
    _, case_id = urgent(desk)
    for by in (desk.lead, desk.far):
        decline(desk, by, case_id)
    last, never = (third, fourth) if sees(desk, third, case_id) else (fourth, third)
    assert desk.case(case_id).partners == (last.organisation.id,)
    clock.set_offset(round(clock._offset.total_seconds()) + 13 * HOUR)
    dates_pass(desk.world)
    assert desk.case(case_id).partners == ()
    assert desk.acts(case_id).count("case.held") == 1
    assert not sees(desk, never, case_id)
    is_whole(desk)


def test_who_was_not_fast_enough_stands_by_no_more_but_a_custodian_may_ask_them(desk: Desk) -> None:
    filed, case_id = urgent(desk)
    assert accept(desk, desk.lead, case_id)
    assert has_nothing(desk, desk.far, case_id)
    for half_days in range(1, 16):
        clock.set_offset(half_days * DAY // 2)
        dates_pass(desk.world)
        if desk.case(case_id).state is not State.ACCEPTED:
            break
    assert desk.case(case_id).next_clock is ClockKind.PLACE
    world, far = desk.world, desk.far.organisation.id
    with desk.database.writing() as session:
        place_case(session, world.vault, world.rules, desk.custodian, case_id, far)
    assert desk.case(case_id).partners == (far,)  # whom the custodian chose, and nobody beside
    is_whole(desk)
    assert accept(desk, desk.far, case_id)
    assert desk.open(desk.far, case_id).entries[0].body is not None
    desk.world.enter(filed)


@pytest.mark.parametrize("answered", (False, True), ids=("neither answers", "one declines and one is silent"))
def test_when_time_runs_out_who_stands_by_is_asked(desk: Desk, third: SignedIn, answered: bool) -> None:
    _, case_id = urgent(desk)
    if answered:
        clock.set_offset(6 * HOUR)
        decline(desk, desk.far, case_id)
        assert desk.case(case_id).partners == (desk.lead.organisation.id, third.organisation.id)

    clock.set_offset(14 * HOUR)  # asked at the very end of an hour, they have until the next full one
    # One at a time, as dispatchers do that claim few: in between the other one still has it before them.
    for _ in range(3 - answered):
        with desk.database.writing() as session:
            expire_offers(session, desk.world.vault, desk.world.rules, 1)
        is_whole(desk)
    dates_pass(desk.world)
    assert desk.case(case_id).partners == (third.organisation.id,)
    assert dates(desk, case_id)[0] == [ClockState.ESCALATED, ClockState.RUNNING]
    assert desk.acts(case_id).count("case.offer_expired") == 2 - answered
    for by in (desk.lead, desk.far):
        assert has_nothing(desk, by, case_id)
    assert accept(desk, third, case_id)
    is_whole(desk)


def test_a_conflict_that_is_found_when_one_accepts_leaves_the_other(desk: Desk, third: SignedIn) -> None:
    _, case_id = urgent(desk)
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=desk.lead.organisation.id,
            site_id=site_id(desk.world.site),
            reason="A board member owns the bus line.",
        )

    with desk.database.writing() as session:
        outcome = accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id)
    assert (outcome.taken, outcome.why_not) == (False, Reason.INTEREST_IN_SITE)
    assert desk.case(case_id).partners == (desk.far.organisation.id, third.organisation.id)
    assert dates(desk, case_id)[0] == [ClockState.RUNNING]
    assert has_nothing(desk, desk.lead, case_id)
    is_whole(desk)
    assert accept(desk, desk.far, case_id)


@pytest.mark.parametrize("first", (False, True), ids=("the second choice", "the first choice"))
def test_whom_the_worker_names_loses_the_offer_and_another_is_asked_beside_who_keeps_it(
    desk: Desk, third: SignedIn, first: bool
) -> None:
    filed, case_id = urgent(desk)
    gone, left = (desk.lead, desk.far) if first else (desk.far, desk.lead)
    worker = desk.world.enter(filed)

    with desk.database.writing() as session:
        words = NEAR_IN_WORDS if first else FAR_IN_WORDS
        write(session, desk.world.vault, desk.world.rules, worker, words, uuid4())
    assert desk.case(case_id).partners == (left.organisation.id, third.organisation.id)
    assert has_nothing(desk, gone, case_id)
    is_whole(desk)
    assert accept(desk, left, case_id)


def test_who_lets_nobody_know_or_stops_takes_it_from_both_and_both_are_asked_again(desk: Desk) -> None:
    filed, case_id = urgent(desk)
    vault, rules, texts = desk.world.vault, desk.world.rules, desk.world.texts
    both = (desk.lead.organisation.id, desk.far.organisation.id)
    worker = desk.world.enter(filed)

    def nobody_has_it() -> None:
        assert desk.case(case_id).partners == ()
        assert all(has_nothing(desk, by, case_id) for by in (desk.lead, desk.far))
        is_whole(desk)

    with desk.database.writing() as session:
        change_consent(session, vault, rules, texts, "en", worker, ConsentLevel.NOBODY)
    nobody_has_it()
    with desk.database.writing() as session:
        change_consent(session, vault, rules, texts, "en", worker, ConsentLevel.HELPER)
    assert desk.case(case_id).partners == both
    is_whole(desk)
    with desk.database.writing() as session:
        stop_sharing(session, vault, worker)
    nobody_has_it()
    with desk.database.writing() as session:
        undo_stop(session, vault, rules, texts, "en", worker)
    assert desk.case(case_id).partners == both
    is_whole(desk)
    assert accept(desk, desk.far, case_id)
