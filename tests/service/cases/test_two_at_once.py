"""An urgent case is before two partners at once: one of them has it alone in the end, and the other one has nothing of it left."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Clock, Escalation, Offer
from app.cases.custody.deciding import place_case
from app.cases.desk.morning import morning_counts
from app.cases.desk.queue import QueueFilters, queue_page
from app.cases.desk.search import find_by_reference
from app.cases.enums import ClockKind, ClockState, ConsentLevel, OfferState, Rung, RungState, State
from app.cases.escalation.promise import without_next_step
from app.cases.overview.loads import Load, loads
from app.cases.routing.candidates import candidates_at
from app.cases.routing.offers import (
    DeclineReason,
    OfferGone,
    OfferTaken,
    TakenElsewhere,
    accept_offer,
    decline_offer,
    expire_offers,
)
from app.cases.rules.routing import Reason
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import NothingToUndo, SharingStopped, change_consent, stop_sharing, undo_stop
from app.cases.worker.writing_budget import BudgetSpent
from app.database import Base, CaseId, OrganisationId
from app.intake import Filed
from app.network import OrganisationKind, SignedIn, declare_interest
from app.vault import CircleRow, GrantState, grants_that_stand, read_journal, verify_journal
from tests.harness.world import site_id
from tests.support.dates import DAY, dates_pass
from tests.support.desk import Desk

HOUR = 3600
CASES, OFFERS = Base.metadata.tables["cases"], Base.metadata.tables["offers"]
NEAR_IN_WORDS, FAR_IN_WORDS = "Mawar Workers Aid told my boss my name.", "DISTANT LINE shouted at me."


@pytest.fixture
def third(desk: Desk) -> SignedIn:
    """The lead of one more partner that may have cases from Penang; it speaks another English, so it comes last."""
    with desk.database.writing() as session:
        partner = desk.world._partner(session, "Third Line", "CH", ("*",), ("en-GB",))
        assert partner.kind is OrganisationKind.MONITORING_PARTNER
    desk.world.join(partner, "third.lead")
    clock.set_offset(61)  # the code that took the invitation up is spent
    return desk.world.sign_in("third.lead")


@pytest.fixture
def fourth(desk: Desk, third: SignedIn) -> SignedIn:
    """The lead of one that comes after the third."""
    with desk.database.writing() as session:
        partner = desk.world._partner(session, "Zeta Line", "CH", ("*",), ("en-GB",))
    desk.world.join(partner, "fourth.lead")
    clock.set_offset(122)
    return desk.world.sign_in("fourth.lead")


def urgent(desk: Desk, **answers: Any) -> tuple[Filed, CaseId]:
    filed = desk.world.file(danger=True, **answers)
    return filed, desk.world.case_of(filed)


def accept(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    with desk.database.writing() as session:
        return accept_offer(session, desk.world.vault, desk.world.rules, by, case_id).taken


def decline(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        decline_offer(session, desk.world.vault, desk.world.rules, by, case_id, DeclineReason.NO_CAPACITY)


def offers(desk: Desk, case_id: CaseId) -> list[tuple[str, OfferState]]:
    """Each offer in its order: to whom, and what became of it."""
    names = {each.organisation.id: each.organisation.name for each in (desk.lead, desk.far, desk.other)}
    with desk.database.reading() as session:
        rows = session.scalars(select(Offer).where(Offer.case_id == case_id).order_by(Offer.position)).all()
    return [(names.get(OrganisationId(row.organisation_id), "third"), row.state) for row in rows]


def dates(desk: Desk, case_id: CaseId) -> tuple[list[ClockState], set[Any]]:
    """What became of the clocks of acceptance, earliest first, and by when those who are asked have to answer."""
    accepting = Clock.kind == ClockKind.ACCEPT
    with desk.database.reading() as session:
        clocks = session.scalars(
            select(Clock).where(Clock.case_id == case_id, accepting).order_by(Clock.due_at, Clock.id)
        ).all()
        asked = session.scalars(
            select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.OFFERED)
        ).all()
    return [row.state for row in clocks], {offer.expires_at for offer in asked}


def wrapped(desk: Desk, case_id: CaseId) -> list[str]:
    """For whom a wrapped grant is kept."""
    with desk.database.reading() as session:
        found = [
            grant.holder_id
            for grant in grants_that_stand(session, case_id)
            if grant.state == GrantState.OFFERED
        ]
        owners = session.scalars(select(CircleRow.organisation_id).where(CircleRow.id.in_(found))).all()
    names = {each.organisation.id: each.organisation.name for each in (desk.lead, desk.far)}
    return sorted(names.get(OrganisationId(owner), "third") for owner in owners)


def sees(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    """Whether a case stands in a member's queue, and is counted there."""
    with desk.database.reading() as session:
        page = queue_page(session, desk.world.vault, desk.world.rules, by, QueueFilters(), None)
    assert page.open_cases == len(page.rows)
    return case_id in {row.id for row in page.rows}


