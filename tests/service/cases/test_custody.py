"""Custody: unread placing by one custodian, reading only by two, and the worker who sees both."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess, ReadOnly
from app.cases.case.models import Case, Clock
from app.cases.custody.deciding import (
    CannotBePlaced,
    NotACustodian,
    Placement,
    place_case,
    placements,
    waiting_case,
)
from app.cases.custody.models import CustodyReading
from app.cases.custody.reading import (
    NoReasonGiven,
    NotAgreed,
    NotAskedFor,
    RoutingWords,
    SecondPersonNeeded,
    agree_to_read,
    ask_to_read,
    open_from_custody,
    read_routing_note,
    reading_requests,
)
from app.cases.desk.reading import show_contact
from app.cases.enums import ClockKind, ClockState, State, Who
from app.cases.routing.offers import DeclineReason, accept_offer, decline_offer
from app.cases.rules.routing import Reason, RoutingOutcome
from app.cases.worker.inbox import open_inbox
from app.database import CaseId, OrganisationId, new_id
from app.network import Role, SignedIn, admit_member, declare_interest
from app.vault import CircleName, GrantState, grants_of_case
from tests.harness.world import everything_stored, site_id
from tests.support.custody import held, waiting
from tests.support.desk import Desk


def places(desk: Desk, case_id: CaseId) -> dict[OrganisationId, Placement]:
    with desk.database.reading() as session:
        found = placements(session, desk.world.vault, desk.world.rules, desk.custodian, case_id)
    return {place.organisation_id: place for place in found}


def place(desk: Desk, case_id: CaseId, on: SignedIn, by: SignedIn | None = None) -> None:
    with desk.database.writing() as session:
        place_case(
            session, desk.world.vault, desk.world.rules, by or desk.custodian, case_id, on.organisation.id
        )


def newcomer(desk: Desk, login: str, role: Role) -> SignedIn:
    """Somebody new at the coordinator, in no circle yet."""
    clock.set_offset(0)  # the code that takes up the invitation must not be the one that signs in
    desk.world.join(desk.world.coordinator, login, role)
    return desk.world.sign_in(login)


def ask(desk: Desk, by: SignedIn, case_id: CaseId, reason: str = "Two routes failed.") -> None:
    with desk.database.writing() as session:
        ask_to_read(session, desk.world.vault, by, case_id, reason)


def agree(desk: Desk, by: SignedIn, case_id: CaseId) -> None:
    with desk.database.reading() as session:
        newest = session.scalars(select(CustodyReading.id).where(CustodyReading.case_id == case_id)).all()[-1]
    with desk.database.writing() as session:
        agree_to_read(session, desk.world.vault, by, newest)


def read(desk: Desk, by: SignedIn, case_id: CaseId) -> list[str]:
    with desk.database.writing() as session:
        page = open_from_custody(session, desk.world.vault, by, case_id)
    assert not page.may_write
    assert page.moves == ()
    return [entry.body["text"] for entry in page.entries if entry.body]


def test_waiting_cases_are_cards_with_the_reason_and_the_date(desk: Desk) -> None:
    filed, danger = held(desk, topics=("gbvh",)), held(desk, danger=True)
    case_id = desk.world.case_of(filed)
    desk.offered()

    cards = waiting(desk)
    assert cards[0].case_id == desk.world.case_of(danger)
    with desk.database.reading() as session:
        card = waiting_case(session, desk.world.vault, desk.world.rules, desk.custodian, case_id)
    assert card in cards
    assert (card.why, card.topics, card.country) == (
        RoutingOutcome.UNMATCHED_EXCLUSION,
        ("freedom_and_treatment",),
        "MY",
    )
    assert card.has_routing_note
    assert card.answer_by == desk.case(case_id).next_due_at is not None
    with (
        desk.database.writing() as session
    ):  # as one that a helper before left: not by then is a helper found
        session.add(
            Clock(case_id=case_id, kind=ClockKind.READ, due_at=clock.now() - timedelta(1), who=Who.PARTNER)
        )
        session.get_one(Case, case_id).next_due_at = clock.now() - timedelta(1)
    again = waiting(desk)
    assert card in again
    assert [each.case_id for each in again] == [each.case_id for each in cards]
    assert len(cards) == 3  # the noise holds one


def test_only_custodians_see_what_waits(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    elsewhere = desk.accepted()
    clerk = newcomer(desk, "clerk", Role.CASEWORKER)

    for by in (desk.lead, desk.far, clerk):
        with pytest.raises(NotACustodian):
            waiting(desk, by)
        with pytest.raises(NotACustodian):
            place(desk, case_id, desk.lead, by)
        with pytest.raises(NotACustodian):
            ask(desk, by, case_id)
    for case in (elsewhere, CaseId(new_id())):
        with pytest.raises(NoAccess):
            place(desk, case, desk.lead)
        with pytest.raises(NoAccess):
            ask(desk, desk.custodian, case)


def test_a_placed_case_is_offered_unread_and_opens_after_acceptance(desk: Desk) -> None:
    filed = held(desk, words="My cousin is the foreman.")
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)

    place(desk, case_id, desk.lead)
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.OFFERED, desk.lead.organisation.id)
    with desk.database.reading() as session:
        clocks = {
            row.kind: row.state for row in session.scalars(select(Clock).where(Clock.case_id == case_id))
        }
        inbox = open_inbox(session, desk.world.vault, worker)
    assert (clocks[ClockKind.PLACE], clocks[ClockKind.ACCEPT]) == (ClockState.MET, ClockState.RUNNING)
    assert inbox.sightings == ()
    assert case_id not in {card.case_id for card in waiting(desk)}
    assert desk.acts(case_id)[-2:] == ["custody.placed", "case.offered"]
    with pytest.raises(NoAccess):
        place(desk, case_id, desk.far)

    with desk.database.writing() as session:
        assert accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id).taken
    assert desk.open(desk.lead, case_id).entries[0].body is not None


def test_a_restricted_case_is_placed_with_the_restricted_circle(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk, topics=("gbvh",)))

    place(desk, case_id, desk.lead)
    with desk.database.writing() as session, pytest.raises(NoAccess):
        accept_offer(session, desk.world.vault, desk.world.rules, desk.caseworker, case_id)
    with desk.database.writing() as session:
        accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id)
    assert desk.open(desk.lead, case_id).handling


def test_who_must_not_have_it_is_refused_and_who_merely_fits_badly_is_not(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=desk.far.organisation.id,
            site_id=site_id(desk.world.site),
            reason="Funded by its owner.",
        )

    known = places(desk, case_id)
    assert {organisation: (one.reason, one.remark) for organisation, one in known.items()} == {
        desk.lead.organisation.id: (None, None),
        desk.far.organisation.id: (Reason.INTEREST_IN_SITE, None),
        desk.other.organisation.id: (None, Reason.WRONG_COUNTRY),
    }
    assert list(known) == [desk.lead.organisation.id, desk.other.organisation.id, desk.far.organisation.id]
    with pytest.raises(CannotBePlaced) as refused:
        place(desk, case_id, desk.far)
    assert refused.value.reason is Reason.INTEREST_IN_SITE
    for organisation in (desk.world.union, desk.world.buyer, desk.world.coordinator):
        with desk.database.writing() as session, pytest.raises(CannotBePlaced):
            place_case(
                session,
                desk.world.vault,
                desk.world.rules,
                desk.custodian,
                case_id,
                OrganisationId(organisation.id),
            )
    assert desk.case(case_id).state is State.RECEIVED
    place(desk, case_id, desk.other)


def test_where_the_site_is_only_words_a_stake_in_any_site_they_may_mean_keeps_out(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk, site_code="", site="Foxglove"))
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=desk.lead.organisation.id,
            site_id=site_id(desk.world.site),
            reason="A board member.",
        )

    assert places(desk, case_id)[desk.lead.organisation.id].reason is Reason.INTEREST_IN_SITE


def test_reading_the_words_about_the_place_is_shown_to_the_worker(desk: Desk) -> None:
    filed = held(desk, site="Behind the market", site_code="", words="Planted")
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)

    def note(by: SignedIn, case: CaseId) -> RoutingWords | None:
        with desk.database.writing() as session:
            return read_routing_note(session, desk.world.vault, by, case, "No partner fits.")

    assert note(desk.custodian, case_id) == RoutingWords("Behind the market", (), "my cousin Zubin")
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
    assert [(seen.act, seen.organisation_id) for seen in inbox.sightings] == [
        ("custody.note_read", desk.custodian.organisation.id)
    ]
    with pytest.raises(NotACustodian):
        note(desk.lead, case_id)
    assert b"Behind the market" not in everything_stored(desk.database)


def test_reading_takes_two_custodians_a_reason_and_ends_after_a_day(desk: Desk) -> None:
    filed = held(desk, words="My cousin is the foreman.")
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)
    other = desk.world.case_of(held(desk))

    with pytest.raises(NoReasonGiven):
        ask(desk, desk.custodian, case_id, " \n")
    with pytest.raises(NotAgreed):
        read(desk, desk.custodian, case_id)
    ask(desk, desk.custodian, case_id)
    with pytest.raises(NotAgreed):
        read(desk, desk.custodian, case_id)
    with pytest.raises(SecondPersonNeeded):
        agree(desk, desk.custodian, case_id)
    agree(desk, desk.second_custodian, case_id)
    agree(desk, desk.second_custodian, case_id)  # a second click changes nothing
    assert desk.acts(case_id).count("custody.read_agreed") == 1

    assert read(desk, desk.custodian, case_id) == ["My cousin is the foreman."]
    with pytest.raises(NotAgreed):
        read(desk, desk.second_custodian, case_id)  # agreeing is not asking
    with pytest.raises(NotAgreed):
        read(desk, desk.custodian, other)
    with desk.database.writing() as session, pytest.raises(NoAccess):
        show_contact(session, desk.world.vault, desk.custodian, case_id)
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
        requests = reading_requests(session, desk.world.vault, desk.second_custodian, case_id)
    assert [seen.act for seen in inbox.sightings] == ["custody.read"]
    assert [(one.asked_by, one.agreed_by, one.mine, one.reason) for one in requests] == [
        (desk.custodian.name, desk.second_custodian.name, False, "Two routes failed.")
    ]
    assert [act for act in desk.acts(case_id) if act.startswith("custody")] == [
        "custody.read_asked",
        "custody.read_agreed",
        "custody.read",
    ]
    assert not desk.case(case_id).helper_has_read
    assert b"Two routes failed" not in everything_stored(desk.database)

    # The agreement counts from a full hour, which may have begun between two acts of this test.
    clock.set_offset(25 * 3600)
    with pytest.raises(NotAgreed):
        read(desk, desk.custodian, case_id)


def test_placing_ends_the_custodians_reading(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    ask(desk, desk.custodian, case_id)
    agree(desk, desk.second_custodian, case_id)
    place(desk, case_id, desk.lead)

    with pytest.raises(NoAccess):
        read(desk, desk.custodian, case_id)


def test_a_viewing_custodian_changes_nothing(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    watcher = newcomer(desk, "watcher", Role.VIEWER)
    with desk.database.writing() as session:
        admit_member(session, desk.world.vault, desk.custodian, watcher.member.id, [CircleName.CUSTODY])

    assert case_id in {card.case_id for card in waiting(desk, watcher)}
    with pytest.raises(ReadOnly):
        place(desk, case_id, desk.lead, watcher)
    with pytest.raises(ReadOnly):
        ask(desk, watcher, case_id)
    with desk.database.writing() as session, pytest.raises(ReadOnly):
        read_routing_note(session, desk.world.vault, watcher, case_id, "No partner fits.")


def test_what_nobody_took_says_so_and_can_be_placed_anew(desk: Desk) -> None:
    case_id = desk.offered()
    for by in (desk.lead, desk.far):
        with desk.database.writing() as session:
            decline_offer(session, desk.world.vault, desk.world.rules, by, case_id, DeclineReason.NO_CAPACITY)

    card = next(card for card in waiting(desk) if card.case_id == case_id)
    assert card.why is RoutingOutcome.NOBODY_ACCEPTED
    place(desk, case_id, desk.lead)
    with desk.database.writing() as session:
        assert accept_offer(session, desk.world.vault, desk.world.rules, desk.lead, case_id).taken
    with desk.database.reading() as session:
        states = [grant.state for grant in grants_of_case(session, case_id)]
    assert states.count(GrantState.LIVE) == 3
    assert GrantState.OFFERED not in states


def requests_of(desk: Desk, case_id: CaseId) -> list[str]:
    with desk.database.reading() as session:
        found = reading_requests(session, desk.world.vault, desk.custodian, case_id)
    return sorted(request.reason for request in found)


def test_the_same_words_ask_for_the_same_while_nobody_has_agreed(desk: Desk) -> None:
    case_id, other = desk.world.case_of(held(desk)), desk.world.case_of(held(desk))
    for _ in range(2):
        ask(desk, desk.custodian, case_id, " Two routes failed.")
    assert requests_of(desk, case_id) == ["Two routes failed."]
    ask(desk, desk.second_custodian, case_id, "Two routes failed.")
    ask(desk, desk.custodian, other, "Two routes failed.")
    ask(desk, desk.custodian, case_id, "Three routes failed.")
    assert requests_of(desk, other) == ["Two routes failed."]
    assert requests_of(desk, case_id) == ["Three routes failed.", "Two routes failed.", "Two routes failed."]


def test_after_an_agreed_day_the_same_words_ask_anew(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    ask(desk, desk.custodian, case_id)
    for _ in range(2):
        agree(desk, desk.second_custodian, case_id)
    assert desk.acts(case_id).count("custody.read_agreed") == 1
    clock.set_offset(round(clock._offset.total_seconds()) + 25 * 3600)
    with pytest.raises(NotAskedFor):
        agree(desk, desk.second_custodian, case_id)
    ask(desk, desk.custodian, case_id)
    assert len(requests_of(desk, case_id)) == 2