def has_nothing(desk: Desk, by: SignedIn, case_id: CaseId) -> bool:
    """Whether nothing of a case is left for a member: not in the queue, not in the search, no grant, nothing to open or to take."""
    with desk.database.reading() as session:
        reference = session.get_one(Case, case_id).reference
        found = find_by_reference(session, by, reference)
    with pytest.raises(NoAccess):
        desk.open(by, case_id)
    with pytest.raises((OfferGone, NoAccess)):
        accept(desk, by, case_id)
    name = by.organisation.name
    return found is None and not sees(desk, by, case_id) and name not in wrapped(desk, case_id)


def is_whole(desk: Desk) -> None:
    """Every open case has one next step, and what the journal says fits together."""
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == []
        assert verify_journal(session, desk.world.vault).sound


def test_both_see_the_card_with_one_date_and_neither_can_read(desk: Desk, third: SignedIn) -> None:
    _, case_id = urgent(desk)
    near, far = desk.lead.organisation, desk.far.organisation

    assert offers(desk, case_id) == [
        (near.name, OfferState.OFFERED),
        (far.name, OfferState.OFFERED),
        ("third", OfferState.STANDBY),
    ]
    assert desk.case(case_id).partners == (near.id, far.id)
    states, answer_by = dates(desk, case_id)
    assert (states, len(answer_by)) == ([ClockState.RUNNING], 1)
    assert [sees(desk, by, case_id) for by in (desk.lead, desk.far, third, desk.other)] == [
        True,
        True,
        False,
        False,
    ]
    for by in (desk.lead, desk.far):
        with pytest.raises(NoAccess):
            desk.open(by, case_id)
    assert desk.acts(case_id).count("case.offered") == 2
    is_whole(desk)


def test_a_standard_case_and_one_for_which_only_one_may_be_asked_go_to_one(desk: Desk) -> None:
    plain = desk.offered()
    _, alone = urgent(desk, exclude_other="Distant Line")

    for case_id in (plain, alone):
        assert desk.case(case_id).partners == (desk.lead.organisation.id,)
    assert not sees(desk, desk.far, alone)
    is_whole(desk)


@pytest.mark.parametrize("second", (False, True), ids=("the first choice", "the second choice"))
def test_who_accepts_first_has_it_alone(desk: Desk, third: SignedIn, second: bool) -> None:
    filed, case_id = urgent(desk)
    _, beside = urgent(desk, words="Another urgent one.")
    winner, loser = (desk.far, desk.lead) if second else (desk.lead, desk.far)

    assert accept(desk, winner, case_id)
    case = desk.case(case_id)
    assert (case.state, case.partners) == (State.ACCEPTED, (winner.organisation.id,))
    assert dict(offers(desk, case_id)) == {
        winner.organisation.name: OfferState.ACCEPTED,
        loser.organisation.name: OfferState.TAKEN_ELSEWHERE,
        "third": OfferState.STANDBY,
    }
    assert dates(desk, case_id) == ([ClockState.MET], set())
    assert wrapped(desk, case_id) == ["third"]
    assert desk.open(winner, case_id).entries[0].body is not None
    assert has_nothing(desk, loser, case_id)
    for act in (accept, decline):
        with pytest.raises(TakenElsewhere):
            act(desk, loser, case_id)
    with pytest.raises(OfferTaken):
        accept(desk, winner, case_id)
    # It answers for nothing else that both were asked for.
    assert desk.case(beside).partners == (desk.lead.organisation.id, desk.far.organisation.id)
    with desk.database.reading() as session:
        acts = [
            (entry.act, entry.detail.get("organisation"))
            for entry in read_journal(session, desk.world.vault, case_id)
        ]
    assert ("case.taken_elsewhere", str(loser.organisation.id)) in acts
    assert acts.count(("case.accepted", str(winner.organisation.id))) == 1
    is_whole(desk)
    desk.world.enter(filed)


def test_of_two_organisations_that_accept_at_the_same_moment_exactly_one_has_it(desk: Desk) -> None:
    cases = [urgent(desk)[1] for _ in range(4)]

    def attempt(of: tuple[SignedIn, CaseId]) -> str:
        try:
            return "taken" if accept(desk, *of) else "passed on"
        except TakenElsewhere:
            return "elsewhere"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, [(by, each) for each in cases for by in (desk.lead, desk.far)]))
    assert [sorted(outcomes[at : at + 2]) for at in range(0, 8, 2)] == [["elsewhere", "taken"]] * 4
    for case_id in cases:
        held = desk.case(case_id).organisation_id
        winner, loser = (desk.lead, desk.far) if held == desk.lead.organisation.id else (desk.far, desk.lead)
        assert desk.open(winner, case_id).entries[0].body is not None
        assert has_nothing(desk, loser, case_id)
        assert desk.acts(case_id).count("case.accepted") == 1
        assert dates(desk, case_id)[0] == [ClockState.MET]
    is_whole(desk)


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


def worse(desk: Desk, filed: Filed) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "Worse.", True, uuid4())


def test_what_becomes_urgent_while_one_is_asked_is_put_before_another_with_the_time_that_anybody_has(
    desk: Desk, third: SignedIn
) -> None:
    soon, late = desk.world.file(), desk.world.file()
    case_id, nearly_over = desk.world.case_of(soon), desk.world.case_of(late)
    worse(desk, soon)
    assert desk.case(case_id).partners == (desk.lead.organisation.id, desk.far.organisation.id)
    states, (answer_by,) = dates(desk, case_id)
    assert states.count(ClockState.RUNNING) == 1
    assert answer_by - clock.now() <= timedelta(hours=13)
    assert desk.acts(case_id).count("case.offered") == 2
    worse(desk, soon)
    assert desk.acts(case_id).count("case.offered") == 2  # nobody is asked twice, and no third one
    is_whole(desk)

    # The first one's time is nearly over: who is asked beside has all of theirs.
    with desk.database.reading() as session:
        due = session.scalars(
            select(Offer.expires_at).where(Offer.case_id == nearly_over, Offer.position == 0)
        ).one()
    assert due is not None
    clock.set_offset(int((due - clock.now()).total_seconds()) - HOUR)
    worse(desk, late)
    states, both = dates(desk, nearly_over)
    assert (states, len(both)) == ([ClockState.ESCALATED, ClockState.RUNNING], 2)
    is_whole(desk)
    clock.set_offset(round(clock._offset.total_seconds()) + 2 * HOUR)
    dates_pass(desk.world)
    assert desk.case(nearly_over).partners == (desk.far.organisation.id, third.organisation.id)
    assert has_nothing(desk, desk.lead, nearly_over)
    assert accept(desk, desk.far, nearly_over)
    is_whole(desk)


def test_a_partner_that_is_late_loses_it_to_two_who_stand_by(desk: Desk, third: SignedIn) -> None:
    """Both are named by the same date, whichever of them takes it then."""
    filed = desk.world.file()
    case_id = desk.accept(filed)
    worse(desk, filed)
    assert desk.case(case_id).partners == (desk.lead.organisation.id,)
    for half_days in range(1, 16):
        clock.set_offset(half_days * DAY // 2)
        dates_pass(desk.world)
        if desk.case(case_id).state is State.OFFERED:
            break
    assert desk.case(case_id).partners == (desk.far.organisation.id, third.organisation.id)
    with desk.database.reading() as session:
        rung = session.scalars(
            select(Escalation).where(Escalation.case_id == case_id, Escalation.rung == Rung.STANDBY)
        ).one()
    _, (answer_by,) = dates(desk, case_id)
    assert (rung.state, rung.due_at) == (RungState.MOVED, answer_by)
    assert has_nothing(desk, desk.lead, case_id)
    assert accept(desk, third, case_id)
    assert has_nothing(desk, desk.far, case_id)
    is_whole(desk)


def test_who_is_asked_beside_has_one_more_case_as_long_as_it_is(desk: Desk) -> None:
    def load() -> int:
        with desk.database.reading() as session:
            found = {each.id: each.open_cases for each in candidates_at(session, None)}
        return found[desk.far.organisation.id]

    def told(by: SignedIn) -> tuple[int, int]:
        """The offers that the coordinator counts there, and those of the mail of the morning."""
        organisation_id, tomorrow = by.organisation.id, clock.now() + timedelta(days=1)
        with desk.database.reading() as session:
            morning = morning_counts(session, by.member.id, organisation_id, tomorrow)
            return loads(session).get(organisation_id, Load()).offered, morning.offers

    both = (desk.lead, desk.far)
    before, offered = load(), [told(by) for by in both]
    _, case_id = urgent(desk)
    assert load() == before + 1
    assert [told(by) for by in both] == [(at + 1, mailed + 1) for at, mailed in offered]
    accept(desk, desk.lead, case_id)
    assert load() == before
    assert [told(by) for by in both] == offered


def test_others_cannot_put_it_before_themselves(desk: Desk) -> None:
    """Neither by the case's row nor by that of an offer: each says under its MAC whom it is before."""
    _, by_case = urgent(desk)
    _, by_offer = urgent(desk)
    stranger = desk.other.organisation.id
    with desk.database.engine.begin() as connection:
        connection.execute(update(CASES).where(Case.id == by_case).values(also_asked_id=stranger))
        connection.execute(
            update(OFFERS)
            .where(Offer.case_id == by_offer, Offer.position == 1)
            .values(organisation_id=stranger)
        )
    for case_id in (by_case, by_offer):
        assert not sees(desk, desk.other, case_id)
        with pytest.raises((NoAccess, OfferGone)):
            accept(desk, desk.other, case_id)
    # An offer that was answered, put back as it stood: its case says that it is before the other one alone.
    _, put_back = urgent(desk)
    with desk.database.reading() as session:
        old = (
            session.execute(select(OFFERS).where(Offer.case_id == put_back, Offer.position == 0))
            .mappings()
            .one()
        )
    decline(desk, desk.lead, put_back)
    with desk.database.engine.begin() as connection:
        connection.execute(
            update(OFFERS).where(Offer.case_id == put_back, Offer.id == old["id"]).values(**old)
        )
    with pytest.raises(OfferGone):
        accept(desk, desk.lead, put_back)
    assert accept(desk, desk.far, put_back)


Act = Callable[[Filed], object]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_urgent_cases_each_is_whole_after_every_step(
    desk: Desk, third: SignedIn, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - which act comes next is no secret
    cases = [desk.world.file(danger=dice.random() < 0.7) for _ in range(3)]
    vault, rules, texts = desk.world.vault, desk.world.rules, desk.world.texts

    def by_worker(what: Callable[..., object], *more: Any) -> Act:
        def act(filed: Filed) -> None:
            worker = desk.world.enter(filed)
            with desk.database.writing() as session:
                what(session, vault, *more, worker)

        return act

    def consent(level: ConsentLevel) -> Act:
        def act(filed: Filed) -> None:
            worker = desk.world.enter(filed)
            with desk.database.writing() as session:
                change_consent(session, vault, rules, texts, "en", worker, level)

        return act

    def time_passes(_filed: Filed) -> None:
        clock.set_offset(round(clock._offset.total_seconds()) + dice.choice((5, 13, 60)) * HOUR)
        dates_pass(desk.world)

    people = (desk.lead, desk.far, third)
    acts: list[Act] = [
        *(lambda filed, by=by: accept(desk, by, desk.world.case_of(filed)) for by in people),
        *(lambda filed, by=by: decline(desk, by, desk.world.case_of(filed)) for by in people),
        time_passes,
        lambda filed: worse(desk, filed),
        consent(ConsentLevel.NOBODY),
        consent(ConsentLevel.HELPER),
        by_worker(stop_sharing),
        by_worker(undo_stop, rules, texts, "en"),
    ]
    for _ in range(25):
        filed = dice.choice(cases)
        with suppress(NoAccess, OfferGone, OfferTaken, NothingToUndo, SharingStopped, BudgetSpent):
            dice.choice(acts)(filed)
        is_whole(desk)
        for each in cases:
            _agrees_with_itself(desk, desk.world.case_of(each))


def _agrees_with_itself(desk: Desk, case_id: CaseId) -> None:
    """Whom a case is before, who has a wrapped grant or can read, and what its offers say is one and the same."""
    with desk.database.reading() as session:
        case = session.get_one(Case, case_id)
        held = session.scalars(select(Offer).where(Offer.case_id == case_id)).all()
        live = {
            grant.holder_id for grant in grants_that_stand(session, case_id) if grant.state == GrantState.LIVE
        }
        readers = set(session.scalars(select(CircleRow.organisation_id).where(CircleRow.id.in_(live))))
    asked = {each.organisation_id for each in held if each.state is OfferState.OFFERED}
    taken = {each.organisation_id for each in held if each.state is OfferState.ACCEPTED}
    ours = {desk.world.coordinator.id}
    assert asked == (set(case.partners) if case.state is State.OFFERED else set())
    if case.state is not State.OFFERED:
        assert len(case.partners) <= 1
        assert taken == set(case.partners)
    assert readers - ours == taken
    ready = {each.organisation_id for each in held if each.grant_id is not None} - taken
    assert len(wrapped(desk, case_id)) == len(ready)
